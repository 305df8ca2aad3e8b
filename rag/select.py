"""Choose the sentences that answer a question, and judge how well the best of them does.

Every sentence of the retrieved passages is scored by what can be inspected: the cosine of its vector with the
question's, the share of the question's words (weighted by their rarity) that it holds, whether it has the kind of thing
asked for (a date, a number, a name), and whether the question's own numbers, dates and names are met by it or by its
article. Knows nothing of how passages were found, nor of how an answer is written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.dates import find_dates
from rag.question import Question, numbers_of
from rag.retrieve import Candidate
from rag.terms import fold, has_diacritics, syllables
from rag.types import Article, Span

Rarity = Callable[[str], float]  # the inverse document frequency of a syllable in the collection

# Weights of the sentence score; chosen on the training articles of XQuAD and the development questions.
PASSAGE_WEIGHT = 0.5
COVERAGE_WEIGHT = 0.30
EVIDENCE_WEIGHT = 0.06
UNMET_WEIGHT = 0.10
SAME_FACT_LIKENESS = 0.6  # Jaccard likeness of folded syllables

_CLAUSE_END = re.compile(r"[;:,.…!?]+[”\"»’')\]]*(?=\s)|\s[-–—](?=\s)|[。;,:、]|(?=\()|(?<=\))(?=\s)")
_QUOTATION = re.compile(r"[“«\"][^“”«»\"]{2,220}[”»\"]")
_NAME = re.compile(r"[^\W\d_a-zà-ỹ][\w’'`]*(?:[ \u00a0]+[^\W\d_a-zà-ỹ][\w’'`]*)+")
_NUMBER_WORDS = frozenset(
    "một hai ba bốn năm sáu bảy tám chín mười trăm nghìn triệu tỷ one two three four five six seven eight nine ten "
    "hundred thousand million billion un une deux trois quatre cinq six sept huit neuf dix cent mille".split()
)
_ROMAN = re.compile("[IVXLC]+")
_AMOUNT = re.compile(r"(?:bao nhi[êe]?u|mấy|may|how many|how much|combien de|combien d['’])\s*((?:\w+[ \u00a0]?){1,3})", re.I)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that may answer. All of the measures are 0 to 1, and higher is better."""

    article: Article
    span: Span
    rank: int  # of its passage, from 1
    score: float
    cosine: float
    passage_score: float
    lexical: float
    coverage: float  # of the question's words, by the sentence
    context: float  # of the question's words, by the sentence, its passage and its article's title
    evidence: float  # the kind of thing asked for is there
    met: float  # the share of the question's numbers, dates and names that the sentence or its article meets


def score_sentences(
    question: Question, candidates: Sequence[Candidate], articles: Mapping[str, Article], rarity: Rarity
) -> list[Sentence]:
    """Every sentence of the candidates, best first; ties by place. A sentence of two passages counts once."""
    wanted = _Wanted.of(question, rarity)
    best: dict[tuple[str, Span], Sentence] = {}
    for candidate in candidates:
        passage = candidate.hit.passage
        article = articles[passage.article_id]
        title = article.metadata.title
        around = wanted.held_by(title + " " + article.plain[passage.start : passage.end])
        for span, cosine in zip(passage.sentences, candidate.sentences, strict=True):
            text = article.plain[span.start : span.end]
            held = wanted.held_by(text)
            evidence = evidence_of(question, text)
            met = wanted.met_by(text, article)
            coverage = wanted.share(held)
            score = (
                cosine
                + PASSAGE_WEIGHT * candidate.hit.score
                + COVERAGE_WEIGHT * coverage
                + EVIDENCE_WEIGHT * evidence
                - UNMET_WEIGHT * (1 - met)
            )
            sentence = Sentence(
                article=article,
                span=span,
                rank=candidate.hit.rank,
                score=score,
                cosine=cosine,
                passage_score=candidate.hit.score,
                lexical=candidate.lexical,
                coverage=coverage,
                context=wanted.share([max(a, b) for a, b in zip(held, around, strict=True)]),
                evidence=evidence,
                met=met,
            )
            key = (article.id, span)
            if key not in best or sentence.score > best[key].score:
                best[key] = sentence
    return sorted(best.values(), key=lambda s: (-s.score, s.article.id, s.span))


def same_fact(best: Sentence, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Sentences of other articles that say what the best one says: at most one an article, in the order given.

    Nearly the same words, and the very same numbers: "15 biên chế" and "16 biên chế" are no one fact.
    """
    text = best.article.plain[best.span.start : best.span.end]
    found: dict[str, Sentence] = {}
    for other in sentences:
        if other.article.id == best.article.id or other.article.id in found:
            continue
        words = other.article.plain[other.span.start : other.span.end]
        if set(numbers_of(words)) == set(numbers_of(text)) and _likeness(text, words) >= SAME_FACT_LIKENESS:
            found[other.article.id] = other
    return list(found.values())


def _likeness(one: str, other: str) -> float:
    a, b = _syllable_sets(one)[1], _syllable_sets(other)[1]
    return len(a & b) / len(a | b) if a and b else 0.0


def evidence_of(question: Question, text: str) -> float:
    """How surely a text has the kind of thing asked for: 1 it has, 0 it has not, 0.5 where the kind can't be told.

    ("Có bao nhiêu biên chế?", "có 15 biên chế") → 1.0; ("… bao nhiêu tỷ đồng?", "có 15 biên chế") → 0.0
    """
    if question.kind == "date":
        dates = find_dates(text)
        wanted_year_only = re.search(r"năm nào|nam nao|what year|which year|quelle année|哪年|哪一年", question.text, re.I)
        if any(d.day for d in dates):
            return 1.0
        return 1.0 if wanted_year_only and dates else 0.3 if dates else 0.0
    if question.kind == "number":
        return _amount_evidence(question, text)
    if question.kind == "person":
        return 1.0 if _NAME.search(text) else 0.0
    return 0.5


def quote_span(question: Question, sentence: Sentence, rarity: Rarity, *, max_characters: int) -> Span:
    """`quote_span_of` for a scored sentence."""
    return quote_span_of(question, sentence.article, sentence.span, rarity, max_characters=max_characters)


def quote_span_of(question: Question, article: Article, span: Span, rarity: Rarity, *, max_characters: int) -> Span:
    """The part of a sentence to quote: all of it where it is short enough, else the run of clauses that answers best."""
    text = article.plain[span.start : span.end]
    if len(text) <= max_characters:
        return span
    wanted = _Wanted.of(question, rarity)
    cuts = _clause_cuts(text, max_characters)
    best_value, best_run = -math.inf, (0, cuts[1])
    for i in range(len(cuts) - 1):
        for j in range(i + 1, len(cuts)):
            length = cuts[j] - cuts[i]
            if length > max_characters and j > i + 1:
                break
            clause = text[cuts[i] : cuts[j]]
            value = (
                wanted.share(wanted.held_by(clause))
                + 0.5 * wanted.numbers_share(clause)
                + 0.35 * evidence_of(question, clause)
                + 0.10 * min(length / max_characters, 1.0)
            )
            if value > best_value + 1e-9:
                best_value, best_run = value, (cuts[i], cuts[j])
    start, end = best_run
    end = min(end, start + max_characters)
    while start < end and (text[start].isspace() or text[start] in ",;:-–—.…"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;:-–—"):
        end -= 1
    return Span(span.start + start, span.start + end)


def share_held(question: Question, text: str, rarity: Rarity, *, terms: Sequence[str] | None = None) -> float:
    """The share, by rarity, of the question's content (or of some terms) that a text has."""
    wanted = _Wanted.of(question, rarity, terms)
    return wanted.share(wanted.held_by(text))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a question asks to be met, ready to compare with many texts."""

    question: Question
    terms: tuple[str, ...]
    weights: tuple[float, ...]

    @staticmethod
    def of(question: Question, rarity: Rarity, terms: Sequence[str] | None = None) -> _Wanted:
        chosen = tuple(question.content if terms is None else terms)
        return _Wanted(question, chosen, tuple(rarity(term) for term in chosen))

    def held_by(self, text: str) -> list[float]:
        """For each term 1 when the text has it as typed, 0.8 when only without diacritics, else 0."""
        exact, folded = _syllable_sets(text)
        if self.question.typed_plain:
            return [1.0 if term in folded else 0.0 for term in self.terms]
        return [1.0 if t in exact else 0.8 if fold(t) in folded else 0.0 for t in self.terms]

    def share(self, held: Sequence[float]) -> float:
        total = sum(self.weights)
        return sum(w * h for w, h in zip(self.weights, held, strict=True)) / total if total else 0.0

    def numbers_share(self, text: str) -> float:
        wanted = set(self.question.numbers)
        return len(wanted & set(numbers_of(text))) / len(wanted) if wanted else 0.0

    def met_by(self, text: str, article: Article) -> float:
        """The share of the question's numbers, dates and names met; one met by the article only counts four fifths."""
        checks = [*self._number_checks(text, article), *self._date_checks(text, article), *self._names(text, article)]
        return sum(checks) / len(checks) if checks else 1.0

    def _number_checks(self, text: str, article: Article) -> Iterable[float]:
        here, there = set(numbers_of(text)), _article_numbers(article.id, article.plain)
        for number in self.question.numbers:
            yield 1.0 if number in here else 0.5 if number in there else 0.0

    def _date_checks(self, text: str, article: Article) -> Iterable[float]:
        published = article.metadata.published
        for wanted in self.question.dates:
            parts = (wanted.day, wanted.month, wanted.year)
            known = [(d.day, d.month, d.year) for d in find_dates(text)]
            elsewhere = _article_dates(article.id, article.plain)
            if published:
                elsewhere = [*elsewhere, (published.day, published.month, published.year)]
            if any(_agrees(parts, other) for other in known):
                yield 1.0
            else:
                yield 0.8 if any(_agrees(parts, other) for other in elsewhere) else 0.0

    def _names(self, text: str, article: Article) -> Iterable[float]:
        here, there = flat(text), flat(article.metadata.title + " " + article.plain)
        for name in (*self.question.names, *self.question.quoted):
            if self.question.language != "vi" and not has_diacritics(name):
                continue  # a name in another language is not found letter by letter
            flat = flat(name)
            yield 1.0 if flat in here else 0.8 if flat in there else 0.0


def _agrees(wanted: tuple[int | None, ...], other: tuple[int | None, ...]) -> bool:
    """Whether two dates agree in every part that the wanted one gives."""
    return all(w is None or w == o for w, o in zip(wanted, other, strict=True))


def _amount_evidence(question: Question, text: str) -> float:
    rest = text
    for date in reversed(find_dates(text)):
        rest = rest[: date.start] + " " * (date.end - date.start) + rest[date.end :]
    if question.units and not any(fold(unit) in fold(rest) for unit in question.units):
        return 0.0
    amount = _AMOUNT.search(question.text)
    noun = fold(amount.group(1)).split()[:1] if amount else []
    words = re.findall(r"[\w.,]+", rest)
    numbers = [i for i, w in enumerate(words) if w[0].isdigit() or w.casefold() in _NUMBER_WORDS or _ROMAN.fullmatch(w)]
    if not numbers:
        return 0.0
    if not noun or question.language not in ("vi", "en", "fr"):
        return 1.0
    near = any(noun[0] in (fold(w) for w in words[i + 1 : i + 4]) for i in numbers)
    return 1.0 if near else 0.4


def _clause_cuts(text: str, max_characters: int) -> list[int]:
    """Places where clauses begin and end, first 0 and last len(text); none inside a quotation that fits."""
    closed = [m.span() for m in _QUOTATION.finditer(text) if m.end() - m.start() <= max_characters]
    inner = (m.end() for m in _CLAUSE_END.finditer(text))
    cuts = sorted({c for c in inner if not any(a < c < b for a, b in closed)} | {0, len(text)})
    return cuts


@lru_cache(maxsize=4096)
def _syllable_sets(text: str) -> tuple[frozenset[str], frozenset[str]]:
    exact = frozenset(syllables(text))
    return exact, frozenset(fold(s) for s in exact)


@lru_cache(maxsize=512)
def _article_numbers(_article_id: str, plain: str) -> frozenset[str]:
    return frozenset(numbers_of(plain))


@lru_cache(maxsize=512)
def _article_dates(_article_id: str, plain: str) -> list[tuple[int | None, int | None, int | None]]:
    return [(d.day, d.month, d.year) for d in find_dates(plain)]


@lru_cache(maxsize=4096)
def flat(text: str) -> str:
    """For finding words in words: folded, apostrophes alike, runs of anything but letters and digits as one blank."""
    return " " + " ".join(re.findall(r"\w+", fold(text.replace("’", "'").replace("`", "'")).replace("'", ""))) + " "
