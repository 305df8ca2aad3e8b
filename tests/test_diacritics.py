"""Restoring diacritics from the words of a collection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.diacritics import restore
from rag.lexical import LexicalIndex
from rag.terms import fold

LEXICON = LexicalIndex.build(
    [
        "Ban Dân vận Tỉnh ủy có 25 biên chế.",
        "Tỉnh giao thêm biên chế.",
        "Công tác dân vận của Đảng; cơ quan báo chí đưa tin.",
        "Đàn vịt qua sông, bản làng vắng vẻ, biển chè xanh.",
    ]
)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ban dan van tinh uy co bao nhieu bien che", "ban dân vận tỉnh uỷ có bao nhiêu biên chế"),
        ("dan vit qua song", "đàn vịt qua sông"),  # the same syllable, other neighbours
        ("Co quan bao chi, 25 nguoi?", "cơ quan báo chí, 25 người?"),
        ("hoverboard 43-CT", "hoverboard 43-ct"),  # unknown words stay
        ("", ""),
    ],
)
def test_restores_by_neighbours(typed: str, written: str) -> None:
    assert restore(typed, LEXICON) == written


def test_an_empty_collection_knows_only_the_words_of_questions() -> None:
    assert restore("bao nhieu hoverboard", LexicalIndex.build([])) == "bao nhiêu hoverboard"


@given(st.text(alphabet="abcdeghiklmnopqrstuvxy 0123,.-", max_size=60))
def test_only_diacritics_change(typed: str) -> None:
    assert fold(restore(typed, LEXICON)) == fold(typed)
