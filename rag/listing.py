"""Lists of articles as answers: which there are, the newest, the oldest. Each is quoted by its title, with its day.

Knows articles and the words around them; no question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rag.cite import Quotation, Statement
from rag.confidence import METADATA_CONFIDENCE
from rag.types import Article
from rag.wording import wording, written_day

TITLE_CHARACTERS = 90
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Listing:
    """Statements that answer, or none where the articles don't say; and the words around them."""

    statements: tuple[Statement, ...]
    heading: str = ""
    refusal: str = ""
    kind: str = "about"
    confidence: float = METADATA_CONFIDENCE


def list_of(articles: Iterable[Article], language: str) -> Listing:
    """The articles, the oldest first; of very many the newest."""
    ordered, words = sorted(articles, key=by_age), wording(language)
    statements = tuple(_titled(article, language) for article in ordered[-MOST_LISTED:])
    heading = words["articles"].format(count=counted(len(ordered), MOST_LISTED))
    return Listing(statements, heading=heading, refusal=words["refused"], kind="listing")


def newest_or_oldest(articles: Mapping[str, Article], *, newest: bool, language: str) -> Listing:
    """The newest or the oldest of the articles that have a date."""
    words = wording(language)
    dated = sorted((a for a in articles.values() if a.metadata.published), key=by_age)
    chosen = dated[-1:] if newest else dated[:1]
    statements = tuple(_titled(article, language) for article in chosen)
    heading = words["newest" if newest else "oldest"]
    return Listing(statements, heading=heading, refusal=words["refused"], kind="listing")


def _titled(article: Article, language: str) -> Statement:
    metadata = article.metadata
    day = metadata.published
    date = written_day(day, language) if day else wording(language)["undated"]
    span = metadata.title_span or article.content[0]
    dated = (Quotation(article, metadata.published_span),) if metadata.published_span else ()
    return Statement(Quotation(article, span), label=f"- {date}: ", same=dated)


def dated(statement: Statement, language: str) -> Statement:
    """The statement after its article's day, which is cited, too; after the title of one without a day."""
    metadata = statement.quotation.article.metadata
    day, line = metadata.published, metadata.published_span
    label = f"- {written_day(day, language) if day else shortened(metadata.title)}: "
    proof = (Quotation(statement.quotation.article, line),) if line else ()
    return replace(statement, label=label, same=(*statement.same, *proof))


def counted(found: int, most: int) -> str:
    """How many were found, and before that how many of them are shown, where it isn't all."""
    return str(found) if found <= most else f"{most} / {found}"


def by_age(article: Article) -> tuple[str, str]:
    """What articles are sorted by, the oldest first; those without a date before all."""
    published = article.metadata.published
    return (published.isoformat() if published else "0000", article.id)


def shortened(title: str) -> str:
    """A title as it is said in passing."""
    return title if len(title) <= TITLE_CHARACTERS else title[: TITLE_CHARACTERS - 1].rsplit(" ", 1)[0] + " …"
