"""Tell the models in the articles' own words what a question calls by another name.

    in_words_of(["Mặt trận Tổ quốc có 9 biên chế."], "How many staff has the Fatherland Front?", "en")
        → "How many biên chế has the Mặt trận Tổ quốc?"
    in_words_of(["củng cố niềm tin"], "Lòng tin ra sao?", "vi")  → "niềm tin ra sao?"

By two tables: `data/glossary.tsv` for other languages, `data/everyday.tsv` for what people say and newspapers print in
other words. Only where the passages found have the word. In the place of the phrase the reader makes much of it, in
brackets after it next to nothing. Knows phrases; no article and no index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Literal

from rag.phrases import HAN, find
from rag.tables import read_phrases
from rag.terms import flat, fold
from rag.types import Span

Table = Literal["glossary", "everyday"]

_WORD = re.compile(r"\w+")


def in_words_of(passages: Iterable[str], text: str, language: str) -> str:
    """The text with the passages' own words in the place of the phrases that mean them; the longest phrases count."""
    table: Table = "everyday" if language == "vi" else "glossary"
    told = ""
    taken: list[tuple[Span, str]] = []
    for phrase, meant in _phrases_of(text, table):
        for place in find(text, phrase):
            if any(place.start < other.end and other.start < place.end for other, _ in taken):
                continue
            told = told or flat("\n".join(passages))
            said = table == "everyday" and flat(phrase) in told
            if flat(meant) in told and flat(meant) not in flat(text) and not said:
                taken.append((place, meant))
    for place, meant in sorted(taken, reverse=True):
        before, after = text[: place.start], text[place.end :]
        text = f"{before}{' ' * _touches(before[-1:])}{meant}{' ' * _touches(after[:1])}{after}"
    return text


def _touches(character: str) -> bool:
    """Whether a word needs a blank beside a character: Chinese has none between words."""
    return character.isalnum() and not HAN.match(character)


def _phrases_of(text: str, table: Table) -> list[tuple[str, str]]:
    """(a phrase, the word that it means) of those that the text may have, the longest phrases first."""
    phrases = _phrases(table)
    pairs = [pair for first in set(_firsts(text)) for pair in phrases.get(first, ())]
    return sorted(pairs, key=lambda pair: (-len(pair[0]), pair))


def _firsts(text: str) -> Iterator[str]:
    """What a phrase may begin with: the words of a text without diacritics, and its Chinese characters."""
    yield from _WORD.findall(fold(text))
    yield from HAN.findall(text)


@cache
def _phrases(table: Table) -> Mapping[str, Sequence[tuple[str, str]]]:
    """(a phrase, the word that it means) by what the phrase begins with."""
    found: dict[str, list[tuple[str, str]]] = {}
    for meant, phrases in read_phrases(table):
        for phrase in phrases:
            found.setdefault(next(_firsts(phrase)) if not HAN.match(phrase) else phrase[0], []).append((phrase, meant))
    return found
