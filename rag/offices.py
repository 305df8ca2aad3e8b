"""The office whose holder a question asks for, and whether a text names it.

    office_asked("Ai là Bí thư Tỉnh ủy?")                               → "bi thu"
    names_office("bi thu", "Phó Bí thư Tỉnh ủy Lê Thành Long chủ trì")  → False

A text about a deputy doesn't tell who the chief is. By the tables of `questions.yaml`; diacritics make no difference.
Knows no article.
"""

from __future__ import annotations

import re
from functools import cache

from rag.phrases import HAN, phrases_of
from rag.terms import flat

_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")  # what a question says there is by the way


def office_asked(text: str) -> str:
    """The office, flat, that a question asks the holder of; "" where it asks for none."""
    match = _asked().search(_spread(_BRACKETS.sub(" ", text)))
    return (match.group(1) or match.group(2)) if match else ""


def names_office(office: str, text: str) -> bool:
    """Whether a text names the office: more of it ("phó bí thư thường trực" is a "phó bí thư") or less."""
    return any(f"{named} ".startswith(f"{office} ") or f"{office} ".startswith(f"{named} ") for named in _offices(text))


def _offices(text: str) -> list[str]:
    return _named().findall(_spread(text))


@cache
def _asked() -> re.Pattern[str]:
    office = f"({_either('offices')})"
    return re.compile(
        rf" (?:{_either('holder_wanted')}) (?:\w+ ){{0,2}}?{office} "
        rf"| {office} (?!.* (?:{_either('offices')}) )(?:.* )?(?:{_either('holder_named')})(?: |$)"
    )


@cache
def _named() -> re.Pattern[str]:
    return re.compile(rf"(?<= )(?:{_either('offices')})(?= )")


def _either(table: str) -> str:
    """The phrases of a table, flat, the longest first."""
    return "|".join(re.escape(_spread(phrase).strip()) for phrase in sorted(phrases_of(table), key=len, reverse=True))


def _spread(text: str) -> str:
    """The text flat, each Chinese character a word."""
    return flat(HAN.sub(r" \g<0> ", text))
