"""What an article tells once is left out of what its passages are read for; other things stay, to be missed."""

from datetime import date

import pytest

from rag.told import without_told_body, without_told_days, without_told_speaker
from rag.types import Article, Metadata, Span


def _article(text: str, *, title: str = "", published: date | None = None) -> Article:
    metadata = Metadata(title, published=published)
    return Article("a.txt", text, text, "", metadata, (Span(0, len(text)),))


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("Năm 2015 ai đứng đầu Ban?", "ai đứng đầu Ban?"),
        ("Ai chủ trì hội nghị ngày 9/7/2015?", "Ai chủ trì hội nghị?"),  # its first date says no year, its day does
        ("Ai họp vào cuối tháng 7 năm 2015", "Ai họp"),
        ("Who met in July 2015 in Hue?", "Who met in Hue?"),
        ("Năm 2014 ai đứng đầu Ban?", "Năm 2014 ai đứng đầu Ban?"),
        ("Ai chủ trì ngày 10/7/2015?", "Ai chủ trì ngày 10/7/2015?"),
        ("Năm 2015 hay năm 2016?", "hay năm 2016?"),
        ("Năm 2015?", "Năm 2015?"),
        ("Có bao nhiêu người?", "Có bao nhiêu người?"),
    ],
)
def test_the_articles_own_days_are_left_out(asked: str, left: str) -> None:
    article = _article("Ngày 9/7, hội nghị bàn về năm 2014.", published=date(2015, 7, 13))
    assert without_told_days(asked, article) == left


def test_without_a_day_of_publication_the_title_and_the_first_date_tell() -> None:
    article = _article("Đầu năm 2020 có lũ. Năm 2012 không.", title="Nhiệm vụ năm 2021")
    assert without_told_days("Năm 2020 có gì?", article) == "có gì?"
    assert without_told_days("Năm 2021 có gì?", article) == "có gì?"
    assert without_told_days("Năm 2012 có gì?", article) == "Năm 2012 có gì?"


SPEECH = (
    "Hội nghị họp sáng nay.\n\nPhát biểu tại hội nghị, bà Trần Thị Lan, Chủ tịch, nhắc lời của ông Lê Văn Bình.\n\n"
    "Đồng chí đề nghị mỗi người trồng một cây xanh để có bóng mát.\n\nThay mặt xã, ông Đỗ Văn Nam cảm ơn."
)


@pytest.mark.parametrize(
    ("question", "read_for"),
    [
        ("Theo bà Trần Thị Lan, vì sao nên trồng cây?", "vì sao nên trồng cây?"),
        ("Bà Trần Thị Lan muốn trồng cây để làm gì?", "muốn trồng cây để làm gì?"),
        ("Vì sao nên trồng cây, theo đồng chí Trần Thị Lan?", "Vì sao nên trồng cây?"),
        ("According to Trần Thị Lan, why plant trees?", "why plant trees?"),
        ("Theo ông Lê Văn Bình, vì sao nên trồng cây?", "Theo ông Lê Văn Bình, vì sao nên trồng cây?"),  # in passing
        ("Theo ông Đỗ Văn Nam, vì sao nên trồng cây?", "Theo ông Đỗ Văn Nam, vì sao nên trồng cây?"),  # later
        ("Bà Trần Thị Lan?", "Bà Trần Thị Lan?"),  # nothing would be left
    ],
)
def test_whose_words_a_passage_is_need_not_be_said_in_it(question: str, read_for: str) -> None:
    told = _article(SPEECH)
    start = SPEECH.index("Đồng chí đề nghị")
    assert without_told_speaker(question, told, Span(start, SPEECH.index("\n\nThay mặt"))) == read_for
    assert without_told_speaker(question, told, Span(0, start)) == question  # there the name stands


VISITS = (
    "Đoàn đến Ban Quản lý chợ và Bộ Nông nghiệp.\n\nỞ chợ, Đảng ủy mở ba lớp cho cán bộ.\n\n"
    "Làm việc với Bộ Nông nghiệp, đoàn nghe báo cáo của Đảng ủy Bộ.\n\nTheo đó, Đảng ủy mở năm lớp cho cán bộ."
)


@pytest.mark.parametrize(
    ("question", "read_for"),
    [
        ("Ở Bộ Nông nghiệp, mấy lớp được mở?", "mấy lớp được mở?"),
        ("Bao nhiêu lớp được mở tại Đảng bộ Bộ Nông nghiệp?", "Bao nhiêu lớp được mở?"),
        ("How many classes did the Bộ Nông nghiệp’s committee open?", "How many classes did committee open?"),
        ("Ở Bộ Y tế, mấy lớp được mở?", "Ở Bộ Y tế, mấy lớp được mở?"),
    ],
)
def test_a_passage_on_the_ministry_need_not_name_it_in_full(question: str, read_for: str) -> None:
    told = _article(VISITS)
    start = VISITS.index("Theo đó")
    assert without_told_body(question, told, Span(start, len(VISITS))) == read_for
    market = Span(VISITS.index("Ở chợ"), VISITS.index("\n\nLàm việc"))
    assert without_told_body(question, told, market) == question  # where both are named, it is of neither
