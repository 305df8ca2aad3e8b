"""Answers and sources as HTML that is safe whatever the articles and the questions say.

Fixed tags, escaped text. Markup in an article is text here, Markdown and template syntax too, because the components
that show this HTML interpret both: `gr.Chatbot` runs Markdown, `gr.HTML` fills in `${…}` and `{{…}}`.
Knows records and wording; no page, no model and no index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from rag.chat.wording import WORDING, Language, Wording, date_in_words
from rag.errors import RagError
from rag.terminal import confidence_in_words, line_number
from rag.types import Answer, Article, Citation, Hit, Texts

CONTEXT_CHARACTERS = 400  # of the paragraph around a quote, on either side
SHOWN_PASSAGE_CHARACTERS = 600

_MARK = re.compile(r"\[(\d{1,3})\]")
_PLAIN_ASCII = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")
# What no page should show: controls, direction overrides, noncharacters, lone surrogates.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def escaped(text: str) -> str:
    """Text that means itself in HTML, Markdown, LaTeX and template strings alike.

    Every ASCII character but letters, digits and blanks becomes a numeric reference; other scripts stay as they are.

    >>> escaped("<b> đ")
    '&#60;b&#62; đ'
    """
    return "".join(
        character if character in _PLAIN_ASCII or character > "\x7f" else f"&#{ord(character)};"
        for character in _UNSHOWABLE.sub("", text)
    )


def question_html(question: str) -> str:
    """The user's own words."""
    return f'<div class="rag-question">{_lines(question)}</div>'


def answer_html(text: str, *, turn: int, markers: Iterable[int]) -> str:
    """The text of an answer, each mark of `markers` a link to its source in the panel; other brackets stay text."""
    known = set(markers)
    parts: list[str] = []
    at = 0
    for match in _MARK.finditer(text):
        if int(match[1]) in known:
            link = f'<a class="rag-mark" href="#{source_id(turn, int(match[1]))}">{match[1]}</a>'
            parts += [_lines(text[at : match.start()]), link]
            at = match.end()
    parts.append(_lines(text[at:]))
    return f'<div class="rag-answer">{"".join(parts)}</div>'


def source_id(turn: int, marker: int) -> str:
    """The element of a source: marks of an earlier turn never lead to the source of a later one."""
    return f"source-{turn}-{marker}"


def notice_html(text: str) -> str:
    """A line of the page's own under an answer."""
    return f'<div class="rag-notice">{_lines(text)}</div>'


def confidence_html(answer: Answer, wording: Wording) -> str:
    """The confidence in words, with the number on hover."""
    if answer.abstained:
        return f'<span class="rag-confidence rag-refused">{escaped(wording.refused)}</span>'
    words = confidence_in_words(answer.confidence)
    shown = {"sure": wording.sure, "likely": wording.likely, "unsure": wording.unsure}[words]
    hover = wording.confidence_hover.format(percent=round(100 * answer.confidence))
    return f'<span class="rag-confidence rag-{words}" title="{escaped(hover)}">{escaped(shown)}</span>'


def head_html(language: Language, *, articles: int, skipped: int) -> str:
    """The page's title, and what it answers from."""
    wording = WORDING[language]
    facts = [wording.articles_count.format(count=articles)]
    if skipped:
        facts.append(wording.skipped_count.format(count=skipped))
    return (
        f'<h1 lang="{language}">{escaped(wording.title)}</h1><p class="rag-claim">{escaped(wording.claim)} · '
        f'<span class="rag-count">{escaped(" · ".join(facts))}</span></p>'
    )


def welcome_html(wording: Wording) -> str:
    """What an empty conversation says."""
    return f'<div class="rag-welcome"><p>{escaped(wording.empty_title)}</p><p>{escaped(wording.empty_text)}</p></div>'


def panel_html(answer: Answer | None, texts: Texts, *, turn: int, wording: Wording) -> str:
    """The source panel: a card for each citation, or the nearest passages of a refusal, or what will be here."""
    if answer is None:
        return _panel(wording.sources, "", turn, [f'<p class="rag-hint">{escaped(wording.sources_hint)}</p>'])
    if answer.abstained:
        hint = f'<p class="rag-hint">{escaped(wording.nearest_hint)}</p>' if answer.related else ""
        cards = [_passage_card(hit, texts, wording) for hit in answer.related]
        return _panel(wording.nearest, confidence_html(answer, wording), turn, [hint, *cards])
    cards = [_citation_card(citation, texts, turn, wording) for citation in answer.citations]
    return _panel(wording.sources, confidence_html(answer, wording), turn, cards)


def _panel(title: str, badge: str, turn: int, content: Iterable[str]) -> str:
    return f'<div class="rag-panel-head" id="sources-{turn}"><h2>{escaped(title)}</h2>{badge}</div>{"".join(content)}'


def _citation_card(citation: Citation, texts: Texts, turn: int, wording: Wording) -> str:
    article = _current(texts, citation)
    before, after = in_paragraph(article, citation) if article else ("", "")
    line = line_number(article.text, citation.start) if article else 0
    return (
        f'<article class="rag-source" id="{source_id(turn, citation.marker)}" tabindex="-1">'
        f'<h3><span class="rag-number">{citation.marker}</span> {escaped(_flat(citation.title))}</h3>'
        f"{_facts(citation.published, citation.author, citation.source, wording)}"
        f"<blockquote>{escaped(before)}<mark>{_lines(citation.quote)}</mark>{escaped(after)}</blockquote>"
        f"{_place(citation.article_id, line, citation.start, citation.end, wording)}</article>"
    )


def _passage_card(hit: Hit, texts: Texts, wording: Wording) -> str:
    passage = hit.passage
    try:
        article = texts.article(passage.article_id)
    except RagError:  # removed from the folder since
        return ""
    said = article.metadata
    line = line_number(article.text, passage.start)
    text = _flat(article.plain[passage.start : passage.end])
    if len(text) > SHOWN_PASSAGE_CHARACTERS:
        text = text[:SHOWN_PASSAGE_CHARACTERS].rsplit(" ", 1)[0] + " …"
    return (
        f'<article class="rag-source rag-near"><h3>{escaped(_flat(said.title))}</h3>'
        f"{_facts(said.published, said.author, said.source, wording)}"
        f"<blockquote>{escaped(text)}</blockquote>"
        f"{_place(passage.article_id, line, passage.start, passage.end, wording)}</article>"
    )


def _facts(published: date | None, author: str | None, source: str | None, wording: Wording) -> str:
    facts = [
        (wording.published, date_in_words(published, wording) if published else wording.unknown_date),
        (wording.author, author),
        (wording.source, source),
    ]
    items = "".join(f"<dt>{escaped(name)}</dt><dd>{escaped(_flat(value))}</dd>" for name, value in facts if value)
    return f"<dl>{items}</dl>"


def _place(file: str, line: int, start: int, end: int, wording: Wording) -> str:
    return f'<p class="rag-place">{escaped(wording.place.format(file=file, line=line, start=start, end=end))}</p>'


def _current(texts: Texts, citation: Citation) -> Article | None:
    """The article, as long as it still says what was quoted; None when the file changed or went since."""
    try:
        article = texts.article(citation.article_id)
    except RagError:
        return None
    return article if article.text[citation.start : citation.end] == citation.quote else None


def in_paragraph(article: Article, citation: Citation) -> tuple[str, str]:
    """What the quote's paragraph says before and after it, page furniture left out."""
    start = article.text.rfind("\n", 0, citation.start) + 1
    end = article.text.find("\n", citation.end)
    before = article.plain[start : citation.start]
    after = article.plain[citation.end : end if end >= 0 else len(article.text)]
    return _last(before, CONTEXT_CHARACTERS), _first(after, CONTEXT_CHARACTERS)


def _first(text: str, limit: int) -> str:
    """The beginning of the text, white space collapsed but kept at its ends, cut at a word with an ellipsis."""
    text = re.sub(r"\s+", " ", text)
    if text.strip() == "":
        return ""
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"


def _last(text: str, limit: int) -> str:
    """The end of the text, as `_first` gives the beginning."""
    text = re.sub(r"\s+", " ", text)
    if text.strip() == "":
        return ""
    return text if len(text) <= limit else "… " + text[-limit:].split(" ", 1)[-1]


def _lines(text: str) -> str:
    return "<br>".join(escaped(line) for line in re.split(r"\r\n?|\n", text))


def _flat(text: str) -> str:
    return " ".join(text.split())
