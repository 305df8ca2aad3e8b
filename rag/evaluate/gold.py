"""Questions with known answers: a file of JSON lines.

    {"id": "q1", "question": "Có bao nhiêu biên chế?", "lang": "vi", "type": "number", "article": "002.txt",
     "answers": ["15 biên chế"], "must_include": [["15"]], "history": []}

`article` names the article that answers, by its id or by how its id begins; a list where several are needed; null, with
type "unanswerable", where none answers. `must_include` has lists of alternatives: of each one must be in the answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rag.errors import GoldError

UNANSWERABLE: Final = "unanswerable"
MULTI_ARTICLE: Final = "multi_article"
_TEXTS = ("id", "question", "lang", "type")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldQuestion:
    """A question and what a right answer to it has."""

    id: str
    question: str
    lang: str
    type: str
    articles: tuple[str, ...] = ()  # ids, or how they begin
    answers: tuple[str, ...] = ()  # any of them is right …
    must_include: tuple[tuple[str, ...], ...] = ()  # … or, where this is given, one of each of these
    history: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the articles answer it."""
        return self.type != UNANSWERABLE

    def to_json(self) -> str:
        """One line of the file."""
        record = {
            "id": self.id, "question": self.question, "lang": self.lang, "type": self.type,
            "article": self.articles[0] if len(self.articles) == 1 else list(self.articles) or None,
            "answers": list(self.answers), "must_include": [list(pieces) for pieces in self.must_include],
        }  # fmt: skip
        return json.dumps(record | ({"history": list(self.history)} if self.history else {}), ensure_ascii=False)


def read_gold(path: Path) -> list[GoldQuestion]:
    """The questions of a file, in order. Raises `GoldError` with the line that can't be used."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(
            f"{path} can't be read ({error}): name a file of JSON lines, or draft one with `rag eval --make`."
        ) from None
    found = [_question(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise GoldError(f"{path} has no questions: draft some with `rag eval --make {path}`.")
    twice = {gold.id for gold in found if sum(other.id == gold.id for other in found) > 1}
    if twice:
        raise GoldError(f"{path}: the id {min(twice)!r} stands more than once; give each question its own.")
    return found


def _question(line: str, place: str) -> GoldQuestion:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise GoldError(f"{place} is no JSON ({error}).") from None
    if not isinstance(record, Mapping):
        raise GoldError(f"{place} is no JSON object.")
    for name in _TEXTS:
        if not isinstance(record.get(name), str) or not record[name].strip():
            raise GoldError(f'{place}: "{name}" must be a text that is not empty, not {record.get(name)!r}.')
    article = record.get("article")
    gold = GoldQuestion(
        **{name: record[name] for name in _TEXTS},
        articles=_texts([article] if isinstance(article, str) else article or [], "article", place),
        answers=_texts(record.get("answers") or [], "answers", place),
        must_include=tuple(_texts(p, "must_include", place) for p in _list(record.get("must_include"), place)),
        history=_texts(record.get("history") or [], "history", place),
    )
    if gold.answerable and not (gold.answers or gold.must_include or gold.articles):
        raise GoldError(
            f'{place}: a question needs "answers", "must_include" or "article", or the type {UNANSWERABLE}.'
        )
    return gold


def _list(value: Any, place: str) -> Sequence[Any]:
    if value is not None and not isinstance(value, list):
        raise GoldError(f'{place}: "must_include" must be a list of lists of texts, not {value!r}.')
    return value or []


def _texts(value: Any, name: str, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise GoldError(f'{place}: "{name}" must hold texts that are not empty, not {value!r}.')
    return tuple(value)
