"""The chat page without a browser: the real Gradio server and its client, HTML made from hostile text, the wording."""

from __future__ import annotations

import html
import re
import socket
import string
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from hypothesis import given
from hypothesis import strategies as st
from stand_in import StandIn, make_article

from rag import chat
from rag.answer import Assistant
from rag.chat import guard, render
from rag.chat.examples import example_questions, shared_topic
from rag.chat.wording import ENGLISH, VIETNAMESE, WORDING, Wording, date_in_words, preferred_language
from rag.errors import ConfigError
from rag.types import Answer

SEEDS = Path(__file__).parents[1] / "seeds"
QUESTION = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"


@pytest.fixture(scope="module")
def address(seed_assistant: Assistant) -> Iterator[str]:
    with chat.running(seed_assistant, port=0, follow=False) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Client:
    return Client(address, verbose=False)


def test_importing_the_package_loads_no_gradio() -> None:
    code = "import sys, rag.chat, rag.cli; print('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


def test_programs_may_call_ask_and_search_and_nothing_else(client: Client) -> None:
    api = client.view_api(return_format="dict", print_info=False)
    assert set(api["named_endpoints"]) == {"/ask", "/search"}
    assert api["unnamed_endpoints"] == {}
    parameters = {each["parameter_name"] for each in api["named_endpoints"]["/ask"]["parameters"]}
    assert parameters == {"question", "history"}


def test_ask_gives_the_same_answer_as_python(client: Client, seed_assistant: Assistant) -> None:
    answer = client.predict(QUESTION, api_name="/ask")
    assert answer == seed_assistant.answer(QUESTION).to_dict()
    citation = answer["citations"][0]
    text = (SEEDS / citation["article_id"]).read_bytes().decode("utf-8")
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert "15 biên chế" in citation["quote"]


def test_ask_takes_the_earlier_questions(client: Client, seed_assistant: Assistant) -> None:
    history = ["Bài “Triển khai nhiệm vụ công tác dân vận năm 2021” do ai viết?"]
    answer = client.predict("Đăng ngày nào?", history, api_name="/ask")
    assert answer == seed_assistant.answer("Đăng ngày nào?", history=history).to_dict()


def test_search_gives_passages_with_offsets(client: Client) -> None:
    hits = client.predict("nghị quyết 25", 2, api_name="/search")
    assert [hit["rank"] for hit in hits] == [1, 2]
    for hit in hits:
        text = (SEEDS / hit["article_id"]).read_bytes().decode("utf-8")
        assert text[hit["start"] : hit["end"]] == hit["text"]


@pytest.mark.parametrize(
    ("arguments", "endpoint", "message"),
    [
        (("",), "/ask", "empty"),
        (("x" * 10_000,), "/ask", "10,000|10000"),
        ((["no", "text"],), "/ask", "text, not list"),
        (("x", {"a": 1}), "/ask", "history"),
        (("x", 0), "/search", "1 to 50"),
        (("x", "many"), "/search", "1 to 50"),
    ],
)
def test_wrong_calls_are_told_why(client: Client, arguments: tuple[object, ...], endpoint: str, message: str) -> None:
    with pytest.raises(AppError, match=message):
        client.predict(*arguments, api_name=endpoint)


def test_nothing_on_the_page_names_another_host(address: str) -> None:
    shown = httpx.get(f"{address}/", headers={"accept-language": "vi"})
    config = httpx.get(f"{address}/config")
    assert '<html\n\tlang="vi"' in shown.text
    for text in (shown.text, config.text):
        hosts = set(re.findall(r"(?:https?:)?//([\w.-]+\.\w+)", text))
        assert hosts <= {"127.0.0.1"}, hosts


def test_the_browser_is_told_to_load_nothing_foreign(address: str) -> None:
    for path in ("/", "/config", "/theme.css", "/no/such/page"):
        policy = httpx.get(address + path).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "http" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=seeds/000_e5ec8f52af201852.txt",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1/",
        "/gradio_api/upload",
        "/gradio_api/component_server",
        "/gradio_api/vibe-code/",
        "/gradio_api/vibe-edit/",
        "/gradio_api/runs",
        "/monitoring",
        "/monitoring/summary",
        "/docs",
        "/openapi.json",
        "/static/../../../etc/passwd",
    ],
)
def test_no_files_uploads_or_proxy(address: str, path: str) -> None:
    for method in ("GET", "POST"):
        answer = httpx.request(method, address + path)
        assert answer.status_code in (403, 404), path
        assert "root:" not in answer.text


def test_another_page_of_the_web_may_not_ask(address: str) -> None:
    headers = {"origin": "https://evil.example", "content-type": "application/json"}
    answer = httpx.post(f"{address}/gradio_api/call/ask", headers=headers, json={"data": ["x", None]})
    assert answer.headers.get("access-control-allow-origin") != "https://evil.example"


def test_a_taken_port_is_told_in_one_sentence(seed_assistant: Assistant) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"port {port} .*--port"), chat.running(seed_assistant, port=port):
            pass
    with pytest.raises(ConfigError, match="no-such-host"), chat.running(seed_assistant, "no-such-host.invalid"):
        pass


# --- HTML ---------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """The tags and attributes of some HTML, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, frozenset[str]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, frozenset(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(markup: str) -> Tags:
    tags = Tags()
    tags.feed(markup)
    tags.close()
    return tags


SAFE_TAGS = {
    ("div", frozenset({"class", "id"})),
    ("div", frozenset({"class"})), ("h2", frozenset()), ("h3", frozenset()), ("p", frozenset({"class"})),
    ("span", frozenset({"class"})), ("span", frozenset({"class", "title"})), ("dl", frozenset()), ("dt", frozenset()),
    ("dd", frozenset()), ("blockquote", frozenset()), ("mark", frozenset()), ("br", frozenset()),
    ("article", frozenset({"class"})), ("article", frozenset({"class", "id", "tabindex"})),
    ("a", frozenset({"class", "href"})),
}  # fmt: skip
hostile = st.one_of(st.text(max_size=60), st.text(alphabet=string.punctuation + "ab1đ \n", max_size=80))


@given(hostile, hostile, hostile)
def test_no_text_becomes_markup(text: str, title: str, author: str) -> None:
    body = text + "\nA line of two words more.\n"
    article = make_article("a.txt", body, title=title, author=author)
    texts = StandIn([article], Path("nowhere"))
    answer = texts.answer("A line of two words more")
    for shown in (answer, replace(answer, text=text, abstained=True, citations=())):
        markup = render.panel_html(shown, texts, turn=1, wording=VIETNAMESE)
        markup += render.answer_html(text, turn=1, markers=[1]) + render.question_html(text)
        assert set(parsed(markup).seen) <= SAFE_TAGS
        assert not set("${}`*_!\\") & set(re.sub(r"<[^>]*>", "", markup))


@given(hostile)
def test_escaped_text_reads_as_it_was(text: str) -> None:
    shown = html.unescape(render.escaped(text))
    assert shown == render._UNSHOWABLE.sub("", text)
    assert not set(render.escaped(text)) & set("<>\"'`$[]()*_~|\\{}!")


def test_marks_of_the_answer_lead_to_its_sources_and_other_brackets_stay_text() -> None:
    markup = render.answer_html("One [1], two [2], three [9].", turn=7, markers=[1, 2])
    assert re.findall(r'href="(#[^"]+)"', markup) == ["#source-7-1", "#source-7-2"]
    assert parsed(markup).text == "One 1, two 2, three [9]."


def cited(text: str, quote: str) -> tuple[StandIn, Answer]:
    article = make_article("a.txt", text, title="T", published=date(2021, 3, 2), author="N")
    texts = StandIn([article], Path("nowhere"))
    answer = texts.answer(quote)
    start = text.index(quote)
    citation = replace(answer.citations[0], quote=quote, start=start, end=start + len(quote))
    return texts, replace(answer, citations=(citation,))


def test_the_quote_is_marked_within_its_paragraph() -> None:
    texts, answer = cited("First.\nBefore it. The quoted words. After it.\nLast.\n", "The quoted words.")
    markup = render.panel_html(answer, texts, turn=1, wording=ENGLISH)
    assert "<blockquote>Before it&#46; <mark>The quoted words&#46;</mark> After it&#46;</blockquote>" in markup
    assert "2 March 2021" in parsed(markup).text
    assert "a.txt, line 2, characters 18–35" in parsed(markup).text


def test_furniture_is_not_shown_around_a_quote() -> None:
    texts, answer = cited("SHARE Before. The quoted words. PRINT\n", "The quoted words.")
    (article,) = texts.articles
    texts.articles = (replace(article, plain=article.plain.replace("SHARE", " " * 5).replace("PRINT", " " * 5)),)
    shown = parsed(render.panel_html(answer, texts, turn=1, wording=ENGLISH)).text
    assert "Before. The quoted words." in shown
    assert not re.search("SHARE|PRINT", shown)


def test_a_file_that_changed_since_leaves_the_quote_alone() -> None:
    texts, answer = cited("Before it. The quoted words. After it.\n", "The quoted words.")
    texts.articles = (make_article("a.txt", "Something else is here now, and it is longer.\n", title="T"),)
    markup = render.panel_html(answer, texts, turn=1, wording=ENGLISH)
    assert "<blockquote><mark>The quoted words&#46;</mark></blockquote>" in markup
    texts.articles = ()
    assert render.panel_html(answer, texts, turn=1, wording=ENGLISH) == markup


# --- wording and examples -----------------------------------------------------------------------------------------


def test_both_languages_say_everything_and_fill_in_the_same() -> None:
    def blanks(wording: Wording, name: str) -> set[str | None]:
        value = getattr(wording, name)
        return {
            field
            for text in ([value] if isinstance(value, str) else value)
            for _, field, _, _ in string.Formatter().parse(text)
        }

    for each in fields(Wording):
        assert all(getattr(wording, each.name) for wording in WORDING.values()), each.name
        assert blanks(VIETNAMESE, each.name) == blanks(ENGLISH, each.name), each.name
    assert len(VIETNAMESE.months) == len(ENGLISH.months) == 12


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"), ("", "en"), ("vi", "vi"), ("vi-VN,vi;q=0.9,en;q=0.8", "vi"), ("en-GB,en;q=0.9,vi;q=0.8", "en"),
        ("fr,vi;q=0.1", "vi"), ("de", "en"), ("vi;q=0,en;q=0.2", "en"), ("vi;q=x", "en"), (";;,=,q", "en"),
        ("VI", "vi"), ("vie", "en"),
    ],
)  # fmt: skip
def test_the_page_speaks_the_browsers_language(header: str | None, language: str) -> None:
    assert preferred_language(header) == language


def test_dates_are_written_as_the_language_does() -> None:
    assert date_in_words(date(2021, 3, 2), VIETNAMESE) == "2/3/2021"
    assert date_in_words(date(2021, 3, 2), ENGLISH) == "2 March 2021"


def test_examples_come_from_the_articles() -> None:
    articles = [
        make_article("a", "x", title="Rice export grows", author="Ann"),
        make_article("b", "x", title="Why rice export slows", published=date(2024, 5, 6), author="Bo"),
    ]
    assert example_questions(articles, "en") == (
        "Who wrote “Why rice export slows”, and when was it published?",
        "Which articles mention rice export?",
        "Có những bài viết nào?",
    )
    assert example_questions([make_article("a", "x", title="T" * 500)], "vi") == ("Có những bài viết nào?",)
    assert example_questions([], "vi") == ()


@given(st.lists(hostile, max_size=5))
def test_a_shared_topic_is_in_two_titles_or_there_is_none(titles: list[str]) -> None:
    topic = shared_topic(titles)
    if topic is not None:
        words = topic.split()
        assert sum(all(word in title.lower() for word in words) for title in titles) >= 2


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_example_questions_are_answered(seed_assistant: Assistant, language: str) -> None:
    questions = example_questions(seed_assistant.articles, "vi" if language == "vi" else "en")
    assert [question for question in questions if seed_assistant.answer(question).abstained] == []


def test_guard_routes_are_whole_paths_or_folders() -> None:
    assert guard.allowed("/assets/index.js")
    assert guard.allowed("/gradio_api/queue/join")
    assert guard.allowed("/gradio_api/info/")
    assert not guard.allowed("/gradio_api/queue/joined")
    assert not guard.allowed("/configuration")
