"""The records that pass between the floors: what an article, a passage, a hit, a citation and an answer are.

Offsets are half-open character offsets into the file as read: `article.text[start:end]`.
Scores are higher-is-better everywhere. This module knows no file, no model and no index.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

FloatMatrix: TypeAlias = npt.NDArray[np.float32]  # (rows, dimension)
FloatVector: TypeAlias = npt.NDArray[np.float32]  # (n,)
IntMatrix: TypeAlias = npt.NDArray[np.int64]  # (rows, k)
IntVector: TypeAlias = npt.NDArray[np.int64]  # (n,)
Progress: TypeAlias = Callable[[int, int], None]  # told how much is done, and of how much


class Span(NamedTuple):
    """A half-open range of characters, `text[start:end]`."""

    start: int
    end: int


GREETING = "greeting"  # the kind of what asks for nothing: it is answered, though by no article


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an article says of itself, and where: a span is None when the value is not written in the file."""

    title: str
    published: date | None = None
    author: str | None = None
    source: str | None = None
    title_span: Span | None = None
    published_span: Span | None = None
    author_span: Span | None = None
    source_span: Span | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One file of the folder.

    `id` is the path below the folder, POSIX. `text` is the file as read (decoded, newlines kept). `plain` has the same
    length: every character outside the content spans is a blank there, and so is markup inside them, so that what is
    searched and shown never holds page furniture while every offset still points into `text`.
    """

    id: str
    text: str
    plain: str
    sha256: str  # of the file's bytes
    metadata: Metadata
    content: tuple[Span, ...]


class Texts(Protocol):
    """Where the text of an article comes from."""

    def article(self, article_id: str) -> Article:
        """The article with this id."""
        ...


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that can't be used, and why, in words for a person."""

    article_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article. `text == article.text[start:end]`."""

    article_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. `rank` counts from 1."""

    passage: Passage
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Citation:
    """The proof of one mark `[marker]` of an answer: `article.text[start:end] == quote`."""

    marker: int
    article_id: str
    title: str
    published: date | None
    author: str | None
    source: str | None
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A sentence that a language model wrote and no passage supports, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checks:
    """What became of the sentences that a language model wrote; none where it wasn't asked or had nothing to say."""

    written: int = 0
    supported: int = 0
    moved: int = 0  # of the supported: by another passage than the model cited
    unsupported: tuple[Unsupported, ...] = ()  # removed, or kept and marked when that was asked for
    failure: str = ""  # why the model broke off, where the answer fell back on quotes


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about: scores by name, and milliseconds by stage."""

    understood_as: str = ""  # the question after a follow-up was resolved
    kind: str = ""  # what was asked for: number, date, person, ...
    generation: str = ""  # the index generation that answered: a hash of what it was built from
    reader: str = ""  # the weights of the reader that read the passages; empty: there was none
    generator: str = ""  # the language model that wrote the answer; empty: there was none
    checks: Checks = field(default_factory=Checks)
    scores: Mapping[str, float] = field(default_factory=dict)
    milliseconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and its proof. `text` carries marks such as `[1]`, each resolved by one citation.

    `confidence` is the probability, 0 to 1, that the answer is right. When `abstained`, `text` says that the articles
    don't hold the answer, there are no citations, and `related` has the nearest passages.
    """

    question: str
    text: str
    citations: tuple[Citation, ...]
    abstained: bool
    confidence: float
    language: str
    related: tuple[Hit, ...]
    trace: Trace

    def to_dict(self) -> dict[str, Any]:
        """Everything but the milliseconds, as JSON types: the same question gives the same bytes."""
        return {
            "question": self.question,
            "text": self.text,
            "abstained": self.abstained,
            "confidence": round(self.confidence, 4),
            "language": self.language,
            "citations": [_citation_dict(c) for c in self.citations],
            "related": [
                {
                    "rank": h.rank,
                    "score": round(h.score, 4),
                    "article_id": h.passage.article_id,
                    "start": h.passage.start,
                    "end": h.passage.end,
                    "text": h.passage.text,
                }
                for h in self.related
            ],
            "trace": {
                "understood_as": self.trace.understood_as,
                "kind": self.trace.kind,
                "generation": self.trace.generation,
                "reader": self.trace.reader,
                "generator": self.trace.generator,
                "checks": _checks_dict(self.trace.checks),
                "scores": {name: round(score, 4) for name, score in self.trace.scores.items()},
            },
        }

    def to_json(self) -> str:
        """`to_dict` as one JSON text, with the letters of the articles kept as they are."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)


def _checks_dict(checks: Checks) -> dict[str, Any]:
    return {**asdict(checks), "unsupported": [asdict(each) for each in checks.unsupported]}


def _citation_dict(citation: Citation) -> dict[str, Any]:
    return {
        "marker": citation.marker,
        "article_id": citation.article_id,
        "title": citation.title,
        "published": citation.published.isoformat() if citation.published else None,
        "author": citation.author,
        "source": citation.source,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
    }


@dataclass(frozen=True, slots=True)
class Report:
    """What a rebuild did, by article id."""

    generation: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    passages: int = 0
    embedded: int = 0  # texts that went through the model; the others' vectors were reused
