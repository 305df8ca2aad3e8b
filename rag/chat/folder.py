"""The articles of the folder as a list, and the filters by year and author that a question can be asked with.

Knows records and wording; no server and no index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rag.chat.escape import escaped, flat
from rag.chat.wording import Wording
from rag.types import Article, Skipped

# The reasons that rag.articles gives, in English, by how they begin or what they hold; the page tells their kinds.
REASONS = {
    "reason_empty": ("empty", "no text left"),
    "reason_same": ("same text as",),
    "reason_type": ("not .txt",),
    "reason_size": ("too large",),
    "reason_encoding": ("not text", "can't be decoded"),
    "reason_link": ("a link",),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may answer: those of a year, of an author, or of both. Nothing set: all."""

    year: int | None = None
    author: str = ""

    def __bool__(self) -> bool:
        return self.year is not None or bool(self.author)

    def ids(self, articles: Sequence[Article]) -> frozenset[str]:
        """The ids of the articles that pass."""
        return frozenset(article.id for article in articles if self._passes(article))

    def in_words(self) -> str:
        """The filter for people to read: "2021 · Hương Lan"."""
        return " · ".join(part for part in (str(self.year or ""), self.author) if part)

    def _passes(self, article: Article) -> bool:
        said = article.metadata
        year = said.published.year if said.published else None
        return (self.year is None or self.year == year) and self.author in ("", flat(said.author or ""))


def years(articles: Sequence[Article]) -> list[int]:
    """The years of publication, the latest first."""
    return sorted({a.metadata.published.year for a in articles if a.metadata.published}, reverse=True)


def authors(articles: Sequence[Article]) -> list[str]:
    """The authors, in the order of their names."""
    return sorted({flat(a.metadata.author) for a in articles if a.metadata.author})


def folder_html(
    articles: Sequence[Article],
    skipped: Sequence[Skipped],
    passages: Mapping[str, int],
    words: Wording,
    *,
    today: date,
) -> str:
    """The articles, the latest first, and the files that can't be used with the reasons."""
    ordered = sorted(articles, key=lambda a: (a.metadata.published or date.min, a.id), reverse=True)
    rows = "".join(_row(article, passages.get(article.id, 0), words, today) for article in ordered)
    unusable = "".join(_unusable(each, words) for each in skipped)
    if unusable:
        unusable = (
            f'<h3>{escaped(words.counted("skipped_count", len(skipped)))}</h3><ul class="rag-skipped">{unusable}</ul>'
        )
    return f'<ul class="rag-articles">{rows}</ul>{unusable}'


def _unusable(each: Skipped, words: Wording) -> str:
    reason = escaped(_reason(each.reason, words))
    return f'<li title="{escaped(each.reason)}"><code>{escaped(each.article_id)}</code> {reason}</li>'


def _reason(reason: str, words: Wording) -> str:
    """Why a file can't be used, in the page's language; the whole reason is there when it is pointed at."""
    kinds = [kind for kind, signs in REASONS.items() if any(sign in reason for sign in signs)]
    return words[kinds[0] if kinds else "reason_other"]


def _row(article: Article, passages: int, words: Wording, today: date) -> str:
    said = article.metadata
    day = said.published
    facts = [
        f"{words.day(day)} ({words.age(day, today=today)})" if day else words["unknown_date"],
        said.author or "",
        words.counted("passages_count", passages),
        article.id,
    ]
    line = " · ".join(escaped(flat(fact)) for fact in facts if fact)
    return (
        f'<li><button type="button" class="rag-article" data-action="article" data-article="{escaped(article.id)}">'
        f"{escaped(flat(said.title))}</button><p>{line}</p></li>"
    )
