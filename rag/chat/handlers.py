"""What happens when something is done on the page. Imports gradio, so import it when a page is built.

The conversation lives on the server, in the session's state. What the browser kept of earlier ones is read as data from
outside (rag.chat.conversation) and written out again from the records, never as it came.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import gradio as gr

from rag.chat import conversation, render
from rag.chat.conversation import MAX_TURNS, Conversation, Turn
from rag.chat.examples import example_questions, next_questions
from rag.chat.export import exported, known_format
from rag.chat.feedback import Feedback
from rag.chat.folder import Filter, authors, folder_html, years
from rag.chat.source import article_panel, panel_html
from rag.chat.wording import FALLBACK, Language, Wording, known_language, preferred_language, wording
from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import ConversationError, QuestionError, RagError
from rag.types import Answer, Report

if TYPE_CHECKING:
    from rag.answer import Assistant

logger = logging.getLogger(__name__)

STREAMED_CHARACTERS = 24  # that are new before the browser hears of them

SKIP = gr.skip()


@dataclass(frozen=True, slots=True)
class Session:
    """What the server remembers of one open page."""

    turns: Conversation = ()
    generation: str = ""  # of the index that the page has last shown
    language: Language = FALLBACK

    @property
    def words(self) -> Wording:
        """The page's strings in the session's language."""
        return wording(self.language)

    def turn(self, number: object) -> Turn | None:
        """The turn of that number, if there is one."""
        return next((turn for turn in self.turns if turn.number == number), None)


class Update(NamedTuple):
    """What changes on the page; what is left out stays."""

    session: object = SKIP
    past: object = SKIP  # the turns before the last, as HTML
    live: object = SKIP  # the last turn, as HTML
    panel: object = SKIP
    message: object = SKIP  # to the page's script, as JSON


Message: TypeAlias = dict[str, object]


@dataclass(slots=True)
class Handlers:
    """The handlers of the page's events, for all its visitors."""

    assistant: Assistant
    feedback: Feedback | None = None
    language: Language | None = None  # that the owner has set; None: the browser's
    examples: tuple[str, ...] = ()  # that the owner has set; none: made from the articles
    today: Callable[[], date] = date.today
    _serials: Iterator[int] = field(default_factory=count)

    def start(self, session: Session, request: gr.Request, event: gr.EventData) -> Update:
        """A page was opened, or its language changed; a kept conversation comes back with it."""
        chosen = known_language(getattr(event, "language", None)) or self.language
        language = chosen or preferred_language(request.headers.get("accept-language"))
        kept = getattr(event, "turns", None)
        session = Session(session.turns, self.assistant.generation, language)
        problem = ""
        if kept is not None:
            try:
                session = replace(session, turns=conversation.read_turns(kept))
            except ConversationError as error:
                logger.info("%s", error)
                problem = session.words["unreadable"]
        return self._whole(session, {**self._folder(session), "kind": "started", "notice": problem})

    def ask(self, session: Session, event: gr.EventData) -> Iterator[Update]:
        """Answer a question, the text as it comes, its sources at the end. `at`: the turn that is asked anew."""
        question, words = _text(event, "question"), session.words
        at = getattr(event, "at", None)
        earlier = tuple(turn for turn in session.turns if not isinstance(at, int) or turn.number < at)[-MAX_TURNS + 1 :]
        number = earlier[-1].number + 1 if earlier else 1
        chosen = Filter(_year(event), _text(event, "author"))
        asked = turn = Turn(number, question, asked_of=chosen.in_words())
        past = render.turns_html(earlier, words, today=self.today(), rate=self.feedback is not None)
        shown = -STREAMED_CHARACTERS
        for grown in self._answered(asked, earlier, chosen, session):
            paused, turn = grown is turn, grown  # the same again: all that is known has been said, so it is shown
            if turn.state == "running" and not paused and len(turn.text) < shown + STREAMED_CHARACTERS:
                continue
            shown = len(turn.text)
            running = replace(session, turns=(*earlier, turn))
            if turn.state == "running":
                yield Update(running, past, self._live(running, turn))
                past = SKIP
        yield self._finished(replace(session, turns=(*earlier, turn)), turn)

    def stop(self, session: Session) -> Update:
        """Keep what has come of the answer so far; gradio has ended the handler that was writing it."""
        turn = session.turns[-1] if session.turns else None
        if turn is None or turn.state != "running":
            return Update(message=self._say({"kind": "idle"}))
        turn = replace(turn, state="stopped", notice=session.words["stopped"])
        return self._finished(replace(session, turns=(*session.turns[:-1], turn)), turn)

    def open(self, session: Session, event: gr.EventData) -> Update:
        """Show the source of a mark."""
        turn, marker = session.turn(getattr(event, "turn", 0)), getattr(event, "marker", 0)
        marker = marker if isinstance(marker, int) else 0
        return Update(panel=panel_html(turn, marker, self.assistant, session.words, today=self.today()))

    def article(self, session: Session, event: gr.EventData) -> Update:
        """Show an article of the folder, nothing marked."""
        try:
            article = self.assistant.article(_text(event, "article"))
        except RagError:
            return Update(message=self._say(self._folder(session)))
        return Update(panel=article_panel(article, session.words, today=self.today()))

    def clear(self, session: Session) -> Update:
        """Begin a new conversation."""
        session = replace(session, turns=())
        return self._whole(session, {"kind": "idle"})

    def look(self, session: Session) -> Update:
        """See whether the index has followed a change of the folder since the page last showed it."""
        generation = self.assistant.generation
        if generation == session.generation:
            return Update()
        session = replace(session, generation=generation)
        notice = session.words.counted("folder_changed", len(self.assistant.articles))
        return Update(session=session, message=self._say({**self._folder(session), "notice": notice}))

    def folder(self, session: Session) -> Update:
        """The list of articles, for the dialog."""
        session = replace(session, generation=self.assistant.generation)
        return Update(session=session, message=self._say({**self._folder(session), "list": self._list(session)}))

    def rebuild(self, session: Session) -> Iterator[Update]:
        """Bring the index up to date, and say how far it is."""
        words = session.words
        told: queue.Queue[tuple[int, int] | Report | RagError] = queue.Queue()

        def build() -> None:
            try:
                told.put(self.assistant.rebuild(progress=lambda done, total: told.put((done, total))))
            except RagError as error:
                told.put(error)

        yield Update(message=self._say({"kind": "rebuilding", "text": words["rebuilding"], "done": 0, "total": 0}))
        threading.Thread(target=build, name="rag-rebuild", daemon=True).start()
        while isinstance(news := told.get(), tuple):
            done, total = news
            text = words["embedding"].format(done=done, total=total)
            yield Update(message=self._say({"kind": "rebuilding", "text": text, "done": done, "total": total}))
        if isinstance(news, RagError):
            logger.warning("The index could not be rebuilt: %s", news)
            yield Update(message=self._say({"kind": "rebuilt", "text": words["rebuild_failed"]}))
            return
        text = words["rebuilt"].format(
            added=len(news.added), changed=len(news.changed), removed=len(news.removed), unchanged=len(news.unchanged)
        )
        session = replace(session, generation=self.assistant.generation)
        message = {**self._folder(session), "kind": "rebuilt", "text": text, "list": self._list(session)}
        yield Update(session=session, message=self._say(message))

    def export(self, session: Session, event: gr.EventData) -> Update:
        """The conversation as a file, which the browser saves."""
        form = known_format(getattr(event, "form", None))
        if not session.turns or form is None:
            return Update(message=self._say({"kind": "notice", "notice": session.words["nothing_to_export"]}))
        file = exported(session.turns, form, session.words, today=self.today())
        saved: Message = {"kind": "file", "name": file.name, "type": file.media_type, "text": file.text}
        return Update(message=self._say(saved))

    def rate(self, session: Session, event: gr.EventData) -> Update:
        """Write a thumb and a comment to the file that the owner has named."""
        turn = session.turn(getattr(event, "turn", 0))
        if turn is None or self.feedback is None:
            return Update()
        written = self.feedback.write(
            turn, helpful=getattr(event, "helpful", None) is True, comment=_text(event, "comment")
        )
        notice = session.words["thanks" if written else "failed"]
        return Update(message=self._say({"kind": "notice", "notice": notice}))

    def _answered(self, turn: Turn, earlier: Conversation, chosen: Filter, session: Session) -> Iterator[Turn]:
        """The turn as it grows, the last one not running."""
        words = session.words
        yield turn
        if len(turn.question) > MAX_QUESTION_CHARACTERS:
            notice = words["too_long"].format(limit=MAX_QUESTION_CHARACTERS, length=len(turn.question))
            yield replace(turn, question=turn.question[:MAX_QUESTION_CHARACTERS], notice=notice, state="failed")
            return
        only = chosen.ids(self.assistant.articles) if chosen else None
        if only is not None and not only:
            notice = words["nothing_left"].format(filter=chosen.in_words())
            yield replace(turn, notice=notice, state="failed")
            return
        try:
            for event in self.assistant.stream(turn.question, history=conversation.history(earlier), only=only):
                if isinstance(event, Answer):
                    moved = session.generation not in ("", event.trace.generation)
                    notice = words["index_updated"] if moved else ""
                    turn = replace(turn, text=event.text, answer=event, notice=notice, state="done")
                elif event:
                    turn = replace(turn, text=turn.text + event)
                yield turn
        except QuestionError:
            yield replace(turn, notice=words["cannot_ask"], state="failed")
        except RagError as error:
            logger.warning("A question was not answered: %s", error)
            yield replace(turn, notice=words["failed"], state="failed")
        except Exception:  # the page goes on, whatever happens; the log has it
            logger.exception("A question met a fault in the program.")
            yield replace(turn, notice=words["fault"], state="failed")

    def _finished(self, session: Session, turn: Turn) -> Update:
        if turn.answer is not None:
            session = replace(session, generation=turn.answer.trace.generation)
        message: Message = {"kind": "turn", "number": turn.number, "turn": conversation.turn_record(turn)}
        panel = panel_html(turn, 0, self.assistant, session.words, today=self.today())
        return Update(session, SKIP, self._live(session, turn), panel, self._say(message))

    def _whole(self, session: Session, message: Message) -> Update:
        """Everything that the page shows."""
        words, today = session.words, self.today()
        last = session.turns[-1] if session.turns else None
        past = render.turns_html(session.turns[:-1], words, today=today, rate=self.feedback is not None)
        live = self._live(session, last) if last else render.welcome_html(words, self._examples(session))
        return Update(session, past, live, panel_html(last, 0, self.assistant, words, today=today), self._say(message))

    def _live(self, session: Session, turn: Turn) -> str:
        asked = [each.question for each in session.turns]
        proposed = (
            next_questions(turn.answer, self.assistant.articles, session.language, asked=asked) if turn.answer else ()
        )
        return render.turn_html(
            turn, session.words, today=self.today(), suggestions=proposed, rate=self.feedback is not None
        )

    def _examples(self, session: Session) -> tuple[str, ...]:
        return self.examples or example_questions(self.assistant.articles, session.language)

    def _folder(self, session: Session) -> Message:
        articles, skipped, words = self.assistant.articles, self.assistant.skipped, session.words
        facts = [words.counted("articles_count", len(articles))]
        if skipped:
            facts.append(words.counted("skipped_count", len(skipped)))
        return {
            "kind": "folder", "language": session.language, "facts": " · ".join(facts),
            "years": years(articles), "authors": authors(articles),
        }  # fmt: skip

    def _list(self, session: Session) -> str:
        bot = self.assistant
        return folder_html(bot.articles, bot.skipped, bot.passage_counts, session.words, today=self.today())

    def _say(self, message: Message) -> str:
        """A message to the page's script; the serial makes it differ from the one before, or it would not be heard."""
        return json.dumps({"serial": next(self._serials), **message}, ensure_ascii=False)


def _text(event: gr.EventData, name: str) -> str:
    """A text of an event, or "": a browser may send any JSON."""
    value = getattr(event, name, "")
    return value if isinstance(value, str) else ""


def _year(event: gr.EventData) -> int | None:
    value = getattr(event, "year", None)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
