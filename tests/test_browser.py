"""The chat page in a real browser. Skipped, with a word, where there is no Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from rag import chat
from rag.answer import Assistant
from tests.browsing import CHROMIUM, Visit, chromium
from tests.stand_in import StandIn, make_article

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path: make test-browser installs it"),
]

QUESTION = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"
TWO_YEARS = "Thường trực Ban Bí thư năm 2015 là ai, cuối năm 2020 là ai?"
UNKNOWN = "Who won the football World Cup of 2022?"
PARTS = [".rag-bar", "#rag-input", ".rag-filters", "#rag-turns", "#rag-panel"]
MARKUP = "<img src=http://evil.example/q.png onerror=alert(1)> **b** ![](http://evil.example/r.png)"
HOSTILE = (
    "The zebra crossing <script>document.title='owned'</script> <img src=http://evil.example/x.png onerror=alert(2)> "
    "![x](http://evil.example/y.png) ${document.title='owned'} {{value}} `code` **bold** $$x^2$$ "
    "[link](http://evil.example/z) <a href='javascript:alert(3)'>a</a> \x1b[31mred was painted by 42 workers."
)
Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(seed_assistant: Assistant) -> Iterator[str]:
    with chat.running(seed_assistant, chat.Settings(port=0, follow=False)) as address:
        yield address


@pytest.fixture
def texts() -> StandIn:
    title = "<b>Zebra</b> ![t](http://evil.example/t.png) <img src=http://evil.example/u.png>"
    articles = [
        make_article("<i>zebra</i>.txt", f"{HOSTILE}\n", title=title, author="<script>x</script>"),
        make_article("rice.txt", "Rice grows well in wet years.\n", title="Rice", published=date(2021, 3, 2)),
    ]
    return StandIn(articles, Path("nowhere"))


@pytest.fixture
def stand_in(texts: StandIn, tmp_path: Path) -> Iterator[str]:
    """The address of a page over a few lines, with everything that an owner may allow."""
    texts.articles_folder = tmp_path / "articles"
    texts.articles_folder.mkdir()
    settings = chat.Settings(port=0, follow=False, allow_upload=True, feedback=tmp_path / "thumbs.jsonl")
    with chat.running(texts, settings) as address:
        yield address


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Opens pages, closed at the end of the test, when none may have seen a fault or another host."""
    opened: list[Visit] = []

    def go(address: str, **options: Any) -> Visit:
        opened.append(Visit(browser, address, **options))
        return opened[-1]

    yield go
    for each in opened:
        each.context.close()
    assert [each.foreign for each in opened] == [[] for _ in opened]
    assert [each.errors for each in opened] == [[] for _ in opened]


def quoted(page: Page, marker: int) -> str:
    """What is marked in the open article for a mark."""
    return "".join(page.locator(f"#rag-panel mark[data-marker='{marker}']").all_text_contents())


# --- answers and their sources ------------------------------------------------------------------------------------


def test_a_mark_shows_its_quote_and_opens_its_article(visit: Open, address: str, seed_assistant: Assistant) -> None:
    page = (seen := visit(address)).page
    seen.ask(QUESTION)
    (citation,) = seed_assistant.answer(QUESTION).citations
    mark = page.locator(".rag-mark")
    mark.hover()
    expect(page.locator("#rag-card")).to_be_visible()
    expect(page.locator("#rag-card .rag-card-quote")).to_have_text(" ".join(citation.quote.split()))
    page.keyboard.press("Escape")
    expect(page.locator("#rag-card")).to_be_hidden()
    mark.click()
    assert quoted(page, 1) == citation.quote
    expect(page.locator("mark.rag-current")).to_be_in_viewport()
    expect(page.locator("#rag-panel h2")).to_have_text(citation.title)
    expect(page.locator("#rag-panel .rag-facts")).to_contain_text("2/3/2021 (")
    expect(page.locator("#rag-panel .rag-place")).to_contain_text(citation.article_id)
    for word in seed_assistant.article(citation.article_id).text.split():  # the whole article, furniture too
        assert word in (page.locator("#rag-panel .rag-body").text_content() or "")
    assert not page.locator("#rag-panel details p").first.is_visible()
    page.locator("#rag-panel summary").first.click()
    expect(page.locator("#rag-panel details p").first).to_be_visible()


def test_quotes_are_walked_through_and_copied_with_their_reference(
    visit: Open, address: str, seed_assistant: Assistant
) -> None:
    page = (seen := visit(address)).page
    seen.ask(TWO_YEARS)
    citations = seed_assistant.answer(TWO_YEARS).citations
    assert len({citation.article_id for citation in citations}) == 2
    for citation in (*citations[1:], citations[0]):
        page.locator("#rag-panel [data-step=next]").click()
        expect(page.locator(f"mark.rag-current[data-marker='{citation.marker}']").first).to_be_in_viewport()
        assert quoted(page, citation.marker) == citation.quote
    page.locator("#rag-panel [data-step=previous]").click()
    expect(page.locator(".rag-source")).to_have_attribute("data-current", str(citations[-1].marker))
    page.locator("[data-action=copy_reference]").click()
    expect(page.locator("#rag-toast")).to_have_text("Đã chép.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert " ".join(citations[-1].quote.split()) in copied
    assert citations[-1].article_id in copied
    shades = {
        each.evaluate("e => getComputedStyle(e).textDecorationStyle")
        for each in page.locator("#rag-panel mark.rag-first").all()
    }
    assert len(shades) == page.locator("#rag-panel mark.rag-first").count() >= 2  # told apart without colour


def test_an_answer_in_english_says_how_sure_it_is(visit: Open, address: str) -> None:
    page = (seen := visit(address, language="en-GB")).page
    seen.ask("Who wrote the article about Hà Tĩnh?")
    expect(page.locator(".rag-text")).to_contain_text("Mạnh Hà")
    expect(page.locator(".rag-confidence")).to_have_text(re.compile("Sure|Likely|Unsure"))
    expect(page.locator(".rag-confidence")).to_have_attribute("title", re.compile(r"Probability of being right: \d+%"))
    expect(page.locator(".rag-age")).to_contain_text("years ago")


def test_a_refusal_shows_the_nearest_passages_and_what_can_be_asked(visit: Open, address: str) -> None:
    page = (seen := visit(address, language="en")).page
    seen.ask(UNKNOWN)
    expect(page.locator(".rag-confidence")).to_have_text("Not found")
    expect(page.locator("#rag-panel h2").first).to_have_text("Nearest passages")
    page.locator(".rag-near button").first.click()
    expect(page.locator("mark.rag-current").first).to_be_in_viewport()
    page.locator(".rag-suggestion").first.click()
    expect(page.locator("#turn-2[data-state=done] .rag-mark").first).to_be_visible()


def test_a_follow_up_says_how_it_was_understood(visit: Open, address: str) -> None:
    page = (seen := visit(address)).page
    seen.ask(QUESTION)
    seen.ask("Thế được giao tổng cộng bao nhiêu?", nth=2)
    expect(page.locator("#turn-2 .rag-notice")).to_contain_text("Hiểu là: ")
    expect(page.locator("#turn-2 .rag-text")).to_contain_text("16 biên chế")


def test_a_hostile_article_and_question_are_text_and_cause_no_request(visit: Open, stand_in: str) -> None:
    page = (seen := visit(stand_in, language="en")).page
    seen.ask(f"zebra crossing painted workers {MARKUP}")
    shown = HOSTILE.replace("\x1b", "")
    assert quoted(page, 1) == shown
    expect(page.locator(".rag-text")).to_have_text(f"{shown} 1")
    expect(page.locator(".rag-question")).to_contain_text(MARKUP)
    expect(page.locator("#rag-panel h2")).to_contain_text("<b>Zebra</b> ![t](http://evil.example/t.png)")
    page.locator(".rag-mark").hover()
    expect(page.locator("#rag-card")).to_contain_text("<script>x</script>")
    for place in ("#rag-turns", "#rag-panel", "#rag-card"):
        assert page.locator(place).locator("img, script, iframe, code, strong, b, i, a, .katex").count() == 0
    expect(page).to_have_title("Ask the articles")


# --- the conversation ---------------------------------------------------------------------------------------------


def test_an_answer_is_stopped_and_asked_again(visit: Open, stand_in: str, texts: StandIn) -> None:
    page = visit(stand_in, language="en").page
    texts.go_on.clear()
    page.locator("#rag-input").fill("Does rice grow well in wet years?")
    page.keyboard.press("Enter")
    expect(page.locator("#turn-1[data-state=running]")).to_be_visible()
    page.locator("#rag-stop").click()
    expect(page.locator("#turn-1[data-state=stopped] .rag-notice")).to_have_text("Stopped, as you asked.")
    expect(page.locator("#rag-send")).to_be_visible()
    texts.go_on.set()
    page.locator("#turn-1 [data-action=retry]").click()
    expect(page.locator("#turn-1[data-state=done] .rag-text")).to_contain_text("Rice grows well in wet years.")
    expect(page.locator(".rag-turn")).to_have_count(1)


def test_a_question_is_edited_and_what_came_after_it_goes(visit: Open, stand_in: str, texts: StandIn) -> None:
    page = (seen := visit(stand_in, language="en")).page
    texts.histories.clear()
    seen.ask("Does rice grow well?")
    seen.ask("And rice in wet years?", nth=2)
    page.locator("#turn-1 [data-action=edit]").click()
    expect(page.locator("#rag-input")).to_have_value("Does rice grow well?")
    page.locator("#rag-input").fill("zebra crossing painted workers")
    page.keyboard.press("Enter")
    expect(page.locator("#turn-1[data-state=done] .rag-text")).to_contain_text("zebra")
    expect(page.locator(".rag-turn")).to_have_count(1)
    assert texts.histories == [(), ("Does rice grow well?",), ()]


def test_conversations_are_kept_in_the_browser_and_nowhere_else(visit: Open, stand_in: str) -> None:
    page = (seen := visit(stand_in, language="en")).page
    seen.ask("Does rice grow well?")
    page.reload()
    expect(page.locator("#turn-1 .rag-text")).to_contain_text("Rice grows well")
    page.locator("[data-action=new]").click()
    expect(page.locator(".rag-welcome")).to_be_visible()
    seen.ask("zebra crossing painted")
    page.locator("[data-action=conversations]").click()
    expect(page.locator("#rag-kept .rag-article")).to_have_text(["zebra crossing painted", "Does rice grow well?"])
    page.locator("#rag-kept .rag-article").nth(1).click()
    expect(page.locator("#turn-1 .rag-text")).to_contain_text("Rice grows well")
    page.locator("#turn-1 .rag-mark").click()
    expect(page.locator("mark.rag-current")).to_have_text("Rice grows well in wet years.")
    page.locator("[data-action=conversations]").click()
    page.locator("#rag-kept [data-action=delete_kept]").first.click()
    expect(page.locator("#rag-kept .rag-article")).to_have_count(1)
    expect(visit(stand_in).page.locator(".rag-turn")).to_have_count(0)  # another profile has none of it


def test_two_visitors_have_two_conversations(visit: Open, stand_in: str, texts: StandIn) -> None:
    one, two = visit(stand_in), visit(stand_in)
    texts.histories.clear()
    one.ask("Does rice grow well?")
    two.ask("zebra crossing painted")
    assert texts.histories == [(), ()]
    expect(one.page.locator(".rag-turn")).to_have_count(1)


def test_a_conversation_is_exported_and_opened_again(visit: Open, stand_in: str, tmp_path: Path) -> None:
    page = (seen := visit(stand_in, language="en")).page
    seen.ask("Does rice grow well?")
    for form, start in (("markdown", "# Ask the articles"), ("html", "<!doctype html>"), ("json", "{")):
        page.locator("[data-action=show_export]").click()
        with page.expect_download() as download:
            page.locator(f"[data-form={form}]").click()
        download.value.save_as(tmp_path / form)
        text = (tmp_path / form).read_text(encoding="utf-8")
        assert text.startswith(start)
        assert "rice" in text
    other = visit(stand_in, language="en").page
    other.locator("[data-action=show_export]").click()
    other.locator("#rag-saved").set_input_files(tmp_path / "json")
    expect(other.locator("#turn-1 .rag-text")).to_contain_text("Rice grows well")
    (tmp_path / "bad.json").write_text('{"turns": [{"question": "x"}]}', encoding="utf-8")
    other.locator("[data-action=show_export]").click()
    other.locator("#rag-saved").set_input_files(tmp_path / "bad.json")
    expect(other.locator("#rag-toast")).to_have_text("This conversation can't be read.")


def test_a_link_asks_its_question(visit: Open, stand_in: str) -> None:
    seen = visit(stand_in, language="en", query="/?q=Does%20rice%20grow%20well%3F")
    expect(seen.page.locator("#turn-1[data-state=done] .rag-question")).to_have_text("Does rice grow well?")
    seen.page.locator("[data-action=copy_link]").click()
    expect(seen.page.locator("#rag-toast")).not_to_be_empty()
    assert seen.page.evaluate("navigator.clipboard.readText()") == f"{stand_in}/?q=Does%20rice%20grow%20well%3F"


def test_a_thumb_and_a_comment_reach_the_owners_file(visit: Open, stand_in: str, tmp_path: Path) -> None:
    page = (seen := visit(stand_in, language="en")).page
    seen.ask("Does rice grow well?")
    page.locator("[data-action=not_helpful]").click()
    page.locator("#rag-comment").fill("Too short")
    page.locator("#rag-rate button[value=save]").click()
    expect(page.locator("#rag-toast")).to_have_text("Thank you, that has been noted.")
    (line,) = (tmp_path / "thumbs.jsonl").read_text(encoding="utf-8").splitlines()
    assert (json.loads(line)["helpful"], json.loads(line)["comment"]) == (False, "Too short")


# --- the folder ---------------------------------------------------------------------------------------------------


def test_questions_are_asked_of_some_articles_only(visit: Open, address: str) -> None:
    page = (seen := visit(address)).page
    expect(page.locator("#rag-year option")).to_have_text(["mọi năm", "2021", "2020", "2016", "2015"])
    page.locator("#rag-year").select_option("2015")
    seen.ask("Thường trực Ban Bí thư là ai?")
    expect(page.locator(".rag-notice")).to_contain_text("Chỉ hỏi 2015")
    expect(page.locator(".rag-text")).to_contain_text("Lê Hồng Anh")
    page.locator("#rag-year").select_option("2016")
    page.locator("#rag-author").select_option("Mạnh Hà")
    page.locator("#rag-input").fill("Ai?")
    page.keyboard.press("Enter")
    expect(page.locator("#turn-2[data-state=failed] .rag-notice")).to_contain_text("2016 · Mạnh Hà")


def test_the_articles_are_listed_and_opened(visit: Open, address: str, seed_assistant: Assistant) -> None:
    page = visit(address).page
    page.locator("#rag-facts").click()
    expect(page.locator("#rag-folder .rag-article")).to_have_count(5)
    expect(page.locator("#rag-folder-list")).to_contain_text("Hương Lan")
    title = seed_assistant.article("004_a2587cab5026f246.txt").metadata.title
    page.locator("#rag-folder .rag-article", has_text=title).click()
    expect(page.locator("#rag-panel h2")).to_have_text(title)


def test_the_index_is_rebuilt_with_its_progress_shown(visit: Open, stand_in: str, texts: StandIn) -> None:
    page = visit(stand_in, language="en").page
    texts.go_on.clear()
    page.locator("#rag-facts").click()
    page.locator("#rag-rebuild").click()
    expect(page.locator("#rag-work-text")).to_have_text("Indexing: 0 of 2 sentences and passages")
    expect(page.locator("#rag-progress")).to_have_attribute("max", "2")
    texts.go_on.set()
    expect(page.locator("#rag-work-text")).to_contain_text("1 added, 0 changed, 0 removed, 2 unchanged")
    expect(page.locator("#rag-progress")).to_be_hidden()


def test_a_change_of_the_folder_is_told(visit: Open, stand_in: str, texts: StandIn) -> None:
    page = visit(stand_in, language="en").page
    texts.generation = "g2"
    texts.articles = texts.articles[:1]
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#rag-toast")).to_contain_text("1 article now")
    expect(page.locator("#rag-facts")).to_have_text("1 article")


def test_good_files_are_added_and_bad_ones_told(visit: Open, stand_in: str, texts: StandIn, tmp_path: Path) -> None:
    page = visit(stand_in, language="en").page
    good, bad = tmp_path / "wheat.txt", tmp_path / "wheat.exe"
    good.write_text("Wheat grows.", encoding="utf-8")
    bad.write_bytes(b"MZ")
    page.locator("#rag-facts").click()
    page.locator("#rag-files").set_input_files(bad)
    expect(page.locator("#rag-work-text")).to_contain_text("wheat.exe was not taken: only .txt")
    page.locator("#rag-files").set_input_files(good)
    expect(page.locator("#rag-work-text")).to_contain_text("The index is up to date")
    assert (texts.articles_folder / "wheat.txt").read_text(encoding="utf-8") == "Wheat grows."
    page.locator("#rag-folder [data-action=close]").click()
    drop = """() => { const files = new DataTransfer(); files.items.add(new File(['Oats grow too.'], 'oats.md'));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true })); }"""
    page.evaluate(drop)
    expect(page.locator("#rag-toast")).to_have_text("oats.md has been added.")
    assert (texts.articles_folder / "oats.md").read_text(encoding="utf-8") == "Oats grow too."
    expect(page.locator("#rag-work-text")).to_contain_text("The index is up to date")  # and asks the server no more


# --- languages, phones, keyboards, assistive technology -----------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "html_language", "title", "send"),
    [
        ("vi-VN", "vi", "Hỏi đáp bài viết", "Gửi"),
        ("en-GB", "en", "Ask the articles", "Send"),
        ("de", "en", "Ask the articles", "Send"),
    ],
)
def test_the_page_speaks_the_browsers_language(
    visit: Open, stand_in: str, language: str, html_language: str, title: str, send: str
) -> None:
    page = visit(stand_in, language=language).page
    expect(page).to_have_title(title)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_role("button", name=send, exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", html_language)


def test_the_language_is_switched_and_stays_so(visit: Open, stand_in: str) -> None:
    page = (seen := visit(stand_in)).page
    seen.ask("Does rice grow well?")
    page.locator("#rag-language").select_option("en")
    expect(page.locator(".rag-suggestions p")).to_have_text("Ask next")
    expect(page.locator("#rag-panel .rag-facts")).to_contain_text("2 March 2021")
    again = seen.again()
    expect(again.get_by_role("heading", name="Ask the articles")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_has_one_column_and_the_source_comes_over_it(visit: Open, address: str, dark: bool) -> None:
    page = (seen := visit(address, width=390, height=844, dark=dark)).page
    seen.ask(QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator("#rag-panel")).to_be_hidden()
    page.locator(".rag-mark").click()
    expect(page.locator("mark.rag-current")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("[data-action=close_panel]").click()
    expect(page.locator("#rag-panel")).to_be_hidden()


def test_everything_is_done_by_keyboard_alone(visit: Open, address: str) -> None:
    page = visit(address).page
    expect(page.locator("#rag-input")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#turn-1[data-state=done]")).to_be_visible()
    tab_to(page, page.locator(".rag-mark"), back=True)
    expect(page.locator("#rag-card")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("mark.rag-current")).to_be_in_viewport()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    tab_to(page, page.locator("[data-action=copy_reference]"))
    page.keyboard.press("Enter")
    expect(page.locator("#rag-toast")).to_have_text("Đã chép.")
    tab_to(page, page.locator("#rag-facts"), back=True)
    page.keyboard.press("Enter")
    expect(page.locator("#rag-folder .rag-article").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#rag-folder")).to_be_hidden()


def tab_to(page: Page, target: Locator, *, back: bool = False) -> None:
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if target.evaluate("e => e === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached by the keyboard")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("question", ["", TWO_YEARS, UNKNOWN])
def test_axe_finds_nothing_serious(visit: Open, address: str, dark: bool, question: str) -> None:
    page = (seen := visit(address, dark=dark)).page
    if question:
        seen.ask(question)
    serious(page)
    if not question:
        dialogs = {"folder": "#rag-folder .rag-article", "conversations": "#rag-kept li", "show_export": "#rag-export"}
        for action, dialog in dialogs.items():
            page.locator(f"[data-action={action}]").click()
            expect(page.locator(dialog).first).to_be_visible()
            serious(page)
            page.keyboard.press("Escape")


def serious(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    bad = [
        (each["id"], [(node["html"][:120], node.get("failureSummary", "")[:200]) for node in each["nodes"]][:3])
        for each in found if each["impact"] in ("serious", "critical")
    ]  # fmt: skip
    assert bad == []


def test_nothing_around_the_conversation_moves_while_an_answer_comes(visit: Open, address: str) -> None:
    page = (seen := visit(address)).page
    places = f"{json.dumps(PARTS)}.map(s => JSON.stringify(document.querySelector(s).getBoundingClientRect()))"
    page.evaluate("document.fonts.ready")
    page.evaluate(f"window.seen = new Set([{places}.join()])")
    page.evaluate(f"(function look() {{ window.seen.add({places}.join()); requestAnimationFrame(look); }})()")
    seen.ask(QUESTION)
    seen_places = page.evaluate("[...window.seen]")
    assert len(seen_places) == 1, seen_places
