"""The chat page: what is on it, and which handler answers which event. Imports gradio.

The page is four pieces of HTML made on the server (turns, the running turn, the source panel) and fixed markup with one
script (`static/`), which sends events and shows the messages that come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.chat.api import add_api
from rag.chat.handlers import Handlers, Session
from rag.chat.wording import LANGUAGES, wording

if TYPE_CHECKING:
    from rag.answer import Assistant

STATIC = Path(__file__).with_name("static")
SCRIPTS = ("kept.js", "quotes.js", "page.js")

QUEUED = 64  # questions that may wait; more are told to come back
AT_ONCE = 4  # questions answered at the same time
CACHE_SECONDS = 3_600
_UNHEARD = {"api_visibility": "private", "show_progress": "hidden"}


@dataclass(frozen=True, slots=True)
class Extras:
    """What the owner has added to the page, for the script to show."""

    title: str = ""
    upload_types: str = ""  # empty: nothing can be uploaded
    upload_megabytes: int = 0
    api_for_tools: bool = False


def build(assistant: Assistant, handlers: Handlers, extras: Extras) -> gr.Blocks:
    """The page as Gradio blocks. Serve it with `rag.chat.serve`."""
    blocks: gr.Blocks
    title = extras.title or " · ".join(wording(language)["title"] for language in LANGUAGES)
    with gr.Blocks(
        title=title, analytics_enabled=False, fill_width=True, delete_cache=(CACHE_SECONDS, CACHE_SECONDS)
    ) as blocks:
        session = gr.State(Session(), time_to_live=24 * CACHE_SECONDS)
        _fixed("bar")
        with gr.Row(elem_id="rag-columns"):
            with gr.Column(scale=3, min_width=0, elem_id="rag-conversation"):
                with gr.Column(elem_id="rag-turns"):
                    past = gr.HTML("", elem_id="rag-past", apply_default_css=False, js_on_load=None)
                    live = gr.HTML("", elem_id="rag-live", apply_default_css=False, js_on_load=None)
                _fixed("composer")
            panel = gr.HTML("", elem_id="rag-panel", apply_default_css=False, js_on_load=None)
        page = gr.HTML(
            "", elem_id="rag-page", apply_default_css=False, html_template=_static("dialogs.html"),
            js_on_load="\n".join(_static(name) for name in SCRIPTS),
            strings={language: dict(wording(language).strings) for language in LANGUAGES},
            owner={"title": extras.title, "types": extras.upload_types, "megabytes": extras.upload_megabytes},
        )  # fmt: skip
        add_api(assistant, for_tools=extras.api_for_tools)  # first, so that these endpoints get their names as they are
        _bind(page, session, [session, past, live, panel, page], handlers)
    blocks.queue(max_size=QUEUED, default_concurrency_limit=AT_ONCE, api_open=False)
    return blocks


def _bind(page: gr.HTML, session: gr.State, outputs: list[gr.HTML | gr.State], handlers: Handlers) -> None:
    quiet: dict[str, Any] = {"inputs": [session], "outputs": outputs} | _UNHEARD
    # "multiple": the script asks one thing at a time, and "once" would drop what is asked again right after Stop.
    asking = page.ask(handlers.ask, trigger_mode="multiple", concurrency_id="ask", **quiet)
    page.stop(handlers.stop, cancels=[asking], trigger_mode="multiple", **quiet)
    page.rebuild(handlers.rebuild, concurrency_limit=1, **quiet)
    for listen, handler in (
        (page.start, handlers.start), (page.open, handlers.open), (page.article, handlers.article),
        (page.clear, handlers.clear), (page.look, handlers.look), (page.folder, handlers.folder),
        (page.export, handlers.export), (page.rate, handlers.rate),
    ):  # fmt: skip
        listen(handler, trigger_mode="multiple", **quiet)


def _fixed(name: str) -> None:
    gr.HTML("", elem_id=f"rag-{name}", apply_default_css=False, html_template=_static(f"{name}.html"), js_on_load=None)


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
