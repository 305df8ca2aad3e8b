"""Serve what a model has written before: the same messages under the same settings, from memory.

Kept are the answers used last, up to a number of characters. Only what was written to its end is kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from rag.generate import Generator, Message

MOST_CHARACTERS = 4_000_000  # of questions with their passages, and answers: some hundreds of them

_Key = tuple[str, int, tuple[Message, ...]]


class CachedGenerator:
    """Another generator and its memory. Keeps the protocol `rag.generate.Generator`."""

    def __init__(self, generator: Generator, *, most_characters: int = MOST_CHARACTERS) -> None:
        self._generator = generator
        self._most = most_characters
        self._kept: OrderedDict[_Key, tuple[str, ...]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    @property
    def id(self) -> str:
        """That of the other."""
        return self._generator.id

    @property
    def window(self) -> int:
        """That of the other."""
        return self._generator.window

    @property
    def special_tokens(self) -> tuple[str, ...]:
        """Those of the other."""
        return self._generator.special_tokens

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """As the other counts."""
        return self._generator.count_tokens(messages)

    def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event) -> Iterator[str]:
        """What was written before, or what the other writes now."""
        key = (self.id, max_tokens, tuple(messages))
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
        if kept is not None:
            yield from kept
            return
        pieces = []
        writing = self._generator.stream(messages, max_tokens=max_tokens, stop=stop)
        try:
            for piece in writing:
                pieces += [piece] if piece else []
                yield piece
        finally:
            close = getattr(writing, "close", None)  # an iterator need not have it, a generator function's does
            if close is not None:
                close()
        if not stop.is_set():
            self._keep(key, tuple(pieces))

    def _keep(self, key: _Key, pieces: tuple[str, ...]) -> None:
        with self._lock:
            if key not in self._kept:
                self._size += _characters(key, pieces)
            self._kept[key] = pieces
            while self._size > self._most:
                self._size -= _characters(*self._kept.popitem(last=False))


def _characters(key: _Key, pieces: tuple[str, ...]) -> int:
    return sum(len(message.content) for message in key[2]) + sum(map(len, pieces))
