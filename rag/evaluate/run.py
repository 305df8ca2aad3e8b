"""Ask an assistant questions with known answers, and say in lines how it did."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from rag.answer import Assistant
from rag.errors import QuestionError
from rag.evaluate.figures import by, changes, figures, risk_and_coverage
from rag.evaluate.gold import GoldQuestion
from rag.evaluate.grading import Row, grade

SHOWN = 160  # characters of a question or of an answer in a line
_NO_SHARES = ("ms", "characters")  # how the names of figures begin that are no shares


def ask_all(assistant: Assistant, golds: Sequence[GoldQuestion]) -> Iterator[Row]:
    """A row for each question, in order. Raises `QuestionError`, with its id, for one that can't be asked."""
    ids = {article.id for article in assistant.articles}
    assistant.answer(golds[0].question)  # the first question of a process pays for the models' start
    for gold in golds:
        started = time.perf_counter()
        try:
            answer = assistant.answer(gold.question, history=gold.history)
        except QuestionError as error:
            raise QuestionError(f"Question {gold.id}: {error}") from None
        yield grade(gold, answer, (time.perf_counter() - started) * 1e3, assistant, ids)


def table_lines(rows: Sequence[Row], earlier: Sequence[Row] = ()) -> Iterator[str]:
    """The figures; right answers by type and language; the surest; and, given earlier rows, what changed."""
    of_earlier = figures(earlier)
    yield f"questions{len(rows):34}"
    for name, value in figures(rows).items():
        before = f"   was {_figure(name, of_earlier[name])}" if name in of_earlier else ""
        yield f"{name:37} {_figure(name, value)}{before}"
    for title, group in (("type", lambda row: row.type), ("language", lambda row: row.lang)):
        yield f"\nright, by {title}"
        for name, count, share in by(rows, group):
            yield f"  {name:35} {share:6.1%} of {count}"
    yield "\nright, of the surest answers given"
    for share, right in risk_and_coverage(rows):
        yield f"  {share:<35.0%} {right:6.1%}"
    better, worse = changes(rows, earlier)
    for title, changed in (("got right", better), ("got wrong", worse)):
        if changed:
            yield f"\n{title} since the earlier run"
            yield from (line for row in changed for line in row_lines(row))


def row_lines(row: Row) -> Iterator[str]:
    """A question and what was answered, for a person to look at."""
    yield f"  {row.id} ({row.type}, {row.lang}) {_short(row.question)}"
    yield f"      {_short(row.text)} ({row.confidence:.2f})"


def _short(text: str) -> str:
    return " ".join(text.split())[:SHOWN]


def _figure(name: str, value: float) -> str:
    if name.startswith("calibration"):
        return f"{value:6.3f}"
    return f"{value:6.0f}" if name.startswith(_NO_SHARES) else f"{value:6.1%}"
