"""The default answerer: it only quotes. From a question and what was asked before to a draft, with its confidence.

In order: a follow-up is understood with the question before it; a question about the articles themselves is answered
from metadata; one about two years is asked of each; any other is answered by the best sentence, or refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from rag.about import Listing, about_articles, wording
from rag.cite import Quotation, Statement
from rag.confidence import ANSWER_THRESHOLD, METADATA_CONFIDENCE, confidence_of
from rag.corpus import Corpus
from rag.errors import QuestionError
from rag.names import names_in
from rag.passages import reading
from rag.question import Question, content_syllables, holds_any, leans_on_history, read_question
from rag.retrieve import Candidate
from rag.select import Sentence, same_fact
from rag.types import Span

SHORT_ANSWER = 280  # characters of a quote that tells who, when, how many, what, why
LIST_ANSWER = 800  # characters of a quote that lists
SELF_CONTAINED = 4  # words of content with which a follow-up is understood alone
CONTEXT_BONUS = 0.12  # for a sentence of the article that answered the question before


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answer will say, and how sure it is. No statements: it is refused, with `refusal` as its words."""

    statements: tuple[Statement, ...]
    refusal: str
    confidence: float
    kind: str
    understood_as: str
    nearest: tuple[Candidate, ...]
    heading: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A sentence chosen for a question, or for a part of it."""

    question: Question
    sentence: Sentence
    confidence: float


def draft_answer(asked: Question, history: Sequence[str], corpus: Corpus) -> Draft:
    """Find what the articles say to a question. `history`: the user's earlier questions, oldest first."""
    if isinstance(history, str) or not all(isinstance(earlier, str) for earlier in history):
        raise QuestionError('The history must be a list of the earlier questions, each a text: history=["…", "…"].')
    before = _question_before(asked, history)
    together = _together(before, asked) if before else asked
    nearest = corpus.search(together.text)
    listing = about_articles(asked, corpus, before=before)
    if listing is not None:
        return _from_listing(listing, asked, together, nearest)
    others = corpus.score(asked, nearest, read_as=together.text)
    if before:
        choices = _in_context(asked, before, together, nearest, corpus)
    else:
        choices = _year_by_year(asked, corpus) or [_Choice(asked, s, confidence_of(asked, s)) for s in others[:1]]
    confidence = _least(choices)
    answered = confidence >= ANSWER_THRESHOLD
    return Draft(
        statements=tuple(_quoting(choice, others, corpus) for choice in choices) if answered else (),
        refusal=wording(asked.language)["refused"],
        confidence=confidence,
        kind=asked.kind,
        understood_as=together.text,
        nearest=tuple(nearest),
        scores=_scores(choices[0].sentence) if choices else {},
    )


def _from_listing(listing: Listing, asked: Question, together: Question, nearest: Sequence[Candidate]) -> Draft:
    return Draft(
        statements=listing.statements,
        refusal=listing.refusal or wording(asked.language)["refused"],
        confidence=listing.confidence if listing.statements else 1 - METADATA_CONFIDENCE,
        kind=listing.kind,
        understood_as=together.text,
        nearest=tuple(nearest),
        heading=listing.heading,
    )


def _question_before(asked: Question, history: Sequence[str]) -> Question | None:
    """The last question before, when this one leans on it."""
    if not leans_on_history(asked):
        return None
    for earlier in reversed(history):
        try:
            return read_question(earlier)
        except QuestionError:
            continue  # an empty line in the history says nothing
    return None


def _together(before: Question, asked: Question) -> Question:
    """A follow-up as one question: it wants what was asked last, about what both name."""
    return replace(
        asked,
        text=f"{before.text} {asked.text}",
        content=tuple(dict.fromkeys(before.content + asked.content)),
        numbers=tuple(dict.fromkeys(before.numbers + asked.numbers)),
        names=tuple(dict.fromkeys(before.names + asked.names)),
        dates=before.dates + asked.dates,
    )


def _in_context(
    asked: Question, before: Question, together: Question, nearest: Sequence[Candidate], corpus: Corpus
) -> list[_Choice]:
    """The choice for a follow-up: a sentence of the article that answered the question before, among equals.

    It is as sure as the follow-up alone makes it, or the two questions together.
    """
    earlier = corpus.best(before)
    if not earlier:
        return []
    home = earlier[0].article.id
    if holds_any(asked.text, "followup_pronouns"):  # "bà ấy" may be somebody whom the answer named
        together = _with_names(together, reading(earlier[0].article, earlier[0].span))
    elsewhere = [candidate for candidate in nearest if candidate.hit.passage.article_id != home]

    def scored(question: Question) -> dict[tuple[str, Span], Sentence]:
        at_home = corpus.search(question.text, only=[home])
        scored = corpus.score(question, [*at_home, *elsewhere], read_as=together.text)
        return {(s.article.id, s.span): s for s in scored}

    joint, alone = scored(together), scored(asked)
    share = min(1.0, len(asked.content) / SELF_CONTAINED)  # how far the follow-up speaks for itself

    def worth(key: tuple[str, Span]) -> tuple[float, tuple[str, Span]]:
        bonus = CONTEXT_BONUS if key[0] == home else 0.0
        return -(share * alone.get(key, joint[key]).score + (1 - share) * joint[key].score + bonus), key

    if not joint:
        return []
    best = min(joint, key=worth)
    sure = max(confidence_of(asked, alone.get(best)) * share, confidence_of(together, joint[best]))
    return [_Choice(together if share < 1 else asked, joint[best], sure)]


def _with_names(together: Question, answer: str) -> Question:
    """The question with the names of the answer before added, for a pronoun to mean one of them."""
    names = " ".join(answer[name.start : name.end] for name in names_in(answer))
    content = content_syllables(names, together.language)
    return replace(together, text=f"{names} {together.text}", content=tuple(dict.fromkeys(together.content + content)))


def _year_by_year(asked: Question, corpus: Corpus) -> list[_Choice]:
    """For "ai năm 2015, ai năm 2020?" the best sentence of each year's articles; none unless each of two answers."""
    years = sorted({date.year for date in asked.dates if date.year})
    if len(years) < 2:
        return []
    text = asked.text
    for found in reversed(asked.dates):  # what is left is the same question for each year
        text = text[: found.start] + text[found.end :]
    if not any(c.isalnum() for c in text):
        return []
    part = replace(read_question(text), kind=asked.kind, language=asked.language)
    choices = []
    for year in years:
        dated = [a.id for a in corpus.articles.values() if (day := a.metadata.published) and day.year == year]
        best = corpus.score(part, corpus.search(part.text, only=dated)) if dated else []
        choices += [_Choice(part, sentence, confidence_of(part, sentence)) for sentence in best[:1]]
    return choices if len(choices) > 1 and _least(choices) >= ANSWER_THRESHOLD else []


def _least(choices: Sequence[_Choice]) -> float:
    """The confidence of an answer is that of its weakest part."""
    return min((choice.confidence for choice in choices), default=0.0)


def _quoting(choice: _Choice, others: Sequence[Sentence], corpus: Corpus) -> Statement:
    best = choice.sentence
    limit = LIST_ANSWER if choice.question.kind == "list" else SHORT_ANSWER
    span = corpus.cut(choice.question, best.article, best.span, max_characters=limit, answer=best.answer)
    same = tuple(Quotation(other.article, other.span) for other in same_fact(best, others))
    return Statement(
        Quotation(best.article, span), same=same, cut=(span.start > best.span.start, span.end < best.span.end)
    )


def _scores(best: Sentence) -> Mapping[str, float]:
    """The measures of a sentence, by name."""
    values = ((each.name, getattr(best, each.name)) for each in fields(best))
    return {"score": best.score, **{name: value for name, value in values if isinstance(value, float)}}
