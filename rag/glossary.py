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
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from rag.phrases import HAN, find
from rag.tables import read_phrases
from rag.terms import flat, fold
from rag.types import Span

Table = Literal["glossary", "everyday"]

_WORD = re.compile(r"\w+")


class _Phrase(NamedTuple):
    phrase: str
    folded: str
    meant: str  # flat
    written: str  # what is meant, as it is written


def in_words_of(passages: Collection[str], text: str, language: str) -> str:
    """The text with the passages' own words in the place of the phrases that mean them; the longest phrases count."""
    table: Table = "everyday" if language == "vi" else "glossary"
    said = flat(text)
    taken: list[tuple[Span, str]] = []
    for phrase, _, meant, written in _phrases_of(text, table):
        if meant in said or not _told(passages, meant) or (table == "everyday" and _told(passages, flat(phrase))):
            continue
        for place in find(text, phrase):
            if not any(place.start < other.end and other.start < place.end for other, _ in taken):
                taken.append((place, written))
    for place, written in sorted(taken, reverse=True):
        before, after = text[: place.start], text[place.end :]
        text = f"{before}{' ' * _touches(before[-1:])}{written}{' ' * _touches(after[:1])}{after}"
    return text


@cache
def glossed_words() -> frozenset[str]:
    """Every word of the phrases for which the glossary has a Vietnamese one, folded: such a word may be translated."""
    return frozenset(
        word for _, phrases in read_phrases("glossary") for p in phrases for word in _WORD.findall(fold(p))
    )


def _told(passages: Collection[str], words: str) -> bool:
    return any(words in _flat(passage) for passage in passages)


@lru_cache(maxsize=4096)
def _flat(passage: str) -> str:
    return flat(passage)


def _touches(character: str) -> bool:
    """Whether a word needs a blank beside a character: Chinese has none between words."""
    return character.isalnum() and not HAN.match(character)


def _phrases_of(text: str, table: Table) -> list[_Phrase]:
    """Those that the text may have, the longest first."""
    phrases, folded = _phrases(table), fold(text)
    found = [p for first in set(_firsts(text)) for p in phrases.get(first, ()) if p.folded in folded]
    return sorted(found, key=lambda p: (-len(p.phrase), p))


def _firsts(text: str) -> Iterator[str]:
    """What a phrase may begin with: the words of a text without diacritics, and its Chinese characters."""
    yield from _WORD.findall(fold(text))
    yield from HAN.findall(text)


@cache
def _phrases(table: Table) -> Mapping[str, Sequence[_Phrase]]:
    """The phrases of a table by what they begin with."""
    found: dict[str, list[_Phrase]] = {}
    for written, phrases in read_phrases(table):
        for phrase in phrases:
            first = phrase[0] if HAN.match(phrase) else next(_firsts(phrase))
            found.setdefault(first, []).append(_Phrase(phrase, fold(phrase), flat(written), written))
    return found
