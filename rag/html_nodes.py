"""The text nodes of an HTML page by block, and what its head states, each with its place in the source.

Knows tags and character references; which text is article is `html`'s matter.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate

from rag.types import Span

_BLOCK_TAGS = frozenset(
    (
        "address article aside blockquote body button caption center dd details dialog div dl dt fieldset figcaption "
        + "figure footer form h1 h2 h3 h4 h5 h6 head header hr html label legend li main nav ol option p pre section "
        + "select summary table tbody td tfoot th thead title tr ul video audio iframe"
    ).split()
)
_SILENT_TAGS = frozenset({"script", "style", "title", "textarea", "select", "noscript", "template"})
_FURNITURE_TAGS = frozenset({"nav", "header", "footer", "aside", "form", "button"})
_STATING_ATTRIBUTES = {"meta": "content", "time": "datetime", "link": "href"}
_ATTRIBUTE = r"(?<![\w-]){}\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s>\"']+))"
_REFERENCE = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]\w*);?")

Parts = list[tuple[Span, str]]  # places in the source, in order, and what they read there


@dataclass(slots=True)
class TextBlock:
    """The text nodes of one block."""

    tag: str
    inside_furniture: bool
    after_break: bool  # begins after a <br>, not after a block
    parts: Parts = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it reads, blanks collapsed."""
        return " ".join("".join(text for _, text in self.parts).split())


@dataclass(frozen=True, slots=True)
class Page:
    """A page taken apart. `stated`: its title, the values of its meta, time and link tags, its linked data."""

    blocks: list[TextBlock]
    stated: list[Parts]


def read_nodes(source: str) -> Page:
    """Take a page apart. Any text is read as HTML, however broken."""
    walker = _Walker(source)
    walker.feed(source)
    walker.close()
    return walker.page


class _Walker(HTMLParser):
    """Collects the text nodes of a page by block, with their offsets in the source."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.page = Page([], [])
        self._source = source
        self._line_starts = [0, *accumulate(len(line) + 1 for line in source.split("\n"))]
        self._silent = ""
        self._stating = False  # within what is silent
        self._furniture: list[str] = []
        self._new = True
        self._tag = ""
        self._break = False

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            return
        if tag in _STATING_ATTRIBUTES:
            self._state_attribute(_STATING_ATTRIBUTES[tag])
        if tag in _SILENT_TAGS:
            self._silent = tag
            self._stating = tag == "title" or ("type", "application/ld+json") in attrs
            if self._stating:
                self.page.stated.append([])
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

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """`<![if x]>` and the like: a comment up to the next `>`, as the HTML standard has it.

        Python knows some such sections, and until 3.14 it asserts that there are no others.
        """
        if self.rawdata.startswith("<![CDATA[", i):
            return super().parse_marked_section(i, report)
        return self.parse_bogus_comment(i, report)

    def _state_attribute(self, name: str) -> None:
        tag = self.get_starttag_text() or ""
        found = re.search(_ATTRIBUTE.format(name), tag, re.IGNORECASE)
        start = self._offset()
        if found is None or found.lastgroup is None or not self._source.startswith(tag, start):
            return
        parts: Parts = []
        at, end = found.span(found.lastgroup)
        for reference in _REFERENCE.finditer(tag, at, end):
            parts.append((Span(start + at, start + reference.start()), tag[at : reference.start()]))
            at = reference.end()
            parts.append((Span(start + reference.start(), start + at), html.unescape(reference.group())))
        self.page.stated.append([*parts, (Span(start + at, start + end), tag[at:end])])

    def _add_reference(self, written: str) -> None:
        start = self._offset()
        if self._source.startswith(written, start):
            end = start + len(written)
            end += self._source.startswith(";", end)
            self._add(Span(start, end), html.unescape(self._source[start:end])[: end - start])

    def _add(self, span: Span, text: str) -> None:
        if self._silent:
            if self._stating:
                self.page.stated[-1].append((span, text))
            return
        if self._new:
            if not text.strip():
                return
            self.page.blocks.append(TextBlock(self._tag, bool(self._furniture), self._break))
            self._new = False
        self.page.blocks[-1].parts.append((span, text))
