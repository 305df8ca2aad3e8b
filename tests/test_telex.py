"""Telex and VNI read back; nothing else changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question import read_question
from rag.telex import retyped
from rag.terms import is_syllable, syllables
from training.phrasing import in_telex

KNOWN = frozenset({"ai", "là", "có", "bao", "nhiêu", "nào", "khi", "gì"})
WORDS = [
    "ai",
    "là",
    "có",
    "bao",
    "nhiêu",
    "nào",
    "khi",
    "gì",
    "người",
    "đứng",
    "đầu",
    "trường",
    "học",
    "dân",
    "vận",
    "khéo",
    "quyết",
    "định",
    "nghị",
    "quyết",
    "ngày",
    "tháng",
    "năm",
    "tổ",
    "chức",
    "hội",
    "nghị",
    "phát",
    "biểu",
    "thủ",
    "tướng",
    "nghiêng",
    "hoà",
    "thuỷ",
    "khuya",
    "quý",
    "giặc",
    "giếng",
    "gìn",
    "nguyễn",
    "trưởng",
    "ưu",
    "tiên",
    "yêu",
    "cầu",
    "đoàn",
    "kết",
]


@pytest.mark.parametrize("digits", [False, True])
@given(words=st.lists(st.sampled_from(WORDS), min_size=4, max_size=12))
def test_what_was_typed_is_read_back(digits: bool, words: list[str]) -> None:
    text = "có bao nhiêu " + " ".join(words)
    assert syllables(retyped(in_telex(text, digits=digits), KNOWN)) == syllables(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Nghij quyeets soos 25 do ai kys?", "Nghị quyết số 25 do ai ký?"),
        ("nguowif ddungws ddaauf truowngf hocj laf ai", "người đứng đầu trường học là ai"),
        ("Ban Dân vận Tỉnh ủy cos bao nhiêu biên chế?", "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"),
        ("d9o62ng chi1 na2o chu3 tri2 ho65i nghi5", "đồng chí nào chủ trì hội nghị"),
    ],
)
def test_a_question_means_what_was_meant(typed: str, meant: str) -> None:
    asked, other = read_question(typed), read_question(meant)
    assert (asked.text, asked.language, asked.kind) == (other.text, "vi", other.kind)


@pytest.mark.parametrize(
    "text",
    [
        "Who was the box office star, and what is the cost of the show for us?",
        "How does it work for her or other staff?",
        "khai mạc hội nghị G7 ở đâu, covid19 thì sao",
        "ban dan van tinh uy co bao nhieu bien che",
        "Qui a signé la décision 217-QD/TW ?",
        "https://example.org/soos25",
        "was",
    ],
)
def test_what_means_itself_stays(text: str) -> None:
    assert retyped(text, KNOWN) == text


@pytest.mark.parametrize(
    "text", ["How does Trần Thị Mai rate the cost of it?", "What was the last cost for Bến Gỗ, and is it on the list?"]
)
def test_a_foreign_question_with_a_vietnamese_name_stays(text: str) -> None:
    assert read_question(text).text == text


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    retyped(text, KNOWN)


@pytest.mark.parametrize("word", ["nghiêng", "Khuỷu", "ủy", "giặc", "quyết", "yêu", "a"])
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["ship", "signed", "bieen", "the_", "", "vaanj", "team", "strong"])
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)
