"""The chat page: what is on it, and what happens when somebody asks. Imports gradio, so import it when a page is built.

The conversation lives on the server, in the session's state: what the browser sends back of it is never shown or used.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import gradio as gr

from rag.chat import render
from rag.chat.api import add_api
from rag.chat.examples import example_questions
from rag.chat.wording import FALLBACK, WORDING, Language, Wording, preferred_language
from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import RagError
from rag.types import Answer

if TYPE_CHECKING:
    from rag.answer import Assistant

logger = logging.getLogger(__name__)

EXAMPLES = 3
MAX_TURNS = 100  # of one conversation; older ones leave the page
MAX_HISTORY = 20  # earlier questions that a follow-up may refer to
QUEUED = 64  # questions that may wait; more are told to come back
AT_ONCE = 4  # questions answered at the same time
STREAMED_CHARACTERS = 24  # that are new before the browser hears of them
CACHE_SECONDS = 3_600

# The page's own title and language, once the server has chosen them by the browser's.
FOLLOW_LANGUAGE = """
watch('value', () => {
  const title = element.querySelector('h1');
  if (!title) return;
  document.title = title.textContent;
  document.documentElement.lang = title.lang;
});
"""

Message: TypeAlias = dict[str, Any]  # {"role": …, "content": …}, as gr.Chatbot takes it


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it: an answer, or a notice why there is none."""

    number: int
    question: str
    text: str = ""  # of the answer, as far as it has come
    answer: Answer | None = None
    notice: str = ""


Conversation: TypeAlias = tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """What the server remembers of one open page."""

    turns: Conversation = ()
    generation: str = ""  # of the index that the page has last shown


def build(assistant: Assistant) -> gr.Blocks:
    """The page as Gradio blocks, its events bound to `assistant`. Serve it with `rag.chat.serve`."""
    first = WORDING[FALLBACK]  # until the browser has said its language, which `load` answers
    blocks: gr.Blocks
    with gr.Blocks(
        title=" · ".join(wording.title for wording in WORDING.values()),
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(CACHE_SECONDS, CACHE_SECONDS),
    ) as blocks:
        session = gr.State(Session(), time_to_live=24 * CACHE_SECONDS)
        with gr.Row(elem_id="rag-top"):
            head = gr.HTML("", elem_id="rag-head", js_on_load=FOLLOW_LANGUAGE)
            clear = gr.Button(first.clear, size="sm", scale=0, min_width=60, elem_id="rag-clear")
        with gr.Row(elem_id="rag-columns"):
            with gr.Column(scale=3, min_width=300, elem_id="rag-conversation"):
                chatbot = _chatbot(first)
                with gr.Row(elem_id="rag-ask"):
                    box = gr.Textbox(
                        label=first.question, placeholder=first.question_hint, elem_id="rag-question",
                        max_length=MAX_QUESTION_CHARACTERS, lines=1, max_lines=5, autofocus=True, container=False,
                    )  # fmt: skip
                    send = gr.Button(first.send, variant="primary", scale=0, min_width=72, elem_id="rag-send")
                with gr.Row(elem_id="rag-examples"):
                    examples = [
                        gr.Button("", size="sm", visible=False, elem_classes="rag-example") for _ in range(EXAMPLES)
                    ]
            with gr.Column(scale=2, min_width=300, elem_id="rag-sources"):
                panel = gr.HTML("", elem_id="rag-panel")

        add_api(assistant)  # first, so that these endpoints get their names as they are
        page = _Page(assistant)
        blocks.load(
            page.load, None, [session, head, clear, chatbot, box, send, panel, *examples],
            api_visibility="private", show_progress="hidden",
        )  # fmt: skip
        outputs = [box, session, chatbot, panel, head]
        for trigger, source in [(box.submit, box), (send.click, box), *((each.click, each) for each in examples)]:
            trigger(
                page.ask, [source, session], outputs,
                api_visibility="private", show_progress="hidden", trigger_mode="once", concurrency_id="ask",
            )  # fmt: skip
        clear.click(page.clear, [session], [session, chatbot, panel], api_visibility="private", show_progress="hidden")
        chatbot.select(page.show_sources, [session], [panel], api_visibility="private", show_progress="hidden")
    blocks.queue(max_size=QUEUED, default_concurrency_limit=AT_ONCE, api_open=False)
    return blocks


def _chatbot(wording: Wording) -> gr.Chatbot:
    return gr.Chatbot(
        label=wording.conversation, show_label=False, elem_id="rag-chat", height="100%", layout="bubble",
        sanitize_html=True, allow_tags=False, render_markdown=True, latex_delimiters=[], line_breaks=False,
        buttons=[], feedback_options=None, allow_file_downloads=False, group_consecutive_messages=False,
    )  # fmt: skip


class _Page:
    """The handlers of the page's events."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def load(self, request: gr.Request) -> list[object]:
        """A page was opened: everything that depends on the browser's language or on the folder."""
        language = _language(request)
        wording = WORDING[language]
        session = Session(generation=self._assistant.generation)
        questions = example_questions(self._assistant.articles, language)
        buttons = [
            gr.Button(value=question, visible=True) if question else gr.Button(visible=False)
            for question in (*questions, *[""] * EXAMPLES)[:EXAMPLES]
        ]
        return [
            session,
            self._head(language),
            gr.Button(value=wording.clear),
            gr.Chatbot(value=[], label=wording.conversation, placeholder=render.welcome_html(wording)),
            gr.Textbox(label=wording.question, placeholder=wording.question_hint),
            gr.Button(value=wording.send),
            self._panel(None, wording),
            *buttons,
        ]

    def ask(self, question: str, session: Session, request: gr.Request) -> Iterator[tuple[object, ...]]:
        """Answer a question, the text as it comes and the sources at its end."""
        language = _language(request)
        wording = WORDING[language]
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        earlier = session.turns[-MAX_TURNS + 1 :]
        turn = asked = Turn(number=earlier[-1].number + 1 if earlier else 1, question=question)
        shown = -1  # characters of the answer that the browser has
        for event in self._answered(asked, earlier, session.generation, wording):
            paused, turn = event is turn, event
            if paused and len(turn.text) == shown:
                yield gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip()  # the queue may find that nobody reads on
                continue
            coming = not paused and turn.answer is None and not turn.notice
            if coming and 0 < len(turn.text) < shown + STREAMED_CHARACTERS:
                continue
            shown = len(turn.text)
            yield "", gr.skip(), _messages((*earlier, turn), wording), gr.skip(), gr.skip()
        turns = (*earlier, turn)
        generation = turn.answer.trace.generation if turn.answer else session.generation
        session = Session(turns, generation)
        yield "", session, _messages(turns, wording), self._panel(turn, wording), self._head(language)

    def clear(self, session: Session, request: gr.Request) -> tuple[Session, list[Message], str]:
        """Forget the conversation."""
        return Session(generation=session.generation), [], self._panel(None, WORDING[_language(request)])

    def show_sources(self, session: Session, request: gr.Request, chosen: gr.SelectData) -> str:
        """The sources of the exchange that was clicked on."""
        row = chosen.index[0] if isinstance(chosen.index, list) else chosen.index
        if not isinstance(row, int) or not 0 <= row // 2 < len(session.turns):
            return self._panel(None, WORDING[_language(request)])
        return self._panel(session.turns[row // 2], WORDING[_language(request)])

    def _answered(self, turn: Turn, earlier: Conversation, generation: str, wording: Wording) -> Iterator[Turn]:
        """The turn as it grows, the last one complete."""
        yield turn
        if len(turn.question) > MAX_QUESTION_CHARACTERS:
            notice = wording.too_long.format(limit=MAX_QUESTION_CHARACTERS, length=len(turn.question))
            yield replace(turn, notice=notice)
            return
        history = [each.question for each in earlier if each.answer is not None][-MAX_HISTORY:]
        try:
            for event in self._assistant.stream(turn.question, history=history):
                if isinstance(event, Answer):
                    moved = generation not in ("", event.trace.generation)
                    notice = wording.index_updated if moved else ""
                    turn = replace(turn, text=event.text, answer=event, notice=notice)
                elif event:
                    turn = replace(turn, text=turn.text + event)
                yield turn
        except RagError as error:
            logger.info("A question was not answered: %s", error)
            yield replace(turn, notice=wording.failed.format(reason=error))
        except Exception:
            logger.exception("A question met a fault in the program.")
            yield replace(turn, notice=wording.fault)

    def _panel(self, turn: Turn | None, wording: Wording) -> str:
        number, answer = (turn.number, turn.answer) if turn else (0, None)
        return render.panel_html(answer, self._assistant, turn=number, wording=wording)

    def _head(self, language: Language) -> str:
        return render.head_html(language, articles=len(self._assistant.articles), skipped=len(self._assistant.skipped))


def _messages(turns: Sequence[Turn], wording: Wording) -> list[Message]:
    return [message for turn in turns for message in _exchange(turn, wording)]


def _exchange(turn: Turn, wording: Wording) -> Iterator[Message]:
    yield {"role": "user", "content": render.question_html(turn.question)}
    markers = [citation.marker for citation in turn.answer.citations] if turn.answer else []
    parts = []
    if turn.text:
        parts.append(render.answer_html(turn.text, turn=turn.number, markers=markers))
    if turn.answer is not None and turn.answer.trace.understood_as not in ("", turn.question):
        parts.append(render.notice_html(wording.understood_as.format(question=turn.answer.trace.understood_as)))
    if turn.notice:
        parts.append(render.notice_html(turn.notice))
    # An answer that is still coming is one empty line high, so that nothing moves when its first word comes.
    yield {"role": "assistant", "content": "".join(parts) or render.answer_html("…", turn=turn.number, markers=())}


def _language(request: gr.Request) -> Language:
    return preferred_language(request.headers.get("accept-language"))
