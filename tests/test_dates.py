from __future__ import annotations

import unicodedata
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates import find_dates

Found = tuple[str, int | None, int | None, int | None]


def found_in(text: str) -> list[Found]:
    return [(text[d.start : d.end], d.day, d.month, d.year) for d in find_dates(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ngày 31-12-2020, Ban", [("31-12-2020", 31, 12, 2020)]),
        ("31/12/2020 - 19:54", [("31/12/2020", 31, 12, 2020)]),
        ("Chiều 02/3/2021.", [("02/3/2021", 2, 3, 2021)]),
        ("04/10/2016 | 4050", [("04/10/2016", 4, 10, 2016)]),
        ("Ngày 9/7, Bí thư", [("9/7", 9, 7, None)]),
        ("hỏi 24/7, tỉ lệ 9/7", []),
        ("các ngày 28/9 và 29/9/2016", [("28/9", 28, 9, 2016), ("29/9/2016", 29, 9, 2016)]),
        ("ngày 28 và 29/9/2016", [("28", 28, 9, 2016), ("29/9/2016", 29, 9, 2016)]),
        ("ngày 31 tháng 12 năm 2020", [("ngày 31 tháng 12 năm 2020", 31, 12, 2020)]),
        ("ngay 31 thang 12 nam 2020", [("ngay 31 thang 12 nam 2020", 31, 12, 2020)]),
        ("tháng 7/2015", [("tháng 7/2015", None, 7, 2015)]),
        ("tháng 3 năm 2021", [("tháng 3 năm 2021", None, 3, 2021)]),
        ("6 tháng đầu năm 2020", [("2020", None, None, 2020)]),
        ("giai đoạn 2011 – 2015", [("2011", None, None, 2011), ("2015", None, None, 2015)]),
        ("giai đoạn 2010-2015", [("2010", None, None, 2010), ("2015", None, None, 2015)]),
        ("290-QĐ/TW, ngày 25/2/2010", [("25/2/2010", 25, 2, 2010)]),
        ("số 12/2020/NĐ-CP, 2.020 người, 1.2020", []),
        ("2020-12-31T10:00Z", [("2020-12-31", 31, 12, 2020)]),
        ("on 31 December 2020", [("31 December 2020", 31, 12, 2020)]),
        ("on March 3rd, 2021", [("March 3rd, 2021", 3, 3, 2021)]),
        ("Mar. 3, 2021", [("Mar. 3, 2021", 3, 3, 2021)]),
        ("you may 3 times march 5 miles", []),
        ("le 1er mars 2021", [("1er mars 2021", 1, 3, 2021)]),
        ("31 de diciembre de 2020", [("31 de diciembre de 2020", 31, 12, 2020)]),
        ("31. Dezember 2020", [("31. Dezember 2020", 31, 12, 2020)]),
        ("2020年12月31日，2021年3月", [("2020年12月31日", 31, 12, 2020), ("2021年3月", None, 3, 2021)]),
        ("03/15/2021", [("03/15/2021", 15, 3, 2021)]),
        ("31/02/2020, 32/1/2020, 2020-13-01", []),
    ],
)  # fmt: skip
def test_find_dates(text: str, expected: list[Found]) -> None:
    assert found_in(text) == expected


def test_decomposed_text_has_the_same_dates() -> None:
    text = unicodedata.normalize("NFD", "ngày 31 tháng 12 năm 2020")
    assert [d.as_date for d in find_dates(text)] == [date(2020, 12, 31)]


FORMS = (
    "{d:%d/%m/%Y}",
    "{d:%Y-%m-%d}",
    "{d.day}-{d.month}-{d.year}",
    "ngày {d.day} tháng {d.month} năm {d.year}",
    "{d.year}年{d.month}月{d.day}日",
)


@given(st.dates(min_value=date(1500, 1, 1), max_value=date(2099, 12, 31)), st.sampled_from(FORMS))
def test_a_written_date_is_found_again(day: date, form: str) -> None:
    written = form.format(d=day)
    text = f"Hôm qua, {written}, trời mưa."
    [found] = find_dates(text)
    assert found.as_date == day
    assert text[found.start : found.end] == written


@given(st.text(alphabet="0123456789/-. ngàytháfnăm年月日,vàMayr\u0301\x00\ud800"))
def test_any_text_gives_ordered_spans(text: str) -> None:
    spans = [(d.start, d.end) for d in find_dates(text)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
