"""What a reader of this package is given: a question, the title and the passage as rows of token ids.

    <s> query: QUESTION </s> </s> TITLE </s> PASSAGE </s>

The same for training and for asking. "query: " is the prefix that the encoder knows questions by. A passage that is too
long for one row is read in windows that overlap by half. It knows tokens and offsets; no model, no articles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rag.encoder.tokenizer import Tokenizer
from rag.types import FloatMatrix, Span

MAX_TOKENS: Final = 512
MAX_QUESTION_TOKENS: Final = 128
MAX_TITLE_TOKENS: Final = 64

_PREFIX = "query: "


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows of ids for one passage. Token i of row r, counted from `first`, is token `starts[r] + i` of the passage."""

    rows: tuple[tuple[int, ...], ...]
    first: int
    starts: tuple[int, ...]
    tokens: tuple[Span, ...]  # the characters that each token of the passage stands for

    def joined(self, scores: Sequence[FloatMatrix]) -> FloatMatrix:
        """The scores of the rows, each (tokens of the row, 2), as those of one passage: (1 + len(tokens), 2).

        Row 0 is the null span's. Windows are made comparable by their own null scores; a token of two has the higher.
        """
        if len(scores) == 1:
            return np.concatenate([scores[0][:1], scores[0][self.first : -1]])
        together = np.full((1 + len(self.tokens), 2), -np.inf, dtype=np.float32)
        together[0] = 0
        for start, of_row in zip(self.starts, scores, strict=True):
            inside = of_row[self.first : -1] - of_row[0]
            part = together[1 + start : 1 + start + len(inside)]
            np.maximum(part, inside, out=part)
        return together


def lay_out(tokenizer: Tokenizer, question: str, title: str, passage: str) -> Layout:
    """The rows for a question and a passage. What exceeds the most tokens of a question or a title is left out."""
    bos, eos = tokenizer.bos, tokenizer.eos
    head = (bos, *tokenizer.ids(_PREFIX + question)[:MAX_QUESTION_TOKENS], eos, eos)
    if title:
        head = (*head, *tokenizer.ids(title)[:MAX_TITLE_TOKENS], eos)
    ids, tokens = tokenizer.pieces(passage)
    room = MAX_TOKENS - len(head) - 1
    starts = tuple(range(0, max(1, len(ids) - room // 2), room // 2)) if len(ids) > room else (0,)
    rows = tuple((*head, *ids[start : start + room], eos) for start in starts)
    return Layout(rows, len(head), starts, tuple(tokens))
