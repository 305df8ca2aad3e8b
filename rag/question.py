"""Read a question: its language, the kind of answer it wants, and what an answer must meet.

    "Đề án số 06 được ban hành ngày nào?" → language "vi", kind "date", numbers ("6",), content ("đề", "án", "6", …)

Words and phrases stand in `data/questions.yaml`. This module knows no article, no index and no model.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, cast, get_args

from rag.config import MAX_QUESTION_CHARACTERS
from rag.dates import FoundDate, find_dates, without_dates
from rag.errors import QuestionError
from rag.names import names_in
from rag.phrases import (
    HAN,
    begins,
    drop_phrases,
    find,
    holds,
    holds_any,
    person_pronouns,
    phrases_of,
    question_table,
    without,
)
from rag.telex import retyped
from rag.terms import fold, has_diacritics, is_syllable, syllables, terms

Kind = Literal["date", "number", "person", "place", "reason", "list", "fact"]
Field = Literal["author", "published", "source", "title", "photo", "summary"]

# With digits; Roman of two letters and more; or of one, where an ordinal is said to follow.
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|(?<!\w)(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3})(?!\w)|(?<=thứ )[IVX](?!\w)")
_ROMAN = {"I": 1, "V": 5, "X": 10}
_QUOTED = re.compile(r"[“\"«]([^“”\"«»]{2,200})[”\"»]")
SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "zh": HAN,
    "ko": re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
}
_CONSONANTS = re.compile(r"[^aeiouy]+")  # an abbreviation: "ubnd", "bv"
_VIETNAMESE_LETTER = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what its words tell. Sequences keep the order of the text."""

    text: str
    language: str  # ISO 639-1
    kind: Kind
    typed_plain: bool  # without diacritics, as people type: compare without them, too
    content: tuple[str, ...]  # syllables that carry content
    numbers: tuple[str, ...]  # as digits without leading zeros, those of dates not among them
    dates: tuple[FoundDate, ...]
    names: tuple[str, ...]  # capitalised runs of two words and more
    quoted: tuple[str, ...]
    units: tuple[str, ...]  # all spellings of the unit asked for ("tỷ đồng"): an answer needs one of them


def read_question(raw: str) -> Question:
    """Clean and read a question as a person typed it.

    Raises `QuestionError` when it is empty, has no letter and no digit, or is longer than `MAX_QUESTION_CHARACTERS`.
    """
    text = clean(raw)
    if not text:
        raise QuestionError("The question is empty: type a few words about the articles.")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(text):,} characters; at most {MAX_QUESTION_CHARACTERS:,} are taken: "
            "ask more briefly."
        )
    if not any(c.isalnum() for c in text):
        raise QuestionError(f"The question {text[:40]!r} has no words: type a few words about the articles.")
    if not has_diacritics(text) or language_of(text) == "vi":  # "how" is no "hơ" beside a name in Vietnamese
        text = retyped(text, _question_words())
    text = _spelt_out(text)
    language = language_of(text)
    dates = tuple(find_dates(text))
    return Question(
        text=text,
        language=language,
        kind=_kind(text),
        typed_plain=language == "vi" and not has_diacritics(text),
        content=content_syllables(text, language),
        numbers=tuple(numbers_of(without_dates(text))),
        dates=dates,
        names=tuple(_names(_QUOTED.sub(" ", text), language)),
        quoted=tuple(m.group(1).strip() for m in _QUOTED.finditer(text)),
        units=_units(text),
    )


def clean(raw: str) -> str:
    """NFC, control characters and lone surrogates as blanks, blanks collapsed.

    "Ai\\x00  viết\\ud800?" → "Ai viết ?"
    """
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Cn", "Co") else c for c in raw)
    return " ".join(unicodedata.normalize("NFC", kept).split())


@lru_cache(maxsize=1024)
def language_of(text: str) -> str:
    """The language of a short text: by script, then by Vietnamese letters, then by function words.

    Written for questions of a few words, which are too short for statistical detectors, above all without diacritics.
    Latin words that tell nothing are Vietnamese if they are built like its syllables, else English.
    """
    for language, script in SCRIPTS.items():
        if len(script.findall(text)) * 3 >= sum(c.isalpha() for c in text) > 0:
            return language
    words = re.findall(r"\w+", fold(text))
    votes = {language: sum(w in vocabulary for w in words) for language, vocabulary in _function_words().items()}
    if has_diacritics(text):  # then "the" is no "thế", and "ít" no "it"
        votes["vi"] = sum(syllable in _empty_words("vi") for syllable in syllables(text))
        votes["en"] = sum(syllable in _function_words()["en"] for syllable in syllables(text))
    lowered = [word for word in re.findall(r"(?<![^\W_]|[/-])[^\W\d_]{2,}(?![^\W_])", text) if word[1:].islower()]
    foreign = sum(not (is_syllable(w) or _CONSONANTS.fullmatch(fold(w))) for w in lowered if w[0].islower())
    own = votes.pop("vi")
    best = max(votes, key=lambda language: votes[language])
    if votes[best] > max(own - foreign, 0 if foreign else 1):
        return best  # an English question may hold Vietnamese names
    if own or votes[best] or _VIETNAMESE_LETTER.search("".join(word for word in lowered if word[0].islower())):
        return "vi"
    return "vi" if 2 * sum(map(is_syllable, lowered)) >= len(lowered) else "en"


def content_syllables(text: str, language: str) -> tuple[str, ...]:
    """The distinct syllables of a text that carry content, in order: function words and question words are out."""
    plain = language == "vi" and not has_diacritics(text)
    empty = _empty_words("vi-plain" if plain else language)
    seen = dict.fromkeys(s for s in syllables(text) if s not in empty)
    return tuple(seen)


def numbers_of(text: str) -> list[str]:
    """Numbers as digits without leading zeros: "02 phòng, Nghị quyết 25-NQ/TW, Đại hội XIII" → ["2", "25", "13"]."""
    return [_digits(match.group()) for match in _NUMBER.finditer(text)]


def _digits(number: str) -> str:
    if number[0].isdigit():
        return number.lstrip("0") or "0"
    values = [_ROMAN[letter] for letter in number]
    following = [*values[1:], 0]
    return str(sum(-v if v < after else v for v, after in zip(values, following, strict=True)))


def without_phrases(question: Question, tables: Sequence[str]) -> str:
    """The text of a question less the phrases of some tables: what it is about.

    "Những bài nào nhắc đến Nghị quyết 25?" less `mentions` and `mention_verbs` → "Nghị quyết 25?"
    """
    about = cast(Mapping[str, list[str]], question_table()["about"])
    phrases = [phrase for name in tables for phrase in (about[name] if name in about else phrases_of(name))]
    return " ".join(without(question.text, (phrase for phrase in phrases if "…" not in phrase)).split())


def fields_asked(text: str) -> tuple[Field, ...]:
    """Which fields of an article's metadata the question asks for: "ai viết, đăng ngày nào" → author, published."""
    about = cast(Mapping[str, list[str]], question_table()["about"])
    return tuple(field for field in get_args(Field) if any(holds(text, phrase) for phrase in about[field]))


def wants_several(question: Question) -> bool:
    """Whether things are to be listed, whatever their kind: "Có những ai dự?" But not for days or a name."""
    brief = question.kind == "date" or holds_any(question.text, "name_wanted")
    counted = not question.typed_plain and any(holds(question.text, number) for number in _counted_ones(question.text))
    text = drop_phrases(question.text, "some")
    return not brief and (counted or any(holds(text, phrase) for phrase in _kinds()["list"]))


def _counted_ones(text: str) -> list[str]:
    """What asks which of some are meant: "hai vị nào", "ba quyết định nào"."""
    either = "|".join(phrases_of("several"))
    return re.findall(rf"(?<!\w)(?:{either})(?: \w+){{1,2}} nào(?!\w)", text.casefold())


def leans_on_history(question: Question) -> bool:
    """Whether a question can't be understood alone: it begins with "còn …", holds a pronoun, or is a bare word."""
    start = next(i for i, c in enumerate(question.text) if c.isalnum())
    phrases = (p for p in phrases_of("followup_begins") if question.language == "vi" or not has_diacritics(p))
    begins = any(place.start == start for phrase in phrases for place in find(question.text, phrase))
    pronouns = holds_any(question.text, "followup_pronouns") or bool(person_pronouns(question.text))
    return begins or pronouns or len(question.content) + len(question.numbers) <= 2


def _units(text: str) -> tuple[str, ...]:
    lines = cast(list[list[str]], question_table()["units"])
    return tuple(unit for line in lines if any(unit in text or holds(text, unit) for unit in line) for unit in line)


@cache
def question_terms() -> frozenset[str]:
    """The syllables, and pairs of them, that Vietnamese questions are made of: "bao", "nhiêu", "bao_nhiêu", …"""
    tables = [
        *cast(Mapping[str, list[str]], question_table()["kinds"]).values(),
        cast(Mapping[str, list[str]], question_table()["empty"])["vi"],
    ]
    phrases = {phrase for table in tables for phrase in table if has_diacritics(phrase)}
    return frozenset(term for phrase in phrases for term in terms(phrase))


@cache
def _question_words() -> frozenset[str]:
    return _empty_words("vi") | {term for term in question_terms() if "_" not in term}


def _spelt_out(text: str) -> str:
    """Everyday forms replaced by what articles write: "Ban Dân vận TW" → "Ban Dân vận Trung ương"."""
    for short, full in cast(Mapping[str, str], question_table()["same"]).items():
        text = re.sub(rf"(?<![\w/-]){re.escape(short)}(?!\w)", full, text)
    return text


def _kind(text: str) -> Kind:
    kinds = _kinds()
    if begins(text, kinds["list"]) and not begins(text, kinds["date"]):  # "List those who …", but "Quelles années …"
        return "list"
    if holds_any(text, "which_ones") and not any(holds(text, phrase) for phrase in kinds["date"]):
        return "person" if any(holds(text, phrase) for phrase in kinds["person"]) else "list"
    text, relative = drop_phrases(text, "some"), _relative(text)
    for kind, phrases in kinds.items():
        if any(holds(text, phrase) for phrase in phrases if phrase not in relative):
            return "fact" if kind in ("list", "reason") and holds_any(text, "name_wanted") else kind
    return "fact"


def _relative(text: str) -> Sequence[str]:
    """The words of a text that may ask for a person, but follow another word that asks: "Why did those who …?"."""
    asking = [place.start for phrase in phrases_of("question_words") for place in find(text, phrase)]
    first = min(asking, default=0)
    return [word for word in phrases_of("relative") if all(place.start > first for place in find(text, word))]


def _kinds() -> Mapping[Kind, list[str]]:
    return cast(Mapping[Kind, list[str]], question_table()["kinds"])


def _names(text: str, language: str) -> Iterable[str]:
    empty = _empty_words(language)
    for name in names_in(text):
        words = re.sub(r"['’]s\b", "", text[name.start : name.end]).replace("\u00a0", " ").split()
        while words and (words[0].casefold() in empty):  # "Ông Trần Quốc Vượng", "Theo Trần …"
            words.pop(0)
        if len(words) > 2 or (len(words) == 2 and name.start > 0):  # a question begins with a capital anyway
            yield " ".join(words)


@cache
def _function_words() -> Mapping[str, frozenset[str]]:
    languages = cast(Mapping[str, list[str]], question_table()["languages"])
    return {language: frozenset(words) for language, words in languages.items()}


@cache
def _empty_words(language: str) -> frozenset[str]:
    tables = cast(Mapping[str, list[str]], question_table()["empty"])
    return frozenset(s for word in tables.get(language, tables["en"]) for s in syllables(word))
