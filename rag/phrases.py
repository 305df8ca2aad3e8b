"""The words and phrases that questions are read by, in `data/questions.yaml`, and where a text has them.

    holds_any("thông báo ban hành ngày nào", "day_wanted") → True

Words typed without diacritics match those that have them, never the other way round. Knows no question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import cast

from rag.tables import read_words
from rag.terms import fold, has_diacritics
from rag.types import Span

HAN = re.compile(r"[\u3400-\u9fff]")


def phrases_of(table: str) -> list[str]:
    """The phrases of a table that is a list."""
    return cast(Mapping[str, list[str]], question_table())[table]


@lru_cache(maxsize=8192)  # of a question the same is asked for each sentence
def holds_any(text: str, table: str) -> bool:
    """Whether the text has a phrase of a table of `questions.yaml`."""
    return any(holds(text, phrase) for phrase in phrases_of(table))


def holds(text: str, phrase: str) -> bool:
    """Whether the text has a phrase."""
    return bool(find(text, phrase))


def find(text: str, phrase: str) -> list[Span]:
    """Where a phrase stands. Words typed without diacritics match those that have them, never the other way round."""
    if HAN.search(phrase):
        return [Span(*m.span()) for m in re.finditer(re.escape(phrase), text)]
    exact, folded = _forms(text)
    found = [Span(*m.span()) for m in _pattern(phrase, folded=False).finditer(exact)]
    if len(exact) != len(text) or len(folded) != len(text):  # offsets would not be the text's
        return found if len(exact) == len(text) else []
    plain = (Span(*m.span()) for m in _pattern(phrase, folded=True).finditer(folded))
    return found + [span for span in plain if span not in found and not has_diacritics(text[span.start : span.end])]


@lru_cache(maxsize=1024)
def _forms(text: str) -> tuple[str, str]:
    """A text as phrases are looked for in it, with and without diacritics: many are looked for in one question."""
    return unicodedata.normalize("NFC", text).casefold(), fold(text)


def begins(text: str, phrases: Iterable[str]) -> bool:
    """Whether the text begins with one of the phrases."""
    return any(place.start == 0 for phrase in phrases for place in find(text, phrase))


def drop_phrases(text: str, table: str) -> str:
    """The text without the phrases of a table of `questions.yaml`: "còn ông thì sao?" → " ?"."""
    return without(text, phrases_of(table))


def says_only(text: str, table: str) -> bool:
    """Whether a text says nothing but phrases of a table."""
    return not any(c.isalnum() for c in drop_phrases(text, table))


def without(text: str, phrases: Iterable[str]) -> str:
    """The text with a blank in the place of each of the phrases, the longest first."""
    for phrase in sorted(phrases, key=len, reverse=True):
        for span in sorted(find(text, phrase), reverse=True):
            text = text[: span.start] + " " + text[span.end :]
    return text


def words_of_dates(before: str) -> str:
    """The end of a text that belongs to the date after it: "Ai họp vào cuối năm " → "vào cuối năm "."""
    end = len(before)
    while True:
        rest = before[:end].rstrip()
        match = re.search(r"[^\W\d_]+$", rest)
        if not match or not is_date_word(match.group()):
            return before[end:]
        end = match.start()


def is_date_word(word: str) -> bool:
    """Whether a word belongs to dates: "tháng", "năm", "early"."""
    return fold(word) in _date_words()


@cache
def _date_words() -> frozenset[str]:
    return frozenset(fold(word) for word in phrases_of("date_words"))


def person_pronouns(text: str) -> list[Span]:
    """Where a text says "bà ấy", "she", or "bà" with no name after it, in order."""
    places = {place for phrase in phrases_of("person_pronouns") for place in find(text, phrase)}
    titles = {place for phrase in phrases_of("person_titles") for place in find(text, phrase)}
    alone = {title for title in titles if not text[title.end :].lstrip()[:1].isupper()}
    return sorted(places | {t for t in alone if not any(p.start <= t.start < p.end for p in places)})


def joining_places(text: str) -> list[Span]:
    """Where a text joins two things: "và", "còn", "and", a comma; in order, those that touch as one."""
    places = [place for phrase in phrases_of("joined") for place in find(text, phrase)]
    places = sorted([*places, *(Span(*m.span()) for m in re.finditer(r"[,;，；、]", text))])
    joined: list[Span] = []
    for place in places:
        if joined and not text[joined[-1].end : place.start].strip():
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, place.end))
        else:
            joined.append(place)
    return joined


def phrase_rows(table: str) -> Sequence[Sequence[str]]:
    """The rows of a table whose rows each mean nearly the same."""
    return cast(Sequence[Sequence[str]], question_table()[table])


@cache
def _pattern(phrase: str, *, folded: bool) -> re.Pattern[str]:
    parts = [part.strip() for part in phrase.split("…")]  # before folding, which makes three dots of it
    words = [fold(part) if folded else unicodedata.normalize("NFC", part).casefold() for part in parts]
    between = r"\b[^.?!;]{1,60}?\b"
    return re.compile(r"(?<!\w)" + between.join(map(re.escape, words)) + r"(?!\w)")


@cache
def question_table() -> Mapping[str, object]:
    """All tables of `questions.yaml`, by name."""
    return cast(Mapping[str, object], read_words("questions"))
