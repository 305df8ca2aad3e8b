"""Examples as rows of token ids, and rows as batches of tensors of like length."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from rag.encoder.tokenizer import Tokenizer
from rag.reader.layout import Layout, lay_out
from rag.types import Span
from training.examples import Example

MAX_ROW = 448  # tokens; a longer example is left out
TOKENS_A_BATCH = 4096  # with what fills the rows up
SORTED_TOGETHER = 1024  # rows among which those of like length are put together


class Row(NamedTuple):
    """A laid-out example, and the first and last token of its answer in the row; 0 and 0: it has none."""

    layout: Layout
    first: int = 0
    last: int = 0

    @property
    def length(self) -> int:
        """The number of tokens."""
        return len(self.layout.rows[0])


def rows_of(examples: Sequence[Example], tokenizer: Tokenizer) -> Iterator[Row]:
    """The examples that fit, as rows."""
    for example in examples:
        layout = lay_out(tokenizer, example.question, example.title, example.passage)
        if len(layout.rows) > 1 or len(layout.rows[0]) > MAX_ROW or not layout.tokens:
            continue
        if example.answer is None:
            yield Row(layout)
        elif place := _tokens_of(layout, example.answer):
            yield Row(layout, *place)


def _tokens_of(layout: Layout, answer: Span) -> tuple[int, int] | None:
    """The first and the last token, counted in the row, of a span of the passage; None where it has none."""
    inside = [i for i, token in enumerate(layout.tokens) if token.start < answer.end and answer.start < token.end]
    return (layout.first + inside[0], layout.first + inside[-1]) if inside else None


def batches(rows: Sequence[Row], rng: random.Random, tokens: int = TOKENS_A_BATCH) -> list[list[Row]]:
    """Rows of like length together, as many as fill so many tokens; the batches in random order."""
    found: list[list[Row]] = []
    batch: list[Row] = []
    for start in range(0, len(rows), SORTED_TOGETHER):
        together = sorted(rows[start : start + SORTED_TOGETHER], key=lambda row: row.length)
        if start // SORTED_TOGETHER % 2:  # every other time downwards, so that what is left over meets its like
            together.reverse()
        for row in together:
            longest = max([row.length, *(each.length for each in batch)])
            if longest * (len(batch) + 1) > tokens:
                found.append(batch)
                batch = []
            batch.append(row)
    found += [batch] if batch else []
    rng.shuffle(found)
    return found


def tensors(batch: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """ids, which of them are a row's own, and which may answer: the passage's, and the first of the row."""
    shape = len(batch), max(row.length for row in batch)
    ids = torch.ones(shape, dtype=torch.long)  # 1 is <pad>
    own, may_answer = torch.zeros(shape, dtype=torch.bool), torch.zeros(shape, dtype=torch.bool)
    for i, row in enumerate(batch):
        ids[i, : row.length] = torch.tensor(row.layout.rows[0])
        own[i, : row.length] = True
        may_answer[i, 0] = True
        may_answer[i, row.layout.first : row.length - 1] = True
    return ids, own, may_answer
