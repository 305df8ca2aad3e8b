"""Tell the models what a question in another language calls by another name.

    glossed("How many staff has the Fatherland Front?", ["Mặt trận Tổ quốc có 9 biên chế."])
        → "How many biên chế has the Mặt trận Tổ quốc?"

From `data/glossary.tsv`, and only where the passages found have the word. In the place of the phrase the reader makes
much of it, in brackets after it next to nothing. Knows phrases; no article and no index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from rag.phrases import HAN, find
from rag.tables import read_phrases
from rag.terms import flat, fold
from rag.types import Span

_WORD = re.compile(r"\w+")


def glossed(text: str, passages: Iterable[str]) -> str:
    """The text with the passages' own words in the place of the phrases that mean them; the longest phrases count."""
    told = ""
    taken: list[tuple[Span, str]] = []
    for phrase, meant in _phrases_of(text):
        for place in find(text, phrase):
            if any(place.start < other.end and other.start < place.end for other, _ in taken):
                continue
            told = told or flat("\n".join(passages))
            if f" {flat(meant).strip()} " in told and flat(meant) not in flat(text):
                taken.append((place, meant))
    for place, meant in sorted(taken, reverse=True):
        before, after = text[: place.start], text[place.end :]
        text = f"{before}{' ' * _touches(before[-1:])}{meant}{' ' * _touches(after[:1])}{after}"
    return text


def _touches(character: str) -> bool:
    """Whether a word needs a blank beside a character: Chinese has none between words."""
    return character.isalnum() and not HAN.match(character)


def _phrases_of(text: str) -> list[tuple[str, str]]:
    """(a phrase, the word that it means) of those that the text may have, the longest phrases first."""
    found = {first for first in _firsts(text) if first in _phrases()}
    pairs = [pair for first in found for pair in _phrases()[first]]
    return sorted(pairs, key=lambda pair: (-len(pair[0]), pair))


def _firsts(text: str) -> Iterator[str]:
    """What a phrase may begin with: the words of a text without diacritics, and its Chinese characters."""
    yield from _WORD.findall(fold(text))
    yield from HAN.findall(text)


@cache
def _phrases() -> Mapping[str, Sequence[tuple[str, str]]]:
    """(a phrase, the word that it means) by what the phrase begins with."""
    found: dict[str, list[tuple[str, str]]] = {}
    for meant, phrases in read_phrases("glossary"):
        for phrase in phrases:
            found.setdefault(next(_firsts(phrase)) if not HAN.match(phrase) else phrase[0], []).append((phrase, meant))
    return found
