"""Fit what makes the confidence true on folders of some articles: the `calibration` in `rag/data/weights.yaml`.

    rag eval GOLD.jsonl --out results.jsonl
    python -m training.calibrate results.jsonl … [--without-reader] [--write]

Two numbers each for what was answered with a reader and without one, fitted on results of `rag eval` (Platt 1999):
log-odds × one + the other. With several files the error is also told of each by what is fitted on the others. What is
answered from metadata doesn't count.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml
from scipy.optimize import minimize

from rag.confidence import METADATA_CONFIDENCE
from rag.evaluate.figures import calibration_error
from rag.evaluate.grading import Row, read_rows
from rag.weights import Weights, weights_for
from training.weights import HEADING, WEIGHTS

TO_ONE = 0.001  # how much a factor far from 1 costs: there are few questions
Fitted = tuple[float, float]  # a factor, and what is added


def log_odds(row: Row, now: Weights) -> float:
    """Of the confidence as the model gave it, before it was calibrated as it is now."""
    kept = min(max(row.confidence, 1e-4), 1 - 1e-4)
    return float((np.log(kept / (1 - kept)) - now["intercept"]) / now["log_odds"])


def known(rows: Sequence[Row]) -> list[Row]:
    """Those of which it is known whether the best sentence was right, and that are no metadata."""
    return [r for r in rows if not (r.abstained and r.answerable) and r.confidence < METADATA_CONFIDENCE - 0.001]


def fit(rows: Sequence[Row], now: Weights) -> Fitted:
    """The factor and the summand under which what came about is likeliest."""
    x = np.array([log_odds(row, now) for row in known(rows)])
    sign = np.array([1.0 if row.right and not row.abstained else -1.0 for row in known(rows)])
    found = minimize(
        lambda t: float(np.mean(np.logaddexp(0, -sign * (t[0] * x + t[1]))) + TO_ONE * (t[0] - 1) ** 2), [1.0, 0.0]
    )
    return float(found.x[0]), float(found.x[1])


def error(rows: Sequence[Row], fitted: Fitted, now: Weights) -> float:
    """The calibration error of rows whose confidence were calibrated so."""
    anew = {r.id: 1 / (1 + np.exp(-(fitted[0] * log_odds(r, now) + fitted[1]))) for r in known(rows)}
    return calibration_error([replace(r, confidence=float(anew.get(r.id, r.confidence))) for r in rows]) or 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, nargs="+")
    parser.add_argument("--without-reader", action="store_true", help="the results are of --reader none")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    now = weights_for("calibration", read=not args.without_reader)
    files: Mapping[Path, list[Row]] = {path: read_rows(path) for path in args.results}
    for path, rows in files.items():
        others = [row for other, theirs in files.items() if other != path for row in theirs]
        held_out = f", fitted on the others {error(rows, fit(others, now), now):.3f}" if others else ""
        print(f"{path.name:30} as it is {calibration_error(rows) or 0:.3f}{held_out}")
    factor, summand = fit([row for rows in files.values() for row in rows], now)
    print(f"log-odds x {factor:.2f} + {summand:.2f}")
    if args.write:
        tables = yaml.safe_load(WEIGHTS.read_text(encoding="utf-8"))
        part = tables["without reader" if args.without_reader else "with reader"]
        part["calibration"] = {"log_odds": round(factor, 4), "intercept": round(summand, 4)}
        WEIGHTS.write_text(HEADING + yaml.safe_dump(tables, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
