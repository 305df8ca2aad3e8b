"""Thumbs and comments, a line of JSON each, in a file that the owner has named. Knows no page."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from rag.chat.conversation import Turn
from rag.errors import ConfigError

logger = logging.getLogger(__name__)

MAX_COMMENT = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Feedback:
    """The file, opened anew for each line, so that it may be moved away meanwhile. Safe between threads."""

    file: Path
    _writing: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def check(self) -> None:
        """Raise `ConfigError` when the file can't be written: before the page is served, not after a thumb is lost."""
        try:
            with self.file.open("a", encoding="utf-8"):
                pass
        except OSError as error:
            raise ConfigError(
                f"The feedback file {self.file} can't be written ({error.strerror}): name another with --feedback FILE."
            ) from error

    def write(self, turn: Turn, *, helpful: bool, comment: str) -> bool:
        """Add a line; whether that worked."""
        answer = turn.answer
        record = {
            "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "helpful": helpful,
            "comment": comment[:MAX_COMMENT],
            "question": turn.question,
            "answer": answer.text if answer else turn.text,
            "confidence": round(answer.confidence, 4) if answer else None,
            "generation": answer.trace.generation if answer else "",
            "citations": [[c.article_id, c.start, c.end] for c in answer.citations] if answer else [],
        }
        try:
            with self._writing, self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        except OSError as error:
            logger.warning("The feedback file %s can't be written: %s", self.file, error)
            return False
        return True
