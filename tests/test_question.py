"""Reading questions: language, kind, what must be met."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.question import (
    clean,
    fields_asked,
    language_of,
    leans_on_history,
    numbers_of,
    read_question,
    wants_several,
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hội nghị diễn ra ở đâu?", "vi"),
        ("hoi nghi dien ra o dau", "vi"),
        ("Chỉ thị 43", "vi"),
        ("Who chaired the conference in Hà Tĩnh?", "en"),
        ("On what date was Directive 43-CT/TW issued?", "en"),
        ("Quelle est la date de la Décision n° 290 ?", "fr"),
        ("Qu'entend-on par « cadeau » ?", "fr"),
        ("Pourquoi l'a-t-on transférée en lettres ?", "fr"),
        ("2020年12月31日的会议有谁出席?", "zh"),
        ("Wer hat die Sitzung geleitet und wann?", "de"),
        ("Кто написал эту статью?", "ru"),
        ("誰が書きましたか", "ja"),
        ("xam nhap man", "vi"),  # no function word, but syllables of Vietnamese
        ("flood damage", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Đề án được ban hành ngày tháng năm nào?", "date"),
        ("de an duoc ban hanh khi nao", "date"),
        ("When was the plan issued?", "date"),
        ("What did she say when she arrived?", "fact"),
        ("Cơ quan có bao nhiêu người?", "number"),
        ("co quan co may nguoi", "number"),
        ("How many people work there?", "number"),
        ("Ai chủ trì hội nghị?", "person"),
        ("Who chaired it?", "person"),
        ("Vì sao phải hoãn?", "reason"),
        ("Why did those who came leave?", "reason"),  # "who" asks for nobody
        ("Which years does the term cover, the one whose plan is due?", "date"),
        ("Ngoài mấy đề án thì còn chỉ thị gì?", "fact"),  # "mấy" are some
        ("有哪几位领导出席会议?", "person"),
        ("任期是哪几年?", "date"),
        ("Quelles années couvre ce mandat ?", "date"),
        ("Quels documents faut-il lire ?", "list"),
        ("要检查哪几项决定?", "list"),
        ("Họp vào mấy ngày nào?", "date"),
        ("Kế hoạch của các xã đang soạn có tên là gì?", "fact"),
        ("Cơ quan đề xuất những đề án nào?", "list"),
        ("Các đại biểu nói gì về trọng tâm?", "fact"),
        ("câu nói nào được nhắc lại?", "fact"),  # "nói nào" is not "nơi nào"
    ],
)
def test_kind(text: str, kind: str) -> None:
    assert read_question(text).kind == kind


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("Dự ở điểm cầu tỉnh có những ai?", True),
        ("Ông lưu ý những nhiệm vụ trọng tâm nào?", True),
        ("Ong luu y nhung nhiem vu trong tam nao?", True),  # as typed without diacritics
        ("Khảo sát vào những ngày nào?", False),
        ("Hai vị nào phát biểu?", True),
        ("Đoàn khảo sát hai đảng bộ hồi tháng 9 ở thành phố nào?", False),
        ("ba Lan hop ngay nao", False),  # "bà", not three
        ("Kế hoạch của các xã có tên là gì?", False),
        ("Ai dự hội nghị?", True),
        ("Ai chủ trì hội nghị?", False),
        ("Trong số các đề án được nêu, đề án nào dành cho giai đoạn 2022 - 2025?", False),
        ("Trong số những người dự, những ai phát biểu?", True),
        ("任期是哪几年?", False),
    ],
)
def test_whether_several_things_are_wanted(text: str, several: bool) -> None:
    assert wants_several(read_question(text)) is several


def test_what_must_be_met() -> None:
    question = read_question("Ông Trần Văn Bình nói gì về “Quỹ Xanh” trong Quyết định 07-QĐ/TW ngày 3/2/2021?")
    assert question.names == ("Trần Văn Bình",)
    assert question.quoted == ("Quỹ Xanh",)
    assert question.numbers == ("7",)
    assert [(d.day, d.month, d.year) for d in question.dates] == [(3, 2, 2021)]


@pytest.mark.parametrize("name", ["Đặng Văn Điều", "Điểu K’Ré", "Ấn Độ Dương", "Иван Петров", "Nguyễn Đức Anh"])
def test_names_have_any_capital(name: str) -> None:
    assert read_question(f"Vì sao {name} vắng mặt?").names == (name,)


def test_money_is_a_unit_to_meet() -> None:
    assert read_question("Kinh phí là bao nhiêu tỷ đồng?").units[0] == "tỷ đồng"
    assert "%" in read_question("Bao nhiêu phần trăm dân số?").units
    assert read_question("Có bao nhiêu đồng chí?").units == ()


def test_fields_of_an_article() -> None:
    assert fields_asked("Bài này do ai viết, đăng ngày nào?") == ("author", "published")
    assert fields_asked("Which newspaper is the article from?") == ("source",)
    assert fields_asked("Vấn đề nguồn lực ra sao?") == ()
    assert fields_asked("What source of income do farmers have?") == ()


@pytest.mark.parametrize(
    "text", ["Còn ở đó thì sao?", "Thế được giao bao nhiêu?", "What about the other one?", "Khi nào?"]
)
def test_leans_on_history(text: str) -> None:
    assert leans_on_history(read_question(text))


def test_stands_alone() -> None:
    assert not leans_on_history(read_question("Ai chủ trì hội nghị trực tuyến về môi trường năm 2015?"))


@pytest.mark.parametrize("text", ["", "   \n", "?!…", "🙂🙂", "\x00\x01", "\ud800"])
def test_no_words_is_an_error_that_says_so(text: str) -> None:
    with pytest.raises(QuestionError, match=r"type a few words about the articles\.$"):
        read_question(text)


def test_too_long_is_an_error_with_the_numbers() -> None:
    with pytest.raises(QuestionError, match=r"10,000 characters; at most 2,000"):
        read_question("a" * 10_000)


def test_unicode_forms_read_alike() -> None:
    composed, decomposed = "Ai chủ trì hội nghị ở Đồng Tháp?", "Ai chủ trì hội nghị ở Đồng Tháp?"
    import unicodedata

    assert read_question(unicodedata.normalize("NFD", decomposed)) == read_question(composed)


def test_clean() -> None:
    assert clean("Ai\x00  viết\ud800\tbài này?\n") == "Ai viết bài này?"


def test_numbers_without_leading_zeros() -> None:
    assert numbers_of("02 phòng, Nghị quyết 25-NQ/TW, 1.000 người") == ["2", "25", "1.000"]


ROMAN = {"II": 2, "IV": 4, "VI": 6, "VIII": 8, "IX": 9, "XI": 11, "XIII": 13, "XIV": 14, "XV": 15, "XIX": 19, "XXI": 21}


@pytest.mark.parametrize("roman", ROMAN)
def test_roman_numbers_are_numbers(roman: str) -> None:
    assert numbers_of(f"Đại hội lần thứ {roman} họp") == [str(ROMAN[roman])]


def test_a_roman_number_of_one_letter_follows_an_ordinal_and_words_are_none() -> None:
    assert numbers_of("lần thứ X, khu vực thứ V") == ["10", "5"]
    assert numbers_of("VTV, XIM, I, CIII, IIII, vi, xi, Vì XÃ") == []


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        question = read_question(text)
    except QuestionError:
        return
    if not any("a" <= c.lower() <= "z" for c in text):  # "TW" is written out, and "cos" is "có"
        assert question.text == clean(text)
    assert read_question(question.text) == question
    assert all(name in question.text for name in question.quoted)
