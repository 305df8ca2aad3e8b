"""Decide whether passages support a sentence that a language model wrote, and by which of their sentences.

Each sentence of the passages is weighed: the share of the claim's words it holds, the share of its pairs of neighbours,
and the cosine of the two vectors; a logistic model of these (`data/support.yaml`, fitted by `training/support.py`) says
how probable it is that it tells the same. The likeliest that differs in no number, date, name or negation
(`rag.agreement`) is the support; a name or a date may stand in what precedes it, in the title or in the date line, and
that is cited, too. A claim in another language than the passages', which no words tie to them, is also read for by the
reader, as a question would be. Knows no generator and no prompt.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import cast

from rag.agreement import Difference, differences, share_met
from rag.cite import Quotation
from rag.corpus import Corpus
from rag.evidence import persons_in
from rag.facts import Told, gives_orders, language_told, told
from rag.passages import reading
from rag.question import content_syllables, language_of
from rag.tables import read_values
from rag.terms import flat, fold, syllables
from rag.types import Article, FloatVector, Passage, Span
from rag.weights import Weights, weighed

UNTOLD = "no passage tells it"
LEAST_WORDS = 3  # of content, of a sentence that has no number, date or name
LIKELIEST = 4  # sentences that are compared in full
ALONE = 0.6  # of the claim's words: with so many a text is of the claim's language, whatever it looks like
JOINED_GAIN = 0.12  # of the claim's words that a second sentence has to add, to be read together with the first
CLEARLY = 0.15  # of the claim's words or pairs
SURELY_READ = 0.5  # the probability with which the reader finds in a sentence what a claim of another language tells
WHO = {"vi": "ai", "fr": "qui", "zh": "谁", "de": "wer", "es": "quién"}  # asks for a name, by language; else "who"
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
    above: float  # the cosine, over the mean of its passage
    met: float | None  # the share of the claim's numbers, dates and names, where the languages differ; None: of none
    across: bool

    @property
    def measures(self) -> Mapping[str, float]:
        """The measures by name, each about 0 to 1."""
        cosine = (self.cosine - 0.75) * 5  # the cosines of e5 live between 0.75 and 0.95
        if self.across:
            return {"cosine": cosine, "above": self.above * 10, "met": self.met or 0.0, "bare": float(self.met is None)}
        return {"words": self.words, "pairs": self.pairs, "cosine": cosine}

    def tells_more_than(self, other: Weighed) -> bool:
        """Whether another tells clearly less of the claim: where this one differs, that is no better witness."""
        return self.words > other.words + CLEARLY or self.pairs > other.pairs + CLEARLY

    @property
    def probability(self) -> float:
        """That it tells the same, by what was fitted."""
        logit = weighed(self.measures, _tables()["across" if self.across else "within"])
        return 1 / (1 + math.exp(-max(min(logit, 30.0), -30.0)))


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence to be supported: its vector, and its words and pairs of neighbours, weighed by their rarity."""

    told: Told
    vector: FloatVector
    words: Mapping[str, float]
    pairs: Mapping[tuple[str, str], float]

    @staticmethod
    def of(text: str, corpus: Corpus) -> Claim:
        """Read a sentence without marks."""
        language = language_told(text)
        kept = set(content_syllables(text, language))
        plain = [(fold(s), s in kept) for s in syllables(text)]
        rarity = corpus.index.lexical.rarity
        words = {word: rarity(word) for word, content in plain if content}
        pairs = {(a, b): rarity(a) + rarity(b) for (a, _), (b, _) in pairwise(plain)}
        return Claim(told(text, language), corpus.embedder.embed_passages([text])[0], words, pairs)

    @property
    def says_something(self) -> bool:
        """Whether there is anything in it to be supported: "Xem ở đây" is said of nothing."""
        return not gives_orders(self.told.text) and (len(self.words) >= LEAST_WORDS or bool(self.told.facts))

    def shares(self, text: str) -> tuple[float, float]:
        """The shares of its words and of its pairs that a text has."""
        single, double = _terms(text)
        return _share(self.words, single), _share(self.pairs, double)


def support(claim: Claim, passages: Sequence[Passage], corpus: Corpus) -> Support:
    """What of the passages supports a claim. Two of their sentences are read together only as neighbours."""
    if not claim.says_something:
        return Support(reason="it says nothing that could be supported")
    found = [(passage, each) for passage in passages for each in weigh(claim, passage, corpus)]
    found.sort(key=lambda pair: (-pair[1].probability, pair[0].article_id, pair[1].spans))
    reasons = []
    for passage, each in found[:LIKELIEST]:
        if each.probability < least(across=each.across) or found[0][1].tells_more_than(each):
            break
        quotations, difference = _agreeing(claim.told, corpus.articles[passage.article_id], passage, each)
        difference = difference or (_somebody_else(claim.told, passage, corpus) if each.across else None)
        if difference is None:
            return Support(quotations)
        reasons.append(difference.reason)
    if found and found[0][1].across:
        read = _read_for(claim, passages, corpus)
        if read or not reasons:
            return read
    return Support(reason=reasons[0] if reasons else UNTOLD)


def _read_for(claim: Claim, passages: Sequence[Passage], corpus: Corpus) -> Support:
    """The first sentence of a passage of another language in which the reader finds what a claim tells."""
    reason = UNTOLD
    for passage in passages:
        told_there = corpus.read(claim.told.text, passage)
        if told_there is None:
            break
        for each in weigh(claim, passage, corpus):
            span = each.spans[0]
            here = Span(span.start - passage.start, span.end - passage.start)
            if len(each.spans) > 1 or not each.across or told_there.within(here) < SURELY_READ:
                continue
            quotations, difference = _agreeing(claim.told, corpus.articles[passage.article_id], passage, each)
            difference = difference or _somebody_else(claim.told, passage, corpus)
            if difference is None:
                return Support(quotations)
            reason = difference.reason if reason == UNTOLD else reason
    return Support(reason=reason)


def _somebody_else(claim: Told, passage: Passage, corpus: Corpus) -> Difference | None:
    """A person of whom a passage of another language tells it not, but of somebody else.

    Each name is asked for, and the reader answers (as in QAGS: Wang, Cho and Lewis 2020, arXiv:2004.04228).
    """
    article = corpus.articles[passage.article_id]
    for name in persons_in(claim.text):
        asked = f"{claim.text[: name.start]}{WHO.get(claim.language, 'who')}{claim.text[name.end :].rstrip(' .。')}?"
        found = corpus.read(asked, passage)
        if found is None or not found.spans or found.spans[0][1] < SURELY_READ:
            continue
        (start, end), _ = found.spans[0]
        answer = article.plain[passage.start + start : passage.start + end]
        others = [flat(answer[other.start : other.end]) for other in persons_in(answer)]
        if others and flat(claim.text[name.start : name.end]) not in " ".join(others):
            return Difference(f"the quote tells it of {answer!r}")
    return None


def least(*, across: bool) -> float:
    """The probability from which on a sentence may be a claim's support."""
    return _tables()["least"]["across" if across else "within"]


def weigh(claim: Claim, passage: Passage, corpus: Corpus) -> Iterator[Weighed]:
    """Each sentence of a passage, and each two neighbours that hold more of the claim than either."""
    article = corpus.articles[passage.article_id]
    cosines = corpus.sentence_cosines(passage, claim.vector)
    mean = sum(cosines) / len(cosines)
    texts = [reading(article, span) for span in passage.sentences]
    shares = [claim.shares(text) for text in texts]

    def weighed(places: Sequence[int], words: float, pairs: float) -> Weighed:
        text = " ".join(texts[i] for i in places)
        across = words < ALONE and _language(text) != claim.told.language
        cosine = max(cosines[i] for i in places)
        met = share_met(claim.told, told(text, _language(text), article.metadata.published)) if across else None
        spans = tuple(passage.sentences[i] for i in places)
        return Weighed(spans, words, pairs, cosine, cosine - mean, met, across)

    orders = [gives_orders(text) for text in texts]  # and what follows one may belong to it
    tells = [bool(text) and not any(orders[max(0, i - 1) : i + 1]) for i, text in enumerate(texts)]
    for i, (words, pairs) in enumerate(shares):
        if tells[i]:
            yield weighed([i], words, pairs)
    for i, k in pairwise(range(len(texts))):
        words, pairs = claim.shares(f"{texts[i]}\n{texts[k]}")
        if tells[i] and tells[k] and words >= max(shares[i][0], shares[k][0]) + JOINED_GAIN:
            yield weighed([i, k], words, pairs)


def _agreeing(
    claim: Told, article: Article, passage: Passage, weighed: Weighed
) -> tuple[tuple[Quotation, ...], Difference | None]:
    """The quotations that prove the claim, or the first difference from them that nothing before explains."""
    published = article.metadata.published
    texts = [reading(article, span) for span in weighed.spans]
    read = [told(text, _language(text), published) for text in texts]
    quotations = [Quotation(article, span) for span in weighed.spans]
    found = list(differences(claim, read, across=weighed.across))
    if not found and any(_has_figures(claim, text, weighed.across) for text in read):
        return tuple(quotations), None
    if not found:  # each of two sentences has a figure of its own: put together they may tell what neither does
        return (), Difference("its numbers and dates are of two sentences")
    for difference in found:
        if difference.missing is None or difference.missing.kind == "number":
            return (), difference
    for span in _context(article, passage, weighed.spans[0]):
        if span == article.metadata.title_span and all(d.missing and d.missing.kind == "date" for d in found):
            continue  # a year in a title is what is told of, not when
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


def _has_figures(claim: Told, text: Told, across: bool) -> bool:
    """Whether all numbers and dates of a claim stand in one sentence."""
    missing = (found.missing for found in differences(claim, [text], across=across))
    return not any(fact is not None and fact.kind != "name" for fact in missing)


def _context(article: Article, passage: Passage, before: Span) -> Iterator[Span]:
    """Where a name or a date may have been told: the sentences before, the nearest first; the title; the date line."""
    preceding = [span for span in passage.sentences if span.end <= before.start]
    yield from (span for span in preceding[: -PRECEDING - 1 : -1] if not gives_orders(reading(article, span)))
    metadata = article.metadata
    yield from (span for span in (metadata.title_span, metadata.published_span, metadata.author_span) if span)


def _share(weights: Mapping[str, float] | Mapping[tuple[str, str], float], held: Collection[object]) -> float:
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in held) / total if total else 0.0


_language = lru_cache(maxsize=4096)(language_of)


@lru_cache(maxsize=4096)
def _terms(text: str) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    plain = [fold(s) for s in syllables(text)]
    return frozenset(plain), frozenset(pairwise(plain))


@cache
def _tables() -> Mapping[str, Weights]:
    return cast(Mapping[str, Weights], read_values("support"))
