"""Retrieval on XQuAD: 1,190 questions over 240 paragraphs, through the index and `retrieve` as they ship.

    python benchmarks/retrieval.py [--data ../shared/eval] [--embedding-model NAME]

Each paragraph is an article of its own, kept whole as one passage (the settings below), so that the figures compare
with those published for other models on XQuAD (Artetxe et al. 2020, arXiv:1910.11856). Ties count against the method:
a paragraph that scores as the right one does stands before it. Exits 1 when a figure is below what is promised.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from rag.config import EMBEDDED_MODEL, IndexSettings
from rag.embed import Embedder, open_embedder
from rag.index import Index, build_index, open_index
from rag.retrieve import retrieve
from rag.terms import fold

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "eval"


class Setting(NamedTuple):
    """Questions of one language over paragraphs of another, and the nDCG@10 it must reach."""

    questions: str
    paragraphs: str
    folded: bool
    least: float

    @property
    def name(self) -> str:
        """As it is printed."""
        return f"{self.questions}{' without diacritics' if self.folded else ''} -> {self.paragraphs}"


SETTINGS = (
    Setting("vi", "vi", folded=False, least=0.975),
    Setting("en", "en", folded=False, least=0.980),
    Setting("vi", "vi", folded=True, least=0.955),
    Setting("en", "vi", folded=False, least=0.885),
    Setting("zh", "vi", folded=False, least=0.0),
)


class Xquad(NamedTuple):
    """The paragraphs of one language, and its questions, each with the position of the paragraph that answers it."""

    paragraphs: list[str]
    questions: list[tuple[str, int]]


def read_xquad(path: Path) -> Xquad:
    """Paragraphs and questions in the order of the file, which is the same in every language."""
    paragraphs = [p for entry in json.loads(path.read_text(encoding="utf-8"))["data"] for p in entry["paragraphs"]]
    return Xquad(
        [p["context"] for p in paragraphs],
        [(question["question"], i) for i, p in enumerate(paragraphs) for question in p["qas"]],
    )


def open_paragraphs(paragraphs: Sequence[str], folder: Path, embedder: Embedder) -> Index:
    """An index in which each paragraph is one article and one passage."""
    articles, index = folder / "articles", folder / "index"
    articles.mkdir(parents=True)
    for i, paragraph in enumerate(paragraphs):
        (articles / f"{i:03}.txt").write_text(paragraph, encoding="utf-8")
    settings = IndexSettings(passage_min_words=100_000, passage_max_words=100_000)
    build_index(articles, index, settings=settings, embedder=embedder, show_progress=True)
    opened = open_index(index, articles=articles, settings=settings, embedder=embedder)
    whole = sum(p.text == text.strip() for p, text in zip(opened.passages, paragraphs, strict=True))
    print(f"{whole} of {len(paragraphs)} paragraphs are one passage, whole")
    return opened


def rank_of(index: Index, question: str, right: int, embedder: Embedder) -> int:
    """The rank of the right paragraph, from 1, equal scores before it."""
    found = retrieve(index, question, embedder=embedder, k=len(index.passages))
    scores = {int(c.hit.passage.article_id[:3]): c.hit.score for c in found}
    if right not in scores:
        return len(index.passages)
    return sum(score >= scores[right] for score in scores.values())


def main() -> int:
    """Measure, print, and say whether it is enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of xquad.*.json, default: %(default)s")
    parser.add_argument("--embedding-model", default=EMBEDDED_MODEL, help="default: %(default)s")
    options = parser.parse_args()
    if not (options.data / "xquad.vi.json").exists():
        print(f"{options.data} has no xquad.vi.json: name the folder that has it with --data", file=sys.stderr)
        return 2
    embedder = open_embedder(options.embedding_model)
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, {embedder.id}")
    print(*(f"{name} {version(name)}" for name in ("faiss-cpu", "bm25s", "numpy", "onnxruntime")), sep=", ")
    data = {language: read_xquad(options.data / f"xquad.{language}.json") for language in ("vi", "en", "zh")}
    enough = True
    with tempfile.TemporaryDirectory() as temporary:
        opened = {
            language: open_paragraphs(data[language].paragraphs, Path(temporary, language), embedder)
            for language in ("vi", "en")
        }
        print("questions -> paragraphs           nDCG@10  R@1     at least  ms a question")
        for setting in SETTINGS:
            started = time.perf_counter()
            ranks = [
                rank_of(opened[setting.paragraphs], fold(question) if setting.folded else question, right, embedder)
                for question, right in tqdm(data[setting.questions].questions, desc=setting.name, disable=None)
            ]
            milliseconds = 1000 * (time.perf_counter() - started) / len(ranks)
            ndcg = sum(1 / math.log2(rank + 1) for rank in ranks if rank <= 10) / len(ranks)
            first = sum(rank == 1 for rank in ranks) / len(ranks)
            enough &= ndcg >= setting.least
            least = f"{setting.least:.3f}" if setting.least else "-"
            print(f"{setting.name:<33} {ndcg:.4f}   {first:.4f}  {least:<8}  {milliseconds:.1f}")
        for index in opened.values():
            index.close()
    print("reached" if enough else "NOT reached")
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
