"""An assistant over articles in memory: answers with the first line that shares most words with the question.

It has the methods of `rag.answer.Assistant` that the surfaces use, so that their tests need no model and no index.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from rag.answer import Assistant
from rag.errors import ArticlesError, QuestionError
from rag.types import Answer, Article, Citation, Hit, Metadata, Passage, Progress, Report, Skipped, Span, Trace


def make_article(
    article_id: str, text: str, *, title: str, published: date | None = None, author: str | None = None
) -> Article:
    """An article all of whose text is content."""
    return Article(
        id=article_id, text=text, plain=text, sha256="0" * 64, content=(Span(0, len(text)),),
        metadata=Metadata(title=title, published=published, author=author),
    )  # fmt: skip


class StandIn(Assistant):
    """See the module's docstring."""

    articles: tuple[Article, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    generation = "g1"
    passage_count = 0

    def __init__(self, articles: Sequence[Article], folder: Path, skipped: Sequence[Skipped] = ()) -> None:
        self.articles = tuple(articles)
        self.skipped = tuple(skipped)
        self.articles_folder = folder
        self.index_folder = folder / "index"
        self.passage_count = len(self.articles)
        self.histories: list[tuple[str, ...]] = []
        self.go_on = threading.Event()  # a streamed answer waits for it after its first word
        self.go_on.set()

    @property
    def passage_counts(self) -> Mapping[str, int]:
        return {article.id: 1 for article in self.articles}

    def article(self, article_id: str) -> Article:
        for article in self.articles:
            if article.id == article_id:
                return article
        raise ArticlesError(f"There is no article {article_id}.")

    def search(self, question: str, *, k: int = 5, only: Collection[str] | None = None) -> list[Hit]:
        words = set(re.findall(r"\w+", question.lower()))
        if not words:
            raise QuestionError("The question is empty: type one.")
        found = []
        for article in self.articles:
            if only is not None and article.id not in only:
                continue
            for match in re.finditer(r"[^\n]+", article.text):
                shared = len(words & set(re.findall(r"\w+", match.group().lower())))
                span = Span(*match.span())
                found.append((-shared, article.id, Passage(article.id, *span, match.group(), (span,))))
        found.sort(key=lambda each: each[:2])
        return [Hit(passage, -minus, rank) for rank, (minus, _, passage) in enumerate(found[:k], 1)]

    def answer(self, question: str, *, history: Sequence[str] = (), only: Collection[str] | None = None) -> Answer:
        self.histories.append(tuple(history))
        hits = self.search(question, k=3, only=only)
        best = hits[0]
        language = "en" if question.isascii() else "vi"
        trace = Trace(generation=self.generation)
        if best.score < 2:
            return Answer(question, "The articles don't say.", (), True, 0.2, language, tuple(hits), trace)
        passage = best.passage
        said = self.article(passage.article_id).metadata
        citation = Citation(
            1, passage.article_id, said.title, said.published, said.author, said.source,
            passage.text, passage.start, passage.end,
        )  # fmt: skip
        return Answer(question, f"{passage.text} [1]", (citation,), False, 0.9, language, tuple(hits), trace)

    def stream(
        self, question: str, *, history: Sequence[str] = (), only: Collection[str] | None = None
    ) -> Iterator[str | Answer]:
        answer = self.answer(question, history=history, only=only)
        for piece in re.findall(r"\S+\s*|\s+", answer.text):
            yield piece
            self.go_on.wait(timeout=60)
        yield answer

    def refresh(self, *, show_progress: bool = False) -> Report | None:
        return None

    def rebuild(self, *, show_progress: bool = False, progress: Progress | None = None) -> Report:
        if progress is not None:
            progress(0, 2)
            self.go_on.wait(timeout=60)
            progress(2, 2)
        self.generation += "+"
        return Report(self.generation, added=("new.txt",), unchanged=tuple(each.id for each in self.articles))
