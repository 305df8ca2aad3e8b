from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.content import label_blocks
from rag.metadata import read_front_matter, read_metadata
from rag.types import Metadata

PROSE = "Năm nay cơ quan đã hoàn thành tất cả những việc được giao từ đầu năm đến nay."


def metadata_of(text: str, article_id: str = "bai/so-1.txt") -> Metadata:
    return read_metadata(article_id, text, label_blocks(text), known=Metadata(""))


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Hoàng Phong", "Hoàng Phong"),
        ("Bài, ảnh: Lê Thị Hoa", "Lê Thị Hoa"),
        ("Tác giả bài viết: Minh Anh", "Minh Anh"),
        ("Trần Anh - Lê Bình", "Trần Anh - Lê Bình"),
        ("By Jane Doe", "Jane Doe"),
        ("作者：王小明", "王小明"),
        ("Ảnh: N. Diễm", None),
        ("Kính gửi các cơ quan liên quan", None),
        ("Best Regards", None),
    ],
)
def test_the_byline_at_the_end(line: str, author: str | None) -> None:
    text = f"Tên của bài\n\n{PROSE}\n\n{line}"
    found = metadata_of(text)
    assert found.author == author
    if found.author_span is not None:
        assert text[slice(*found.author_span)] == author


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("(Theo: Baohatinh.vn)", "Baohatinh.vn"),
        ("Theo TTXVN", "TTXVN"),
        ("Source: Riverside Herald", "Riverside Herald"),
        ("Nguồn: https://vnexpress.net", "https://vnexpress.net"),
        ("Theo dõi chúng tôi", None),
    ],
)
def test_the_source_line(line: str, source: str | None) -> None:
    text = f"Tên của bài\n\n{PROSE}\n\nMạnh Hà\n{line}"
    found = metadata_of(text)
    assert (found.author, found.source) == ("Mạnh Hà", source)
    assert found.source_span is None or text[slice(*found.source_span)] == source


@pytest.mark.parametrize(
    ("lead", "source"),
    [
        (f"BDK - Ngày 31-12-2020, {PROSE}", "BDK"),
        (f"(TTXVN) - {PROSE}", "TTXVN"),
        (f"HANOI, March 3 (Reuters) - {PROSE}", "Reuters"),
        (f"LONDON - {PROSE}", None),
        (f"HĐND - cơ quan của tỉnh. {PROSE}", None),
    ],
)
def test_the_agency_that_opens_the_lead(lead: str, source: str | None) -> None:
    assert metadata_of(f"Tên của bài\n\n{lead}").source == source


@pytest.mark.parametrize(
    ("lines", "published", "author"),
    [
        ("31/12/2020 - 19:54", date(2020, 12, 31), None),
        ("04/10/2016 | 4050", date(2016, 10, 4), None),
        ("Thứ hai - 13/07/2015 10:14", date(2015, 7, 13), None),
        ("Cập nhật: 5/3/2021\nNgày đăng: 3/3/2021 08:15", date(2021, 3, 3), None),
        ("Updated: March 5, 2021", date(2021, 3, 5), None),
        ("By Jane Doe | March 3, 2021", date(2021, 3, 3), "Jane Doe"),
        ("Mai Lan - 3/3/2021 08:15", date(2021, 3, 3), "Mai Lan"),
        ("Hà Nội, ngày 3 tháng 3 năm 2021", date(2021, 3, 3), None),
        ("2021-03-03", date(2021, 3, 3), None),
    ],
)
def test_the_lines_below_the_title(lines: str, published: date, author: str | None) -> None:
    text = f"Tên của bài\n{lines}\n\n{PROSE}"
    found = metadata_of(text)
    assert (found.published, found.author) == (published, author)
    assert found.published_span is not None
    assert str(published.year) in text[slice(*found.published_span)]


def test_a_text_that_opens_with_prose_is_named_after_its_file() -> None:
    assert metadata_of(f"{PROSE}\n\n{PROSE} Hết.").title == "so-1"
    assert metadata_of(f"Tên của\u00a0bài\n\n{PROSE}").title == "Tên của bài"


def test_front_matter() -> None:
    text = '---\ntitle: "Giếng: lần hai"\ndate: 2022-08-14\nauthors:\n  - Ngô Lan\n  - Peter Hill\nsource: null\n---\n'
    text += "Thân bài.\n"
    found = read_front_matter(text)
    assert found is not None
    span, known = found
    assert text[span.end :] == "Thân bài.\n"
    assert (known.title, known.published, known.author, known.source) == (
        "Giếng: lần hai",
        date(2022, 8, 14),
        "Ngô Lan, Peter Hill",
        None,
    )
    assert known.title_span is not None
    assert known.published_span is not None
    assert text[slice(*known.title_span)] == "Giếng: lần hai"
    assert text[slice(*known.published_span)] == "2022-08-14"


@pytest.mark.parametrize(
    ("yaml", "value", "written"),
    [
        ("title: A plain one", "A plain one", "A plain one"),
        ("title: 'It is one'", "It is one", "It is one"),
        ("title: >\n  A long\n  title\n", "A long title", "A long\n  title"),
        ("title: |-\n  A long title\nx: y", "A long title", "A long title"),
        ("title: &x Jo Doe", "Jo Doe", "Jo Doe"),
        ("title: !!str &x 'Jo Doe'", "Jo Doe", "Jo Doe"),
        ("title: [Jo Doe, Al B]", "Jo Doe, Al B", "Jo Doe, Al B"),
        ("title: [Jo Doe, 'Al B']", "Jo Doe, Al B", None),
        ("title:\n  - Jo Doe\n  - Al B", "Jo Doe, Al B", None),
        ('title: "Say \\"hi\\""', 'Say "hi"', None),
        ("title: 'It''s'", "It's", None),
        ("tie\u0302u \u0111e\u0302\u0300: Ha\u0300 No\u0323\u0302i", "Hà Nội", "Ha\u0300 No\u0323\u0302i"),
    ],
)
def test_a_span_of_front_matter_says_the_value(yaml: str, value: str, written: str | None) -> None:
    text = f"---\n{yaml}\n---\nx"
    found = read_front_matter(text)
    assert found is not None
    assert found[1].title == value
    assert (found[1].title_span and text[slice(*found[1].title_span)]) == written


@pytest.mark.parametrize(
    "text",
    [
        '---\ntitle: "\\UFFFFFFFF"\n---\nx',
        "---\ntitle: [unclosed\n---\nx",
        "---\n- a\n- b\n---\nx",
        "---\ntitle: x\n",
        "a\n---\nb: c\n---\n",
        "---\na: \x01\n---\n",
        "---\n" + "[" * 2000 + "\n---\n",
        "---\n\n---\n",
    ],
)
def test_what_is_not_front_matter_is_text(text: str) -> None:
    assert read_front_matter(text) is None


@pytest.mark.parametrize("value", ["2021-13-45", "yesterday", "!!timestamp x", "{}", "[]", "0x", "''"])
def test_a_date_that_is_none_is_no_date(value: str) -> None:
    found = read_front_matter(f"---\ndate: {value}\ntitle: T\n---\n")
    assert found is None or (found[1].published is None and found[1].title == "T")


@given(st.text(alphabet="-\n:ab[]{}'\"&*!#|>%@` \t0\x00\ud800"))
def test_front_matter_never_fails(text: str) -> None:
    read_front_matter(f"---\n{text}\n---\n")
    metadata_of(text)
