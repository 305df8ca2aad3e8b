"""Which words of a question a sentence has, and what it must meet."""

from __future__ import annotations

from datetime import date

import pytest

from rag.lexical import LexicalIndex
from rag.question import read_question
from rag.select import share_held
from rag.types import Article, Metadata, Span
from rag.wanted import MET_ELSEWHERE, Wanted

TEXTS = [
    "Đoàn khảo sát tại Bảo hiểm xã hội Việt Nam trong năm 2016.",
    "Sở Y tế Nghệ An có 340 cán bộ.",
    "Ban Dân vận họp bàn về công tác năm 2021.",
]
VOCABULARY = LexicalIndex.build([*TEXTS, "Ban Dân vận đi cơ sở.", "Ban Dân vận tổng kết.", "Ban Dân vận nghe báo cáo."])


def article(text: str) -> Article:
    return Article("a.txt", text, text, "", Metadata("Báo cáo"), (Span(0, len(text)),))


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("khảo sát Bảo hiểm xã hội", 1.0),
        ("khao sat bao hiem xa hoi", 1.0),  # typed without diacritics
        ("khảo sát bhxh", 0.9),  # words in a row whose first letters it is
        ("khao sat BHXH", 0.75),  # but the two never stand side by side
        ("nghiên cứu khoa học", 0.0),
    ],
)
def test_share_of_words(question: str, share: float) -> None:
    assert share_held(read_question(question), TEXTS[0], VOCABULARY) == pytest.approx(share, abs=0.11)


@pytest.mark.parametrize(
    ("question", "text", "numbers", "names"),
    [
        ("Sở Y tế Nghệ An có 340 cán bộ?", TEXTS[1], [1.0], [1.0]),
        ("Sở Y tế Nghệ An có 341 cán bộ?", TEXTS[1], [0.0], [1.0]),
        ("Vì sao Sở Y tế Hà Tĩnh thiếu cán bộ?", TEXTS[1], [], [0.0]),
        ("Vì sao Bảo hiểm xã hội Việt Nam họp năm 2017?", TEXTS[0], [0.0], [1.0]),
        ("Vì sao Bảo hiểm xã hội Việt Nam họp năm 2016?", TEXTS[0], [1.0], [1.0]),
    ],
)
def test_numbers_dates_and_names_are_to_be_met(
    question: str, text: str, numbers: list[float], names: list[float]
) -> None:
    wanted = Wanted.of(read_question(question), VOCABULARY)
    assert wanted.number_checks(text, article(text)) == numbers
    assert wanted.name_checks(text, article(text))[-1:] == names


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Sau tổng kết Đề án, Tỉnh ủy ban hành Kết luận số 03.", 0.8),  # the one just named
        ("Tỉnh ủy ban hành Kết luận số 03.", 0.0),
        ("Tổng kết Đề án số 08 và ban hành Kết luận số 03.", 0.0),
    ],
)
def test_a_document_is_spoken_of_without_its_number(text: str, met: float) -> None:
    wanted = Wanted.of(read_question("hội thảo sau khi tổng kết đề án 06 ở cấp nào?"), VOCABULARY)
    assert wanted.number_checks(text, article(f"Ban tổng kết Đề án số 06. {text}")) == [met]


@pytest.mark.parametrize(
    ("question", "checks"),
    [
        ("Quyết định 217-QĐ/TW nói về gì?", [0.0]),  # what stands there is of another document
        ("Sau Quyết định 217-QĐ/TW đã mở bao nhiêu lớp?", [MET_ELSEWHERE]),  # it only names another, too
    ],
)
def test_the_number_of_another_document_is_not_met_by_what_that_says(question: str, checks: list[float]) -> None:
    whole = "Quyết định 217-QĐ/TW về giám sát. Sau đó đã mở 2 lớp và ra Kết luận 03-KL/TU về góp ý."
    wanted = Wanted.of(read_question(question), VOCABULARY)
    assert wanted.number_checks(whole[whole.index("Sau") :], article(whole)) == checks


@pytest.mark.parametrize(
    ("question", "checks", "told"),
    [
        ("Chỉ thị 05 nói về gì?", [MET_ELSEWHERE], False),  # the five stands there, of years
        ("What is Directive 05 about?", [MET_ELSEWHERE], False),
        ("Quyết định số 290 nói về gì?", [1.0], True),
        ("Quyet dinh 290 noi ve gi?", [1.0], True),
        ("Mấy phòng trong 5 năm?", [1.0], True),  # no document
    ],
)
def test_the_number_of_a_document_is_no_other_number(question: str, checks: list[float], told: bool) -> None:
    text = "Sơ kết 5 năm thực hiện Quyết định 290-QĐ/TW ở các phòng."
    wanted = Wanted.of(read_question(question), VOCABULARY)
    assert wanted.number_checks(text, article(text)) == checks
    assert wanted.numbers_told(text) is told


def test_a_date_without_a_year_is_of_the_year_of_publication() -> None:
    text = "Ngày 9/7, Sở họp. Năm 2014 không họp."
    told = Article("a.txt", text, text, "", Metadata("Họp", date(2015, 7, 13)), (Span(0, len(text)),))
    days = ("Ai họp ngày 9/7/2015?", "Ai họp ngày 9/7/2014?")
    assert [Wanted.of(read_question(day), VOCABULARY).number_checks(text, told) for day in days] == [[1.0], [0.0]]


@pytest.mark.parametrize(
    ("question", "checks"),
    [
        ("Năm 2021 Sở mở bao nhiêu lớp?", [0.0]),  # what is told is of 2020
        ("Năm 2020 Sở mở bao nhiêu lớp?", [1.0]),
        ("Năm 2021 Sở làm gì?", [MET_ELSEWHERE]),
    ],
)
def test_how_many_there_were_in_another_year_is_missed(question: str, checks: list[float]) -> None:
    text = "Năm 2020, Sở mở 9 lớp."
    whole = f"{text} Năm 2021 sẽ tổng kết."
    told = Article("a.txt", whole, whole, "", Metadata("Họp", date(2020, 12, 31)), (Span(0, len(whole)),))
    assert Wanted.of(read_question(question), VOCABULARY).number_checks(text, told) == checks


@pytest.mark.parametrize(
    ("question", "checks"),
    [
        ("Năm 2018 Sở có mấy phòng?", [0.0]),  # which is told of elsewhere
        ("Năm 2019 Sở có mấy phòng?", [MET_ELSEWHERE]),
        ("Năm 2020 Sở có mấy phòng?", [MET_ELSEWHERE]),
        ("Trong tháng 7/2018 Sở có mấy phòng?", [MET_ELSEWHERE]),
    ],
)
def test_a_year_is_told_around_the_sentence_or_is_the_article_s(question: str, checks: list[float]) -> None:
    around = "Năm 2019, Sở chuyển về Huế. Sở có ba phòng."
    whole = f"Sở họp ngày 5/1/2020. {around} Tháng 7/2018, Sở mở lớp."
    told = Article("a.txt", whole, whole, "", Metadata("Họp", date(2020, 1, 5)), (Span(0, len(whole)),))
    assert Wanted.of(read_question(question), VOCABULARY).number_checks("Sở có ba phòng.", told, around) == checks


def test_a_day_is_no_number_of_a_document() -> None:
    text = "Nghị quyết 26-NQ/TW ban hành ngày 25/2/2010."
    wanted = Wanted.of(read_question("Nghị quyết 25-NQ/TW nói gì?"), VOCABULARY)
    assert wanted.number_checks(text, article(text)) == [0.0]
    assert Wanted.of(read_question("What happened in mid-2010?"), VOCABULARY).number_checks(text, article(text)) == [
        1.0
    ]


def test_a_number_of_one_digit_may_be_a_word_and_a_name_may_be_shortened() -> None:
    text = "Sở có ba phòng, họp với Bộ Văn hóa, Thể thao."
    wanted = Wanted.of(read_question("Vì sao 3 phòng của Sở họp với Bộ VHTT?"), VOCABULARY)
    assert wanted.number_checks(text, article(text)) == [0.5]
    assert wanted.name_checks(text, article(text)) == [0.5]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who heads the Song Xanh Garment Plant?", ()),  # which is spelt otherwise in Vietnamese
        ("Who is Lê Thị Hoa?", (" lê thị hoa ",)),
    ],
)
def test_of_names_in_another_language_only_vietnamese_ones_are_to_be_met(question: str, names: tuple[str, ...]) -> None:
    assert Wanted.of(read_question(question), VOCABULARY).names == names


def test_the_holder_of_another_office_is_missed() -> None:
    bearer, deputy = "Bí thư Tỉnh ủy Lê Thị Hoa chủ trì.", "Phó Bí thư Tỉnh ủy Lê Thành Long dự."
    whole = article(f"{bearer} {deputy}")
    wanted = Wanted.of(read_question("Ai là Bí thư Tỉnh ủy?"), VOCABULARY)
    assert wanted.names_offices(bearer, whole)
    assert not wanted.names_offices(deputy, whole)
    assert Wanted.of(read_question("Ai chủ trì?"), VOCABULARY).names_offices(deputy, whole)


def test_an_office_that_the_article_never_names_is_missed() -> None:
    text = "Đoàn làm việc với một thứ trưởng."
    wanted = [Wanted.of(read_question(f"{office} nói gì?"), VOCABULARY) for office in ("Bộ trưởng", "Thứ trưởng")]
    assert [each.names_offices(text, article(text)) for each in wanted] == [False, True]
    english = Wanted.of(read_question("What did the minister say?"), VOCABULARY)
    assert not english.names_offices(text, article(text))
    text = "The mission worked with a vice minister."  # told in English
    assert english.names_offices(text, article(text))


def test_a_rare_name_weighs_more_than_an_office() -> None:
    wanted = Wanted.of(read_question("Vì sao Ban Dân vận ở Hà Tĩnh họp?"), VOCABULARY)
    assert wanted.names == (" ban dân ", " hà tĩnh ")
    assert wanted.met([1.0, 0.0]) < 0.5


@pytest.mark.parametrize(
    ("question", "strange"),
    [
        ("Bộ Tài chính họp hôm nào?", True),
        ("Sở Y tế có bao nhiêu cán bộ?", False),
        ("Ban Dân vân họp bàn gì?", False),  # a slip of the tone
        ("Bộ VHTT họp hôm nào?", False),  # an abbreviation has checks of its own
        ("bo tai chinh hop hom nao", False),  # where no name can be told
        ("Đại hội Đảng lần thứ mấy?", False),
    ],
)
def test_a_body_that_no_text_names_is_missed(question: str, strange: bool) -> None:
    wanted = Wanted.of(read_question(question), VOCABULARY)
    assert wanted.strange is strange
    assert wanted.names_offices(TEXTS[1], article(TEXTS[1])) is not strange


def test_a_body_may_have_another_name_in_an_article_in_another_language() -> None:
    text = "The Ministry of Finance met in the city, and the delegates of all the provinces were there."
    assert Wanted.of(read_question("Bộ Tài chính họp hôm nào?"), VOCABULARY).names_offices(text, article(text))
