"""Follow the articles folder: tell the assistant when files changed. Knows no page, no terminal and no index."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Protocol

from rag.errors import ArticlesError, RagError
from rag.types import Report

logger = logging.getLogger(__name__)

SETTLE_MILLISECONDS = 1_600  # files that change together are one refresh
LOOK_AGAIN_MILLISECONDS = 60_000  # network folders tell of no changes; and one just before the watch began is unseen


class Refreshable(Protocol):
    """What can pick up changes of its folder."""

    def refresh(self) -> Report | None:
        """Bring the index up to date; None when the folder is as it was."""
        ...


def follow(assistant: Refreshable, articles: Path | str, *, stop: threading.Event) -> Iterator[Report]:
    """Refresh at the start and whenever files below `articles` change; yield each report, until `stop` is set.

    A refresh that fails is logged with its reason, the old index goes on answering, and the next change tries again.
    Raises `ArticlesError` when the folder can't be watched.
    """
    from watchfiles import watch

    changes = watch(
        articles, stop_event=stop, raise_interrupt=False, debounce=SETTLE_MILLISECONDS,
        rust_timeout=LOOK_AGAIN_MILLISECONDS, yield_on_timeout=True,
    )  # fmt: skip
    try:
        for _ in chain([None], changes):  # at once, for what changed since the assistant was opened
            report = _refreshed(assistant, articles)
            if report is not None:
                yield report
    except OSError as error:
        raise ArticlesError(f"The folder {articles} can't be watched ({error}): check that it exists.") from error


def _refreshed(assistant: Refreshable, articles: Path | str) -> Report | None:
    try:
        return assistant.refresh()
    except RagError as error:
        logger.warning("The folder %s changed, but the index could not follow: %s", articles, error)
        return None


def follow_in_background(assistant: Refreshable, articles: Path | str, *, stop: threading.Event) -> threading.Thread:
    """`follow` in a started daemon thread, each report logged. Set `stop` to end it."""

    def run() -> None:
        try:
            for report in follow(assistant, articles, stop=stop):
                logger.info(
                    "The folder changed: %d added, %d changed, %d removed, %d skipped; the index is generation %s.",
                    len(report.added), len(report.changed), len(report.removed), len(report.skipped), report.generation,
                )  # fmt: skip
        except RagError as error:
            logger.warning("%s New articles are picked up at the next start.", error)

    thread = threading.Thread(target=run, name="rag-follow-folder", daemon=True)
    thread.start()
    return thread
