"""The weights by which a sentence is chosen and its confidence told: `data/weights.yaml`, of `training/weights.py`.

Two sets of each: for passages that a reader has read, and for those that none has. What calibrates the confidence is of
`training/calibrate.py`. Knows no sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal, TypeAlias, cast

from rag.tables import read_values

Weights: TypeAlias = Mapping[str, float]  # by the name of a measure; "intercept" stands alone
Purpose = Literal["sentence", "confidence", "calibration"]


def weights_for(purpose: Purpose, *, read: bool) -> Weights:
    """The weights for a purpose, where a reader has read the passages or where none has."""
    return _tables()["with reader" if read else "without reader"][purpose]


def weighed(measures: Mapping[str, float], weights: Weights) -> float:
    """The sum of the measures, each times its weight, and the intercept. A measure without a weight doesn't count."""
    return weights.get("intercept", 0.0) + sum(weights.get(name, 0.0) * value for name, value in measures.items())


@cache
def _tables() -> Mapping[str, Mapping[Purpose, Weights]]:
    return cast(Mapping[str, Mapping[Purpose, Weights]], read_values("weights"))
