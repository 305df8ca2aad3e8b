"""How probable it is that the best sentence answers: a logistic model over a few readable measures.

The weights stand in `data/confidence.yaml`, written by `training/confidence.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import cast

import yaml

from rag.passages import reading
from rag.question import Question, language_of
from rag.select import Sentence

ANSWER_THRESHOLD = 1 / 3  # a wrong answer costs half of what a right one is worth; set with the dev questions in view
METADATA_CONFIDENCE = 0.95  # of what an article's own byline, date line or title says

MEASURES = (
    "cosine",
    "passage",
    "lexical",
    "coverage",
    "context",
    "evidence",
    "met",
    "numbers_met",
    "names_met",
    "across",
)


def measures(question: Question, best: Sentence) -> list[float]:
    """What the model looks at, in the order of `MEASURES`, each about 0 to 1.

    Between languages the words can't be met, so the measures of words count only within one language.
    """
    across = float(language_of(reading(best.article, best.span)) != question.language)
    return [
        (best.cosine - 0.75) * 5,  # the cosines of e5 live between 0.75 and 0.95
        (best.passage_score - 0.75) * 2,
        best.lexical * (1 - across),
        best.coverage * (1 - across),
        best.context * (1 - across),
        best.evidence,
        best.met,
        best.numbers_met,
        best.names_met,
        across,
    ]


def confidence_of(question: Question, best: Sentence | None) -> float:
    """The probability, 0 to 1, that the best sentence answers. 0 where there is none."""
    if best is None or best.evidence == 0:  # asked for a day, or an amount of money, of a text that has none
        return 0.0
    weights = _weights()
    logit = weights["intercept"] + sum(
        weights[name] * value for name, value in zip(MEASURES, measures(question, best), strict=True)
    )
    return 1 / (1 + math.exp(-max(min(logit, 30.0), -30.0)))


@cache
def _weights() -> Mapping[str, float]:
    text = resources.files("rag").joinpath("data/confidence.yaml").read_text(encoding="utf-8")
    return cast(Mapping[str, Mapping[str, float]], yaml.safe_load(text))["weights"]
