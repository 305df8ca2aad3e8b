"""Find the sentence that a question is, but for what it leaves out (Taylor 1953): a cloze.

    left_out("Năm tới xã sẽ mở lớp dạy gì?", "…; xã sẽ mở lớp dạy bơi và …")  → the place of "bơi và …"

By the words right before the one that asks. Vietnamese asks so; other languages put the word that asks first.
Knows a question and a text, typed with diacritics or without.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.offices import offices_in
from rag.phrases import find, phrases_of
from rag.terms import fold
from rag.types import Span

LEAST = 4  # words in a row that both have

_WORD = re.compile(r"\w+")


@lru_cache(maxsize=8192)
def left_out(question: str, text: str) -> Span | None:
    """Where a text goes on behind the words that precede what is asked for; None where it has not enough of them.

    Words with digits are dates and documents, which many sentences have; an office is held by several.
    """
    asked, words = _before_gap(question), [*_WORD.finditer(text)]
    if len(asked) < LEAST:
        return None
    told = [fold(word.group()) for word in words]
    for end in range(LEAST, len(told)):
        run = told[end - LEAST : end]
        if run == asked[-LEAST:] and not any(c.isdigit() for word in run for c in word):
            return Span(words[end].start(), len(text))
    return None


@lru_cache(maxsize=1024)
def _before_gap(question: str) -> list[str]:
    """The folded words before the last that leaves something out: "gì", "nào"; none behind an office."""
    gaps = [place.start for phrase in phrases_of("gaps") for place in find(question, phrase)]
    before = question[: max(gaps, default=0)]
    words = [fold(word) for word in _WORD.findall(before)]
    while words and words[-1] in map(fold, phrases_of("before_gaps")):
        words.pop()
    return [] if offices_in(" ".join(_WORD.findall(before)[-2 * LEAST :])) else words
