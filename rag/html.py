"""The text of an HTML page at its own offsets: trafilatura says what is article, the page's source says where it is.

trafilatura gives text without places, so the source is walked once more for its text nodes, and those that occur in
trafilatura's output are kept. Fetches nothing: trafilatura is handed the source and no address.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from dataclasses import replace
from datetime import date

from rag.composed import compose
from rag.html_nodes import Page, Parts, TextBlock, read_nodes
from rag.terms import JOINER
from rag.types import Metadata, Span

_SHORT = 20  # letters; a shorter text must be a line of the output, not just part of one
_DATE_FORMS = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d/%m/%Y", "%d-%m-%Y", "%m/%d/%Y", "%B %d, %Y", "%d %B %Y")


def read_page(source: str) -> tuple[str, Metadata]:
    """The readable text of a page, as long as its source, and what the page says of itself (a title of "" if nothing).

    In the first, markup is blank, references such as `&aacute;` are decoded and padded with `terms.JOINER` (so that the
    word stays one), and blocks are parted by line breaks. A page that
    trafilatura finds no article in is kept whole but for its navigation, headers, footers and forms.
    """
    nodes = read_nodes(source)
    article, known = _extract(source, nodes)
    kept = _kept_groups(nodes.blocks, article, known.title)
    return _lay_out(source, kept), _with_title_span(known, kept)


def _extract(source: str, nodes: Page) -> tuple[str, Metadata]:
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
    published, published_span = _written_date(nodes, found.date)
    return article or "", Metadata(
        title=_clean(found.title) or "",
        published=published,
        author=_clean(found.author),
        source=_clean(found.sitename),
        published_span=published_span,
        author_span=_find(nodes, found.author),
        source_span=_find(nodes, found.sitename),
    )


def _clean(value: str | None) -> str | None:
    return unicodedata.normalize("NFC", " ".join(value.split())) or None if value else None


def _find(nodes: Page, value: str | None) -> Span | None:
    """Where the page has a value: as all that one of its texts says, or else within one, as whole words."""
    if not value or not value.strip():
        return None
    value = unicodedata.normalize("NFC", value.strip())
    words = r"\s+".join(map(re.escape, value.split()))
    bounded = re.compile(_edge(value[0], "(?<!{})") + words + _edge(value[-1], "(?!{})"))
    within = None
    for parts in sorted((*nodes.stated, *(block.parts for block in nodes.blocks)), key=lambda parts: parts[:1]):
        said = compose("".join(text for _, text in parts))
        match = bounded.search(said.text)
        if match is not None and (within is None or match.group() == said.text.strip()):
            within = _in_source(parts, said.written(Span(*match.span())))
            if match.group() == said.text.strip():
                break
    return within


def _edge(character: str, not_beside: str) -> str:
    if character.isdigit():
        return not_beside.format(r"\d")  # "2021-03-02T07:30" has the day "2021-03-02"
    return not_beside.format(r"[^\W_]") if character.isalnum() else ""


def _in_source(parts: Parts, span: Span) -> Span:
    """The place in the source of a part of what some nodes read. A reference is in it as a whole."""
    start = end = at = 0
    for place, text in parts:
        as_written = len(text) == place.end - place.start
        if at <= span.start < at + len(text):
            start = place.start + (span.start - at if as_written else 0)
        if at < span.end <= at + len(text):
            end = place.start + span.end - at if as_written else place.end
        at += len(text)
    return Span(start, end)


def _written_date(nodes: Page, found: str | None) -> tuple[date | None, Span | None]:
    """A date counts only when it is written in the page: trafilatura may have put it together from parts."""
    day = date.fromisoformat(found) if found else None
    for form in _DATE_FORMS if day else ():
        span = _find(nodes, day.strftime(form)) if day else None
        if span is not None:
            return day, span
    return None, None


def _key(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _kept_groups(groups: list[TextBlock], article: str, title: str) -> list[TextBlock]:
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


def _lay_out(source: str, groups: list[TextBlock]) -> str:
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


def _with_title_span(known: Metadata, kept: list[TextBlock]) -> Metadata:
    group = next((g for g in kept if known.title and _key(g.text) == _key(known.title)), None)
    if group is None:
        return known
    span = Span(group.parts[0][0].start, group.parts[-1][0].end)
    return replace(known, title_span=span)
