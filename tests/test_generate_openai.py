"""Models on a server, against a real one with every fault that a server can have."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from rag.errors import GeneratorError, ModelError
from rag.generate import Message, open_generator
from rag.generate.openai import DEFAULT_WINDOW
from tests.openai_server import WINDOW, FakeServer, serving

MESSAGES = (Message("system", "Be brief."), Message("user", "Ban có bao nhiêu biên chế?"))


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serving(FakeServer()) as fake:
        yield fake


def written(server: FakeServer, model: str, *, timeout: float = 30.0) -> str:
    generator = open_generator(model, url=server.url, timeout=timeout)
    return "".join(generator.stream(MESSAGES, max_tokens=99, stop=threading.Event()))


def test_what_the_server_writes_comes_in_pieces(server: FakeServer) -> None:
    generator = open_generator("good", url=server.url)
    pieces = [piece for piece in generator.stream(MESSAGES, max_tokens=99, stop=threading.Event()) if piece]
    assert pieces == ["Ban", " có", " 15", " biên", " chế.", " [1]"]
    (request,) = server.requests
    assert (request["model"], request["max_tokens"], request["temperature"]) == ("good", 99, 0)
    assert request["messages"] == [{"role": m.role, "content": m.content} for m in MESSAGES]


def test_the_key_is_that_of_the_environment(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-test")
    assert written(server, "good") == "Ban có 15 biên chế. [1]"


def test_the_servers_own_window_and_tokeniser_are_asked(server: FakeServer) -> None:
    generator = open_generator("good", url=server.url)
    assert generator.window == WINDOW
    words = sum(len(message.content.split()) for message in MESSAGES)
    assert generator.count_tokens(MESSAGES) == words + 2 * 16


def test_without_them_the_guess_is_careful(server: FakeServer) -> None:
    generator = open_generator("no-tokeniser", url=server.url)
    assert generator.window == DEFAULT_WINDOW
    assert generator.count_tokens([Message("user", "a" * 100)]) == 51 + 16


def test_a_busy_server_is_asked_again(server: FakeServer) -> None:
    assert written(server, "busy-once") == "Ban có 15 biên chế. [1]"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("429", "answered 429 .*this is 429.*: wait"),
        ("500", "answered 500 .*this is 500.*: look into its log"),
        ("401", "answered 401 .*: set the environment's OPENAI_API_KEY"),
        ("404", "answered 404 .*: see whether --llm names a model"),
        ("malformed", "sent what is no answer of the protocol"),
        ("error-event", "failed .out of memory.: look into its log"),
        ("html", "broke off in the middle"),
        ("cut", "can't be reached, or broke off"),
        ("ends-early", "broke off in the middle"),
    ],
)
def test_each_fault_is_one_clear_sentence(server: FakeServer, model: str, message: str) -> None:
    with pytest.raises(GeneratorError, match=message):
        written(server, model)


@pytest.mark.parametrize("model", ["silent", "stalls", "drips"])
def test_a_server_that_never_ends_holds_nobody_up_longer_than_the_time_out(server: FakeServer, model: str) -> None:
    with pytest.raises(GeneratorError, match="took longer than 1 seconds"):
        written(server, model, timeout=1.0)
    assert server.left.wait(timeout=10)  # and it is told so


def test_a_server_that_is_away_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(GeneratorError, match=rf"127.0.0.1:{port}/v1 can't be reached.*--llm-url"):
        list(
            open_generator("any", url=f"http://127.0.0.1:{port}/v1").stream(
                MESSAGES, max_tokens=9, stop=threading.Event()
            )
        )


@pytest.mark.parametrize("way", ["stop", "close"])
def test_leaving_closes_the_connection(server: FakeServer, way: str) -> None:
    stop = threading.Event()
    pieces = open_generator("stalls", url=server.url).stream(MESSAGES, max_tokens=99, stop=stop)
    assert next(piece for piece in pieces if piece) == "Ban"
    if way == "stop":
        stop.set()
        assert len([piece for piece in pieces if piece]) <= 2
    else:
        pieces.close()  # type: ignore[attr-defined]  # a generator function's iterator has it
    assert server.left.wait(timeout=10)


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ModelError, match="'localhost:8000' is no address"):
        open_generator("any", url="localhost:8000")
