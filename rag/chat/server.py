"""The chat page on the network: offline, on this computer only unless asked otherwise, and gone without a trace.

Knows the page and the server's settings; no question and no answer.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING

from rag.chat.access import Access
from rag.chat.convert import check_converters
from rag.chat.feedback import Feedback
from rag.chat.settings import LOOPBACK, Settings
from rag.chat.uploads import MEGABYTES, TYPES, Uploads
from rag.errors import ConfigError
from rag.options import PORT
from rag.watch import follow_in_background

if TYPE_CHECKING:
    import gradio

    from rag.answer import Assistant

logger = logging.getLogger(__name__)

# Not by Gradio's `css`, which rewrites selectors. The fonts that the first screen needs come with it.
_PRELOAD = '<link rel="preload" as="font" type="font/woff2" crossorigin href="rag/static/'
HEAD = '<link rel="stylesheet" href="rag/static/page.css">' + "".join(
    f'{_PRELOAD}be-vietnam-pro-{script}-400-normal.woff2">' for script in ("latin", "vietnamese")
)

# Read by gradio when it is imported or launched. Each would undo a promise of this page: no telemetry, no public
# address, no code run from the browser, no files but its own.
_ENVIRONMENT = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
_UNWANTED = ("GRADIO_VIBE_MODE", "GRADIO_SHARE", "GRADIO_ALLOWED_PATHS", "GRADIO_MCP_SERVER", "GRADIO_WATCH_DIRS")


def serve(assistant: Assistant, settings: Settings | None = None, *, open_browser: bool = False) -> None:
    """Serve the page until interrupted, then shut down. Raises `ConfigError` when the address can't be had."""
    settings = settings or Settings()
    with running(assistant, settings) as address:
        sys.stdout.write(f"The chat page is on {address} (Ctrl-C ends)\n")
        if settings.mcp:
            sys.stdout.write(f"The tools for programs (MCP) are on {address}/gradio_api/mcp/\n")
        sys.stdout.flush()
        if open_browser:
            webbrowser.open(address)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            logger.info("Stopping.")


@contextmanager
def running(assistant: Assistant, settings: Settings | None = None) -> Iterator[str]:
    """The page being served while the block runs; gives its address.

    Raises `ConfigError` when the address can't be had, when the page would be open to others without a word, or when
    the feedback file can't be written.
    """
    settings = settings or Settings()
    settings.check()
    if settings.feedback:
        Feedback(settings.feedback).check()
    if settings.allow_upload:
        check_converters()
    host, port = settings.host, _free_port(settings.host, settings.port)
    if host not in LOOPBACK and not settings.accounts:
        logger.warning("The page on %s is open to everyone who can reach this computer; it asks for no password.", host)
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="rag-chat-") as files:
        os.environ["GRADIO_TEMP_DIR"] = files
        blocks = _blocks(assistant, settings)
        _launch(blocks, assistant, settings, port=port)
        follower = follow_in_background(assistant, assistant.articles_folder, stop=stop) if settings.follow else None
        try:
            yield f"http://{f'[{host}]' if ':' in host else host}:{port}"
        finally:
            stop.set()
            blocks.close(verbose=False)
            if follower is not None:
                follower.join(timeout=5)


def _blocks(assistant: Assistant, settings: Settings) -> gradio.Blocks:
    page = import_page()
    from rag.chat.handlers import Handlers

    if settings.mcp and not find_spec("mcp"):
        raise ConfigError("The tools for programs need the package mcp: install it with `pip install 'rag[mcp]'`.")
    feedback = Feedback(settings.feedback) if settings.feedback else None
    handlers = Handlers(assistant, feedback=feedback, language=settings.language, examples=settings.examples)
    types = ", ".join(TYPES) if settings.allow_upload else ""
    extras = page.Extras(settings.title, types, MEGABYTES, settings.mcp)
    blocks: gradio.Blocks = page.build(assistant, handlers, extras)
    return blocks


def import_page() -> ModuleType:
    """`rag.chat.page`, and gradio with it, after the environment is as it has to be for that."""
    os.environ.update(_ENVIRONMENT)
    for name in _UNWANTED:
        os.environ.pop(name, None)
    return import_module("rag.chat.page")


def _launch(blocks: gradio.Blocks, assistant: Assistant, settings: Settings, *, port: int) -> None:
    import gradio as gr
    from starlette.middleware import Middleware

    from rag.chat.guard import Guard

    upload = Uploads(assistant.articles_folder) if settings.allow_upload else None
    guard = Middleware(Guard, access=Access(settings.accounts), upload=upload, tools=settings.mcp)
    sans = ("Be Vietnam Pro", "system-ui", "sans-serif")
    blocks.launch(
        server_name=settings.host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        inbrowser=False,
        share=False,
        ssr_mode=False,
        mcp_server=settings.mcp,
        pwa=False,
        enable_monitoring=False,
        run_history=False,
        show_error=False,
        strict_cors=True,
        footer_links=[],
        allowed_paths=[],
        blocked_paths=[str(assistant.articles_folder.resolve()), str(assistant.index_folder.resolve())],
        max_file_size="1kb",
        app_kwargs={"middleware": [guard], "docs_url": None, "redoc_url": None, "openapi_url": None},
        theme=gr.themes.Base(
            font=[gr.themes.Font(name) for name in sans], font_mono=[gr.themes.Font("ui-monospace, monospace")]
        ),
        head=HEAD,
    )


def _free_port(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises `ConfigError` when the address can't be bound."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except (OSError, UnicodeError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"The chat page can't be served on {host}, port {port} ({reason}): "
            f"choose another with `rag chat --port {port + 1 if 0 < port < 65_535 else PORT + 1}`."
        ) from error
