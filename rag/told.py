"""Leave out of a question what an article tells once, so that one of its passages can be read for it.

    without_told_days("Năm 2015 ai đứng đầu Ban?", article)  → "ai đứng đầu Ban?", the article being of 2015
    without_told_speaker("Theo bà Lan Anh, vì sao nên trồng cây?", article, span)  → "vì sao nên trồng cây?"

A news article says once of what day it is and who speaks, and each passage is read alone: one that doesn't repeat the
year or the name would seem to be about another. A day that is not the article's stays in the question, and is missed;
so does a person who is not the last that was named before the passage. Knows no index.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.bodies import Body, bodies_at, bodies_in, is_apart
from rag.dates import FoundDate, dates_told, find_dates
from rag.evidence import persons_in
from rag.names import names_in
from rag.phrases import holds_any, phrases_of, words_of_dates
from rag.question import language_of
from rag.terms import flat, fold
from rag.types import Article, Span

LEAD = 1_000  # characters by which an article's language is told
_CLAUSE_MARK = re.compile(r"[,;:.!?()“”\"\n]")


def without_told(question: str, article: Article, span: Span) -> str:
    """The question as a passage of an article is read for it: less the day, the speaker and the body told before."""
    asked = without_told_speaker(without_told_days(question, article), article, span)
    return without_told_body(asked, article, span)


def without_told_days(question: str, article: Article) -> str:
    """The question less the dates that are the article's; all of it where no word would be left."""
    left = question
    for found in reversed(find_dates(question)):
        if any(map(found.agrees_with, days_of(article))):
            start = found.start - len(words_of_dates(left[: found.start]))
            left = left[:start] + " " + left[found.end :]
    return _tidy(left, question)


def without_told_speaker(question: str, article: Article, span: Span) -> str:
    """The question less the person whose words a passage is: named before it, and not in it.

    "Bà Trần Thị Lan phát biểu. … | Đồng chí đề nghị trồng cây để …" is read for "vì sao nên trồng cây?".
    """
    speaker = next((name for end, name in reversed(_speakers(article)) if end <= span.start), "")
    if not speaker or speaker in flat(article.plain[span.start : span.end]):
        return question
    left = question
    for name in reversed(names_in(question)):
        if flat(question[name.start : name.end]).endswith(speaker):
            left = f"{_without_last_words(left[: name.start], 'before_persons')} {left[name.end :]}"
    return _tidy(left, question)


def without_told_body(question: str, article: Article, span: Span) -> str:
    """The question less the ministry, or the like, that a passage speaks of as "Bộ": named in full before it."""
    named, body = next(((at, body) for at, body in reversed(_bodies(article)) if at < span.start), (0, None))
    if body is None or body in bodies_in(article.plain[span.start : span.end]):
        return question
    since = article.plain[named : span.end]
    bare = re.finditer(rf"(?<!\w){body[0].capitalize()}(?!\w)\s?", since)
    if not any(not since[kind.end() : kind.end() + 1].isupper() for kind in bare):
        return question
    left = question
    for start, other in reversed(bodies_at(question)):
        if other == body:
            end = start + _alike(question[start:], article.plain[named:])
            after = re.sub(r"^['’]s\b", "", left[end:])
            left = f"{_without_last_words(left[:start], 'before_bodies')} {after}"
    return _tidy(left, question)


def _alike(text: str, other: str) -> int:
    """How many characters two texts begin with alike, in whole words."""
    same = next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if fold(a) != fold(b)), len(text))
    while same and same < len(text) and text[same].isalnum() and text[same - 1].isalnum():
        same -= 1
    return len(text[:same].rstrip(" ,"))


@lru_cache(maxsize=256)
def _bodies(article: Article) -> tuple[tuple[int, Body | None], ...]:
    """The bodies that an article names one of in full, and where; None where it names them side by side."""
    found = []
    for start, body in bodies_at(article.plain):
        if is_apart(body):
            beside = holds_any(_CLAUSE_MARK.split(article.plain[:start])[-1], "side_by_side")
            found.append((start, None if beside else body))
    return tuple(found)


@lru_cache(maxsize=256)
def _speakers(article: Article) -> tuple[tuple[int, str], ...]:
    """Where each person's name ends in an article, and the name, flat; but for those named only in passing.

    In Vietnamese two capitals are as often a place's.
    """
    found, least = [], 3 if language_of(article.plain[:LEAD]) == "vi" else 2
    for place in persons_in(article.plain):
        name = flat(article.plain[place.start : place.end])
        clause = _CLAUSE_MARK.split(article.plain[: place.start])[-1]
        if len(name.split()) >= least and not holds_any(clause, "in_passing"):
            found.append((place.end, name))
    return tuple(found)


def _without_last_words(text: str, table: str) -> str:
    """A text without the words of a table before a name that belong to it: "Vì sao, theo bà" → "Vì sao,"."""
    text = text.rstrip()
    for phrase in sorted(phrases_of(table), key=len, reverse=True):
        if f" {text}".casefold().endswith(f" {phrase}"):
            return _without_last_words(text[: len(text) - len(phrase)], table)
    return text


def _tidy(left: str, question: str) -> str:
    """What is left of a question, without the marks that nothing stands before; all of it where no word is left."""
    left = re.sub(r"\s+(?=[?,;])", "", " ".join(left.split())).lstrip(" ,;")
    return re.sub(r",(?=\?|$)", "", left) if any(c.isalpha() for c in left) else question


@lru_cache(maxsize=256)
def days_of(article: Article) -> tuple[FoundDate, ...]:
    """The day of publication, those in the title, and the first that the text names."""
    published = article.metadata.published
    in_title, in_text = dates_told(article.metadata.title, published), dates_told(article.plain, published)
    return (*FoundDate.on(published), *in_title, *in_text[:1])
