"""Abbreviations are written out as the passages do, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.abbreviations import initials, is_abbreviation, places_told, written_out

TOLD = [
    "Bộ Văn hóa, Thể thao và Du lịch họp với Ban Thường vụ Tỉnh ủy.",
    "Mặt trận Tổ quốc giám sát. Mặt trận Tổ quốc phản biện. Mọi tầng thành quả.",
    "The Bureau of Labor Statistics met.",
]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Ở Bộ VHTTDL có gì?", "Ở Bộ VHTTDL (Văn hóa, Thể thao và Du lịch) có gì?"),
        ("mttq giám sát gì", "mttq (Mặt trận Tổ quốc) giám sát gì"),  # the most frequent of two
        ("BTV họp", "BTV (Ban Thường vụ) họp"),
        ("What did the BLS do?", "What did the BLS (Bureau of Labor Statistics) do?"),
    ],
)
def test_what_the_passages_tell_is_written_out(asked: str, meant: str) -> None:
    assert written_out(asked, TOLD) == meant


@pytest.mark.parametrize(
    "asked",
    [
        "Chỉ thị 43-CT/TW là gì?",  # of a document's number
        "NATO họp ở đâu?",  # nobody tells
        "Mặt trận Tổ quốc (MTTQ) là gì?",  # told by the question
        "ông Thuận nói gì",
        "",
    ],
)
def test_anything_else_stays(asked: str) -> None:
    assert written_out(asked, TOLD) == asked


def test_a_name_goes_on_after_no_full_stop() -> None:
    assert written_out("BTC", ["Ban họp. Tỉnh có mặt", "Ban tổ. chức"]) == "BTC"


def test_initials_with_and_without_small_words() -> None:
    assert initials(["van", "hoa", "the", "thao", "va", "du", "lich"]) == "vhttvdl vhttdl"


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3))
def test_any_text_keeps_its_own_words(text: str, passages: list[str]) -> None:
    assert len(written_out(text, passages)) >= len(text)


@pytest.mark.parametrize(
    ("abbreviation", "text", "told"),
    [
        ("CTDV", "tổng kết công tác dân vận (CTDV) năm 2020", ["công tác dân vận"]),
        ("bhxh", "Bảo hiểm xã hội họp. Bảo hiểm. Xã hội.", ["Bảo hiểm xã hội"]),
        ("MTTQ", "tổng kết công tác dân vận", []),
    ],
)
def test_where_a_text_tells_what_an_abbreviation_stands_for(abbreviation: str, text: str, told: list[str]) -> None:
    assert is_abbreviation(abbreviation)
    assert [text[place.start : place.end] for place in places_told(abbreviation, text)] == told
    assert not is_abbreviation("Hà")
