from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.composed import compose
from rag.types import Span


@pytest.mark.parametrize("text", ["Hoàng Phong", "한국어 기사", "Ω ≠ ề", "का की"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_are_found_where_they_are_written(text: str, form: Literal["NFC", "NFD"]) -> None:
    written = unicodedata.normalize(form, f"Bài của {text}, năm qua.")
    composed = compose(written)
    at = composed.text.index(wanted := unicodedata.normalize("NFC", text))
    span = composed.written(Span(at, at + len(wanted)))
    assert written[span.start : span.end] == unicodedata.normalize(form, text)


@given(st.text() | st.text(alphabet="aeou\u0300\u0301\u0302\u0323\u1100\u1161\u11a8\u093c\u0915 \u2060"))
def test_the_copy_is_nfc_and_covers_the_text(text: str) -> None:
    composed = compose(text)
    assert unicodedata.normalize("NFC", composed.text) == unicodedata.normalize("NFC", text)
    assert composed.written(Span(0, len(composed.text))) == Span(0, len(text))
    edges = [composed.written(Span(i, len(composed.text))).start for i in range(len(composed.text) + 1)]
    assert edges == sorted(edges)
