"""Cut what a language model writes into sentences as it comes, each with its marks, and without any markup.

    Written("Ban có 15 biên chế.", marks=(1,))      from "**Ban có 15 biên chế**. [1]"

Links, images, tags and code are dropped: what they would show or load is nothing that an article says. Knows text only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.sentences import split_sentences
from rag.types import Span

_MARK = r"[\[［【]\s*\d[\d\s,;]*[\]］】]"
_MARKS = re.compile(_MARK)
_FIRST_MARKS = re.compile(rf"(?:\s*{_MARK})+[.。]?")
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_DROPPED = (
    re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)?"),  # an image
    re.compile(r"\[[^\]\n]*[^\]\d\s,;\n][^\]\n]*\]\([^)\n]*\)?"),  # a link
    re.compile(r"(?i)<(script|style)\b.*?(?:</\1>|\Z)", re.DOTALL),
    re.compile(r"</?[A-Za-z|!?][^<>]*>?"),  # a tag, a special token
    re.compile(r"(?i)\b(?:https?|ftp|javascript|data):\S+|\bwww\.\S+"),
    re.compile(r"```[a-zA-Z]*|`"),
    re.compile(r"(?m)^\s*#+\s+"),
    re.compile(r"\*\*|__|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)"),
)
_BULLET = re.compile(r"^\s*(?:[-*•+]|\d{1,2}[.)])\s+")
# The beginning of something that is dropped as a whole, and whose end hasn't come yet.
_OPEN = re.compile(
    r"<[A-Za-z/|!?][^<>]*\Z|<\Z|(?i:<(script|style)\b)(?!.*(?i:</\1>))|!?\[[^\]\n]*\]?\Z|\]\([^)\n]*\Z|"
    r"(?i:\b(?:https?|ftp|javascript|data):\S*|\bwww\.\S*)\Z|[*_`#!]\Z",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Written:
    """One sentence. `marks` are the passages that it names; `line` says that it begins a line, `item` one of a list."""

    text: str
    marks: tuple[int, ...] = ()
    line: bool = False
    item: bool = False


class Cutter:
    """Takes pieces, gives sentences. The last is given by `finish`, for only then is it known to be complete."""

    def __init__(self) -> None:
        self._text = ""
        self._line = True

    def feed(self, piece: str) -> Iterator[Written]:
        """The sentences that are complete with this piece."""
        self._text += piece
        if _THOUGHT.fullmatch(self._text) or _OPEN.search(self._text):
            return
        yield from self._cut(complete=False)

    def finish(self) -> Iterator[Written]:
        """The rest."""
        yield from self._cut(complete=True)

    def _cut(self, *, complete: bool) -> Iterator[Written]:
        self._text = _THOUGHT.sub("", self._text)
        for pattern in _DROPPED:
            self._text = pattern.sub("", self._text)
        spans = _with_marks(self._text)
        ready = spans if complete else spans[:-1]
        start = 0
        for span in ready:
            line = self._line or "\n" in self._text[start : span.start]
            self._line = False
            start = span.end
            written = _read(self._text[span.start : span.end], line=line)
            if written.text:
                yield written
            else:
                self._line = line
        if ready:
            self._line = (
                self._line or "\n" in self._text[start:][: len(self._text[start:]) - len(self._text[start:].lstrip())]
            )
            self._text = self._text[start:].lstrip()


def _with_marks(text: str) -> list[Span]:
    """The sentences, each with the marks that stand behind its full stop."""
    found: list[Span] = []
    for start, end in split_sentences(text):
        marks = _FIRST_MARKS.match(text, start, end)
        if marks and found and "\n" not in text[found[-1].end : start]:
            found[-1] = Span(found[-1].start, marks.end())
            start = marks.end()
        if text[start:end].strip():
            found.append(Span(start, end))
    return found


def _read(raw: str, *, line: bool) -> Written:
    item = line and _BULLET.match(raw) is not None
    marks = tuple(int(number) for mark in _MARKS.findall(raw) for number in re.findall(r"\d+", mark) if len(number) < 6)
    text = " ".join(_MARKS.sub(" ", _BULLET.sub("", raw) if item else raw).split())
    text = re.sub(r"\s+([.,;:!?…])", r"\1", text).strip()
    return Written(text if any(c.isalnum() for c in text) else "", tuple(dict.fromkeys(marks)), line, item)
