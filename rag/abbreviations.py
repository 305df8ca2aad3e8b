"""Write the abbreviations of a question out, as the passages found for it do.

    written_out("Ở Bộ VHTTDL có gì?", ["Bộ Văn hóa, Thể thao và Du lịch họp."])
        → "Ở Bộ VHTTDL (Văn hóa, Thể thao và Du lịch) có gì?"

A run of words whose first letters the abbreviation is; "và", "của", "các" may be left out. Of several the most
frequent, then the shortest. The abbreviation stays: other passages write it. Knows no article and no index.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from rag.terms import fold
from rag.types import Span

LEFT_OUT: Final = frozenset({"va", "cua", "cac", "and", "of"})  # no "the": "thể" is folded so, too
LONGEST = 8  # letters of an abbreviation

_WORD = re.compile(r"[^\W\d_]+")
_ABBREVIATION = re.compile(rf"(?<![\w/-])(?:[A-ZĐ]{{3,{LONGEST}}}|[b-df-hj-np-tv-xzđ]{{3,{LONGEST}}})(?![\w/-])")
_BROKEN = re.compile(r"[.;:!?()\n]")  # no name goes on after these


def written_out(text: str, passages: Iterable[str]) -> str:
    """The text with what each of its abbreviations stands for in brackets after it, where the passages tell."""
    found = list(_ABBREVIATION.finditer(text))
    if not found:
        return text
    told = list(passages)
    for match in reversed(found):
        meant = _meaning(fold(match.group()), told)
        if meant and fold(meant) not in fold(text):
            text = f"{text[: match.end()]} ({meant}){text[match.end() :]}"
    return text


def is_abbreviation(word: str) -> bool:
    """Whether a word looks like an abbreviation: three capitals and more, or consonants alone."""
    return bool(_ABBREVIATION.fullmatch(word))


def places_told(abbreviation: str, text: str) -> list[Span]:
    """Where a text has the words that an abbreviation stands for."""
    words = list(_WORD.finditer(text))
    plain, letters = [fold(word.group()) for word in words], fold(abbreviation)
    found = []
    for i, word in enumerate(plain):
        last = _end_of_match(plain, i, letters) if word[0] == letters[0] else None
        if last is not None and not _BROKEN.search(text, words[i].start(), words[last].end()):
            found.append(Span(words[i].start(), words[last].end()))
    return found


def initials(words: Sequence[str]) -> str:
    """The first letters of folded words, and after a blank the same without the small words: "bvh bh"."""
    short = "".join(word[0] for word in words if word not in LEFT_OUT)
    return "".join(word[0] for word in words) + " " + short


def _meaning(letters: str, passages: Sequence[str]) -> str:
    counts: Counter[str] = Counter()
    for passage in passages:
        counts.update(passage[place.start : place.end] for place in places_told(letters, passage))
    return min(counts, key=lambda run: (-counts[run], len(run), run)) if counts else ""


def _end_of_match(words: Sequence[str], start: int, letters: str) -> int | None:
    """The last of the words from `start` on whose first letters are these; small words may stand between them."""
    at = start
    for k, letter in enumerate(letters):
        while k and at < len(words) and words[at] in LEFT_OUT and words[at][0] != letter:
            at += 1
        if at >= len(words) or words[at][0] != letter:
            return None
        at += 1
    return at - 1
