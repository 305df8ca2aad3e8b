"""Fit the confidence of an extractive answer: the probability that the best sentence holds the answer.

    python training/confidence.py --data ../shared/eval [--write]

Data: the training articles of XQuAD (CC BY-SA 4.0, google-deepmind/xquad; `xquad_split.json` names the test articles,
which are left out), asked in Vietnamese, in Vietnamese without diacritics, in English, and in English over Vietnamese.
Every question is asked twice: of all paragraphs, and with its own paragraph taken away, so that half of the examples
have no answer but neighbours on the same topic. The label says whether the best sentence has a gold answer.
A logistic regression by Newton's method with a small ridge; the measures are those of `rag.confidence.measures`.
`--write` puts the weights into rag/data/confidence.yaml. Prints the fit and its calibration by article-wise folds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from tqdm import tqdm

from rag.confidence import MEASURES, measures
from rag.config import IndexSettings
from rag.embed import Embedder, open_embedder
from rag.index import Index, build_index, open_index
from rag.question import read_question
from rag.retrieve import retrieve
from rag.select import score_sentences
from rag.terms import fold

SETTINGS = [("vi", "vi", False), ("vi", "vi", True), ("en", "en", False), ("en", "vi", False)]
RIDGE = 1.0
FOLDS = 6
Matrix = npt.NDArray[np.float64]


Xquad = list[tuple[int, dict[str, Any]]]


def training_articles(data: Path, language: str) -> Xquad:
    held_out = {a["index"] for a in json.loads((data / "xquad_split.json").read_text())["test"]}
    articles = json.loads((data / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]
    return [(i, article) for i, article in enumerate(articles) if i not in held_out]


Example = tuple[int, str, list[float], bool]  # XQuAD article, setting, measures of the best sentence, right or not


def examples(data: Path, told_in: str, every: int) -> Iterator[Example]:
    """Two examples a question, for all settings over the paragraphs of one language."""
    embedder = open_embedder()
    told = training_articles(data, told_in)
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder) / "articles"
        articles.mkdir()
        for i, article in told:
            for j, paragraph in enumerate(article["paragraphs"]):
                (articles / f"{i:02}-{j}.txt").write_text(paragraph["context"], encoding="utf-8")
        settings = IndexSettings(passage_max_words=1000)
        build_index(articles, Path(folder) / "index", settings=settings, embedder=embedder, show_progress=True)
        with open_index(Path(folder) / "index", articles=articles, settings=settings, embedder=embedder) as index:
            for asked_in, told_here, plain in SETTINGS:
                if told_here == told_in:
                    name = f"{asked_in}{'-plain' if plain else ''}>{told_in}"
                    asked = list(_asked(training_articles(data, asked_in), told, plain))[::every]
                    for i, j, text, gold in tqdm(asked, name, disable=None):
                        for measured, holds in _measured(index, embedder, text, f"{i:02}-{j}.txt", gold):
                            yield i, name, measured, holds


def _asked(asking: Xquad, telling: Xquad, plain: bool) -> Iterator[tuple[int, int, str, set[str]]]:
    """(article, paragraph, question, gold answers in the language of the paragraphs)."""
    for (i, one), (_, other) in zip(asking, telling, strict=True):
        for j, (ask, tell) in enumerate(zip(one["paragraphs"], other["paragraphs"], strict=True)):
            for question, answers in zip(ask["qas"], tell["qas"], strict=True):
                text = fold(question["question"]) if plain else question["question"]
                yield i, j, text, {answer["text"] for answer in answers["answers"]}


def _measured(
    index: Index, embedder: Embedder, text: str, home: str, gold: set[str]
) -> Iterator[tuple[list[float], bool]]:
    """The best sentence of all paragraphs, and the best without the one that holds the answer."""
    asked = read_question(text)
    known = {article.id: article for article in index.articles}
    candidates = retrieve(index, text, embedder=embedder, k=11)
    for kept in (candidates[:10], [c for c in candidates if c.hit.passage.article_id != home][:10]):
        best = score_sentences(asked, kept, known, index.lexical.rarity)[0]
        sentence = best.article.plain[best.span.start : best.span.end]
        yield measures(asked, best), best.article.id == home and any(answer in sentence for answer in gold)


def fit(x: Matrix, y: Matrix) -> Matrix:
    """Logistic regression with an intercept (last), by Newton's method; (measures + 1,) weights."""
    x = np.hstack([x, np.ones((len(x), 1))])
    weights = np.zeros(x.shape[1])
    ridge = RIDGE * np.eye(x.shape[1])
    ridge[-1, -1] = 0
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = x.T @ (x * (p * (1 - p))[:, None]) + ridge
        weights -= np.linalg.solve(hessian, x.T @ (p - y) + ridge @ weights)
    return weights


def predict(x: Matrix, weights: Matrix) -> Matrix:
    p: Matrix = 1 / (1 + np.exp(-(x @ weights[:-1] + weights[-1])))
    return p


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--every", type=int, default=1, help="take every n-th question only")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    rows = [row for told_in in ("vi", "en") for row in examples(args.data, told_in, args.every)]
    article = np.array([r[0] for r in rows])
    setting = np.array([r[1] for r in rows])
    x, y = np.array([r[2] for r in rows]), np.array([r[3] for r in rows], dtype=float)
    held = np.zeros(len(y))
    for fold_number in range(FOLDS):
        out = article % FOLDS == fold_number
        held[out] = predict(x[out], fit(x[~out], y[~out]))
    weights = fit(x, y)
    print(f"{len(y)} examples, {y.mean():.3f} of them answered; figures by {FOLDS} folds of articles")
    for name, weight in zip((*MEASURES, "intercept"), weights, strict=True):
        print(f"  {name:12} {weight:8.3f}")
    for name in np.unique(setting):
        mine = setting == name
        order = np.argsort(held[mine])
        ranks = np.empty(mine.sum())
        ranks[order] = np.arange(1, mine.sum() + 1)
        good = y[mine] == 1
        area = (ranks[good].sum() - good.sum() * (good.sum() + 1) / 2) / (good.sum() * (~good).sum())
        kept = held[mine] >= 0.5
        print(f"{name:14} AUC {area:.3f}, answered {kept.mean():.3f}, of those right {y[mine][kept].mean():.3f}")
    bins = np.clip((held * 10).astype(int), 0, 9)
    filled = [bins == b for b in range(10) if (bins == b).any()]
    gaps = [abs(held[mine].mean() - y[mine].mean()) * mine.mean() for mine in filled]
    print(f"calibration error (10 bins) {sum(gaps):.3f}")
    if args.write:
        table = {"weights": {n: round(float(w), 4) for n, w in zip((*MEASURES, "intercept"), weights, strict=True)}}
        heading = "# Written by training/confidence.py: a logistic model of whether the best sentence answers.\n"
        path = Path(__file__).parents[1] / "rag/data/confidence.yaml"
        path.write_text(heading + yaml.safe_dump(table, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
