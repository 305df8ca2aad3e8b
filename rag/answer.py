"""The assistant: a question in, an answer with its proof out.

The default answerer only quotes: it picks the sentences of the articles that answer, and refuses when none does well
enough. With a language model, that one writes, and what the articles don't say is removed. Everything it rests on is
below: retrieval, the choice of sentences, verification, citations. It knows no page and no shell.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeAlias, cast

from rag.config import ARTICLES_FOLDER, EMBEDDED_MODEL, INDEX_FOLDER, IndexSettings
from rag.corpus import Corpus
from rag.embed import Embedder, open_embedder
from rag.errors import ArticlesError, ConfigError, IndexUnusableError
from rag.extractive import draft_answer
from rag.generate import TIMEOUT_SECONDS, Generator, open_generator
from rag.generate.cache import CachedGenerator
from rag.generative import Generative, Outcome, quoted
from rag.index import Index, build_index, open_index, why_stale
from rag.question import Question, read_question
from rag.reader import Reader, open_reader
from rag.retrieve import retrieve
from rag.types import Answer, Article, Hit, Progress, Report, Skipped, Trace

_log = logging.getLogger(__name__)

StreamEvent: TypeAlias = "str | Answer"

RELATED = 3  # nearest passages shown with an answer


class Assistant:
    """Answers questions from one folder of articles. Keep one for many questions; safe to share between threads."""

    def __init__(
        self,
        articles: Path,
        index: Path,
        settings: IndexSettings,
        embedder: Embedder,
        reader: Reader | None = None,
        generative: Generative | None = None,
    ) -> None:
        self.articles_folder = articles
        self.index_folder = index
        self._settings = settings
        self._embedder = embedder
        self._reader = reader
        self._generative = generative
        self._building = threading.Lock()
        self._opening = threading.Lock()
        self._open: Index | None = None

    @classmethod
    def open(
        cls,
        articles: Path | str = ARTICLES_FOLDER,
        index: Path | str = INDEX_FOLDER,
        *,
        embedding_model: str = EMBEDDED_MODEL,
        reader: str | None = None,
        llm: str | Generator | None = None,
        llm_url: str | None = None,
        llm_timeout: float = TIMEOUT_SECONDS,
        keep_unsupported: bool = False,
        fallback: bool = False,
        show_progress: bool = False,
    ) -> Assistant:
        """Open the index of a folder, building what is missing or out of date.

        `embedding_model` is the embedded model, or any other by name or path, run by sentence-transformers; `reader`
        is the embedded one where that can be had, any other by name or path, run by transformers, or "none": quicker,
        and less often right.

        `llm` writes the answers: a model by name, folder or GGUF file, run by transformers; by name on the server
        `llm_url`; or any `rag.generate.Generator`. Each of its sentences is checked, and removed when no passage
        supports it, or kept and marked with `keep_unsupported`. With `fallback`, a model that fails within
        `llm_timeout` seconds is stood in for by quotes, and the answer says so; else asking raises `GeneratorError`.
        Raises `ArticlesError`, `ModelError` or `IndexUnusableError`, each saying what to do.
        """
        settings = IndexSettings(embedding_model=embedding_model)
        generative = None
        if llm is not None:
            generator = open_generator(llm, url=llm_url, timeout=llm_timeout) if isinstance(llm, str) else llm
            cached = CachedGenerator(generator)
            generative = Generative(generator=cached, keep_unsupported=keep_unsupported, fallback=fallback)
        elif llm_url is not None:
            raise ConfigError(f"The server {llm_url} may have several models: name one with --llm.")
        embedder, opened = open_embedder(embedding_model), open_reader(reader)
        assistant = cls(Path(articles), Path(index), settings, embedder, opened, generative)
        assistant.refresh(show_progress=show_progress)
        return assistant

    def answer(self, question: str, *, history: Sequence[str] = (), only: Collection[str] | None = None) -> Answer:
        """Answer a question. `history` has the user's earlier questions, oldest first.

        `only` leaves just the articles of those ids to answer from.

        Raises `QuestionError` for a question that is empty, has no words or is too long.
        """
        *_, last = self.stream(question, history=history, only=only)
        return cast(Answer, last)

    def stream(
        self, question: str, *, history: Sequence[str] = (), only: Collection[str] | None = None
    ) -> Iterator[StreamEvent]:
        """The same answer in pieces, for a chat page: strings that join to `Answer.text`, and then the `Answer`.

        Sentences of a language model come the moment each has been checked; an empty string says that it is at work.
        Closing the iterator stops it.
        """
        started = time.perf_counter()
        asked = read_question(question)
        index = self._index()
        corpus = Corpus(index, self._embedder, self._reader, _ids(only))
        if self._generative is None:
            events = quoted(draft_answer(asked, history, corpus))
        else:
            events = self._generative.answer(asked, history, corpus)
        for event in events:
            if isinstance(event, str):
                yield from re.findall(r"\s*\S+\s*", event)
                if self._generative is not None:
                    yield ""  # all that is known has been said
            else:
                yield self._answer(question, asked, index, event, (time.perf_counter() - started) * 1e3)

    def _answer(self, question: str, asked: Question, index: Index, outcome: Outcome, took: float) -> Answer:
        draft = outcome.draft
        return Answer(
            question=question,
            text=outcome.text,
            citations=outcome.citations,
            abstained=outcome.abstained,
            confidence=outcome.confidence,
            language=asked.language,
            related=tuple(candidate.hit for candidate in draft.nearest[:RELATED]),
            trace=Trace(
                understood_as=draft.understood_as,
                kind=draft.kind,
                generation=index.generation,
                reader=self._reader.id if self._reader else "",
                generator=self._generative.generator.id if self._generative else "",
                checks=outcome.checks,
                scores=draft.scores,
                milliseconds={"total": took},
            ),
        )

    def search(self, question: str, *, k: int = 5, only: Collection[str] | None = None) -> list[Hit]:
        """The `k` passages nearest to a question, best first; `only` those of some articles.

        Raises `QuestionError` as `answer` does.
        """
        asked = read_question(question)
        return [c.hit for c in retrieve(self._index(), asked.text, embedder=self._embedder, k=k, only=_ids(only))]

    def rebuild(self, *, show_progress: bool = False, progress: Progress | None = None) -> Report:
        """Bring the index up to date with the folder; what was added, changed, removed and skipped.

        `progress` is told how many of the new texts are embedded, and of how many.
        """
        with self._building:
            report = build_index(
                self.articles_folder,
                self.index_folder,
                settings=self._settings,
                embedder=self._embedder,
                show_progress=show_progress,
                progress=progress,
            )
            self._open = self._opened()
        return report

    def refresh(self, *, show_progress: bool = False) -> Report | None:
        """Rebuild if the folder, the settings or the index changed; None if nothing did.

        Where the index can't be written but an older generation can be read, that one goes on answering, and a warning
        is logged.
        """
        reason = why_stale(
            self.index_folder, articles=self.articles_folder, settings=self._settings, embedder=self._embedder
        )
        if reason is None:
            try:
                self._index()
            except IndexUnusableError as damage:
                reason = str(damage)
        if reason is None:
            return None
        _log.info("Building the index %s: %s", self.index_folder, reason)
        try:
            return self.rebuild(show_progress=show_progress)
        except IndexUnusableError as error:
            try:
                self._index()
            except IndexUnusableError:
                raise error from None
            _log.warning("Answering from an older index: %s", error)
            return None

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles of the open generation, by id."""
        return self._index().articles

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The files that could not be used, with reasons."""
        return self._index().skipped

    @property
    def generation(self) -> str:
        """The name of the open index generation."""
        return self._index().generation

    @property
    def passage_count(self) -> int:
        """How many passages the open generation has."""
        return len(self._index().passages)

    @property
    def passage_counts(self) -> Mapping[str, int]:
        """How many passages each article of the open generation has, by id."""
        return Counter(passage.article_id for passage in self._index().passages)

    def article(self, article_id: str) -> Article:
        """One article by its id. Raises `ArticlesError` if there is none."""
        try:
            return self._index().article(article_id)
        except KeyError:
            raise ArticlesError(f"There is no article {article_id!r}: `rag info` lists them.") from None

    def close(self) -> None:
        """Let go of the index; asking again opens it again."""
        self._open = None

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _index(self) -> Index:
        """The newest generation: another process may have switched `CURRENT` since the last question."""
        index = self._open
        if index is not None and index.is_current():
            return index
        with self._opening:  # the others wait, and then find it open
            index = self._open
            if index is not None and index.is_current():
                return index
            try:
                index = self._open = self._opened()
            except IndexUnusableError:
                if index is None:
                    raise
                _log.warning(
                    "The new generation in %s can't be read; the open one goes on answering.", self.index_folder
                )
        return index

    def _opened(self) -> Index:
        return open_index(
            self.index_folder, articles=self.articles_folder, settings=self._settings, embedder=self._embedder
        )


def _ids(only: Collection[str] | None) -> frozenset[str] | None:
    return None if only is None else frozenset(only)
