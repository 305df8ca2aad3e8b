"""The default answerer: it only quotes. From a question and what was asked before to a draft, with its confidence.

In order: a follow-up is understood with the question before it; a question about the articles themselves is answered
from metadata; one about two times is asked of each; any other is answered by the best sentence, or refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.about import Search, about_articles, wording
from rag.cite import Quotation, Statement
from rag.clauses import quote_span
from rag.confidence import ANSWER_THRESHOLD, METADATA_CONFIDENCE, confidence_of
from rag.embed import Embedder
from rag.errors import QuestionError
from rag.index import Index
from rag.question import Question, leans_on_history, read_question
from rag.retrieve import Candidate, retrieve
from rag.select import Sentence, same_fact, score_sentences
from rag.types import Article

CANDIDATES = 10  # passages whose sentences are scored
SHORT_ANSWER = 280  # characters of a quote that tells who, when, how many, what, why
LIST_ANSWER = 800  # characters of a quote that lists
CONTEXT_BONUS = 0.12  # for a sentence of the article that answered the question before


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answer will say, and how sure it is. No statements: it is refused, with `refusal` as its words."""

    statements: tuple[Statement, ...]
    refusal: str
    heading: str
    confidence: float
    kind: str
    understood_as: str
    nearest: tuple[Candidate, ...]
    scores: Mapping[str, float] = field(default_factory=dict)


def draft_answer(asked: Question, history: Sequence[str], index: Index, embedder: Embedder) -> Draft:
    """Find what the articles say to a question. `history`: the user's earlier questions, oldest first."""
    articles = {article.id: article for article in index.articles}

    def search(text: str) -> list[Candidate]:
        return retrieve(index, text, embedder=embedder, k=CANDIDATES)

    before = _question_before(asked, history)
    understood = f"{before.text} {asked.text}" if before else asked.text
    nearest = search(understood)
    about = about_articles(asked, articles, search, index.lexical.rarity)
    words = wording(asked.language)
    if about is not None:
        return Draft(
            statements=about.statements,
            refusal=about.refusal or words["refused"],
            heading=about.heading,
            confidence=METADATA_CONFIDENCE,
            kind=about.kind,
            understood_as=understood,
            nearest=tuple(nearest),
        )
    parts = _by_year(asked)
    chosen: list[tuple[Question, Sentence]] = []
    if len(parts) > 1:
        chosen = [(part, best) for part in parts if (best := _best_of_year(part, search, articles, index))]
    if len(chosen) < 2:
        sentences = score_sentences(asked, nearest, articles, index.lexical.rarity)
        if before:
            sentences = _in_context(asked, before, nearest, index, embedder)
        chosen = [(asked, sentences[0])] if sentences else []
    else:
        sentences = [best for _, best in chosen]
    confidence = min((confidence_of(part, best) for part, best in chosen), default=0.0)
    statements: tuple[Statement, ...] = ()
    if confidence >= ANSWER_THRESHOLD:
        statements = tuple(_quoting(part, best, sentences, index) for part, best in chosen)
    return Draft(
        statements=statements,
        refusal=words["refused"],
        heading="",
        confidence=confidence,
        kind=asked.kind,
        understood_as=understood,
        nearest=tuple(nearest),
        scores=_scores(chosen[0][1]) if chosen else {},
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


def _in_context(
    asked: Question, before: Question, nearest: Sequence[Candidate], index: Index, embedder: Embedder
) -> list[Sentence]:
    """The sentences for a follow-up: those of the article that answered the question before come first among equals."""
    articles = {article.id: article for article in index.articles}
    rarity = index.lexical.rarity
    earlier = score_sentences(before, retrieve(index, before.text, embedder=embedder, k=CANDIDATES), articles, rarity)
    if not earlier:
        return []
    home = earlier[0].article.id
    at_home = retrieve(index, asked.text, embedder=embedder, k=CANDIDATES, only=[home])
    candidates = [*at_home, *(c for c in nearest if c.hit.passage.article_id != home)]
    scored = score_sentences(asked, candidates, articles, rarity)
    lifted = [replace(s, score=s.score + CONTEXT_BONUS) if s.article.id == home else s for s in scored]
    return sorted(lifted, key=lambda s: (-s.score, s.article.id, s.span))


def _by_year(asked: Question) -> list[Question]:
    """A question about two years or more as one question a year: "ai năm 2015, ai năm 2020?" → 2015, 2020."""
    years = sorted({date.year for date in asked.dates if date.year})
    if len(years) < 2:
        return [asked]
    return [replace(asked, dates=tuple(d for d in asked.dates if d.year in (None, year))) for year in years]


def _best_of_year(part: Question, search: Search, articles: Mapping[str, Article], index: Index) -> Sentence | None:
    """The best sentence in an article published in the year that the part asks about."""
    years = {date.year for date in part.dates}
    sentences = score_sentences(part, search(part.text), articles, index.lexical.rarity)
    return next((s for s in sentences if (p := s.article.metadata.published) and p.year in years), None)


def _quoting(asked: Question, best: Sentence, sentences: Sequence[Sentence], index: Index) -> Statement:
    limit = LIST_ANSWER if asked.kind == "list" else SHORT_ANSWER
    span = quote_span(asked, best.article, best.span, index.lexical.rarity, max_characters=limit)
    same = tuple(Quotation(other.article, other.span) for other in same_fact(best, sentences))
    cut = (span.start > best.span.start, span.end < best.span.end)
    return Statement(Quotation(best.article, span), same=same, cut=cut)


def _scores(best: Sentence) -> Mapping[str, float]:
    names = ("score", "cosine", "passage_score", "lexical", "coverage", "context", "evidence", "met", "all_met")
    return {name: float(getattr(best, name)) for name in names}
