"""The vectors of a generation's texts: taken from the generation before where it has them, else from the model.

Two texts are the same when their sha256 is: beside the vectors a generation keeps the sha256 of every text it embedded,
passages then sentences, in inputs.npy. It knows texts and rows, no articles.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.embed import Embedder
from rag.errors import IndexUnusableError, ModelError
from rag.stores import VectorStore, build_store, load_store
from rag.types import FloatMatrix, FloatVector, IntVector, Passage, Progress, Span

logger = logging.getLogger(__name__)

PASSAGES, SENTENCES, INPUTS = "passages.faiss", "sentences.faiss", "inputs.npy"
TOLD_EVERY = 16  # texts


@dataclass(frozen=True, slots=True)
class Vectors:
    """Of passages and sentences, row by row, with the sha256 of their texts: (passages + sentences, 32) uint8."""

    passages: FloatMatrix
    sentences: FloatMatrix
    inputs: npt.NDArray[np.uint8]
    embedded: int  # distinct texts that went through the model

    def save(self, folder: Path) -> None:
        """Write the stores and the sums. Raises OSError."""
        build_store(self.passages).save(folder / PASSAGES)
        build_store(self.sentences).save(folder / SENTENCES)
        with (folder / INPUTS).open("wb") as file:
            np.save(file, self.inputs, allow_pickle=False)


def number_sentences(passages: Sequence[Passage]) -> tuple[dict[tuple[str, Span], int], tuple[IntVector, ...]]:
    """The row of each sentence, by article and span, and the rows of the sentences of each passage.

    Numbered by first appearance. Passages that overlap share their sentences' rows.
    """
    rows: dict[tuple[str, Span], int] = {}
    of_passages = [[rows.setdefault((p.article_id, span), len(rows)) for span in p.sentences] for p in passages]
    return rows, tuple(np.array(r, dtype=np.int64) for r in of_passages)


def load_stores(folder: Path) -> tuple[VectorStore, VectorStore]:
    """The stores of passages and of sentences. Raises OSError or `IndexUnusableError`."""
    return load_store(folder / PASSAGES), load_store(folder / SENTENCES)


def embed(
    passages: Sequence[str],
    sentences: Sequence[str],
    *,
    embedder: Embedder,
    previous: Path | None,
    show_progress: bool = False,
    progress: Progress | None = None,
) -> Vectors:
    """Vectors of the texts. Each distinct text that `previous`, a generation of the same model, lacks is embedded once.

    `progress` is told how many of these are done, and of how many, `TOLD_EVERY` by `TOLD_EVERY`.

    Raises `ModelError` when the model gives something else than a finite vector of its dimension for each text.
    """
    texts = [*passages, *sentences]
    inputs = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
    known = _known_vectors(previous) if previous else {}
    new = {key: text for key, text in zip(inputs, texts, strict=True) if key not in known}
    if new:
        vectors = _embedded(list(new.values()), embedder, show_progress, progress)
        if vectors.shape != (len(new), embedder.dimension) or not np.isfinite(vectors).all():
            raise ModelError(
                f"The model {embedder.id} gave {vectors.shape} numbers for {len(new)} texts in {embedder.dimension} "
                "dimensions, or numbers that are not finite: name another with --embedding-model."
            )
        known.update(zip(new, vectors, strict=True))
    matrix = np.empty((len(texts), embedder.dimension), dtype=np.float32)
    for row, key in enumerate(inputs):
        matrix[row] = known[key]
    sums = np.frombuffer(b"".join(inputs), dtype=np.uint8).reshape(-1, 32)
    return Vectors(matrix[: len(passages)], matrix[len(passages) :], sums, len(new))


def _embedded(texts: list[str], embedder: Embedder, show_progress: bool, progress: Progress | None) -> FloatMatrix:
    if progress is None:
        return embedder.embed_passages(texts, show_progress=show_progress)
    parts = []
    for start in range(0, len(texts), TOLD_EVERY):  # a text's vector does not depend on the others of the call
        progress(start, len(texts))
        parts.append(embedder.embed_passages(texts[start : start + TOLD_EVERY], show_progress=show_progress))
    progress(len(texts), len(texts))
    return np.concatenate(parts)


def _known_vectors(generation: Path) -> dict[bytes, FloatVector]:
    try:
        with (generation / INPUTS).open("rb") as file:
            sums = np.load(file, allow_pickle=False)
        stores = load_stores(generation)
    except (OSError, ValueError, IndexUnusableError) as error:
        logger.warning("The vectors of %s can't be used again: %s", generation, error)
        return {}
    rows = np.concatenate([store.vectors(np.arange(len(store))) for store in stores])
    return dict(zip((each.tobytes() for each in sums), rows, strict=True))
