"""Any other embedding model, by name or path, through sentence-transformers: on the GPU where there is one.

The model's own prompts for queries and documents are used. A model that is not on this machine is downloaded, since the
user named it; where that can't be, the error says what to do.

It does not know the embedded model.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.embed.unicode import well_formed
from rag.errors import ModelError
from rag.types import FloatMatrix

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_SMALL_FILE = 1 << 20
_HUB_TIMEOUT_SECONDS = 10.0
_BATCH_ON_GPU = 32

_log = logging.getLogger(__name__)


class SentenceTransformerEmbedder:
    """A sentence-transformers model (Reimers and Gurevych 2019, arXiv:1908.10084). Keeps `rag.embed.Embedder`.

    On a processor each text is run alone, so that its vector does not depend on its neighbours. On a GPU texts are run
    in batches, and the last bits of a vector may depend on them.
    """

    def __init__(self, name: str) -> None:
        """Load a model by its name on Hugging Face or the path of its folder. Raises `ModelError` when it can't be."""
        self._model = _load(name)
        self._lock = threading.Lock()  # tokenizers keep padding and truncation as state
        self._batch_size = 1 if self._model.device.type == "cpu" else _BATCH_ON_GPU
        self.dimension: int = self._model.encode_query(["a"], show_progress_bar=False).shape[1]
        self.id = _identity(name, self._model)

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


def _load(name: str) -> SentenceTransformer:
    from huggingface_hub import model_info
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]  # of whichever client it has
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    unusable = (OSError, ValueError, KeyError, RuntimeError, SafetensorError)
    try:
        return SentenceTransformer(name, local_files_only=True)
    except unusable as error:
        if Path(name).exists():
            raise ModelError(f"{name} is not a model that sentence-transformers can load ({_line(error)})") from error
    try:
        # Asked first, because sentence-transformers tries for minutes where there is no network.
        model_info(name, timeout=_HUB_TIMEOUT_SECONDS)
        _log.info("downloading the embedding model %s", name)
        return SentenceTransformer(name)
    except (*unusable, HTTPError) as error:
        raise ModelError(
            f"the embedding model {name} is neither a folder nor on this machine and can't be downloaded "
            f"({_line(error)}); run: hf download {name} where there is a network, or give the path of its folder"
        ) from error


def _line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0].rstrip(".")


def _identity(name: str, model: SentenceTransformer) -> str:
    """The name and which weights it stood for: the commit on Hugging Face, or a fingerprint of the folder's files."""
    folder = Path(name)
    if folder.is_dir():
        return f"{folder.resolve().name}@{_fingerprint(folder)}"
    config = getattr(model[0], "config", None) or getattr(getattr(model[0], "auto_model", None), "config", None)
    commit = getattr(config, "_commit_hash", None)
    return f"{name}@{commit[:12]}" if commit else name


def _fingerprint(folder: Path) -> str:
    """Of a folder's files: names, sizes, and the content of the small ones and of both ends of the big ones."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode("utf-8", "surrogateescape"))
        with path.open("rb") as file:
            digest.update(file.read(_SMALL_FILE))
            if size > _SMALL_FILE:
                file.seek(-_SMALL_FILE, 2)
                digest.update(file.read(_SMALL_FILE))
    return digest.hexdigest()[:12]
