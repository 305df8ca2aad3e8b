"""A text in Unicode's composed form (NFC), with the way back to the offsets of the text as it is written.

macOS and some editors write "é" as two characters (NFD). The rules on lines and phrases are written for one; they read
the composed copy, and what they find is placed in the text itself. Knows no rules.
"""

from __future__ import annotations

import unicodedata
from array import array
from dataclasses import dataclass

from rag.types import Span


@dataclass(frozen=True, slots=True)
class Composed:
    """`text` is NFC; character `i` of it begins at `starts[i]` of the text as written (None: at `i`)."""

    text: str
    starts: array[int] | None = None

    def written(self, span: Span) -> Span:
        """The place, in the text as written, of a place in the composed one."""
        return span if self.starts is None else Span(self.starts[span.start], self.starts[span.end])


def compose(text: str) -> Composed:
    """The composed form of a text of any form. A character that composes with none keeps its own offset."""
    if unicodedata.is_normalized("NFC", text):
        return Composed(text)
    pieces: list[str] = []
    starts = array("q")
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _joins(text[end]):
            continue
        piece = unicodedata.normalize("NFC", text[start:end])
        same = piece == text[start:end]
        starts.extend(range(start, end) if same else [start] * len(piece))
        pieces.append(piece)
        start = end
    starts.append(len(text))
    return Composed("".join(pieces), starts)


def _joins(character: str) -> bool:
    """Whether a character may compose with the one before: a mark, or the vowel or final of a Hangul syllable."""
    return character >= "\u0300" and (unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff")
