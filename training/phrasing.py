"""Questions as people type them, and questions that are nearly answered."""

from __future__ import annotations

import random
import re
import unicodedata

from rag.names import names_in
from rag.question import content_syllables
from rag.terms import fold, syllables
from rag.types import Span

PLAIN, LOWER, SLIP, KEYWORDS, UNMARKED = 0.15, 0.1, 0.08, 0.06, 0.1
FROM_PASSAGE = 0.2  # how often a near miss is about a number or a name that the passage has, too

# Combining marks as the keys of Telex and of VNI; "": the letter once more.
_TONE_KEYS = {"\u0301": "s1", "\u0300": "f2", "\u0309": "r3", "\u0303": "x4", "\u0323": "j5"}
_SHAPE_KEYS = {"\u0302": ("", "6"), "\u031b": ("w", "7"), "\u0306": ("w", "8")}

_WITHIN = re.compile(r"(?<=[\w,;] )[^\W\d_]+(?!\w)")  # words that begin no sentence
_NUMBER = re.compile(r"(?<![\d.,A-Za-z])\d+(?:[.,]\d+)*(?![\dA-Za-z])")


def typed(rng: random.Random, question: str, language: str) -> str:
    """A question as somebody may type it."""
    if rng.random() < KEYWORDS:
        question = keywords(question, language)
    if rng.random() < PLAIN:
        question = _folded(question)
    elif rng.random() < LOWER:
        question = question.lower()
    if rng.random() < SLIP:
        question = slip(rng, question)
    if rng.random() < UNMARKED:
        question = question.rstrip(" ?？")
    return question


def keywords(question: str, language: str) -> str:
    """The words that carry content: "Ban có bao nhiêu biên chế?" → "Ban biên chế"."""
    content = set(content_syllables(question, language))
    kept = [word for word in question.rstrip(" ?？").split() if any(s in content for s in syllables(word))]
    return " ".join(kept) if len(kept) > 1 else question


def _folded(text: str) -> str:
    """Without diacritics, capitals kept."""
    return "".join(f.upper() if c.isupper() and len(f) == 1 else f for c, f in ((c, fold(c) or c) for c in text))


def slip(rng: random.Random, text: str) -> str:
    """With one letter left out, doubled, or changed places with the next."""
    places = [i for i, c in enumerate(text[:-1]) if c.isalpha() and text[i + 1].isalpha()]
    if not places:
        return text
    i = rng.choice(places)
    changed = rng.choice(("", text[i] * 2, text[i + 1] + text[i]))
    return text[:i] + changed + text[i + (2 if len(changed) == 2 and changed[0] != text[i] else 1) :]


def in_telex(text: str, *, digits: bool = False) -> str:
    """As it comes out where the input method is off: "có nhiêu" → "cos nhieeu", with digits "co1 nhie6u"."""
    return " ".join(_keys(word, digits) for word in text.split())


def _keys(word: str, digits: bool) -> str:
    typed, tone = "", ""
    for letter in unicodedata.normalize("NFD", word.replace("đ", "d9" if digits else "dd").replace("Đ", "Dd")):
        if letter in _TONE_KEYS:
            tone = _TONE_KEYS[letter][digits]
        elif letter in _SHAPE_KEYS:
            typed += _SHAPE_KEYS[letter][digits] or typed[-1].lower()
        elif not letter.isalnum() and tone:
            typed, tone = typed + tone + letter, ""
        else:
            typed += letter
    return typed + tone


def near_miss(rng: random.Random, question: str, passage: str, elsewhere: str) -> str | None:
    """The question about another number or name, which the passage mostly has nothing of; None where it has neither.

    Now and then the passage has it, beside what was asked for: then only reading tells that it isn't what is told.
    """
    numbers = list(_NUMBER.finditer(question))
    names = [question[s.start : s.end] for s in names_of(question) if s.start > 0]
    ways = ["number"] * bool(numbers) + ["name"] * bool(names)
    if not ways:
        return None
    if rng.choice(ways) == "number":
        match = rng.choice(numbers)
        changed = question[: match.start()] + _other_number(rng, match.group(), passage) + question[match.end() :]
    else:
        name = rng.choice(names)
        other = _other_name(rng, name, passage, elsewhere)
        if other is None:
            return None
        changed = question.replace(name, other)
    return changed if fold(changed) != fold(question) else None


def names_of(text: str) -> list[Span]:
    """Capitalised words in a row, and single ones within a sentence."""
    several = names_in(text)
    inside = {i for span in several for i in range(*span)}
    single = (Span(*m.span()) for m in _WITHIN.finditer(text))
    return several + [s for s in single if s.start not in inside and text[s.start].isupper() and s.end - s.start > 2]


def _other_number(rng: random.Random, number: str, passage: str) -> str:
    told: set[str] = set(_NUMBER.findall(passage))
    alike = sorted(other for other in told if len(other) == len(number) and other != number)
    if alike and rng.random() < FROM_PASSAGE:
        return rng.choice(alike)
    value = int(number.replace(".", "").replace(",", ""))
    others = [str(value + step) for step in (-10, -3, -2, -1, 1, 2, 3, 7, 10) if value + step > 0]
    return rng.choice([other for other in others if other not in told] or [str(value + 4)])


def _other_name(rng: random.Random, name: str, passage: str, elsewhere: str) -> str | None:
    """A name that shares no word with the one asked for, of as many words where there is one."""
    asked = set(fold(name).split())
    from_passage = rng.random() < FROM_PASSAGE
    text = passage if from_passage else elsewhere
    found = [text[s.start : s.end] for s in names_of(text)]
    others = [n for n in found if not asked & set(fold(n).split()) and (from_passage or n not in passage)]
    alike = [other for other in others if len(other.split()) == len(name.split())]
    return rng.choice(alike or others) if others else None
