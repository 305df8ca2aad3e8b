from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.terms import JOINER, fold, has_diacritics, syllables, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chỉ thị 43-CT/TW", ["chỉ", "thị", "43", "ct", "tw"]),
        ("Chỉ thị số 05 CT/TW", ["chỉ", "thị", "số", "5", "ct", "tw"]),
        ("ngày 02/03/2021", ["ngày", "2", "3", "2021"]),
        ("1.000 người, 1,000 people, 1.5 m, 00", ["1000", "người", "1000", "people", "1", "5", "m", "0"]),
        ("cụ thể hoá, cụ thể hóa", ["cụ", "thể", "hoá", "cụ", "thể", "hoá"]),
        ("Thúy Thuý ủy uỷ khỏe khoẻ quý", ["thuý", "thuý", "uỷ", "uỷ", "khoẻ", "khoẻ", "quý"]),
        ("Điểu K’Ré", ["điểu", "k", "ré"]),
        ("khóa XII", ["khoá", "xii"]),
        ("数据库 API", ["数", "据", "库", "api"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("２０２１ ﬁne", ["2021", "fine"]),
        (f"c{JOINER}{JOINER}án bộ\u00ad", ["cán", "bộ"]),
        ("", []),
        ("\x00 \ud800 😀 ?!…", []),
    ],
)
def test_syllables(text: str, expected: list[str]) -> None:
    assert syllables(text) == expected


def test_terms_are_syllables_then_pairs() -> None:
    assert terms("Công tác dân vận") == ["công", "tác", "dân", "vận", "công_tác", "tác_dân", "dân_vận"]
    assert terms("Đảng uỷ", folded=True) == ["dang", "uy", "dang_uy"]
    assert terms("库") == ["库"]


def test_a_question_finds_a_document_number_in_part_and_as_a_whole() -> None:
    document = set(terms("quán triệt Chỉ thị 43-CT/TW ngày 14/5/2015"))
    assert set(terms("Chỉ thị 43")) <= document
    assert set(terms("43-CT/TW")) <= document
    assert "43_kl" in terms("43-KL/TW")
    assert "43_kl" not in document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đảng bộ", "dang bo"),
        ("CAFÉ", "cafe"),
        ("Straße", "strasse"),
        ("२ हिन्दी", "२ हिन्दी"),
        ("한국", "한국"),
        ("Øl", "ol"),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_has_diacritics() -> None:
    assert [has_diacritics(t) for t in ("dân vận", "dan van", "Đ", "café", "", "43")] == [
        True,
        False,
        True,
        True,
        False,
        False,
    ]


@given(st.text())
def test_any_text_is_tokenised_without_failing(text: str) -> None:
    for term in terms(text) + terms(text, folded=True):
        assert term
        assert not any(c.isspace() for c in term)


@given(st.text(alphabet="aăâđeêioôơuưyáàảãạấắếốớứýýbcghklmnpqrstvx ATĐ0123456789-/."))
def test_composed_and_decomposed_texts_have_the_same_terms(text: str) -> None:
    assert terms(unicodedata.normalize("NFD", text)) == terms(unicodedata.normalize("NFC", text))


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
