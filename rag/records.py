"""Articles and passages as lines of JSON, and back. Knows no index and no folder layout.

File names that are no Unicode come as lone surrogates, which UTF-8 proper refuses: they are passed.
A passage's text is not written: it is the article's, `text[start:end]`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from rag.types import Article, Metadata, Passage, Span


def write_articles(path: Path, articles: Iterable[Article]) -> None:
    """One article a line, whole. Raises OSError."""
    _write(path, (_article_record(article) for article in articles))


def read_articles(path: Path) -> tuple[Article, ...]:
    """What `write_articles` wrote. Raises OSError, or ValueError, KeyError or TypeError for other content."""
    return tuple(_article(record) for record in _read(path))


def write_passages(path: Path, passages: Iterable[Passage]) -> None:
    """One passage a line: article, offsets, and the offsets of its sentences. Raises OSError."""
    _write(
        path,
        ({"article_id": p.article_id, "start": p.start, "end": p.end, "sentences": p.sentences} for p in passages),
    )


def read_passages(path: Path, articles: Mapping[str, Article]) -> tuple[Passage, ...]:
    """What `write_passages` wrote, with the text of the articles by id. Raises as `read_articles` does."""
    return tuple(
        Passage(
            record["article_id"],
            record["start"],
            record["end"],
            articles[record["article_id"]].text[record["start"] : record["end"]],
            tuple(Span(*span) for span in record["sentences"]),
        )
        for record in _read(path)
    )


def metadata_record(metadata: Metadata) -> dict[str, Any]:
    """The metadata as JSON types."""
    published = metadata.published.isoformat() if metadata.published else None
    return {**asdict(metadata), "published": published}


def _article_record(article: Article) -> dict[str, Any]:
    return {**asdict(article), "metadata": metadata_record(article.metadata)}


def _article(record: dict[str, Any]) -> Article:
    metadata = dict(record["metadata"])
    if metadata["published"] is not None:
        metadata["published"] = date.fromisoformat(metadata["published"])
    for name, value in metadata.items():
        if name.endswith("_span") and value is not None:
            metadata[name] = Span(*value)
    content = tuple(Span(*span) for span in record["content"])
    return Article(**{**record, "metadata": Metadata(**metadata), "content": content})


def _write(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        for line in file:
            yield json.loads(line)
