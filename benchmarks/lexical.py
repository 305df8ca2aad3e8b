"""bm25s against tantivy as the engine of the lexical index, at two sizes, each in a process of its own.

    python benchmarks/lexical.py [--data ../shared/eval] [--passages 10000 100000]      needs `pip install tantivy`

Passages are five sentences of XQuAD in Vietnamese drawn at random (fixed seed), questions are XQuAD's. Both engines get
the terms of `rag.terms` with diacritics kept, one side only. Agreement: of the ten best by exact BM25 in float64, how
many are among the ten that the engine gives, ties allowed for.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rag.sentences import split_sentences
from rag.terms import terms

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "eval"
QUESTIONS = 200
Search = Callable[[str], list[int]]  # a question -> the rows of the ten best


def read_texts(data: Path, count: int) -> tuple[list[str], list[str]]:
    """Passages made up of real sentences, and questions."""
    entries = json.loads((data / "xquad.vi.json").read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph for entry in entries for paragraph in entry["paragraphs"]]
    sentences = [p["context"][s:e] for p in paragraphs for s, e in split_sentences(p["context"])]
    draw = random.Random(0)
    passages = [" ".join(draw.choices(sentences, k=5)) for _ in range(count)]
    questions = [qa["question"] for p in paragraphs for qa in p["qas"]]
    return passages, draw.sample(questions, QUESTIONS)


def with_bm25s(passages: list[str], folder: Path) -> tuple[float, Search]:
    """One side of `rag.lexical`, saved and loaded."""
    from rag.lexical import _Side

    started = time.perf_counter()
    _Side.build(terms(text) for text in passages).save(folder)
    took = time.perf_counter() - started
    side = _Side.load(folder)
    return took, lambda question: np.argsort(-side.scores(terms(question)), kind="stable")[:10].tolist()


def with_tantivy(passages: list[str], folder: Path) -> tuple[float, Search]:
    """The same terms, joined by blanks, in a field cut at blanks."""
    import tantivy

    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
        .add_unsigned_field("row", stored=True)
        .build()
    )
    started = time.perf_counter()
    folder.mkdir(parents=True)
    index = tantivy.Index(schema, path=str(folder))
    writer = index.writer(num_threads=1)
    for row, text in enumerate(passages):
        writer.add_document(tantivy.Document(terms=" ".join(terms(text)), row=row))
    writer.commit()
    writer.wait_merging_threads()
    took = time.perf_counter() - started
    index.reload()
    searcher = index.searcher()

    def search(question: str) -> list[int]:
        wanted = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "terms", term)) for term in set(terms(question))
        ]
        hits = searcher.search(tantivy.Query.boolean_query(wanted), 100, count=False).hits
        return [searcher.doc(address)["row"][0] for _, address in hits[:10]]

    return took, search


def exact_bm25(passages: list[str], k1: float, b: float) -> Callable[[str], np.ndarray]:
    """BM25 in float64 over a plain list of counts."""
    counts = [Counter(terms(text)) for text in passages]
    lengths = np.array([c.total() for c in counts], dtype=np.float64)
    rows: dict[str, list[tuple[int, int]]] = {}
    for row, each in enumerate(counts):
        for term, count in each.items():
            rows.setdefault(term, []).append((row, count))
    room = k1 * (1 - b + b * lengths / lengths.mean())

    def scores(question: str) -> np.ndarray:
        total = np.zeros(len(passages))
        for term in set(terms(question)):
            if term in rows:
                where, count = np.array(rows[term]).T
                idf = math.log(1 + (len(passages) - len(where) + 0.5) / (len(where) + 0.5))
                total[where] += idf * count / (count + room[where])
        return total

    return scores


def agreement(search: Search, exact: Callable[[str], np.ndarray], questions: list[str]) -> float:
    """The share of the ten found whose exact score is at least that of the tenth best."""
    shares = []
    for question in questions:
        scores = exact(question)
        tenth = np.sort(scores)[-10]
        shares.append(np.mean(scores[search(question)] >= tenth - 1e-6))
    return float(np.mean(shares))


def measure(engine: str, count: int, data: Path) -> None:
    """Measure one engine and print one line."""
    passages, questions = read_texts(data, count)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    folder = Path(tempfile.mkdtemp())
    try:
        took, search = (with_bm25s if engine == "bm25s" else with_tantivy)(passages, folder / "index")
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - base
        times = []
        for question in questions:
            started = time.perf_counter()
            search(question)
            times.append(1000 * (time.perf_counter() - started))
        k1 = 1.5 if engine == "bm25s" else 1.2  # each held to BM25 with its own constants
        agrees = agreement(search, exact_bm25(passages, k1, 0.75), questions[:50])
    finally:
        shutil.rmtree(folder)
    p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(
        f"{engine:<9}{count:>9,}{took:>9.1f}{size:>9.1f}{peak:>9.0f}{p50:>9.2f}{p95:>9.2f}{agrees:>11.3f}", flush=True
    )


def main() -> int:
    """Run every engine at every size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of xquad.vi.json, default: %(default)s")
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engine", choices=["bm25s", "tantivy"], help="only this one, in this process")
    options = parser.parse_args()
    if options.engine:
        measure(options.engine, options.passages[0], options.data)
        return 0
    print(f"{platform.machine()}, Python {platform.python_version()}; building includes finding the terms")
    print("engine    passages  build s  size MB  peak MB   p50 ms   p95 ms  agreement", flush=True)
    for count in options.passages:
        for engine in ("bm25s", "tantivy"):
            command = [sys.executable, __file__, "--engine", engine, "--passages", str(count), "--data", options.data]
            if subprocess.run(command).returncode:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
