"""Paragraphs as a folder of articles with its index, as the product has them, and where a question is answered."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.config import IndexSettings
from rag.embed import Embedder, open_embedder
from rag.index import Index, build_index, open_index
from rag.types import Span
from training.corpora import Paragraph


@dataclass(frozen=True, slots=True)
class Collection:
    """An open index of paragraphs; `places[i]`: the file and the place in it of paragraph i."""

    paragraphs: tuple[Paragraph, ...]
    index: Index
    embedder: Embedder
    places: tuple[tuple[str, int], ...]

    def place(self, i: int, span: Span) -> tuple[str, Span]:
        """Where a span of paragraph i stands: the article's id, and the place in its file."""
        article_id, start = self.places[i]
        return article_id, Span(start + span.start, start + span.end)


@contextmanager
def collected(paragraphs: Sequence[Paragraph], language: str | None = None) -> Iterator[Collection]:
    """The paragraphs as articles: one file an article, in `language`, or in whichever each has where it is None."""
    embedder, settings = open_embedder(), IndexSettings()
    with tempfile.TemporaryDirectory() as folder:
        articles, index = Path(folder) / "articles", Path(folder) / "index"
        articles.mkdir()
        texts: dict[str, str] = {}
        places: list[tuple[str, int]] = []
        for paragraph in paragraphs:
            name = f"{paragraph.article}.txt"
            before = texts.get(name, paragraph.title) + "\n\n"
            text = paragraph.texts[language] if language else next(iter(paragraph.texts.values()))
            places.append((name, len(before)))
            texts[name] = before + text
        for name, text in texts.items():
            (articles / name).write_text(text, encoding="utf-8", newline="")
        build_index(articles, index, settings=settings, embedder=embedder, show_progress=True)
        with open_index(index, articles=articles, settings=settings, embedder=embedder) as opened:
            yield Collection(tuple(paragraphs), opened, embedder, tuple(places))
