"""Fit `rag/data/support.yaml`: how probable it is that a sentence of a passage tells what a claim does.

    python -m training.support [--data ../shared/eval] [--write]

Claims that are true and in other words than the text: questions of the stories with their answer in the place of the
question word ("Ai chủ trì hội nghị?" and "Lê Thị Mai" → "Lê Thị Mai chủ trì hội nghị"). Claims of another language:
sentences of XQuAD's training paragraphs, whose translations stand side by side. Each is weighed once as it is, and once
with the sentences that tell it taken away: what is left is the same story, and must not pass. A random sentence of
another story must not either. The figures are of articles that the weights were not fitted on.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from tqdm import tqdm

from rag.corpus import Corpus
from rag.passages import reading
from rag.sentences import split_sentences
from rag.support import Claim, Weighed, weigh
from rag.types import Span
from training.collection import Collection, collected
from training.corpora import Asked, Paragraph, stories, xquad
from training.weights import fit_confidence

Kind = Literal["told", "taken away", "elsewhere"]
OUT = Path(__file__).parents[1] / "rag" / "data" / "support.yaml"
HEADING = "# Written by training/support.py: how probable it is that a sentence of a passage tells what a claim does.\n"
TESTED = 4  # every fourth article is for the figures
PASSED = {"within": 0.02, "across": 0.03}  # of what is not told, so much may pass
LEAST_CLAUSE = 30  # characters
HALVED = 0.5
NAMES = {True: "across", False: "within"}
_ASKED = (
    (re.compile(r"^Ai (?=\w)"), "vi"),
    (re.compile(r"(?<!\w)(?:do|của|là|bởi) (ai)(?!\w)"), "vi"),
    (re.compile(r"(?<!\w)(ngày nào|năm nào|tháng nào)(?!\w)"), "vi"),
    (re.compile(r"(?<!\w)((?:có |được |là )?bao nhiêu)(?= \w)"), "vi"),
    (re.compile(r"^Who (?=\w+(?:ed|s|ew|ote|id|ave|ook|poke|ed) )"), "en"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """The best that an article has for a claim."""

    article: str
    kind: Kind
    best: Weighed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--every", type=int, default=1, help="take every so-manieth story and paragraph")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    rows = [*_within(stories()[:: args.every]), *_across(xquad(args.data, "train")[:: args.every])]
    tables: dict[str, dict[str, float]] = {"least": {}}
    for across in (False, True):
        mine = [row for row in rows if row.best.across == across or row.kind == "elsewhere"]
        mine = [replace(row, best=replace(row.best, across=across)) for row in mine]
        weights, limit = _fitted(mine, across=across)
        tables[NAMES[across]] = weights
        tables["least"][NAMES[across]] = limit
    text = HEADING + yaml.safe_dump(tables, sort_keys=True)
    print(text)
    if args.write:
        OUT.write_text(text, encoding="utf-8")


def _fitted(rows: Sequence[Row], *, across: bool) -> tuple[dict[str, float], float]:
    """The weights, and the probability from which on it passes; prints what that does on the articles not fitted on."""
    names = list(rows[0].best.measures)
    x = np.array([list(row.best.measures.values()) for row in rows])
    y = np.array([float(row.kind == "told") for row in rows])
    articles = sorted({row.article for row in rows})
    tested = np.array([articles.index(row.article) % TESTED == 0 for row in rows])
    free = [names.index("bare")] if across else []
    weights = fit_confidence(x[~tested], y[~tested], np.ones((~tested).sum()), free=free)
    p = 1 / (1 + np.exp(-(x @ weights[:-1] + weights[-1])))
    limit = float(np.quantile(p[~tested & (y == 0)], 1 - PASSED[NAMES[across]]))
    print(f"{NAMES[across]}: fitted on {(~tested).sum()} claims, tried on {tested.sum()}")
    for kind in ("told", "taken away", "elsewhere"):
        mine = tested & np.array([row.kind == kind for row in rows])
        if mine.any():
            print(f"  {kind:12} {(p[mine] >= limit).sum():5} of {mine.sum():5} pass  {(p[mine] >= limit).mean():6.1%}")
    named = dict(zip([*names, "intercept"], (round(float(w), 3) for w in weights), strict=True))
    return named, round(limit, 3)


def _within(paragraphs: Sequence[Paragraph]) -> Iterator[Row]:
    rng = random.Random(0)
    with collected(paragraphs) as collection:
        corpus = Corpus(collection.index, collection.embedder)
        for i, paragraph in enumerate(tqdm(paragraphs, "stories", disable=None)):
            claims = [found for asked in paragraph.asked if (found := _claim(asked, paragraph)) is not None]
            for claim, span in claims:
                yield from _rows(claim, collection, corpus, i, span)
            other = rng.choice(paragraphs)
            if other.article != paragraph.article:
                text = next(iter(other.texts.values()))
                yield from _rows(text[slice(*rng.choice(split_sentences(text)))], collection, corpus, i, None)


def _claim(asked: Asked, paragraph: Paragraph) -> tuple[str, Span] | None:
    """A question of the paragraph's own language as a statement, with the place that tells it; None: it can't be."""
    language, text = next(iter(paragraph.texts.items()))
    question, span = asked.questions.get(language), asked.answers.get(language)
    if question is None or span is None:
        return None
    answer = text[slice(*span)]
    for pattern, of_language in _ASKED:
        found = pattern.search(question)
        if found and of_language == language:
            start, end = found.span(1) if pattern.groups else (found.start(), found.end() - 1)
            return question[:start] + answer + question[end:].rstrip(" ?") + ".", span
    return None


def _across(paragraphs: Sequence[Paragraph]) -> Iterator[Row]:
    rng = random.Random(0)
    for told_in, languages in (("vi", ("en", "zh", "es", "de")), ("en", ("vi", "zh"))):
        with collected(paragraphs, told_in) as collection:
            corpus = Corpus(collection.index, collection.embedder)
            for i, paragraph in enumerate(tqdm(paragraphs, told_in, disable=None)):
                for language in languages:
                    sides = [split_sentences(paragraph.texts[side]) for side in (language, told_in)]
                    if len(sides[0]) != len(sides[1]):
                        continue
                    one = rng.randrange(len(sides[0]))
                    claim = _clause(rng, paragraph.texts[language][slice(*sides[0][one])])
                    yield from _rows(claim, collection, corpus, i, sides[1][one])


def _clause(rng: random.Random, sentence: str) -> str:
    """The sentence, or now and then half of it: what a model writes is shorter than what stands in articles."""
    clauses = [clause for clause in re.split(r"[,;，；] ?", sentence) if len(clause) > LEAST_CLAUSE]
    return rng.choice(clauses) if len(clauses) > 1 and rng.random() < HALVED else sentence


def _rows(claim: str, collection: Collection, corpus: Corpus, i: int, span: Span | None) -> Iterator[Row]:
    """The best for a claim of all sentences of its article, and of those that don't tell it; `span` None: none does."""
    article_id, start = collection.places[i]
    passages = [passage for passage in collection.index.passages if passage.article_id == article_id]
    read = Claim.of(claim, corpus)
    found = {each.spans: each for p in passages for each in weigh(read, p, corpus)}
    if not found:
        return
    if span is None:
        yield Row(article_id, "elsewhere", _best(list(found.values())))
        return
    place = Span(start + span.start, start + span.end)
    telling = [s for s, each in found.items() if any(a < place.end and place.start < b for a, b in each.spans)]
    if telling and len(reading(corpus.articles[article_id], place)):
        yield Row(article_id, "told", _best([found[s] for s in telling]))
    left = [each for spans, each in found.items() if spans not in telling]
    if left:
        yield Row(article_id, "taken away", _best(left))


def _best(found: Sequence[Weighed]) -> Weighed:
    return max(found, key=lambda each: (each.probability, each.spans))


if __name__ == "__main__":
    main()
