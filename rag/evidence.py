"""Find the kind of thing a question asks for in a text: a date, a number of something, a name.

    places_of(read_question("Có bao nhiêu phòng?"), "có 15 biên chế với 02 phòng") → the span of "02"

Knows no collection: a text and a question are enough.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from rag.counted import only_counted
from rag.dates import FoundDate, find_dates
from rag.documents import days_of_documents, documents_in, kind_numbered
from rag.names import WORD, names_in
from rag.phrases import holds_any, phrases_of
from rag.question import Question, language_of, numbers_of, wants_several
from rag.terms import flat, fold, has_diacritics
from rag.types import Span

UNSURE = 0.5  # evidence where the kind of thing can't be told from the text
UNLIKELY = 0.1  # evidence where a number, name or year is not seen, but may be in words that aren't known
SHORT_NAME = 0.2  # evidence of a person where capitals may as well be an office's or a place's
WRONG_UNIT = 0.4  # evidence of a number that stands beside something else than was asked for

_YEAR = r"(?:19|20)\d{2}"
_PERIOD = re.compile(
    rf"{_YEAR}\s*[-–—]\s*(?:19|20)?\d{{2}}(?!\d)"  # 2015 - 2020
    rf"|(?<!\w)từ năm {_YEAR} (?:đến|tới) (?:năm )?{_YEAR}"
    rf"|(?<!\w)\d{{1,2}} (?:tháng|năm|quý) (?:đầu|cuối)(?: năm)?(?: {_YEAR})?",
    re.IGNORECASE,
)
_QUOTATION = re.compile(r"[“«\"][^“”«»\"]{2,220}[”»\"]")
_WORD_WITHIN = re.compile(r"(?<=[\w,;] )[^\W\d_]{2}")  # the first letters of one that begins no sentence
_NUMBER = re.compile(r"(?<![\w/-])\d+(?:[.,]\d+)*(?!\w)|(?<!\w)(?:[IVXLC]{2,}|(?<=khóa )[IVX]|(?<=thứ )[IVX])(?!\w)")
_NUMBER_WORDS = (  # Vietnamese (but "năm", which is "year", too), English, French
    "một|hai|ba|bốn|sáu|bảy|tám|chín|mười|one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|million|"
    "un|une|deux|trois|quatre|cinq|sept|huit|neuf|dix|cent|mille"
)
_NUMBER_WORD = re.compile(rf"(?<!\w)(?:{_NUMBER_WORDS})(?= \w)", re.IGNORECASE)
_FIVE = re.compile(r"(?<!\w)năm(?= (?!nay|qua|sau|trước|mới)[^\W\d_])", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?:(?<!\w)(?<!thứ )(?<!thu )(?:bao nhi[êe]?u|mấy|may|how many|how much|combien de)\s+"
    r"|combien d['’]|(?:多少|几)[位个名项]?\s*)(\w+(?: \w+)?)",
    re.IGNORECASE,
)


def evidence_of(question: Question, text: str) -> float:
    """How surely a text has the kind of thing asked for: 1 it has, 0 it can't have, `UNSURE` where it can't be told.

    ("Có bao nhiêu biên chế?", "có 15 biên chế") → 1.0; ("… bao nhiêu tỷ đồng?", "có 15 biên chế") → 0.0
    """
    if question.kind == "fact" and holds_any(question.text, "name_wanted"):  # which stands in quotation marks
        return 1.0 if _QUOTATION.search(text) else UNLIKELY if _has_capital_within(text) else 0.0
    if question.kind not in ("date", "number", "person"):
        return 0.0 if only_counted(question, text) else UNSURE
    places = places_of(question, text)
    if not places:
        period = holds_any(question.text, "period_wanted") and not _NUMBER.search(text)
        if question.kind == "date" and (period or holds_any(question.text, "day_wanted")):
            return 0.0
        if question.kind == "number" and (question.units or _would_tell_numbers(text)) and not wants_several(question):
            return 0.0
        return UNLIKELY if question.kind != "person" or not _has_capital_within(text) else SHORT_NAME
    if question.kind == "number" and (kind := kind_numbered(question.text)):
        return float(any(place in places for place in _numbers_of(kind, text)))
    if question.kind == "number" and (noun := _counted(question)):
        return 1.0 if any(_stands_by(noun, text, place) for place in places) else WRONG_UNIT
    if question.kind == "person":  # two capitals in a row may be an office, three are hardly anything but a name
        return 1.0 if any(text[p.start : p.end].count(" ") >= 2 for p in places) else SHORT_NAME
    return 1.0


def _has_capital_within(text: str) -> bool:
    """Whether a word within a sentence has a capital, as a name of one word has; "ĐBQH" has more."""
    return any(found.group().istitle() for found in _WORD_WITHIN.finditer(text))


def places_of(question: Question, text: str) -> list[Span]:
    """Where a text has what the question's kind asks for, in order; empty for kinds without a shape of their own."""
    if question.kind == "date":
        if holds_any(question.text, "period_wanted") and (periods := [Span(*m.span()) for m in _PERIOD.finditer(text)]):
            return periods
        day_wanted = holds_any(question.text, "day_wanted")
        days = [day for day in find_dates(text) if day.day or not day_wanted]
        dates = [Span(day.start, day.end) for day in [d for d in days if _told_in_part(question, d)] or days]
        if holds_any(question.text, "events"):  # then the date of a document is not the one that is asked for
            of_documents = {day.start for _, day in days_of_documents(text)}
            dates = [date for date in dates if date.start not in of_documents] or dates
        return dates
    if question.kind == "number":
        if question.units and not _has_unit(question, text):
            return []
        dated = [(d.start, d.end) for d in find_dates(text)]
        found = [Span(*m.span()) for pattern in (_NUMBER, _NUMBER_WORD) for m in pattern.finditer(text)]
        found = [s for s in found if not set(numbers_of(text[s.start : s.end])) & set(question.numbers)]
        places = sorted(s for s in found if not any(a <= s.start < b for a, b in dated))
        if kind := kind_numbered(question.text):
            return [place for place in places if place in _numbers_of(kind, text)] or places
        noun = _counted(question)
        counted = [place for place in places if noun and _stands_by(noun, text, place)]
        return counted or places
    if question.kind == "person":
        asked = flat(question.text)
        return [name for name in persons_in(text) if flat(text[name.start : name.end]) not in asked]
    return []


def _told_in_part(question: Question, day: FoundDate) -> bool:
    """Whether it is one that the question tells in part: a day "in July 2015"."""
    return any(asked.agrees_with(replace(day, year=day.year or asked.year)) for asked in question.dates)


def persons_in(text: str) -> list[Span]:
    """The names of a text that look like a person's, in order: no office and no body."""
    return [name for name in map(partial(_person_of, text), names_in(text)) if name]


def _person_of(text: str, name: Span) -> Span | None:
    """The name without the office or the body that it begins with; None where it is nothing else: "Trưởng Ban Dân"."""
    words = list(WORD.finditer(text, name.start, name.end))
    while words and (words[0].group().casefold() in phrases_of("not_a_person") or words[0].group()[1:].isupper()):
        words.pop(0)
        if len(words) == 1:
            return None
    return Span(words[0].start(), name.end) if words else None


def _would_tell_numbers(text: str) -> bool:
    """Whether a number of the text, in digits or in words, would have been seen. ("Năm" is "five", and "year".)"""
    return language_of(text) in ("vi", "en", "fr") and not _FIVE.search(text)


def _has_unit(question: Question, text: str) -> bool:
    return any(unit in text or (flat(unit).strip() and flat(unit) in flat(text)) for unit in question.units)


def _numbers_of(kind: str, text: str) -> list[Span]:
    """Where the numbers of a text's documents of a kind stand, without their codes."""
    starts = (document.place.start for document in documents_in(text) if document.kind == kind)
    return [Span(*number.span()) for start in starts if (number := _NUMBER.match(text, start))]


def _counted(question: Question) -> str:
    """The folded word after "how many": "bao nhiêu cuộc hội thảo" → "hoi". Empty where it can't be compared."""
    if question.units:  # which have spellings of their own
        return ""
    amount = _AMOUNT.search(question.text)
    words = [word for word in amount.group(1).split() if not holds_any(word, "classifiers")] if amount else []
    return fold(words[0]) if words and (question.language == "vi" or has_diacritics(words[0])) else ""


def _stands_by(noun: str, text: str, number: Span) -> bool:
    after = fold(text[number.end : number.end + 40]).split()[:3]
    return any(word.strip('.,;:()“”"') == noun for word in after)
