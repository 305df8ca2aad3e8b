"""Lines that say when, by whom and from where: date lines, bylines, source lines. Words: `data/bylines.yaml`.

Reads one line at a time; all offsets are into that line. Which line counts is `content`'s and `metadata`'s matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from rag.dates import FoundDate, find_dates
from rag.furniture import is_furniture, is_menu, normal
from rag.tables import read_words
from rag.terms import JOINER
from rag.types import Span

_LONGEST_LINE = 160  # characters
_TIME = re.compile(r"\b\d{1,2}\s?(?:[:hg]\d{2}(?::\d{2})?)\s*(?:[ap]\.?m\.?)?(?!\w)|(?:GMT|UTC)\s*[+-]\s*\d{1,2}", re.I)
_MARKS = " \t\u00a0|•·-–—,;:()[]/.*_"
_PARTICLES = frozenset(
    {"de", "da", "del", "della", "di", "du", "van", "von", "der", "den", "bin", "al", "el", "la", "le"}
)
_BETWEEN_NAMES = re.compile(r"\s*(?:[,;&/+]|\s[-–]\s|\b(?:và|and|et|und|y)\b)\s*")
_DOMAIN = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,10}(?:/\S*)?", re.IGNORECASE)
# "BDK - Ngày 31-12-2020, ..." opens with the agency's initials. Few vowels: "LONDON - The ..." is a place.
_AGENCY = re.compile(r"\(?([A-ZĐ][A-ZĐ0-9&]{1,7})\)?\s*[-–—]\s+(?=[“\"']?[^\W_a-z])")
_DATELINE = re.compile(r"[A-Z][^.()\n]{1,60}\(([A-Z][\w .&]{1,30})\)\s*[-–—]{1,2}\s")


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line that is a date and little else. `author` is the name beside it, if there is one."""

    date: FoundDate
    published: bool  # says that it is the date of publication
    updated: bool  # says that it is that of a change
    weekday: bool
    author: Span | None


@dataclass(frozen=True, slots=True)
class _Words:
    weekdays: re.Pattern[str]
    published: re.Pattern[str]
    updated: re.Pattern[str]
    date_words: re.Pattern[str]
    author: re.Pattern[str]
    source: re.Pattern[str]
    photo: re.Pattern[str]
    not_names: frozenset[str]


def read_date_line(line: str) -> DateLine | None:
    """The date of a line that holds nothing else but a weekday, a time, a counter, a label, a place or a name."""
    if len(line) > _LONGEST_LINE:
        return None
    dates = [found for found in find_dates(line) if found.as_date]
    if not dates:
        return None
    words = _words()
    rest = line
    for found in dates:
        rest = _blank(rest, found.start, found.end)
    published, updated = bool(words.published.search(rest)), bool(words.updated.search(rest))
    weekday = bool(words.weekdays.search(rest))
    for pattern in (_TIME, words.published, words.updated, words.weekdays, words.date_words):
        rest = pattern.sub(lambda m: " " * len(m.group()), rest)
    author = None
    if any(c.isalpha() for c in rest):
        start = len(rest) - len(rest.lstrip(_MARKS))
        stop = len(rest.rstrip(_MARKS))
        named = read_author(line[start:stop])
        if named is not None:
            author = Span(start + named.start, start + named.end)
        elif not is_name(rest[start:stop]):
            return None
        elif not line[stop:].lstrip().startswith(","):  # "Hà Nội, ngày 5/6/2020" begins with a place
            author = Span(start, stop)
    first = next((d for d in dates if not words.updated.search(line[: d.start])), dates[0])
    return DateLine(first, published, updated and not published, weekday, author)


def read_author(line: str) -> Span | None:
    """The names in a line that says that it names authors: "By Jane Doe", "Bài, ảnh: Hoàng Phong"."""
    match = _words().author.fullmatch(line.strip()) if len(line) <= _LONGEST_LINE else None
    if match is None or not all(is_name(n, least=1) for n in _BETWEEN_NAMES.split(match["name"]) if n):
        return None
    offset = len(line) - len(line.lstrip())
    return Span(offset + match.start("name"), offset + match.end("name"))


def is_name_line(line: str) -> bool:
    """Whether a line is one or more full names and nothing else."""
    if len(line) > 80:
        return False
    names = _BETWEEN_NAMES.split(line.strip())
    return all(is_name(name) for name in names) and not is_menu(line) and not is_furniture(line)


def is_name(text: str, *, least: int = 2) -> bool:
    """Whether a text has the shape of a person's name: `least` to six capitalised words, not all in capitals."""
    text = text.replace(JOINER, "")
    words = text.split()
    if not least <= len(words) <= 6 or len(text) > 50 or normal(text) in _words().not_names:
        return False
    if not re.fullmatch(r"(?:[^\W\d_]|['’.\s-])+", text):
        return False
    capitalised = all(w[0].isupper() or (w in _PARTICLES and 0 < i < len(words) - 1) for i, w in enumerate(words))
    unicameral = not any(c.isupper() or c.islower() for c in text)  # 王小明
    return unicameral or (capitalised and (least == 1 or any(c.islower() for c in text)))


def read_source(line: str) -> Span | None:
    """The publication in a line that names one: "(Theo: Baohatinh.vn)", "Source: Reuters"."""
    stripped = line.strip()
    if len(stripped) > 80:
        return None
    match = _words().source.fullmatch(stripped)
    if match is None:
        return None
    name = match["name"]
    known_shape = _DOMAIN.fullmatch(name) or all(
        w[0].isupper() or not w[0].isalpha() or w in _PARTICLES for w in name.split()
    )
    if not known_shape or name[-1] in ".:;,?!":
        return None
    offset = len(line) - len(line.lstrip())
    return Span(offset + match.start("name"), offset + match.end("name"))


def read_photographer(line: str) -> Span | None:
    """Who took a picture, in the line below it: "Đại biểu dự hội nghị. Ảnh: N. Diễm" → N. Diễm."""
    match = _words().photo.search(line)
    name = match["name"].rstrip(_MARKS) if match else ""
    if match is None or not all(is_name(n, least=1) for n in _BETWEEN_NAMES.split(name) if n):
        return None
    return Span(match.start("name"), match.start("name") + len(name))


def read_agency(paragraph: str) -> Span | None:
    """The news agency that opens an article: "BDK - Ngày 31-12-2020, ...", "HANOI (Reuters) - The ..."."""
    match = _DATELINE.match(paragraph)
    if match:
        return Span(*match.span(1))
    match = _AGENCY.match(paragraph)
    if match and sum(c in "AEIOUY" for c in match.group(1)) <= 1:
        return Span(*match.span(1))
    return None


def _blank(line: str, start: int, end: int) -> str:
    return line[:start] + " " * (end - start) + line[end:]


@cache
def _words() -> _Words:
    table = read_words("bylines")

    def either(phrases: Iterable[str]) -> str:
        return "|".join(re.escape(p).replace(r"\ ", r"\s+") for p in sorted(phrases, key=lambda p: (-len(p), p)))

    def anywhere(name: str) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{either(table[name])})(?!\w)", re.IGNORECASE)

    def labelled(name: str, prepositions: str) -> re.Pattern[str]:
        mark = rf"(?:(?:{either(table[name])})\s*[:：]\s*|(?:{either(table[prepositions])})\s+)"
        return re.compile(rf"[(\[]?\s*{mark}(?P<name>\S.*?)\s*[)\]]?", re.IGNORECASE)

    return _Words(
        weekdays=anywhere("weekdays"),
        published=anywhere("published"),
        updated=anywhere("updated"),
        date_words=anywhere("date_words"),
        author=labelled("author_labels", "author_prepositions"),
        source=labelled("source_labels", "source_prepositions"),
        photo=re.compile(rf"(?<!\w)(?:{either(table['photo_labels'])})\s*[:：]\s*(?P<name>[^()\[\]]+)", re.IGNORECASE),
        not_names=frozenset(table["not_names"]),
    )
