"""The double for tests, and the memory of what was written."""

from __future__ import annotations

import threading

import pytest

from rag.errors import GeneratorError
from rag.generate import Message
from rag.generate.cache import CachedGenerator
from rag.generate.scripted import ScriptedGenerator

HELLO, BYE = (Message("user", "hello"),), (Message("user", "bye"),)


def stream(generator: ScriptedGenerator | CachedGenerator, messages: tuple[Message, ...], tokens: int = 99) -> str:
    return "".join(generator.stream(messages, max_tokens=tokens, stop=threading.Event()))


def test_a_script_is_written_word_by_word_and_then_there_is_none_left() -> None:
    generator = ScriptedGenerator(["một hai  ba"])
    assert list(generator.stream(HELLO, max_tokens=99, stop=threading.Event())) == ["một", " hai", "  ba"]
    with pytest.raises(GeneratorError, match="1 texts"):
        stream(generator, HELLO)
    assert generator.asked == [HELLO, HELLO]
    assert not generator.stopped.is_set()


def test_a_script_may_look_at_the_messages() -> None:
    generator = ScriptedGenerator(lambda messages: messages[-1].content.upper())
    assert (stream(generator, HELLO), stream(generator, BYE)) == ("HELLO", "BYE")


def test_leaving_stops_it() -> None:
    generator = ScriptedGenerator(["một hai ba"])
    pieces = generator.stream(HELLO, max_tokens=99, stop=threading.Event())
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert generator.stopped.is_set()


def test_the_same_is_written_once_and_other_settings_are_not_the_same() -> None:
    generator = ScriptedGenerator(lambda messages: f"{messages[-1].content} again")
    cached = CachedGenerator(generator)
    assert stream(cached, HELLO) == stream(cached, HELLO) == "hello again"
    assert len(generator.asked) == 1
    stream(cached, HELLO, tokens=98)
    stream(cached, BYE)
    assert len(generator.asked) == 3


def test_what_was_not_written_to_its_end_is_not_kept() -> None:
    generator = ScriptedGenerator(lambda messages: "một hai ba")
    cached = CachedGenerator(generator)
    pieces = cached.stream(HELLO, max_tokens=99, stop=threading.Event())
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert generator.stopped.is_set()
    stop = threading.Event()
    for _ in cached.stream(HELLO, max_tokens=99, stop=stop):
        stop.set()
    assert stream(cached, HELLO) == "một hai ba"
    assert len(generator.asked) == 3


def test_the_memory_is_bounded_and_keeps_what_was_used_last() -> None:
    generator = ScriptedGenerator(lambda messages: "x" * 40)
    cached = CachedGenerator(generator, most_characters=100)
    for messages in (HELLO, BYE, HELLO, (Message("user", "third"),), HELLO):
        stream(cached, messages)
    assert [messages[0].content for messages in generator.asked] == ["hello", "bye", "third"]
    stream(cached, BYE)
    assert len(generator.asked) == 4
