"""Which FAISS index for how many vectors: recall, speed, building time, and whether two builds are the same bytes.

    python benchmarks/stores.py [--data ../shared/eval] [--vectors 10000 50000 100000]

Vectors have the geometry of the embedded model, which matters for recall: mixtures of two to four real sentence vectors
of XQuAD in six languages, at unit length. Queries are vectors of its questions. Retrieval asks for 100 or 200 rows and
scores them again, so what counts is recall@100 for reach and recall@10 for what is shown. All kinds are
timed question by question in one interleaved run, since the speed of a shared machine wanders.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import statistics
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import faiss
import numpy as np
from tqdm import tqdm

from rag.config import EMBEDDED_MODEL
from rag.embed import open_embedder
from rag.sentences import split_sentences
from rag.stores.exact import ExactStore
from rag.stores.faiss import FaissStore
from rag.types import FloatMatrix

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "eval"
LANGUAGES = ("vi", "en", "zh", "de", "es", "hi")
QUERIES, SENTENCES, K = 200, 2000, 100


def read_vectors(data: Path, model: str) -> tuple[FloatMatrix, FloatMatrix]:
    """Of sentences and of questions."""
    sentences, questions = [], []
    for language in LANGUAGES:
        entries = json.loads((data / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]
        for paragraph in (p for entry in entries for p in entry["paragraphs"]):
            sentences += [paragraph["context"][s:e] for s, e in split_sentences(paragraph["context"])]
            questions += [qa["question"] for qa in paragraph["qas"]]
    draw, embedder = np.random.default_rng(0), open_embedder(model)
    some = [sentences[i] for i in draw.choice(len(sentences), SENTENCES, replace=False)]
    asked = [questions[i] for i in draw.choice(len(questions), QUERIES, replace=False)]
    return embedder.embed_passages(some, show_progress=True), embedder.embed_queries(asked)


def mixtures(real: FloatMatrix, count: int) -> FloatMatrix:
    """Vectors as an e5 model might have given them."""
    draw = np.random.default_rng(1)
    mixed = np.empty((count, real.shape[1]), dtype=np.float32)
    for row in range(count):
        chosen = draw.integers(0, len(real), draw.integers(2, 5))
        mixed[row] = draw.dirichlet(np.ones(len(chosen))) @ real[chosen]
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    return mixed


def kinds(count: int, dimension: int) -> Iterator[tuple[str, faiss.Index, int]]:
    """Name, empty index, and the FAISS parameter that trades speed for recall (nprobe or efSearch)."""
    yield "flat", faiss.IndexFlatIP(dimension), 0
    for per_root in (1, 4):
        lists = round(per_root * math.sqrt(count))
        for share in (8, 4):
            index = faiss.IndexIVFFlat(faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT)
            yield f"IVF{lists}, {math.ceil(lists / share)} searched", index, math.ceil(lists / share)
    for width in (200, 400):
        graph = faiss.IndexHNSWFlat(dimension, 32, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = 100
        yield f"HNSW32 ef {width}", graph, width


def build(index: faiss.Index, parameter: int, vectors: FloatMatrix) -> float:
    """Train and fill; seconds."""
    started = time.perf_counter()
    index.train(vectors)
    index.add(vectors)
    if hasattr(index, "nprobe"):
        index.nprobe = parameter
    elif hasattr(index, "hnsw"):
        index.hnsw.efSearch = parameter
    return time.perf_counter() - started


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of xquad.*.json, default: %(default)s")
    parser.add_argument("--vectors", type=int, nargs="+", default=[10_000, 50_000, 100_000])
    parser.add_argument("--embedding-model", default=EMBEDDED_MODEL)
    options = parser.parse_args()
    real, queries = read_vectors(options.data, options.embedding_model)
    print(f"{platform.machine()}, Python {platform.python_version()}, faiss-cpu {version('faiss-cpu')}, k {K}")
    for count in options.vectors:
        vectors = mixtures(real, count)
        _, right = ExactStore(vectors).search(queries, K)
        built = []
        for (name, index, parameter), (_, twin, _) in zip(
            kinds(count, real.shape[1]), kinds(count, real.shape[1]), strict=True
        ):
            took = build(index, parameter, vectors)
            build(twin, parameter, vectors)
            same = np.array_equal(faiss.serialize_index(index), faiss.serialize_index(twin))
            built.append((name, index, took, same))
        times: dict[str, list[float]] = {name: [] for name, *_ in built}
        found: dict[str, list[tuple[float, float]]] = {name: [] for name, *_ in built}
        store = FaissStore.build(vectors)
        times["rag.stores"], found["rag.stores"] = [], []
        searched: dict[str, faiss.Index | FaissStore] = {name: index for name, index, *_ in built}
        searched["rag.stores"] = store
        for query, best in tqdm(list(zip(queries, right, strict=True)), disable=None):
            for name, each in searched.items():
                started = time.perf_counter()
                _, ids = each.search(query[None], K)
                times[name].append(1000 * (time.perf_counter() - started))
                got = set(ids[0].tolist())
                found[name].append((len(got & set(best[:10].tolist())) / 10, len(got & set(best.tolist())) / K))
        print(f"\n{count:,} vectors".ljust(26) + f"recall@10  recall@{K}  p50 ms  build s  same bytes twice")
        for name, _, took, same in [*built, ("rag.stores", store, float("nan"), True)]:
            (ten, hundred), p50 = np.mean(found[name], axis=0), statistics.median(times[name])
            print(
                f"{name:<25}{ten:>9.4f}{hundred:>12.4f}{p50:>8.2f}{took:>9.1f}  {'yes' if same else 'no'}", flush=True
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
