"""Fit the weights in `rag/data/weights.yaml`: how sentences are ranked, and how sure the best one is.

    python -m training.weights [--data ../shared/eval] [--every 4] [--write]

Asked is what the reader was never trained on (`training.corpora.held_out`): of small folders of stories alike, and of
one large folder. Each question is asked as it is; about another number or name; and of the folder without the passages
that answer; some are typed without diacritics. Ranking: a conditional logit over the sentences of a question (McFadden
1974). Confidence: a logistic model of whether the best sentence answers. The figures are by folds of articles: no
question is scored by weights that saw its article.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from scipy.optimize import minimize

from rag.confidence import ANSWER_THRESHOLD, calibrated
from rag.config import EMBEDDED_READER, NO_READER
from rag.reader import open_reader
from rag.select import FAR_AHEAD
from training.corpora import held_out, stories, xquad
from training.measured import Asking, measure_all

FOLDS = 6
RIDGE = 1.0
SPREAD = 0.12  # of the scores of a question's sentences: what other scores are added to
# Assumed of what people ask: so much of it can be answered, and so much of the rest is of each kind.
SHARES = {"answered": 0.75, "unanswered": 0.15, "near miss": 0.05, "taken away": 0.05}
PARTS = {"with reader": EMBEDDED_READER, "without reader": NO_READER}
WEIGHTS = Path(__file__).parents[1] / "rag" / "data" / "weights.yaml"
HEADING = """\
# Written by training/weights.py. Sentence: what is added up to rank sentences. Confidence: a logistic model of whether
# the best one answers.
"""

Vector = npt.NDArray[np.float64]


def fit_ranking(askings: Sequence[Asking]) -> Vector:
    """The weights that make the right sentences likeliest among those of their question, on the scale of `SPREAD`."""
    useful = [a for a in askings if a.right.any() and not a.right.all()]
    scale = np.concatenate([a.ranked for a in useful]).std(axis=0) + 1e-9

    def loss(weights: Vector) -> tuple[float, Vector]:
        total, slope = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for a in useful:
            x = a.ranked / scale
            p = np.exp(x @ weights - (x @ weights).max())
            total -= np.log(p[a.right].sum() / p.sum())
            slope += p @ x / p.sum() - p[a.right] @ x[a.right] / p[a.right].sum()
        return total, slope

    weights = minimize(loss, np.zeros(len(scale)), jac=True, method="L-BFGS-B").x / scale
    spread = np.mean([(a.ranked @ weights).std() for a in useful])
    return np.asarray(weights * SPREAD / spread)


def fit_confidence(x: Vector, y: Vector, importance: Vector, *, free: Sequence[int] = ()) -> Vector:
    """Logistic regression with an intercept (last); (measures + 1,) weights.

    None is below 0 but the intercept and the `free` columns: of two sentences that differ in one measure, the one that
    meets more can't be less sure, however few of the other kind there were to learn from.
    """
    x = np.hstack([x, np.ones((len(x), 1))])
    ridge = np.full(x.shape[1], RIDGE)
    ridge[-1] = 0

    def loss(weights: Vector) -> tuple[float, Vector]:
        z = x @ weights
        p = 1 / (1 + np.exp(-z))
        total = importance @ (np.logaddexp(0, z) - y * z) + ridge @ weights**2 / 2
        return float(total), x.T @ (importance * (p - y)) + ridge * weights

    lowest = [None if i in free or i == x.shape[1] - 1 else 0.0 for i in range(x.shape[1])]
    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=[(low, None) for low in lowest])
    return np.asarray(found.x)


def best_rows(askings: Sequence[Asking], ranking: Vector) -> tuple[Vector, Vector, npt.NDArray[np.bool_]]:
    """Of each question's best sentence: the measures of its confidence; whether it is right; whether it may be told."""
    x, y, possible = [], [], []
    for a in askings:
        scores = a.ranked @ ranking
        best = int(np.argmax(scores))
        measured = a.sure[best].copy()
        others = np.delete(scores, best)  # the lead is that of this ranking, not of the one that stands in the package
        lead = min(FAR_AHEAD, scores[best] - others.max()) if len(others) else FAR_AHEAD
        measured[a.names[1].index("lead")] = lead / FAR_AHEAD
        x.append(measured)
        y.append(float(a.right[best]))
        possible.append(a.possible[best])
    return np.array(x), np.array(y), np.array(possible)


def importance_of(askings: Sequence[Asking]) -> Vector:
    """How much each question counts, so that the kinds have their shares."""
    kinds = np.array([a.kind for a in askings])
    counts = {kind: max(1, int((kinds == kind).sum())) for kind in SHARES}
    return np.array([SHARES[kind] * len(askings) / counts[kind] for kind in kinds])


def fitted(askings: Sequence[Asking]) -> tuple[Vector, Vector]:
    """The weights of the ranking and of the confidence."""
    ranking = fit_ranking([a for a in askings if a.kind == "answered"])
    x, y, possible = best_rows(askings, ranking)
    free = [askings[0].names[1].index("across")]
    return ranking, fit_confidence(x[possible], y[possible], importance_of(askings)[possible], free=free)


def cross_validated(askings: Sequence[Asking]) -> tuple[Vector, Vector]:
    """Of each question's best sentence the confidence, by weights that never saw its article; whether it is right."""
    articles = list(dict.fromkeys(a.article for a in askings))
    fold = np.array([articles.index(a.article) % FOLDS for a in askings])
    held, right = np.zeros(len(askings)), np.zeros(len(askings))
    for number in range(FOLDS):
        out = np.flatnonzero(fold == number)
        ranking, confidence = fitted([a for a, f in zip(askings, fold, strict=True) if f != number])
        x, right[out], possible = best_rows([askings[i] for i in out.tolist()], ranking)
        held[out] = possible / (1 + np.exp(-(x @ confidence[:-1] + confidence[-1])))
    return held, right


def report(askings: Sequence[Asking], held: Vector, right: Vector, *, read: bool) -> None:
    """Lines of figures: by setting, of the questions that have an answer; and how many of the others are refused."""
    told = np.array([calibrated(p, read=read) for p in held]) >= ANSWER_THRESHOLD
    kinds, settings = np.array([a.kind for a in askings]), np.array([a.setting for a in askings])
    for setting in [None, *np.unique(settings)]:
        mine = np.ones(len(askings), dtype=bool) if setting is None else settings == setting
        asked = mine & (kinds == "answered")
        if asked.sum() < 20:
            continue
        line = f"{setting or 'all':12} {asked.sum():5} answered: best sentence right {right[asked].mean():.3f}, "
        line += f"told {told[asked].mean():.3f}, of those right {right[asked & told].mean():.3f}; refused"
        for kind in ("unanswered", "near miss", "taken away"):
            other = mine & (kinds == kind)
            line += f" {kind} {1 - told[other].mean():.3f}" if other.any() else ""
        print(line)
    importance = importance_of(askings)
    bins = np.clip((held * 10).astype(int), 0, 9)
    gaps = [
        abs(np.average(held[bins == b] - right[bins == b], weights=importance[bins == b])) * importance[bins == b].sum()
        for b in np.unique(bins)
    ]
    print(f"calibration error (10 bins) {sum(gaps) / importance.sum():.3f}")


def table(askings: Sequence[Asking]) -> Mapping[str, Mapping[str, float]]:
    """The weights by name, as they are written."""
    ranking, confidence = fitted(askings)
    for_ranking, for_confidence = askings[0].names
    return {
        "sentence": {name: round(float(w), 4) for name, w in zip(for_ranking, ranking, strict=True) if w},
        "confidence": {n: round(float(w), 4) for n, w in zip((*for_confidence, "intercept"), confidence, strict=True)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--every", type=int, default=1, help="ask of every n-th story only")
    parser.add_argument("--only", choices=PARTS, help="leave the other part of the file as it is")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    everything = xquad(args.data, "train") + stories()
    _, graded = held_out(everything)
    alone = [paragraph for paragraph in graded if len(paragraph.texts) == 1]
    graded = [p for p in graded if len(p.texts) > 1] + alone[:: args.every]
    tables = yaml.safe_load(WEIGHTS.read_text(encoding="utf-8"))  # their calibration stays: training/calibrate.py
    for name, reader in PARTS.items():
        if args.only not in (None, name):
            continue
        askings = list(measure_all(everything, graded, open_reader(reader)))
        print(f"\n{name}: {len(askings)} questions asked; figures by {FOLDS} folds of articles")
        report(askings, *cross_validated(askings), read=reader != NO_READER)
        tables[name] |= table(askings)
    if args.write:
        WEIGHTS.write_text(HEADING + yaml.safe_dump(tables, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
