"""An embedder without a model: a bag of hashed words. A public test double, as `httpx.MockTransport` is.

Texts that share words are near each other and nothing else is; it knows no meaning and no second language. It opens in
no time and gives the same vectors on every machine, so a test can build and search a real index with it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from rag.types import FloatMatrix

HASHING_MODEL = "hashing"

_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """The hashing trick (Weinberger et al. 2009, arXiv:0902.2206): each word adds +1 or -1 to one of the columns.

    >>> vectors = HashingEmbedder().embed_passages(["Hà Nội mùa thu", "mùa thu Hà Nội", "stock market"])
    >>> float(vectors[0] @ vectors[1]), float(vectors[0] @ vectors[2])
    (1.0, 0.0)
    """

    def __init__(self, dimension: int = 256) -> None:
        if dimension < 1:
            raise ValueError(f"dimension must be at least 1, not {dimension}")
        self.dimension = dimension
        self.id = f"hashing-{dimension}"

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """(len(texts), dimension) float32, rows of length 1. A query and a passage of the same words are equal."""
        matrix = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(matrix, texts, strict=True):
            for word in _WORD.findall(unicodedata.normalize("NFC", text).casefold()):
                self._add(row, word)
            if not row.any():  # no words, or words that cancel out: still a unit vector
                self._add(row, "")
            row /= np.linalg.norm(row)
        return matrix

    def embed_passages(self, texts: Sequence[str], *, show_progress: bool = False) -> FloatMatrix:  # noqa: ARG002 - the protocol's
        """The same as `embed_queries`; too quick to need a progress bar."""
        return self.embed_queries(texts)

    def _add(self, row: np.ndarray[tuple[int], np.dtype[np.float32]], word: str) -> None:
        digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
        value = int.from_bytes(digest, "little")
        row[(value >> 1) % self.dimension] += 1.0 if value & 1 else -1.0
