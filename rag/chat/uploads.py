"""Files that visitors add to the articles folder, where the owner allows it: named safely, sized, and read once.

Of a PDF or Word file the text is added, as `NAME.pdf.txt`. Nothing of a file is kept until it has proved to hold text.
Knows HTTP (ASGI) and folders; no page.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from rag.articles import SUFFIXES, read_folder
from rag.chat.convert import CONVERTED, converted

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

logger = logging.getLogger(__name__)

ROUTE = "/rag/upload"
HEADER = b"x-rag-upload"  # which a page of another site can't send without being asked about
TYPES = (*SUFFIXES, *CONVERTED)
MEGABYTES = 10
MAX_NAME = 120  # bytes, so that the name fits every file system

_NOT_IN_NAMES = re.compile(r"[^\w.,()\[\]&+ -]+")


class RefusedError(Exception):
    """A file that is not taken; the message names the reason in `page.yaml`."""


@dataclass(frozen=True, slots=True)
class Uploads:
    """The folder that takes them."""

    folder: Path
    megabytes: int = MEGABYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: POST, the name in the query, the bytes as the body."""
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import JSONResponse, PlainTextResponse

        if scope["method"] != "POST" or not any(name == HEADER for name, _ in scope["headers"]):
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send)
            return
        given = parse_qs(scope["query_string"].decode("latin-1")).get("name", [""])[0]
        try:
            answer = {"saved": await run_in_threadpool(self.save, given, await self._body(receive))}
        except RefusedError as refusal:
            answer = {"refused": str(refusal)}
        await JSONResponse(answer)(scope, receive, send)

    async def _body(self, receive: Receive) -> bytes:
        """The bytes; what is over the limit is let pass and dropped, so that the browser hears the reason."""
        body, limit = b"", self.megabytes * 1_000_000
        more, size = True, 0
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise RefusedError("upload_failed")
            size += len(message.get("body", b""))
            body = body + message.get("body", b"") if size <= limit else b""
            more = message.get("more_body", False) and size <= 4 * limit
        if size > limit:
            raise RefusedError("upload_size")
        return body

    def save(self, name: str, content: bytes) -> str:
        """Put a file into the folder and return its name there. Raises `RefusedError`."""
        name = safe_name(name)
        suffix = Path(name).suffix.lower()
        if suffix not in TYPES:
            raise RefusedError("upload_type")
        if len(content) > self.megabytes * 1_000_000:
            raise RefusedError("upload_size")
        if (text := converted(content, suffix)) is not None:
            name, content = f"{name}.txt", text.encode("utf-8", "replace")
        _check_readable(name, content)
        target = self.folder / name
        if target.exists() or any(_same(path, content) for path in self.folder.iterdir()):
            raise RefusedError("upload_exists")
        try:
            _write_new(target, content)
        except FileExistsError as error:
            raise RefusedError("upload_exists") from error
        except OSError as error:
            logger.warning("An uploaded file can't be written to %s: %s", self.folder, error)
            raise RefusedError("upload_failed") from error
        logger.info("A visitor has added %s.", name)
        return name


def safe_name(name: str) -> str:
    r"""The name of a file without folders, controls and what shells and file systems may take for something else.

    >>> safe_name("../../etc/pass\x00wd<b>.txt"), safe_name(".htaccess"), safe_name("README.md")
    ('pass_wd_b_.txt', 'htaccess', 'article README.md')
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = " ".join(_NOT_IN_NAMES.sub("_", name).split()).strip(". ")
    stem, suffix = Path(name).stem, Path(name).suffix
    while len((stem + suffix).encode()) > MAX_NAME:
        stem = stem[:-1]
    if (stem + suffix).lower() == "readme.md":  # which is about the articles and not one of them
        stem = f"article {stem}"
    return (stem.rstrip() or "article") + suffix


def _check_readable(name: str, content: bytes) -> None:
    """Raise `RefusedError` unless the file, alone in a folder, is an article."""
    with tempfile.TemporaryDirectory(prefix="rag-upload-") as folder:
        (Path(folder) / name).write_bytes(content)
        articles, skipped = read_folder(Path(folder))
    if not articles:
        logger.info("An uploaded file was refused: %s", "; ".join(each.reason for each in skipped))
        raise RefusedError("upload_unreadable")


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def _write_new(target: Path, content: bytes) -> None:
    """The whole file at once, under its name only when it is complete; never over another."""
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".upload-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)  # noqa: PTH101
        os.link(temporary, target)  # fails where there is one already
    finally:
        Path(temporary).unlink()
