"""A model on a server that speaks OpenAI's protocol: vLLM, SGLang, llama.cpp, Ollama, hosted services.

    --llm-url http://127.0.0.1:8000/v1 --llm qwen3          the key, where one is needed: OPENAI_API_KEY

The `openai` client connects and retries with growing pauses. Reading goes on in a thread of its own, so that a server
that sends nothing, or a byte now and then, holds nobody up longer than the time-out; leaving closes the connection.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from rag.encoder.unicode import well_formed
from rag.errors import GeneratorError, ModelError
from rag.generate import TIMEOUT_SECONDS, Message

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.chat import ChatCompletionMessageParam

KEY = "OPENAI_API_KEY"
RETRIES = 2
PROBE_SECONDS = 5.0  # for what is asked of the server beside an answer
POLL_SECONDS = 0.2  # without anything new, after which an empty piece is given
DEFAULT_WINDOW = 4_096  # tokens, of a server that doesn't say: Ollama's own default
TEMPLATE_TOKENS = 16  # at most, around each message
BYTES_A_TOKEN = 2  # where the server has no tokeniser to ask: rather too many tokens than too few
SPECIAL_TOKENS = ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "</s>", "<s>", "[INST]", "[/INST]")


@dataclass(frozen=True, slots=True)
class _Ended:
    """The end of an answer: None, or why it came too early."""

    error: Exception | None = None


class OpenAIGenerator:
    """Keeps the protocol `rag.generate.Generator`. Nothing is sent before the first question."""

    special_tokens = SPECIAL_TOKENS

    def __init__(self, name: str, url: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        """`url` ends where the protocol's paths begin, mostly in `/v1`. Raises `ModelError` for what is no address."""
        if importlib.util.find_spec("openai") is None:
            raise ModelError("A model on a server needs the package openai: run pip install 'rag[llm]'.")
        if not url.startswith(("http://", "https://")):
            raise ModelError(f"{url!r} is no address of a server: give one such as http://127.0.0.1:8000/v1.")
        self.id = f"{name} on {url}"
        self._name = name
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._counts = True  # whether the server counts tokens, as far as is known

    @cached_property
    def window(self) -> int:
        """What the server says of the model, or a careful guess. Raises `GeneratorError` when it can't be asked."""
        from openai import APIStatusError, OpenAIError

        try:
            listed = cast(Mapping[str, object], self._client.get("/models", cast_to=object))
            entries = listed.get("data") if isinstance(listed, dict) else None
        except APIStatusError as error:
            if error.status_code in (401, 403):
                raise self._failure(error) from error
            entries = None
        except (OpenAIError, ValueError) as error:
            raise self._failure(error) from error
        entry = next((e for e in entries or () if isinstance(e, dict) and e.get("id") == self._name), {})
        meta = entry.get("meta")
        meta = meta if isinstance(meta, dict) else {}
        told = (entry.get("max_model_len"), meta.get("n_ctx"), entry.get("context_length"), meta.get("n_ctx_train"))
        return next((size for size in told if isinstance(size, int) and size > 0), DEFAULT_WINDOW)

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """By the server's own tokeniser, where it lets it be asked; else from the length, rather too many."""
        text = "\n".join(well_formed(message.content) for message in messages)
        return self._counted(text) + TEMPLATE_TOKENS * len(messages)

    def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event) -> Iterator[str]:
        """What the model writes, as it comes. Raises `GeneratorError` when the server fails or takes too long."""
        pieces: queue.Queue[str | _Ended] = queue.Queue()
        left = threading.Event()
        worker = threading.Thread(
            target=self._read, args=(tuple(messages), max_tokens, pieces, left), name="rag-generate", daemon=True
        )
        deadline = time.monotonic() + self._timeout
        worker.start()
        try:
            while not stop.is_set():
                if time.monotonic() > deadline:
                    raise GeneratorError(self._late())
                try:
                    piece = pieces.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    yield ""
                    continue
                if isinstance(piece, _Ended):
                    if piece.error is not None:
                        raise self._failure(piece.error) from piece.error
                    return
                yield piece
        finally:
            left.set()

    def _read(
        self, messages: tuple[Message, ...], max_tokens: int, pieces: queue.Queue[str | _Ended], left: threading.Event
    ) -> None:
        """Read one answer into the queue, in an event loop of its own: its waiting can be called off."""
        try:
            asyncio.run(self._read_until_left(messages, max_tokens, pieces, left))
        except Exception as error:  # noqa: BLE001 - the boundary of the thread: whatever it is, the reader hears of it
            pieces.put(_Ended(error))

    async def _read_until_left(
        self, messages: tuple[Message, ...], max_tokens: int, pieces: queue.Queue[str | _Ended], left: threading.Event
    ) -> None:
        reading = asyncio.ensure_future(self._read_pieces(messages, max_tokens, pieces))
        while not reading.done() and not left.is_set():
            await asyncio.wait([reading], timeout=POLL_SECONDS / 2)
        if not reading.done():
            reading.cancel()
            await asyncio.wait([reading])
            return
        reading.result()

    async def _read_pieces(
        self, messages: tuple[Message, ...], max_tokens: int, pieces: queue.Queue[str | _Ended]
    ) -> None:
        from openai import AsyncOpenAI

        given = [{"role": message.role, "content": well_formed(message.content)} for message in messages]
        async with AsyncOpenAI(
            base_url=self._url, api_key=_key(), timeout=self._timeout, max_retries=RETRIES
        ) as client:
            stream = await client.chat.completions.create(
                model=self._name, messages=cast("list[ChatCompletionMessageParam]", given),
                max_tokens=max_tokens, temperature=0, stream=True,
            )  # fmt: skip
            finished = False
            async with stream:
                async for chunk in stream:
                    for choice in chunk.choices or ():
                        if choice.delta and choice.delta.content:
                            pieces.put(choice.delta.content)
                        finished = finished or choice.finish_reason is not None
        if not finished:
            raise GeneratorError(f"The server of {self.id} broke off in the middle of the answer: ask again.")
        pieces.put(_Ended())

    def _counted(self, text: str) -> int:
        from openai import OpenAIError

        if self._counts:
            root = self._url.removesuffix("/v1")
            body = {"model": self._name, "prompt": text, "content": text}  # of vLLM and SGLang; of llama.cpp
            try:
                answered = self._client.post(f"{root}/tokenize", cast_to=object, body=body)
            except (OpenAIError, ValueError):
                answered = None
            found = answered if isinstance(answered, dict) else {}
            count, tokens = found.get("count"), found.get("tokens")
            if isinstance(count, int) and count > 0:
                return count
            if isinstance(tokens, list) and tokens:
                return len(tokens)
            self._counts = False
        return len(text.encode("utf-8")) // BYTES_A_TOKEN + 1

    @cached_property
    def _client(self) -> OpenAI:
        from openai import OpenAI

        return OpenAI(base_url=self._url, api_key=_key(), timeout=min(PROBE_SECONDS, self._timeout), max_retries=0)

    def _late(self) -> str:
        return (
            f"The server of {self.id} took longer than {self._timeout:.0f} seconds: "
            "see whether it is busy, or allow more with --llm-timeout."
        )

    def _failure(self, error: Exception) -> GeneratorError:
        """What went wrong, in one sentence with what to do."""
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        if isinstance(error, GeneratorError):
            return error
        if isinstance(error, APITimeoutError):
            return GeneratorError(self._late())
        if isinstance(error, APIConnectionError):
            return GeneratorError(
                f"The server of {self.id} can't be reached, or broke off ({_reason(error)}): "
                "see whether it runs and whether --llm-url is its address."
            )
        if isinstance(error, APIStatusError):
            hint = {
                401: f"set the environment's {KEY}", 403: f"set the environment's {KEY}",
                404: "see whether --llm names a model that it has", 429: "wait, it has too much to do",
            }.get(error.status_code, "look into its log")  # fmt: skip
            said = " ".join(error.message.split())[:200]
            return GeneratorError(f"The server of {self.id} answered {error.status_code} ({said}): {hint}.")
        if isinstance(error, json.JSONDecodeError):
            return GeneratorError(f"The server of {self.id} sent what is no answer of the protocol: look into its log.")
        return GeneratorError(f"The server of {self.id} failed ({_reason(error)}): look into its log.")


def _reason(error: BaseException) -> str:
    cause = error.__cause__ or error
    return (" ".join(str(cause).split()) or type(cause).__name__).rstrip(".")[:200]


def _key() -> str:
    return os.environ.get(KEY) or "none"  # servers of one's own ask for none
