"""The office that is asked for, and the offices that a text names."""

from __future__ import annotations

import pytest

import rag
from rag.offices import names_office, office_asked


@pytest.mark.parametrize(
    ("question", "office"),
    [
        ("Ai là Bí thư Tỉnh ủy Hà Tĩnh năm 2015?", "bi thu tinh uy"),
        ("ai lam pho bi thu thuong truc tinh uy", "pho bi thu thuong truc tinh uy"),
        ("Trưởng Ban Dân vận giữa năm 2015 là ai?", "truong ban"),
        ("Tên của vị thứ trưởng phụ trách dân vận là gì?", "thu truong"),
        ("Who was the Giám đốc of the hospital?", "giam doc"),
        ("Tỉnh ủy Bí thư是谁?", "bi thu"),
        ("Ai đi cùng Bộ trưởng?", ""),  # the office of another
        ("Ai chủ trì hội nghị?", ""),
        ("Bí thư Tỉnh ủy nói gì?", ""),
    ],
)
def test_the_office_asked_for(question: str, office: str) -> None:
    assert office_asked(question) == office


@pytest.mark.parametrize(
    ("office", "text", "named"),
    [
        ("bi thu", "Phó Bí thư Tỉnh ủy Lê Thành Long chủ trì", False),
        ("pho bi thu", "Phó Bí thư Thường trực Hồ Thị Hoàng Yến", True),
        ("bi thu tinh uy", "Bí thư Trung ương Đảng Hà Thị Khiết", False),
        ("pho bi thu tinh uy", "ông An, Phó Bí thư, và bà Bình", True),  # of what body isn't said
        ("truong ban", "Phó Trưởng Ban Nguyễn Lam", False),
        ("thu truong", "Bộ trưởng cùng một thứ trưởng", True),
    ],
)
def test_the_offices_of_a_text(office: str, text: str, named: bool) -> None:
    assert names_office(office, text) is named


@pytest.mark.parametrize(
    "question",
    [
        "Ai là Bộ trưởng Bộ Văn hóa, Thể thao và Du lịch năm 2016?",
        "What is the name of the deputy minister put in charge of mass mobilization?",
    ],
)
def test_the_holder_of_another_office_is_no_answer(seed_assistant: rag.Assistant, question: str) -> None:
    assert seed_assistant.answer(question).abstained
