"""What a question wants to be met by a text: its words weighted by their rarity, its numbers, dates and names.

Knows a question, the words of a collection and one text or article; not how texts were found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from rag.abbreviations import initials
from rag.bodies import bodies_in
from rag.dates import FoundDate, dates_told, find_dates, without_dates
from rag.documents import documents_in
from rag.offices import names_office, office_asked, offices_in, with_offices
from rag.question import Question, language_of, numbers_of
from rag.terms import flat, fold, has_diacritics, spelling, terms
from rag.told import days_of
from rag.types import Article

MET_ELSEWHERE = 0.8  # what a number, date or name counts that is met by the article, not by the sentence
MAYBE_A_WORD = 0.5  # what a number of one digit counts that is not found: articles write "ba", not "3"
UNKNOWN_PAIR = 0.5  # the weight of neighbours that stand nowhere side by side: many are no word
FOLDED = 0.8  # what a word counts that is met only without its diacritics
_VOWEL = re.compile("[aeiouy]")


class Vocabulary(Protocol):
    """What is known of the words of the collection."""

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a term; of an unknown one, the highest."""
        ...

    def knows(self, term: str) -> bool:
        """Whether any text has the term."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question asks to be met, ready to compare with many texts."""

    question: Question
    terms: tuple[str, ...]  # syllables that carry content, and pairs of neighbours with at least one
    folded: tuple[str, ...]  # the same without diacritics
    weights: tuple[float, ...]
    names: tuple[str, ...]  # and quotations, flat, that must be met
    office: str  # whose holder is asked for, if one is
    offices: tuple[str, ...]  # that the question names
    strange: bool  # whether it names a body whose name no text of the collection has
    check_weights: tuple[float, ...]  # of the question's numbers, dates and names, by rarity: an office is no name

    @staticmethod
    def of(question: Question, vocabulary: Vocabulary, content: Sequence[str] | None = None) -> Wanted:
        """The terms of a question (or of other content) with their weights."""
        single = tuple(question.content if content is None else content)
        if content is None:
            of_text = terms(question.text)
            single += tuple(t for t in of_text if "_" in t and all(part in question.content for part in t.split("_")))
        chosen = tuple(dict.fromkeys(single))
        unknown = (UNKNOWN_PAIR if "_" in term and not vocabulary.knows(term) else 1.0 for term in chosen)
        weights = tuple(vocabulary.rarity(term) * factor for term, factor in zip(chosen, unknown, strict=True))
        named = (*question.names, *question.quoted)
        # A name in another language is not found letter by letter.
        spelt = (name for name in named if question.language == "vi" or has_diacritics(name))
        names = tuple(flat(name) if question.typed_plain else spelling(name) for name in spelt)
        rarities = [vocabulary.rarity(number) for number in question.numbers]
        rarities += [vocabulary.rarity(str(day.year)) if day.year else 1.0 for day in question.dates]
        rarities += [max(map(vocabulary.rarity, name.split()), default=0.0) for name in names]
        folded = tuple(fold(term) for term in chosen)
        told = with_offices(question.text, question.language)
        office = office_asked(told) if question.kind == "person" else ""
        return Wanted(
            question,
            chosen,
            folded,
            weights,
            names,
            office,
            offices_in(told),
            _strange(question, vocabulary),
            tuple(rarities),
        )

    def met(self, checks: Sequence[float]) -> float:
        """The weighted mean of the checks, numbers and dates before names; 1 where there is nothing to meet."""
        total = sum(self.check_weights)
        return sum(w * c for w, c in zip(self.check_weights, checks, strict=True)) / total if total else 1.0

    def held_by(self, text: str) -> list[float]:
        """For each term 1 when the text has it as typed, `FOLDED` when only without diacritics, else 0."""
        exact, folded, initials = term_sets(text)
        exact = folded if self.question.typed_plain else exact
        pairs = zip(self.folded if self.question.typed_plain else self.terms, self.folded, strict=True)
        return [
            1.0 if term in exact else FOLDED if plain in folded or _abbreviates(plain, initials) else 0.0
            for term, plain in pairs
        ]

    def share(self, held: Sequence[float]) -> float:
        """The weighted mean of what is held; 0 for a question without content."""
        total = sum(self.weights)
        return sum(w * h for w, h in zip(self.weights, held, strict=True)) / total if total else 0.0

    def number_checks(self, text: str, article: Article, passage: str | None = None) -> list[float]:
        """For each number and date of the question: 1 met by the text, less by its article only, 0 by neither.

        A year is not met by what the article tells elsewhere than in the passage around the text, where that is given.
        """
        around = article.plain if passage is None else passage
        return [*self._numbers(text, article), *self._dates(text, article, around)]

    def numbers_told(self, text: str) -> bool:
        """Whether a text tells all numbers of the question itself."""
        asked = set(self.question.numbers)
        return asked <= _numbers_in(text) and asked & _documents(self.question.text) <= _documents(text)

    def name_checks(self, text: str, article: Article) -> list[float]:
        """The same for each name and quotation."""
        return list(self._names(text, article))

    def names_offices(self, text: str, article: Article) -> bool:
        """Whether a text names the office whose holder is asked for, and its article all that the question names.

        True of an article without offices, which may be in another language. False where no text knows the body.
        """
        if self.strange and language_of(text) == "vi":
            return False
        if not self.offices or not offices_in(article.plain):
            return True
        asked = not self.office or names_office(self.office, text)
        return asked and all(names_office(office, article.plain) for office in self.offices)

    def _numbers(self, text: str, article: Article) -> Iterable[float]:
        here = _numbers_in(text) if self.question.numbers else frozenset()
        asked, told = _documents(self.question.text), _documents(text) if self.question.numbers else frozenset()
        # How many were held after a document may be told beside another; and "projet n° 06" is "Đề án" in the text.
        about = self.question.kind != "number" and (not told or language_of(text) == self.question.language)
        for number in self.question.numbers:
            there = _numbers_in(article.plain)
            missed = 0.0 if len(number) > 1 else MAYBE_A_WORD
            other = number in asked and bool(told) and number not in told  # "290-QĐ/TW" for "217-QĐ/TW"
            if number in asked and _of_another_kind(number, self.question.text, text):
                yield 0.0  # "43-CT/TW" for "43-KL/TW"
            elif number in here:
                yield MET_ELSEWHERE if other else 1.0  # "Decision 290, five years on" for "Directive 05"
            elif about and other and not _refers_to(number, self.question.text, text):
                yield 0.0
            else:
                yield MET_ELSEWHERE if number in there else missed

    def _dates(self, text: str, article: Article, around: str) -> Iterable[float]:
        here = dates_told(text, article.metadata.published)
        near = (*dates_told(around, article.metadata.published), *days_of(article)) if self.question.dates else ()
        for wanted in self.question.dates:
            if any(wanted.agrees_with(other) for other in here):
                yield 1.0
            elif wanted.year and self.question.kind == "number" and _of_other_years(wanted, here, article):
                yield 0.0  # how many there were in another year
            else:
                there = near if wanted.month is None else _article_dates(article)
                yield MET_ELSEWHERE if any(map(wanted.agrees_with, there)) else 0.0

    def _names(self, text: str, article: Article) -> Iterable[float]:
        form = flat if self.question.typed_plain else spelling
        here = form(text) if self.names else ""
        for name in self.names:
            there, parts = _article_words(article, form), name.split()
            initials = term_sets(article.plain)[2]
            held = [f" {part} " in there or _abbreviates(fold(part), initials) for part in parts]
            loosely = sum(held) / len(held) if held else 1.0
            if name in here:
                yield 1.0
            elif name in there:
                yield MET_ELSEWHERE
            else:  # most of a name is a hint, half of it is another's
                yield 0.5 * loosely if loosely > 0.5 else 0.0


def _strange(question: Question, vocabulary: Vocabulary) -> bool:
    """Whether a question names a body, in Vietnamese as it is written, whose first two syllables are no text's."""
    if question.language != "vi" or question.typed_plain:
        return False
    return any(not vocabulary.knows(fold(name)) for _, name in bodies_in(question.text))


def _of_other_years(wanted: FoundDate, here: Sequence[FoundDate], article: Article) -> bool:
    """Whether a text tells years, none of which is wanted, in an article that isn't of the year wanted."""
    years = {day.year for day in here if day.year}
    return bool(years) and wanted.year not in years and not any(map(wanted.agrees_with, days_of(article)))


def _documents(text: str) -> frozenset[str]:
    """The numbers of the documents that a text names: "Quyết định 217-QĐ/TW và Kết luận số 03" → {"217", "3"}."""
    return frozenset(document.number for document in documents_in(text))


def _of_another_kind(number: str, question: str, text: str) -> bool:
    """Whether a text has a document of the number, but of another kind than the question's by their codes."""
    asked, told = ({d.code for d in documents_in(of) if d.code and d.number == number} for of in (question, text))
    return bool(asked and told) and not asked & told


@lru_cache(maxsize=8192)
def _numbers_in(text: str) -> frozenset[str]:
    """The numbers of a text, of its dates only the years: "ngày 25/2/2010" is no "Nghị quyết 25"."""
    years = (str(day.year) for day in find_dates(text) if day.year)
    return frozenset((*numbers_of(without_dates(text)), *years))


def _refers_to(number: str, question: str, text: str) -> bool:
    """Whether a text speaks of the question's document without its number: "đề án 06" → "sau tổng kết Đề án, …"."""
    kinds = {document.kind for document in documents_in(question) if document.kind and document.number == number}
    return any(re.search(rf"(?<!\w){re.escape(kind)}(?!\w| *(?:so *)?\d)", fold(text)) for kind in kinds)


def _abbreviates(term: str, initials: str) -> bool:
    """Whether a text has words in a row that a term abbreviates: "bhxh" in "bảo hiểm xã hội"."""
    return len(term) > 2 and not _VOWEL.search(term) and term in initials


@lru_cache(maxsize=8192)
def term_sets(text: str) -> tuple[frozenset[str], frozenset[str], str]:
    """The terms of a text, the same without diacritics, and the first letters of its words."""
    folded = terms(text, folded=True)
    return frozenset(terms(text)), frozenset(folded), initials([term for term in folded if "_" not in term])


# An article hashes by its strings, which keep their hash: finding it again costs next to nothing.


@lru_cache(maxsize=64)
def _article_words(article: Article, form: Callable[[str], str]) -> str:
    return form(article.metadata.title + " " + article.plain)


@lru_cache(maxsize=64)
def _article_dates(article: Article) -> tuple[FoundDate, ...]:
    published = article.metadata.published
    return (*dates_told(article.plain, published), *FoundDate.on(published))
