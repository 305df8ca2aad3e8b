"""What is asked is told apart from the article that it is asked of."""

import pytest

from rag.described import described


@pytest.mark.parametrize(
    ("question", "asked", "about"),
    [
        ("Ai chủ trì, trong bài về hội nghị cuối năm?", "Ai chủ trì?", "về hội nghị cuối năm"),
        ("Trong bài khảo sát ở xã Đoài thì ai phát biểu?", "ai phát biểu?", "khảo sát ở xã Đoài"),
        ("Theo bài viết về giá gạo, giá tăng mấy lần?", "giá tăng mấy lần?", "về giá gạo"),
        ("Who is named in the March 2021 survey article?", "Who is named?", "March 2021 survey"),
        ("According to the article about rice exports, who buys most?", "who buys most?", "rice exports"),
        ("Which offices are mentioned in the survey report on housing?", "Which offices are?", "survey on housing"),
    ],
)
def test_a_described_article_and_what_is_asked_of_it(question: str, asked: str, about: str) -> None:
    assert described(question) == (asked, about)


@pytest.mark.parametrize(
    "question",
    ["Bài này nói về gì?", "Trong bài về lũ ở miền Trung", "Who wrote the article?", "Trong năm 2020 có gì?", ""],
)
def test_other_questions_describe_none(question: str) -> None:
    assert described(question) is None
