"""Draft questions with known answers from a folder of articles, for people to correct.

Two kinds, in the language of the article: who wrote it and when, where that is known; and gaps to fill: a sentence
whose number, date or name is left out. Gaps are easier than what people ask: rewrite them, and add some without an
answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.dates import find_dates
from rag.evaluate.gold import GoldQuestion
from rag.names import names_in
from rag.passages import body_sentences, reading
from rag.question import language_of
from rag.types import Article, Span

GAPS = 6  # an article: at most so many sentences become questions, spread over it
WORDS = range(8, 45)  # of a sentence that becomes one
GAP = "…"

_NUMBER = re.compile(r"(?<![\w/.,-])\d+(?:[.,]\d+)*(?![\w/-])")


@dataclass(frozen=True, slots=True)
class _Wording:
    author: str
    published: str
    gap: str


_WORDINGS = {
    "vi": _Wording(
        "Ai viết bài “{title}”?", "Bài “{title}” đăng ngày nào?", "Điền vào chỗ trống: “{sentence}”"
    ),
    "en": _Wording(
        "Who wrote the article “{title}”?", "When was the article “{title}” published?", "Fill the gap: “{sentence}”"
    ),
}  # fmt: skip


def draft_gold(articles: Iterable[Article]) -> Iterator[GoldQuestion]:
    """Questions about each article, in order; ids count up from q1."""
    drafts = (draft for article in articles for draft in (*_about(article), *_gaps(article)))
    for number, (article, lang, kind, question, answer) in enumerate(drafts, 1):
        yield GoldQuestion(
            id=f"q{number}",
            question=question,
            lang=lang,
            type=kind,
            articles=(article.id,),
            answers=(answer,),
            must_include=((answer,),),
        )


Draft = tuple[Article, str, str, str, str]  # the article, its language, the type of question, question, answer


def _about(article: Article) -> Iterator[Draft]:
    metadata = article.metadata
    lang, wording = _language(article)
    if metadata.author_span:
        question = wording.author.format(title=metadata.title)
        yield article, lang, "meta", question, _as_told(article, metadata.author_span)
    if metadata.published_span:
        question = wording.published.format(title=metadata.title)
        yield article, lang, "meta", question, _as_told(article, metadata.published_span)


def _as_told(article: Article, span: Span) -> str:
    """What stands there: `reading` leaves out what is no part of the body."""
    return " ".join(article.text[span.start : span.end].split())


def _gaps(article: Article) -> Iterator[Draft]:
    lang, wording = _language(article)
    found = []
    for span in body_sentences(article):
        sentence = reading(article, span)
        if len(sentence.split()) in WORDS and (left_out := _telling(sentence)):
            kind, place = left_out
            question = sentence[: place.start] + GAP + sentence[place.end :]
            answer = sentence[place.start : place.end]
            found.append((article, lang, kind, wording.gap.format(sentence=question), answer))
    yield from _spread(found)


def _telling(sentence: str) -> tuple[str, Span] | None:
    """What is worth asking of a sentence: a date, else a number, else a name; of one kind the last."""
    dates = [Span(d.start, d.end) for d in find_dates(sentence)]
    numbers = [Span(*m.span()) for m in _NUMBER.finditer(sentence)]
    numbers = [s for s in numbers if not any(d.start <= s.start < d.end for d in dates)]
    names = [s for s in names_in(sentence) if s.start > 0]
    for kind, places in (("date", dates), ("number", numbers), ("person", names)):
        if places:
            return kind, places[-1]
    return None


def _spread(found: Sequence[Draft]) -> Iterator[Draft]:
    """At most `GAPS` of them, evenly from first to last."""
    step = max(1.0, len(found) / GAPS)
    yield from (found[int(i * step)] for i in range(min(GAPS, len(found))))


def _language(article: Article) -> tuple[str, _Wording]:
    lang = language_of(article.metadata.title)
    return (lang, _WORDINGS[lang]) if lang in _WORDINGS else ("en", _WORDINGS["en"])
