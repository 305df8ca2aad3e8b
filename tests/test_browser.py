"""The chat page in a real browser: Debian's Chromium driven by Playwright. Skipped where there is no Chromium."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from stand_in import StandIn, make_article

from rag import chat
from rag.answer import Assistant

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path: apt-get install chromium")

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
QUESTION = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"
PARTS = ["#rag-top", "#rag-question", "#rag-send", "#rag-chat", "#rag-sources"]
MARKUP = "<img src=http://evil.example/q.png onerror=alert(1)> **b** ![](http://evil.example/r.png)"
HOSTILE = (
    "The zebra crossing <script>document.title='owned'</script> <img src=http://evil.example/x.png onerror=alert(2)> "
    "![x](http://evil.example/y.png) ${document.title='owned'} {{value}} `code` **bold** $$x^2$$ "
    "[link](http://evil.example/z) <a href='javascript:alert(3)'>a</a> \x1b[31mred was painted by 42 workers."
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(seed_assistant: Assistant) -> Iterator[str]:
    with chat.running(seed_assistant, port=0, follow=False) as address:
        yield address


@pytest.fixture(scope="module")
def stand_in() -> StandIn:
    title = "<b>Zebra</b> ![t](http://evil.example/t.png) <img src=http://evil.example/u.png>"
    articles = [
        make_article("<i>zebra</i>.txt", f"{HOSTILE}\n", title=title, author="<script>x</script>"),
        make_article("rice.txt", "Rice grows well in wet years.\n", title="Rice", published=date(2021, 3, 2)),
    ]
    return StandIn(articles, Path("nowhere"))


@pytest.fixture(scope="module")
def hostile_address(stand_in: StandIn) -> Iterator[str]:
    with chat.running(stand_in, port=0, follow=False) as address:
        yield address


class Visit:
    """A page in a fresh browser profile, with everything that went wrong while it was open."""

    def __init__(self, browser: Browser, address: str, *, language: str, width: int, height: int, dark: bool) -> None:
        self.context = browser.new_context(
            locale=language, viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        self.context.set_default_timeout(15_000)
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.page = self.context.new_page()
        self.page.route("**/*", self._only_here)
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.errors.append(dialog.message), dialog.dismiss()))
        self.page.goto(address)
        expect(self.page.locator(".rag-example").first).to_be_visible()

    def _only_here(self, route: Route) -> None:
        if urlsplit(route.request.url).hostname in ("127.0.0.1", None):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def ask(self, question: str, *, nth: int = 1) -> None:
        """Type a question and wait for the `nth` answer and its panel."""
        self.page.locator("#rag-question textarea").fill(question)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".rag-answer")).to_have_count(nth)
        expect(self.page.locator(f"#rag-panel #sources-{nth} .rag-confidence")).to_be_visible()


@pytest.fixture
def visits(browser: Browser) -> Iterator[list[Visit]]:
    """Visits of one test, closed at its end, when none may have seen a fault or another host."""
    opened: list[Visit] = []
    yield opened
    for visit in opened:
        visit.context.close()
    assert [visit.foreign for visit in opened] == [[] for _ in opened]
    assert [visit.errors for visit in opened] == [[] for _ in opened]


def visit(
    visits: list[Visit], browser: Browser, address: str, *,
    language: str = "vi-VN", width: int = 1280, height: int = 800, dark: bool = False,
) -> Page:  # fmt: skip
    visits.append(Visit(browser, address, language=language, width=width, height=height, dark=dark))
    return visits[-1].page


def test_an_answer_comes_with_its_quote_marked_in_its_paragraph(
    browser: Browser, address: str, visits: list[Visit], seed_assistant: Assistant
) -> None:
    page = visit(visits, browser, address)
    visits[0].ask(QUESTION)
    (citation,) = seed_assistant.answer(QUESTION).citations
    expect(page.locator(".rag-answer")).to_contain_text("15 biên chế")
    expect(page.locator(".rag-source mark")).to_have_text(citation.quote)
    expect(page.locator(".rag-source h3")).to_contain_text(citation.title)
    expect(page.locator(".rag-source dl")).to_contain_text("2/3/2021")
    expect(page.locator(".rag-place")).to_contain_text(citation.article_id)
    page.locator("a.rag-mark").click()
    expect(page.locator(".rag-source:target")).to_have_count(1)


@pytest.mark.parametrize(
    ("language", "html_language", "title", "send"),
    [
        ("vi-VN", "vi", "Hỏi đáp bài viết", "Gửi"),
        ("en-GB", "en", "Ask the articles", "Send"),
        ("de", "en", "Ask the articles", "Send"),
    ],
)
def test_the_page_speaks_the_browsers_language(
    browser: Browser, address: str, visits: list[Visit], language: str, html_language: str, title: str, send: str
) -> None:
    page = visit(visits, browser, address, language=language)
    expect(page).to_have_title(title)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_role("button", name=send, exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", html_language)


def test_a_refusal_shows_the_nearest_passages(browser: Browser, address: str, visits: list[Visit]) -> None:
    page = visit(visits, browser, address, language="en")
    visits[0].ask("Who won the football World Cup of 2022?")
    expect(page.locator("#rag-panel h2")).to_have_text("Nearest passages")
    expect(page.locator(".rag-near").first).to_be_visible()
    expect(page.locator("a.rag-mark")).to_have_count(0)


def test_earlier_questions_are_the_history_and_starting_over_forgets_them(
    browser: Browser, hostile_address: str, visits: list[Visit], stand_in: StandIn
) -> None:
    page = visit(visits, browser, hostile_address)
    stand_in.histories.clear()
    visits[0].ask("Does rice grow well?")
    visits[0].ask("And rice in wet years?", nth=2)
    page.locator("#rag-clear").click()
    expect(page.locator(".rag-answer")).to_have_count(0)
    visits[0].ask("Does rice grow well?")
    assert stand_in.histories == [(), ("Does rice grow well?",), ()]


def test_an_earlier_exchange_shows_its_own_sources(browser: Browser, hostile_address: str, visits: list[Visit]) -> None:
    page = visit(visits, browser, hostile_address)
    visits[0].ask("Does rice grow well?")
    visits[0].ask("zebra crossing painted workers", nth=2)
    expect(page.locator(".rag-source mark")).to_contain_text("zebra")
    page.locator(".rag-answer").first.click()
    expect(page.locator(".rag-source mark")).to_have_text("Rice grows well in wet years.")


def test_two_visitors_have_two_conversations(
    browser: Browser, hostile_address: str, visits: list[Visit], stand_in: StandIn
) -> None:
    for _ in range(2):
        visit(visits, browser, hostile_address)
    stand_in.histories.clear()
    visits[0].ask("Does rice grow well?")
    visits[1].ask("zebra crossing painted")
    assert stand_in.histories == [(), ()]
    expect(visits[0].page.locator(".rag-answer")).to_have_count(1)


def test_a_hostile_article_and_question_are_text_and_cause_no_request(
    browser: Browser, hostile_address: str, visits: list[Visit]
) -> None:
    page = visit(visits, browser, hostile_address, language="en")
    visits[0].ask(f"zebra crossing painted workers {MARKUP}")
    shown = HOSTILE.replace("\x1b", "")
    expect(page.locator(".rag-source mark")).to_have_text(shown)
    expect(page.locator(".rag-answer")).to_have_text(f"{shown} 1")
    expect(page.locator(".rag-question")).to_contain_text(MARKUP)
    expect(page.locator(".rag-source h3")).to_contain_text("<b>Zebra</b> ![t](http://evil.example/t.png)")
    expect(page.locator(".rag-place")).to_contain_text("<i>zebra</i>.txt")
    for component in ("#rag-chat .message", "#rag-panel"):
        inside = page.locator(component)
        assert inside.locator("img, script, iframe, code, strong, b, i, .katex, a:not(.rag-mark)").count() == 0
    expect(page).to_have_title("Ask the articles")


def test_an_example_is_asked_by_keyboard_alone(browser: Browser, address: str, visits: list[Visit]) -> None:
    page = visit(visits, browser, address)
    page.locator("#rag-question textarea").focus()
    for _ in range(2):  # to the send button, then to the first example
        page.keyboard.press("Tab")
    expect(page.locator(".rag-example").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("a.rag-mark").first).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_has_one_column_and_scrolls_one_way(
    browser: Browser, address: str, visits: list[Visit], dark: bool
) -> None:
    page = visit(visits, browser, address, width=390, height=844, dark=dark)
    visits[0].ask(QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    conversation, sources = (
        page.locator("#rag-conversation").bounding_box(),
        page.locator("#rag-sources").bounding_box(),
    )
    assert conversation is not None
    assert sources is not None
    assert sources["y"] >= conversation["y"] + conversation["height"]


def test_nothing_around_the_conversation_moves_while_an_answer_comes(
    browser: Browser, address: str, visits: list[Visit]
) -> None:
    page = visit(visits, browser, address)
    places = f"{json.dumps(PARTS)}.map(s => JSON.stringify(document.querySelector(s).getBoundingClientRect()))"
    page.evaluate(f"window.seen = new Set([{places}.join()])")
    page.evaluate(f"(function look() {{ window.seen.add({places}.join()); requestAnimationFrame(look); }})()")
    visits[0].ask(QUESTION)
    assert page.evaluate("window.seen.size") == 1


CONTRASTS = """() => {
  const numbers = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const [r, g, b, a = 1] = numbers(getComputedStyle(e).backgroundColor);
      if (a === 1 && r !== undefined) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const e of document.querySelectorAll('.gradio-container *')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const [a, b] = [light(numbers(getComputedStyle(e).color).slice(0, 3)), light(behind(e))].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), e.className + ' ' + e.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("question", [QUESTION, "Who won the football World Cup of 2022?"])
def test_every_text_can_be_read(browser: Browser, address: str, visits: list[Visit], dark: bool, question: str) -> None:
    page = visit(visits, browser, address, dark=dark)
    visits[0].ask(question)
    found = page.evaluate(CONTRASTS)
    assert len(found) > 15
    assert [entry for entry in found if entry[0] < 4.5] == []


def test_assistive_technology_finds_its_way(browser: Browser, address: str, visits: list[Visit]) -> None:
    page = visit(visits, browser, address)
    visits[0].ask(QUESTION)
    expect(page.get_by_role("textbox", name="Câu hỏi")).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text("15 biên chế")
    expect(page.get_by_role("heading", name="Nguồn")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(1)
    names = [(b.inner_text() or b.get_attribute("aria-label") or "") for b in page.get_by_role("button").all()]
    assert [name for name in names if not re.search(r"\w", name)] == []
