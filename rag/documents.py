"""The documents that a text names by a number: "Chỉ thị số 05", "Directive 43", "Quyết định 290-QĐ/TW, ngày 25/2/2010".

    documents_in("theo Quyết định số 290-QĐ/TW") → Document(number="290", kind="quyet dinh", code="qd", …)

Their kinds stand in `data/questions.yaml`. Knows one text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from rag.dates import FoundDate, find_dates
from rag.phrases import find, phrases_of
from rag.terms import fold
from rag.types import Span

_CODE = re.compile(r"(?<![\w/])(\d{1,4})[-/](?:\d{4}/)?([A-ZĐ][A-ZĐa-z]*)[-/]?[A-ZĐ]*(?!\w)")
_BEFORE_ITS_DAY = re.compile(r"[\w/-]*,?\s+(?:ngày\s+)?")


@dataclass(frozen=True, slots=True)
class Document:
    """A document named at `place`, from its number on."""

    number: str  # without leading zeros
    kind: str  # folded, as it is named before the number: "quyet dinh"; "" where it isn't
    code: str  # the letters behind the number, folded: "qd" of "290-QĐ/TW"; "" where there are none
    place: Span


@lru_cache(maxsize=8192)
def documents_in(text: str) -> tuple[Document, ...]:
    """The documents that a text names by their kind or by a code, in order."""
    named = {match.start(2): match for match in _named().finditer(text)}
    coded = {match.start(1): match for match in _CODE.finditer(text)}
    found = []
    for start in sorted({*named, *coded}):
        kind, code = named.get(start), coded.get(start)
        number, end = (code[1], code.end()) if code else (kind[2], kind.end()) if kind else ("", start)
        letters = fold(code[2]) if code and len(code[2]) > 1 and code[2].isupper() else ""  # "QDd" is badly typed
        found.append(Document(number.lstrip("0"), fold(kind[1]) if kind else "", letters, Span(start, end)))
    return tuple(found)


def days_of_documents(text: str) -> list[tuple[Document, FoundDate]]:
    """The documents beside whose code a date stands, each with it: "Chỉ thị 43-CT/TW, ngày 14/5/2015"."""
    coded, days = [d for d in documents_in(text) if d.code], find_dates(text)
    pairs = ((document, day) for day in days for document in coded if document.place.end <= day.start)
    return [(d, day) for d, day in pairs if _BEFORE_ITS_DAY.fullmatch(text, d.place.end, day.start)]


def kind_numbered(question: str) -> str:
    """The kind of document whose number is asked for, folded: "kèm theo chỉ thị số mấy?" → "chi thi"; else ""."""
    wanted = [place.start for phrase in phrases_of("number_wanted") for place in find(question, phrase)]
    before = fold(question[: min(wanted)]).rstrip() if wanted else ""
    return next((fold(name) for name in phrases_of("documents") if before.endswith(f" {fold(name)}")), "")


@cache
def _named() -> re.Pattern[str]:
    words = {form for word in phrases_of("documents") for form in (word, fold(word))}
    either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    number = r"\s*(?:số|so|no\.?|n°|nº|number|第)?\s*(\d{1,4})(?![\d.,]*\d)"
    return re.compile(rf"(?<!\w)({either}){number}", re.IGNORECASE)
