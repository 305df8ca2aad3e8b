"""What programs may call: `ask` and `search`, over Gradio's HTTP API and `gradio_client`; with `--mcp` as tools."""

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


def add_api(assistant: Assistant, *, for_tools: bool = False) -> None:
    """Add the endpoints to the blocks being built; `for_tools` adds `get_article`, and makes them MCP tools."""
    programs = _Programs(assistant)
    # A tool call that is not queued is run at once by Gradio's MCP server; a queued one goes through a client of its
    # own over HTTP, which knows no password.
    for function in (programs.ask, programs.search, *([programs.get_article] if for_tools else [])):
        api(function, api_name=function.__name__, concurrency_id="ask", queue=not for_tools)


class _Programs:
    """The functions, each described to programs by its signature and docstring."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def ask(self, question: str, history: list[str] | None = None) -> dict[str, Any]:
        """Answer a question from the articles, each statement proved by verbatim quotes.

        Args:
            question: The question, in any language, at most 2,000 characters.
            history: The earlier questions of the same conversation, oldest first; a follow-up may refer to them.

        Returns:
            question, text (with marks such as [1]), abstained, confidence (0 to 1), language, citations (marker,
            article_id, title, published, author, source, quote, start, end), related passages, trace.
        """
        try:
            return self._assistant.answer(_text(question), history=_texts(history)).to_dict()
        except RagError as error:
            raise gr.Error(str(error)) from error

    def search(self, question: str, k: int = 5) -> list[dict[str, Any]]:
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
            return [_record(hit, self._assistant) for hit in self._assistant.search(_text(question), k=k)]
        except RagError as error:
            raise gr.Error(str(error)) from error

    def get_article(self, article_id: str) -> dict[str, Any]:
        """Read one article of the folder.

        Args:
            article_id: Its path below the articles folder, as citations and passages name it.

        Returns:
            article_id, title, published, author, source, text (the file as read, which all offsets point into).
        """
        try:
            article = self._assistant.article(_text(article_id))
        except RagError as error:
            raise gr.Error(str(error)) from error
        said = article.metadata
        published = said.published.isoformat() if said.published else None
        return {
            "article_id": article.id, "title": said.title, "published": published, "author": said.author,
            "source": said.source, "text": article.text,
        }  # fmt: skip


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
