"""Read what can be checked of a sentence: its numbers, dates and names, and its words with what denies them.

    told("Ban chưa có 15 biên chế.", "vi").facts → the number 15
    told("Ban chưa có 15 biên chế.", "vi").words → ban, có (denied), 15 (denied), biên, chế

Words and tables stand in `data/claims.yaml`. Knows one sentence; no article and no other sentence to compare it with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Literal, TypedDict, cast

from rag.dates import FoundDate, dates_told
from rag.phrases import find, holds, without
from rag.question import language_of, numbers_of
from rag.tables import read_words
from rag.terms import UNSPACED, fold, syllables
from rag.types import Span

Kind = Literal["number", "date", "name"]

LEAST_LETTERS = 8  # by which a language can be told
DENIED_AFTER = 2  # words after a negation that it denies, within a clause
_WORD = re.compile(
    rf"\d+(?:[.,]\d+)*|[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W\d_])(?:(?![{UNSPACED}])[\w\u0300-\u036f’'`])*"
)
# What is written for programs and models: their special tokens, the delimiters of the prompt, calls of functions.
_MACHINE = re.compile(
    r"<\|[^>\n]*>|\[/?INST\]|(?i:</?(?:s|passage|tool_call|system|user|assistant|script|img)\b[^>\n]*>)|\{\s*\"\w+\"\s*:"
)
_DIGITS = re.compile(r"\d")
_ROMAN = re.compile(r"(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3})")
_CLAUSE_END = re.compile(r"[,;:.!?()–—…，。；：、]")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_NAME_GAP = re.compile(r"[ \u00a0]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word at `text[span.start:span.end]`: as it is spelt, folded, and whether a negation denies it."""

    span: Span
    spelt: str  # lower case, tones in one place
    plain: str  # without diacritics, too
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A number, a date or a name; `words` is its half-open range of the sentence's words."""

    kind: Kind
    text: str
    words: Span
    number: str = ""
    day: FoundDate | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence as what it tells. `words` leaves negations out; `denies` says whether there are any."""

    text: str
    language: str
    words: tuple[Word, ...]
    facts: tuple[Fact, ...]
    denies: bool

    def of_kind(self, kind: Kind) -> list[Fact]:
        """The facts of a kind, in order."""
        return [fact for fact in self.facts if fact.kind == kind]


class _Tables(TypedDict):
    negations: list[str]
    no_negations: list[str]
    number_words: Mapping[str, int]
    magnitudes: Mapping[str, int]
    before_names: list[str]
    orders: list[str]
    proposals: list[str]
    proposing: list[str]


@lru_cache(maxsize=4096)
def told(text: str, language: str, published: date | None = None) -> Told:
    """Read a sentence. `published` is the day of its article, for dates that name no year."""
    words, denies = _words(text)
    dates = [_dated(text, words, found) for found in dates_told(text, published)]
    taken = {i for fact in dates for i in range(*fact.words)}
    numbers = [fact for fact in _numbers(text, words) if fact.words.start not in taken]
    taken |= {i for fact in numbers for i in range(*fact.words)}
    return Told(text, language, words, (*dates, *numbers, *_names(text, words, taken)), denies)


@lru_cache(maxsize=8192)
def gives_orders(text: str) -> bool:
    """Whether a sentence tells whoever answers what to do, or a program: it tells nothing that could be an answer."""
    return bool(_MACHINE.search(text)) or without(text, _tables()["orders"]) != text


def proposed_in(text: str) -> str:
    """What follows the first word that proposes; "" where nothing is proposed."""
    places = [place.end for phrase in _tables()["proposals"] for place in find(text, phrase)]
    return text[min(places) :] if places else ""


def proposes(text: str) -> bool:
    """Whether a sentence says that something is proposed, asked for or due."""
    return any(holds(text, phrase) for phrase in _tables()["proposing"])


def number_words() -> Mapping[str, int]:
    """Numbers in words, by how they are spelt."""
    return _tables()["number_words"]


def before_names() -> frozenset[str]:
    """Words with a capital that may stand before a name, and are no part of it."""
    return _before_names()


def language_told(text: str) -> str:
    """The language of a sentence, its names left out: an English one may name people of another country."""
    rest = " ".join(word for word in text.split() if not word.strip("“\"'«(").istitle() and not word.isupper())
    return language_of(rest if sum(c.isalpha() for c in rest) > LEAST_LETTERS else text)


def _words(text: str) -> tuple[tuple[Word, ...], bool]:
    """The words without the negations, each marked that one denies; and whether there are negations."""
    hidden = {i for span in _no_negations(text) for i in range(*span)}
    negations, found, denies = _negations(), [], False
    reach, end = 0, 0
    for match in _WORD.finditer(text):
        if _CLAUSE_END.search(text, end, match.start()):
            reach = 0
        end = match.end()
        spelt = "".join(syllables(match.group().replace("’", "'"))) or match.group().lower()
        lowered = match.group().replace("’", "'").lower()
        if (lowered in negations or lowered.endswith("n't")) and match.start() not in hidden:
            reach, denies = DENIED_AFTER, True
            continue
        found.append(Word(Span(*match.span()), spelt, fold(spelt), reach > 0))
        reach = max(0, reach - 1)
    return tuple(found), denies


def _no_negations(text: str) -> Iterator[Span]:
    lowered = text.lower()
    for phrase in _tables()["no_negations"]:
        yield from (Span(*m.span()) for m in re.finditer(re.escape(phrase), lowered))


def _range(words: tuple[Word, ...], start: int, end: int) -> Span:
    inside = [i for i, word in enumerate(words) if word.span.start < end and start < word.span.end]
    return Span(inside[0], inside[-1] + 1) if inside else Span(0, 0)


def _dated(text: str, words: tuple[Word, ...], found: FoundDate) -> Fact:
    return Fact("date", text[found.start : found.end], _range(words, found.start, found.end), day=found)


def _numbers(text: str, words: tuple[Word, ...]) -> Iterator[Fact]:
    """Numbers with digits, Roman ones, and those in words; with the magnitude that follows."""
    for i, word in enumerate(words):
        written = text[word.span.start : word.span.end]
        if _DIGITS.match(written):
            value = _value(written)
        elif _ROMAN.fullmatch(written):
            value = numbers_of(written)[0]
        elif written in number_words() and i + 1 < len(words):
            value = str(number_words()[written])
        else:
            continue
        following = words[i + 1].spelt if i + 1 < len(words) else ""
        times = _tables()["magnitudes"].get(following)
        end = i + (2 if times else 1)
        if times and value.count(".") < 2:
            value = f"{float(value) * times:.12g}"
        yield Fact("number", text[word.span.start : words[end - 1].span.end], Span(i, end), number=value)


def _value(written: str) -> str:
    """ "1.000" and "1,000" → "1000"; "7,84" and "7.84" → "7.84"; "02" → "2"."""
    if _THOUSANDS.fullmatch(written):
        return re.sub(r"[.,]", "", written)
    parts = re.split(r"[.,]", written)
    if len(parts) > 2:  # "1.2.3" is a heading
        return written
    whole = parts[0].lstrip("0") or "0"
    fraction = parts[1].rstrip("0") if len(parts) == 2 else ""
    return f"{whole}.{fraction}" if fraction else whole


def _names(text: str, words: tuple[Word, ...], taken: set[int]) -> Iterator[Fact]:
    """Capitalised words in a row; one alone only within the sentence, or when it is all capitals."""
    run: list[int] = []
    for i in [*range(len(words)), None]:
        if i is not None and i not in taken and _capital(text, words[i]) and (not run or _joined(text, words, run, i)):
            run.append(i)
            continue
        if run and (len(run) > 1 or not _begins(text, words[run[0]])):
            first, last = words[run[0]].span, words[run[-1]].span
            yield Fact("name", text[first.start : last.end], Span(run[0], run[-1] + 1))
        run = [i] if i is not None and i not in taken and _capital(text, words[i]) else []


def _capital(text: str, word: Word) -> bool:
    return text[word.span.start].isupper()


def _joined(text: str, words: tuple[Word, ...], run: list[int], i: int) -> bool:
    between = text[words[run[-1]].span.end : words[i].span.start]
    return i == run[-1] + 1 and bool(_NAME_GAP.fullmatch(between))


def _begins(text: str, word: Word) -> bool:
    """Whether a word begins a sentence, or what is quoted: there a capital tells nothing."""
    before = text[: word.span.start].rstrip()
    return not before or before[-1] in ".!?…:;“\"«'‘-–•(/]"


@cache
def _tables() -> _Tables:
    loaded = read_words("claims")
    for name in ("number_words", "magnitudes"):
        loaded[name] = {word: int(value) for word, value in loaded[name].items()}
    return cast(_Tables, loaded)


@cache
def _negations() -> frozenset[str]:
    return frozenset(_tables()["negations"])


@cache
def _before_names() -> frozenset[str]:
    return frozenset(_tables()["before_names"])
