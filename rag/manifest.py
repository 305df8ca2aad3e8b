"""What an index says of itself: the pointer CURRENT, and the manifest with the sums that every file is held to.

Knows JSON and checksums; no locks, no articles, no vectors. Reasons are raised as `IndexUnusableError` in a few words
that go on from "the index can't be used:"; rag.index adds what to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.checksum import sha256_of
from rag.config import IndexSettings
from rag.errors import IndexUnusableError
from rag.types import Skipped

FORMAT = 3  # raise it whenever the same folder and settings would give other files
CURRENT = "CURRENT"
MANIFEST = "manifest.json"
GENERATION_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Current:
    """What CURRENT says. `folder_stamp` is the cheap fingerprint of the articles folder when it was last read."""

    generation: str
    manifest_sha256: str
    folder_stamp: str


@dataclass(frozen=True, slots=True)
class FileSum:
    """What a file must be."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a generation was built from, and the files it is made of, by POSIX path."""

    generation: str
    embedder: str
    dimension: int
    settings: IndexSettings
    articles: Mapping[str, str]  # id -> sha256 of the file
    skipped: tuple[Skipped, ...]
    files: Mapping[str, FileSum]

    def to_bytes(self) -> bytes:
        """JSON, the same bytes for the same values. File names that are no Unicode are kept (surrogates passed)."""
        record = {"format": FORMAT, **asdict(self)}
        return json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "surrogatepass")

    @classmethod
    def from_bytes(cls, content: bytes) -> Manifest:
        """Raises `IndexUnusableError` for another format, or for what is no manifest."""
        try:
            record = json.loads(content.decode("utf-8", "surrogatepass"))
            if (found := record.pop("format")) != FORMAT:
                raise IndexUnusableError(f"it has format {found!r}, this version reads format {FORMAT}")
            record["settings"] = IndexSettings(**record["settings"])
            record["skipped"] = tuple(Skipped(**skipped) for skipped in record["skipped"])
            record["files"] = {name: FileSum(**file_sum) for name, file_sum in record["files"].items()}
            return cls(**record)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise IndexUnusableError(f"its {MANIFEST} is not one ({error})") from error


def check_made_for(manifest: Manifest, settings: IndexSettings, *, embedder: str, dimension: int) -> None:
    """Raise `IndexUnusableError` unless this model and these settings are what the index was built with."""
    if (manifest.embedder, manifest.dimension) != (embedder, dimension):
        raise IndexUnusableError(
            f"it was built with the model {manifest.embedder} ({manifest.dimension} dimensions), "
            f"not {embedder} ({dimension})"
        )
    for name, value in settings_that_count(settings).items():
        if (built_with := getattr(manifest.settings, name)) != value:
            raise IndexUnusableError(f"it was built with {name} {built_with}, not {value}")


def settings_that_count(settings: IndexSettings) -> dict[str, object]:
    """All but the model's name: what counts there is what the name stands for, the embedder's id."""
    return {name: value for name, value in asdict(settings).items() if name != "embedding_model"}


def read_current(index: Path) -> Current:
    """Parse CURRENT. Raises `IndexUnusableError` when there is none, or it is damaged."""
    try:
        record = json.loads((index / CURRENT).read_text(encoding="utf-8"))
        current = Current(record["generation"], record["manifest_sha256"], record["folder_stamp"])
        if not GENERATION_NAME.fullmatch(current.generation):
            raise ValueError(f"{current.generation!r} is no name of a generation")
    except FileNotFoundError as error:
        raise IndexUnusableError("there is none yet") from error
    except OSError as error:
        raise IndexUnusableError(f"its {CURRENT} can't be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexUnusableError(f"its {CURRENT} is damaged ({error})") from error
    return current


def check_files(folder: Path, manifest: Manifest, *, sizes_only: bool = False) -> None:
    """Raise `IndexUnusableError` unless every file of the manifest is there, with its size and its sha256."""
    for name, expected in manifest.files.items():
        path = folder / name
        try:
            if path.stat().st_size != expected.size:
                raise IndexUnusableError(f"its file {name} has {path.stat().st_size} bytes, not {expected.size}")
            if not sizes_only and sha256_of(path) != expected.sha256:
                raise IndexUnusableError(f"its file {name} is damaged (other sha256 than when it was written)")
        except OSError as error:
            raise IndexUnusableError(f"its file {name} can't be read ({error.strerror})") from error
