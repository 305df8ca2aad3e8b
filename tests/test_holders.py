"""Who holds an office, where several articles name one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import rag

ARTICLES = {
    "old.md": (
        "2015-07-13",
        "Họp bàn chuyện lúa",
        "Giám đốc Sở Y tế Lê Văn An chủ trì cuộc họp về lúa ở xã Bình Minh.",
    ),
    "new.md": (
        "2021-03-02",
        "Thăm trường mới",
        "Chiều nay Giám đốc Sở Y tế Trần Thị Hoa thăm ngôi trường vừa xây xong.",
    ),
    "again.md": ("2014-05-09", "Khám bệnh miễn phí", "Giám đốc Sở Y tế Lê Văn An thăm trạm xá xã Bình Minh."),
    "deputy.md": ("2022-01-05", "Tặng quà Tết", "Phó Giám đốc Sở Y tế Ngô Văn Bảy tặng quà cho các gia đình nghèo."),
    "alone.md": ("2022-02-06", "Mừng thọ", "Trưởng phòng Tư pháp Vũ Thị Lan chúc thọ các cụ già trong huyện."),
}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rag.Assistant]:
    folder: Path = tmp_path_factory.mktemp("articles")
    for name, (day, title, text) in ARTICLES.items():
        (folder / name).write_text(f"---\ntitle: {title}\ndate: {day}\n---\n\n{text}\n", encoding="utf-8")
    with rag.Assistant.open(folder, tmp_path_factory.mktemp("index")) as assistant:
        yield assistant


@pytest.mark.parametrize(
    "question",
    [
        "Ai là Giám đốc Sở Y tế?",
        "Trong các bài, những ai là Giám đốc Sở Y tế?",
        "giam doc so y te la ai",
        "Hai vị Giám đốc Sở Y tế xuất hiện trong các bài tên là gì?",
    ],
)
def test_every_holder_is_told_with_the_day_the_oldest_first(bot: rag.Assistant, question: str) -> None:
    found = bot.answer(question)
    lines = found.text.split("\n")
    assert [line[:14] for line in lines] == ["- 13/07/2015: ", "- 02/03/2021: "]
    assert "Lê Văn An" in lines[0]
    assert "Trần Thị Hoa" in lines[1]
    assert "Ngô Văn Bảy" not in found.text  # the deputy


def test_a_question_that_says_more_than_the_office_has_one_answer(bot: rag.Assistant) -> None:
    found = bot.answer("Giám đốc Sở Y tế thăm trường là ai?")
    assert {citation.article_id for citation in found.citations} == {"new.md"}
    assert "Trần Thị Hoa" in found.text


def test_one_holder_is_a_question_like_any_other(bot: rag.Assistant) -> None:
    assert {c.article_id for c in bot.answer("Ai là Trưởng phòng Tư pháp?").citations} == {"alone.md"}


def test_holders_may_be_told_apart(bot: rag.Assistant) -> None:
    found = bot.answer("Hai Giám đốc Sở Y tế, một người họp ở xã và một người thăm trường, tên là gì?")
    assert {citation.article_id for citation in found.citations} == {"old.md", "new.md"}
