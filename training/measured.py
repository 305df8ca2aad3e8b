"""What the answerer measures of the sentences that it may quote, for questions whose answers are known."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from rag.confidence import measures
from rag.corpus import CANDIDATES, Corpus
from rag.question import read_question
from rag.reader import Reader
from rag.retrieve import Candidate
from rag.select import Sentence, ranked_by
from rag.terms import fold
from rag.types import Span
from training.collection import Collection, collected
from training.corpora import Asked, Paragraph
from training.phrasing import near_miss

Kind = Literal["answered", "unanswered", "near miss", "taken away"]
SMALL_FOLDER, LARGE_FOLDER = 6, 400  # articles
EACH_OF_LARGE = 3  # of how many articles one is asked about
TYPED_PLAIN = 0.3  # how often a Vietnamese question is typed without diacritics


@dataclass(frozen=True, slots=True)
class Asking:
    """One question, asked: the measures of each sentence that may answer, in the order of their places."""

    article: str
    setting: str  # the languages of the question and of the articles
    kind: Kind
    names: tuple[tuple[str, ...], tuple[str, ...]]  # of the columns of `ranked` and `sure`
    ranked: npt.NDArray[np.float64]  # (sentences, measures for ranking)
    sure: npt.NDArray[np.float64]  # (sentences, measures for the confidence)
    possible: npt.NDArray[np.bool_]  # whether the confidence may be above 0
    right: npt.NDArray[np.bool_]  # which of them hold the answer


def measure_all(
    everything: Sequence[Paragraph], graded: Sequence[Paragraph], reader: Reader | None
) -> Iterator[Asking]:
    """The graded paragraphs' questions, of small folders of graded articles, and of one folder of everything."""
    alone = [p for p in graded if len(p.texts) == 1]
    parallel = [p for p in graded if len(p.texts) > 1]
    for start in range(0, len(alone), SMALL_FOLDER):
        folder = alone[start : start + SMALL_FOLDER]
        yield from _ask(folder, range(len(folder)), None, (None,), reader)
    for told_in in ("vi", "en"):
        yield from _ask(parallel, range(len(parallel)), told_in, ("vi", "en"), reader)
    others = [p for p in everything if len(p.texts) > 1 and p not in parallel]
    large = [*parallel, *others]
    for told_in in ("vi", "en"):
        yield from _ask(large, range(len(parallel)), told_in, ("vi", "en"), reader)
    large = [*alone, *(p for p in everything if len(p.texts) == 1 and p not in alone)][:LARGE_FOLDER]
    yield from _ask(large, range(0, len(alone), EACH_OF_LARGE), None, (None,), reader)


def _ask(
    paragraphs: Sequence[Paragraph],
    asked_of: Iterable[int],
    told_in: str | None,
    asked_in: Sequence[str | None],
    reader: Reader | None,
) -> Iterator[Asking]:
    rng = random.Random(0)
    with collected(paragraphs, told_in) as collection:
        for i in tqdm(asked_of, f"{len(paragraphs)} paragraphs", disable=None):
            for asked in paragraphs[i].asked:
                for language in asked_in:
                    yield from _of_question(rng, collection, reader, i, asked, language, told_in)


def _of_question(
    rng: random.Random,
    collection: Collection,
    reader: Reader | None,
    i: int,
    asked: Asked,
    asked_in: str | None,
    told_in: str | None,
) -> Iterator[Asking]:
    paragraph = collection.paragraphs[i]
    language = asked_in or rng.choice(list(asked.questions))
    text = asked.questions[language]
    told_in = told_in or next(iter(paragraph.texts))
    span = asked.answers.get(told_in)
    place = collection.place(i, span) if span else None
    plain = language == "vi" and rng.random() < TYPED_PLAIN
    typed = fold(text) if plain else text
    setting = f"{language}{'-plain' if plain else ''}>{told_in}"
    corpus = Corpus(collection.index, collection.embedder, reader)
    candidates = corpus.search(read_question(typed).text, k=2 * CANDIDATES)

    def asking(kind: Kind, text: str, candidates: Sequence[Candidate]) -> Asking:
        return _asking(corpus, paragraph.article, setting, kind, text, candidates[:CANDIDATES], place)

    yield asking("answered" if place else "unanswered", typed, candidates)
    if place is None:
        return
    away = [
        c for c in candidates if not _overlaps(c.hit.passage.article_id, c.hit.passage.start, c.hit.passage.end, place)
    ]
    if away:
        yield asking("taken away", typed, away)
    elsewhere = rng.choice([p for p in collection.paragraphs if language in p.texts] or [paragraph])
    other = elsewhere.texts.get(language, next(iter(elsewhere.texts.values())))
    changed = near_miss(rng, typed, paragraph.texts[told_in], other)
    if changed is not None:
        yield asking("near miss", changed, corpus.search(read_question(changed).text))


def _asking(
    corpus: Corpus,
    article: str,
    setting: str,
    kind: Kind,
    text: str,
    candidates: Sequence[Candidate],
    place: tuple[str, Span] | None,
) -> Asking:
    question = read_question(text)
    # By place: what is fitted must not depend on how they are ranked so far.
    sentences = sorted(corpus.score(question, candidates), key=lambda s: (s.article.id, s.span))
    ranked = [ranked_by(sentence) for sentence in sentences]
    sure = [measures(question, sentence) for sentence in sentences]
    wanted = place if kind == "answered" else None
    return Asking(
        article=article,
        setting=setting,
        kind=kind,
        names=(tuple(ranked[0]), tuple(sure[0])),
        ranked=np.array([list(each.values()) for each in ranked]),
        sure=np.array([list(each.values()) for each in sure]),
        possible=np.array([sentence.evidence > 0 for sentence in sentences]),
        right=np.array([wanted is not None and _holds(sentence, wanted) for sentence in sentences]),
    )


def _holds(sentence: Sentence, place: tuple[str, Span]) -> bool:
    return _overlaps(sentence.article.id, sentence.span.start, sentence.span.end, place)


def _overlaps(article_id: str, start: int, end: int, place: tuple[str, Span]) -> bool:
    return article_id == place[0] and start < place[1].end and place[1].start < end
