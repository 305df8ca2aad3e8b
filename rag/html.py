"""The text of an HTML page at its own offsets: trafilatura says what is article, the page's source says where it is.

trafilatura gives text without places, so the source is walked once more for its text nodes, and those that occur in
trafilatura's output are kept. Fetches nothing: trafilatura is handed the source and no address.
"""

from __future__ import annotations

import html
import logging
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from itertools import accumulate

from rag.terms import JOINER
from rag.types import Metadata, Span

_BLOCK_TAGS = frozenset(
    (
        "address article aside blockquote body button caption center dd details dialog div dl dt fieldset figcaption "
        + "figure footer form h1 h2 h3 h4 h5 h6 head header hr html label legend li main nav ol option p pre section "
        + "select summary table tbody td tfoot th thead title tr ul video audio iframe"
    ).split()
)
_SILENT_TAGS = frozenset({"script", "style", "title", "textarea", "select", "noscript", "template"})
_FURNITURE_TAGS = frozenset({"nav", "header", "footer", "aside", "form", "button"})
_SHORT = 20  # letters; a shorter text must be a line of the output, not just part of one
_DATE_FORMS = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d/%m/%Y", "%d-%m-%Y", "%m/%d/%Y", "%B %d, %Y", "%d %B %Y")


@dataclass(slots=True)
class _Group:
    """The text nodes of one block: places in the source and what they read there."""

    tag: str
    inside_furniture: bool
    after_break: bool  # begins after a <br>, not after a block
    parts: list[tuple[Span, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(text for _, text in self.parts).split())


def read_page(source: str) -> tuple[str, Metadata]:
    """The readable text of a page, as long as its source, and what the page says of itself (a title of "" if nothing).

    In the first, markup is blank, references such as `&aacute;` are decoded and padded with `terms.JOINER` (so that the
    word stays one), and blocks are parted by line breaks. A page that
    trafilatura finds no article in is kept whole but for its navigation, headers, footers and forms.
    """
    groups = _walk(source)
    article, known = _extract(source)
    kept = _kept_groups(groups, article, known.title)
    return _lay_out(source, kept), _with_title_span(known, kept)


class _Walker(HTMLParser):
    """Collects the text nodes of a page by block, with their offsets in the source."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.groups: list[_Group] = []
        self._source = source
        self._line_starts = [0, *accumulate(len(line) + 1 for line in source.split("\n"))]
        self._silent = ""
        self._furniture: list[str] = []
        self._new = True
        self._tag = ""
        self._break = False

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if self._silent:
            return
        if tag in _SILENT_TAGS:
            self._silent = tag
        if tag in _FURNITURE_TAGS:
            self._furniture.append(tag)
        if tag in _BLOCK_TAGS:
            self._new, self._tag, self._break = True, tag, False
        elif tag == "br" and not self._new:
            self._new, self._break = True, True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT_TAGS:
            self.handle_starttag(tag, attrs)
            if tag in _FURNITURE_TAGS and self._furniture:
                self._furniture.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        if tag in self._furniture:
            del self._furniture[self._furniture.index(tag) :]
        if tag in _BLOCK_TAGS:
            self._new, self._tag, self._break = True, "", False

    def handle_data(self, data: str) -> None:
        start = self._offset()
        if self._source.startswith(data, start):
            self._add(Span(start, start + len(data)), data)

    def handle_entityref(self, name: str) -> None:
        self._add_reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._add_reference(f"&#{name}")

    def _add_reference(self, written: str) -> None:
        start = self._offset()
        if self._source.startswith(written, start):
            end = start + len(written)
            end += self._source.startswith(";", end)
            self._add(Span(start, end), html.unescape(self._source[start:end])[: end - start])

    def _add(self, span: Span, text: str) -> None:
        if self._silent:
            return
        if self._new:
            if not text.strip():
                return
            self.groups.append(_Group(self._tag, bool(self._furniture), self._break))
            self._new = False
        self.groups[-1].parts.append((span, text))


def _walk(source: str) -> list[_Group]:
    walker = _Walker(source)
    walker.feed(source)
    walker.close()
    return walker.groups


def _extract(source: str) -> tuple[str, Metadata]:
    """What trafilatura takes for the article, one block a line, and for its metadata."""
    import trafilatura  # here, because it takes half a second to load and most folders have no HTML

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without an article is no error here
    page = source.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    # A fixed latest date and no extensive search: otherwise the outcome depends on the day it is run.
    dates = {"original_date": True, "extensive_search": False, "max_date": "2100-12-31"}
    article = trafilatura.extract(page, include_comments=False, include_tables=True, date_extraction_params=dates)
    found = trafilatura.extract_metadata(page, date_config=dates, extensive=False)
    if found is None:
        return article or "", Metadata("")
    published, published_span = _written_date(source, found.date)
    return article or "", Metadata(
        title=_clean(found.title) or "",
        published=published,
        author=_clean(found.author),
        source=_clean(found.sitename),
        published_span=published_span,
        author_span=_find(source, found.author),
        source_span=_find(source, found.sitename),
    )


def _clean(value: str | None) -> str | None:
    return " ".join(value.split()) or None if value else None


def _find(source: str, value: str | None) -> Span | None:
    at = source.find(value) if value else -1
    return Span(at, at + len(value)) if value and at >= 0 else None


def _written_date(source: str, found: str | None) -> tuple[date | None, Span | None]:
    """A date counts only when it is written in the page: trafilatura may have put it together from parts."""
    day = date.fromisoformat(found) if found else None
    for form in _DATE_FORMS if day else ():
        span = _find(source, day.strftime(form)) if day else None
        if span is not None:
            return day, span
    return None, None


def _key(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _kept_groups(groups: list[_Group], article: str, title: str) -> list[_Group]:
    whole = _key(article)
    lines = {_key(cell) for line in article.split("\n") for cell in (line, *line.split("|"))} - {""}
    if not whole:
        return [g for g in groups if not g.inside_furniture]
    title_key = _key(title)
    kept = []
    for group in groups:
        key = _key(group.text)
        if not key:
            continue
        if key in lines or (len(key) >= _SHORT and key in whole) or (group.tag == "h1" and key == title_key):
            kept.append(group)
    return kept or [g for g in groups if not g.inside_furniture]


def _lay_out(source: str, groups: list[_Group]) -> str:
    plain = [c if c in "\r\n" else " " for c in source]
    for group in groups:
        first = group.parts[0][0].start
        for back in range(1, 2 if group.after_break else 3):
            if first - back >= 0:
                plain[first - back] = "\n"
        end = -1  # of the text before
        for span, text in group.parts:
            if end >= 0:
                inside_word = plain[end - 1].isalnum() and text[:1].isalnum()
                plain[end : span.start] = (JOINER if inside_word else " ") * (span.start - end)
            shown = [c if group.tag == "pre" and c in "\r\n" else " " if c.isspace() else c for c in text]
            padding = " " if not text.strip() else JOINER
            # A reference's character stands where the reference ends, so that a quote that ends with it is whole.
            plain[span.start : span.end] = [padding] * (span.end - span.start - len(shown)) + shown
            end = span.end
    return "".join(plain)


def _with_title_span(known: Metadata, kept: list[_Group]) -> Metadata:
    group = next((g for g in kept if known.title and _key(g.text) == _key(known.title)), None)
    if group is None:
        return known
    span = Span(group.parts[0][0].start, group.parts[-1][0].end)
    return Metadata(
        known.title,
        known.published,
        known.author,
        known.source,
        span,
        known.published_span,
        known.author_span,
        known.source_span,
    )
