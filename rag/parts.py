"""Take a question apart that asks two things, or one thing of two: two years, two documents, two bodies.

    parts_of("Ai là chủ tịch năm 2015, còn nay ai giữ ghế đó?") → "Ai là chủ tịch năm 2015?", "nay ai giữ chủ tịch?"
    parts_of("Bài về lúa và bài về cá do ai viết?")    → "Bài về lúa do ai viết?", "bài về cá do ai viết?"
    parts_of("Ai đứng đầu Ban năm 2015 và năm 2020?")  → "Ai đứng đầu Ban năm 2015?", "Ai đứng đầu Ban năm 2020?"
    parts_of("Ai phụ trách ở Sở và ở xã?")             → "Ai phụ trách ở Sở?", "Ai phụ trách ở xã?"

By form only, around a joining word: two questions; two things named by the same word; two phrases that begin with the
same small word; or two dates, numbers or names (between dates a comma joins, too), and no other of these. Whether it is
better to answer the parts is for who asks them to decide. Knows no article and no index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.dates import find_dates, without_dates
from rag.names import names_in, numbered_in
from rag.phrases import (
    begins,
    drop_phrases,
    find,
    holds_any,
    joining_places,
    phrase_rows,
    phrases_of,
    says_only,
    words_of_dates,
)
from rag.question import content_syllables, language_of
from rag.types import Span

BETWEEN = 60  # characters at most between two things that are asked of together
FAR = 90  # characters at most from the first of two phrases to what joins them
ASKED_WORDS = 3  # at least, before two phrases
TOLD_WORDS = 3  # of content in the second of two questions, with which it says of what it asks

_WORD = re.compile(r"[^\W\d_][\w’']*")
_QUOTED = re.compile(r"[“\"«][^“”\"«»]{2,200}[”\"»]")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")


def parts_of(text: str) -> tuple[str, str] | None:
    """The two questions that one asks; None where it asks one. The first two things that are joined count."""
    if parts := questions_in(text):
        return parts
    text = drop_phrases(text, "respectively")
    joins = _joins(text)
    if phrases := _joined_phrases(text, joins):
        return phrases
    dates = {date.start for date in find_dates(text)}
    for left, right in pairwise(_things(text)):
        between = [join for join in joins if left.end <= join.start and join.end <= right.start]
        if not {left.start, right.start} <= dates:
            between = [join for join in between if any(c.isalpha() for c in text[join.start : join.end])]
        if between and right.start - left.end <= BETWEEN:
            return _tidy(_first(text, left, between[0], right)), _tidy(_second(text, left, between[0]))
    return None


def questions_in(text: str) -> tuple[str, str] | None:
    """The two questions of one that asks twice, or of two things that the same word names; else None."""
    text = drop_phrases(text, "respectively")
    joins = _joins(text)
    return _two_questions(text, joins) or _two_of_a_kind(text, joins)


def _joins(text: str) -> list[Span]:
    """Where two things are joined, but not within quotation marks or brackets."""
    closed = [m.span() for pattern in (_QUOTED, _BRACKETS) for m in pattern.finditer(text)]
    return [join for join in joining_places(text) if not any(a < join.start < b for a, b in closed)]


def _two_questions(text: str, joins: Sequence[Span]) -> tuple[str, str] | None:
    """ "Ai chủ trì ở tỉnh, còn ở trung ương thì ai chủ trì?": either side asks, and says of what."""
    for join in sorted(joins, key=lambda join: text[join.start].isalpha()):  # those behind a comma first
        left, right, joined = text[: join.start], text[join.end :].lstrip(), text[join.start : join.end]
        joins_questions = any(c.isalpha() for c in joined) and (
            joined[0] in ",;" or not says_only(joined, "joins_no_questions")
        )
        if not joins_questions or not all(holds_any(side, "question_words") for side in (left, right)):
            continue
        if elsewhere := _asked_elsewhere(left, right):
            return _tidy(left.rstrip(" ,;") + "?"), _tidy(elsewhere)
        right, told = _with_its_subject(left, right)
        if told and len(left.split()) >= ASKED_WORDS:
            topic, colon, _ = left.partition(": ")
            return _tidy(left.rstrip(" ,;") + "?"), _tidy(topic + colon + right if colon else right)
    return None


def _with_its_subject(left: str, right: str) -> tuple[str, bool]:
    """The second of two questions with what it says "it" or "the post" of; and whether it says now of what it asks."""
    office = _office(left)
    meant = [place for phrase in phrases_of("same_office") for place in find(right, phrase)]
    if office and meant:
        return right[: meant[0].start] + office + right[meant[0].end :], True
    if office and says_only(without_dates(right).rpartition(" thì ")[2] or right, "who_is_it"):
        return f"{office} {right}", True
    named = [left[name.start : name.end] for name in names_in(left) if name.start > 0]
    if named and holds_any(right, "same_thing"):
        return f"{named[0]}: {right}", True
    return right, _tells_of_what(right)


def _asked_elsewhere(left: str, right: str) -> str:
    """ "Who spoke at the first meeting, and who at the second?" → "Who spoke at the second?"; else ""."""
    asks = [place.end for phrase in phrases_of("question_words") for place in find(right, phrase) if not place.start]
    rest = right[max(asks, default=len(right)) :].lstrip()
    if any(date.start == len(words_of_dates(rest[: date.start])) for date in find_dates(rest)):
        places = [date.start - len(words_of_dates(left[: date.start])) for date in find_dates(left)]
    else:
        rows = [row for row in phrase_rows("phrase_begins") if begins(rest, row)]
        places = [place.start for row in rows for word in row for place in find(left, word) if begins(rest, [word])]
        places = places or [place.start for row in rows for word in row for place in find(left, word)]
    asked = left[: min(places, default=0)]
    return asked + rest if len(asked.split()) >= ASKED_WORDS else ""


def _tells_of_what(clause: str) -> bool:
    """Whether a clause that asks says of what: not "ở xã năm 2020 là ai?", which leans on the clause before."""
    leaning = [*phrases_of("links"), *(word for row in phrase_rows("phrase_begins") for word in row)]
    if clause.split()[0].casefold() in leaning and not holds_any(clause, "clause_marks"):
        return False
    return len(content_syllables(without_dates(clause), language_of(clause))) >= TOLD_WORDS


def _office(text: str) -> str:
    """The first office that a text names, with what follows up to its date or its question word; "" without one."""
    starts = [place.start for phrase in phrases_of("offices") for place in find(text, phrase)]
    if not starts:
        return ""
    start = min(starts)
    ends = [date.start - len(words_of_dates(text[start : date.start])) for date in find_dates(text)]
    ends += [place.start for phrase in phrases_of("question_words") for place in find(text, phrase)]
    office = text[start : min((end for end in ends if end > start), default=len(text))].split()
    while len(office) > 1 and office[-1].casefold() in phrases_of("copulas"):
        office.pop()
    return " ".join(office)


def _two_of_a_kind(text: str, joins: Sequence[Span]) -> tuple[str, str] | None:
    """ "Bài về lúa và bài về cá do ai viết?": what asks stands before both, or behind both."""
    for join in joins:
        if not any(c.isalpha() for c in text[join.start : join.end]):  # a comma may be within a name
            continue
        rest = text[join.end :].lstrip()
        heads = [phrase for phrase in phrases_of("begins_alike") if rest.casefold().startswith(phrase)]
        word = _WORD.match(rest)
        if not heads and word and (content_syllables(word.group(), "vi") or holds_any(word.group(), "article")):
            heads = [word.group()]
        alike = phrases_of("begins_alike") if heads and heads[0] in phrases_of("begins_alike") else heads
        earlier = [place.start for head in alike for place in find(text[: join.start], head)]
        if not earlier or join.start - max(earlier) > FAR:
            continue
        before, first = text[: max(earlier)], text[max(earlier) : join.start].rstrip(" ,;")
        if holds_any(before, "question_words"):
            if any(holds_any(head, "article") for head in alike):
                return _tidy(f"{before}{first}?"), _tidy(before + rest)
        elif not content_syllables(before, language_of(text)) and (asked := _asked_behind(rest)):
            return _tidy(f"{before}{first} {asked}"), _tidy(before + rest)
    return None


def _asked_behind(text: str) -> str:
    """What a text ends with that asks: "bài về cá do ai viết?" → "do ai viết?"."""
    places = [place.start for phrase in phrases_of("question_words") for place in find(text, phrase)]
    if not places:
        return ""
    start = min(places)
    while (word := re.search(r"[^\W\d_]+\s+$", text[:start])) and holds_any(word.group(), "links"):
        start = word.start()
    return text[start:]


def _joined_phrases(text: str, joins: Sequence[Span]) -> tuple[str, str] | None:
    """ "Ai phụ trách ở Sở và ở xã?": what stands before the first phrase belongs to both, what ends the second, too."""
    for row in phrase_rows("phrase_begins"):
        begins = [place for word in row for place in find(text, word)]
        for join in joins:
            before = [place.start for place in begins if join.start - FAR <= place.start < join.start]
            after = any(not text[join.end : place.start].strip() for place in begins if place.start >= join.end)
            if not before or not after:
                continue
            asked, phrase = text[: max(before)], text[max(before) : join.start]
            if len(asked.split()) >= ASKED_WORDS and ":" not in phrase:
                return _tidy(asked + phrase.rstrip(" ,;") + "?"), _tidy(f"{asked} {text[join.end :].lstrip()}")
    return None


def _first(text: str, left: Span, join: Span, right: Span) -> str:
    """Up to the join, and what follows both: "ai đứng đầu năm 2015 là ai, năm 2020 là ai?" says that twice."""
    own, common = text[left.end : join.start].strip(" ,;"), text[right.end :].strip()
    twice = own and own == common.rstrip(" ?.")
    return text[: join.start].rstrip(" ,;") + (common[len(own) :] if twice else " " + common)


def _second(text: str, left: Span, join: Span) -> str:
    """What stands before the first thing, the words of its date apart, and what follows the join."""
    before = text[: left.start]
    return before[: len(before) - len(words_of_dates(before))] + text[join.end :].lstrip()


def _things(text: str) -> list[Span]:
    """The dates, numbers and names of a text, in order; a quotation is one, whatever stands in it."""
    found: list[Span] = []
    for place in _candidates(text):
        if not any(place.start < other.end and other.start < place.end for other in found):
            found.append(place)
    return sorted(found)


def _candidates(text: str) -> Iterator[Span]:
    """Those that hold others come first."""
    yield from (Span(*m.span()) for m in _QUOTED.finditer(text))
    yield from (Span(date.start, date.end) for date in find_dates(text))
    yield from numbered_in(text)
    yield from _long_names(text)


def _long_names(text: str) -> Iterator[Span]:
    """Names in which one small word may stand between capitals, but none that joins: "Ban Dân vận Tỉnh"."""
    joins = {join.start for join in joining_places(text)}
    words = [Span(*m.span()) for m in _WORD.finditer(text)]
    name: list[Span] = []  # its capitalised words
    for word in [*words, Span(len(text), len(text))]:
        gap = text[name[-1].end : word.start] if name else ""
        near = name and gap.count(" ") <= 2 and not any(name[-1].end <= j < word.start for j in joins)
        if name and not (near and all(c.isalnum() or c == " " for c in gap)):
            if len(name) > 1 and name[0].start > 0:
                yield Span(name[0].start, name[-1].end)
            name = []
        if text[word.start : word.end][:1].isupper():
            name.append(word)


def _tidy(text: str) -> str:
    """Without the blanks and commas that taking apart leaves behind."""
    return re.sub(r"\s+([,?.!;:])", r"\1", re.sub(r"[,;]\s*([,;?.!])", r"\1", " ".join(text.split())))
