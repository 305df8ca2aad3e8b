"""Models by name: from this machine where they are there, else downloaded from Hugging Face, since the user named them.

Weights are safetensors: nothing is unpickled. It does not know what is loaded.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rag.errors import ModelError

_TIMEOUT_SECONDS = 10.0
_SMALL_FILE = 1 << 20

_Model = TypeVar("_Model")
_log = logging.getLogger(__name__)


def load_by_name(name: str, load: Callable[[bool], _Model], *, what: str, library: str) -> _Model:
    """What `load` gives for a model by name or path: from this machine (True), else from Hugging Face (False).

    Raises `ModelError` with what to do next where it is neither; `what` and `library` are for its words.
    """
    from huggingface_hub import model_info
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]  # of whichever client it has
    from safetensors import SafetensorError

    unusable = (OSError, ValueError, KeyError, RuntimeError, SafetensorError)
    try:
        return load(True)
    except unusable as error:
        if Path(name).exists():
            raise ModelError(f"{name} is not a model that {library} can load ({_line(error)})") from error
    try:
        # Asked first, because the libraries try for minutes where there is no network.
        model_info(name, timeout=_TIMEOUT_SECONDS)
        _log.info("downloading the %s %s", what, name)
        return load(False)
    except (*unusable, HTTPError) as error:
        raise ModelError(
            f"the {what} {name} is neither a folder nor on this machine and can't be downloaded "
            f"({_line(error)}); run: hf download {name} where there is a network, or give the path of its folder"
        ) from error


def identity(name: str, commit: str | None) -> str:
    """The name and which weights it stands for: the commit on Hugging Face, or a fingerprint of the folder's files."""
    folder = Path(name)
    if folder.is_dir():
        return f"{folder.resolve().name}@{_fingerprint(folder)}"
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


def _line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0].rstrip(".")
