"""PDF and Word files as text, so that a quote can be a slice of a file: the text is what is put into the folder.

Word: paragraphs and tables in their order (python-docx). PDF: the text of each page (pypdf), its lines joined to
paragraphs where they run on. Knows bytes and text; no folder.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Callable, Mapping
from importlib.util import find_spec

from rag.errors import ConfigError

logger = logging.getLogger(__name__)

MAX_UNPACKED = 200_000_000  # bytes of a Word file once unpacked: a small file can hold a very large one
MAX_PAGES = 2_000

_RUNS_ON = re.compile(r"(?<=[^\s.!?:;…])[ \t]*\n(?=[^\W\d_A-ZÀ-Ỵ])")  # no end of sentence, and a small letter next


def check_converters() -> None:
    """Raise `ConfigError` when the packages that read PDF and Word files are not installed."""
    missing = [name for name in ("pypdf", "docx") if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"--allow-upload needs packages that aren't installed ({', '.join(missing)}): pip install 'rag[upload]'."
        )


def converted(content: bytes, suffix: str) -> str | None:
    """The text of a PDF or Word file; "" when there is none to be had, None for a file of another kind."""
    reader = _READERS.get(suffix)
    if reader is None:
        return None
    try:
        return reader(content).strip()
    except Exception:  # parsers of others, fed with anything a visitor sends
        logger.info("An uploaded %s file can't be read", suffix, exc_info=True)
        return ""


def _pdf_text(content: bytes) -> str:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(content)).pages
    texts = (page.extract_text() for page in pages[:MAX_PAGES])
    return "\n\n".join(_RUNS_ON.sub(" ", text.strip()) for text in texts if text.strip())


def _docx_text(content: bytes) -> str:
    import docx
    from docx.table import Table

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED:
            raise ValueError(f"more than {MAX_UNPACKED:,} bytes when unpacked")
    parts = []
    for part in docx.Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(part, Table):
            parts += [" | ".join(cell.text.strip() for cell in row.cells) for row in part.rows]
        else:
            parts.append(part.text)
    return "\n\n".join(text.strip() for text in parts if text.strip())


_READERS: Mapping[str, Callable[[bytes], str]] = {".pdf": _pdf_text, ".docx": _docx_text}
CONVERTED = tuple(_READERS)
