"""What the browser does when somebody asks on the chat page, over HTTP: join the queue, read what comes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

TIMEOUT_SECONDS = 120


@contextmanager
def asking(address: str, question: str, *, session: str = "s1") -> Iterator[Iterator[str]]:
    """Ask, and give what the queue sends, message by message, as JSON. Leaving the block closes the connection."""
    with httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS) as client:
        dependencies = client.get("/config").json()["dependencies"]
        ask = next(d for d in dependencies if any(event == "ask" for _, event in d["targets"]))
        event = {"question": question}
        body = {"data": [None], "fn_index": ask["id"], "session_hash": session, "event_data": event}
        client.post("/gradio_api/queue/join", json=body).raise_for_status()
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as response:
            yield (line.removeprefix("data: ") for line in response.iter_lines() if line.startswith("data: "))


def shown(message: str) -> str:
    """The text of the page that a message changes, whole or in part; "" where it changes nothing."""
    return json.dumps(json.loads(message).get("output") or "", ensure_ascii=False)
