"""Read a folder of articles: `.txt`, `.md`, `.html`, in sub-folders too. What can't be used is skipped with its reason.

`read_text` is the definition of "the file as read", which all offsets of this package point into: decoded from UTF-8
(or from UTF-16 or UTF-32 with a byte order mark), without the mark, newlines as they are.

Skipped without a word: hidden files and folders, and a README.md at the top of the folder, which is about the
articles and not one of them. Looks at no file twice unless it changed while it was read.
"""

from __future__ import annotations

import codecs
import hashlib
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from rag.composed import Composed, compose
from rag.config import IndexSettings
from rag.content import label_blocks, repeated_lines
from rag.errors import ArticlesError
from rag.html import read_page
from rag.markdown import read_markdown
from rag.metadata import read_front_matter, read_metadata
from rag.sentences import NEWLINES
from rag.types import Article, Metadata, Skipped, Span

logger = logging.getLogger(__name__)

SUFFIXES = (".txt", ".md", ".html", ".htm")
MAX_FILE_BYTES = IndexSettings().max_file_bytes

_READ_ATTEMPTS = 3
_NOT_NEWLINE = re.compile(f"[^{NEWLINES}]")
_BYTE_ORDER_MARKS = (  # UTF-32 first: its mark begins as UTF-16's does
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class FileStamp(NamedTuple):
    """What tells, without reading it, that a file is probably the same as before."""

    article_id: str
    size: int  # bytes
    modified: int  # nanoseconds since 1970


@dataclass(frozen=True, slots=True)
class _Draft:
    """A file that could be read, before the pages are compared with each other."""

    article_id: str
    text: str
    page: str  # as long as the text; markup and front matter blank
    composed: Composed  # the page, as the rules read it
    sha256: str
    known: Metadata


class _UnusableError(Exception):
    """A file that can't be used; the message is the reason."""


def read_folder(
    folder: Path, *, max_file_bytes: int = MAX_FILE_BYTES, leave_out: Path | None = None
) -> tuple[tuple[Article, ...], tuple[Skipped, ...]]:
    """The articles of a folder and the files that can't be used, each sorted by id. Both are empty for an empty folder.

    `leave_out` is a folder below it that is none of its matter: an index.
    Raises ArticlesError when the folder is missing, is no folder or can't be listed.
    """
    drafts: list[_Draft] = []
    skipped: list[Skipped] = []
    first_with: dict[str, str] = {}
    for article_id, path in _list_files(folder, leave_out):
        try:
            draft = _read_draft(folder, article_id, path, max_file_bytes)
            if (twin := first_with.setdefault(draft.text, article_id)) != article_id:
                raise _UnusableError(f"same text as {twin}")
        except _UnusableError as error:
            skipped.append(Skipped(article_id, str(error)))
        else:
            drafts.append(draft)
    repeated = repeated_lines(draft.composed.text for draft in drafts)
    return tuple(_finish(draft, repeated) for draft in drafts), tuple(skipped)


def read_text(path: Path) -> str:
    """A file as read. Raises ArticlesError when it is missing, unreadable, binary or in another encoding."""
    try:
        return _decode(path.read_bytes())
    except _UnusableError as error:
        raise ArticlesError(f"{path} can't be read: {error}. Replace the file or take it out of the folder.") from error
    except OSError as error:
        raise ArticlesError(f"{path} can't be read: {_plain_words(error)}.") from error


def folder_stamp(folder: Path, *, leave_out: Path | None = None) -> tuple[FileStamp, ...]:
    """Id, size and time of every file of a folder, sorted by id: another stamp means that the folder changed.

    Opens no file. `leave_out` and ArticlesError as for `read_folder`.
    """
    stamps = []
    for article_id, path in _list_files(folder, leave_out):
        try:
            status = path.stat()
        except OSError:
            stamps.append(FileStamp(article_id, -1, -1))  # unreadable now; readable later is a change
        else:
            stamps.append(FileStamp(article_id, status.st_size, status.st_mtime_ns))
    return tuple(stamps)


def _list_files(folder: Path, leave_out: Path | None) -> Iterator[tuple[str, Path]]:
    """Every file below a folder that is not hidden, by id."""
    if not folder.is_dir():
        kind = "is not a folder" if folder.exists() else "does not exist"
        raise ArticlesError(f"The articles folder {folder} {kind}. Make it, or name another with --articles DIR.")
    found: list[tuple[str, Path]] = []
    left_out = leave_out.resolve() if leave_out else None

    def unreadable(error: OSError) -> None:
        if error.filename == str(folder):
            reason = _plain_words(error)
            raise ArticlesError(
                f"The articles folder {folder} can't be listed: {reason}. Check its permissions."
            ) from error
        found.append((Path(error.filename).relative_to(folder).as_posix(), Path(error.filename)))

    for root, names, files in os.walk(str(folder), onerror=unreadable):
        if left_out is not None:
            names[:] = [name for name in names if Path(root, name).resolve() != left_out]
        links = [name for name in names if Path(root, name).is_symlink()]  # walked into by nobody: they may form a loop
        names[:] = [name for name in names if not name.startswith(".") and name not in links]
        for name in [*files, *links]:
            path = Path(root, name)
            article_id = path.relative_to(folder).as_posix()
            if not name.startswith(".") and article_id.lower() != "readme.md":
                found.append((article_id, path))
    yield from sorted(found)


def _read_draft(folder: Path, article_id: str, path: Path, max_file_bytes: int) -> _Draft:
    try:
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            raise _UnusableError("a link to a file outside the folder")
        if path.is_dir():
            raise _UnusableError("a link to a folder" if path.is_symlink() else "a folder that can't be listed")
        if path.suffix.lower() not in SUFFIXES:
            raise _UnusableError("not .txt, .md or .html")
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise _UnusableError("not a regular file")
        content = _read_steadily(path, max_file_bytes)
    except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself, before Python 3.13
        raise _UnusableError(_plain_words(error)) from error
    text = _decode(content)
    try:
        page, known = _read_format(text, path.suffix.lower())
    except Exception as error:  # parsers of others, fed with anything: one file must not stop the rest
        logger.debug("%s can't be parsed", path, exc_info=True)
        raise _UnusableError(f"can't be parsed ({' '.join(f'{type(error).__name__}: {error}'.split())})") from error
    if not any(c.isalnum() for c in page):
        raise _UnusableError("no text left once markup is taken away" if text.strip() else "empty")
    return _Draft(article_id, text, page, compose(page), hashlib.sha256(content).hexdigest(), known)


def _read_format(text: str, suffix: str) -> tuple[str, Metadata]:
    """The page, as long as the text, and what the file states of itself."""
    if suffix in (".html", ".htm"):
        return read_page(text)
    page, known = text, Metadata("")
    if (front_matter := read_front_matter(text)) is not None:
        span, known = front_matter
        page = _blank(text, span.start, span.end)
    return (read_markdown(page) if suffix == ".md" else page), known


def _read_steadily(path: Path, max_file_bytes: int) -> bytes:
    """The bytes of a file that did not change while it was read."""
    for _ in range(_READ_ATTEMPTS):
        before = path.stat()
        if before.st_size > max_file_bytes:
            raise _UnusableError(f"too large: {before.st_size:,} bytes, the limit is {max_file_bytes:,}")
        with path.open("rb") as file:
            content = file.read(max_file_bytes + 1)
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and len(content) == after.st_size:
            return content
    raise _UnusableError("changed while it was read; it is read again at the next build")


def _decode(content: bytes) -> str:
    encoding, mark = "utf-8", b""
    for known_mark, name in _BYTE_ORDER_MARKS:
        if content.startswith(known_mark):
            encoding, mark = name, known_mark
            break
    if not content[len(mark) :].strip():
        raise _UnusableError("empty")
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in content[:8192]:
            raise _UnusableError("not text: a binary file") from error
        raise _UnusableError(f"not {encoding.upper()}: byte {error.start + len(mark):,} can't be decoded") from error
    if "\0" in text:
        raise _UnusableError("not text: it holds NUL characters, as binary files and UTF-16 without a mark do")
    return text


def _finish(draft: _Draft, repeated: frozenset[str]) -> Article:
    composed, known = draft.composed, draft.known
    labelled = label_blocks(composed.text, repeated=repeated, title=known.title)
    title_span = known.title_span
    title_above = title_span is not None and draft.page[title_span.start : title_span.end].isspace()  # front matter
    content = tuple(
        composed.written(Span(b.start, b.end))
        for b in labelled
        if b.role == "content" or (b.role == "title" and not title_above)
    )
    metadata = _in_file(read_metadata(draft.article_id, composed.text, labelled, known=known), known, composed)
    return Article(draft.article_id, draft.text, _plain(draft.page, content), draft.sha256, metadata, content)


def _in_file(found: Metadata, known: Metadata, composed: Composed) -> Metadata:
    """The metadata with the places that were found in the composed page as places in the file."""

    def written(span: Span | None, stated: Span | None) -> Span | None:
        return stated or (composed.written(span) if span else None)

    return replace(
        found,
        title_span=written(found.title_span, known.title_span),
        published_span=written(found.published_span, known.published_span),
        author_span=written(found.author_span, known.author_span),
        source_span=written(found.source_span, known.source_span),
    )


def _plain(page: str, content: tuple[Span, ...]) -> str:
    """The page with everything outside the content blank."""
    pieces: list[str] = []
    at = 0
    for span in content:
        pieces += [_blank(page[at : span.start], 0, span.start - at), page[span.start : span.end]]
        at = span.end
    return "".join([*pieces, _blank(page[at:], 0, len(page) - at)])


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + _NOT_NEWLINE.sub(" ", text[start:end]) + text[end:]


def _plain_words(error: OSError | RuntimeError) -> str:
    if isinstance(error, FileNotFoundError):
        return "gone before it could be read"
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return (error.strerror or type(error).__name__).lower() if isinstance(error, OSError) else "a link to itself"
