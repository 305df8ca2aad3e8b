"""An open index: the articles, the passages, their vectors and their BM25, all of one generation.

    with open_index(index, articles=articles, settings=settings, embedder=embedder) as opened: ...

Building it, and knowing when to, is rag.build's; both are found here. This module writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rag import generations, vectors
from rag.build import ARTICLES, LEXICAL, PASSAGES, build_index, why_stale
from rag.config import IndexSettings
from rag.embed import Embedder
from rag.errors import IndexUnusableError
from rag.lexical import LexicalIndex
from rag.manifest import check_made_for, read_current
from rag.records import read_articles, read_passages
from rag.stores import VectorStore
from rag.types import Article, IntVector, Passage, Skipped

__all__ = ["Index", "build_index", "open_index", "why_stale"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One open generation, immutable. Several threads may read at once. Its files stay until it is closed.

    Rows of `passage_vectors` and `lexical` are those of `passages`. `sentence_rows[i]` has the rows of the sentences of
    passage i in `sentence_vectors`, in their order, and `sentence_passages[j]` the passages that sentence j is in.
    """

    generation: str
    settings: IndexSettings
    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...]
    passages: tuple[Passage, ...]
    passage_vectors: VectorStore
    sentence_vectors: VectorStore
    sentence_rows: tuple[IntVector, ...]
    sentence_passages: tuple[IntVector, ...]
    lexical: LexicalIndex
    articles_by_id: Mapping[str, Article] = field(repr=False)
    _opened: generations.Generation = field(repr=False)

    def article(self, article_id: str) -> Article:
        """The article of that id. Raises KeyError when there is none."""
        return self.articles_by_id[article_id]

    def is_current(self) -> bool:
        """Whether CURRENT still names this generation; a small file is read."""
        try:
            return read_current(self._opened.folder.parent).generation == self.generation
        except IndexUnusableError:
            return False

    def close(self) -> None:
        """Let the generation be removed once another one is current."""
        self._opened.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_index(index: Path, *, articles: Path, settings: IndexSettings, embedder: Embedder) -> Index:
    """Open the generation that CURRENT names, every file checked first. Nothing is written.

    Raises `IndexUnusableError` with the reason when there is none, it is damaged, or it was built with other settings,
    another model or another version of this package. Whether the articles have changed since: `why_stale`.
    """
    try:
        opened = generations.open_current(index)
        try:
            check_made_for(opened.manifest, settings, embedder=embedder.id, dimension=embedder.dimension)
            return _load(opened)
        except BaseException:
            opened.close()
            raise
    except IndexUnusableError as error:
        raise IndexUnusableError(
            f"The index in {index} can't be used: {error}. Run `rag index --articles {articles} --index {index}`."
        ) from error


def _load(opened: generations.Generation) -> Index:
    folder, manifest = opened.folder, opened.manifest
    try:
        articles = read_articles(folder / ARTICLES)
        by_id = {article.id: article for article in articles}
        passages = read_passages(folder / PASSAGES, by_id)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexUnusableError(f"its articles can't be read ({error})") from error
    sentences, sentence_rows = vectors.number_sentences(passages)
    passage_vectors, sentence_vectors = vectors.load_stores(folder)
    loaded = Index(
        generation=manifest.generation,
        settings=manifest.settings,
        articles=articles,
        skipped=manifest.skipped,
        passages=passages,
        passage_vectors=passage_vectors,
        sentence_vectors=sentence_vectors,
        sentence_rows=sentence_rows,
        sentence_passages=_passages_of(sentence_rows, len(sentences)),
        lexical=LexicalIndex.load(folder / LEXICAL),
        articles_by_id=by_id,
        _opened=opened,
    )
    rows = (len(loaded.passage_vectors), len(loaded.sentence_vectors), len(loaded.lexical))
    if rows != (len(passages), len(sentences), len(passages)):
        raise IndexUnusableError(f"its files disagree: {rows} rows for {len(passages)} passages")
    return loaded


def _passages_of(sentence_rows: tuple[IntVector, ...], sentences: int) -> tuple[IntVector, ...]:
    passages: list[list[int]] = [[] for _ in range(sentences)]
    for passage, rows in enumerate(sentence_rows):
        for row in rows:
            passages[row].append(passage)
    return tuple(np.array(each, dtype=np.int64) for each in passages)
