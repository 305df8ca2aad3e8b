"""The page's HTML, made from hostile text: fixed tags, every quote marked in its article, nothing that runs."""

from __future__ import annotations

import html
import re
import string
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Assistant
from rag.articles import read_folder
from rag.chat import render, source
from rag.chat.conversation import Turn
from rag.chat.escape import escaped, shown
from rag.chat.folder import Filter, authors, folder_html, years
from rag.chat.wording import wording
from rag.types import GREETING, Article, Checks, Citation, Skipped, Span, Trace, Unsupported
from tests.stand_in import StandIn, make_article

SEEDS = Path(__file__).parents[1] / "seeds"
TODAY = date(2026, 3, 3)
EN, VI = wording("en"), wording("vi")


class Tags(HTMLParser):
    """The tags of some HTML, the names of their attributes, its text, and the text of each marked quote."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.quotes: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "mark":
            self._open.append(str(dict(attrs)["data-marker"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        for marker in self._open:
            self.quotes[marker] = self.quotes.get(marker, "") + data


SAFE_TAGS = {
    "article", "blockquote", "br", "button", "code", "dd", "details", "div", "dl", "dt", "h2", "h3", "header", "li",
    "mark", "p", "section", "span", "summary", "ul",
}  # fmt: skip
SAFE_ATTRIBUTES = {
    "class", "id", "title", "type", "hidden", "open", "role", "tabindex", "aria-label", "aria-describedby", "aria-live",
    "data-action", "data-turn", "data-state", "data-marker", "data-current", "data-step", "data-back", "data-text",
    "data-article",
}  # fmt: skip
hostile = st.one_of(st.text(max_size=60), st.text(alphabet=string.punctuation + "ab1đ \n", max_size=80))


def answered(texts: StandIn, question: str) -> Turn:
    answer = texts.answer(question)
    return Turn(1, question, answer.text, answer, state="done")


@given(hostile, hostile, hostile)
def test_no_text_becomes_markup(text: str, title: str, author: str) -> None:
    article = make_article(f"{title}.txt", text + "\nA line of two words more.\n", title=title, author=author)
    texts = StandIn([article], Path("nowhere"), [Skipped(title, author)])
    turn = answered(texts, "A line of two words more")
    assert turn.answer is not None
    refusal = replace(turn.answer, text=text, abstained=True, citations=())
    markup = render.welcome_html(VI, [title])
    for each in (turn, replace(turn, question=text, notice=author, asked_of=title, answer=refusal, text=text)):
        markup += render.turn_html(each, VI, today=TODAY, suggestions=[title], rate=True)
        markup += source.panel_html(each, 1, texts, VI, today=TODAY)
        markup += source.panel_html(each, 0, texts, VI, today=TODAY)
    markup += source.article_panel(article, VI, today=TODAY)
    markup += folder_html(texts.articles, texts.skipped, {}, VI, today=TODAY)
    seen = Tags(markup)
    assert seen.tags <= SAFE_TAGS
    assert seen.attributes <= SAFE_ATTRIBUTES
    assert not set("${}`*_!\\") & set(re.sub(r"<[^>]*>", "", markup))


@given(hostile)
def test_escaped_text_reads_as_it_was(text: str) -> None:
    assert html.unescape(escaped(text)) == shown(text)
    assert not set(escaped(text)) & set("<>\"'`$[]()*_~|\\{}!")


def test_marks_of_the_answer_are_buttons_and_other_brackets_stay_text() -> None:
    cited = [cite(make_article("a.txt", "One two", title="T"), marker, 0, 3) for marker in (1, 2)]
    turn = turn_with(cited, text="- One [1], two [2],\n- three [9].")
    markup = render.answer_html(turn, EN)
    assert re.findall(r'data-marker="(\d+)"', markup) == ["1", "2"]
    assert Tags(markup).text == "One 1, two 2,three [9]."


def test_the_quotes_of_one_article_look_different_and_those_of_another_begin_anew() -> None:
    first, second = make_article("a.txt", "One two three", title="A"), make_article("b.txt", "Four", title="B")
    cited = [cite(first, 1, 0, 3), cite(first, 2, 4, 7), cite(second, 3, 0, 4), cite(first, 4, 8, 13)]
    assert render.shades_of(cited) == {1: 1, 2: 2, 3: 1, 4: 3}


def test_the_whole_article_is_shown_with_each_quote_marked() -> None:
    text = "MENU\nFirst thing said. Second thing said.\nThird thing.\nPRINT SHARE\n"
    start = text.index("First")
    content = (Span(start, text.index("\nThird")), Span(text.index("Third"), text.index("\nPRINT")))
    article = replace(make_article("a.txt", text, title="T"), content=content)
    cited = [cite(article, 1, start, start + 17), cite(article, 2, text.index("said. Second"), text.index("\nPRINT"))]
    panel = source.panel_html(turn_with(cited), 2, StandIn([article], Path()), EN, today=TODAY)
    seen = Tags(panel)
    assert seen.quotes == {"1": "First thing ", "2": "said. Second thing said.Third thing."}  # the open one wins
    assert "<summary>1 line that is no part of the article</summary><p>MENU</p>" in panel
    assert "rag-furniture" in panel
    assert 'rag-furniture" open' not in panel
    assert "Quote 2 of 2" in seen.text
    assert "a.txt, line 2, characters" in seen.text


def test_a_quote_in_the_page_furniture_is_not_folded_away() -> None:
    text = "An article of some words.\nBy: Ann Bo\n"
    article = replace(make_article("a.txt", text, title="T"), content=(Span(0, 25),))
    panel = source.panel_html(turn_with([cite(article, 1, 30, 36)]), 1, StandIn([article], Path()), EN, today=TODAY)
    assert '<details class="rag-furniture" open>' in panel
    assert Tags(panel).quotes == {"1": "Ann Bo"}


@pytest.mark.parametrize("marker", [1, 2])
def test_a_file_that_changed_or_went_leaves_the_quote_alone(marker: int) -> None:
    article = make_article("a.txt", "Before it. The quoted words. After it.\n", title="T")
    turn = turn_with([cite(article, marker, 11, 28)])
    changed = make_article("a.txt", "Something else is here now, and it is longer.\n", title="T")
    for articles, warning in (([changed], "has changed since"), ([], "no longer in the folder")):
        seen = Tags(source.panel_html(turn, marker, StandIn(articles, Path()), EN, today=TODAY))
        assert seen.quotes == {str(marker): "The quoted words."}
        assert warning in seen.text
        assert "Something else" not in seen.text


def test_every_quote_of_the_seeds_is_marked_letter_by_letter(seed_assistant: Assistant) -> None:
    for question in ("Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?", "Có những bài viết nào?", "Ai viết bài về Hà Tĩnh?"):
        answer = seed_assistant.answer(question)
        turn = Turn(1, question, answer.text, answer, state="done")
        assert answer.citations
        for citation in answer.citations:
            panel = source.panel_html(turn, citation.marker, seed_assistant, VI, today=TODAY)
            assert Tags(panel).quotes[str(citation.marker)] == citation.quote


def test_all_of_an_article_is_on_the_panel_once(tmp_path: Path) -> None:
    for article in read_folder(SEEDS)[0]:
        seen = Tags(source.article_panel(article, VI, today=TODAY))
        assert all(word in seen.text for word in article.text.split())


def test_a_web_page_is_shown_without_its_markup(tmp_path: Path) -> None:
    body = "<p>The committee has <b>twenty-five</b> posts and meets on Mondays in the old town hall.</p>" * 3
    page = (
        f"<html><head><title>T</title></head><body><nav><a href=x>Home</a></nav><article>{body}</article></body></html>"
    )
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (article,) = read_folder(tmp_path)[0]
    start = article.text.index("The committee")
    turn = turn_with([cite(article, 1, start, article.text.index(" in the old"))])
    seen = Tags(source.panel_html(turn, 1, StandIn([article], Path()), EN, today=TODAY))
    assert " ".join(seen.quotes["1"].split()) == "The committee has twenty-five posts and meets on Mondays"
    assert "<" not in seen.text
    card = render.turn_html(turn, EN, today=TODAY)
    assert "The committee has twenty-five posts" in " ".join(Tags(card).text.split())


def test_an_answer_says_how_sure_and_how_old_it_is() -> None:
    article = make_article("a.txt", "One two", title="T", published=date(2021, 3, 2))
    turn = turn_with([cite(article, 1, 0, 3)], confidence=0.62)
    markup = render.turn_html(turn, EN, today=TODAY)
    assert "Oldest source: 5 years ago" in Tags(markup).text
    assert 'title="Probability of being right&#58; 62&#37;">Likely<' in markup
    assert "ago" not in Tags(render.turn_html(turn, EN, today=date(2021, 6, 1))).text.split("Published")[0]


def test_a_turn_tells_how_it_was_understood_what_was_removed_and_of_what_it_was_asked() -> None:
    turn = turn_with([cite(make_article("a.txt", "One", title="T"), 1, 0, 3)])
    assert turn.answer is not None
    removed = (Unsupported("One.", "no passage tells it"), Unsupported("Two.", "no passage tells it"))
    trace = Trace(understood_as="Who wrote the article T?", checks=Checks(written=3, supported=1, unsupported=removed))
    turn = replace(turn, answer=replace(turn.answer, trace=trace), asked_of="2021 · Ann", notice="The folder moved.")
    text = Tags(render.turn_html(turn, EN, today=TODAY)).text
    for said in (
        "Understood as: Who wrote the article T?",
        "2 sentences of the model had no quote",
        "2021 · Ann",
        "moved",
    ):
        assert said in text


def test_a_refusal_shows_the_nearest_passages_and_opens_one_in_its_article() -> None:
    texts = StandIn([make_article("a.txt", "Rice grows.\nWheat grows.\n", title="Crops", author="Ann")], Path())
    turn = answered(texts, "Does rice sing")
    assert turn.answer is not None
    turn = replace(turn, answer=replace(turn.answer, abstained=True, citations=()))
    assert "Crops" in Tags(source.panel_html(turn, 0, texts, EN, today=TODAY)).text
    opened = Tags(source.panel_html(turn, 1, texts, EN, today=TODAY))
    assert opened.quotes == {"1": "Rice grows."}
    assert "Wheat grows." in opened.text


# --- the folder ---------------------------------------------------------------------------------------------------


def test_articles_are_filtered_by_year_and_author() -> None:
    articles = [
        make_article("a", "x", title="A", published=date(2021, 1, 1), author="Ann  Bo"),
        make_article("b", "x", title="B", published=date(2021, 5, 1), author="Cy"),
        make_article("c", "x", title="C"),
    ]
    assert years(articles) == [2021]
    assert authors(articles) == ["Ann Bo", "Cy"]
    assert Filter(2021).ids(articles) == {"a", "b"}
    assert Filter(2021, "Ann Bo").ids(articles) == {"a"}
    assert Filter(author="Cy").ids(articles) == {"b"}
    assert Filter(1999).ids(articles) == frozenset()
    assert Filter().ids(articles) == {"a", "b", "c"}
    assert not Filter()
    assert Filter(2021, "Cy").in_words() == "2021 · Cy"


def test_the_list_has_every_article_and_every_skipped_file() -> None:
    articles = [
        make_article("a.txt", "x", title="Old", published=date(2020, 1, 1)),
        make_article("b.txt", "x", title="N"),
    ]
    markup = folder_html(articles, [Skipped("c.pdf", "empty")], {"a.txt": 3}, EN, today=TODAY)
    text = Tags(markup).text
    assert "1 January 2020 (6 years ago) · 3 passages · a.txt" in text
    assert "date not given · 0 passages · b.txt" in text
    assert "1 file that can't be used" in text
    assert "c.pdf no text in it" in text


def test_every_reason_is_told_in_the_language_of_the_page(tmp_path: Path) -> None:
    files = {
        "a.txt": b"Text.", "b.txt": b"Text.", "c.txt": b"", "d.pdf": b"%PDF", "e.txt": b"\xff\xfe\x00",
        "f.txt": b"\xe1(", "g.html": b"<p></p>",
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "h.txt").symlink_to("/etc/hostname")
    skipped = read_folder(tmp_path)[1]
    text = Tags(folder_html((), skipped, {}, VI, today=TODAY)).text
    assert [VI["reason_other"] in text, text.count(VI["reason_encoding"])] == [False, 2]
    for kind in ("reason_same", "reason_empty", "reason_type", "reason_link"):
        assert VI[kind] in text
    assert len(skipped) == 7


def cite(article: Article, marker: int, start: int, end: int) -> Citation:
    said = article.metadata
    return Citation(
        marker, article.id, said.title, said.published, said.author, said.source, article.text[start:end], start, end
    )


def turn_with(citations: list[Citation], *, text: str = "Said. [1]", confidence: float = 0.9) -> Turn:
    base = StandIn([make_article("x", "one two three", title="X")], Path()).answer("one two three")
    answer = replace(base, text=text, citations=tuple(citations), confidence=confidence)
    return Turn(1, "A question?", text, answer, state="done")


def test_a_greeting_is_no_failure() -> None:
    turn = turn_with([])
    assert turn.answer is not None
    answer = replace(turn.answer, abstained=True, related=(), trace=Trace(kind=GREETING))
    assert render.confidence_html(answer, EN) == ""
    assert EN["refused"] in render.confidence_html(replace(answer, trace=Trace(kind="number")), EN)
    panel = source.panel_html(replace(turn, answer=answer), 0, StandIn([], Path()), EN, today=TODAY)
    assert EN["nearest"] not in panel
