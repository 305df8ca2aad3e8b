"""Example questions made from whatever articles there are: from their titles, and from what several titles share.

Pure text: asks nothing and knows no page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.chat.wording import WORDING, Language
from rag.types import Article

MAX_TITLE_CHARACTERS = 90  # a longer title makes a question that nobody reads
TOPIC_WORDS = (4, 3, 2)  # the longest phrase first
MIN_TOPIC_CHARACTERS = 5

_WORDS = re.compile(r"[^\W\d_]+")
_CLAUSES = re.compile(r"[^\w\s]+")


def example_questions(articles: Sequence[Article], language: Language) -> tuple[str, ...]:
    """One to three questions that the articles answer, the last in the other language, which works as well.

    The same articles give the same questions. No articles, no questions.
    """
    if not articles:
        return ()
    other: Language = "en" if language == "vi" else "vi"
    own = (*_about_one(articles, language), *_about_several(articles, language))
    return (*own, WORDING[other].example_list) if own else (WORDING[language].example_list,)


def _about_one(articles: Sequence[Article], language: Language) -> Iterator[str]:
    """Who wrote it and when, of the first article that says so and has a title short enough to read."""
    wording = WORDING[language]
    readable = [
        article.metadata for article in articles if 0 < len(_flat(article.metadata.title)) <= MAX_TITLE_CHARACTERS
    ]
    for metadata in sorted(readable, key=lambda each: not (each.author and each.published)):
        title = _flat(metadata.title)
        if metadata.author and metadata.published:
            yield wording.example_who.format(title=title)
        elif metadata.author:
            yield wording.example_author.format(title=title)
        elif metadata.published:
            yield wording.example_date.format(title=title)
        else:
            continue
        return


def _about_several(articles: Sequence[Article], language: Language) -> Iterator[str]:
    topic = shared_topic([article.metadata.title for article in articles])
    if topic:
        yield WORDING[language].example_about.format(topic=topic)


def shared_topic(titles: Sequence[str]) -> str | None:
    """The phrase of two to four words that most titles share, the longest of those; None when no two share one.

    >>> shared_topic(["Rice export grows", "Why rice export slows", "Schools reopen"])
    'rice export'
    """
    sharing: Counter[tuple[str, ...]] = Counter()
    for title in titles:
        sharing.update(set(_phrases(title)))
    if not sharing:
        return None
    most = max(sharing.values())
    if most < 2:
        return None
    ties = [phrase for phrase, count in sharing.items() if count == most]
    # Among the longest the first of the alphabet, so that the same folder always gives the same question.
    longest = max(len(phrase) for phrase in ties)
    return " ".join(min(phrase for phrase in ties if len(phrase) == longest))


def _phrases(title: str) -> Iterator[tuple[str, ...]]:
    for clause in _CLAUSES.split(title):
        words = [word.lower() for word in _WORDS.findall(clause)]
        for length in TOPIC_WORDS:
            for start in range(len(words) - length + 1):
                phrase = tuple(words[start : start + length])
                if len(" ".join(phrase)) >= MIN_TOPIC_CHARACTERS:
                    yield phrase


def _flat(text: str) -> str:
    return " ".join(text.split())
