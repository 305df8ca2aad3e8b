"""The fixed words of an answer, in the language of the question: `data/answers.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import cast

from rag.tables import read_words

FALLBACK = "en"


def wording(language: str) -> Mapping[str, str]:
    """The fixed words of answers in a language (ISO 639-1), by name; English where there are none of it."""
    table = _table()
    return table.get(language, table[FALLBACK])


def written_day(day: date, language: str) -> str:
    """A day as people who write the language do: "02/03/2021", "2 March 2021", "2021年3月2日"."""
    words = wording(language)
    month = words["months"].split()[day.month - 1]
    return words["date"].format(day=day.day, month=month, year=day.year)


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    return cast(Mapping[str, Mapping[str, str]], read_words("answers"))
