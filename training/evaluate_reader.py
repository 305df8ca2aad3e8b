"""Grade the reader of the package on XQuAD's test articles, which it was never trained on.

    python -m training.evaluate_reader [--data ../shared/eval] [--every 1]

First with the right paragraph given: F1 and exact match of the best span (the script of SQuAD), its sentence, and how
well a question that the paragraph answers is told from one that it doesn't: the question put to another paragraph of
the article, and the question about another number or name. Then in the product, all 240 paragraphs being the
collection: whether the first sentence quoted holds the gold answer. Exits 1 when the first is far below what the card
of the adapter says.
"""

from __future__ import annotations

import argparse
import platform
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.confidence import ANSWER_THRESHOLD, confidence_of
from rag.config import EMBEDDED_READER
from rag.corpus import Corpus
from rag.passages import reading
from rag.question import Question, read_question
from rag.reader import Page, Reader, Reading, open_reader
from rag.select import Sentence
from rag.types import Span
from training.collection import Collection, collected
from training.corpora import Paragraph, xquad
from training.grading import Given, area_under_curve, grade
from training.phrasing import near_miss

SETTINGS = [("vi", "vi"), ("en", "en"), ("en", "vi"), ("zh", "vi"), ("vi", "en")]
FLOOR_F1, FLOOR_AUC = 0.4, 0.9  # of a part of the articles, too
IN_PRODUCT = [("vi", "vi"), ("en", "en"), ("en", "vi"), ("zh", "vi")]


def read_all(reader: Reader, given: Sequence[Given]) -> list[Reading]:
    """The readings of questions with a passage each."""
    return [reader.read(question, [Page(title, passage)])[0] for question, title, passage in given]


def gold_given(reader: Reader, paragraphs: Sequence[Paragraph]) -> bool:
    """Print a line a setting: the right paragraph is given. Whether those within one language reach the floors."""
    alone = [(language, language) for language in paragraphs[0].texts if language not in ("vi", "en")]
    enough = True
    print("paragraph given   questions     F1     EM  sentence  AUC other paragraph  AUC near miss")
    for asked_in, told_in in SETTINGS + alone:
        g = grade(lambda questions: read_all(reader, questions), paragraphs, asked_in, told_in)
        print(
            f"{asked_in} > {told_in}           {g.questions:9} {g.f1:6.3f} {g.exact:6.3f} {g.sentence:9.3f} "
            f"{g.same_article:20.3f} {g.near_misses:14.3f}",
            flush=True,
        )
        enough &= asked_in != told_in or (g.f1 >= FLOOR_F1 and g.same_article >= FLOOR_AUC)
    return enough


@dataclass(frozen=True, slots=True)
class Told:
    """How the product does with one question."""

    first: bool  # the best sentence of the collection stands where the gold answer does …
    worded: bool  # … or has its words, wherever it stands
    answered: bool  # it is sure enough to be told
    given: bool  # the best sentence of the right paragraph stands where the gold answer does
    sure: float  # the confidence of that
    sure_elsewhere: float  # of the best sentence of another paragraph of the article
    sure_missed: float | None  # of the best of the right paragraph, asked about another number or name


def in_product(reader: Reader | None, everything: Sequence[Paragraph], tested: Sequence[int]) -> None:
    """Print a line a setting: the best sentence of the whole collection, and of the right paragraph."""
    print("\nin the product  questions  first sentence  by its words  told  right of those", end="")
    print("  paragraph given: sentence  AUC other paragraph  AUC near miss")
    for told_in in dict.fromkeys(told_in for _, told_in in IN_PRODUCT):
        with collected(everything, told_in) as collection:
            for asked_in in (asked for asked, told in IN_PRODUCT if told == told_in):
                rows = list(_tell(collection, reader, tested, asked_in, told_in))
                first, worded, answered, given = (
                    sum(getattr(row, name) for row in rows) / len(rows)
                    for name in ("first", "worded", "answered", "given")
                )
                right = sum(row.first and row.answered for row in rows) / len(rows) / max(answered, 1e-9)
                sure = [row.sure for row in rows]
                other = area_under_curve(sure, [row.sure_elsewhere for row in rows])
                missed = [(row.sure, row.sure_missed) for row in rows if row.sure_missed is not None]
                near = area_under_curve([a for a, _ in missed], [b for _, b in missed])
                print(f"{asked_in} > {told_in} {len(rows):16} {first:15.3f} {worded:13.3f} {answered:5.3f}", end="")
                print(f" {right:15.3f} {given:26.3f} {other:20.3f} {near:14.3f}", flush=True)


def _tell(
    collection: Collection, reader: Reader | None, tested: Sequence[int], asked_in: str, told_in: str
) -> Iterator[Told]:
    rng = random.Random(0)
    for i in tested:
        paragraph = collection.paragraphs[i]
        siblings = [k for k in tested if collection.paragraphs[k].article == paragraph.article and k != i]
        for j, asked in enumerate(paragraph.asked):
            text, span = asked.questions[asked_in], asked.answers[told_in]
            article_id, gold = collection.place(i, span)
            words = " ".join(paragraph.texts[told_in][slice(*span)].split())
            elsewhere = collection.paragraphs[rng.choice(tested)].texts[asked_in]
            changed = near_miss(rng, text, paragraph.texts[told_in], elsewhere)
            corpus = Corpus(collection.index, collection.embedder, reader)
            question = read_question(text)
            best, home = corpus.best(question)[0], _best_of(collection, corpus, question, i, told_in)
            yield Told(
                first=best.article.id == article_id and best.span.start < gold.end and gold.start < best.span.end,
                worded=words in reading(best.article, best.span),
                answered=confidence_of(question, best) >= ANSWER_THRESHOLD,
                given=home.span.start < gold.end and gold.start < home.span.end,
                sure=confidence_of(question, home),
                sure_elsewhere=_sure(collection, corpus, text, siblings[j % len(siblings)], told_in),
                sure_missed=_sure(collection, corpus, changed, i, told_in) if changed else None,
            )


def _sure(collection: Collection, corpus: Corpus, text: str, i: int, told_in: str) -> float:
    question = read_question(text)
    return confidence_of(question, _best_of(collection, corpus, question, i, told_in))


def _best_of(collection: Collection, corpus: Corpus, question: Question, i: int, told_in: str) -> Sentence:
    """The best sentence of one paragraph."""
    article_id, whole = collection.place(i, Span(0, len(collection.paragraphs[i].texts[told_in])))
    candidates = corpus.search(question.text, k=100, only=[article_id])
    passages = ((c, c.hit.passage) for c in candidates)
    here = [c for c, passage in passages if passage.start < whole.end and whole.start < passage.end]
    return next(s for s in corpus.score(question, here) if whole.start <= s.span.start < whole.end)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--every", type=int, default=1, help="grade on every n-th article only")
    parser.add_argument("--part", choices=("given", "product"), help="only this part")
    parser.add_argument("--reader", default=EMBEDDED_READER)
    args = parser.parse_args()
    everything = xquad(args.data, "train") + xquad(args.data, "test")
    names = list(dict.fromkeys(paragraph.article for paragraph in xquad(args.data, "test")))[:: args.every]
    tested = [i for i, paragraph in enumerate(everything) if paragraph.article in names]
    reader = open_reader(args.reader)
    print(f"{getattr(reader, 'id', 'no reader')} on {platform.machine()}, Python {platform.python_version()}")
    enough = args.part == "product" or reader is None or gold_given(reader, [everything[i] for i in tested])
    if args.part != "given":
        in_product(reader, everything, tested)
    return 0 if enough else 1


if __name__ == "__main__":
    raise SystemExit(main())
