"""A follow-up is written out where its form says how, and left alone where it doesn't."""

import pytest

from rag.followups import standalone


@pytest.mark.parametrize(
    ("asked", "before", "written_out"),
    [
        ("còn 218 thì sao", "Quyết định 217-QĐ/TW nói về cái gì?", "Quyết định 218 nói về cái gì?"),
        ("Thế còn ông Phan Cao Thanh?", "Ông Lê Thành Long giữ chức gì?", "Ông Phan Cao Thanh giữ chức gì?"),
        ("và năm 2015?", "Ai đứng đầu Ban năm 2020?", "Ai đứng đầu Ban năm 2015?"),
        ("con 2015 thi sao", "ai dung dau ban nam 2020", "ai dung dau ban nam 2015"),
        ("What about 2019?", "How many were sold in 2020?", "How many were sold in 2019?"),
    ],
)
def test_a_bare_thing_takes_the_place_of_its_like(asked: str, before: str, written_out: str) -> None:
    assert standalone(asked, before=before) == written_out


def test_a_pronoun_is_the_person_of_the_answer_or_else_of_the_question_before() -> None:
    asked = "Ông ấy cùng với ai chủ trì?"
    assert (
        standalone(asked, before="Ai là tổ trưởng?", person="Bùi Minh Quang") == "Bùi Minh Quang cùng với ai chủ trì?"
    )
    assert standalone("What did she propose?", before="Who is Lan Anh Lee?") == "What did Lan Anh Lee propose?"
    before = "Lúc họp, bà Trương Thị Mai đề nghị gì với Ban Dân vận?"  # which is nobody's name
    assert standalone("bà còn giữ những chức vụ nào?", before=before) == "Trương Thị Mai còn giữ những chức vụ nào?"


@pytest.mark.parametrize(
    ("asked", "before"),
    [
        ("Còn ở điểm cầu Hà Tĩnh thì ai điều hành?", "Hội nghị tháng 7/2015 do ai chủ trì?"),
        ("Còn bà Trương Thị Mai thì phản hồi thế nào?", "Ông Trần Quốc Vượng đề nghị gì?"),
        ("còn 218 thì sao", "Ai chủ trì?"),  # nothing like it before
        ("Ông ấy nói gì?", "Có bao nhiêu biên chế?"),  # nobody named
        ("Thế được giao bao nhiêu?", "Đang có bao nhiêu?"),
        ("", ""),
    ],
)
def test_anything_else_is_left_alone(asked: str, before: str) -> None:
    assert standalone(asked, before=before) is None
