"""Cut an article into passages: runs of whole sentences, 80 to 200 words, neighbours sharing a sentence.

Looks only at `article.plain`, so nothing that was dropped is ever a sentence. Knows no model and no token counts: 200
words are about 300 tokens of a multilingual model.
"""

from __future__ import annotations

import re
from itertools import pairwise

from rag.sentences import blocks, split_block, trim
from rag.terms import JOINER, UNSPACED
from rag.types import Article, Passage, Span

_WORD = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_LONG_WORD = 20  # characters; what is longer (a URL, an encoded blob) counts as several words
# Where a sentence that is too long may be cut, best first. The last cuts anywhere.
_CUTS = tuple(re.compile(p) for p in (r"[;；]\s*", r"[:：]\s+", r"[,，、]\s*(?!\d)", r"\s+", r"(?s).{20}"))


def count_words(text: str) -> int:
    """Words between blanks; in scripts without blanks two characters count as one (about a Chinese word's length)."""
    total = 0.0
    for word in _WORD.findall(text):
        if _UNSPACED.match(word):
            total += 0.5
        elif any(c.isalnum() for c in word):
            total += 1 + (len(word) - 1) // _LONG_WORD
    return int(total + 0.5)


def reading(article: Article, span: Span) -> str:
    """A span as a person reads it: without dropped parts and markup, blanks collapsed. For models and for display."""
    return " ".join(article.plain[span[0] : span[1]].replace(JOINER, "").split())


def body_sentences(article: Article, *, max_words: int = 200) -> list[Span]:
    """The sentences of an article in order, without its title; those over `max_words` in pieces.

    The title is one only when the article has nothing else.
    """
    return [piece for block in _body_blocks(article, max_words) for piece in block]


def cut(article: Article, *, min_words: int = 80, max_words: int = 200) -> list[Passage]:
    """The passages of an article in order. Every sentence of the body is in at least one.

    A passage ends where the paragraph does, once it has `min_words`, or before it would have more than `max_words`.
    The next one begins with the last sentence of the one before, or earlier if it would be too short otherwise; with
    none of it when a sentence of nearly `max_words` follows. Only an article that is short as a whole, or sentences
    that fit no other way, give a passage under `min_words`.
    """
    if not 0 < min_words <= max_words:
        raise ValueError(f"passages of {min_words} to {max_words} words: need 0 < min_words <= max_words")
    spans: list[Span] = []
    ends_block: list[bool] = []
    for block in _body_blocks(article, max_words):
        spans += block
        ends_block += [False] * (len(block) - 1) + [True]
    words = [count_words(article.plain[s.start : s.end]) for s in spans]
    return [_passage(article, spans[first:last]) for first, last in _group(words, ends_block, min_words, max_words)]


def _body_blocks(article: Article, max_words: int) -> list[list[Span]]:
    """The sentences of each block (paragraph, caption, list item)."""
    plain, title = article.plain, article.metadata.title_span
    if title is not None:
        body = plain[: title.start] + " " * (title.end - title.start) + plain[title.end :]
        plain = body if body.strip() else plain
    return [
        [piece for sentence in split_block(plain, block) for piece in _pieces(plain, sentence, max_words)]
        for block in blocks(plain)
    ]


def _pieces(plain: str, span: Span, max_words: int, level: int = 0) -> list[Span]:
    """A span in pieces of at most `max_words`, cut at the best marks that do it."""
    if level == len(_CUTS) or count_words(plain[span.start : span.end]) <= max_words:
        return [span]
    marks = [m.end() for m in _CUTS[level].finditer(plain, span.start, span.end)]
    edges = sorted({span.start, span.end, *(e for e in marks if span.start < e < span.end)})
    parts = [Span(a, b) for a, b in pairwise(edges)]
    joined: list[Span] = []
    room = 0
    for part in parts:
        size = count_words(plain[part.start : part.end])
        if joined and size <= room:
            joined[-1] = Span(joined[-1].start, part.end)
            room -= size
        else:
            joined.append(part)
            room = max_words - size
    return [piece for part in joined for piece in _pieces(plain, trim(plain, part), max_words, level + 1)]


def _group(words: list[int], ends_block: list[bool], min_words: int, max_words: int) -> list[tuple[int, int]]:
    """Half-open ranges of sentences, one a passage."""
    groups: list[tuple[int, int]] = []
    first = total = 0
    for i, size in enumerate(words):
        full = total + size > max_words
        enough = (
            total >= min_words and ends_block[i - 1] and i > first + 1
        )  # one sentence would be the next one's first
        if i > first and (full or enough):
            groups.append((first, i))
            first = i - 1 if words[i - 1] + size <= max_words else i
            total = sum(words[first:i])
        total += size
    if words:
        groups.append((first, len(words)))
    if len(groups) > 1 and sum(words[slice(*groups[-1])]) < min_words:
        start = groups[-2][0]
        if sum(words[start:]) <= max_words:
            groups[-2:] = [(start, len(words))]
    longer = [
        _lengthen(group, before[0], words, min_words, max_words)
        for before, group in zip([(0, 0), *groups], groups, strict=False)
    ]
    within_next = {i for i, (one, following) in enumerate(pairwise(longer)) if following[0] <= one[0]}
    return [group for i, group in enumerate(longer) if i not in within_next]


def _lengthen(
    group: tuple[int, int], earliest: int, words: list[int], min_words: int, max_words: int
) -> tuple[int, int]:
    """Let a passage that is too short share more with the one before it, down to that one's first sentence."""
    first, end = group
    while first > earliest and sum(words[first:end]) < min_words and sum(words[first - 1 : end]) <= max_words:
        first -= 1
    return first, end


def _passage(article: Article, sentences: list[Span]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    return Passage(article.id, start, end, article.text[start:end], tuple(sentences))
