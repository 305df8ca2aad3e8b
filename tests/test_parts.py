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
            "Hồi năm 2015 ai là Chủ tịch Hội Nông dân, còn tới năm 2020 thì ghế đó là của ai?",
            "Hồi năm 2015 ai là Chủ tịch Hội Nông dân?",
            "tới năm 2020 thì Chủ tịch Hội Nông dân là của ai?",
        ),
        (
            "Tháng 7/2015 ai là Giám đốc Sở Nội vụ, còn tại hội nghị năm 2020 thì là ai?",
            "Tháng 7/2015 ai là Giám đốc Sở Nội vụ?",
            "Giám đốc Sở Nội vụ tại hội nghị năm 2020 thì là ai?",
        ),
        (
            "Giám đốc Sở dự họp năm 2020 và Giám đốc Sở thăm trường năm 2021 lần lượt là ai?",
            "Giám đốc Sở dự họp năm 2020 là ai?",
            "Giám đốc Sở thăm trường năm 2021 là ai?",
        ),
        (
            "Bài về cây lúa và bài về con cá do ai viết?",
            "Bài về cây lúa do ai viết?",
            "bài về con cá do ai viết?",
        ),
        (
            "Who wrote the article about rice and the one about fish?",
            "Who wrote the article about rice?",
            "Who wrote the one about fish?",
        ),
        (
            "Who led the Riverside Water Board in July 2015, and who led it at the conference of 2020?",
            "Who led the Riverside Water Board in July 2015?",
            "Riverside Water Board: who led it at the conference of 2020?",
        ),
        (
            "Về quy chế: năm nay xã chọn trọng tâm gì, còn ở huyện thì quy chế bị chê điểm nào?",
            "Về quy chế: năm nay xã chọn trọng tâm gì?",
            "Về quy chế: ở huyện thì quy chế bị chê điểm nào?",
        ),
        (
            "Who headed the Water Board at the first conference in July 2015, and who at the meeting of 2020?",
            "Who headed the Water Board at the first conference in July 2015?",
            "Who headed the Water Board at the meeting of 2020?",
        ),
        (
            "Ai chủ trì hội nghị ở Hà Nội, còn ai tại Huế?",
            "Ai chủ trì hội nghị ở Hà Nội?",
            "Ai chủ trì hội nghị tại Huế?",
        ),
        (
            "Ai chủ trì hội nghị hồi năm 2015 và ai năm 2020?",
            "Ai chủ trì hội nghị hồi năm 2015?",
            "Ai chủ trì hội nghị năm 2020?",
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
        "Ngoài mấy đề án ra thì xã còn muốn ra chỉ thị gì?",
        "What office does Lan hold, the woman who chaired the meeting?",
        "Ai soạn báo cáo “Lúa và cá, ai nuôi gì”?",
        "Hội nghị năm 2015 " + "rất dài " * 10 + "và năm 2020",
    ],
)
def test_one_question_stays_whole(asked: str) -> None:
    assert parts_of(asked) is None
