"""The chat page: a conversation beside the quotes it rests on. Importing this package does not load gradio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.chat.server import running, serve

if TYPE_CHECKING:
    import gradio

    from rag.answer import Assistant

__all__ = ["build", "running", "serve"]


def build(assistant: Assistant) -> gradio.Blocks:
    """The page as Gradio blocks; `serve` and `running` put it on the network with the settings it needs."""
    from rag.chat.server import import_page

    blocks: gradio.Blocks = import_page().build(assistant)
    return blocks
