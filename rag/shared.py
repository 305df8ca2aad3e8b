"""One question, in one call: the assistants that `rag.answer` opens, one for each pair of folders, and keeps."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.answer import Assistant
from rag.config import ARTICLES_FOLDER, INDEX_FOLDER
from rag.types import Answer


@dataclass(slots=True)
class _Shared:
    """The assistant that `answer` keeps for one pair of folders. Who comes first opens it, the others wait."""

    opening: threading.Lock = field(default_factory=threading.Lock)
    assistant: Assistant | None = None


_shared: dict[tuple[Path, Path], _Shared] = {}
_sharing = threading.Lock()


def answer(
    question: str,
    *,
    history: Sequence[str] = (),
    articles: Path | str = ARTICLES_FOLDER,
    index: Path | str = INDEX_FOLDER,
) -> Answer:
    """Answer one question from a folder of articles, building its index if it is missing or out of date.

    The opened index is kept for the next call. Raises what `Assistant.open` and `Assistant.answer` raise.
    """
    key = (Path(articles).resolve(), Path(index).resolve())
    with _sharing:
        shared = _shared.setdefault(key, _Shared())
    with shared.opening:
        if shared.assistant is None:
            shared.assistant = Assistant.open(*key)
        else:
            shared.assistant.refresh()
    return shared.assistant.answer(question, history=history)
