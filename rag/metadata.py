"""What an article says of itself: title, day of publication, author, source, each with its place in the file.

What is stated outright (YAML front matter, the metadata of an HTML page) wins over what the lines of the page show.
Guesses nothing from the file system, the clock or the network.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath

import yaml

from rag.bylines import DateLine, is_name_line, read_agency, read_author, read_date_line, read_source
from rag.content import LabelledBlock
from rag.dates import find_dates
from rag.sentences import trim
from rag.terms import JOINER
from rag.types import Metadata, Span

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(?P<yaml>.*?\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_LONGEST_FRONT_MATTER = 20_000  # characters
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")  # of a YAML node: its anchor and its tag
# What may follow a day on its line: "31/12/2020 - 19:54", "…, lúc 8h05".
_TIME_OF_DAY = re.compile(
    r"[ \t]*(?:[-–|,•][ \t]*)?(?:lúc[ \t]+|at[ \t]+)?\d{1,2}[:h]\d{2}(?::\d{2})?(?:[ \t]?[AaPp][Mm])?(?!\w)"
)
_KEYS = {
    "title": ("title", "headline", "tiêu đề", "titre", "titel"),
    "published": ("date", "published", "publish_date", "pubdate", "created", "ngày", "ngày đăng"),
    "author": ("author", "authors", "by", "creator", "tác giả", "auteur", "autor"),
    "source": ("source", "publisher", "site", "sitename", "publication", "nguồn"),
}


def read_front_matter(text: str) -> tuple[Span, Metadata] | None:
    """The YAML block that a file begins with: where it is, and what it says (a title of "" when it names none).

    None when there is no such block or it is not valid YAML: then the lines are text like any other.
    """
    match = _FRONT_MATTER.match(text[: _LONGEST_FRONT_MATTER + 10])
    if match is None:
        return None
    try:  # composed, not constructed: values stay as they are written, and keep their offsets
        root = yaml.compose(match["yaml"], Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, OverflowError, ValueError):  # "\UFFFFFFFF" is no character
        return None
    if not isinstance(root, yaml.MappingNode):
        return None
    offset = match.start("yaml")
    found: dict[str, tuple[str, Span | None]] = {}
    for key, value in root.value:
        name = next((n for n, keys in _KEYS.items() if _composed(str(key.value)).lower() in keys), None)
        scalars = [s for s in _scalars(value) if s.value.strip() and not s.tag.endswith(":null")]
        if name and name not in found and scalars:
            stated = _composed(", ".join(s.value.strip() for s in scalars))
            span = Span(_content(text, offset, scalars[0]).start, _content(text, offset, scalars[-1]).end)
            # Escapes, the marks of a list and a block's indents are no part of a value: what is quoted must say it.
            found[name] = (stated, span if _composed(text[span.start : span.end]) == stated else None)
    return Span(match.start(), match.end()), _from_front_matter(found)


def read_metadata(article_id: str, text: str, labelled: tuple[LabelledBlock, ...], *, known: Metadata) -> Metadata:
    """The metadata of an article from its labelled blocks; what is in `known` (front matter, HTML) wins.

    Without a title line the title is the file's name. `text[span]` is the value as it is written.
    """
    metadata = _find_title(article_id, text, labelled, known)
    metadata = _find_published(text, labelled, metadata)
    metadata = _find_author(text, labelled, metadata)
    return _find_source(text, labelled, metadata)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        yield from (item for item in node.value if isinstance(item, yaml.ScalarNode))


def _content(text: str, offset: int, scalar: yaml.ScalarNode) -> Span:
    """Where the content of a scalar stands: without anchor, tag, quotes and the head of a block."""
    start, end = offset + scalar.start_mark.index, offset + scalar.end_mark.index
    if (properties := _PROPERTIES.match(text, start, end)) is not None:
        start = properties.end()
    if scalar.style in ("|", ">"):
        start = min(end, (text.find("\n", start, end) + 1) or end)
    span = trim(text, Span(start, end))
    return trim(text, Span(span.start + 1, span.end - 1)) if scalar.style in ("'", '"') else span


def _composed(value: str) -> str:
    return unicodedata.normalize("NFC", " ".join(value.split()))


def _from_front_matter(found: dict[str, tuple[str, Span | None]]) -> Metadata:
    title, author, source = (found.get(name) for name in ("title", "author", "source"))
    published, published_span = None, None
    if "published" in found:
        value, span = found["published"]
        published = parse_date(value)
        published_span = span if published else None
    return Metadata(
        title=title[0] if title else "",
        published=published,
        author=author[0] if author else None,
        source=source[0] if source else None,
        title_span=title[1] if title else None,
        published_span=published_span,
        author_span=author[1] if author else None,
        source_span=source[1] if source else None,
    )


def _value(text: str, span: Span) -> str:
    return " ".join(text[span.start : span.end].replace(JOINER, "").split())


def parse_date(value: str) -> date | None:
    """The first whole date written in a value, or None."""
    return next((found.as_date for found in find_dates(value) if found.as_date), None)


def _find_title(article_id: str, text: str, labelled: tuple[LabelledBlock, ...], known: Metadata) -> Metadata:
    block = next((b for b in labelled if b.role == "title"), None)
    if known.title:
        if known.title_span is None and block is not None:
            return replace(known, title_span=Span(block.start, block.end))
        return known
    if block is None:
        return replace(known, title=PurePosixPath(article_id).stem)
    span = Span(block.start, block.end)
    return replace(known, title=_value(text, span), title_span=span)


def _find_published(text: str, labelled: tuple[LabelledBlock, ...], metadata: Metadata) -> Metadata:
    """Of several dates: one said to be of publication, then the first below the title, one above, one of a change."""
    if metadata.published is not None:
        return metadata
    title_at = next((b.start for b in labelled if b.role == "title"), 0)
    candidates: list[tuple[tuple[bool, bool, bool], int, DateLine]] = []
    for block in labelled:
        line = read_date_line(text[block.start : block.end]) if block.role in ("date", "author") else None
        if line is not None:
            rank = (not line.published, line.updated, block.start < title_at)
            candidates.append((rank, block.start, line))
    if not candidates:
        return metadata
    _, start, line = min(candidates, key=lambda c: c[:2])
    time = _TIME_OF_DAY.match(text, start + line.date.end)
    end = time.end() if time else start + line.date.end
    return replace(metadata, published=line.date.as_date, published_span=Span(start + line.date.start, end))


def _find_author(text: str, labelled: tuple[LabelledBlock, ...], metadata: Metadata) -> Metadata:
    if metadata.author is not None:
        return metadata
    for block in labelled:
        line = text[block.start : block.end]
        if block.role == "author":
            span = read_author(line) or (Span(0, len(line)) if is_name_line(line) else None)
        elif block.role == "date":
            dated = read_date_line(line)
            span = dated.author if dated else None
        else:
            continue
        if span is not None:
            name = _value(line, span)
            return replace(metadata, author=name, author_span=Span(block.start + span.start, block.start + span.end))
    return metadata


def _find_source(text: str, labelled: tuple[LabelledBlock, ...], metadata: Metadata) -> Metadata:
    if metadata.source is not None:
        return metadata
    for block in labelled:
        line = text[block.start : block.end]
        span = read_source(line) if block.role == "source" else None
        if span is not None:
            break
    else:
        block = next((b for b in labelled if b.role == "content"), LabelledBlock(0, 0, "content"))
        line = text[block.start : block.end]
        span = read_agency(line)
    if span is None:
        return metadata
    name = _value(line, span)
    return replace(metadata, source=name, source_span=Span(block.start + span.start, block.start + span.end))
