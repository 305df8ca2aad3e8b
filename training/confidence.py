"""Fit the confidence of an extractive answer: the probability that the best sentence holds the answer.

    python training/confidence.py --data ../shared/eval [--write]

Data: the training articles of XQuAD (CC BY-SA 4.0, google-deepmind/xquad; `xquad_split.json` names the test articles,
which are left out), asked in Vietnamese, in Vietnamese without diacritics, in English, and in English over Vietnamese.
Each question is asked three ways: as it is; with its own paragraph taken away, so that only neighbours on the topic are
left; and, where it has a number, a date or a name, as a near miss with another one in its place. The label says
whether the best sentence has a gold answer. The ways are weighted as people are taken to ask (`SHARES`).
A logistic regression by Newton's method with a small ridge; the measures are those of `rag.confidence.measures`.
`--write` puts the weights into rag/data/confidence.yaml. Prints the fit and its calibration by article-wise folds.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import yaml
from tqdm import tqdm

from rag.confidence import ANSWER_THRESHOLD, MEASURES, measures
from rag.config import IndexSettings
from rag.embed import Embedder, open_embedder
from rag.index import Index, build_index, open_index
from rag.passages import reading
from rag.question import read_question
from rag.retrieve import Candidate, retrieve
from rag.select import Sentence, score_sentences
from rag.terms import fold
from rag.types import Span

SETTINGS = [("vi", "vi", False), ("vi", "vi", True), ("en", "en", False), ("en", "vi", False)]
RIDGE = 1.0
FOLDS = 6
Matrix = npt.NDArray[np.float64]


Xquad = list[tuple[int, dict[str, Any]]]


def training_articles(data: Path, language: str) -> Xquad:
    held_out = {a["index"] for a in json.loads((data / "xquad_split.json").read_text())["test"]}
    articles = json.loads((data / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]
    return [(i, article) for i, article in enumerate(articles) if i not in held_out]


Way = Literal["asked", "taken away", "near miss"]
# Assumed of what people ask; set with the development questions in view.
SHARES: dict[Way, float] = {"asked": 0.6, "taken away": 0.15, "near miss": 0.25}
Example = tuple[int, str, Way, list[float], bool]  # XQuAD article, setting, way, measures, right or not


def examples(data: Path, told_in: str, every: int) -> Iterator[Example]:
    """Two or three examples a question, for all settings over the paragraphs of one language."""
    embedder = open_embedder()
    told = training_articles(data, told_in)
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder) / "articles"
        articles.mkdir()
        for i, article in told:
            text = "\n\n".join([article["title"].replace("_", " "), *contexts(article)])
            (articles / f"{i:02}.txt").write_text(text, encoding="utf-8")
        settings = IndexSettings()
        build_index(articles, Path(folder) / "index", settings=settings, embedder=embedder, show_progress=True)
        with open_index(Path(folder) / "index", articles=articles, settings=settings, embedder=embedder) as index:
            for asked_in, told_here, plain in SETTINGS:
                if told_here == told_in:
                    name = f"{asked_in}{'-plain' if plain else ''}>{told_in}"
                    asked = list(_asked(training_articles(data, asked_in), told, plain))[::every]
                    others = [name for _, _, text, _ in asked for name in read_question(text).names]
                    for n, (i, j, text, gold) in enumerate(tqdm(asked, name, disable=None)):
                        missed = near_miss(text, others[n % len(others)] if others else "")
                        home = _place(index, f"{i:02}.txt", contexts(dict(told)[i])[j])
                        for example in _measured(index, embedder, text, missed, home, gold):
                            yield i, name, *example


def _asked(asking: Xquad, telling: Xquad, plain: bool) -> Iterator[tuple[int, int, str, set[str]]]:
    """(article, paragraph, question, gold answers in the language of the paragraphs)."""
    for (i, one), (_, other) in zip(asking, telling, strict=True):
        for j, (ask, tell) in enumerate(zip(one["paragraphs"], other["paragraphs"], strict=True)):
            for question, answers in zip(ask["qas"], tell["qas"], strict=True):
                text = fold(question["question"]) if plain else question["question"]
                yield i, j, text, {answer["text"] for answer in answers["answers"]}


def contexts(article: dict[str, Any]) -> list[str]:
    """The paragraphs of an XQuAD article."""
    return [paragraph["context"].strip() for paragraph in article["paragraphs"]]


def _place(index: Index, article_id: str, paragraph: str) -> tuple[str, Span]:
    start = index.article(article_id).text.index(paragraph)
    return article_id, Span(start, start + len(paragraph))


def near_miss(text: str, other_name: str) -> str | None:
    """The question about another year, number or name; None where it has none: "in 1990" → "in 1993"."""
    if match := re.search(r"\d+", text):
        return text[: match.start()] + str(int(match.group()) + 3) + text[match.end() :]
    for name in read_question(text).names:
        if other_name and name in text and name != other_name:
            return text.replace(name, other_name)
    return None


def _measured(
    index: Index, embedder: Embedder, text: str, missed: str | None, home: tuple[str, Span], gold: set[str]
) -> Iterator[tuple[Way, list[float], bool]]:
    """The best sentence of all paragraphs, of those but the one that holds the answer, and for the near miss."""
    known = {article.id: article for article in index.articles}

    def best(text: str, candidates: list[Candidate]) -> tuple[list[float], Sentence]:
        asked = read_question(text)
        sentence = score_sentences(asked, candidates[:10], known, index.lexical)[0]
        return measures(asked, sentence), sentence

    candidates = retrieve(index, text, embedder=embedder, k=15)
    measured, sentence = best(text, candidates)
    told = reading(sentence.article, sentence.span)
    at_home = _overlap(sentence.article.id, sentence.span, home)
    yield "asked", measured, at_home and any(answer in told for answer in gold)
    passages = ((c, Span(c.hit.passage.start, c.hit.passage.end)) for c in candidates)
    away = [c for c, span in passages if not _overlap(c.hit.passage.article_id, span, home)]
    yield "taken away", best(text, away)[0], False
    if missed is not None:
        yield "near miss", best(missed, retrieve(index, missed, embedder=embedder, k=10))[0], False


def _overlap(article_id: str, span: Span, home: tuple[str, Span]) -> bool:
    return article_id == home[0] and span.start < home[1].end and home[1].start < span.end


def fit(x: Matrix, y: Matrix, importance: Matrix) -> Matrix:
    """Logistic regression with an intercept (last), by Newton's method; (measures + 1,) weights."""
    x = np.hstack([x, np.ones((len(x), 1))])
    weights = np.zeros(x.shape[1])
    ridge = RIDGE * np.eye(x.shape[1])
    ridge[-1, -1] = 0
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = x.T @ (x * (importance * p * (1 - p))[:, None]) + ridge
        weights -= np.linalg.solve(hessian, x.T @ (importance * (p - y)) + ridge @ weights)
    return weights


def predict(x: Matrix, weights: Matrix) -> Matrix:
    p: Matrix = 1 / (1 + np.exp(-(x @ weights[:-1] + weights[-1])))
    return p


def report(name: str, held: Matrix, y: Matrix, way: npt.NDArray[np.str_]) -> None:
    """One line: of the questions as asked, how many are answered and how many of those rightly; refusals of others."""
    kept = held >= ANSWER_THRESHOLD
    asked = way == "asked"
    line = f"{name:12} best sentence right {y[asked].mean():.3f}, answered {kept[asked].mean():.3f}"
    line += f", of those right {y[asked & kept].mean():.3f}"
    for other in ("taken away", "near miss"):
        line += f"; {other}: refused {1 - kept[way == other].mean():.3f}"
    print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--every", type=int, default=1, help="take every n-th question only")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    rows = [row for told_in in ("vi", "en") for row in examples(args.data, told_in, args.every)]
    article, setting, way = (np.array([row[i] for row in rows]) for i in range(3))
    x, y = np.array([row[3] for row in rows]), np.array([row[4] for row in rows], dtype=float)
    importance = np.zeros(len(y))
    for name, share in SHARES.items():
        importance[way == name] = share * len(y) / (way == name).sum()
    held = np.zeros(len(y))
    for fold_number in range(FOLDS):
        out = article % FOLDS == fold_number
        held[out] = predict(x[out], fit(x[~out], y[~out], importance[~out]))
    weights = fit(x, y, importance)
    print(f"{len(y)} examples; figures by {FOLDS} folds of articles")
    for name, weight in zip((*MEASURES, "intercept"), weights, strict=True):
        print(f"  {name:12} {weight:8.3f}")
    for name in np.unique(setting):
        report(str(name), held[setting == name], y[setting == name], way[setting == name])
    bins = np.clip((held * 10).astype(int), 0, 9)
    gap = 0.0
    for b in range(10):
        mine = bins == b
        if mine.any():
            mean_held, mean_right = (np.average(v[mine], weights=importance[mine]) for v in (held, y))
            gap += abs(mean_held - mean_right) * importance[mine].sum() / importance.sum()
    print(f"calibration error (10 bins) {gap:.3f}")
    if args.write:
        table = {"weights": {n: round(float(w), 4) for n, w in zip((*MEASURES, "intercept"), weights, strict=True)}}
        heading = "# Written by training/confidence.py: a logistic model of whether the best sentence answers.\n"
        path = Path(__file__).parents[1] / "rag/data/confidence.yaml"
        path.write_text(heading + yaml.safe_dump(table, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
