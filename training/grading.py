"""How a reader is graded, the passage given: SQuAD's exact match and F1, its sentence, and answerable told from not."""

from __future__ import annotations

import random
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.reader import Reading
from rag.sentences import split_sentences
from rag.terms import UNSPACED
from rag.types import Span
from training.corpora import Paragraph
from training.examples import Examples
from training.phrasing import near_miss

Given = tuple[str, str, str]  # question, title, passage
ReadAll = Callable[[Sequence[Given]], list[Reading]]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_UNSPACED = re.compile(f"([{UNSPACED}])")
_PUNCTUATION = set(string.punctuation)


@dataclass(frozen=True, slots=True)
class Grade:
    """Means over the questions of one setting, 0 to 1."""

    questions: int
    f1: float
    exact: float
    sentence: float  # the best span starts in the sentence where the gold answer stands
    same_article: float  # area under the curve: the right paragraph against another of the article
    near_misses: float  # the same: the question as it is against one with another number or name


def grade(read: ReadAll, paragraphs: Sequence[Paragraph], asked_in: str, told_in: str) -> Grade:
    """Grade on questions in one language of paragraphs in another; the paragraphs are whole."""
    rng = random.Random(0)
    right: list[Given] = []
    golds: list[Span] = []
    siblings: list[Given] = []
    missed: list[tuple[int, Given]] = []
    for i, paragraph in enumerate(paragraphs):
        text = paragraph.texts[told_in]
        others = [p.texts[told_in] for p in paragraphs if p.article == paragraph.article and p is not paragraph]
        for j, asked in enumerate(paragraph.asked):
            question = asked.questions[asked_in]
            changed = near_miss(rng, question, text, paragraphs[(i * 7 + 3) % len(paragraphs)].texts[asked_in])
            if changed is not None:
                missed.append((len(right), (changed, paragraph.title, text)))
            right.append((question, paragraph.title, text))
            golds.append(asked.answers[told_in])
            siblings.append((question, paragraph.title, others[j % len(others)]))
    readings = read(right)
    places = [_place(reading) for reading in readings]
    told = [passage[slice(*place)] for (*_, passage), place in zip(right, places, strict=True)]
    gold_texts = [passage[slice(*gold)] for (*_, passage), gold in zip(right, golds, strict=True)]
    sentences = [
        _overlap(sentence_at(passage, place), gold)
        for (*_, passage), place, gold in zip(right, places, golds, strict=True)
    ]
    sure = [reading.answerable for reading in readings]
    return Grade(
        questions=len(right),
        f1=_mean(map(f1, told, gold_texts)),
        exact=_mean(map(exact, told, gold_texts)),
        sentence=_mean(sentences),
        same_article=area_under_curve(sure, [r.answerable for r in read(siblings)]),
        near_misses=area_under_curve(
            [sure[i] for i, _ in missed], [r.answerable for r in read([question for _, question in missed])]
        ),
    )


def grade_stories(read: ReadAll, stories: Sequence[Paragraph]) -> tuple[float, float]:
    """On stories, a passage of each for each question: F1 of those answered, and the area under the curve."""
    examples = Examples(stories, {}).epoch(0)
    readings = read([(e.question, e.title, e.passage) for e in examples])
    answered = [(e, r) for e, r in zip(examples, readings, strict=True) if e.answer]
    scores = [
        f1(e.passage[_place(r).start : _place(r).end], e.passage[e.answer.start : e.answer.end])
        for e, r in answered
        if e.answer
    ]
    not_answered = [r.answerable for e, r in zip(examples, readings, strict=True) if not e.answer]
    return _mean(scores), area_under_curve([r.answerable for _, r in answered], not_answered)


def sentence_at(passage: str, place: Span) -> Span:
    """The sentence of a passage that a span starts in."""
    return next((s for s in split_sentences(passage) if s.start <= place.start < s.end), Span(0, 0))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _place(reading: Reading) -> Span:
    return reading.spans[0].span if reading.spans else Span(0, 0)


def words_of(text: str) -> list[str]:
    """Words as SQuAD's official script compares them (Rajpurkar et al. 2016, arXiv:1606.05250): lower case, without
    punctuation and English articles; characters of scripts without blanks count as words each (as MLQA's does)."""
    lowered = unicodedata.normalize("NFC", text).lower()
    bare = "".join(" " if c.isspace() else "" if c in _PUNCTUATION else c for c in lowered)
    return _UNSPACED.sub(r" \1 ", _ARTICLES.sub(" ", bare)).split()


def exact(predicted: str, gold: str) -> float:
    """1 when both have the same words in the same order."""
    return float(words_of(predicted) == words_of(gold))


def f1(predicted: str, gold: str) -> float:
    """The harmonic mean of precision and recall of words."""
    one, other = words_of(predicted), words_of(gold)
    shared = sum((Counter(one) & Counter(other)).values())
    if not shared:
        return float(one == other)
    precision, recall = shared / len(one), shared / len(other)
    return 2 * precision * recall / (precision + recall)


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The probability that a positive scores above a negative; ties count half."""
    one, other = np.array(positive), np.sort(np.array(negative))
    below, not_above = np.searchsorted(other, one, "left"), np.searchsorted(other, one, "right")
    return float((below + not_above).mean() / 2 / len(other))


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
