"""Take a question apart that asks one thing of two: two years, two documents, two bodies.

    parts_of("Ai đứng đầu Ban năm 2015 và năm 2020?")  → "Ai đứng đầu Ban năm 2015?", "Ai đứng đầu Ban năm 2020?"
    parts_of("Ai phụ trách ở Sở và ở xã?")             → "Ai phụ trách ở Sở?", "Ai phụ trách ở xã?"

By form only: two phrases that begin with the same small word, with a joining word between them; or two dates, numbers
or names with one (of dates, a comma), and no other of these. Whether it is better to answer the parts is for who asks
them to decide. Knows no article and no index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.dates import find_dates
from rag.names import numbered_in
from rag.phrases import drop_phrases, find, joining_places, phrase_rows, words_of_dates
from rag.types import Span

BETWEEN = 60  # characters at most between two things that are asked of together
FAR = 90  # characters at most from the first of two phrases to what joins them
ASKED_WORDS = 3  # at least, before two phrases

_WORD = re.compile(r"[^\W\d_][\w’']*")
_QUOTED = re.compile(r"[“\"«][^“”\"«»]{2,200}[”\"»]")


def parts_of(text: str) -> tuple[str, str] | None:
    """The two questions that one asks; None where it asks one. The first two things that are joined count."""
    text = drop_phrases(text, "respectively")
    joins = joining_places(text)
    if phrases := _joined_phrases(text, joins):
        return phrases
    dates = {date.start for date in find_dates(text)}
    for left, right in pairwise(_things(text)):
        between = [join for join in joins if left.end <= join.start and join.end <= right.start]
        if not {left.start, right.start} <= dates:
            between = [join for join in between if any(c.isalpha() for c in text[join.start : join.end])]
        if between and right.start - left.end <= BETWEEN:
            return _tidy(_first(text, left, between[0], right)), _tidy(_second(text, left, between[0]))
    return None


def _joined_phrases(text: str, joins: Sequence[Span]) -> tuple[str, str] | None:
    """ "Ai phụ trách ở Sở và ở xã?": what stands before the first phrase belongs to both, what ends the second, too."""
    for row in phrase_rows("phrase_begins"):
        begins = [place for word in row for place in find(text, word)]
        for join in joins:
            before = [place.start for place in begins if join.start - FAR <= place.start < join.start]
            after = any(not text[join.end : place.start].strip() for place in begins if place.start >= join.end)
            if not before or not after:
                continue
            asked, phrase = text[: max(before)], text[max(before) : join.start]
            if len(asked.split()) >= ASKED_WORDS and ":" not in phrase:
                return _tidy(asked + phrase.rstrip(" ,;") + "?"), _tidy(f"{asked} {text[join.end :].lstrip()}")
    return None


def _first(text: str, left: Span, join: Span, right: Span) -> str:
    """Up to the join, and what follows both: "ai đứng đầu năm 2015 là ai, năm 2020 là ai?" says that twice."""
    own, common = text[left.end : join.start].strip(" ,;"), text[right.end :].strip()
    twice = own and own == common.rstrip(" ?.")
    return text[: join.start].rstrip(" ,;") + (common[len(own) :] if twice else " " + common)


def _second(text: str, left: Span, join: Span) -> str:
    """What stands before the first thing, the words of its date apart, and what follows the join."""
    before = text[: left.start]
    return before[: len(before) - len(words_of_dates(before))] + text[join.end :].lstrip()


def _things(text: str) -> list[Span]:
    """The dates, numbers and names of a text, in order; a quotation is one, whatever stands in it."""
    found: list[Span] = []
    for place in _candidates(text):
        if not any(place.start < other.end and other.start < place.end for other in found):
            found.append(place)
    return sorted(found)


def _candidates(text: str) -> Iterator[Span]:
    """Those that hold others come first."""
    yield from (Span(*m.span()) for m in _QUOTED.finditer(text))
    yield from (Span(date.start, date.end) for date in find_dates(text))
    yield from numbered_in(text)
    yield from _long_names(text)


def _long_names(text: str) -> Iterator[Span]:
    """Names in which one small word may stand between capitals, but none that joins: "Ban Dân vận Tỉnh"."""
    joins = {join.start for join in joining_places(text)}
    words = [Span(*m.span()) for m in _WORD.finditer(text)]
    name: list[Span] = []  # its capitalised words
    for word in [*words, Span(len(text), len(text))]:
        gap = text[name[-1].end : word.start] if name else ""
        near = name and gap.count(" ") <= 2 and not any(name[-1].end <= j < word.start for j in joins)
        if name and not (near and all(c.isalnum() or c == " " for c in gap)):
            if len(name) > 1 and name[0].start > 0:
                yield Span(name[0].start, name[-1].end)
            name = []
        if text[word.start : word.end][:1].isupper():
            name.append(word)


def _tidy(text: str) -> str:
    """Without the blanks and commas that taking apart leaves behind."""
    return re.sub(r"\s+([,?.!;:])", r"\1", re.sub(r"[,;]\s*([,;?.!])", r"\1", " ".join(text.split())))
