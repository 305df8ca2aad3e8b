"""The rows of the epochs, made by other processes while one trains."""

from __future__ import annotations

import random
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

from rag.encoder.prepare import prepared_encoder
from rag.encoder.tokenizer import TOKENIZER_FILE, open_tokenizer
from training.examples import Examples
from training.rows import Row, batches, rows_of

_AHEAD = 2  # epochs


class RowsAhead:
    """Each epoch's batches, the same whenever it is asked for, made in so many parts by so many processes."""

    def __init__(self, examples: Examples, *, seed: int, epochs: int, parts: int, share: float, tokens: int) -> None:
        """`share` of the examples are taken; `tokens`: of a batch."""
        self._seed, self._epochs, self._parts, self._share, self._tokens = seed, epochs, parts, share, tokens
        self._pool = ProcessPoolExecutor(
            parts, mp_context=get_context("spawn"), initializer=_keep, initargs=(examples,)
        )
        self._made: dict[int, list[Future[list[Row]]]] = {}

    def batches(self, epoch: int) -> list[list[Row]]:
        """Those of the epoch. The epochs before it are forgotten, and the next ones begun."""
        for each in range(epoch, min(epoch + 1 + _AHEAD, self._epochs)):
            if each not in self._made:
                seed, of = self._seed * 1000 + each, self._parts
                self._made[each] = [self._pool.submit(_rows, seed, k, of, self._share) for k in range(of)]
        self._made = {each: made for each, made in self._made.items() if each >= epoch}
        rng = random.Random(self._seed * 1000 + epoch)
        rows = [row for made in self._made[epoch] for row in made.result()]
        rng.shuffle(rows)
        return batches(rows, rng, self._tokens)


_examples: list[Examples] = []  # of a process of the pool


def _keep(examples: Examples) -> None:
    _examples[:] = [examples]


def _rows(seed: int, part: int, parts: int, share: float) -> list[Row]:
    drawn = _examples[0].epoch(seed, part=part, parts=parts)
    rows = rows_of(drawn[: round(share * len(drawn))], open_tokenizer(prepared_encoder() / TOKENIZER_FILE))
    # What each token stands for isn't trained on, and would take longest to send.
    return [row._replace(layout=replace(row.layout, tokens=())) for row in rows]
