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
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from rag.errors import ConfigError
from rag.options import HOST, PORT
from rag.watch import follow_in_background

if TYPE_CHECKING:
    import gradio

    from rag.answer import Assistant

logger = logging.getLogger(__name__)

STYLE = Path(__file__).with_name("style.css")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

# Read by gradio when it is imported or launched. Each would undo a promise of this page: no telemetry, no public
# address, no code run from the browser, no files but its own.
_ENVIRONMENT = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
_UNWANTED = ("GRADIO_VIBE_MODE", "GRADIO_SHARE", "GRADIO_ALLOWED_PATHS", "GRADIO_MCP_SERVER", "GRADIO_WATCH_DIRS")


def serve(assistant: Assistant, host: str = HOST, port: int = PORT, *, open_browser: bool = False) -> None:
    """Serve the page until interrupted, then shut down. Raises `ConfigError` when the address can't be had."""
    with running(assistant, host, port) as address:
        sys.stdout.write(f"The chat page is on {address} (Ctrl-C ends)\n")
        sys.stdout.flush()
        if open_browser:
            webbrowser.open(address)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            logger.info("Stopping.")


@contextmanager
def running(assistant: Assistant, host: str = HOST, port: int = PORT, *, follow: bool = True) -> Iterator[str]:
    """The page being served while the block runs; gives its address. Port 0 takes a free one.

    With `follow`, the articles folder is watched and the index follows it. Raises `ConfigError` when the address
    can't be had.
    """
    port = _free_port(host, port)
    if host not in LOOPBACK:
        logger.warning("The page on %s is open to everyone who can reach this computer; it asks for no password.", host)
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="rag-chat-") as files:
        blocks = import_page().build(assistant)
        os.environ["GRADIO_TEMP_DIR"] = files
        _launch(blocks, assistant, host=host, port=port)
        follower = follow_in_background(assistant, assistant.articles_folder, stop=stop) if follow else None
        try:
            yield f"http://{f'[{host}]' if ':' in host else host}:{port}"
        finally:
            stop.set()
            blocks.close(verbose=False)
            if follower is not None:
                follower.join(timeout=5)


def import_page() -> ModuleType:
    """`rag.chat.page`, and gradio with it, after the environment is as it has to be for that."""
    os.environ.update(_ENVIRONMENT)
    for name in _UNWANTED:
        os.environ.pop(name, None)
    return import_module("rag.chat.page")


def _launch(blocks: gradio.Blocks, assistant: Assistant, *, host: str, port: int) -> None:
    import gradio as gr
    from starlette.middleware import Middleware

    from rag.chat.guard import Guard

    sans = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Helvetica Neue", "Arial", "sans-serif")
    mono = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")
    blocks.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        inbrowser=False,
        share=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        enable_monitoring=False,
        run_history=False,
        show_error=False,
        strict_cors=True,
        footer_links=[],
        allowed_paths=[],
        blocked_paths=[str(assistant.articles_folder.resolve()), str(assistant.index_folder.resolve())],
        max_file_size="1kb",
        app_kwargs={"middleware": [Middleware(Guard)], "docs_url": None, "redoc_url": None, "openapi_url": None},
        theme=gr.themes.Base(
            font=[gr.themes.Font(name) for name in sans], font_mono=[gr.themes.Font(name) for name in mono]
        ),
        css_paths=[STYLE],
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
