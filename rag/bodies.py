"""The bodies that a Vietnamese text names: "Bộ Văn hóa", "Sở Y tế". By the tables of `questions.yaml`.

    bodies_in("Bộ Văn hóa, Thể thao họp với Sở Y tế")              → ("bộ", "văn_hoá"), ("sở", "y_tế")
    names_another("Bộ Y tế họp khi nào?", "Bộ Văn hóa họp hôm qua")  → True
    names_another("Ban Tổ chức Trung ương có bao nhiêu người?", "Ban Tổ chức Tỉnh ủy có 15 người")  → True

A body is told by its kind and the first two syllables of its name, a term. Abbreviations are none. Knows no article.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from rag.phrases import phrases_of
from rag.terms import fold, terms

Body = tuple[str, str]


def bodies_in(text: str) -> tuple[Body, ...]:
    """The bodies that a text names, in order: what kind each is, and the term that its name begins with."""
    return tuple(body for _, body in bodies_at(text))


@lru_cache(maxsize=8192)
def bodies_at(text: str) -> tuple[tuple[int, Body], ...]:
    """The bodies that a text names, in order, each with the place where its name begins."""
    named = ((found.start(), found.groups()[:3]) for found in _pattern().finditer(text))
    return tuple((start, (kind.casefold(), terms(f"{one} {two}")[-1])) for start, (kind, one, two) in named)


def is_apart(body: Body) -> bool:
    """Whether it is of those kinds of which a text names one or another; "Bộ Chính trị" is no ministry."""
    kind, name = body
    return kind in phrases_of("bodies_apart") and f"{kind} {name.replace('_', ' ')}" not in phrases_of("not_apart")


def names_another(question: str, text: str) -> bool:
    """Whether a text names a body of the kind that a question names one of, or of its name, and not that one."""
    told = _apart(text)
    if any(body not in told and any(body[0] == kind for kind, _ in told) for body in _apart(question)):
        return True
    asked, at_levels = fold(question), {(fold(name), fold(level)) for name, level in _at_levels(text)}
    levels = "|".join(fold(level) for level in phrases_of("levels"))
    named = {(name, m[1]) for name, _ in at_levels for m in re.finditer(rf"(?<!\w){name} ({levels})(?!\w)", asked)}
    return bool(named) and not named & at_levels


def names_ministry(text: str) -> bool:
    """Whether a text names a ministry."""
    return any(kind == "bộ" for kind, _ in _apart(text))


def _apart(text: str) -> set[Body]:
    return set(filter(is_apart, bodies_in(text)))


def _at_levels(text: str) -> set[Body]:
    """What bodies are called, with their level of government or party: {("Ban Tổ chức", "Tỉnh ủy")}."""
    found = (match.groups() for match in _pattern().finditer(text) if match.group(4))
    return {(f"{kind} {one} {two}", level) for kind, one, two, level in found}


@cache
def _pattern() -> re.Pattern[str]:
    either = "|".join(map(re.escape, sorted(map(str.capitalize, phrases_of("bodies")), key=len, reverse=True)))
    levels = "|".join(map(re.escape, phrases_of("levels")))
    name = r"([A-ZĐÂĂÊÔƠƯ][^\W\d_A-Z]*) ([^\W\d_][^\W\d_A-Z]+)"
    return re.compile(rf"(?<!\w)({either}) (?!(?:{either}) ){name}(?: ((?i:{levels}))(?!\w))?")
