"""Every store answers as the exact one does, ids and scores, and keeps what it was given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import IndexUnusableError
from rag.stores import VectorStore, build_store, load_store
from rag.stores.exact import ExactStore
from rag.stores.faiss import FaissStore
from rag.types import FloatMatrix

Build = Callable[[FloatMatrix], VectorStore]
BUILDS: dict[str, Build] = {"exact": ExactStore, "faiss": FaissStore.build}


def unit_rows(count: int, dimension: int = 24, seed: int = 0) -> FloatMatrix:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_a_worked_example(build: Build) -> None:
    store = build(np.array([[1, 0], [0, 1], [0.6, 0.8], [1, 0]], np.float32))
    scores, ids = store.search(np.array([[1, 0], [0, -1]], np.float32), 3)
    np.testing.assert_array_equal(ids, [[0, 3, 2], [0, 3, 2]])
    np.testing.assert_allclose(scores, [[1, 1, 0.6], [0, 0, -0.8]], atol=1e-7)
    assert scores.dtype == np.float32
    assert ids.dtype == np.int64


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_fewer_than_k_are_padded(build: Build) -> None:
    scores, ids = build(np.array([[1, 0]], np.float32)).search(np.array([[1, 0]], np.float32), 3)
    np.testing.assert_array_equal(ids, [[0, -1, -1]])
    np.testing.assert_array_equal(scores, [[1, -np.inf, -np.inf]])


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_an_empty_store_answers(build: Build) -> None:
    store = build(np.empty((0, 5), np.float32))
    assert (len(store), store.dimension) == (0, 5)
    _, ids = store.search(unit_rows(2, 5), 2)
    np.testing.assert_array_equal(ids, [[-1, -1], [-1, -1]])
    assert store.vectors(np.empty(0, np.int64)).shape == (0, 5)


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 300),
    copies=st.integers(1, 40),
    k=st.integers(1, 60),
    seed=st.integers(0, 2**31),
)
def test_faiss_agrees_with_exact_even_where_vectors_are_equal(count: int, copies: int, k: int, seed: int) -> None:
    rows = unit_rows(count, seed=seed)
    chosen = np.random.default_rng(seed).integers(0, count, count * copies)
    vectors, queries = rows[chosen], unit_rows(3, seed=seed + 1)
    scores, ids = FaissStore.build(vectors).search(queries, k)
    expected_scores, expected_ids = ExactStore(vectors).search(queries, k)
    np.testing.assert_array_equal(ids, expected_ids)
    np.testing.assert_array_equal(scores, expected_scores)


def test_a_query_is_answered_alike_alone_and_among_others() -> None:
    store, queries = FaissStore.build(unit_rows(2000)), unit_rows(64, seed=1)  # 20 or more: FAISS takes another kernel
    scores, ids = store.search(queries, 10)
    alone = [store.search(query[None], 10) for query in queries]
    np.testing.assert_array_equal(ids, np.concatenate([i for _, i in alone]))
    np.testing.assert_array_equal(scores, np.concatenate([s for s, _ in alone]))


def clustered_rows(count: int) -> FloatMatrix:
    """What embeddings look like to an approximate index: groups of near vectors."""
    centres = unit_rows(count // 50, 32)
    rows = centres[np.arange(count) % len(centres)] + 0.5 * unit_rows(count, 32, seed=1)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def test_a_large_collection_is_searched_in_a_graph_and_hardly_misses() -> None:
    vectors = clustered_rows(8000)
    store = FaissStore.build(vectors, max_exact_vectors=5000)
    queries = vectors[::100]
    assert not store.is_exact
    assert FaissStore.build(vectors[:5000], max_exact_vectors=5000).is_exact
    scores, ids = store.search(queries, 10)
    expected_scores, expected_ids = ExactStore(vectors).search(queries, 10)
    found = [set(a) & set(b) for a, b in zip(ids.tolist(), expected_ids.tolist(), strict=True)]
    assert sum(map(len, found)) / expected_ids.size >= 0.99
    np.testing.assert_array_equal(ids[:, 0], expected_ids[:, 0])
    np.testing.assert_array_equal(scores[:, 0], expected_scores[:, 0])
    np.testing.assert_array_equal(store.vectors(np.arange(8000)), vectors)


def test_a_thousand_equal_vectors_hide_no_other_from_the_graph() -> None:
    """The same line in every article: a graph can end in such a cluster and find no way out."""
    vectors = clustered_rows(6000)
    vectors[::5] = vectors[7]
    queries = np.concatenate([vectors[1:200:7], vectors[7:8]])
    _, ids = FaissStore.build(vectors, max_exact_vectors=1000).search(queries, 10)
    _, expected = ExactStore(vectors).search(queries, 10)
    shares = [len(set(a) & set(b)) / 10 for a, b in zip(ids.tolist(), expected.tolist(), strict=True)]
    assert np.mean(shares) >= 0.98


def test_threads_do_not_change_the_graph(tmp_path: Path) -> None:
    threads, written = faiss.omp_get_max_threads(), []
    try:
        for count in (1, 2, 4):
            faiss.omp_set_num_threads(count)
            FaissStore.build(clustered_rows(3000), max_exact_vectors=1000).save(tmp_path / "graph.faiss")
            written.append((tmp_path / "graph.faiss").read_bytes())
    finally:
        faiss.omp_set_num_threads(threads)
    assert written[0] == written[1] == written[2]


def test_another_kind_of_faiss_index_is_refused(tmp_path: Path) -> None:
    faiss.write_index(faiss.IndexLSH(24, 8), str(tmp_path / "x.faiss"))
    with pytest.raises(IndexUnusableError, match="run `rag index`"):
        load_store(tmp_path / "x.faiss")


@pytest.mark.parametrize("max_exact_vectors", [5000, 1000], ids=["flat", "graph"])
def test_saved_and_loaded_and_the_same_bytes_each_time(tmp_path: Path, max_exact_vectors: int) -> None:
    vectors = clustered_rows(4000)
    first, second = tmp_path / "mục lục 1.faiss", tmp_path / "mục lục 2.faiss"
    store = FaissStore.build(vectors, max_exact_vectors=max_exact_vectors)
    store.save(first)
    FaissStore.build(vectors, max_exact_vectors=max_exact_vectors).save(second)
    assert first.read_bytes() == second.read_bytes()
    loaded = load_store(first)
    np.testing.assert_array_equal(loaded.vectors(np.arange(4000)), vectors)
    for a, b in zip(loaded.search(vectors[:5], 7), store.search(vectors[:5], 7), strict=True):
        np.testing.assert_array_equal(a, b)


def test_exact_store_is_saved_and_loaded(tmp_path: Path) -> None:
    ExactStore(unit_rows(5)).save(tmp_path / "exact.npy")
    np.testing.assert_array_equal(ExactStore.load(tmp_path / "exact.npy").vectors(np.arange(5)), unit_rows(5))


@pytest.mark.parametrize("content", [b"", b"IxFI", b"\x00" * 64], ids=["empty", "cut", "zeros"])
def test_what_is_no_store_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.faiss"
    path.write_bytes(content)
    with pytest.raises(IndexUnusableError, match="not a FAISS index"):
        load_store(path)


@pytest.mark.parametrize("row", [-1, 3])
def test_a_row_there_is_not_is_refused(row: int) -> None:
    for store in (ExactStore(unit_rows(3)), build_store(unit_rows(3))):
        with pytest.raises(IndexError, match="rows go from 0 to 2"):
            store.vectors(np.array([row]))
