from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rag.articles import read_text
from rag.content import label_blocks, repeated_lines

DATA = Path(__file__).parent / "data"
SEEDS = Path(__file__).parents[1] / "seeds"
NAMES = sorted(path.stem for path in (DATA / "labels").glob("*.yaml"))


def roles_by_line(text: str) -> dict[int, str]:
    """The role of each line, from 1, that is not blank."""
    lines: dict[int, str] = {}
    for start, end, role in label_blocks(text):
        first = text.count("\n", 0, start) + 1
        for number, line in enumerate(text[start:end].split("\n"), start=first):
            if line.strip():
                lines[number] = role
    return lines


def by_role(text: str, role: str) -> list[str]:
    return [text[b.start : b.end] for b in label_blocks(text) if b.role == role]


@pytest.mark.parametrize("name", NAMES)
def test_the_seeds_are_labelled_as_by_hand(name: str) -> None:
    text = read_text(SEEDS / f"{name}.txt")
    labels: dict[str, list[int]] = yaml.safe_load((DATA / "labels" / f"{name}.yaml").read_text(encoding="utf-8"))
    by_hand = {line: role for role, lines in labels.items() for line in lines}
    assert sorted(by_hand) == [n for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    assert roles_by_line(text) == by_hand


def test_an_english_news_page() -> None:
    text = read_text(DATA / "pages" / "news.txt")
    assert by_role(text, "title") == ["River towns agree on a shared flood plan"]
    assert by_role(text, "author") == ["By Jane Doe and Omar van Dijk"]
    assert by_role(text, "source") == ["Source: Riverside Herald"]
    assert by_role(text, "date") == ["Published: March 3, 2021 at 10:15 AM GMT | Updated: March 5, 2021"]
    assert [line[:20] for line in by_role(text, "content")] == [
        "Four towns on the lo",
        "The plan covers:",
        "- pumps stored in Mi",
        "- a siren in every s",
        "- one phone list for",
        "Mayors visit the pum",
        '"We waited too long,',
        "The towns will meet ",
    ]


def test_a_french_news_page() -> None:
    text = read_text(DATA / "pages" / "depeche.txt")
    assert by_role(text, "title") == ["Le port rouvre après trois semaines de travaux"]
    assert by_role(text, "author") == ["Par Hélène Martin"]
    assert [line[:10] for line in by_role(text, "content")] == ["Le port de", "Les bateau"]


def test_an_essay_is_kept_whole() -> None:
    """Its headings are words of menus, and its list is a run of short lines."""
    text = read_text(DATA / "pages" / "essay.txt")
    assert set(roles_by_line(text).values()) == {"title", "content"}


@pytest.mark.parametrize("language", ["vi", "en", "es", "hi", "zh"])
def test_a_paragraph_of_prose_is_kept_whole(language: str) -> None:
    path = Path(__file__).parents[1].parent / "shared" / "eval" / f"xquad.{language}.json"
    if not path.exists():
        pytest.skip("the XQuAD paragraphs are not beside this repository")
    found = json.loads(path.read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph["context"] for article in found for paragraph in article["paragraphs"]]
    assert len(paragraphs) == 240
    assert [p for p in paragraphs if {b.role for b in label_blocks(p)} != {"content"}] == []


POEM = "\n".join(["Đêm trăng", "", *(f"Dòng thơ số {n} ngắn" for n in "abcdef"), "Điệp khúc", "Dòng khác", "Điệp khúc"])


@pytest.mark.parametrize(
    "text", [POEM, "một\nhai\nba\nbốn", "Home\nNews\nSport\nContact", "Chia sẻ bài viết", "5/6/2023"]
)
def test_a_page_without_prose_is_not_emptied(text: str) -> None:
    assert set(roles_by_line(text).values()) <= {"title", "content"}


@pytest.mark.parametrize("age", ["2 tháng trước", "3 days ago", "il y a 2 jours", "hôm qua"])
def test_a_line_that_is_an_age_is_a_link_to_elsewhere(age: str) -> None:
    prose = "Đây là một câu văn đủ dài để thành một đoạn của bài viết."
    text = f"Tên bài\n\n{prose}\n\nHai năm trước, {prose}\n\n• Bài khác ({age})\n\nMột bài khác nữa\n{age}"
    assert [line[-10:] for line in by_role(text, "content")] == [prose[-10:]] * 2


PROSE = "Năm nay cơ quan đã hoàn thành tất cả những việc được giao từ năm 2020 đến nay."


@pytest.mark.parametrize(
    ("head", "body", "role"),
    [
        ("Thứ Hai, 5/6/2023\nTên của bài viết này", PROSE, "furniture"),  # the clock of the page
        ("5/6/2023\nTên của bài viết này", PROSE, "furniture"),
        ("Thứ Hai, 5/6/2023\nTên của bài viết này", f"Ngày 4/6/2023, {PROSE}", "date"),  # the day after the event
        ("Ngày đăng: 5/6/2023\nTên của bài viết này", PROSE, "date"),
        ("Tên của bài viết này\nThứ Hai, 5/6/2023", PROSE, "date"),
        ("Monday, June 5, 2023\nThe name of this article", PROSE, "furniture"),
    ],
)
def test_the_clock_of_a_page_is_no_date_of_publication(head: str, body: str, role: str) -> None:
    text = f"{head}\n\n{body}"
    dated = next(b for b in label_blocks(text) if "2023" in text[b.start : b.end] and text[b.start : b.end] in head)
    assert dated.role == role


def test_lines_that_pages_share_are_furniture_but_not_their_bylines() -> None:
    pages = [f"Báo Làng Nghề\nTiêu đề số {n} của báo\n\n{PROSE} {n}.\n\nLê Minh\nToà soạn số 5" for n in range(3)]
    repeated = repeated_lines(pages)
    assert repeated == {"báo làng nghề", "lê minh", "toà soạn số 5"}
    roles = {pages[0][b.start : b.end]: b.role for b in label_blocks(pages[0], repeated=repeated)}
    assert roles == {
        "Báo Làng Nghề": "furniture",
        "Tiêu đề số 0 của báo": "title",
        f"{PROSE} 0.": "content",
        "Lê Minh": "author",
        "Toà soạn số 5": "furniture",
    }
    assert repeated_lines(pages[:2]) == frozenset()


def test_versions_of_one_article_lose_nothing_to_each_other() -> None:
    pages = [f"Một tên bài chung\n\n{PROSE}\n\nĐoạn riêng của bản số {n} trong ba bản này." for n in range(3)]
    repeated = repeated_lines(pages)
    assert {b.role for b in label_blocks(pages[0], repeated=repeated)} == {"title", "content"}


@given(
    st.lists(
        st.sampled_from(
            ["Home", "Chia sẻ", PROSE, "2 ngày trước", "5/6/2023", "By Jane Doe", "", "\x00", "- a", "Tin khác"]
        )
    )
)
def test_blocks_are_in_order_and_something_is_kept(lines: list[str]) -> None:
    text = "\n".join(lines)
    labelled = label_blocks(text)
    assert all(before.end <= after.start for before, after in pairwise(labelled))
    covered = {i for b in labelled for i in range(b.start, b.end)}
    assert covered >= {i for i, c in enumerate(text) if not c.isspace()}
    assert PROSE not in lines or any(b.role == "content" for b in labelled)
