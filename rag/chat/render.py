"""Turns of a conversation as HTML: fixed tags, escaped text, whatever the articles and the questions say.

Knows records and wording; no server, no model and no index.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import unescape

from rag.chat.conversation import Turn
from rag.chat.escape import escaped, flat, lines
from rag.chat.wording import Wording
from rag.terminal import confidence_in_words
from rag.types import GREETING, Answer, Citation

SHADES = 6  # how many quotes of an article look different from each other (page.css)
OLD_DAYS = 365  # an answer from articles older than this says so

_TAG = re.compile(r"<[^<>]*>")
MARK = re.compile(r"\[(\d{1,3})\]")


def turns_html(turns: Sequence[Turn], words: Wording, *, today: date, rate: bool = False) -> str:
    """Finished turns, one after another."""
    return "".join(turn_html(turn, words, today=today, rate=rate) for turn in turns)


def turn_html(turn: Turn, words: Wording, *, today: date, suggestions: Sequence[str] = (), rate: bool = False) -> str:
    """One question and its answer; the last of a conversation has `suggestions`, and thumbs where they are written."""
    parts = [f'<div class="rag-text">{answer_html(turn, words)}</div>' if turn.text else ""]
    if not turn.text and turn.state == "running":
        parts = [f'<p class="rag-waiting">{escaped(words["searching"])}</p>']
    parts += [_notice(note) for note in _notes(turn, words)]
    if turn.state != "running":
        parts.append(_footer(turn, words, today=today, rate=rate))
    parts += [_card(citation, turn.number, words, today) for citation in _citations(turn)]
    title = words["suggested"] if turn.answer and turn.answer.abstained else words["follow_up"]
    return (
        f'<article class="rag-turn" id="turn-{turn.number}" data-turn="{turn.number}" data-state="{turn.state}">'
        f'<div class="rag-asked"><h3 class="rag-question">{lines(turn.question)}</h3>'
        f"{icon_button('edit', words['edit'])}</div>"
        f'<div class="rag-answer">{"".join(parts)}</div>{suggestions_html(title, suggestions)}</article>'
    )


def answer_html(turn: Turn, words: Wording) -> str:
    """The text of an answer line by line, those that begin with "- " as items."""
    known = {citation.marker: citation for citation in _citations(turn)}
    shades = shades_of(tuple(known.values()))
    rows = []
    for line in turn.text.split("\n"):
        kind, text = ("rag-item", line[2:]) if line.startswith("- ") else ("rag-line", line)
        rows.append(f'<span class="{kind}">{_marks(text, turn.number, known, shades, words)}</span>')
    return "".join(rows)


def _marks(line: str, turn: int, known: Mapping[int, Citation], shades: Mapping[int, int], words: Wording) -> str:
    """A line of an answer, each mark with a citation a button; other brackets stay text."""
    parts: list[str] = []
    at = 0
    for match in MARK.finditer(line):
        marker = int(match[1])
        if marker in known:
            name = words["mark"].format(number=marker, title=flat(known[marker].title))
            parts += [
                escaped(line[at : match.start()]),
                f'<button type="button" class="rag-mark rag-shade-{shades[marker]}" data-action="open" '
                f'data-turn="{turn}" data-marker="{marker}" aria-label="{escaped(name)}" '
                f'aria-describedby="card-{turn}-{marker}">{marker}</button>',
            ]
            at = match.end()
    return "".join([*parts, escaped(line[at:])])


def shades_of(citations: Sequence[Citation]) -> dict[int, int]:
    """The shade of each mark: the quotes of one article differ, counted from 1 and repeated after `SHADES`."""
    seen: dict[str, int] = {}
    shades = {}
    for citation in citations:
        seen[citation.article_id] = seen.get(citation.article_id, 0) + 1
        shades[citation.marker] = (seen[citation.article_id] - 1) % SHADES + 1
    return shades


def facts_html(said: Citation, words: Wording, *, today: date) -> str:
    """Date with its age, author and source of an article, as far as they are known."""
    day = said.published
    dated = f"{words.day(day)} ({words.age(day, today=today)})" if day else words["unknown_date"]
    facts = [(words["published"], dated), (words["author"], said.author), (words["source"], said.source)]
    items = "".join(f"<dt>{escaped(name)}</dt><dd>{escaped(flat(value))}</dd>" for name, value in facts if value)
    return f'<dl class="rag-facts">{items}</dl>'


def readable(citation: Citation) -> str:
    """The quote as people read it: one line, and no markup where the file is a web page."""
    quote = citation.quote
    if citation.article_id.lower().endswith((".html", ".htm")):
        quote = unescape(_TAG.sub(" ", quote))
    return flat(quote)


def confidence_html(answer: Answer, words: Wording) -> str:
    """The confidence in words, with the number on hover."""
    if answer.trace.kind == GREETING:
        return ""
    if answer.abstained:
        return f'<span class="rag-confidence rag-refused">{escaped(words["refused"])}</span>'
    level = confidence_in_words(answer.confidence)
    hover = words["confidence_hover"].format(percent=round(100 * answer.confidence))
    return f'<span class="rag-confidence rag-{level}" title="{escaped(hover)}">{escaped(words[level])}</span>'


def icon_button(action: str, name: str, *, data: str = "") -> str:
    """A button with a picture (page.css has it, by action) and a name. `data`: more attributes, as HTML."""
    return (
        f'<button type="button" class="rag-icon" data-action="{action}" {data}'
        f'aria-label="{escaped(name)}" title="{escaped(name)}"></button>'
    )


def suggestions_html(title: str, questions: Sequence[str]) -> str:
    """Questions that one press asks."""
    if not questions:
        return ""
    buttons = "".join(
        f'<button type="button" class="rag-suggestion" data-action="ask">{escaped(question)}</button>'
        for question in questions
    )
    return f'<div class="rag-suggestions"><p>{escaped(title)}</p>{buttons}</div>'


def welcome_html(words: Wording, examples: Sequence[str]) -> str:
    """What an empty conversation says."""
    return (
        f'<div class="rag-welcome"><h2>{escaped(words["empty_title"])}</h2><p>{escaped(words["empty_text"])}</p>'
        f"{suggestions_html(words['suggested'], examples)}</div>"
    )


def _citations(turn: Turn) -> Sequence[Citation]:
    return turn.answer.citations if turn.answer else ()


def _notes(turn: Turn, words: Wording) -> list[str]:
    notes = []
    if turn.answer is not None:
        understood = turn.answer.trace.understood_as
        if flat(understood) not in ("", flat(turn.question)):
            notes.append(words["understood_as"].format(question=understood))
        if removed := _removed(turn.answer):
            notes.append(words.counted("removed_sentences", removed))
    if turn.asked_of and turn.answer is not None:
        notes.append(words["asked_of"].format(filter=turn.asked_of))
    if turn.notice:
        notes.append(turn.notice)
    return notes


def _removed(answer: Answer) -> int:
    """How many sentences of a language model had no quote."""
    return len(answer.trace.checks.unsupported)


def _notice(text: str) -> str:
    return f'<p class="rag-notice">{lines(text)}</p>'


def _footer(turn: Turn, words: Wording, *, today: date, rate: bool) -> str:
    """How sure it is, how old, and what can be done with it."""
    said = ""
    if turn.answer is not None:
        said = confidence_html(turn.answer, words) + _oldest(turn.answer, words, today)
    actions = ["retry", "copy_answer", "copy_link"]
    if rate and turn.answer is not None:
        actions += ["helpful", "not_helpful"]
    buttons = "".join(icon_button(action, words[action]) for action in actions)
    return f'<div class="rag-footer">{said}<span class="rag-actions">{buttons}</span></div>'


def _oldest(answer: Answer, words: Wording, today: date) -> str:
    days = [citation.published for citation in answer.citations if citation.published]
    if not days or (today - min(days)).days < OLD_DAYS:
        return ""
    return f'<span class="rag-age">{escaped(words["old_source"].format(age=words.age(min(days), today=today)))}</span>'


def _card(citation: Citation, turn: int, words: Wording, today: date) -> str:
    """What a mark shows when it is pointed at or has the focus."""
    return (
        f'<div class="rag-card-text" id="card-{turn}-{citation.marker}" hidden>'
        f'<p class="rag-card-quote">{escaped(readable(citation))}</p>'
        f'<p class="rag-card-title">{escaped(flat(citation.title))}</p>{facts_html(citation, words, today=today)}</div>'
    )
