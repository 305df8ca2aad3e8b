"""Probabilities of spans, against adding up all of them one by one."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rag.reader import Reading
from rag.reader.spans import BEST_SPANS, MAX_SPAN_TOKENS, read_scores
from rag.types import FloatMatrix, Span

SCORES = arrays.arrays(np.float32, st.tuples(st.integers(1, 60), st.just(2)), elements=st.floats(-12, 12, width=32))


def tokens(count: int) -> list[Span]:
    """Words of three characters with a blank between."""
    return [Span(4 * i, 4 * i + 3) for i in range(count)]


def one_by_one(scores: FloatMatrix, temperature: float = 1.0) -> dict[tuple[int, int] | None, float]:
    """The probability of each span (first and last token), and of None."""
    null, starts, ends = scores[0], scores[1:, 0], scores[1:, 1]
    weights: dict[tuple[int, int] | None, float] = {None: math.exp((float(null[0]) + float(null[1])) / temperature)}
    for i in range(len(starts)):
        for j in range(i, min(i + MAX_SPAN_TOKENS, len(starts))):
            weights[i, j] = math.exp((float(starts[i]) + float(ends[j])) / temperature)
    total = sum(weights.values())
    return {span: weight / total for span, weight in weights.items()}


@given(SCORES, st.sampled_from([0.5, 1.0, 2.5]))
def test_probabilities_are_those_of_all_spans_one_by_one(scores: FloatMatrix, temperature: float) -> None:
    count = len(scores) - 1
    reading = read_scores(scores, tokens(count), temperature=temperature)
    expected = one_by_one(scores, temperature)
    assert reading.answerable == pytest.approx(1 - expected[None], abs=1e-6)
    for i in range(count):
        of_start = sum(p for span, p in expected.items() if span and span[0] == i)
        assert reading.starts[i] == pytest.approx(of_start, abs=1e-5)
    if reading.spans:
        best = max((p, span) for span, p in expected.items() if span)
        assert reading.spans[0].probability == pytest.approx(best[0], rel=1e-5)


@given(SCORES)
def test_the_spans_do_not_overlap_and_come_best_first(scores: FloatMatrix) -> None:
    reading = read_scores(scores, tokens(len(scores) - 1))
    assert len(reading.spans) <= BEST_SPANS
    probabilities = [probability for _, probability in reading.spans]
    assert probabilities == sorted(probabilities, reverse=True)
    ordered = sorted(span for span, _ in reading.spans)
    assert all(one.end <= other.start for one, other in itertools.pairwise(ordered))


def test_the_second_best_is_the_best_of_what_is_left() -> None:
    scores = np.full((6, 2), -10, dtype=np.float32)  # the null span and five tokens
    scores[1 + 1, 0], scores[1 + 2, 1] = 5, 5  # tokens 1 to 2
    scores[1 + 4] = 3  # token 4
    reading = read_scores(scores, tokens(5))
    assert [span for span, _ in reading.spans[:2]] == [Span(4, 11), Span(16, 19)]


def test_what_starts_in_a_part_adds_up() -> None:
    reading = Reading(0.9, (), tuple(tokens(3)), np.array([0.5, 0.3, 0.1], dtype=np.float32))
    assert reading.within(Span(0, 4)) == pytest.approx(0.5)
    assert reading.within(Span(4, 20)) == pytest.approx(0.4)
    assert reading.within(Span(0, 11)) == pytest.approx(0.9)
    assert reading.within(Span(30, 40)) == 0.0


def test_a_higher_temperature_makes_it_less_sure() -> None:
    scores = np.array([[0, 0], [4, 4], [1, 1]], dtype=np.float32)
    cool, warm = (read_scores(scores, tokens(2), temperature=t) for t in (1.0, 3.0))
    assert cool.answerable > warm.answerable > 0.5


def test_no_tokens_no_answer() -> None:
    reading = read_scores(np.zeros((1, 2), dtype=np.float32), [])
    assert (reading.answerable, reading.spans, reading.within(Span(0, 9))) == (0.0, (), 0.0)


def test_scores_far_apart_overflow_nothing() -> None:
    reading = read_scores(np.array([[-900, -900], [900, 900], [-900, -900]], dtype=np.float32), tokens(2))
    assert reading.answerable == 1.0
    assert reading.spans[0] == (Span(0, 3), 1.0)
