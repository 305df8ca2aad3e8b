"""Hold the dates of a sentence to what they date in a text, and the number of a document to its kind.

    _misdated("Chỉ thị 43-CT/TW ban hành ngày 9/7.", "Ngày 9/7, họp về Chỉ thị 43-CT/TW ngày 14/5/2015.")
        → '"9/7" is not the day of document 43'

Three dates have a place of their own: the day of a document, right behind its number; the day with which a sentence
opens; and the ends of a period. Knows two texts, no vectors and no articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.dates import FoundDate, find_dates
from rag.documents import days_of_documents, documents_in
from rag.facts import Told
from rag.glossary import in_words_of
from rag.phrases import holds_any, words_of_dates
from rag.terms import is_syllable

OPENS_WITHIN = 16  # characters before the date that opens a sentence: "BDK - Ngày 31-12-2020, …"
_TO = re.compile(r"\s*(?:[-–—]|to|đến|tới|à|至|到)\s*")


def misplaced(claim: Told, texts: Sequence[Told]) -> Iterator[str]:
    """Why dates and documents of a sentence are not as the texts together have them; nothing where they are."""
    yield from _misdated(claim.text, [text.text for text in texts])
    yield from _opens_otherwise(claim.text, [text.text for text in texts])
    yield from _other_periods(claim.text, [text.text for text in texts])
    together = " ".join(text.text for text in texts)
    yield from _other_kinds(in_words_of([together], claim.text, claim.language), together)


def _misdated(claim: str, texts: Sequence[str]) -> Iterator[str]:
    """The one date of a sentence that dates a document, where the texts date that document otherwise."""
    days = {document.number: day for text in texts for document, day in days_of_documents(text)}
    named = {document.number for document in documents_in(claim) if document.code} & set(days)
    dates = find_dates(claim)
    if len(named) != 1 or len(dates) != 1 or not (holds_any(claim, "issued") or holds_any(claim, "dated_on")):
        return
    number = named.pop()
    if not dates[0].agrees_with(days[number]):
        yield f"{claim[dates[0].start : dates[0].end]!r} is not the day of document {number}"


def _opens_otherwise(claim: str, texts: Sequence[str]) -> Iterator[str]:
    """The date that opens a sentence, where the text has it nowhere or elsewhere, and opens with a day of another year.

    What precedes the text may open with the day, too.
    """
    mine = _opening(claim)
    if mine is None or mine.year is None or claim[: mine.start].strip() != words_of_dates(claim[: mine.start]).strip():
        return  # "Nhiệm vụ năm 2021 …" opens with a task
    told = any(mine.agrees_with(other) for other in find_dates(texts[0]))
    for text in texts[:1] if told else texts:
        theirs = _opening(text)
        if theirs and theirs.day and theirs.year and theirs.year != mine.year:
            yield f"{claim[mine.start : mine.end]!r} opens it, and the quote opens with another day"


def _opening(text: str) -> FoundDate | None:
    first = next(iter(find_dates(text)), None)
    return first if first and first.start <= OPENS_WITHIN else None


def _other_periods(claim: str, texts: Sequence[str]) -> Iterator[str]:
    """The periods of a sentence of which the texts have none with the same ends."""
    there = [period for text in texts for period in _periods(text)]
    for first, last in _periods(claim):
        same = any(first.agrees_with(start) and last.agrees_with(end) for start, end in there)
        if there and not same:
            yield f"the period {claim[first.start : last.end]!r} is not in the quote"


def _periods(text: str) -> list[tuple[FoundDate, FoundDate]]:
    """Two dates with a dash or "to" between them, and years written so: "2018-2020"."""
    found = [(a, b) for a, b in pairwise(find_dates(text)) if _TO.fullmatch(text, a.end, b.start)]
    for match in re.finditer(r"(?<!\d)((?:19|20)\d\d)\s*[-–—]\s*((?:19|20)\d\d)(?!\d)", text):
        ends = (FoundDate(*match.span(i), year=int(match[i])) for i in (1, 2))
        found.append((next(ends), next(ends)))
    return found


def _other_kinds(claim: str, text: str) -> Iterator[str]:
    """The documents of a sentence whose number the text has only of documents of another Vietnamese kind."""
    there = set(_kinds_and_numbers(text))
    for kind, number in _kinds_and_numbers(claim):
        kinds = {other for other, same in there if same == number}
        if kinds and kind not in kinds:
            yield f"the text has no {kind} of the number {number}"


def _kinds_and_numbers(text: str) -> Iterator[tuple[str, str]]:
    """Kind and number of each document of a Vietnamese kind: "Quyết định số 290" → ("quyet dinh", "290")."""
    for document in documents_in(text):
        if document.kind and all(map(is_syllable, document.kind.split())):
            yield document.kind, document.number
