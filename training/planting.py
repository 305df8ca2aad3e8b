"""Plant an error in a true sentence: one number, date or name changed, one thing denied or no longer denied.

Half of the numbers, dates and names come from the same passage, where they are told of something else: those are the
errors that are hard to see. Every error is drawn by the generator that is given.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from rag.dates import find_dates
from rag.facts import told
from rag.question import language_of
from rag.terms import flat
from rag.types import Span

Error = Literal["number", "date", "name", "negation"]

_DENIALS = {
    "vi": re.compile(r"(?<!\w)(?:không|chưa|chẳng) (?!gian|khí|quân|chỉ|những)"),
    "en": re.compile(r"(?<!\w)(?:not|never) "),
}
_AFFIRMED = {
    "vi": re.compile(
        r"(?<!\w)(?:đã|có|được|cần|sẽ|là|tổ chức|tham mưu|thực hiện|triển khai|đề nghị|chủ trì|tăng cường|phát biểu|"
        r"trao|đánh giá|tiến hành|tham dự|nhấn mạnh|điều hành|tiếp thu|đẩy mạnh|khắc phục|trồng|dự) "
    ),
    "en": re.compile(r"(?<!\w)(?:is|are|was|were|has|had|can|could|will|would|should|did) (?!n[o']t)"),
}


def plant(rng: random.Random, error: Error, sentence: str, passage: str, elsewhere: str) -> str | None:
    """The sentence with such an error, or None where it has nothing that can be changed so."""
    changed = _WAYS[error](rng, sentence, passage, elsewhere)
    return changed if changed is not None and changed != sentence else None


def _number(rng: random.Random, sentence: str, passage: str, elsewhere: str) -> str | None:
    places = _facts(sentence, "number", digits=True)
    if not places:
        return None
    place = rng.choice(places)
    was = sentence[place.start : place.end]
    told_of_others = [passage[s.start : s.end] for s in _facts(passage, "number", digits=True)]
    others = sorted({n for n in told_of_others if n.lstrip("0") != was.lstrip("0")})
    if others and rng.random() < 0.5:
        return _put(sentence, place, rng.choice(others))
    digits = re.sub(r"\D", "", was)
    value = int(digits)
    near = rng.choice([value + 1, max(0, value - 1), value + 10, value * 10, value + rng.randint(2, 90)])
    return _put(sentence, place, str(near if near != value else value + 3))


def _date(rng: random.Random, sentence: str, passage: str, elsewhere: str) -> str | None:
    dates = find_dates(sentence)
    if not dates:
        return None
    found = rng.choice(dates)
    place = Span(found.start, found.end)
    there = find_dates(passage)
    others = sorted({passage[d.start : d.end] for d in there if not found.agrees_with(d) and not d.agrees_with(found)})
    if others and rng.random() < 0.5:
        return _put(sentence, place, rng.choice(others))
    numbers = list(re.finditer(r"\d+", sentence[place.start : place.end]))
    changed = rng.choice(numbers)
    value = int(changed.group())
    near = value + rng.choice([-2, -1, 1, 2, 3]) if value > 31 else rng.choice([v for v in range(1, 13) if v != value])
    return _put(sentence, Span(place.start + changed.start(), place.start + changed.end()), str(near))


def _name(rng: random.Random, sentence: str, passage: str, elsewhere: str) -> str | None:
    places = _whole_names(sentence)
    if not places:
        return None
    place = rng.choice(places)
    was = sentence[place.start : place.end]
    text = passage if rng.random() < 0.5 else elsewhere
    words = set(flat(was).split())
    names = sorted({text[s.start : s.end] for s in _whole_names(text)})
    others = [name for name in names if not words & set(flat(name).split())]
    alike = [name for name in others if name.count(" ") == was.count(" ")]
    return _put(sentence, place, rng.choice(alike or others)) if others else None


def _whole_names(text: str) -> list[Span]:
    """Names of several words that end where their capitals do: "Lê Thị Mai", not "Bộ Chính" of "Bộ Chính trị"."""
    found = [s for s in _facts(text, "name") if " " in text[s.start : s.end]]
    return [s for s in found if text[s.start : s.end].count(" ") > 1 or not text[s.end : s.end + 2].strip().islower()]


def _negation(rng: random.Random, sentence: str, passage: str, elsewhere: str) -> str | None:
    language = language_of(sentence)
    if language not in _DENIALS:
        return None
    denials = [Span(*m.span()) for m in _DENIALS[language].finditer(sentence)]
    if denials and rng.random() < 0.5:
        return _put(sentence, rng.choice(denials), "")
    denied = {s.end for s in denials}
    affirmed = [m for m in _AFFIRMED[language].finditer(sentence) if m.start() not in denied]
    if not affirmed:
        return None
    match = rng.choice(affirmed)
    if language == "en":
        return _put(sentence, Span(match.end(), match.end()), "not ")
    if match.group() == "đã ":
        return _put(sentence, Span(*match.span()), "chưa ")
    return _put(sentence, Span(match.start(), match.start()), "không phải " if match.group() == "là " else "không ")


def _facts(text: str, kind: Literal["number", "name"], *, digits: bool = False) -> list[Span]:
    """The places of the facts of a kind; `digits`: only of numbers that are written so, their digits alone."""
    read = told(text, language_of(text))
    found = []
    for fact in read.of_kind(kind):
        first, last = read.words[fact.words.start].span, read.words[fact.words.end - 1].span
        if not digits:
            found.append(Span(first.start, last.end))
        elif text[first.start].isdigit():
            found.append(first)
    return found


def _put(text: str, place: Span, other: str) -> str:
    return text[: place.start] + other + text[place.end :]


_Way = Callable[[random.Random, str, str, str], str | None]
_WAYS: Mapping[Error, _Way] = {"number": _number, "date": _date, "name": _name, "negation": _negation}
ERRORS: Sequence[Error] = tuple(_WAYS)
