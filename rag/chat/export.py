"""A conversation as a file of its own: Markdown, HTML or JSON, with full references. Knows records and wording."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias, get_args

from rag.chat.conversation import Turn, turn_record
from rag.chat.escape import escaped, flat, shown
from rag.chat.render import MARK, readable
from rag.chat.wording import Wording
from rag.types import Citation

Format: TypeAlias = Literal["markdown", "html", "json"]
NAME = "rag-conversation"

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~$-])")


@dataclass(frozen=True, slots=True)
class Exported:
    """A file for the browser to save."""

    name: str
    media_type: str
    text: str


def known_format(value: object) -> Format | None:
    """The form of that name, if there is one."""
    return next((form for form in get_args(Format) if form == value), None)


def exported(turns: Sequence[Turn], form: Format, words: Wording, *, today: date) -> Exported:
    """The conversation in one of the forms. JSON can be opened again on the page."""
    if form == "json":
        record = {
            "title": words["title"],
            "exported": today.isoformat(),
            "turns": [turn_record(each) for each in turns],
        }
        return Exported(f"{NAME}.json", "application/json", json.dumps(record, ensure_ascii=False, indent=2))
    if form == "html":
        return Exported(f"{NAME}.html", "text/html", _html(turns, words, today))
    return Exported(f"{NAME}.md", "text/markdown", _markdown(turns, words, today))


def _markdown(turns: Sequence[Turn], words: Wording, today: date) -> str:
    parts = [f"# {words['title']}", words["exported_on"].format(date=words.day(today))]
    for turn in turns:
        parts.append(f"## {_plain(flat(turn.question))}")
        parts += [f"{_plain(line)}  " for line in _answer_lines(turn)]
        for citation in turn.answer.citations if turn.answer else ():
            parts.append(
                f"**[{citation.marker}]** {_plain(_reference(citation, words))}\n\n> {_plain(readable(citation))}"
            )
    return "\n\n".join(parts) + "\n"


def _html(turns: Sequence[Turn], words: Wording, today: date) -> str:
    body = [f"<h1>{escaped(words['title'])}</h1><p>{escaped(words['exported_on'].format(date=words.day(today)))}</p>"]
    for turn in turns:
        body.append(f"<h2>{escaped(turn.question)}</h2>")
        body += [f"<p>{_linked(line, turn.number)}</p>" for line in _answer_lines(turn)]
        for citation in turn.answer.citations if turn.answer else ():
            body.append(
                f'<figure id="q{turn.number}-{citation.marker}"><blockquote>{escaped(readable(citation))}</blockquote>'
                f"<figcaption>[{citation.marker}] {escaped(_reference(citation, words))}</figcaption></figure>"
            )
    return (
        f'<!doctype html>\n<html lang="{words.language}"><meta charset="utf-8"><title>{escaped(words["title"])}</title>'
        "<style>body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1.05rem/1.6 Georgia,serif}"
        "blockquote{border-left:3px solid #0b5c55;margin:0;padding-left:1rem}figcaption{color:#52606f}</style>"
        f"{''.join(body)}</html>\n"
    )


def _linked(line: str, turn: int) -> str:
    """A line of an answer with its marks as links to the quotes."""
    parts, at = [], 0
    for mark in MARK.finditer(line):
        parts += [escaped(line[at : mark.start()]), f'<a href="#q{turn}-{mark[1]}">{escaped(mark[0])}</a>']
        at = mark.end()
    return "".join([*parts, escaped(line[at:])])


def _answer_lines(turn: Turn) -> list[str]:
    text = turn.answer.text if turn.answer else turn.text
    return [shown(line) for line in (*text.split("\n"), turn.notice) if line]


def _reference(citation: Citation, words: Wording) -> str:
    day = words.day(citation.published) if citation.published else words["unknown_date"]
    known = [citation.author, citation.title, citation.source, day]
    said = ", ".join(flat(part) for part in known if part)
    return f"{said}. {citation.article_id}, {citation.start}–{citation.end}"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is; only marks such as [1] are left as they are."""
    parts = re.split(r"(\[\d{1,3}\])", shown(text))
    return "".join(part if MARK.fullmatch(part) else _MARKDOWN.sub(r"\\\1", part) for part in parts)
