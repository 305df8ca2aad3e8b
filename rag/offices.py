"""The office whose holder a question asks for, and the offices that a text names. By the tables of `questions.yaml`.

    office_asked("Ai là Bí thư Tỉnh ủy?")                               → "bi thu tinh uy"
    names_office("bi thu", "Phó Bí thư Tỉnh ủy Lê Thành Long chủ trì")  → False

A text about a deputy doesn't tell who the chief is. Offices are told without diacritics. Knows no article.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from rag.glossary import in_words_of
from rag.phrases import HAN, phrases_of
from rag.terms import flat, fold, has_diacritics, spelling

_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")  # what a question says there is by the way
_MARKS = re.compile(r"[^\w\s]+")


def with_offices(question: str, language: str) -> str:
    """The question with offices as Vietnamese newspapers call them; "" where one in another language has none.

    "According to Truong Thi Mai" would have a "tổ trưởng" otherwise.
    """
    told = in_words_of(phrases_of("offices"), question, language)
    return told if language == "vi" or has_diacritics(told) else ""


def office_asked(question: str) -> str:
    """The office that a question asks the holder of; "" where it asks for none."""
    text = _BRACKETS.sub(" ", question)
    match = _asked(has_diacritics(text)).search(_spread(text))
    return fold(match.group(1) or match.group(2)) if match else ""


def names_office(office: str, text: str) -> bool:
    """Whether a text names the office: more of it ("phó bí thư thường trực" is a "phó bí thư") or less."""
    return any(
        f"{named} ".startswith(f"{office} ") or f"{office} ".startswith(f"{named} ") for named in offices_in(text)
    )


@lru_cache(maxsize=8192)
def offices_in(text: str) -> tuple[str, ...]:
    """The offices that a text names, in order."""
    return tuple(fold(office) for office in _named(has_diacritics(text)).findall(_spread(text)))


@cache
def _asked(exact: bool) -> re.Pattern[str]:
    offices, wanted, named = (_either(table, exact) for table in ("offices", "holder_wanted", "holder_named"))
    return re.compile(
        rf" (?:{wanted}) (?:\w+ ){{0,2}}?({offices}) | ({offices}) (?!.* (?:{offices}) )(?:.* )?(?:{named})(?: |$)"
    )


@cache
def _named(exact: bool) -> re.Pattern[str]:
    return re.compile(rf"(?<= )(?:{_either('offices', exact)})(?= )")


def _either(table: str, exact: bool) -> str:
    """The phrases of a table as `_spread` has them, the longest first."""
    form = spelling if exact else flat
    phrases = (form(HAN.sub(r" \g<0> ", phrase)).strip() for phrase in phrases_of(table))
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


def _spread(text: str) -> str:
    """The text without marks, a bar in the place of each, and each Chinese character a word."""
    form = spelling if has_diacritics(text) else flat
    return "|".join(form(HAN.sub(r" \g<0> ", part)) for part in _MARKS.split(text))
