"""Names by their shape."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.names import names_in, numbered_in


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in names_in(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ông Đặng Văn Điều gặp Điểu K’Ré ở Hà Nội.", ["Ông Đặng Văn Điều", "Điểu K’Ré", "Hà Nội"]),
        ("Trần\u00a0Quốc Vượng, Lê Hồng Anh; Ấn Độ", ["Trần\u00a0Quốc Vượng", "Lê Hồng Anh", "Ấn Độ"]),
        ("Tại hội nghị, Đảng bộ họp.", []),
        ("Câu trước. Sau Đó", ["Sau Đó"]),  # a full stop parts names
        ("dòng một Hà\nNội", []),  # and so does a line
        ("встретил Иван Петров и Jane Doe", ["Иван Петров", "Jane Doe"]),
        ("", []),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_decomposed_letters_are_letters() -> None:
    text = "gặp Đặng Văn Điều hôm qua"
    assert found(unicodedata.normalize("NFD", text)) == [unicodedata.normalize("NFD", "Đặng Văn Điều")]


@given(st.text(max_size=200))
def test_every_word_of_a_name_has_a_capital(text: str) -> None:
    for name in found(text):
        assert all(word[0].isupper() for word in name.replace("\u00a0", " ").split())


def test_what_bears_a_number_is_found_whole() -> None:
    text = "Quyết định 290-QĐ/TW, Đề án 06, khoá 3 và K2 ngày 9/7/2015."
    found = [text[span.start : span.end] for span in numbered_in(text)]
    assert found == ["290-QĐ/TW", "06", "3", "9/7/2015"]
