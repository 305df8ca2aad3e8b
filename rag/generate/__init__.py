"""Language models that write text: one protocol, two engines, and a double for tests.

    open_generator("Qwen/Qwen3-1.7B")                              # transformers: by name, by folder, or a GGUF file
    open_generator("qwen3", url="http://127.0.0.1:8000/v1")        # any server that speaks OpenAI's protocol
    ScriptedGenerator(["Ban có 15 biên chế. [1]"])                 # writes what it was told to

Importing this package loads none of the engines. It knows messages and text; no articles and no quotes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = ["TIMEOUT_SECONDS", "Generator", "Message", "open_generator"]

TIMEOUT_SECONDS = 120.0  # for one answer, from the question to its last word

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a model."""

    role: Role
    content: str


class Generator(Protocol):
    """Writes a text that follows messages. The same messages give the same text, as far as the engine can.

    Calls from several threads at once are allowed; an engine may let one wait for the other.
    """

    @property
    def id(self) -> str:
        """The weights or the service, by name."""
        ...

    @property
    def window(self) -> int:
        """How many tokens the messages and what is written may have together."""
        ...

    @property
    def special_tokens(self) -> tuple[str, ...]:
        """What means something else than itself to the model: the text of an article must not have it."""
        ...

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """How many tokens of the window the messages take; never too few."""
        ...

    def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event) -> Iterator[str]:
        """What the model writes, in pieces, to at most `max_tokens`.

        An empty piece comes when there is nothing new for a while, so that whoever reads can do something else. Setting
        `stop`, or closing the iterator, ends the writing within a second. Raises `GeneratorError` with what to do when
        the model fails.
        """
        ...


def open_generator(name: str, *, url: str | None = None, timeout: float = TIMEOUT_SECONDS) -> Generator:
    """Open a model by name: on a server, where a `url` is given, else on this machine by name, folder or GGUF file.

    The key for the server is read from the environment, `OPENAI_API_KEY`. `timeout` is in seconds, for one answer.
    Raises `ModelError` with what to do when it can't be loaded, `GeneratorError` when the server can't be reached.
    """
    if url is not None:
        from rag.generate.openai import OpenAIGenerator

        return OpenAIGenerator(name, url, timeout=timeout)
    from rag.generate.transformers import TransformersGenerator

    return TransformersGenerator(name, timeout=timeout)
