"""The adapter's file: read right, and refused when it is damaged, missing, or made for other weights."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from rag.checksum import sha256_of
from rag.encoder.adapter import ADAPTER_FILE, ADAPTER_FOLDER, RECORD_FILE, read_adapter, read_record
from rag.errors import ModelError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the package's own."""
    return shutil.copytree(ADAPTER_FOLDER, tmp_path / "reader")


def test_the_packages_adapter_changes_each_matrix_of_each_layer() -> None:
    record = read_record()
    adapter = read_adapter(record, encoder_sha256=record.encoder_sha256)
    shapes = {"q": (384, 384), "k": (384, 384), "v": (384, 384), "ao": (384, 384), "fi": (1536, 384), "fo": (384, 1536)}
    for i in range(12):
        for short, shape in shapes.items():
            change = adapter.change(f"l{i}.{short}")
            assert change.shape == shape
            assert change.dtype == np.float32
            assert 0 < np.abs(change).max() < 2
    assert (adapter.head.shape, adapter.bias.shape) == ((2, 384), (2,))


def test_the_packages_adapter_is_small_and_is_the_one_on_record() -> None:
    path = ADAPTER_FOLDER / ADAPTER_FILE
    assert path.stat().st_size <= 6_000_000
    assert sha256_of(path) == read_record().sha256


def test_its_card_says_what_it_was_trained_on() -> None:
    card = (ADAPTER_FOLDER / "README.md").read_text(encoding="utf-8")
    assert "CC BY-SA 4.0" in card
    assert read_record().sha256 in card


def test_a_change_is_the_product_of_its_two_matrices(tmp_path: Path) -> None:
    a, b = np.array([[1, 2, 3]], dtype=np.float16), np.array([[2], [0.5]], dtype=np.float16)
    save_file({"l0.q.a": a, "l0.q.b": b, "head.w": a, "head.b": a[0]}, tmp_path / ADAPTER_FILE)
    record = {"version": "1", "sha256": sha256_of(tmp_path / ADAPTER_FILE), "encoder_sha256": "e", "temperature": 1.0}
    (tmp_path / RECORD_FILE).write_text(json.dumps(record))
    adapter = read_adapter(read_record(tmp_path), tmp_path, encoder_sha256="e")
    assert adapter.change("l0.q").tolist() == [[2, 4, 6], [0.5, 1, 1.5]]


def test_a_damaged_adapter_is_refused(folder: Path) -> None:
    path = folder / ADAPTER_FILE
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    record = read_record(folder)
    with pytest.raises(ModelError, match=r"is damaged: its SHA-256 is .*install rag again"):
        read_adapter(record, folder, encoder_sha256=record.encoder_sha256)


def test_a_missing_adapter_is_one_sentence(folder: Path) -> None:
    record = read_record(folder)
    (folder / ADAPTER_FILE).unlink()
    with pytest.raises(ModelError, match=r"can't be read .*install rag again"):
        read_adapter(record, folder, encoder_sha256=record.encoder_sha256)


def test_an_adapter_for_other_weights_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"was made for weights of SHA-256 .*--reader none"):
        read_adapter(read_record(folder), folder, encoder_sha256="0" * 64)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": "1"}', '{"version": "1", "more": 2}'])
def test_a_record_that_is_none_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / RECORD_FILE).write_text(text)
    with pytest.raises(ModelError, match=r"adapter\.json can't be read"):
        read_record(tmp_path)


def test_a_file_that_is_no_safetensors_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ADAPTER_FILE).write_bytes(b"PK\x03\x04")
    record = {"version": "1", "sha256": sha256_of(tmp_path / ADAPTER_FILE), "encoder_sha256": "e", "temperature": 1.0}
    (tmp_path / RECORD_FILE).write_text(json.dumps(record))
    with pytest.raises(ModelError, match=r"can't be read"):
        read_adapter(read_record(tmp_path), tmp_path, encoder_sha256="e")
