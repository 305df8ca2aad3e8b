"""A question that asks one thing of two is taken apart; any other is left whole."""

import pytest

from rag.parts import parts_of


@pytest.mark.parametrize(
    ("asked", "first", "second"),
    [
        (
            "Ai chủ trì hội nghị ngày 9/7/2015, ai chủ trì ngày 31/12/2020?",
            "Ai chủ trì hội nghị ngày 9/7/2015?",
            "Ai chủ trì hội nghị ai chủ trì ngày 31/12/2020?",
        ),
        (
            "When were Decision 290-QĐ/TW and its Notice 159-TB/TW issued?",
            "When were Decision 290-QĐ/TW issued?",
            "When were Decision its Notice 159-TB/TW issued?",
        ),
        (
            "Phong trào được Sở Nội Vụ và Sở Lao Động triển khai ra sao?",
            "Phong trào được Sở Nội Vụ triển khai ra sao?",
            "Phong trào được Sở Lao Động triển khai ra sao?",
        ),
        (
            "Ai đứng đầu vào năm 2015 là ai, đến năm 2020 là ai?",
            "Ai đứng đầu vào năm 2015 là ai?",
            "Ai đứng đầu đến năm 2020 là ai?",
        ),
        (
            "Vườn rau được trồng ra sao ở trường Bến Gỗ và ở trạm y tế nơi bà Lan làm việc?",
            "Vườn rau được trồng ra sao ở trường Bến Gỗ?",
            "Vườn rau được trồng ra sao ở trạm y tế nơi bà Lan làm việc?",
        ),
        (
            "Who is named in the March survey and in the report of 2020?",
            "Who is named in the March survey?",
            "Who is named in the report of 2020?",
        ),
        (
            "nghị quyết 25 và 26 nói về gì",
            "nghị quyết 25 nói về gì",
            "nghị quyết 26 nói về gì",
        ),
    ],
)  # fmt: skip
def test_two_dates_numbers_or_names_that_are_joined_make_two_questions(asked: str, first: str, second: str) -> None:
    assert parts_of(asked) == (first, second)


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "Ai chủ trì hội nghị ở Hà Nội?",
        "Sở Văn hóa, Sở Nội Vụ có bao nhiêu người?",  # a comma alone parts no names: it may be inside one
        "Ai viết “Lan và Minh Anh”?",
        "Năm 2015 có gì, vì sao?",
        "Hội nghị năm 2015 " + "rất dài " * 10 + "và năm 2020",
    ],
)
def test_one_question_stays_whole(asked: str) -> None:
    assert parts_of(asked) is None
