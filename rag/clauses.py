"""Cut a long sentence down to the run of clauses that answers: a quote is short, and still a slice of the file.

The anchor is the place that answers: where the reader found it, or else the date, number or name that stands nearest
to the question's words, or the clause that has most of them. From there the run grows towards the words not yet held,
as long as it fits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from rag.evidence import places_of
from rag.phrases import holds_any, phrases_of
from rag.question import Question
from rag.terms import fold
from rag.types import Article, Span
from rag.wanted import Vocabulary, Wanted

NEAR = 60  # characters over which nearness to the question's words fades to a third
LEAST = 45  # characters of a quote, which otherwise goes on into the next clause
WORDS_BEFORE = 1.0  # words before a date or number tell more of it …
WORDS_AFTER = 0.6  # … than those after

_CLAUSE_END = re.compile(r"[;:,.…!?]+[”\"»’')\]]*(?=\s)|\s[-–—](?=\s)|[。;,:、]|(?=\()|(?<=\))(?=\s)")
_QUOTATION = re.compile(r"[“«\"][^“”«»\"]{2,220}[”»\"]")
_BRACKETS = re.compile(r"\([^()]*\)")
_CODE = re.compile(r"[-/][A-ZĐ]")  # after the number of a document
_OFFICE = re.compile(r"\s*[,(–-]\s*([A-ZĐỦ]\w+)")
_EDGE = " \t\n\u00a0,;:-–—"


def quote_span(
    question: Question,
    article: Article,
    span: Span,
    vocabulary: Vocabulary,
    *,
    max_characters: int,
    answer: Span | None = None,
) -> Span:
    """The part of a sentence to quote: all of it where it is short enough, else the clauses that answer best.

    `answer` is the place in the file where a reader found the answer.
    """
    text = article.plain[span.start : span.end]
    if len(text) <= max_characters:
        return span
    occurrences = _occurrences(Wanted.of(question, vocabulary), text)
    named = _named(question, text)
    places = places_of(question, text) or named
    cuts = _clause_cuts(text, max_characters, quotations_apart=bool(places))
    clauses = [Span(a, b) for a, b in pairwise(cuts)]
    shaped = question.kind in ("date", "number", "person") or bool(named)  # what is asked for can be told by its looks
    dated = question.kind == "date" and not holds_any(question.text, "period_wanted")
    anchors = _read(answer, span, text, places if shaped else (), dated=dated) or places or clauses
    if places and anchors[0].end - anchors[0].start > max_characters // 2:  # it may be cut: what is asked for may not
        within = [place for place in places if any(a.start < place.end and place.start < a.end for a in anchors)]
        anchors = within or places
    anchor = max(anchors, key=lambda place: (_nearness(place, occurrences, text), -place.start))
    first = max(i for i, clause in enumerate(clauses) if clause.start <= anchor.start)
    last = min(i for i, clause in enumerate(clauses) if clause.end >= anchor.end)
    told = not places  # what is told of a thing follows its mention …
    if told and holds_any(question.text, "topic_wanted"):  # … and comes before other words where that is asked for
        last = _onward(clauses, first, last, max_characters)
    first, last = _grown(clauses, first, last, occurrences, max_characters)
    if told:
        last = _onward(clauses, first, last, max_characters)
    run = Span(clauses[first].start, clauses[last].end)
    if run.end - run.start < LEAST:  # "Ngày 9/7" tells nothing by itself
        last = _onward(clauses, first, last, max_characters)
        ends = clauses[min(last + 1, len(clauses) - 1)].end
        run = Span(run.start, _blank_before(text, min(ends, run.start + max_characters)))
    start, end = _window(text, run, anchor, max_characters) if run.end - run.start > max_characters else run
    while start < end and text[start] in _EDGE + ".…":
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return Span(span.start + start, span.start + end)


def _named(question: Question, text: str) -> list[Span]:
    """The quotations of a text, where the question asks what something is called."""
    return [Span(*m.span()) for m in _QUOTATION.finditer(text)] if holds_any(question.text, "name_wanted") else []


def _read(answer: Span | None, span: Span, text: str, places: Sequence[Span], *, dated: bool) -> list[Span]:
    """Where in the sentence the reader found the answer; nowhere when it took something else than the places asked for.

    Where a day is asked for, only another number is something else: what it took may be a day in words.
    """
    if answer is None:
        return []
    found = Span(answer.start - span.start, answer.end - span.start)
    if not places or any(found.start < place.end and place.start < found.end for place in places):
        return [found]
    return [found] if dated and not any(c.isdigit() for c in text[found.start : found.end]) else []


def _window(text: str, run: Span, anchor: Span, max_characters: int) -> Span:
    """The part around the anchor of a run that is too long, from blank to blank where there are any."""
    middle = (anchor.start + min(anchor.end, anchor.start + max_characters)) // 2
    start = max(run.start, min(middle - max_characters // 2, run.end - max_characters))
    end = min(run.end, start + max_characters)
    blanks = [start + m.start() for m in re.finditer(r"\s", text[start:end])]
    before = [blank for blank in blanks if blank <= anchor.start] if start > run.start else []
    first = before[0] if before else start
    after = [blank for blank in blanks if blank > first] if end < run.end else []
    return Span(first, after[-1] if after else end)


Occurrences = Sequence[tuple[float, Sequence[Span]]]  # for each term: its weight, and where it occurs


def _occurrences(wanted: Wanted, text: str) -> Occurrences:
    """Where the question's terms stand in the text. A word that occurs often there tells little about any one place."""
    lowered = "".join(c if len(c) == 1 else "?" for c in (fold(c) or "?" for c in text))
    found = []
    for term, weight in zip(wanted.terms, wanted.weights, strict=True):
        words = r"\W+".join(re.escape(fold(part)) for part in term.split("_"))
        places = [Span(*m.span()) for m in re.finditer(rf"(?<!\w)0*{words}(?!\w)", lowered)]
        if places:
            found.append((weight / len(places), places))
    return found


def _nearness(place: Span, occurrences: Occurrences, text: str) -> float:
    """How near a place is to the question's words: each counts by its weight, fading with distance.

    What a document is about follows its number: "Quyết định 217-QĐ/TW về “…”"; so may an office its bearer.
    """
    document, bearer = bool(_CODE.match(text, place.end)), _bears_office(text, place)
    total = 0.0
    for weight, spans in occurrences:
        best = 0.0
        for span in spans:
            before = place.start - span.end
            after = span.start - place.end
            told = document or (after > 0) == bearer
            side = WORDS_BEFORE if told else WORDS_AFTER
            best = max(best, side * math.exp(-max(before, after, 0) / NEAR))
        total += weight * best
    return total


def _bears_office(text: str, place: Span) -> bool:
    """Whether an office follows a place, behind a mark, as the one who holds it: "Lê Thị Hoa, Phó Bí thư Huyện ủy"."""
    office = _OFFICE.match(text, place.end)
    return office is not None and office.group(1).casefold() in phrases_of("not_a_person")


def _grown(
    clauses: Sequence[Span], first: int, last: int, occurrences: Occurrences, max_characters: int
) -> tuple[int, int]:
    """The run [first, last] grown to either side while that brings in words of the question and it fits."""

    def held(a: int, b: int) -> float:
        run = Span(clauses[a].start, clauses[b].end)
        return sum(w for w, spans in occurrences if any(run.start <= s.start and s.end <= run.end for s in spans))

    while True:
        best: tuple[float, int, int] | None = None
        for a in range(first, -1, -1):
            for b in range(last, len(clauses)):
                length = clauses[b].end - clauses[a].start
                gain = held(a, b) - held(first, last)
                if length > max_characters or gain <= 0:
                    continue
                value = gain / (length - (clauses[last].end - clauses[first].start))
                if best is None or value > best[0]:
                    best = (value, a, b)
        if best is None:
            return first, last
        _, first, last = best


def _blank_before(text: str, place: int) -> int:
    """The last place up to this one where a word ends."""
    if place >= len(text) or not text[place].isalnum():
        return place
    return max(text.rfind(" ", 0, place), 0)


def _onward(clauses: Sequence[Span], first: int, last: int, max_characters: int) -> int:
    """The last clause of the run from `first` that still fits."""
    while last + 1 < len(clauses) and clauses[last + 1].end - clauses[first].start <= max_characters:
        last += 1
    return last


def _clause_cuts(text: str, max_characters: int, *, quotations_apart: bool) -> list[int]:
    """Places where clauses begin and end, first 0 and last len(text); none inside a quotation or brackets that fit.

    A quotation belongs to the words before it ("Quyết định 217 về “…”"), unless a date, number or name is looked for.
    """
    closed = [m.span() for m in _QUOTATION.finditer(text) if m.end() - m.start() <= max_characters]
    closed += [m.span() for m in _BRACKETS.finditer(text) if m.end() - m.start() <= max_characters // 2]
    inner = (m.end() for m in _CLAUSE_END.finditer(text))
    apart = {m.start() for m in _QUOTATION.finditer(text)} if quotations_apart else set()
    return sorted(apart | {c for c in inner if not any(a < c < b for a, b in closed)} | {0, len(text)})
