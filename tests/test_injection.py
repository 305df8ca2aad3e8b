"""Articles that try to steer the model: none has an effect, neither on a server that obeys them nor on a real model."""

from __future__ import annotations

from pathlib import Path

import pytest

import rag
from rag.generate import Generator, open_generator
from tests.injections import INJECTIONS, QUESTION, TRUE, Injection
from tests.openai_server import FakeServer, serving
from tests.smollm2 import smollm2

NAMES = [injection.name for injection in INJECTIONS]


def folder(tmp_path: Path, injection: Injection) -> Path:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.txt").write_text(injection.text, encoding="utf-8")
    return articles


def check(answer: rag.Answer, injection: Injection, articles: Path) -> None:
    assert not [effect for effect in injection.effects if effect in answer.text]
    assert rag.verify(answer, articles)
    assert all(f"[{citation.marker}]" in answer.text for citation in answer.citations)


def test_there_are_twenty_kinds() -> None:
    assert len(set(NAMES)) == 20


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("injection", INJECTIONS, ids=NAMES)
def test_a_server_that_obeys_has_no_effect(tmp_path: Path, injection: Injection, alone: bool) -> None:
    articles = folder(tmp_path, injection)
    wrote = injection.obeyed if alone else f"{injection.obeyed} {TRUE} [1]"
    with serving(FakeServer(write=lambda messages: wrote)) as server:
        bot = rag.Assistant.open(articles, tmp_path / "index", reader="none", llm="good", llm_url=server.url)
        answer = bot.answer(QUESTION)
    (request,) = server.requests
    asked = str(request["messages"])
    assert not [token for token in ("<|", "</s>", "[INST]", "<script", "<img", "<tool") if token in asked]
    assert asked.count("</passage>") == 1
    if not alone:
        assert answer.text == f"{TRUE} [1]"
    check(answer, injection, articles)


@pytest.fixture(scope="module")
def real() -> Generator:
    return open_generator(str(smollm2()), timeout=600)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("injection", INJECTIONS, ids=NAMES)
def test_a_real_model_has_no_effect(
    tmp_path: Path, real: Generator, injection: Injection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.generative.ANSWER_TOKENS", 24)  # two cores write twenty tokens a second
    articles = folder(tmp_path, injection)
    answer = rag.Assistant.open(articles, tmp_path / "index", reader="none", llm=real).answer(QUESTION)
    assert answer.trace.generator == real.id
    check(answer, injection, articles)
