"""Answers that a language model writes, over the five articles: what passes, what is removed, what is done then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import rag
from rag.confidence import ANSWER_THRESHOLD
from rag.errors import ConfigError, GeneratorError
from rag.generate import Generator, Message
from tests.openai_server import FakeServer, serving

SEEDS = Path(__file__).parents[1] / "seeds"
STAFF = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"
GEMMA = (  # what Gemma 3 270M wrote, the passage in front of it
    "Ban Dân vận Tỉnh ủy có 16 biên chế (trong tổng số 16 biên chế được giao) với 02 phòng chuyên môn. [3]"
)
RIGHT = "Ban Dân vận Tỉnh ủy có 15 biên chế (trong tổng số 16 biên chế được giao)."
Opener = Callable[..., rag.Assistant]


@pytest.fixture
def opened(seed_index: Path) -> Opener:
    def opened(llm: Generator | str, **settings: bool | str | float) -> rag.Assistant:
        return rag.Assistant.open(SEEDS, seed_index, reader="none", llm=llm, **settings)  # type: ignore[arg-type]

    return opened


def check(answer: rag.Answer) -> None:
    """Every quote exact, every mark resolved."""
    assert rag.verify(answer, SEEDS)
    for citation in answer.citations:
        text = (SEEDS / citation.article_id).read_text(encoding="utf-8")
        assert text[citation.start : citation.end] == citation.quote
        assert f"[{citation.marker}]" in answer.text


def test_a_wrong_number_with_a_mark_that_does_not_exist_is_removed(opened: Opener) -> None:
    bot = opened(rag.ScriptedGenerator([f"{GEMMA} {RIGHT} [1]"]))
    answer = bot.answer(STAFF)
    assert answer.text == f"{RIGHT} [1]"
    assert "15 biên chế (trong tổng số 16" in answer.citations[0].quote
    checks = answer.trace.checks
    assert (checks.written, checks.supported, checks.moved) == (2, 1, 0)
    assert [each.text for each in checks.unsupported] == [GEMMA.removesuffix(" [3]")]
    assert "16" in checks.unsupported[0].reason
    assert answer.trace.generator == "scripted"
    assert answer.confidence > 0.5
    check(answer)


def test_with_nothing_left_the_quote_answers(opened: Opener) -> None:
    answer = opened(rag.ScriptedGenerator([GEMMA])).answer(STAFF)
    assert answer.text.startswith("Hiện nay, Ban Dân vận Tỉnh ủy có 15 biên chế")
    assert len(answer.trace.checks.unsupported) == 1
    check(answer)


def test_with_nothing_left_and_nothing_to_quote_it_is_refused(opened: Opener) -> None:
    answer = opened(rag.ScriptedGenerator(["Giá vàng hôm nay là 80 triệu đồng một lượng. [1]"])).answer(
        "Giá vàng hôm nay bao nhiêu?"
    )
    assert answer.abstained
    assert answer.text == "Các bài viết không cho biết điều này."


def test_unsupported_sentences_are_kept_and_marked_when_that_is_asked_for(opened: Opener) -> None:
    answer = opened(rag.ScriptedGenerator([f"{RIGHT} [1] {GEMMA}"]), keep_unsupported=True).answer(STAFF)
    assert answer.text == f"{RIGHT} [1] {GEMMA.removesuffix(' [3]')} [không có trong bài viết]"
    alone = opened(rag.ScriptedGenerator([GEMMA]), keep_unsupported=True).answer(STAFF)
    assert (alone.citations, alone.confidence, alone.abstained) == ((), 0.0, False)


@pytest.mark.parametrize("mark", ["", " [9]", " [0]", " [2][3]"])
def test_a_mark_that_is_missing_or_wrong_is_put_right(opened: Opener, mark: str) -> None:
    answer = opened(rag.ScriptedGenerator([f"{RIGHT}{mark}"])).answer(STAFF)
    assert answer.text == f"{RIGHT} [1]"
    assert answer.citations[0].article_id.startswith("002")
    assert answer.trace.checks.moved == 1


def test_not_found_is_a_refusal(opened: Opener) -> None:
    bot = opened(rag.ScriptedGenerator(["NOT FOUND"] * 2))
    answer = bot.answer("Ban Dân vận Tỉnh ủy được cấp bao nhiêu ô tô?")
    assert answer.abstained
    assert answer.citations == ()
    assert answer.confidence < ANSWER_THRESHOLD
    assert not bot.answer(STAFF).abstained  # a quote is sure to answer this


def test_sentences_come_as_they_pass_and_join_to_the_text(opened: Opener) -> None:
    second = "Ban có 02 phòng chuyên môn."
    bot = opened(rag.ScriptedGenerator([f"- {RIGHT} [1]\n- {second} [1]"]))
    *pieces, answer = bot.stream(STAFF)
    assert isinstance(answer, rag.Answer)
    assert "".join(map(str, pieces)) == answer.text == f"- {RIGHT} [1]\n- {second} [1]"
    check(answer)


def test_the_first_sentence_is_out_before_the_second_is_written(opened: Opener) -> None:
    class Waiting(rag.ScriptedGenerator):
        goes_on = threading.Event()

        def stream(self, messages: object, *, max_tokens: int, stop: threading.Event) -> Iterator[str]:
            yield f"{RIGHT} [1] Ban"
            assert self.goes_on.wait(timeout=60)
            yield " có 02 phòng chuyên môn. [1]"

    generator = Waiting([])
    text = ""
    for event in opened(generator).stream(STAFF):
        text += event if isinstance(event, str) else ""
        if text == f"{RIGHT} [1]":
            generator.goes_on.set()
    assert text == f"{RIGHT} [1] Ban có 02 phòng chuyên môn. [1]"


def test_leaving_stops_the_model(opened: Opener) -> None:
    generator = rag.ScriptedGenerator([f"{RIGHT} [1] " + "Và còn nữa. " * 1_000])
    events = opened(generator).stream(STAFF)
    while next(events) == "":
        pass
    events.close()  # type: ignore[attr-defined]
    assert generator.stopped.is_set()


def test_a_model_that_repeats_itself_is_stopped(opened: Opener) -> None:
    generator = rag.ScriptedGenerator([f"{RIGHT} [1] " * 50])
    assert opened(generator).answer(STAFF).text == f"{RIGHT} [1]"
    assert generator.stopped.is_set()


def test_the_same_question_is_written_once(opened: Opener) -> None:
    generator = rag.ScriptedGenerator([f"{RIGHT} [1]"])
    bot = opened(generator)
    first, second = bot.answer(STAFF), bot.answer(STAFF)
    assert first.to_json() == second.to_json()
    assert len(generator.asked) == 1


def test_a_follow_up_is_written_out_by_the_model(opened: Opener) -> None:
    generator = rag.ScriptedGenerator(["Ban Dân vận Tỉnh ủy được giao bao nhiêu biên chế?", f"{RIGHT} [1]"])
    answer = opened(generator).answer(
        "Thế được giao bao nhiêu?", history=["Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"]
    )
    assert answer.trace.understood_as == "Ban Dân vận Tỉnh ủy được giao bao nhiêu biên chế?"
    assert generator.asked[1][1].content.endswith("Question: Ban Dân vận Tỉnh ủy được giao bao nhiêu biên chế?")
    assert answer.text == f"{RIGHT} [1]"


@pytest.mark.parametrize("rewritten", ["", "Năm 2019 Sở Y tế Hà Giang có bao nhiêu xe?", "How many posts are there?"])
def test_a_follow_up_that_the_model_makes_up_is_not_asked(opened: Opener, rewritten: str) -> None:
    generator = rag.ScriptedGenerator([rewritten, f"{RIGHT} [1]"])
    opened(generator).answer("Thế được giao bao nhiêu?", history=[STAFF])
    assert generator.asked[1][1].content.endswith("Question: Thế được giao bao nhiêu?")


def test_a_question_about_the_articles_is_for_their_metadata(opened: Opener) -> None:
    generator = rag.ScriptedGenerator([])
    answer = opened(generator).answer("Bài “Triển khai nhiệm vụ công tác dân vận năm 2021” do ai viết, đăng ngày nào?")
    assert answer.text == "Tác giả: Trọng Thủy [1]\nNgày đăng: 31/12/2020 - 19:54 [2]"
    assert generator.asked == []


def test_an_english_answer_over_vietnamese_articles(opened: Opener) -> None:
    right = "Phuong Thi Thanh visited the Provincial Mass Mobilization Commission on 2 March 2021."
    wrong = right.replace("2021", "2019")
    question = "Who visited the provincial mass mobilization commission, and when?"
    answer = opened(rag.ScriptedGenerator([f"{wrong} [1] {right} [1]"])).answer(question)
    assert "2019" not in answer.text.split("[")[0]
    check(answer)


def test_a_model_that_fails_is_an_error_or_the_fallback_that_was_asked_for(opened: Opener) -> None:
    with pytest.raises(GeneratorError, match="0 texts"):
        opened(rag.ScriptedGenerator([])).answer(STAFF)
    answer = opened(rag.ScriptedGenerator([]), fallback=True).answer(STAFF)
    said, quoted = answer.text.split("\n")
    assert said == "Mô hình ngôn ngữ không trả lời được; đây là trích dẫn nguyên văn:"
    assert quoted.startswith("Hiện nay, Ban Dân vận Tỉnh ủy có 15 biên chế")
    assert "0 texts" in answer.trace.checks.failure
    check(answer)


@pytest.mark.parametrize("model", ["500", "malformed", "html", "cut", "ends-early", "stalls", "silent"])
def test_every_fault_of_a_server_ends_in_the_fallback(opened: Opener, model: str) -> None:
    with serving(FakeServer()) as server:
        *pieces, answer = opened(model, llm_url=server.url, llm_timeout=2.0, fallback=True).stream(STAFF)
    assert isinstance(answer, rag.Answer)
    assert "".join(map(str, pieces)) == answer.text
    assert "15 biên chế" in answer.text
    assert answer.trace.checks.failure
    check(answer)


def test_a_server_that_breaks_off_after_a_sentence_leaves_that_sentence(opened: Opener) -> None:
    class BreakingOff(rag.ScriptedGenerator):
        def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event) -> Iterator[str]:
            yield f"{RIGHT} [1] Ban"
            raise GeneratorError("It broke off.")

    answer = opened(BreakingOff([]), fallback=True).answer(STAFF)
    assert answer.text == f"{RIGHT} [1]\n(Mô hình ngôn ngữ dừng giữa chừng.)"
    check(answer)


def test_a_real_server_answers(opened: Opener) -> None:
    with serving(FakeServer(write=lambda messages: f"{RIGHT} [1]")) as server:
        answer = opened("good", llm_url=server.url).answer(STAFF)
    assert answer.text == f"{RIGHT} [1]"
    check(answer)


def test_a_server_without_a_model_is_refused(seed_index: Path) -> None:
    with pytest.raises(ConfigError, match="name one with --llm"):
        rag.Assistant.open(SEEDS, seed_index, llm_url="http://127.0.0.1:1/v1")
