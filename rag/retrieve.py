"""From a question to the passages that answer it, best first: dense and lexical candidates, scored by the one recipe.

    candidates = retrieve(index, "Ban Dân vận có bao nhiêu biên chế?", embedder=embedder, k=10)
    candidates[0].hit.passage, candidates[0].dense, candidates[0].sentences

Candidates are the passages nearest to the question, the passages of the sentences nearest to it, and the best by BM25;
every one of them then gets its exact score (rag.fuse), whichever way it came. A small collection is scored as a whole.
It knows no answers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from rag.diacritics import restore
from rag.embed import Embedder
from rag.fuse import fuse
from rag.index import Index
from rag.question import language_of
from rag.stores.exact import inner_products
from rag.terms import has_diacritics
from rag.types import FloatVector, Hit, IntVector

SCORED_WHOLE = 256  # passages; up to so many all are candidates
PASSAGE_CANDIDATES = 100
SENTENCE_CANDIDATES = 200
LEXICAL_CANDIDATES = 100
WIDER = 8  # how many times more are fetched where only some articles may answer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage and what its score is made of; `hit.score` is `(dense + max(sentences)) / 2 + 0.5 * lexical`."""

    hit: Hit
    dense: float  # cosine of the passage with the question
    lexical: float  # BM25 scaled to 0..1
    sentences: tuple[float, ...]  # cosine of each of `hit.passage.sentences` with the question


def retrieve(
    index: Index,
    question: str,
    *,
    embedder: Embedder,
    k: int = 10,
    only: Collection[str] | None = None,
    meaning: str | None = None,
) -> list[Candidate]:
    """The k best passages for a question, best first, equal scores in the order of the articles.

    `only` leaves just the articles of those ids; `meaning` is what the embedder is asked, if not the question as
    written. The same index and question give the same floats.
    """
    query = embedder.embed_queries([meaning or as_written(question, index)])[0]
    words = meaning if meaning and language_of(question) != "vi" else question  # their own words find nothing here
    lexical = index.lexical.scores(words)
    rows = _candidate_rows(index, query, lexical, only)
    if k < 1 or not len(rows):
        return []
    dense = inner_products(index.passage_vectors.vectors(rows), query)
    sentences, starts = _sentence_cosines(index, rows, query)
    best = np.full(len(rows), -np.inf, dtype=np.float32)
    np.maximum.at(best, np.repeat(np.arange(len(rows)), np.diff(starts)), sentences)
    scores = fuse(dense, best, lexical[rows])
    order = np.lexsort((rows, -scores))[:k]
    return [
        Candidate(
            hit=Hit(index.passages[rows[i]], float(scores[i]), rank),
            dense=float(dense[i]),
            lexical=float(lexical[rows[i]]),
            sentences=tuple(sentences[starts[i] : starts[i + 1]].tolist()),
        )
        for rank, i in enumerate(order, start=1)
    ]


def as_written(question: str, index: Index) -> str:
    """What the model is asked: Vietnamese typed without diacritics gets them back; models read it badly without."""
    if has_diacritics(question) or language_of(question) != "vi":
        return question
    return restore(question, index.lexical)


def _candidate_rows(index: Index, query: FloatVector, lexical: FloatVector, only: Collection[str] | None) -> IntVector:
    """The rows of the passages worth an exact score, ascending."""
    allowed = np.ones(len(index.passages), dtype=bool)
    if only is not None:
        wanted = frozenset(only)
        allowed = np.array([passage.article_id in wanted for passage in index.passages], dtype=bool)
    if np.count_nonzero(allowed) <= SCORED_WHOLE:
        return np.flatnonzero(allowed).astype(np.int64)
    wider = 1 if only is None else WIDER
    _, nearest = index.passage_vectors.search(query[None], min(wider * PASSAGE_CANDIDATES, len(index.passages)))
    _, sentences = index.sentence_vectors.search(
        query[None], min(wider * SENTENCE_CANDIDATES, len(index.sentence_vectors))
    )
    matching = np.flatnonzero((lexical > 0) & allowed)
    matching = matching[np.lexsort((matching, -lexical[matching]))[:LEXICAL_CANDIDATES]]
    of_sentences = [index.sentence_passages[row] for row in sentences[0] if row >= 0]
    found = np.concatenate([nearest[0], *of_sentences, matching])
    rows: IntVector = np.unique(found[found >= 0])
    return rows[allowed[rows]]


def _sentence_cosines(index: Index, rows: IntVector, query: FloatVector) -> tuple[FloatVector, IntVector]:
    """The cosines of the passages' sentences with the question, one passage after another, and where each starts.

    Sentences that passages share are compared once.
    """
    of_passages = [index.sentence_rows[row] for row in rows]
    distinct, places = np.unique(np.concatenate(of_passages), return_inverse=True)
    starts = np.cumsum([0, *(len(each) for each in of_passages)], dtype=np.int64)
    return inner_products(index.sentence_vectors.vectors(distinct), query)[places], starts
