"""Whether a text only counts what a question wants named."""

from __future__ import annotations

import pytest

from rag.counted import only_counted
from rag.question import read_question


@pytest.mark.parametrize(
    ("question", "text", "counted"),
    [
        ("Ba nội dung đó cụ thể là gì?", "Ông nêu 3 nội dung trong bài phát biểu dài của mình.", True),
        ("Ba nội dung đó cụ thể là gì?", "Ông nêu 3 nội dung: học, làm, báo cáo.", False),
        ("Ba nội dung đó cụ thể là gì?", "Ông nêu học, làm, báo cáo.", False),  # nothing is counted
        ("What are the two plans?", "The town has two plans for the next ten years.", True),
        ("What are the two plans?", "The town has two plans, namely a bridge and a school.", False),
        ("Các khâu đột phá còn lại là những gì?", "Đây là một trong 4 khâu đột phá của tỉnh.", True),
        ("Có mấy khâu đột phá?", "Đây là một trong 4 khâu đột phá của tỉnh.", False),  # that is what is asked
        (
            "6 tháng đầu năm làm những việc gì?",
            "6 tháng đầu năm đã trồng rừng và mở đường.",
            False,
        ),  # months count nothing
        ("Hai đảng bộ được khảo sát là những đảng bộ nào?", "Khảo sát hai đảng bộ Sở Y tế và Sở Tài chính.", False),
    ],
)
def test_only_counted(question: str, text: str, counted: bool) -> None:
    assert only_counted(read_question(question), text) is counted
