"""Write a follow-up out, with what it leans on, so that it can be understood alone.

    standalone("còn 218 thì sao?", before="Quyết định 217-QĐ/TW nói về gì?")     → "Quyết định 218 nói về gì?"
    standalone("Bà ấy đề nghị gì?", before="Ai chủ trì?", person="Lê Thị Mai")   → "Lê Thị Mai đề nghị gì?"

A bare date, number or name takes the place of its like in the question before; a pronoun becomes the person that the
question before named, or that its answer did. Anything else is for the answerer, which puts both questions together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.dates import find_dates
from rag.evidence import persons_in
from rag.names import names_in, numbered_in
from rag.phrases import drop_phrases, person_pronouns
from rag.question import content_syllables, language_of
from rag.types import Span

_TITLE = re.compile(r"(?:Ông|Bà|Anh|Chị|Cô|Đồng chí|Mr\.?|Mrs\.?|Ms\.?|M\.|Mme)\s+(?=\w)")


def standalone(asked: str, *, before: str, person: str = "") -> str | None:
    """The follow-up written out; None where neither rule applies. `person`: whom the answer before named, if any."""
    return _in_place_of_its_like(asked, before) or _pronoun_named(asked, before, person)


def _in_place_of_its_like(asked: str, before: str) -> str | None:
    for things in _SORTS:
        new, old = things(asked), things(before)
        if len(new) == 1 and old and _is_bare(asked, new[0]):
            thing = asked[new[0].start : new[0].end]
            return before[: old[-1].start] + thing + before[old[-1].end :]
    return None


def _is_bare(asked: str, thing: Span) -> bool:
    """Whether nothing is asked but for the thing: "còn ông Minh thì sao?", "2015?"."""
    rest = drop_phrases(asked[: thing.start] + " " + asked[thing.end :], "followup_bare")
    return not content_syllables(rest, language_of(asked))


def _pronoun_named(asked: str, before: str, person: str) -> str | None:
    pronouns = person_pronouns(asked)
    persons = {name.end for name in persons_in(before)}
    named = [before[name.start : name.end] for name in _names(before) if name.end in persons]
    name = person or (named[-1] if named else "")
    if not pronouns or not name:
        return None
    first = pronouns[0]
    return asked[: first.start] + name + asked[first.end :]


def _dates(text: str) -> list[Span]:
    return [Span(date.start, date.end) for date in find_dates(text)]


def _numbers(text: str) -> list[Span]:
    dates = _dates(text)
    return [place for place in numbered_in(text) if not any(d.start < place.end and place.start < d.end for d in dates)]


def _names(text: str) -> list[Span]:
    """Names without a title before them: of "Ông Lê Thành Long", "Lê Thành Long"."""
    found = []
    for name in names_in(text):
        title = _TITLE.match(text, name.start, name.end)
        start = title.end() if title else name.start
        if " " in text[start : name.end]:
            found.append(Span(start, name.end))
    return found


_SORTS: Sequence[Callable[[str], list[Span]]] = (_dates, _numbers, _names)
