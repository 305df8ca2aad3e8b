"""An open index as an answerer sees it: search it, score its sentences, look its articles up.

Knows nothing of questions about articles, of follow-ups or of what is answered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.abbreviations import written_out
from rag.clauses import quote_span
from rag.embed import Embedder
from rag.glossary import in_words_of
from rag.index import Index
from rag.passages import reading
from rag.question import Question, content_syllables, language_of
from rag.reader import Page, Reader, Reading
from rag.retrieve import Candidate, as_written, retrieve
from rag.select import Sentence, close_ones, decided, measured, most_promising, score_sentences, share_held
from rag.stores.exact import inner_products
from rag.told import without_told
from rag.types import Article, FloatVector, Passage, Span
from rag.wanted import Wanted

CANDIDATES = 10  # passages whose sentences are scored
PASSAGES_READ = 4  # of them: the best, by the reader, where there is one …
SURE_READING = 0.95  # … until one with the question's numbers is read as having the answer with this probability


@dataclass(frozen=True, slots=True)
class Corpus:
    """One generation of an index, or some of its articles, with the models that ask it, for the time of one answer."""

    index: Index
    embedder: Embedder
    reader: Reader | None = None
    only: frozenset[str] | None = None  # the ids of the articles that may answer; None: all of them
    _readings: dict[tuple[str, str, Span], Reading] = field(default_factory=dict, init=False, repr=False, compare=False)
    _articles: Mapping[str, Article] = field(init=False, repr=False, compare=False)

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles by id, in the order of their ids."""
        return self._articles

    def __post_init__(self) -> None:
        articles = self.index.articles_by_id
        if self.only is not None:
            articles = {article_id: article for article_id, article in articles.items() if article_id in self.only}
        object.__setattr__(self, "_articles", articles)

    def search(self, text: str, *, k: int = CANDIDATES, only: Collection[str] | None = None) -> list[Candidate]:
        """The passages nearest to a text, best first; `only` those of some articles."""
        if self.only is not None:
            only = self.only if only is None else self.only.intersection(only)
        found = retrieve(self.index, text, embedder=self.embedder, k=k, only=only)
        meaning = self.meaning(text, found)
        if meaning == as_written(text, self.index):
            return found
        return retrieve(self.index, text, embedder=self.embedder, k=k, only=only, meaning=meaning)

    def meaning(self, text: str, candidates: Sequence[Candidate]) -> str:
        """What the models are asked: diacritics put back, abbreviations and other words told as the passages do."""
        texts = self._texts(candidates)
        return in_words_of(texts, written_out(as_written(text, self.index), texts), language_of(text))

    def _texts(self, candidates: Sequence[Candidate]) -> list[str]:
        passages = (candidate.hit.passage for candidate in candidates)
        return [reading(self.articles[p.article_id], Span(p.start, p.end)) for p in passages]

    def score(
        self,
        question: Question,
        candidates: Iterable[Candidate],
        *,
        thorough: bool = False,
        reads: int = PASSAGES_READ,
    ) -> list[Sentence]:
        """The sentences of the candidates as answers to the question, best first.

        `reads`: how many passages the reader reads at most; only with the usual number it then compares sentences that
        are about as good. `thorough`: it reads on after a passage that surely has the answer, for others to be
        compared.
        """
        candidates = list(candidates)
        asked = _in_words_of(self._texts(candidates), question)
        meaning = self.meaning(question.text, candidates)
        sentences = measured(asked, candidates, self.articles, self.index.lexical)
        readings = self._read(meaning, asked, most_promising(sentences)[:reads], thorough=thorough)
        ranked = score_sentences(sentences, readings)
        if self.reader is None or reads != PASSAGES_READ:
            return ranked
        alone = [self._reading(meaning, s.article, s.span, self.reader).answerable for s in close_ones(ranked)]
        return decided(ranked, alone)

    def best(
        self,
        question: Question,
        *,
        only: Collection[str] | None = None,
        thorough: bool = False,
        reads: int = PASSAGES_READ,
    ) -> list[Sentence]:
        """The sentences that answer the question best, of all articles or of some; the rest as for `score`."""
        return self.score(question, self.search(question.text, only=only), thorough=thorough, reads=reads)

    def share(self, question: Question, text: str, content: Sequence[str] | None = None) -> float:
        """The share, by rarity, of the question's content (or of some other) that a text has, 0 to 1."""
        asked = question if content else _in_words_of([text], question)
        return share_held(asked, text, self.index.lexical, content=content)

    def sentence_cosines(self, passage: Passage, vector: FloatVector) -> list[float]:
        """The cosine of each sentence of a passage of this index with a vector of length 1."""
        row = bisect_left(self.index.passages, _place(passage), key=_place)
        vectors = self.index.sentence_vectors.vectors(self.index.sentence_rows[row])
        return [float(cosine) for cosine in inner_products(vectors, vector)]

    def read(self, text: str, passage: Passage) -> Reading | None:
        """Where a passage tells what a text asks or claims, by the reader; None where there is none."""
        if self.reader is None:
            return None
        article, span = self.articles[passage.article_id], Span(passage.start, passage.end)
        return self._reading(in_words_of([reading(article, span)], text, language_of(text)), article, span, self.reader)

    def cut(
        self, question: Question, article: Article, span: Span, *, max_characters: int, answer: Span | None = None
    ) -> Span:
        """The part of a sentence to quote; with the place where the answer was found, if it was."""
        asked = _in_words_of([reading(article, span)], question)
        return quote_span(asked, article, span, self.index.lexical, max_characters=max_characters, answer=answer)

    def _read(
        self, meaning: str, question: Question, passages: Iterable[Passage], *, thorough: bool
    ) -> Mapping[Passage, Reading] | None:
        """The readings of passages in turn. What was read for the same question before is not read again."""
        if self.reader is None:
            return None
        wanted = Wanted.of(question, self.index.lexical)
        readings: dict[Passage, Reading] = {}
        for passage in passages:
            article, span = self.articles[passage.article_id], Span(passage.start, passage.end)
            readings[passage] = self._reading(meaning, article, span, self.reader)
            text = reading(article, span)
            if readings[passage].answerable >= SURE_READING and wanted.numbers_told(text) and not thorough:
                break
        return readings

    def _reading(self, question: str, article: Article, span: Span, reader: Reader) -> Reading:
        asked = without_told(question, article, span)
        key = asked, article.id, span
        if key not in self._readings:
            self._readings[key] = reader.read(
                asked, [Page(article.metadata.title, article.plain[span.start : span.end])]
            )[0]
        return self._readings[key]


def _in_words_of(texts: Collection[str], question: Question) -> Question:
    """The question with what it says in other words, or in another language, as the articles' texts say it."""
    text = in_words_of(texts, question.text, question.language)
    if text == question.text:
        return question
    return replace(question, text=text, content=content_syllables(text, question.language))


def _place(passage: Passage) -> tuple[str, int, int]:
    """What the passages of an index are in the order of."""
    return passage.article_id, passage.start, passage.end
