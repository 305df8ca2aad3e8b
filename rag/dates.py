"""Dates written in a text, with their offsets: Vietnamese (with or without diacritics), English, French, Spanish,
German, Chinese and Japanese, ISO 8601.

Day stands before month in figures ("02/3/2021" is 2 March) unless only the other order is a date ("03/15/2021").
Knows no calendar but the Gregorian, and does not guess which date matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

# Vietnamese words match composed, decomposed (NFD) and typed without diacritics.
_DAY_WORD = "ng(?:à|a\u0300?)y"
_MONTH_WORD = "th(?:á|a\u0301?)ng"
_YEAR_WORD = "n(?:ă|a\u0306?)m"

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv enero ene januar jänner",
            "february feb février fevrier févr febrero februar",
            "march mar mars marzo märz",
            "april apr avril avr abril abr",
            "may mai mayo",
            "june jun juin junio juni",
            "july jul juillet juil julio juli",
            "august aug août aout agosto ago",
            "september sept sep septembre septiembre",
            "october oct octobre octubre oktober okt",
            "november nov novembre noviembre",
            "december dec décembre decembre déc diciembre dic dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH_NAME = "(?:" + "|".join(sorted(_MONTHS, key=lambda name: (-len(name), name))) + r")\b\.?"
_LOWER_CASE_WORDS = frozenset({"march", "may", "mar", "jan", "ago", "sept", "sep", "dec", "dic", "mars"})

_Y = r"(?P<year>1[0-9]{3}|2[0-9]{3})"
_D = r"(?P<day>3[01]|[12][0-9]|0?[1-9])"
_M = r"(?P<month>1[0-2]|0?[1-9])"
_NUMBER_BEFORE = r"(?<![\d/])(?<!\d[.,:-])"
_NUMBER_AFTER = r"(?![\d/])(?![.,:-]\d)"
_MOMENT = f"(?:{_DAY_WORD}|h[ôo]m|s[áa]ng|tr[ưu]a|chi[ềe]u|t[ốo]i|[đd][êe]m|m[ồùou]ng|t[ừu]|[đd][ếe]n|v[àa]o)"

# Tried in this order at every place; the first that gives a real date there wins.
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_Y}\s?年\s?(?:{_M}\s?月)?\s?(?:{_D}\s?[日号號])?",
        rf"(?<!\d){_M}\s?月\s?{_D}\s?[日号號]",
        rf"{_NUMBER_BEFORE}{_Y}(?P<mark>[-/.]){_M}(?P=mark){_D}(?=T\d|{_NUMBER_AFTER})",
        rf"{_NUMBER_BEFORE}(?P<first>\d{{1,2}})\s?(?P<mark>[-/.–])\s?(?P<second>\d{{1,2}})\s?(?P=mark)\s?{_Y}{_NUMBER_AFTER}",
        rf"{_NUMBER_BEFORE}{_D}/{_M}/(?P<short>\d\d){_NUMBER_AFTER}",
        rf"(?:\b{_DAY_WORD}\s+)?(?<!\d){_D}\s+{_MONTH_WORD}\s+{_M}(?!\d)(?:\s*[,/-]?\s*(?:{_YEAR_WORD}\s+)?{_Y}(?!\d))?",
        rf"\b{_MONTH_WORD}\s+{_M}(?:\s*[/-]\s*|\s*,?\s+{_YEAR_WORD}\s+){_Y}(?!\d)",
        rf"\b{_MOMENT}\s+(?P<start>{_D})[/-]{_M}{_NUMBER_AFTER}",
        rf"{_NUMBER_BEFORE}{_D}/{_M}(?=\s*(?:,|-|–|v[àa]|[đd][ếe]n|and|to|et|y)\s*(?:{_DAY_WORD}\s+)?\d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?\b)",
        rf"\b{_DAY_WORD}\s+(?P<start>{_D})(?=\s*(?:,|-|–|v[àa]|[đd][ếe]n)\s*\d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?\b)",
        rf"\b{_D}(?:st|nd|rd|th|er|\.)?\s+(?:of\s+|de\s+)?(?P<name>{_MONTH_NAME})(?:,?\s+(?:de\s+|del\s+)?{_Y}\b)?",
        rf"\b(?P<name>{_MONTH_NAME})\s+{_D}(?:st|nd|rd|th)?\b(?!\s*[:/])(?:,?\s+{_Y}\b)?",
        rf"\b(?P<name>{_MONTH_NAME})\s+(?:de\s+)?{_Y}\b",
        rf"\b{_MONTH_WORD}\s+{_M}(?![\d/.,]\d|\d)",
        rf"\b{_YEAR_WORD}\s+(?P<start>{_Y})(?!\d|[./]\d)",
        r"(?<![\w./,:-])(?P<year>1[5-9]\d\d|20\d\d)(?![\w/]|[.,:]\d|-[^\W\d]|-\d{1,2}-)",
        r"(?<=\d{4}[-–])(?P<year>1[5-9]\d\d|20\d\d)(?![\w/]|[.,:]\d|-[^\W\d]|-\d{1,2}-)",
    )
)
# Where a date can begin: cheap to find, so that long texts take linear time.
_START = re.compile(rf"\d|\b(?:{_MONTH_NAME}|{_MONTH_WORD}|{_YEAR_WORD}|{_MOMENT})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date at `text[start:end]`. What is not written is None: "9/7" has no year, "năm 2020" has only that."""

    start: int
    end: int
    day: int | None = None
    month: int | None = None
    year: int | None = None

    @property
    def as_date(self) -> date | None:
        """The day it names, when day, month and year are all there."""
        if self.day is None or self.month is None or self.year is None:
            return None
        return date(self.year, self.month, self.day)

    @staticmethod
    def on(day: date | None) -> list[FoundDate]:
        """A day that is known otherwise, at no place of a text; nothing for None."""
        return [FoundDate(0, 0, day.day, day.month, day.year)] if day else []

    def agrees_with(self, other: FoundDate) -> bool:
        """Whether the other is the same, as far as this one says."""
        pairs = ((self.day, other.day), (self.month, other.month), (self.year, other.year))
        return all(mine is None or mine == theirs for mine, theirs in pairs)


def find_dates(text: str) -> list[FoundDate]:
    """All dates in order of place, none overlapping. Impossible ones ("31/02/2020") are left out.

    `"28/9 và 29/9/2016"` gives both with the year; `"9/7"` counts only after a word such as "ngày" or "chiều".
    """
    return list(_dates_of(text))


@lru_cache(maxsize=8192)
def _dates_of(text: str) -> tuple[FoundDate, ...]:
    """Of a sentence it is asked for each question."""
    return tuple(_share_year(text, list(_scan(text))))


def without_dates(text: str) -> str:
    """The text with a blank in the place of each date."""
    for found in reversed(find_dates(text)):
        text = text[: found.start] + " " + text[found.end :]
    return text


def dates_told(text: str, published: date | None) -> list[FoundDate]:
    """The dates of a text. One without a year is of the year of publication: "Ngày 9/7" in an article of 13/07/2015."""
    year = published.year if published else None
    return [replace(found, year=found.year or year) for found in find_dates(text)]


def _scan(text: str) -> Iterator[FoundDate]:
    place = 0
    while (start := _START.search(text, place)) is not None:
        found = next(filter(None, (_read(p.match(text, start.start())) for p in _PATTERNS)), None)
        if found is not None:
            yield found
            place = found.end
        elif text[start.start()].isdigit():
            place = start.end()
            while place < len(text) and text[place].isdigit():
                place += 1
        else:
            place = start.start() + 1


def _read(match: re.Match[str] | None) -> FoundDate | None:
    """The date that a pattern matched, or None when there is no such day."""
    if match is None:
        return None
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    if parts.get("short"):
        year = int(parts["short"]) + (1900 if int(parts["short"]) > 68 else 2000)  # the POSIX rule for two figures
    month = int(parts["month"]) if parts.get("month") else None
    day = int(parts["day"]) if parts.get("day") else None
    if parts.get("first"):
        day, month = int(parts["first"]), int(parts["second"])
        if month > 12:
            day, month = month, day
    if name := parts.get("name"):
        if year is None and name.rstrip(".") in _LOWER_CASE_WORDS:  # "chapter 3 may", "il y a 3 mars"
            return None
        month = _MONTHS[name.rstrip(".").lower()]
    if not _exists(day, month, year):
        return None
    return FoundDate(match.start("start") if parts.get("start") else match.start(), match.end(), day, month, year)


def _exists(day: int | None, month: int | None, year: int | None) -> bool:
    try:
        date(year or 2000, month or 1, day or 1)  # 2000 has a 29 February
    except ValueError:
        return False
    return True


def _share_year(text: str, found: list[FoundDate]) -> list[FoundDate]:
    """ "28/9 và 29/9/2016": what the first leaves out is what the second says."""
    for i in range(len(found) - 2, -1, -1):
        one, following = found[i], found[i + 1]
        listed = re.fullmatch(
            r"\s*(?:,|-|–|và|va|đến|den|and|to|et|y)\s*(?:ng[àa]y\s+)?", text[one.end : following.start], re.IGNORECASE
        )
        if (
            listed
            and one.day
            and one.year is None
            and following.day
            and _exists(one.day, following.month, following.year)
        ):
            found[i] = replace(one, month=one.month or following.month, year=following.year)
    return [one for one in found if one.month or one.year]
