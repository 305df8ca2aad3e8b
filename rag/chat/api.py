"""The two functions that programs may call: `ask` and `search`, over Gradio's HTTP API and `gradio_client`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.events import api

from rag.errors import RagError
from rag.types import Hit

if TYPE_CHECKING:
    from rag.answer import Assistant

MAX_HITS = 50
MAX_HISTORY = 20


def add_api(assistant: Assistant) -> None:
    """Add the two endpoints to the blocks being built."""

    def ask(question: str, history: list[str] | None = None) -> dict[str, Any]:
        """Answer a question from the articles, each statement proved by verbatim quotes.

        Args:
            question: The question, in any language, at most 2,000 characters.
            history: The earlier questions of the same conversation, oldest first; a follow-up may refer to them.

        Returns:
            question, text (with marks such as [1]), abstained, confidence (0 to 1), language, citations (marker,
            article_id, title, published, author, source, quote, start, end), related passages, trace.
        """
        try:
            return assistant.answer(_text(question), history=_texts(history)).to_dict()
        except RagError as error:
            raise gr.Error(str(error)) from error

    def search(question: str, k: int = 5) -> list[dict[str, Any]]:
        """Find the passages nearest to a question, best first.

        Args:
            question: What to look for, in any language, at most 2,000 characters.
            k: How many passages, 1 to 50.

        Returns:
            For each passage: rank, score, article_id, title, start, end, text.
        """
        if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MAX_HITS:
            raise gr.Error(f"k is {k!r}, but it has to be a whole number from 1 to {MAX_HITS}.")
        try:
            return [_record(hit, assistant) for hit in assistant.search(_text(question), k=k)]
        except RagError as error:
            raise gr.Error(str(error)) from error

    api(ask, api_name="ask", concurrency_id="ask")
    api(search, api_name="search", concurrency_id="ask")


def _text(value: object) -> str:
    """A program may send any JSON; nothing but a text is a question."""
    if not isinstance(value, str):
        raise gr.Error(f"A question is a text, not {type(value).__name__}.")
    return value


def _texts(history: object) -> list[str]:
    if history is None:
        return []
    if not isinstance(history, list):
        raise gr.Error("history is a list of texts, oldest first.")
    return [_text(each) for each in history][-MAX_HISTORY:]


def _record(hit: Hit, assistant: Assistant) -> dict[str, Any]:
    passage = hit.passage
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "article_id": passage.article_id,
        "title": assistant.article(passage.article_id).metadata.title,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
    }
