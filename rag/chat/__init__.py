"""The chat page: a conversation beside the sources it rests on. Importing this package does not load gradio."""

from __future__ import annotations

from rag.chat.server import running, serve
from rag.chat.settings import Settings

__all__ = ["Settings", "running", "serve"]
