"""The FAISS store: exact while the collection is small, a navigable graph (HNSW) above.

FAISS finds the rows; their scores are then taken again in float64, so that ids and scores are those of the exact store
for every row found, whatever the kernel that found them. Douze et al. 2024, "The Faiss library", arXiv:2401.08281;
Malkov & Yashunin 2016, arXiv:1603.09320.

Kind by size, from benchmarks/stores.py (50,000 vectors of the geometry of e5, two busy cores, one interleaved run):

    IndexFlatIP                   exact                             8.0 ms    nothing to build
    IndexHNSWFlat 32, ef 400      recall@10 .9995, @100 .996        1.6 ms    built in 8 s
    IndexIVFFlat, 224 of 894      recall@10 .9960, @100 .964        1.8 ms    built in 3 s

At the same speed the graph misses a tenth of what inverted lists miss: questions lie apart from what they ask for. Both
give the same bytes on each build, on one thread or many.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import IndexUnusableError
from rag.stores.exact import best_first, inner_products
from rag.types import FloatMatrix, FloatVector, IntMatrix, IntVector

if TYPE_CHECKING:
    import faiss

MAX_EXACT_VECTORS = 50_000  # a flat search takes 5 to 8 ms here, and there are two in a question
NEIGHBOURS = 32  # of each vector in the graph, FAISS's default
BUILD_WIDTH = 100  # candidates kept while the graph is built
SEARCH_WIDTH = 400  # and while it is searched: recall@100 .98 with 200, .996 with 400
TIE_MARGIN = 1e-5  # float32 inner products of FAISS differ from ours by less than this


class FaissStore:
    """A `VectorStore` on a FAISS index. Search is exact up to `MAX_EXACT_VECTORS` vectors."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index
        self._rows = _rows_of(index)

    @classmethod
    def build(cls, vectors: FloatMatrix, *, max_exact_vectors: int = MAX_EXACT_VECTORS) -> FaissStore:
        """Index the vectors, (n, dimension) float32 with rows of length 1, in the order they come."""
        import faiss

        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        count, dimension = vectors.shape
        index: faiss.Index
        if count <= max_exact_vectors:
            index = faiss.IndexFlatIP(dimension)
        else:
            index = faiss.IndexHNSWFlat(dimension, NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = BUILD_WIDTH
            index.hnsw.efSearch = SEARCH_WIDTH
        index.add(vectors)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> FaissStore:
        """Open what `save` wrote. Raises `IndexUnusableError` when FAISS can't read it."""
        import faiss

        with path.open("rb") as file:
            try:
                index = faiss.read_index(faiss.PyCallbackIOReader(file.read))  # type: ignore[attr-defined]  # not in its stubs
            except RuntimeError as error:  # what FAISS raises for all it can't read
                raise IndexUnusableError(f"{path} is not a FAISS index: run `rag index` to build it again.") from error
        if index.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise IndexUnusableError(f"{path} is not an inner-product index: run `rag index` to build it again.")
        return cls(index)

    @property
    def dimension(self) -> int:
        """The number of columns."""
        return int(self._index.d)

    @property
    def is_exact(self) -> bool:
        """Whether every vector is compared with every query."""
        return not hasattr(self._index, "hnsw")

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, queries: FloatMatrix, k: int) -> tuple[FloatMatrix, IntMatrix]:
        """As `VectorStore.search`; above `MAX_EXACT_VECTORS` a few in a thousand of the nearest can be missing."""
        scores, ids = np.empty((len(queries), k), np.float32), np.empty((len(queries), k), np.int64)
        for position, query in enumerate(np.ascontiguousarray(queries, dtype=np.float32)):
            scores[position], ids[position] = self._search_one(query, k)
        return scores, ids

    def _search_one(self, query: FloatVector, k: int) -> tuple[FloatVector, IntVector]:
        """Fetch until the last row fetched is certainly worse than the k-th, then rank exactly.

        Otherwise equal vectors (the same sentence in many articles) at the edge would be chosen by FAISS's heap.
        """
        fetch = min(len(self), k + 16)
        while fetch:
            found_scores, found = self._index.search(query[None, :], fetch)
            rows = found[0][found[0] >= 0]
            scores, ids = best_first(inner_products(self.vectors(rows), query), rows, k)
            all_found = fetch == len(self) or len(rows) < fetch
            if all_found or found_scores[0, len(rows) - 1] < scores[-1] - TIE_MARGIN:
                return scores, ids
            fetch = min(len(self), 4 * fetch)
        return best_first(np.empty(0, np.float32), np.empty(0, np.int64), k)

    def vectors(self, ids: IntVector) -> FloatMatrix:
        """As `VectorStore.vectors`."""
        if len(ids) and (ids.min() < 0 or ids.max() >= len(self)):
            raise IndexError(f"rows go from 0 to {len(self) - 1}, asked for {ids.min()} to {ids.max()}")
        return self._rows[ids]

    def save(self, path: Path) -> None:
        """As `VectorStore.save`. Written through Python, so that a full disk is an OSError and any path will do."""
        import faiss

        with path.open("wb") as file:
            faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]


def _rows_of(index: faiss.Index) -> FloatMatrix:
    """The vectors in FAISS's own memory, not copied: twenty times as quick to take rows from as `reconstruct_batch`."""
    import faiss

    flat = faiss.downcast_index(index.storage) if isinstance(index, faiss.IndexHNSW) else index
    if not isinstance(flat, faiss.IndexFlat):
        raise IndexUnusableError(
            f"A FAISS {type(index).__name__} is no store of ours: run `rag index` to build it again."
        )
    if index.ntotal == 0:
        return np.empty((0, index.d), np.float32)
    rows: FloatMatrix = faiss.rev_swig_ptr(flat.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)
    return rows
