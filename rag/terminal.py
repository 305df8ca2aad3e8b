"""Answers, passages, articles and reports as lines for a terminal or a pipe.

Text of an article is somebody else's: what could steer a terminal is taken out before a line is made. This module
knows no file and no index; it turns records into lines, and the command line writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.types import Answer, Article, Citation, Hit, Report, Skipped, Span, Texts

LINE_FEEDS = re.compile(r"\r\n?|\n")  # not str.splitlines, which also cuts at form feeds and at U+2028

# Everything but tab and line feed that moves the cursor, starts an escape sequence (ESC, and CSI and OSC as single
# C1 characters), reverses the reading order ("Trojan Source", CVE-2021-42574), or can't be encoded (lone surrogates).
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

QUOTE_INDENT = "    "
SHOWN_PASSAGE_CHARACTERS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Whether lines may carry colour."""

    colour: bool = False

    def dim(self, line: str) -> str:
        """Less prominent."""
        return f"\x1b[2m{line}\x1b[0m" if self.colour and line else line

    def bold(self, line: str) -> str:
        """More prominent."""
        return f"\x1b[1m{line}\x1b[0m" if self.colour and line else line


def printable(text: str) -> str:
    """The text without control characters, escape sequences' openers, direction overrides and lone surrogates.

    >>> printable("a\\x1b[31mb")
    'a[31mb'
    """
    return _UNSAFE.sub("", LINE_FEEDS.sub("\n", text))


def one_line(text: str) -> str:
    """`printable` with every run of white space as one blank."""
    return " ".join(printable(text).split())


def json_safe(json_text: str) -> str:
    r"""The same JSON with what a terminal could act on as `\uXXXX` escapes: same value, nothing lost."""
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", json_text)


def confidence_in_words(confidence: float) -> str:
    """The probability that an answer is right, as "sure", "likely" or "unsure"."""
    if confidence >= 0.8:
        return "sure"
    return "likely" if confidence >= 0.5 else "unsure"


def answer_lines(answer: Answer, texts: Texts, *, style: Style) -> Iterator[str]:
    """The answer with its marks, then each mark's source, place and quote; or the refusal and the nearest passages."""
    yield from (style.bold(line) for line in printable(answer.text).split("\n"))
    if answer.trace.understood_as and answer.trace.understood_as != answer.question:
        yield style.dim(f"understood as: {one_line(answer.trace.understood_as)}")
    for citation in answer.citations:
        yield ""
        yield f"[{citation.marker}] {source_line(citation)}"
        yield style.dim(f"{QUOTE_INDENT}{citation_place(citation, texts)}")
        yield from (f"{QUOTE_INDENT}{line}" for line in printable(citation.quote).split("\n"))
    if answer.abstained and answer.related:
        yield ""
        yield "Nearest passages:"
        yield from hit_lines(answer.related, texts, style=style)
    if not answer.abstained:
        yield ""
        yield style.dim(f"confidence: {confidence_in_words(answer.confidence)} ({answer.confidence:.2f})")


def source_line(citation: Citation) -> str:
    """`title — author, date (source)`, each part only where it is known."""
    known = [citation.author, citation.published.isoformat() if citation.published else None]
    by = ", ".join(one_line(part) for part in known if part)
    source = f" ({one_line(citation.source)})" if citation.source else ""
    return one_line(citation.title) + (f" — {by}" if by else "") + source


def citation_place(citation: Citation, texts: Texts) -> str:
    """`file:line [start:end]`: the line for an editor, the character offsets for a program."""
    line = line_number(texts.article(citation.article_id).text, citation.start)
    return f"{one_line(citation.article_id)}:{line} [{citation.start}:{citation.end}]"


def line_number(text: str, offset: int) -> int:
    """The line that holds the character at `offset`, counted from 1."""
    return len(LINE_FEEDS.findall(text, 0, offset)) + 1


def hit_lines(hits: Sequence[Hit], texts: Texts, *, style: Style) -> Iterator[str]:
    """Each passage with rank, title, place and score, cut to a few lines."""
    for hit in hits:
        passage = hit.passage
        article = texts.article(passage.article_id)
        place = f"{one_line(article.id)}:{line_number(article.text, passage.start)} [{passage.start}:{passage.end}]"
        yield f"{hit.rank}. {one_line(article.metadata.title)}"
        yield style.dim(f"{QUOTE_INDENT}{place}  score {hit.score:.3f}")
        text = one_line(article.plain[passage.start : passage.end])  # without furniture between its sentences
        yield f"{QUOTE_INDENT}{shortened(text, SHOWN_PASSAGE_CHARACTERS)}"


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a blank where there is one, with an ellipsis when something was left out."""
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0] + " …"


def report_lines(report: Report) -> Iterator[str]:
    """What a build did to each article, and one line of totals."""
    for sign, articles in (("+", report.added), ("~", report.changed), ("-", report.removed)):
        yield from (f"{sign} {one_line(article_id)}" for article_id in articles)
    yield from skipped_lines(report.skipped)
    yield (
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed, "
        f"{len(report.unchanged)} unchanged, {len(report.skipped)} skipped; "
        f"{report.passages} passages, {report.embedded} texts embedded; generation {report.generation}"
    )


def skipped_lines(skipped: Sequence[Skipped]) -> Iterator[str]:
    """Each file that can't be used, with the reason."""
    yield from (f"! {one_line(each.article_id)}: {one_line(each.reason)}" for each in skipped)


def metadata_lines(article: Article) -> Iterator[str]:
    """Title, date, author and source, with what the file doesn't say as "-"."""
    metadata = article.metadata
    yield f"file:      {one_line(article.id)}"
    yield f"title:     {one_line(metadata.title)}"
    yield f"published: {metadata.published.isoformat() if metadata.published else '-'}"
    yield f"author:    {one_line(metadata.author or '-')}"
    yield f"source:    {one_line(metadata.source or '-')}"
    kept = sum(end - start for start, end in article.content)
    yield f"content:   {kept:,} of {len(article.text):,} characters"


def marked_text_lines(article: Article, *, style: Style) -> Iterator[str]:
    """The file line by line: content behind two blanks, page furniture behind "- " and dim.

    A line that is partly content is split, so that each printed line is one or the other.
    """
    for start, end in _lines(article.text):
        for piece, kept in _pieces(start, end, article.content):
            text = printable(article.text[piece.start : piece.end])
            if text.strip():
                yield f"  {text}" if kept else style.dim(f"- {text}")
            elif piece == (start, end):
                yield ""


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for match in LINE_FEEDS.finditer(text):
        yield Span(start, match.start())
        start = match.end()
    if start < len(text):
        yield Span(start, len(text))


def _pieces(start: int, end: int, content: Sequence[Span]) -> Iterator[tuple[Span, bool]]:
    """The line cut where content begins or ends, each piece with whether it is content."""
    at = start
    for span in content:
        if span.end <= start or span.start >= end:
            continue
        if span.start > at:
            yield Span(at, span.start), False
        at = min(span.end, end)
        yield Span(max(span.start, start), at), True
    if at < end or start == end:
        yield Span(at, end), False


def settings_lines(settings: Mapping[str, str]) -> Iterator[str]:
    """`name: value`, the values in one column."""
    width = max((len(name) for name in settings), default=0)
    yield from (f"{name + ':':<{width + 1}} {one_line(value)}" for name, value in settings.items())
