"""A model that writes what it was told to, so that people can test what they build as it runs in production."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from rag.errors import GeneratorError
from rag.generate import Message

Script = Callable[[Sequence[Message]], str]


class ScriptedGenerator:
    """Keeps the protocol `rag.generate.Generator`. Writes the texts one after another, word by word; then it fails.

    A script instead of texts is given the messages and returns what is written. `asked` has the messages of each call;
    `stopped` is set when whoever read went away before the end. A token is four characters.
    """

    def __init__(
        self, texts: Sequence[str] | Script, *, window: int = 8_192, special_tokens: tuple[str, ...] = ()
    ) -> None:
        self.id = "scripted"
        self.window = window
        self.special_tokens = special_tokens
        self.asked: list[tuple[Message, ...]] = []
        self.stopped = threading.Event()
        self._texts = texts
        self._lock = threading.Lock()

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """A token for four characters, rounded up."""
        return sum(-(-len(message.content) // 4) for message in messages)

    def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event) -> Iterator[str]:
        """The next text, or the script's, word by word. Raises `GeneratorError` when there is none left."""
        text = self._next(tuple(messages))
        complete = False
        try:
            for word in _words(text[: 4 * max_tokens]):
                if stop.is_set():
                    return
                yield word
            complete = True
        finally:
            if not complete:
                self.stopped.set()

    def _next(self, messages: tuple[Message, ...]) -> str:
        with self._lock:
            self.asked.append(messages)
            if not isinstance(self._texts, Sequence):
                return self._texts(messages)
            if len(self.asked) > len(self._texts):
                raise GeneratorError(f"The script has {len(self._texts)} texts, and was asked for one more: add it.")
            return self._texts[len(self.asked) - 1]


def _words(text: str) -> Iterator[str]:
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or (text[end].isspace() and not text[end - 1].isspace()):
            yield text[start:end]
            start = end
