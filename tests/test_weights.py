"""The weights: each has a measure, and each measure its weight."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.confidence import measures
from rag.question import read_question
from rag.select import Sentence, log_odds, most_promising, ranked_by
from rag.types import Article, Metadata, Passage, Span
from rag.weights import weighed, weights_for

SENTENCE = Sentence(
    article=Article("a.txt", "Có 15.", "Có 15.", "", Metadata("Tựa"), (Span(0, 6),)), span=Span(0, 6),
    passage=Passage("a.txt", 0, 6, "Có 15.", (Span(0, 6),)), rank=1,
    cosine=0.9, passage_score=1.0, lexical=0.3, coverage=0.9, context=0.9, evidence=1.0, met=1.0, numbers_met=1.0,
    names_met=1.0, cloze=0.0, whole=1.0,
)  # fmt: skip


def test_the_passage_with_the_best_sentence_is_read_first() -> None:
    first, second = SENTENCE.passage, replace(SENTENCE.passage, start=1)
    better = replace(SENTENCE, passage=second, cosine=0.95, passage_score=0.9)
    worse = replace(SENTENCE, passage=second, cosine=0.7)
    assert most_promising([SENTENCE, worse, better]) == [second, first]
    assert most_promising([SENTENCE, worse]) == [first, second]


def read(probability: float | None) -> Sentence:
    return replace(SENTENCE, read=probability, answerable=probability or 0.0)


@pytest.mark.parametrize("probability", [None, 0.7])
def test_each_weight_has_its_measure(probability: float | None) -> None:
    sentence, question = read(probability), read_question("Có bao nhiêu?")
    is_read = probability is not None
    assert set(weights_for("sentence", read=is_read)) <= set(ranked_by(sentence))
    assert set(weights_for("confidence", read=is_read)) == {*measures(question, sentence), "intercept"}


def test_the_measures_are_added_up_each_times_its_weight() -> None:
    assert weighed({"a": 2.0, "b": 1.0, "c": 5.0}, {"a": 3.0, "b": -1.0, "intercept": 0.5}) == 5.5


def test_what_the_reader_is_surer_of_ranks_higher() -> None:
    assert read(0.9).score > read(0.5).score > read(0.0).score


def test_log_odds_are_even_in_the_middle_and_bounded() -> None:
    assert log_odds(0.5) == 0.0
    assert (log_odds(0.0), log_odds(1.0)) == pytest.approx((-1.0, 1.0))
    assert log_odds(0.2) == pytest.approx(-log_odds(0.8))
