"""An open index as an answerer sees it: search it, score its sentences, look its articles up.

Knows nothing of questions about articles, of follow-ups or of what is answered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.clauses import quote_span
from rag.embed import Embedder
from rag.index import Index
from rag.question import Question
from rag.retrieve import Candidate, retrieve
from rag.select import Sentence, score_sentences, share_held
from rag.types import Article, Span

CANDIDATES = 10  # passages whose sentences are scored


@dataclass(frozen=True, slots=True)
class Corpus:
    """One generation of an index, with the model that asks it."""

    index: Index
    embedder: Embedder

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles by id, in the order of their ids."""
        return self.index.articles_by_id

    def search(self, text: str, *, k: int = CANDIDATES, only: Collection[str] | None = None) -> list[Candidate]:
        """The passages nearest to a text, best first; `only` those of some articles."""
        return retrieve(self.index, text, embedder=self.embedder, k=k, only=only)

    def score(self, question: Question, candidates: Iterable[Candidate]) -> list[Sentence]:
        """The sentences of the candidates as answers to the question, best first."""
        return score_sentences(question, list(candidates), self.articles, self.index.lexical)

    def best(self, question: Question) -> list[Sentence]:
        """The sentences that answer the question best, of all articles."""
        return self.score(question, self.search(question.text))

    def share(self, question: Question, text: str, content: Sequence[str] | None = None) -> float:
        """The share, by rarity, of the question's content (or of some other) that a text has, 0 to 1."""
        return share_held(question, text, self.index.lexical, content=content)

    def cut(self, question: Question, article: Article, span: Span, *, max_characters: int) -> Span:
        """The part of a sentence to quote."""
        return quote_span(question, article, span, self.index.lexical, max_characters=max_characters)
