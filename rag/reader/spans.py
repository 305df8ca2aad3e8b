"""From the scores of starts and ends to a reading: probabilities of spans, and of there being an answer. Arrays only.

The probability of a span is a softmax over all spans of the passage of at most `MAX_SPAN_TOKENS` tokens and the null
span, whose start and end are on the first token of the row: "not answered" (Devlin et al. 2019, arXiv:1810.04805,
section 4.3, for SQuAD 2.0; normalised over spans as in Lee et al. 2016, arXiv:1611.01436).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from rag.reader import AnswerSpan, Reading
from rag.types import FloatMatrix, Span

MAX_SPAN_TOKENS: Final = 48
BEST_SPANS: Final = 5


def read_scores(scores: FloatMatrix, tokens: Sequence[Span], *, temperature: float = 1.0) -> Reading:
    """The reading of a passage of `tokens`, from the scores of starts and ends, (1 + len(tokens), 2).

    Row 0 is the null span's. A `temperature` above 1 makes the probabilities more even.
    """
    spans, null = span_probabilities(scores.astype(np.float64) / temperature)
    return Reading(
        answerable=float(1 - null),
        spans=tuple(_best(spans, tokens)),
        tokens=tuple(tokens),
        starts=spans.sum(axis=1).astype(np.float32),
    )


def span_probabilities(scores: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float]:
    """(tokens, `MAX_SPAN_TOKENS`), at [i, k] that of the span from token i to token i+k; and the null span's."""
    null = scores[0].sum()
    starts, ends = scores[1:].T
    padded = np.concatenate([ends, np.full(MAX_SPAN_TOKENS, -np.inf)])
    together = starts[:, None] + np.lib.stride_tricks.sliding_window_view(padded, MAX_SPAN_TOKENS)[: len(starts)]
    highest = max(null, together.max(initial=-np.inf))
    weights, of_null = np.exp(together - highest), np.exp(null - highest)
    total = weights.sum() + of_null
    return weights / total, float(of_null / total)


def _best(spans: npt.NDArray[np.float64], tokens: Sequence[Span]) -> Iterator[AnswerSpan]:
    """The likeliest spans that do not overlap, best first."""
    left = spans.copy()
    for _ in range(min(BEST_SPANS, len(tokens))):
        first, length = divmod(int(np.argmax(left)), MAX_SPAN_TOKENS)
        last = first + length
        if left[first, length] <= 0:
            return
        yield AnswerSpan(Span(tokens[first].start, tokens[last].end), float(left[first, length]))
        left[first : last + 1] = 0  # what starts inside …
        for start in range(max(0, first - MAX_SPAN_TOKENS + 1), first):  # … and what reaches into it
            left[start, first - start :] = 0
