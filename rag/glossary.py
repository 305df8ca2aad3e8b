"""Tell the models what a question in another language calls by another name.

    glossed("How many staff has the Fatherland Front?", ["Mặt trận Tổ quốc có 9 biên chế."])
        → "How many biên chế has the Mặt trận Tổ quốc?"

From `data/glossary.yaml`, and only where the passages found have the word. In the place of the phrase the reader makes
much of it, in brackets after it next to nothing. Knows phrases; no article and no index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import cast

from rag.phrases import find
from rag.tables import read_words
from rag.terms import flat
from rag.types import Span


def glossed(text: str, passages: Iterable[str]) -> str:
    """The text with the passages' own words in the place of the phrases that mean them; the longest phrases count."""
    told = ""
    taken: list[tuple[Span, str]] = []
    for phrase, meant in _phrases():
        for place in find(text, phrase):
            if any(place.start < other.end and other.start < place.end for other, _ in taken):
                continue
            told = told or flat("\n".join(passages))
            if f" {flat(meant).strip()} " in told and flat(meant) not in flat(text):
                taken.append((place, meant))
    for place, meant in sorted(taken, reverse=True):
        text = text[: place.start] + meant + text[place.end :]
    return text


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    """(a phrase, the word that it means), the longest phrases first."""
    table = cast(Mapping[str, list[str]], read_words("glossary"))
    pairs = [(phrase, meant) for meant, phrases in table.items() for phrase in phrases]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))
