"""Vectors by row number: one protocol, an exact store in numpy, and FAISS, which is what an index uses.

    store = build_store(vectors)             # (n, dimension) float32, rows of length 1
    scores, ids = store.search(queries, 10)  # best first; an inner product, so a cosine
    store.save(path); load_store(path)

A store knows rows, not passages. `rag.stores.exact` says what a right answer is; the other stores are tested against
it, ids and scores.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from rag.types import FloatMatrix, IntMatrix, IntVector

__all__ = ["VectorStore", "build_store", "load_store"]


class VectorStore(Protocol):
    """Vectors that can be searched. Reading from several threads at once is allowed; nothing changes after building."""

    @property
    def dimension(self) -> int:
        """The number of columns."""
        ...

    def __len__(self) -> int:
        """The number of vectors."""
        ...

    def search(self, queries: FloatMatrix, k: int) -> tuple[FloatMatrix, IntMatrix]:
        """The k nearest rows of each query by inner product: scores and row numbers, both (len(queries), k).

        Best first, equal scores by row number. Where there are fewer than k, the rest is score -inf, row -1.
        """
        ...

    def vectors(self, ids: IntVector) -> FloatMatrix:
        """The rows as they were given: (len(ids), dimension) float32. Raises IndexError for a row there isn't."""
        ...

    def save(self, path: Path) -> None:
        """Write the store to one file. The same vectors give the same bytes. Raises OSError as writing a file does."""
        ...


def build_store(vectors: FloatMatrix) -> VectorStore:
    """A store of the kind that suits the number of vectors: (n, dimension) float32, rows of length 1, n may be 0."""
    from rag.stores.faiss import FaissStore

    return FaissStore.build(vectors)


def load_store(path: Path) -> VectorStore:
    """Open what `save` wrote.

    Check the file's checksum first: FAISS believes the sizes that a file claims. Raises `IndexUnusableError` when it is
    not a file of a store.
    """
    from rag.stores.faiss import FaissStore

    return FaissStore.load(path)
