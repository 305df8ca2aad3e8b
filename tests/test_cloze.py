"""A question as the sentence that answers it, but for what it leaves out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.cloze import left_out

TEXT = "Kỷ niệm 90 năm; tổng kết cuộc thi báo chí. Tăng cường cải cách hành chính và làm đường."


@pytest.mark.parametrize(
    ("question", "goes_on"),
    [
        ("Cuối năm phải tổng kết cuộc thi gì?", "báo chí. "),
        ("cuoi nam phai tong ket cuoc thi nao", "báo chí. "),
        ("Sở tăng cường cải cách những gì?", "hành chính "),
        ("Cuộc thi gì được tổng kết?", None),  # nothing stands before what is left out
        ("Cuối năm phải mở cuộc thi gì?", None),
        ("Kỷ niệm 90 năm gì?", None),  # many sentences have a date
        ("What contest was wound up?", None),
    ],
)
def test_the_text_goes_on_where_the_question_leaves_something_out(question: str, goes_on: str | None) -> None:
    found = left_out(question, TEXT)
    assert (found and TEXT[found.start :].startswith(goes_on or "?")) is (None if goes_on is None else True)


def test_of_two_gaps_the_last_is_asked_for() -> None:
    assert left_out("Ai tổng kết cuộc thi gì? Còn hội thi nào nữa?", TEXT) is None


def test_an_office_has_several_holders() -> None:
    text = "Dự họp có các Phó Trưởng Ban Dân vận Lan và Hoa."
    assert left_out("Dự họp có các Phó Trưởng Ban Dân vận nào?", text) is None


@given(st.text(), st.text())
def test_any_texts_can_be_compared(question: str, text: str) -> None:
    found = left_out(question, text)
    assert found is None or 0 < found.start < found.end == len(text)
