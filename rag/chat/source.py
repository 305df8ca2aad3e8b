"""The source panel: a whole article with its quotes marked in it and its page furniture folded away.

What is shown comes from the article as the index has it now; where that no longer says what was quoted, the panel says
so and shows the quote alone. Knows records and wording; no server and no index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rag.chat.conversation import Turn
from rag.chat.escape import escaped, flat
from rag.chat.render import facts_html, icon_button, readable, shades_of
from rag.chat.wording import Wording
from rag.errors import RagError
from rag.terminal import line_number
from rag.terms import JOINER
from rag.types import Article, Citation, Hit, Span, Texts

SHOWN_PASSAGE_CHARACTERS = 420

_TAG = re.compile(r"<[^<>]*>")
_LINE = re.compile(r"[^\r\n]*\S[^\r\n]*")


@dataclass(frozen=True, slots=True)
class Marked:
    """A place of an article to be marked."""

    span: Span
    marker: int
    shade: int
    current: bool


def panel_html(turn: Turn | None, marker: int, texts: Texts, words: Wording, *, today: date) -> str:
    """The panel of a turn, opened at one of its marks; for a refusal the nearest passages, or one of them opened.

    `marker` 0: the first quote, or the list of nearest passages.
    """
    if turn is None or turn.answer is None:
        return _empty(words)
    if turn.answer.abstained and turn.answer.related:
        chosen = [hit for hit in turn.answer.related if hit.rank == marker]
        return _passage(turn, chosen[0], texts, words, today) if chosen else _nearest(turn, texts, words, today)
    citations = turn.answer.citations
    if not citations:
        return _empty(words)
    current = next((each for each in citations if each.marker == marker), citations[0])
    return _source(turn, current, texts, words, today)


def article_panel(article: Article, words: Wording, *, today: date) -> str:
    """The panel with an article of the folder, nothing marked."""
    said = article.metadata
    as_cited = Citation(0, article.id, said.title, said.published, said.author, said.source, "", 0, 0)
    return (
        f'<section class="rag-source" data-turn="0" data-current="0"><div class="rag-nav">'
        f'<span class="rag-count">{escaped(words["articles"])}</span>{_close(words)}</div>'
        f"{_head(as_cited, words, today, article.id)}"
        f'<div class="rag-body" tabindex="0" role="region" aria-label="{escaped(flat(said.title))}">'
        f"{article_html(article, (), words)}</div></section>"
    )


def reference(citation: Citation, words: Wording) -> str:
    """The quote with where it is from, as one text to be pasted elsewhere."""
    known = [citation.author, citation.title, citation.source, words.day(citation.published or date.min)]
    said = ", ".join(flat(part) for part in (known if citation.published else known[:-1]) if part)
    return f"“{readable(citation)}”\n— {said} ({citation.article_id}, {citation.start}–{citation.end})"


def article_html(article: Article, marked: Sequence[Marked], words: Wording) -> str:
    """The text of an article, the marked places in it; what is no part of it is folded, unless marked."""
    parts: list[str] = []
    at = 0
    for span in article.content:
        parts.append(_furniture(article, Span(at, span.start), marked, words))
        kind = "rag-headline" if span == article.metadata.title_span else "rag-paragraph"
        parts.append(f'<p class="{kind}">{_marked_text(article.plain, span, marked)}</p>')
        at = span.end
    parts.append(_furniture(article, Span(at, len(article.text)), marked, words))
    return "".join(parts)


def _furniture(article: Article, span: Span, marked: Sequence[Marked], words: Wording) -> str:
    """The lines between two parts of the article, behind one line that says how many they are."""
    text = article.text
    if article.id.lower().endswith((".html", ".htm")):
        text = _TAG.sub(lambda tag: " " * len(tag[0]), text)
    rows = [Span(*match.span()) for match in _LINE.finditer(text, span.start, span.end)]
    if not rows:
        return ""
    shown = "".join(f"<p>{_marked_text(text, row, marked)}</p>" for row in rows)
    opened = " open" if any(_meet(each.span, row) for each in marked for row in rows) else ""
    summary = escaped(words.counted("furniture", len(rows)))
    return f'<details class="rag-furniture"{opened}><summary>{summary}</summary>{shown}</details>'


def _marked_text(text: str, span: Span, marked: Sequence[Marked]) -> str:
    """A part of the text, cut where marked places begin and end. Where two overlap, the current one wins."""
    inside = [each for each in marked if _meet(each.span, span)]
    cuts = {span.start, span.end}
    for each in inside:
        cuts |= {max(span.start, each.span.start), min(span.end, each.span.end)}
    places = sorted(cuts)
    parts = []
    for start, end in pairwise(places):
        piece = escaped(text[start:end].replace(JOINER, ""))
        over = [each for each in inside if each.span.start <= start and end <= each.span.end]
        best = next((each for each in over if each.current), over[0] if over else None)
        parts.append(_mark(piece, best, first=start == best.span.start) if best else piece)
    return "".join(parts)


def _mark(piece: str, place: Marked, *, first: bool) -> str:
    kinds = ["rag-quote", f"rag-shade-{place.shade}", *(["rag-first"] * first), *(["rag-current"] * place.current)]
    return f'<mark class="{" ".join(kinds)}" data-marker="{place.marker}">{piece}</mark>'


def _meet(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _source(turn: Turn, current: Citation, texts: Texts, words: Wording, today: date) -> str:
    assert turn.answer is not None  # noqa: S101
    citations = turn.answer.citations
    number = citations.index(current)
    earlier, later = citations[number - 1], citations[(number + 1) % len(citations)]
    several = len(citations) > 1
    steps = [("previous", earlier), ("next", later)] if several else []
    buttons = [_open(name, turn, to.marker, words) for name, to in steps]
    count = escaped(words["quote_of"].format(number=number + 1, count=len(citations)))
    copied = escaped(reference(current, words)).replace("\n", "&#10;")
    copy = icon_button("copy_reference", words["copy_reference"], data=f'data-text="{copied}" ')
    place, body = _quoted(turn, current, texts, words)
    return (
        f'<section class="rag-source" data-turn="{turn.number}" data-current="{current.marker}">'
        f'<div class="rag-nav"><span class="rag-chip rag-shade-{shades_of(citations)[current.marker]}">'
        f'{current.marker}</span><span class="rag-count" aria-live="polite">{count}</span>{"".join(buttons)}{copy}'
        f"{_close(words)}</div>{_head(current, words, today, place)}"
        f'<div class="rag-body" tabindex="0" role="region" aria-label="{escaped(flat(current.title))}">{body}</div>'
        "</section>"
    )


def _quoted(turn: Turn, current: Citation, texts: Texts, words: Wording) -> tuple[str, str]:
    """Where the quote stands, in words, and the article around it; the quote alone where the file has changed."""
    assert turn.answer is not None  # noqa: S101
    quote = f'<p class="rag-paragraph"><mark class="rag-quote rag-first rag-current" data-marker="{current.marker}">'
    alone = f"{quote}{escaped(readable(current))}</mark></p>"
    try:
        article = texts.article(current.article_id)
    except RagError:
        return current.article_id, f'<p class="rag-warning">{escaped(words["gone_since"])}</p>{alone}'
    if not _still_says(article, current):
        return current.article_id, f'<p class="rag-warning">{escaped(words["changed_since"])}</p>{alone}'
    shades = shades_of(turn.answer.citations)
    marked = [
        Marked(Span(each.start, each.end), each.marker, shades[each.marker], each == current)
        for each in turn.answer.citations
        if each.article_id == article.id and _still_says(article, each)
    ]
    return _place(article, current.start, current.end, words), article_html(article, marked, words)


def _still_says(article: Article, citation: Citation) -> bool:
    return article.text[citation.start : citation.end] == citation.quote


def _place(article: Article, start: int, end: int, words: Wording) -> str:
    return words["place"].format(file=article.id, line=line_number(article.text, start), start=start, end=end)


def _head(said: Citation, words: Wording, today: date, place: str) -> str:
    return (
        f'<header class="rag-source-head"><h2>{escaped(flat(said.title))}</h2>{facts_html(said, words, today=today)}'
        f'<p class="rag-place">{escaped(place)}</p></header>'
    )


def _nearest(turn: Turn, texts: Texts, words: Wording, today: date) -> str:
    assert turn.answer is not None  # noqa: S101
    cards = "".join(_near_card(turn, hit, texts, words, today) for hit in turn.answer.related)
    hint = f'<p class="rag-hint">{escaped(words["nearest_hint"])}</p>' if cards else ""
    return (
        f'<section class="rag-source" data-turn="{turn.number}" data-current="0"><div class="rag-nav">'
        f'<h2 class="rag-count">{escaped(words["nearest"])}</h2>{_close(words)}</div>'
        f'<div class="rag-body" tabindex="0" role="region" aria-label="{escaped(words["nearest"])}">{hint}{cards}</div>'
        "</section>"
    )


def _near_card(turn: Turn, hit: Hit, texts: Texts, words: Wording, today: date) -> str:
    try:
        article = texts.article(hit.passage.article_id)
    except RagError:  # removed from the folder since
        return ""
    text = flat(article.plain[hit.passage.start : hit.passage.end].replace(JOINER, ""))
    if len(text) > SHOWN_PASSAGE_CHARACTERS:
        text = text[:SHOWN_PASSAGE_CHARACTERS].rsplit(" ", 1)[0] + " …"
    return (
        f'<article class="rag-near"><h3>{escaped(flat(article.metadata.title))}</h3>'
        f"{facts_html(_as_citation(article, hit), words, today=today)}<blockquote>{escaped(text)}</blockquote>"
        f'<button type="button" class="rag-link" data-action="open" data-turn="{turn.number}" '
        f'data-marker="{hit.rank}">{escaped(words["whole_article"])}</button></article>'
    )


def _passage(turn: Turn, hit: Hit, texts: Texts, words: Wording, today: date) -> str:
    """One of the nearest passages, marked in its article."""
    try:
        article = texts.article(hit.passage.article_id)
    except RagError:
        return _nearest(turn, texts, words, today)
    span = Span(hit.passage.start, hit.passage.end)
    body = article_html(article, [Marked(span, hit.rank, 1, current=True)], words)
    back = icon_button("open", words["nearest"], data=f'data-turn="{turn.number}" data-marker="0" data-back ')
    place = _place(article, *span, words)
    return (
        f'<section class="rag-source" data-turn="{turn.number}" data-current="{hit.rank}"><div class="rag-nav">{back}'
        f'<span class="rag-count">{escaped(words["passage_mark"])}</span>{_close(words)}</div>'
        f"{_head(_as_citation(article, hit), words, today, place)}"
        f'<div class="rag-body" tabindex="0" role="region" aria-label="{escaped(flat(article.metadata.title))}">'
        f"{body}</div></section>"
    )


def _as_citation(article: Article, hit: Hit) -> Citation:
    said, passage = article.metadata, hit.passage
    return Citation(
        hit.rank, article.id, said.title, said.published, said.author, said.source,
        passage.text, passage.start, passage.end,
    )  # fmt: skip


def _open(name: str, turn: Turn, marker: int, words: Wording) -> str:
    data = f'data-turn="{turn.number}" data-marker="{marker}" data-step="{name}" '
    return icon_button("open", words[name], data=data)


def _close(words: Wording) -> str:
    return icon_button("close_panel", words["close"])


def _empty(words: Wording) -> str:
    return (
        f'<section class="rag-source"><div class="rag-nav"><h2 class="rag-count">{escaped(words["sources"])}</h2>'
        f'{_close(words)}</div><div class="rag-body"><p class="rag-hint">{escaped(words["sources_hint"])}</p></div>'
        "</section>"
    )
