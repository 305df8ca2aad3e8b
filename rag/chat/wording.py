"""Every visible string of the chat page, in Vietnamese and in English, and which of the two a browser gets.

The strings stand in `rag/data/page.yaml`, one table for both languages; a test holds it against all that is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, TypeAlias, cast, get_args

from rag.tables import read_words

Language: TypeAlias = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
FALLBACK: Language = "en"

DAYS_OF_MONTH, DAYS_OF_YEAR = 30.44, 365.25
AS_DAYS, AS_MONTHS = 45, 700  # ages up to so many days are told in days, in months


@dataclass(frozen=True, slots=True)
class Wording:
    """The page's strings in one language, by name: `words["place"].format(…)`."""

    language: Language
    strings: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.strings[name]

    def counted(self, name: str, count: int) -> str:
        """A string with a number in it, in the singular where the language has one: "1 article", "2 articles"."""
        one, _, more = self[name].partition(" | ")
        return (one if count == 1 or not more else more).format(count=count)

    def day(self, day: date) -> str:
        """The date as the language writes it: 2/3/2021, or 2 March 2021."""
        month = self["months"].split()[day.month - 1]
        return self["date_format"].format(day=day.day, month=month, year=day.year)

    def age(self, day: date, *, today: date) -> str:
        """How long ago a day was, in the unit that people would use: "5 years ago"."""
        days = (today - day).days
        if days < 0:
            return self["age_future"]
        if days == 0:
            return self["age_today"]
        if days <= AS_DAYS:
            return self.counted("age_days", days)
        if days <= AS_MONTHS:
            return self.counted("age_months", round(days / DAYS_OF_MONTH))
        return self.counted("age_years", int(days / DAYS_OF_YEAR))


@cache
def wording(language: Language) -> Wording:
    """The strings of a language."""
    return Wording(language, {name: forms[language] for name, forms in _table().items()})


def known_language(value: object) -> Language | None:
    """The language of that name, if it is one of the page's."""
    return next((language for language in LANGUAGES if language == value), None)


def preferred_language(accept_language: str | None) -> Language:
    """The page's language for the header `Accept-Language` (RFC 9110, 12.5.4): the known one of the highest weight.

    >>> preferred_language("fr, vi-VN;q=0.9, en;q=0.8")
    'vi'
    """
    best: Language = FALLBACK
    best_weight = 0.0
    for entry in (accept_language or "").split(","):
        tag, _, parameter = entry.strip().partition(";")
        weight = _weight(parameter)
        for language in LANGUAGES:
            if tag.strip().lower().split("-")[0] == language and weight > best_weight:
                best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


@cache
def _table() -> Mapping[str, Mapping[Language, str]]:
    return cast(Mapping[str, Mapping[Language, str]], read_words("page"))
