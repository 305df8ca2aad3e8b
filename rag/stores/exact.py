"""The exact store: every vector compared with every query, in float64. It says what the other stores must answer.

It knows no index structure. Inner products are taken in float64 and rounded once to float32, so that equal vectors have
equal scores wherever they stand; a float32 matrix product (BLAS) does not promise that.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.types import FloatMatrix, FloatVector, IntMatrix, IntVector


def inner_products(vectors: FloatMatrix, query: FloatVector) -> FloatVector:
    """The inner product of each row with the query: (n,) float32, the same bits wherever a row stands."""
    products: npt.NDArray[np.float64] = np.einsum("ij,j->i", vectors.astype(np.float64), query.astype(np.float64))
    return products.astype(np.float32)


def best_first(scores: FloatVector, ids: IntVector, k: int) -> tuple[FloatVector, IntVector]:
    """The k best by score, equal scores by id, padded with -inf and -1: both (k,)."""
    order = np.lexsort((ids, -scores))[:k]
    padding = k - len(order)
    return (
        np.pad(scores[order], (0, padding), constant_values=-np.inf).astype(np.float32, copy=False),
        np.pad(ids[order], (0, padding), constant_values=-1).astype(np.int64, copy=False),
    )


class ExactStore:
    """A `VectorStore` in plain numpy, for tests and for measuring the others. Its file is a .npy."""

    def __init__(self, vectors: FloatMatrix) -> None:
        self._vectors = np.ascontiguousarray(vectors, dtype=np.float32)

    @classmethod
    def load(cls, path: Path) -> ExactStore:
        """Open what `save` wrote."""
        with path.open("rb") as file:
            return cls(np.load(file, allow_pickle=False))

    @property
    def dimension(self) -> int:
        """The number of columns."""
        return int(self._vectors.shape[1])

    def __len__(self) -> int:
        return len(self._vectors)

    def search(self, queries: FloatMatrix, k: int) -> tuple[FloatMatrix, IntMatrix]:
        """As `VectorStore.search`, with no approximation."""
        rows = np.arange(len(self), dtype=np.int64)
        scores, ids = np.empty((len(queries), k), np.float32), np.empty((len(queries), k), np.int64)
        for position, query in enumerate(queries):
            scores[position], ids[position] = best_first(inner_products(self._vectors, query), rows, k)
        return scores, ids

    def vectors(self, ids: IntVector) -> FloatMatrix:
        """As `VectorStore.vectors`."""
        if len(ids) and (ids.min() < 0 or ids.max() >= len(self)):
            raise IndexError(f"rows go from 0 to {len(self) - 1}, asked for {ids.min()} to {ids.max()}")
        return self._vectors[ids]

    def save(self, path: Path) -> None:
        """As `VectorStore.save`."""
        with path.open("wb") as file:
            np.save(file, self._vectors, allow_pickle=False)
