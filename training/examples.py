"""Paragraphs with questions made into what the reader is trained on: one epoch after another, each drawn anew.

A question meets its paragraph in some pair of languages, and the paragraph as the product would cut it: whole, as a
window of neighbouring sentences, or with its sentences among those of other paragraphs. It meets passages that do not
answer, too: others of the article, the nearest of the collection, its own without the sentence that answers, and its
own after a number or a name in the question was changed. And it is typed as people type: without diacritics, in lower
case, with a slip, as bare keywords.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

from rag.passages import count_words
from rag.sentences import split_sentences
from rag.types import Span
from training.corpora import Asked, Paragraph
from training.phrasing import near_miss, typed

POSITIVES, NEGATIVES = 3, 2  # an epoch, of a question that exists in several languages
STORY_POSITIVES, STORY_NEGATIVES = 2, 1
SAME_LANGUAGE = 0.5  # how often a question meets its own language, where it could meet another
LANGUAGE_WEIGHTS = {"vi": 3.0, "en": 2.0}  # of the others: 1
MAX_WORDS = 200  # of a passage, as the product cuts them
WHOLE, MIXED, OVERLAPPING = 0.5, 0.25, 0.4  # how often a passage is whole; is mixed; has a sentence of its neighbour
TITLED = 0.8  # how often the title is given, too


@dataclass(frozen=True, slots=True)
class Example:
    """One reading: where the passage answers the question, or None."""

    question: str
    title: str
    passage: str
    answer: Span | None


class _Asked(NamedTuple):
    """A question in one language of a paragraph in another, and where that answers."""

    text: str
    asked_in: str
    told_in: str
    answer: Span


Key = tuple[int, int]  # paragraph, question
Way = Literal["answered", "unanswered", "taken out", "near miss", "near", "sibling"]
NEGATIVE_WAYS: tuple[list[Way], list[int]] = (["near", "sibling", "taken out", "near miss"], [3, 3, 2, 3])  # how often


class Examples:
    """All examples of some paragraphs. `near[key]` has paragraphs that look like the question's and are not."""

    def __init__(self, paragraphs: Sequence[Paragraph], near: Mapping[Key, Sequence[int]]) -> None:
        self._paragraphs = paragraphs
        self._near = near
        self._sentences: dict[tuple[int, str], list[Span]] = {}
        self._words: dict[tuple[int, str], list[int]] = {}
        self._of_article: dict[str, list[int]] = defaultdict(list)
        for i, paragraph in enumerate(paragraphs):
            self._of_article[paragraph.article].append(i)

    def epoch(self, seed: int, *, part: int = 0, parts: int = 1) -> list[Example]:
        """The examples of one epoch, or of a part of its paragraphs, in random order. The same seed, the same ones."""
        rng = random.Random(f"{seed}, {part} of {parts}" if parts > 1 else seed)
        found = [
            example
            for i, paragraph in list(enumerate(self._paragraphs))[part::parts]
            for j, asked in enumerate(paragraph.asked)
            for example in self._of(rng, (i, j), asked)
        ]
        rng.shuffle(found)
        return found

    def _of(self, rng: random.Random, key: Key, asked: Asked) -> Iterator[Example]:
        parallel = len(asked.questions) > 1
        ways: list[Way] = ["unanswered"] * STORY_POSITIVES
        if asked.answers:
            ways = ["answered"] * (POSITIVES if parallel else STORY_POSITIVES)
            ways += rng.choices(*NEGATIVE_WAYS, k=NEGATIVES if parallel else STORY_NEGATIVES)
        for way in ways:
            asked_in, told_in = _languages(rng, asked, self._paragraphs[key[0]])
            question = _Asked(asked.questions[asked_in], asked_in, told_in, asked.answers.get(told_in, Span(0, 0)))
            found = self._example(rng, way, key, question)
            if found is not None:
                title = found.title if rng.random() < TITLED else ""
                yield replace(found, question=typed(rng, found.question, asked_in), title=title)

    def _example(self, rng: random.Random, way: Way, key: Key, asked: _Asked) -> Example | None:
        """A question put to a passage in one of the ways; None where it can't be."""
        i, title = key[0], self._paragraphs[key[0]].title
        match way:
            case "answered":
                return Example(asked.text, title, *self._around(rng, i, asked.told_in, asked.answer))
            case "unanswered":
                return Example(asked.text, title, self.window(rng, i, asked.told_in), None)
            case "taken out":
                passage = self._without(rng, i, asked.told_in, asked.answer)
                return Example(asked.text, title, passage, None) if passage else None
            case "near miss":
                told, other = self._paragraphs[i].texts[asked.told_in], self._other_text(rng, asked.asked_in)
                changed = near_miss(rng, asked.text, told, other)
                return Example(changed, title, self.window(rng, i, asked.told_in), None) if changed else None
            case "near" | "sibling":
                siblings = [k for k in self._of_article[self._paragraphs[i].article] if k != i]
                others = siblings if way == "sibling" and siblings else self._near.get(key, ())
                others = [k for k in others if asked.told_in in self._paragraphs[k].texts]
                if not others:
                    return None
                other_paragraph = rng.choice(others)
                passage = self.window(rng, other_paragraph, asked.told_in)
                return Example(asked.text, self._paragraphs[other_paragraph].title, passage, None)

    def _other_text(self, rng: random.Random, language: str) -> str:
        """Some text of that language, for its names."""
        texts = self._texts_by_language.get(language, [""])
        return rng.choice(texts)

    @cached_property
    def _texts_by_language(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for paragraph in self._paragraphs:
            for language, text in paragraph.texts.items():
                found[language].append(text)
        return found

    def sentences(self, i: int, language: str) -> list[Span]:
        """The sentences of a paragraph."""
        key = (i, language)
        if key not in self._sentences:
            self._sentences[key] = split_sentences(self._paragraphs[i].texts[language])
        return self._sentences[key]

    def _words_of_sentences(self, i: int, language: str) -> list[int]:
        key = (i, language)
        if key not in self._words:
            text = self._paragraphs[i].texts[language]
            self._words[key] = [count_words(text[s.start : s.end]) for s in self.sentences(i, language)]
        return self._words[key]

    def _around(self, rng: random.Random, i: int, language: str, answer: Span) -> tuple[str, Span]:
        """A passage with the answer: the paragraph, a window of it, or its sentences among others of the article."""
        text, spans = self._paragraphs[i].texts[language], self.sentences(i, language)
        held = [k for k, s in enumerate(spans) if s.start < answer.end and answer.start < s.end]
        before: list[str] = []
        after: list[str] = []
        if rng.random() < MIXED and len(self._of_article[self._paragraphs[i].article]) > 1:
            first, last = self._grown(rng, i, language, held[0], held[-1], rng.randint(20, 80))
            pool = self._foreign(i, language)
            rng.shuffle(pool)
            cut = rng.randint(0, min(3, len(pool)))
            before, after = pool[:cut], pool[cut : cut + rng.randint(0, 4)]
        else:
            whole = rng.random() < WHOLE
            budget = MAX_WORDS if whole else rng.randint(40, MAX_WORDS)
            first, last = self._grown(rng, i, language, held[0], held[-1], budget)
            before, after = self._neighbour(rng, i, -1, language), self._neighbour(rng, i, 1, language)
        middle = text[spans[first].start : spans[last].end]
        while before and count_words(" ".join([*before, middle])) > MAX_WORDS:
            before.pop(0)
        while after and count_words(" ".join([*before, middle, *after])) > MAX_WORDS:
            after.pop()
        shift = len(" ".join([*before, ""])) - spans[first].start
        return " ".join([*before, middle, *after]), Span(answer.start + shift, answer.end + shift)

    def window(self, rng: random.Random, i: int, language: str) -> str:
        """Some of a paragraph, mostly as much of it as a passage holds."""
        spans = self.sentences(i, language)
        middle = rng.randrange(len(spans))
        budget = MAX_WORDS if rng.random() < WHOLE else rng.randint(40, MAX_WORDS)
        first, last = self._grown(rng, i, language, middle, middle, budget)
        return self._paragraphs[i].texts[language][spans[first].start : spans[last].end]

    def _grown(self, rng: random.Random, i: int, language: str, first: int, last: int, budget: int) -> tuple[int, int]:
        """The run of sentences first..last grown to either side while it has no more words than the budget."""
        words = self._words_of_sentences(i, language)
        while True:
            sides = [k for k in (first - 1, last + 1) if 0 <= k < len(words)]
            sides = [k for k in sides if sum(words[min(first, k) : max(last, k) + 1]) <= budget]
            if not sides:
                return first, last
            k = rng.choice(sides)
            first, last = min(first, k), max(last, k)

    def _foreign(self, i: int, language: str) -> list[str]:
        """The sentences of the other paragraphs of an article."""
        return [
            self._paragraphs[k].texts[language][s.start : s.end]
            for k in self._of_article[self._paragraphs[i].article]
            if k != i
            for s in self.sentences(k, language)
        ]

    def _neighbour(self, rng: random.Random, i: int, step: int, language: str) -> list[str]:
        """Now and then the nearest sentence of the paragraph before or after, as passages overlap."""
        k = i + step
        if not 0 <= k < len(self._paragraphs) or self._paragraphs[k].article != self._paragraphs[i].article:
            return []
        if rng.random() > OVERLAPPING:
            return []
        span = self.sentences(k, language)[-1 if step < 0 else 0]
        return [self._paragraphs[k].texts[language][span.start : span.end]]

    def _without(self, rng: random.Random, i: int, language: str, answer: Span) -> str:
        """A passage without the sentence that answers; empty when the words stand elsewhere, too, or little is left."""
        passage, span = self._around(rng, i, language, answer)
        kept = [s for s in split_sentences(passage) if not (s.start < span.end and span.start < s.end)]
        rest = " ".join(passage[s.start : s.end] for s in kept)
        return "" if passage[span.start : span.end] in rest or len(rest) < 100 else rest


def _languages(rng: random.Random, asked: Asked, paragraph: Paragraph) -> tuple[str, str]:
    """The languages of a question and of its paragraph."""

    def draw(languages: Sequence[str]) -> str:
        return rng.choices(languages, [LANGUAGE_WEIGHTS.get(language, 1.0) for language in languages])[0]

    told_in = draw(list(paragraph.texts))
    if told_in in asked.questions and rng.random() < SAME_LANGUAGE:
        return told_in, told_in
    return draw([language for language in asked.questions if language != told_in] or [told_in]), told_in
