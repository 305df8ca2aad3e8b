"""Page furniture by the shape and the words of one line. The words are a table: `data/furniture.yaml`.

Knows single lines only; where a line stands, and what stands around it, is `content`'s matter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from rag.tables import read_words
from rag.terms import JOINER

Phrase = tuple[str, ...]  # the words of a phrase, lower case

_WORD = re.compile(r"[^\s|•·›»«‹>/\\,;:…–—*]+")
_TRAIL = re.compile(r"\s+(?:>|»|›|/|\|)\s+")
_PROGRAM_NAME = re.compile(
    r"(?=.*[A-Za-z0-9]_[A-Za-z0-9])[A-Za-z][A-Za-z0-9_.]*(?:\s*[-–:|>/]\s*[A-Za-z][A-Za-z0-9_.]*){0,4}"
)
_LONGEST_FURNITURE = 400  # characters


@dataclass(frozen=True, slots=True)
class _Table:
    controls: frozenset[Phrase]
    menu: frozenset[Phrase]
    related_headings: frozenset[str]
    comment_headings: frozenset[str]
    comment_cues: frozenset[str]
    patterns: re.Pattern[str]
    relative_age: re.Pattern[str]


def normal(line: str) -> str:
    """A line as it is compared: NFC, lower case, single blanks, no bullet before and no marks after."""
    return " ".join(unicodedata.normalize("NFC", line.replace(JOINER, "")).casefold().split()).strip(
        " •●▪■◦*·-–—:.…>»›|#+"
    )


def is_furniture(line: str) -> bool:
    """Whether a line is furniture wherever it stands: buttons, counters, ratings, cookie notices, CMS names."""
    if not any(c.isalnum() for c in line):
        return True
    key = normal(line)
    if len(key) > _LONGEST_FURNITURE:
        return False
    table = _table()
    return bool(
        table.patterns.fullmatch(key)
        or table.patterns.fullmatch(" ".join(line.casefold().split()))
        or _PROGRAM_NAME.fullmatch(line.strip())
        or is_relative_age(line)
        or ends_in_relative_age(line)
        or _is_made_of(key, table.controls)
    )


def is_menu(line: str) -> bool:
    """Whether a line is menu words only ("Home | News | Sport"), or the trail of a page ("Home > News > Floods")."""
    table = _table()
    key = normal(line)
    if len(key) > _LONGEST_FURNITURE:
        return False
    if _is_made_of(key, table.menu | table.controls):
        return True
    parts = [normal(part) for part in _TRAIL.split(" ".join(line.split()))]
    return len(parts) > 2 and any(tuple(_WORD.findall(part)) in table.menu for part in parts)


def is_related_heading(line: str) -> bool:
    """Whether a line heads a list of other articles."""
    return normal(line) in _table().related_headings


def is_comment_heading(line: str) -> bool:
    """Whether a line may head the readers' comments ("Comments (3)")."""
    return re.sub(r"^\d+\s+|\s*\(\d+\)$", "", normal(line)) in _table().comment_headings


def is_comment_cue(line: str) -> bool:
    """Whether a line is one that only comments have: "Reply", "2 hours ago"."""
    return normal(line) in _table().comment_cues or is_relative_age(line)


def is_relative_age(line: str) -> bool:
    """Whether a line is an age and nothing else: "2 tháng trước", "3 days ago"."""
    return bool(_table().relative_age.fullmatch(normal(line).strip("()[] ")))


def ends_in_relative_age(line: str) -> bool:
    """Whether a line ends in an age in brackets, as a link to another article does."""
    found = re.search(r"[(\[]([^()\[\]]{4,30})[)\]]\s*$", line)
    return bool(found and is_relative_age(found.group(1)))


@cache
def _table() -> _Table:
    table = read_words("furniture")
    return _Table(
        controls=frozenset(tuple(_WORD.findall(p)) for p in table["controls"]),
        menu=frozenset(tuple(_WORD.findall(p)) for p in table["menu"]),
        related_headings=frozenset(table["related_headings"]),
        comment_headings=frozenset(table["comment_headings"]),
        comment_cues=frozenset(table["comment_cues"]),
        patterns=re.compile("|".join(f"(?:{p})" for p in table["patterns"])),
        relative_age=re.compile("|".join(f"(?:{p})" for p in table["relative_ages"])),
    )


def _is_made_of(key: str, phrases: frozenset[Phrase]) -> bool:
    """Whether the words of a line are phrases of the table one after the other, with nothing left over."""
    words = [w for w in _WORD.findall(key) if any(c.isalnum() for c in w)]
    longest = max(map(len, phrases))
    reached = {0}
    for i in range(len(words)):
        if i in reached:
            reached |= {j for j in range(i + 1, min(i + longest, len(words)) + 1) if tuple(words[i:j]) in phrases}
    return bool(words) and len(words) in reached
