"""The confidence of the best sentence: what raises it, and what it must not survive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.confidence import ANSWER_THRESHOLD, confidence_of, measures
from rag.evidence import SHORT_NAME, WRONG_UNIT
from rag.question import read_question
from rag.select import Sentence
from rag.types import Article, Metadata, Passage, Span

TEXT = "Nhà máy Sông Xanh có 340 công nhân trong năm 2022."
SENTENCE = Sentence(
    article=Article("a.txt", TEXT, TEXT, "", Metadata("Báo cáo"), (Span(0, len(TEXT)),)),
    span=Span(0, len(TEXT)), passage=Passage("a.txt", 0, len(TEXT), TEXT, (Span(0, len(TEXT)),)), rank=1,
    cosine=0.90, passage_score=1.0, lexical=0.3, coverage=0.9, context=0.95,
    evidence=1.0, met=1.0, numbers_met=1.0, names_met=1.0, cloze=0.0, whole=1.0,
)  # fmt: skip
QUESTION = read_question("Nhà máy Sông Xanh có bao nhiêu công nhân năm 2022?")


def test_a_good_sentence_is_likely() -> None:
    assert confidence_of(QUESTION, SENTENCE) > 0.8


@pytest.mark.parametrize(
    "worse",
    [
        replace(SENTENCE, cosine=0.80),
        replace(SENTENCE, coverage=0.3, context=0.4),
        replace(SENTENCE, met=0.5, numbers_met=0.0),  # another year
        replace(SENTENCE, met=0.5, names_met=0.0),  # another factory
    ],
)
def test_what_lowers_it(worse: Sentence) -> None:
    assert 1 - confidence_of(QUESTION, worse) > 2 * (1 - confidence_of(QUESTION, SENTENCE))


def test_nothing_and_the_impossible_are_refused() -> None:
    assert confidence_of(QUESTION, None) == 0.0
    assert confidence_of(QUESTION, replace(SENTENCE, evidence=0.0)) == 0.0
    off_topic = replace(SENTENCE, cosine=0.78, passage_score=0.8, lexical=0.0, coverage=0.1, context=0.1, met=0.2)
    assert confidence_of(QUESTION, off_topic) < ANSWER_THRESHOLD


def test_words_do_not_count_between_languages() -> None:
    asked = read_question("How many workers does the factory have?")
    values = measures(asked, SENTENCE)
    assert (values["across"], values["coverage"], values["context"], values["lexical"]) == (1.0, 0.0, 0.0, 0.0)
    assert measures(QUESTION, SENTENCE)["coverage"] == 0.9


def test_what_is_missed_altogether_leaves_little_whatever_the_rest_says() -> None:
    sure = replace(SENTENCE, read=0.99, answerable=0.99)
    assert confidence_of(QUESTION, sure) > 0.9
    for missed in (replace(sure, numbers_met=0.0), replace(sure, names_met=0.0)):
        assert confidence_of(QUESTION, missed) < ANSWER_THRESHOLD


def test_nobody_is_no_answer_to_who() -> None:
    who = read_question("Ai đứng đầu Nhà máy Sông Xanh?")
    read = replace(SENTENCE, read=0.9, answerable=0.95, evidence=SHORT_NAME)
    assert confidence_of(who, replace(read, answer=None)) < ANSWER_THRESHOLD
    workers = TEXT.index("340 công nhân")
    assert confidence_of(who, replace(read, answer=Span(workers, workers + 13))) < ANSWER_THRESHOLD
    office = TEXT.index("Nhà máy")
    assert confidence_of(who, replace(read, answer=Span(office, office + 7))) > ANSWER_THRESHOLD
    assert confidence_of(who, replace(read, answer=None, evidence=1.0)) > ANSWER_THRESHOLD


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Tại điểm cầu tỉnh có Phó Bí thư Tỉnh ủy Lê Thị Thu Hoa.", False),  # a person and an office are no province
        ("Bà Lê Thị Thu Hoa điều hành điểm cầu Bắc Giang.", True),
    ],
)
def test_an_office_is_no_province(text: str, told: bool) -> None:
    article = Article("a.txt", text, text, "", Metadata("A"), (Span(0, len(text)),))
    best = replace(SENTENCE, article=article, span=Span(0, len(text)), read=0.9, answerable=0.9, evidence=0.5)
    asked = read_question("Bà Lê Thị Thu Hoa là phó bí thư của tỉnh nào?")
    assert (confidence_of(asked, best) > ANSWER_THRESHOLD) is told


def test_a_number_beside_something_else_leaves_little_where_the_reader_found_none() -> None:
    text = "Nhà máy có các tổ công nhân lành nghề ở 02 phân xưởng."
    article = Article("a.txt", text, text, "", Metadata("A"), (Span(0, len(text)),))
    best = replace(SENTENCE, article=article, span=Span(0, len(text)), read=0.95, answerable=0.95, evidence=WRONG_UNIT)
    asked = read_question("Nhà máy có mấy tổ?")
    teams, halls = text.index("các tổ"), text.index("02 phân")
    without = confidence_of(asked, replace(best, answer=Span(teams, teams + 6)))
    beside = confidence_of(asked, replace(best, answer=Span(halls, halls + 13)))
    assert without < ANSWER_THRESHOLD < beside < confidence_of(asked, replace(best, evidence=1.0))


@pytest.mark.parametrize(
    "asked",
    [
        "Tên của vị thứ trưởng phụ trách là gì?",
        "Tổ trưởng Tổ Biên tập tên gì?",
        "What is the name of the deputy minister?",
    ],
)
def test_a_name_may_be_a_persons(asked: str) -> None:
    assert read_question(asked).kind == "person"


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("Ai ký Chỉ thị 43?", "Bà Lê Thị Hoa chủ trì hội nghị về Chỉ thị 43.", False),
        ("Ai ký Chỉ thị 43?", "Bà Lê Thị Hoa ký Chỉ thị 43.", True),
        ("Ai chủ trì hội nghị về Chỉ thị 43?", "Bà Lê Thị Hoa chủ trì hội nghị về Chỉ thị 43.", True),
        ("Nghị quyết ban hành ngày nào?", "Ngày 28/9/2016, tổ khảo sát để xây dựng Nghị quyết.", False),
        ("Nghị quyết ban hành ngày nào?", "Sơ kết Nghị quyết 12-NQ/TW, ngày 28/9/2016.", True),
        ("nhiem ky nay bat dau ngay nao", "Ngày 28/9/2016, nhiệm kỳ bắt đầu.", True),
        ("Tổ đã khảo sát Bộ Y tế ngày nào?", "Ngày 28/9/2016, tổ khảo sát Bộ Văn hóa.", False),
        ("Tổ đã khảo sát Bộ Y tế ngày nào?", "Ngày 28/9/2016, Bộ Chính trị cử tổ khảo sát.", True),
        ("Tổ Biên soạn Trung ương có mấy phòng?", "Tổ Biên soạn Trung ương có 15 phòng.", True),
        ("Ban Tổ chức Trung ương có mấy phòng?", "Ban Tổ chức Tỉnh ủy có 15 phòng.", False),
        ("Ban Tổ chức Tỉnh ủy có mấy phòng?", "Ban Tổ chức Tỉnh ủy có 15 phòng.", True),
        ("ban to chuc trung uong co may phong", "Ban Tổ chức Tỉnh ủy có 15 phòng.", False),
        ("Nghị quyết 25-NQ/TW ban hành ngày nào?", "Sơ kết Quyết định 290-QĐ/TW, ngày 25/2/2010.", False),
        ("What did they ask of the Ministry of Health?", "Tổ đề nghị Bộ Văn hóa nêu hạn chế.", False),
        ("What did they ask of the ministry?", "Tổ đề nghị Bộ Văn hóa nêu hạn chế.", True),
        ("Giá gạo hôm nay bao nhiêu?", "Giá gạo là 15 nghìn đồng.", False),
    ],
)
def test_another_deed_another_ministry_and_today_are_not_told(question: str, text: str, told: bool) -> None:
    article = Article("a.txt", text, text, "", Metadata("A"), (Span(0, len(text)),))
    best = replace(SENTENCE, article=article, span=Span(0, len(text)), read=0.9, answerable=0.9, evidence=1.0)
    assert (confidence_of(read_question(question), best) > ANSWER_THRESHOLD) is told
