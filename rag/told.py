"""Leave out of a question the days that an article is of, so that one of its passages can be read for it.

    without_told_days("Năm 2015 ai đứng đầu Ban?", article)  → "ai đứng đầu Ban?", the article being of 2015

A news article says once of what day it is, and each passage is read alone: one that doesn't repeat the year would seem
to be about another. A day that is not the article's stays in the question, and is missed. Knows no index.
"""

from __future__ import annotations

from functools import lru_cache

from rag.dates import FoundDate, dates_told, find_dates
from rag.phrases import words_of_dates
from rag.types import Article


def without_told_days(question: str, article: Article) -> str:
    """The question less the dates that are the article's; all of it where no word would be left."""
    left = question
    for found in reversed(find_dates(question)):
        if any(map(found.agrees_with, days_of(article))):
            start = found.start - len(words_of_dates(left[: found.start]))
            left = left[:start] + " " + left[found.end :]
    left = " ".join(left.split()).lstrip(" ,;").replace(" ?", "?")
    return left if any(c.isalpha() for c in left) else question


@lru_cache(maxsize=256)
def days_of(article: Article) -> tuple[FoundDate, ...]:
    """The day of publication, those in the title, and the first that the text names."""
    published = article.metadata.published
    in_title, in_text = dates_told(article.metadata.title, published), dates_told(article.plain, published)
    return (*FoundDate.on(published), *in_title, *in_text[:1])
