"""A real HTTP server that speaks OpenAI's streaming protocol, with faults: what it does is told by the model's name."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

WINDOW = 4_000


@dataclass
class FakeServer:
    """What it writes, what it was asked, and whether whoever asked went away."""

    write: Callable[[Sequence[dict[str, str]]], str] = lambda messages: "Ban có 15 biên chế. [1]"
    requests: list[dict[str, object]] = field(default_factory=list)
    url: str = ""
    left: threading.Event = field(default_factory=threading.Event)

    async def chat(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        model, tries = body["model"], len(self.requests)
        if model in ("429", "500", "401", "404") or (model == "busy-once" and tries == 1):
            status = 429 if model == "busy-once" else int(model)
            return JSONResponse({"error": {"message": f"this is {status}"}}, status, {"retry-after": "0.01"})
        if model == "html":
            return HTMLResponse("<h1>It works!</h1>")
        if model == "silent":
            while not await request.is_disconnected():
                await asyncio.sleep(0.02)
            self.left.set()
        return StreamingResponse(self._pieces(model, body["messages"]), media_type="text/event-stream")

    async def _pieces(self, model: str, messages: Sequence[dict[str, str]]) -> AsyncIterator[str]:
        if model == "malformed":
            yield "data: {no json\n\n"
            return
        if model == "error-event":
            yield 'data: {"error": {"message": "out of memory"}}\n\n'
            return
        text = self.write(messages)
        for number, word in enumerate(text.split(" ")):
            if number == 3 and model == "cut":
                raise ConnectionResetError
            if number == 3 and model == "ends-early":
                return
            if number == 3 and model in ("stalls", "drips"):
                async for comment in self._never(model):
                    yield comment
            yield _event(word if number == 0 else f" {word}", None)
        yield _event("", "stop")
        yield "data: [DONE]\n\n"

    async def _never(self, model: str) -> AsyncIterator[str]:
        try:
            while True:
                await asyncio.sleep(0.02)
                if model == "drips":
                    yield ": still here\n\n"
        finally:
            self.left.set()

    async def models(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": "good", "max_model_len": WINDOW}]})

    async def tokenize(self, request: Request) -> Response:
        body = await request.json()
        if body["model"] == "no-tokeniser":
            return JSONResponse({"detail": "Not Found"}, 404)
        return JSONResponse({"count": len(body["prompt"].split()), "max_model_len": WINDOW})


def _event(text: str, reason: str | None) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n"


@contextmanager
def serving(fake: FakeServer) -> Iterator[FakeServer]:
    """The server on a free port while the block runs; `fake.url` is its address."""
    routes = [
        Route("/v1/chat/completions", fake.chat, methods=["POST"]),
        Route("/v1/models", fake.models),
        Route("/tokenize", fake.tokenize, methods=["POST"]),
    ]
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Starlette(routes=routes), log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    try:
        yield fake
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()
