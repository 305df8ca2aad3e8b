"""Which blocks of a page are the article, and which are title, date, byline, source or page furniture.

Rules go by the shape of a line, where it stands (before the first paragraph of prose, between, after the last),
repetition within the page and across pages, and the phrases of `furniture` and `bylines`. They know no site and no
file. Text is never changed: the outcome is one role a block.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from rag.bylines import DateLine, is_name_line, read_author, read_date_line, read_source
from rag.dates import find_dates
from rag.furniture import (
    ends_in_relative_age,
    is_comment_cue,
    is_comment_heading,
    is_furniture,
    is_menu,
    is_related_heading,
    is_relative_age,
    normal,
)
from rag.passages import count_words
from rag.sentences import blocks

Role: TypeAlias = Literal["title", "content", "date", "author", "source", "furniture"]

_PROSE_WORDS = 12  # a shorter block is no paragraph, whatever it ends in
_LONG_BLOCK_WORDS = 80  # prose whatever it ends in
_FINAL = re.compile(r"[.!?…:;。！？।۔؟]/?\.?[\"'”’»)\]）」』]*$")
_ITEM = re.compile(r"(?:[•●▪■◦*+–—-]|\d{1,3}[.)])\s")
_LONGEST_TITLE = 300  # characters
_SAME_TITLE = 10  # characters; a shorter part of the title is not it
_MENU_ITEM = 25  # characters
_MENU_RUN = 4  # blocks in a row
_COMMENT_CUE_WITHIN = 8  # blocks
_NEAR = 3  # blocks between two copies of a caption
_CLOCK_DAYS = 31  # how long after the events it tells a report may be published


class LabelledBlock(NamedTuple):
    """A block of a page, `plain[start:end]`, and what it is."""

    start: int
    end: int
    role: Role


@dataclass(slots=True)
class _Page:
    """The blocks of a page and what is known of each so far; a role of None is still open."""

    spans: list[tuple[int, int]]
    texts: list[str]
    keys: list[str] = field(default_factory=list)
    prose: list[bool] = field(default_factory=list)
    roles: list[Role | None] = field(default_factory=list)

    def open(self, start: int = 0, stop: int | None = None) -> list[int]:
        stop = len(self.texts) if stop is None else stop
        return [i for i in range(start, stop) if self.roles[i] is None]

    def open_prose(self) -> list[int]:
        return [i for i in self.open() if self.prose[i]]

    def drop(self, indices: Iterable[int]) -> None:
        for i in indices:
            self.roles[i] = "furniture"


def label_blocks(plain: str, *, repeated: frozenset[str] = frozenset(), title: str = "") -> tuple[LabelledBlock, ...]:
    """The blocks of a page in order, each with its role.

    `repeated` are lines of other pages (`repeated_lines`); `title` is the title where it is known from elsewhere.
    Should the rules leave nothing, everything with letters is content.
    """
    page = _read(plain)
    page.drop(i for i, text in enumerate(page.texts) if is_furniture(text))
    _drop_copies(page)
    _drop_comments(page)
    _drop_related(page)
    _drop_menus(page)
    _drop_repeated(page, repeated)
    at = _find_title(page, plain, normal(title))
    _find_dates(page, at)
    _find_author_and_source(page, at)
    if not page.open() and at is None:
        lost = [i for i, role in enumerate(page.roles) if role == "furniture" and page.keys[i]]
        for i in lost or range(len(page.roles)):
            page.roles[i] = None
    return tuple(
        LabelledBlock(start, end, role or "content") for (start, end), role in zip(page.spans, page.roles, strict=True)
    )


def repeated_lines(pages: Iterable[str]) -> frozenset[str]:
    """The lines, as `furniture.normal` gives them, that at least three pages and a fifth of all have in common."""
    seen: Counter[str] = Counter()
    number = 0
    for number, plain in enumerate(pages, start=1):  # noqa: B007
        seen.update({normal(plain[b.start : b.end]) for b in blocks(plain)})
    return frozenset(line for line, times in seen.items() if times >= 3 and times * 5 >= number and line)


def _read(plain: str) -> _Page:
    spans = [(b.start, b.end) for b in blocks(plain)]
    texts = [plain[start:end] for start, end in spans]
    page = _Page(spans, texts, [normal(t) for t in texts], [_is_prose(t) for t in texts])
    page.roles = [None] * len(texts)
    return page


def _is_prose(text: str) -> bool:
    words = count_words(text)
    return words >= _LONG_BLOCK_WORDS or (words >= _PROSE_WORDS and bool(_FINAL.search(text)))


def _drop_repeated(page: _Page, repeated: frozenset[str]) -> None:
    """Lines outside the prose that other pages have too, but not what they state: names, dates, sources.

    A page that shares most of its text is another version of the same article: there, nothing tells site from text.
    """
    prose, indices = page.open_prose(), page.open()
    shared = [i for i in indices if page.keys[i] in repeated]
    if 2 * sum(len(page.keys[i]) for i in shared) > sum(len(page.keys[i]) for i in indices):
        return
    for i in shared:
        inside = bool(prose) and prose[0] <= i <= prose[-1]
        signature = bool(prose) and i > prose[-1] and is_name_line(page.texts[i])  # above the prose: rather the site's
        if not inside and not signature and not _is_stated(page.texts[i]):
            page.roles[i] = "furniture"


def _is_stated(text: str) -> bool:
    return bool(read_date_line(text) or read_author(text) or read_source(text))


def _drop_copies(page: _Page) -> None:
    """Of a paragraph printed twice, or a caption printed twice close by, the second."""
    first_at: dict[str, int] = {}
    for place, i in enumerate(page.open()):
        key = page.keys[i]
        before = first_at.get(key)
        words = count_words(key)
        if before is not None and ((page.prose[i] and words >= 8) or (words >= 4 and place - before <= _NEAR)):
            page.roles[i] = "furniture"
        else:
            first_at[key] = place


def _drop_comments(page: _Page) -> None:
    """From a comments heading to the end, when prose stands before it and readers speak after it."""
    for i in range(len(page.texts)):
        if is_comment_heading(page.texts[i]) and any(page.prose[j] for j in page.open(0, i)):
            soon = page.texts[i + 1 : i + 1 + _COMMENT_CUE_WITHIN]
            if any(map(is_comment_cue, soon)) or re.search(r"\d", page.texts[i]):
                page.drop(range(i, len(page.texts)))
                return


def _drop_related(page: _Page) -> None:
    """Lists of links to other articles: under a heading up to the next paragraph, or each with its age."""
    for i in range(len(page.texts)):
        if is_related_heading(page.texts[i]):
            page.roles[i] = "furniture"
            if any(page.prose[j] for j in page.open(0, i)):
                for j in range(i + 1, len(page.texts)):
                    if page.prose[j] and not _ITEM.match(page.texts[j]) and page.roles[j] is None:
                        break
                    page.roles[j] = "furniture"
    last = max(page.open_prose(), default=len(page.texts))
    for i in range(last + 2, len(page.texts)):
        if is_relative_age(page.texts[i]) and not ends_in_relative_age(page.texts[i - 1]):
            page.roles[i - 1] = "furniture"


def _drop_menus(page: _Page) -> None:
    """Outside the prose: lines of menu words, and runs of short lines with at least one such line among them."""
    prose = page.open_prose()
    if not prose:
        return
    for zone in (page.open(0, prose[0]), page.open(prose[-1] + 1)):
        for run in _short_runs(page, zone):
            if len(run) >= _MENU_RUN and any(is_menu(page.texts[i]) for i in run):
                page.drop(run)
        page.drop(i for i in zone if is_menu(page.texts[i]))


def _short_runs(page: _Page, zone: list[int]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for i in zone:
        text = page.texts[i]
        short = len(text) <= _MENU_ITEM and not _FINAL.search(text) and not _ITEM.match(text)
        if short and not any(c.isdigit() for c in text) and not is_name_line(text):
            runs[-1].append(i)
        else:
            runs.append([])
    return runs


def _find_title(page: _Page, plain: str, known: str) -> int | None:
    """The place of the title: the first line that can be one, before any prose."""
    indices = page.open()
    if known:
        at = next((i for i in indices[:12] if page.keys[i] and _same_title(page.keys[i], known)), None)
    else:
        at = next((i for i in indices if not read_date_line(page.texts[i]) and not read_author(page.texts[i])), None)
        if at is not None and not _is_title(page, plain, at):
            at = None
    if at is not None:
        page.roles[at] = "title"
        page.drop(i for i in page.open() if page.keys[i] == page.keys[at])  # printed again above or below
    return at


def _same_title(key: str, known: str) -> bool:
    return key == known or (len(key) >= _SAME_TITLE and key in known)  # "Headline | The Daily"


def _is_title(page: _Page, plain: str, at: int) -> bool:
    text = page.texts[at]
    if page.prose[at] or len(text) > _LONGEST_TITLE or text[-1] in ".,;:。" or _ITEM.match(text):
        return False
    following = page.open(at + 1)
    if not following:
        return False
    if any(page.prose[i] for i in following):
        return True
    gap = plain[page.spans[at][1] : page.spans[at + 1][0]]
    return gap.count("\n") + gap.count("\r") - gap.count("\r\n") >= 2  # a poem's title stands apart


def _edges(page: _Page) -> tuple[list[int], list[int]]:
    """The open blocks before the first paragraph and after the last; in a page without prose, the outermost few."""
    prose = page.open_prose()
    if prose:
        return page.open(0, prose[0]), page.open(prose[-1] + 1)
    indices = page.open()
    return indices[:3], indices[3:][-2:]


def _find_dates(page: _Page, title_at: int | None) -> None:
    """Date lines. One above the title is the clock of the page, unless it looks otherwise."""
    head, tail = _edges(page)
    for i in [*head, *tail]:
        found = read_date_line(page.texts[i])
        if found is None:
            continue
        above = title_at is not None and i < title_at
        clock = (above and _is_clock(page, i, found)) or (i in tail and found.weekday and not found.published)
        page.roles[i] = "furniture" if clock else "date"


def _is_clock(page: _Page, at: int, line: DateLine) -> bool:
    """Whether a date above the title is today's, as sites print it: with the weekday or as the page's very first line,
    and with no event in the text during the month before it."""
    if line.published or line.updated or not (line.weekday or at == 0):
        return False
    day = line.date.as_date
    told = [d.as_date for i in page.open(at + 1) for d in find_dates(page.texts[i])]
    return not any(day and told_day and 0 <= (day - told_day).days <= _CLOCK_DAYS for told_day in told)


def _find_author_and_source(page: _Page, title_at: int | None) -> None:
    head, tail = _edges(page)
    for i in [*head, *tail]:
        if read_author(page.texts[i]):
            page.roles[i] = "author"
        elif read_source(page.texts[i]):
            page.roles[i] = "source"
    dated = {i for i, role in enumerate(page.roles) if role == "date"}
    for i in page.open(0, len(page.texts)):
        beside_date = i in head and title_at is not None and i > title_at and bool(dated & {i - 1, i + 1})
        if beside_date and is_name_line(page.texts[i]):
            page.roles[i] = "author"
    signature = _signature(page, [i for i in tail if page.roles[i] is None])
    if signature is not None:
        page.roles[signature] = "author"


def _signature(page: _Page, tail: list[int]) -> int | None:
    """The name that an article ends with: the last thing after the prose, or right after it with scraps below."""
    named = [i for i in tail if is_name_line(page.texts[i])]
    if len(named) != 1 or any(before + 1 == after for before, after in pairwise(named)):
        return None  # several names one below the other are a list
    at = named[0]
    after = [i for i in tail if i > at]
    if not after or (at == tail[0] and all(count_words(page.texts[i]) <= 6 for i in after)):
        return at
    return None
