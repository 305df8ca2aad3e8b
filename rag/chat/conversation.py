"""One conversation: questions and what came of them, and its form as JSON for the browser and for export.

The browser keeps conversations and hands them back to be shown again. What comes back is data from outside: it is read
field by field, and its quotes are compared with the articles again when they are shown. Knows no page and no server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias, cast, get_args

from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import ConversationError
from rag.types import Answer, Checks, Citation, Hit, Passage, Span, Trace, Unsupported

State: TypeAlias = Literal["running", "done", "stopped", "failed"]

MAX_TURNS = 100  # of one conversation; older ones leave the page
MAX_HISTORY = 20  # earlier questions that a follow-up may refer to
MAX_TEXT = 100_000  # characters of an answer that is read back


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it: an answer, or a notice why there is none."""

    number: int
    question: str
    text: str = ""  # of the answer, as far as it has come
    answer: Answer | None = None
    notice: str = ""
    asked_of: str = ""  # the filter that held when it was asked, in words
    state: State = "running"


Conversation: TypeAlias = tuple[Turn, ...]


def history(turns: Sequence[Turn]) -> list[str]:
    """The earlier questions that a follow-up may refer to, oldest first."""
    return [turn.question for turn in turns if turn.answer is not None][-MAX_HISTORY:]


def turn_record(turn: Turn) -> dict[str, Any]:
    """The turn as JSON types; `read_turns` reads it back."""
    return {
        "question": turn.question,
        "text": turn.text,
        "notice": turn.notice,
        "asked_of": turn.asked_of,
        "state": turn.state,
        "answer": turn.answer.to_dict() if turn.answer else None,
    }


def read_turns(value: object) -> Conversation:
    """The turns of a saved conversation, numbered from 1. Raises `ConversationError` for anything else."""
    if not isinstance(value, list):
        raise ConversationError("A saved conversation is a list of turns.")
    try:
        return tuple(_turn(number, record) for number, record in enumerate(value[-MAX_TURNS:], 1))
    except (KeyError, TypeError, ValueError) as error:
        raise ConversationError(f"A turn of the saved conversation can't be read ({error!r}).") from error


def _turn(number: int, record: Mapping[str, Any]) -> Turn:
    state = record["state"]
    if state not in get_args(State):
        raise ValueError(state)
    answer = record["answer"]
    return Turn(
        number=number,
        question=_text(record["question"], limit=MAX_QUESTION_CHARACTERS),
        text=_text(record["text"]),
        answer=None if answer is None else _answer(answer),
        notice=_text(record["notice"]),
        asked_of=_text(record["asked_of"]),
        state="stopped" if state == "running" else cast(State, state),
    )


def _answer(record: Mapping[str, Any]) -> Answer:
    trace = record["trace"]
    scores = trace["scores"]
    return Answer(
        question=_text(record["question"]),
        text=_text(record["text"]),
        citations=tuple(_citation(each) for each in record["citations"]),
        abstained=bool(record["abstained"]),
        confidence=_share(record["confidence"]),
        language=_text(record["language"]),
        related=tuple(_hit(each) for each in record["related"]),
        trace=Trace(
            understood_as=_text(trace["understood_as"]),
            kind=_text(trace["kind"]),
            generation=_text(trace["generation"]),
            reader=_text(trace["reader"]),
            generator=_text(trace["generator"]),
            checks=_checks(trace["checks"]),
            scores={_text(name): float(score) for name, score in scores.items()},
        ),
    )


def _checks(record: Mapping[str, Any]) -> Checks:
    return Checks(
        written=_count(record["written"]),
        supported=_count(record["supported"]),
        moved=_count(record["moved"]),
        unsupported=tuple(Unsupported(_text(u["text"]), _text(u["reason"])) for u in record["unsupported"]),
        failure=_text(record["failure"]),
    )


def _citation(record: Mapping[str, Any]) -> Citation:
    published = record["published"]
    return Citation(
        marker=_count(record["marker"]),
        article_id=_text(record["article_id"]),
        title=_text(record["title"]),
        published=None if published is None else date.fromisoformat(published),
        author=_optional(record["author"]),
        source=_optional(record["source"]),
        quote=_text(record["quote"]),
        start=_count(record["start"]),
        end=_count(record["end"]),
    )


def _hit(record: Mapping[str, Any]) -> Hit:
    start, end = _count(record["start"]), _count(record["end"])
    passage = Passage(_text(record["article_id"]), start, end, _text(record["text"]), (Span(start, end),))
    return Hit(passage, float(record["score"]), _count(record["rank"]))


def _text(value: object, *, limit: int = MAX_TEXT) -> str:
    if not isinstance(value, str) or len(value) > limit:
        raise ValueError(f"no text of at most {limit} characters")
    return value


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no place in a text")
    return value


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r} is no probability")
    return float(value)
