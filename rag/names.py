"""Find names by their shape: words in a row that each begin with a capital letter, and what bears a number. Knows none.

names_in("Ông Đặng Văn Điều gặp Điểu K’Ré ở Hà Nội.") → "Ông Đặng Văn Điều", "Điểu K’Ré", "Hà Nội"
"""

from __future__ import annotations

import re

from rag.types import Span

WORD = re.compile(r"[^\W\d_][\w’'`\u0300-\u036f]*")
_NUMBERED = re.compile(r"(?<![\w/-])\d(?:[\w/.-]*\w)?(?!\w)")
_BLANKS = re.compile(r"[ \u00a0]+")


def names_in(text: str) -> list[Span]:
    """The spans of two capitalised words and more in a row, in order. Blanks of a line may part them, nothing else."""
    names: list[list[Span]] = [[]]
    for match in WORD.finditer(text):
        word = Span(*match.span())
        if not match.group()[0].isupper():
            names.append([])
        elif names[-1] and _BLANKS.fullmatch(text, names[-1][-1].end, word.start):
            names[-1].append(word)
        else:
            names.append([word])
    return [Span(words[0].start, words[-1].end) for words in names if len(words) > 1]


def numbered_in(text: str) -> list[Span]:
    """The spans of numbers, and of what is known by one: "25", "290-QĐ/TW"."""
    return [Span(*match.span()) for match in _NUMBERED.finditer(text)]
