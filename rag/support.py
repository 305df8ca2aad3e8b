"""Decide whether passages support a sentence that a language model wrote, and by which of their sentences.

Each sentence of the passages is weighed: the share of the claim's words it holds, the share of its pairs of neighbours,
and the cosine of the two vectors; a logistic model of these (`data/support.yaml`, fitted by `training/support.py`) says
how probable it is that it tells the same. The likeliest that differs in no number, date, name or negation
(`rag.agreement`) is the support; a name or a date may stand in what precedes it, in the title or in the date line, and
that is cited, too. Knows no generator and no prompt.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import cast

import yaml

from rag.agreement import Difference, differences
from rag.cite import Quotation
from rag.corpus import Corpus
from rag.facts import Told, gives_orders, language_told, told
from rag.passages import reading
from rag.question import content_syllables, language_of
from rag.terms import fold, syllables
from rag.types import Article, FloatVector, Passage, Span
from rag.weights import Weights, weighed

LIKELIEST = 4  # sentences that are compared in full
ALONE = 0.6  # of the claim's words: with so many a text is of the claim's language, whatever it looks like
JOINED_GAIN = 0.12  # of the claim's words that a second sentence has to add, to be read together with the first
CLEARLY = 0.15  # of the claim's words or pairs
PRECEDING = 8  # sentences before, in which a name or a date may have been told


@dataclass(frozen=True, slots=True)
class Support:
    """What supports a claim, the sentence first, then what it leans on. Empty: nothing does, and `reason` says why."""

    quotations: tuple[Quotation, ...] = ()
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.quotations)


@dataclass(frozen=True, slots=True)
class Weighed:
    """How far a sentence (or two together) tells what a claim does: shares 0 to 1, cosine -1 to 1."""

    spans: tuple[Span, ...]
    words: float
    pairs: float
    cosine: float
    across: bool

    @property
    def measures(self) -> Mapping[str, float]:
        """The measures by name, each about 0 to 1."""
        cosine = (self.cosine - 0.75) * 5  # the cosines of e5 live between 0.75 and 0.95
        return {"cosine": cosine} if self.across else {"words": self.words, "pairs": self.pairs, "cosine": cosine}

    def tells_more_than(self, other: Weighed) -> bool:
        """Whether another tells clearly less of the claim: where this one differs, that is no better witness."""
        return self.words > other.words + CLEARLY or self.pairs > other.pairs + CLEARLY

    @property
    def probability(self) -> float:
        """That it tells the same, by what was fitted."""
        logit = weighed(self.measures, _tables()["across" if self.across else "within"])
        return 1 / (1 + math.exp(-max(min(logit, 30.0), -30.0)))


def support(claim: str, passages: Sequence[Passage], corpus: Corpus) -> Support:
    """What of the passages supports a claim, a sentence without marks. Several sentences are never mixed at will."""
    if not any(c.isalnum() for c in claim):
        return Support(reason="it says nothing")
    language = language_told(claim)
    vector = corpus.embedder.embed_passages([claim])[0]
    found = [(passage, each) for passage in passages for each in weigh(claim, language, vector, passage, corpus)]
    found.sort(key=lambda pair: (-pair[1].probability, pair[0].article_id, pair[1].spans))
    reason = "no passage tells it"
    for passage, each in found[:LIKELIEST]:
        if each.probability < least(across=each.across) or found[0][1].tells_more_than(each):
            break
        read = told(claim, language)
        article = corpus.articles[passage.article_id]
        quotations, difference = _agreeing(read, article, passage, each)
        if difference is None:
            return Support(quotations)
        reason = difference.reason if reason == "no passage tells it" else reason
    return Support(reason=reason)


def least(*, across: bool) -> float:
    """The probability from which on a sentence may be a claim's support."""
    return _tables()["least"]["across" if across else "within"]


def weigh(claim: str, language: str, vector: FloatVector, passage: Passage, corpus: Corpus) -> Iterator[Weighed]:
    """Each sentence of a passage, and each two neighbours that hold more of the claim than either."""
    article = corpus.articles[passage.article_id]
    cosines = corpus.sentence_cosines(passage, vector)
    content = _content(claim, language, corpus)
    texts = [reading(article, span) for span in passage.sentences]
    shares = [_shares(content, text) for text in texts]
    for span, text, (words, pairs), cosine in zip(passage.sentences, texts, shares, cosines, strict=True):
        if text and not gives_orders(text):
            yield Weighed((span,), words, pairs, cosine, _across(text, language, words))
    for (one, two), (a, b) in zip(pairwise(range(len(texts))), pairwise(texts), strict=True):
        words, pairs = _shares(content, f"{a}\n{b}")
        if words >= max(shares[one][0], shares[two][0]) + JOINED_GAIN and not gives_orders(f"{a}\n{b}"):
            spans = (passage.sentences[one], passage.sentences[two])
            yield Weighed(spans, words, pairs, max(cosines[one], cosines[two]), _across(f"{a} {b}", language, words))


def _across(text: str, language: str, words: float) -> bool:
    return words < ALONE and _language(text) != language


def _agreeing(
    claim: Told, article: Article, passage: Passage, weighed: Weighed
) -> tuple[tuple[Quotation, ...], Difference | None]:
    """The quotations that prove the claim, or the first difference from them that nothing before explains."""
    published = article.metadata.published
    texts = [reading(article, span) for span in weighed.spans]
    read = [told(text, _language(text), published) for text in texts]
    quotations = [Quotation(article, span) for span in weighed.spans]
    found = list(differences(claim, read, across=weighed.across))
    if not found:
        return tuple(quotations), None
    for difference in found:
        if difference.missing is None or difference.missing.kind == "number":
            return (), difference
    for span in _context(article, passage, weighed.spans[0]):
        text = " ".join(article.text[span.start : span.end].split())
        more = [*read, told(text, _language(text), published)]
        fewer = [d for d in differences(claim, more, across=weighed.across) if d.missing]
        if len(fewer) < len(found):
            found, read = fewer, more
            quotations.append(Quotation(article, span))
        if not found:
            rest = next(differences(claim, read, across=weighed.across), None)
            return (tuple(quotations), None) if rest is None else ((), rest)
    return (), found[0]


def _context(article: Article, passage: Passage, before: Span) -> Iterator[Span]:
    """Where a name or a date may have been told: the sentences before, the nearest first; the title; the date line."""
    preceding = [span for span in passage.sentences if span.end <= before.start]
    yield from (span for span in preceding[: -PRECEDING - 1 : -1] if not gives_orders(reading(article, span)))
    metadata = article.metadata
    yield from (span for span in (metadata.title_span, metadata.published_span, metadata.author_span) if span)


_Content = tuple[Mapping[str, float], Mapping[tuple[str, str], float]]  # words and pairs, weighed by rarity


def _content(claim: str, language: str, corpus: Corpus) -> _Content:
    kept = set(content_syllables(claim, language))
    plain = [(fold(s), s in kept) for s in syllables(claim)]
    rarity = corpus.index.lexical.rarity
    words = {word: rarity(word) for word, content in plain if content}
    return words, {(a, b): rarity(a) + rarity(b) for (a, _), (b, _) in pairwise(plain)}


def _shares(content: _Content, text: str) -> tuple[float, float]:
    """The shares of the claim's words and of its pairs of neighbours that a text has."""
    single, double = _terms(text)
    words, pairs = content
    held = (
        sum(weight for word, weight in words.items() if word in single),
        sum(weight for pair, weight in pairs.items() if pair in double),
    )
    totals = sum(words.values()), sum(pairs.values())
    return (held[0] / totals[0] if totals[0] else 0.0, held[1] / totals[1] if totals[1] else 0.0)


_language = lru_cache(maxsize=4096)(language_of)


@lru_cache(maxsize=4096)
def _terms(text: str) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    plain = [fold(s) for s in syllables(text)]
    return frozenset(plain), frozenset(pairwise(plain))


@cache
def _tables() -> Mapping[str, Weights]:
    text = resources.files("rag").joinpath("data/support.yaml").read_text(encoding="utf-8")
    return cast(Mapping[str, Weights], yaml.safe_load(text))
