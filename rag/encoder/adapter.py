"""The reader's adapter: low-rank changes to the encoder's matrices, and a head that scores starts and ends of spans.

    W + B A, with A (rank, columns) and B (rows, rank)          Hu et al. 2021, arXiv:2106.09685

    rag/data/reader/
        adapter.safetensors     float16: "l0.q.a", "l0.q.b", … for each matrix of each layer, "head.w", "head.b"
        adapter.json            its version and checksum, the checksum of the weights that it changes, its temperature
        README.md               its card: what it was trained on and how good it is

Part of this package; trained by `training/` in the repository. It does not know what runs it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from rag.checksum import sha256_of
from rag.errors import ModelError
from rag.types import FloatMatrix, FloatVector

ADAPTER_FOLDER: Final = Path(__file__).parents[1] / "data" / "reader"
ADAPTER_FILE: Final = "adapter.safetensors"
RECORD_FILE: Final = "adapter.json"

_REINSTALL = "install rag again, or do without: --reader none"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterRecord:
    """What `adapter.json` says."""

    version: str
    sha256: str  # of adapter.safetensors
    encoder_sha256: str  # of the weights file that it was trained on
    temperature: float  # divides the scores, so that the probabilities are what they say


@dataclass(frozen=True, slots=True)
class Adapter:
    """The tensors, in float32."""

    tensors: Mapping[str, FloatMatrix]

    def change(self, name: str) -> FloatMatrix:
        """What is added to the matrix "l0.q": (rows, columns) float32."""
        product: FloatMatrix = self.tensors[f"{name}.b"] @ self.tensors[f"{name}.a"]
        return product

    @property
    def head(self) -> FloatMatrix:
        """(2, hidden) float32: what scores a token as a start and as an end."""
        return self.tensors["head.w"]

    @property
    def bias(self) -> FloatVector:
        """(2,): what is added to the scores of starts and of ends."""
        return self.tensors["head.b"]


def read_record(folder: Path = ADAPTER_FOLDER) -> AdapterRecord:
    """Read `adapter.json`. Raises `ModelError` when it is missing or is not one."""
    try:
        record = AdapterRecord(**json.loads((folder / RECORD_FILE).read_text(encoding="utf-8")))
        if not record.temperature > 0:
            raise ValueError(f"a temperature of {record.temperature}")
        return record
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{folder / RECORD_FILE} can't be read ({error}); {_REINSTALL}") from error


def read_adapter(record: AdapterRecord, folder: Path = ADAPTER_FOLDER, *, encoder_sha256: str) -> Adapter:
    """Read the tensors, to change the weights of that checksum.

    Raises `ModelError` when the file is missing, is not the one that the record names, or was made for other weights.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    path = folder / ADAPTER_FILE
    if record.encoder_sha256 != encoder_sha256:
        raise ModelError(
            f"{path} was made for weights of SHA-256 {record.encoder_sha256[:12]}…, not {encoder_sha256[:12]}…; "
            "upgrade rag, or do without: --reader none"
        )
    try:
        found = sha256_of(path)
        if found != record.sha256:
            raise ModelError(f"{path} is damaged: its SHA-256 is {found}, not {record.sha256}; {_REINSTALL}")
        return Adapter({name: tensor.astype(np.float32) for name, tensor in load_file(path).items()})
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path} can't be read ({error}); {_REINSTALL}") from error
