"""Questions that the page proposes, made from whatever articles there are: from titles, and from what titles share.

Pure text: asks nothing and knows no page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.chat.escape import flat
from rag.chat.wording import Language, Wording, wording
from rag.types import Answer, Article

MAX_TITLE_CHARACTERS = 90  # a longer title makes a question that nobody reads
PROPOSED = 3  # questions after an answer
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
    own = (*_about_one(articles, wording(language)), *_about_several(articles, wording(language)))
    return (*own, wording(other)["example_list"]) if own else (wording(language)["example_list"],)


def next_questions(
    answer: Answer, articles: Sequence[Article], language: Language, *, asked: Sequence[str] = ()
) -> tuple[str, ...]:
    """Up to three questions after an answer that the articles answer, none of them `asked` already.

    They are about the articles that were quoted; after a refusal about those nearest to the question.
    """
    words = wording(language)
    ids = [citation.article_id for citation in answer.citations] or [hit.passage.article_id for hit in answer.related]
    by_id = {article.id: article for article in articles}
    near = [by_id[article_id] for article_id in dict.fromkeys(ids) if article_id in by_id]
    proposed = [
        *(question for article in near[:2] for question in _summary(article, words)),
        *_about_one(near, words),
        *_about_several(near if len(near) > 1 else articles, words),
        words["example_list"],
    ]
    return tuple(question for question in dict.fromkeys(proposed) if question not in asked)[:PROPOSED]


def _summary(article: Article, words: Wording) -> Iterator[str]:
    title = flat(article.metadata.title)
    if 0 < len(title) <= MAX_TITLE_CHARACTERS:
        yield words["example_summary"].format(title=title)


def _about_one(articles: Sequence[Article], words: Wording) -> Iterator[str]:
    """Who wrote it and when, of the first article that says so and has a title short enough to read."""
    readable = [
        article.metadata for article in articles if 0 < len(flat(article.metadata.title)) <= MAX_TITLE_CHARACTERS
    ]
    for metadata in sorted(readable, key=lambda each: not (each.author and each.published)):
        title = flat(metadata.title)
        if metadata.author and metadata.published:
            yield words["example_who"].format(title=title)
        elif metadata.author:
            yield words["example_author"].format(title=title)
        elif metadata.published:
            yield words["example_date"].format(title=title)
        else:
            continue
        return


def _about_several(articles: Sequence[Article], words: Wording) -> Iterator[str]:
    topic = shared_topic([article.metadata.title for article in articles])
    if topic:
        yield words["example_about"].format(topic=topic)


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
