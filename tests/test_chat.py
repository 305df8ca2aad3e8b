"""The chat page without a browser: the real Gradio server, its client, its tools, and what the owner can set."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from rag import chat
from rag.answer import Assistant
from rag.chat import guard
from rag.chat.settings import read_accounts, read_examples
from rag.errors import ConfigError

SEEDS = Path(__file__).parents[1] / "seeds"
QUESTION = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"


@pytest.fixture(scope="module")
def address(seed_assistant: Assistant) -> Iterator[str]:
    with chat.running(seed_assistant, chat.Settings(port=0, follow=False)) as address:
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
        settings = chat.Settings(port=port)
        with pytest.raises(ConfigError, match=rf"port {port} .*--port"), chat.running(seed_assistant, settings):
            pass
    settings = chat.Settings(host="no-such-host.invalid", no_auth=True)
    with pytest.raises(ConfigError, match="no-such-host"), chat.running(seed_assistant, settings):
        pass


def test_guard_routes_are_whole_paths_or_folders() -> None:
    assert guard.allowed("/assets/index.js")
    assert guard.allowed("/gradio_api/queue/join")
    assert guard.allowed("/gradio_api/info/")
    assert not guard.allowed("/gradio_api/queue/joined")
    assert not guard.allowed("/configuration")


def test_the_pages_own_files_are_its_style_and_fonts(address: str) -> None:
    style = httpx.get(f"{address}/rag/static/page.css")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    fonts = re.findall(r'url\("([\w-]+\.woff2)"\)', style.text)
    assert len(fonts) == 6
    for font in fonts:
        assert httpx.get(f"{address}/rag/static/{font}").content[:4] == b"wOF2"
    for name in ("page.js", "bar.html", "../page.py", "%2e%2e/page.py", "fonts"):
        assert httpx.get(f"{address}/rag/static/{name}").status_code == 404


def test_without_a_word_nothing_can_be_uploaded(address: str) -> None:
    headers = {"x-rag-upload": "1"}
    assert httpx.post(f"{address}/rag/upload?name=a.txt", headers=headers, content=b"A text.").status_code == 404


# --- with a password, and with tools ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(seed_assistant: Assistant) -> Iterator[str]:
    settings = chat.Settings(port=0, follow=False, accounts=(("ann", "b:c đ"),), mcp=True)
    with chat.running(seed_assistant, settings) as address:
        yield address


@pytest.mark.parametrize("path", ["/", "/config", "/rag/static/page.css", "/gradio_api/info", "/gradio_api/mcp/"])
def test_a_password_is_asked_for_everywhere(guarded: str, path: str) -> None:
    for auth in (None, ("ann", "wrong"), ("bob", "b:c đ"), ("ann", "")):
        answer = httpx.get(guarded + path, auth=auth)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic")
    for header in ("Basic", "Basic !!!", "Bearer x", "basic Og=="):
        assert httpx.get(guarded + path, headers={"authorization": header}).status_code == 401
    right = httpx.BasicAuth(b"ann", "b:c đ".encode())
    assert httpx.get(guarded + path, auth=right).status_code == 200


def test_a_program_with_the_password_asks(guarded: str, seed_assistant: Assistant) -> None:
    right = httpx.BasicAuth(b"ann", "b:c đ".encode())
    client = Client(guarded, verbose=False, httpx_kwargs={"auth": right})
    assert client.predict(QUESTION, api_name="/ask") == seed_assistant.answer(QUESTION).to_dict()


def test_tools_are_ask_search_and_get_article_and_nothing_else(guarded: str, seed_assistant: Assistant) -> None:
    pytest.importorskip("mcp")
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    right = httpx.BasicAuth(b"ann", "b:c đ".encode())

    async def use() -> tuple[set[str], list[str]]:
        async with (
            streamablehttp_client(f"{guarded}/gradio_api/mcp/", auth=right) as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            tools = {tool.name for tool in (await session.list_tools()).tools}
            wanted: list[tuple[str, dict[str, object]]] = [
                ("ask", {"question": QUESTION}),
                ("search", {"question": "nghị quyết 25", "k": 1}),
                ("get_article", {"article_id": "002_437ef13a7bada8c3.txt"}),
                ("get_article", {"article_id": "../../etc/passwd"}),
            ]
            results = [await session.call_tool(name, arguments) for name, arguments in wanted]
            return tools, [str(result.content) for result in results]

    tools, (asked, searched, article, missing) = asyncio.run(use())
    assert tools == {"ask", "search", "get_article"}
    assert "15 biên chế" in asked
    assert "article_id" in searched
    assert "Phương Thị Thanh" in article
    assert "There is no article" in missing


# --- the owner's settings -----------------------------------------------------------------------------------------


def test_a_page_for_others_needs_a_password_or_a_word() -> None:
    with pytest.raises(ConfigError, match="--auth USER:PASSWORD, or say --no-auth"):
        chat.Settings(host="0.0.0.0").check()
    chat.Settings(host="0.0.0.0", no_auth=True).check()
    chat.Settings(host="0.0.0.0", accounts=(("a", "b"),)).check()
    chat.Settings(host="localhost").check()


def test_accounts_come_from_the_command_line_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "accounts"
    file.write_text("# who may\nann:one:two\n\nbob: three\n", encoding="utf-8")
    assert read_accounts("ann:secret") == (("ann", "secret"),)
    assert read_accounts(str(file)) == (("ann", "one:two"), ("bob", " three"))
    file.write_text("# nobody\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="no USER:PASSWORD in it"):
        read_accounts(str(file))
    for wrong in ("secret", ":secret", "ann:", str(tmp_path / "missing")):
        with pytest.raises(ConfigError, match="USER:PASSWORD") as caught:
            read_accounts(wrong)
        assert "secret" not in str(caught.value)


def test_examples_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "examples.txt"
    file.write_text("Ai viết?\n\n Khi nào? \n", encoding="utf-8")
    assert read_examples(file) == ("Ai viết?", "Khi nào?")
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="no question"):
        read_examples(file)
    with pytest.raises(ConfigError, match="can't be read"):
        read_examples(tmp_path / "missing")


def test_a_feedback_file_that_cannot_be_written_is_told_at_once(seed_assistant: Assistant, tmp_path: Path) -> None:
    settings = chat.Settings(port=0, feedback=tmp_path / "no" / "such.jsonl")
    with pytest.raises(ConfigError, match="--feedback FILE"), chat.running(seed_assistant, settings):
        pass
