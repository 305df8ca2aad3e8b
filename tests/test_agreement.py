"""A sentence compared with what is said to support it: each kind of difference, and none where there is none."""

from __future__ import annotations

from datetime import date

import pytest

from rag.agreement import differences, share_met
from rag.facts import language_told, told

STAFF = "Hiện nay, Ban Dân vận Tỉnh ủy có 15 biên chế (trong tổng số 16 biên chế được giao) với 02 phòng chuyên môn."
CHAIRED = "Ngày 9/7, Trưởng Ban Dân vận Trung ương Hà Thị Khiết chủ trì hội nghị; đồng chí Lê Hồng Anh dự hội nghị."
DENIED = "Nhiều nơi chưa thực hiện tốt quy chế, cán bộ không đối thoại với dân."
ENGLISH = "The committee was founded in 1951 by Marie Curie and has 25 members, but it does not meet in winter."


def reasons(claim: str, quote: str) -> list[str]:
    languages = language_told(claim), language_told(quote)
    across = languages[0] != languages[1]
    texts = [told(quote, languages[1], date(2015, 7, 13))]
    return [found.reason for found in differences(told(claim, languages[0]), texts, across=across)]


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Ban Dân vận Tỉnh ủy có 15 biên chế.", STAFF),
        ("Ban Dân vận Tỉnh ủy được giao 16 biên chế.", STAFF),
        ("Với 2 phòng chuyên môn, Ban có 15 biên chế.", STAFF),
        ("Hội nghị do bà Hà Thị Khiết chủ trì ngày 9 tháng 7 năm 2015.", CHAIRED),
        ("Đồng chí Lê Hồng Anh dự hội nghị.", CHAIRED),
        ("Cán bộ không đối thoại với dân, nhiều nơi chưa thực hiện tốt quy chế.", DENIED),
        ("It has 25 members and was founded by Marie Curie in 1951.", ENGLISH),
        ("The commission has 15 of its 16 posts.", STAFF),
        ("Ha Thi Khiet chaired the conference on 9 July 2015.", CHAIRED),
    ],
)
def test_what_is_told_differs_in_nothing(claim: str, quote: str) -> None:
    assert reasons(claim, quote) == []


@pytest.mark.parametrize(
    ("claim", "quote", "reason"),
    [
        ("Ban Dân vận Tỉnh ủy có 17 biên chế.", STAFF, "the number '17' is not in the quote"),
        ("Ban Dân vận Tỉnh ủy có 16 biên chế (trong tổng số 16 biên chế được giao).", STAFF, "more often"),
        ("Hiện nay, Ban Dân vận Tỉnh ủy có 16 biên chế.", STAFF, "'16' stands where the quote has '15'"),
        ("Ngày 10/7, Hà Thị Khiết chủ trì hội nghị.", CHAIRED, "the date '10/7' is not"),
        ("Năm 2016, Hà Thị Khiết chủ trì hội nghị.", CHAIRED, "the date '2016' is not"),
        ("Bà Trương Thị Mai chủ trì hội nghị.", CHAIRED, "the name"),
        ("Trưởng Ban Dân vận Trung ương Lê Hồng Anh chủ trì hội nghị.", CHAIRED, "stands where the quote has"),
        ("Nhiều nơi thực hiện tốt quy chế.", DENIED, "it affirms"),
        ("Ban Dân vận Tỉnh ủy không có 15 biên chế.", STAFF, "it denies"),
        ("The committee does meet in winter.", ENGLISH, "it affirms"),
        ("The committee has 26 members.", ENGLISH, "the number '26'"),
        ("The committee was founded by Pierre Dupont.", ENGLISH, "the name 'Pierre Dupont'"),
        ("The commission has 18 posts.", STAFF, "the number '18'"),
        ("Truong Thi Mai chaired the conference.", CHAIRED, "the name 'Truong Thi Mai'"),
        ("The commission does not have 15 posts.", STAFF, "it denies"),
    ],
)
def test_each_kind_of_error_is_named(claim: str, quote: str, reason: str) -> None:
    assert any(reason in found for found in reasons(claim, quote)), reasons(claim, quote)


def test_the_share_of_facts_that_a_translation_has() -> None:
    quote = told(CHAIRED, "vi", date(2015, 7, 13))
    assert share_met(told("Hà Thị Khiết spoke on 9 July.", "en"), quote) == 1.0
    assert share_met(told("Hà Thị Khiết spoke on 8 July.", "en"), quote) == 0.5
    assert share_met(told("The Provincial Committee met.", "en"), quote) is None
