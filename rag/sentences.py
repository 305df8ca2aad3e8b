"""Blocks (paragraphs, captions, list items) and sentences of a text, as offsets.

Own rules: underthesea, made for Vietnamese, gives no offsets (and is GPL), and pysbd, which gives them, has no
Vietnamese. Knows nothing of articles: blanked text is simply blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rag.terms import JOINER
from rag.types import Span

NEWLINES = "\n\r\x0b\x0c\x85\u2028\u2029"
_LINE = re.compile(rf"[^{NEWLINES}]*(?:\r\n|[{NEWLINES}]|$)")
_LIST_ITEM = re.compile(r"(?:[•●○▪■◦‣·*+>#–—-]+|\d{1,3}[.)]|[a-zđA-ZĐ][.)]|[ivxIVX]{1,5}[.)]|\(\w{1,3}\))\s")
_CJK = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
_FIRST_WORD = re.compile(rf"[{_CJK}]|[^\s{_CJK}]+")

_WIDEST_WRAP = 110  # characters; longer lines were not wrapped by hand
_NARROWEST_WRAP = 40
_CONTINUABLE = 30  # a shorter line before a lower-case one is rather a list item than half a sentence

# Text taken from a page breaks the line at an index: "... of O", "2 around the patient".
_FORMULA = re.compile(r"(?<!\w)[A-Z]{1,3}$")
_INDEX = re.compile(r"\d{1,2}[,;]?\s+([^\W\d_])")

_CLOSERS = f"\"'”’»›)\\]）」』】》］{JOINER}"
_OPENERS = f"\"'“‘«‹([（「『【《［*_¿¡{JOINER}"
_STRONG = "。！？｡।॥۔؟។။።"  # end a sentence with or without a blank after
# A run of final marks, with the "./." that ends Vietnamese news, and what closes after it.
_END = re.compile(rf"(?:[.…]+/\.*|[.!?…]+|[{_STRONG}]+)[.!?…{_STRONG}]*[{_CLOSERS}]*")
_LAST_WORD = re.compile(r"[^\s(\[“\"‘'«]+$")

# Before a name or a number, never at the end of a sentence.
_TITLES_AND_PLACES = (
    "tp tt tx gs ts pgs ths bs ks cn ls nsnd nsưt đ/c đc ô ông ngs nxb nđd pv btv"  # Vietnamese
    " mr mrs ms mx dr prof sr jr st rev gen col lt capt sgt hon gov sen rep messrs mt ft"
    " no nos nr vol fig eq ch sec art pp p ed eds cf vs approx dept univ al ca"
    " m mm mme mlle me sra srta hr fr bzw evtl ggf abs"
)
_ABBREVIATIONS = frozenset(_TITLES_AND_PLACES.split())


def blocks(plain: str) -> list[Span]:
    """Runs of text that belong together: lines up to a blank line, or up to a line break that ends a paragraph.

    Lines are joined only when the text was wrapped by hand (the next word would not have fitted) or the next one
    goes on in lower case. No block begins or ends with a blank.
    """
    lines = [Span(m.start(), m.end()) for m in _LINE.finditer(plain) if m.end() > m.start()]
    trimmed = [trim(plain, line) for line in lines]
    width = _wrap_width(trimmed)
    found: list[Span] = []
    open_block = False
    for before, line in zip([Span(0, 0), *trimmed], trimmed, strict=False):
        if line.start == line.end:
            open_block = False
            continue
        if open_block and _continues(plain, before, line, width):
            found[-1] = Span(found[-1].start, line.end)
        else:
            found.append(line)
        open_block = True
    return found


def split_sentences(plain: str) -> list[Span]:
    """The sentences of a text in order: no blanks at either end, none across blocks; every other character in one."""
    return [sentence for block in blocks(plain) for sentence in split_block(plain, block)]


def trim(plain: str, span: Span) -> Span:
    """A span without the blanks at its ends."""
    part = plain[span.start : span.end]
    start = span.start + len(part) - len(part.lstrip())
    return Span(start, max(start, span.start + len(part.rstrip())))


def _wrap_width(lines: list[Span]) -> int:
    """The width at which the text was wrapped by hand, in characters; 0 when it was not."""
    followed = [
        line.end - line.start
        for line, following in pairwise(lines)
        if line.end > line.start and following.end > following.start
    ]
    wrapped = [length for length in followed if length <= _WIDEST_WRAP]
    width = max(wrapped, default=0)
    near = sum(length > width - 16 for length in wrapped)
    return width if width >= _NARROWEST_WRAP and near >= 2 and near * 2 >= len(followed) else 0


def _continues(plain: str, line: Span, following: Span, width: int) -> bool:
    rest = plain[following.start : following.end]
    if _LIST_ITEM.match(rest + " "):
        return False
    length = line.end - line.start
    index = _INDEX.match(rest) if length >= _CONTINUABLE and _FORMULA.search(plain, line.start, line.end) else None
    if index is not None and not index.group(1).isupper():
        return True
    if width and length <= width:
        word = _FIRST_WORD.match(rest)
        return length + 1 + (word.end() if word else 1) > width
    return rest[0].islower() and length >= _CONTINUABLE and plain[line.end - 1] not in ".!?…:;" + _STRONG


def split_block(plain: str, block: Span) -> Iterator[Span]:
    """The sentences of one block, in order."""
    start = block.start
    for mark in _END.finditer(plain, block.start, block.end):
        if mark.start() >= start and _ends_sentence(plain, start, mark, block.end):
            yield Span(start, mark.end())
            start = mark.end()
            while start < block.end and plain[start].isspace():
                start += 1
    if start < block.end:
        yield Span(start, block.end)


def _ends_sentence(plain: str, start: int, mark: re.Match[str], block_end: int) -> bool:
    end = mark.end()
    if mark.group()[0] in _STRONG or end == block_end:
        return True
    if not plain[end].isspace():
        return False
    following = plain[end : min(end + 40, block_end)].lstrip().lstrip(_OPENERS).lstrip()
    if following[:1].islower():
        return False
    if not mark.group().startswith(".") or mark.group()[1:2] in (".", "/"):
        return True
    return not _is_abbreviation(plain, start, mark.start())


def _is_abbreviation(plain: str, start: int, stop: int) -> bool:
    """Whether the one full stop at `stop` belongs to the word before it (`start`: where the sentence began)."""
    found = _LAST_WORD.search(plain, max(start, stop - 30), stop)
    if found is None:
        return False
    word = found.group()
    so_far = plain[start:stop] if stop - start <= 20 else ""
    if re.fullmatch(r"\(?(?:\d{1,3}(?:\.\d{1,3})*|\w|[IVXivx]{1,6}|[^\W\d]+\s\d{1,3})", so_far):
        return True  # "1.", "a.", "IV.", "Điều 5.", "Article 5." open a sentence
    last = word.rsplit(".", 1)[-1]
    if last.lower() in _ABBREVIATIONS and (last[0].isupper() or len(word) < 4):
        return True
    if word.lower() in ("v.v", "a.m", "p.m", "vv"):
        return False
    return len(last) == 1 and last.isalpha() and last.isupper()  # an initial: "N. Diễm", "U.S. Senate", "Th.S."
