"""The days of an article are left out of what its passages are read for; other days stay, to be missed."""

from datetime import date

import pytest

from rag.told import without_told_days
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
