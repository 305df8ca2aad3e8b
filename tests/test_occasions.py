"""The dates of a sentence held to what they date in a text, the number of a document to its kind."""

from __future__ import annotations

import pytest

from rag.facts import told
from rag.occasions import misplaced
from rag.question import language_of

ISSUED = "Ngày 9/7, bà Lê Thị Hoa chủ trì hội nghị bàn Chỉ thị 43-CT/TW ngày 14/5/2015 của Ban Bí thư."
HONOURED = "Tổng kết Đề án số 06-ĐA/TU ngày 14/12/2017; biểu dương 42 tập thể giai đoạn 2018 - 2020."
HELD = "BDK - Ngày 31-12-2020, Ban tổ chức hội nghị trực tuyến, triển khai nhiệm vụ năm 2021."
NAMED = "Trọng tâm là Nghị quyết số 25; gắn với Quyết định số 290 và Chỉ thị số 05."


def reasons(claim: str, *texts: str) -> list[str]:
    return list(misplaced(told(claim, language_of(claim)), [told(text, "vi") for text in texts]))


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Chỉ thị 43-CT/TW được ban hành ngày 14/5/2015.", ISSUED),
        ("Directive 43-CT/TW was issued on 14 May 2015.", ISSUED),
        ("Hội nghị về Chỉ thị 43-CT/TW họp ngày 9/7.", ISSUED),  # not the day that the document bears
        ("Đề án số 06-ĐA/TU ban hành năm 2017.", HONOURED),
        ("42 groups were honoured for 2018-2020.", HONOURED),
        ("42 tập thể được biểu dương từ 2018 đến 2020.", HONOURED),
        ("On 31 December 2020 it held a conference.", HELD),
        ("In 2020 it held a conference.", HELD),
        ("Nhiệm vụ năm 2021 được triển khai.", HELD),
        ("Ông nói về Quyết định 290.", NAMED),
        ("He spoke of Directive 05.", NAMED),
    ],
)
def test_what_is_told_so_has_no_difference(claim: str, text: str) -> None:
    assert reasons(claim, text) == []


@pytest.mark.parametrize(
    ("claim", "text", "reason"),
    [
        ("Chỉ thị 43-CT/TW được ban hành ngày 9/7.", ISSUED, "'9/7' is not the day of document 43"),
        ("Project No. 06-ĐA/TU dates from 2018.", HONOURED, "'2018' is not the day of document 6"),
        ("42 groups were honoured for 2018-2021.", HONOURED, "the period '2018-2021' is not in the quote"),
        ("2021，委员会召开了视频会议。", HELD, "'2021' opens it, and the quote opens with another day"),
        ("Ông nói về Nghị quyết số 05.", NAMED, "the text has no nghi quyet of the number 5"),
        ("He spoke of Resolution No. 05.", NAMED, "the text has no nghi quyet of the number 5"),
    ],
)
def test_what_is_told_of_something_else_is_seen(claim: str, text: str, reason: str) -> None:
    assert reason in reasons(claim, text)


def test_the_day_may_open_what_precedes_the_text() -> None:
    follows = "Ông Trần Văn Bình phát biểu tại hội nghị."
    assert reasons("Cuối năm 2021, ông Trần Văn Bình phát biểu.", follows) == []
    assert reasons("Cuối năm 2021, ông Trần Văn Bình phát biểu.", follows, HELD)
    assert reasons("Cuối năm 2020, ông Trần Văn Bình phát biểu.", follows, HELD) == []
