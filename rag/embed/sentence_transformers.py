"""Any other embedding model, by name or path, through sentence-transformers: on the GPU where there is one.

The model's own prompts for queries and documents are used. A model that is not on this machine is downloaded, since the
user named it; where that can't be, the error says what to do.

It does not know the embedded model.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.encoder.unicode import well_formed
from rag.hub import identity, load_by_name
from rag.types import FloatMatrix

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH_ON_GPU = 32


class SentenceTransformerEmbedder:
    """A sentence-transformers model (Reimers and Gurevych 2019, arXiv:1908.10084). Keeps `rag.embed.Embedder`.

    On a processor each text is run alone, so that its vector does not depend on its neighbours. On a GPU texts are run
    in batches, and the last bits of a vector may depend on them.
    """

    def __init__(self, name: str) -> None:
        """Load a model by its name on Hugging Face or the path of its folder. Raises `ModelError` when it can't be."""
        self._model = load_by_name(
            name,
            lambda local_only: _load(name, local_only=local_only),
            what="embedding model",
            library="sentence-transformers",
        )
        self._lock = threading.Lock()  # tokenizers keep padding and truncation as state
        self._batch_size = 1 if self._model.device.type == "cpu" else _BATCH_ON_GPU
        self.dimension: int = self._model.encode_query(["a"], show_progress_bar=False).shape[1]
        self.id = identity(name, _commit(self._model))

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """(len(texts), dimension) float32, rows of length 1, with the model's own prompt for queries."""
        with self._lock:
            vectors = self._model.encode_query(
                [well_formed(text) for text in texts],
                batch_size=self._batch_size,
                show_progress_bar=False,
                normalize_embeddings=True,
            )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)

    def embed_passages(self, texts: Sequence[str], *, show_progress: bool = False) -> FloatMatrix:
        """(len(texts), dimension) float32, rows of length 1, with the model's own prompt for documents."""
        with self._lock:
            vectors = self._model.encode_document(
                [well_formed(text) for text in texts],
                batch_size=self._batch_size,
                show_progress_bar=show_progress,
                normalize_embeddings=True,
            )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)


def _load(name: str, *, local_only: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(name, local_files_only=local_only, model_kwargs={"use_safetensors": True})


def _commit(model: SentenceTransformer) -> str | None:
    """The commit on Hugging Face that the weights are of, where they are from there."""
    config = getattr(model[0], "config", None) or getattr(getattr(model[0], "auto_model", None), "config", None)
    return getattr(config, "_commit_hash", None)
