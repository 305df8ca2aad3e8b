"""Put back the diacritics of a question typed without them, from the words of the collection and of questions.

    restore("tinh uy co bao nhieu bien che", lexicon) → "tỉnh uỷ có bao nhiêu biên chế"

The best path through the spellings of each syllable, by how often they and their neighbours stand in the collection
(Viterbi, 1967). What neither it nor `data/questions.yaml` knows stays as typed. The result is for the embedding model,
which was trained on written Vietnamese; nobody is shown it, and words are still looked up as typed.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise

from rag.lexical import LexicalIndex
from rag.question import question_terms
from rag.terms import fold

MOST_SPELLINGS = 12  # of one syllable, the most frequent ones
PAIR_WEIGHT = 2.0  # what a pair of neighbours tells, against a single syllable
UNSEEN = 0.1  # the count of a pair that the collection doesn't have
COMMON = 5  # the count that a word of questions has on top: "bao nhiêu" stands in no news

_SYLLABLE = re.compile(r"[a-z]+")


def restore(text: str, lexicon: LexicalIndex) -> str:
    """The text with the likeliest diacritics, lower-cased; the same text when nothing of it is known."""
    lowered = text.lower()
    found = list(_SYLLABLE.finditer(lowered))
    best = _best_path([_spellings(m.group(), lexicon) for m in found], lexicon)
    pieces, end = [], 0
    for match, spelling in zip(found, best, strict=True):
        pieces += [lowered[end : match.start()], spelling]
        end = match.end()
    return "".join([*pieces, lowered[end:]])


def _spellings(plain: str, lexicon: LexicalIndex) -> list[str]:
    asked = (term for term in question_terms() if "_" not in term and fold(term) == plain)
    return list(dict.fromkeys([*lexicon.spellings(plain)[:MOST_SPELLINGS], *sorted(asked)])) or [plain]


def _count(term: str, lexicon: LexicalIndex) -> int:
    return lexicon.frequency(term) + (COMMON if term in question_terms() else 0)


def _best_path(choices: list[list[str]], lexicon: LexicalIndex) -> list[str]:
    """One spelling for each syllable; of equal paths the one with the more frequent spellings first."""
    if not choices:
        return []
    scores = [math.log(1 + _count(s, lexicon)) for s in choices[0]]
    back: list[list[int]] = []
    for before, here in pairwise(choices):
        row, pointers = [], []
        for spelling in here:
            reached = [
                score + PAIR_WEIGHT * math.log(UNSEEN + _count(f"{previous}_{spelling}", lexicon))
                for score, previous in zip(scores, before, strict=True)
            ]
            pointers.append(max(range(len(reached)), key=reached.__getitem__))
            row.append(reached[pointers[-1]] + math.log(1 + _count(spelling, lexicon)))
        scores = row
        back.append(pointers)
    path = [max(range(len(scores)), key=scores.__getitem__)]
    for pointers in reversed(back):
        path.append(pointers[path[-1]])
    return [spellings[i] for spellings, i in zip(choices, reversed(path), strict=True)]
