"""Terms of other languages are told as the passages have them, and only then."""

from __future__ import annotations

import pytest

import rag
from rag.glossary import glossed

TOLD = ["Mặt trận Tổ quốc có 9 biên chế, Ban Dân vận có 7."]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (
            "How many staff has the Fatherland Front?",
            "How many biên chế has the Mặt trận Tổ quốc?",
        ),
        ("the Mass Mobilisation Board", "the Ban Dân vận"),  # the longest phrase
        ("祖国阵线有多少编制?", "Mặt trận Tổ quốc有多少biên chế?"),
        ("祖国阵线民运部", "Mặt trận Tổ quốc Ban Dân vận"),  # two words side by side
        ("What does the Politburo say?", "What does the Politburo say?"),  # no passage tells of it
        ("Who leads Mặt trận Tổ quốc, the Fatherland Front?", "Who leads Mặt trận Tổ quốc, the Fatherland Front?"),
        ("", ""),
    ],
)
def test_what_the_passages_have_is_told(asked: str, meant: str) -> None:
    assert glossed(asked, TOLD) == meant


def test_articles_of_another_language_get_no_gloss() -> None:
    assert glossed("How many staff has the board?", ["The board has nine staff."]) == "How many staff has the board?"


def test_an_english_question_finds_the_office(seed_assistant: rag.Assistant) -> None:
    answer = seed_assistant.answer("How many staff does the provincial mass mobilization commission have?")
    assert "15 biên chế" in answer.text
