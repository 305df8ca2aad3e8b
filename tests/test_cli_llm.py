"""A language model on the command line, over a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.cli import main
from rag.options import ANSWERED, ERROR, parse
from tests.openai_server import FakeServer, serving

SEEDS = Path(__file__).parents[1] / "seeds"
STAFF = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"
RIGHT = "Ban Dân vận Tỉnh ủy có 15 biên chế (trong tổng số 16 biên chế được giao)."


def test_the_options_and_their_defaults() -> None:
    given = parse(["eval", "g", "--llm", "m", "--llm-url", "http://h/v1", "--llm-timeout", "3", "--keep-unsupported"])
    assert (given.llm, given.llm_url, given.llm_timeout) == ("m", "http://h/v1", 3.0)
    assert (given.keep_unsupported, given.fallback) == (True, False)
    assert parse(["ask", "q"]).llm is None


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan", "1e9"])
def test_a_time_that_is_none_is_refused(seconds: str) -> None:
    with pytest.raises(SystemExit):
        parse(["ask", "q", "--llm-timeout", seconds])


def ask(index: Path, url: str, *more: str) -> int:
    folders = ["--articles", str(SEEDS), "--index", str(index), "--reader", "none"]
    return main(["ask", STAFF, *folders, "--llm-url", url, *more])


def test_the_answer_is_the_models_with_its_proof(seed_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(FakeServer(write=lambda messages: f"{RIGHT} [1]")) as server:
        assert ask(seed_index, server.url, "--llm", "good") == ANSWERED
    printed = capsys.readouterr().out
    assert printed.startswith(f"{RIGHT} [1]\n\n[1] Đồng chí Phó Bí thư Thường trực Tỉnh ủy")


def test_a_server_that_fails_is_one_line_or_the_fallback(seed_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(FakeServer()) as server:
        assert ask(seed_index, server.url, "--llm", "500") == ERROR
        assert "answered 500" in capsys.readouterr().err
        assert ask(seed_index, server.url, "--llm", "500", "--fallback") == ANSWERED
    assert capsys.readouterr().out.startswith("Mô hình ngôn ngữ không trả lời được")


def test_a_server_without_a_model_is_one_line(seed_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(seed_index, "http://127.0.0.1:1/v1") == ERROR
    assert "name one with --llm" in capsys.readouterr().err
