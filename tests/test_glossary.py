"""Terms of other languages are told as the passages have them, and only then."""

from __future__ import annotations

import pytest

import rag
from rag.glossary import in_words_of

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
    assert in_words_of(TOLD, asked, "en") == meant


def test_articles_of_another_language_get_no_gloss() -> None:
    question = "How many staff has the board?"
    assert in_words_of(["The board has nine staff."], question, "en") == question


@pytest.mark.parametrize(
    ("asked", "told", "meant"),
    [
        ("Lòng tin của người dân ra sao?", "củng cố niềm tin của nhân dân", "niềm tin của nhân dân ra sao?"),
        ("long tin cua nguoi dan ra sao", "củng cố niềm tin của nhân dân", "niềm tin cua nhân dân ra sao"),
        ("Lòng tin ra sao?", "niềm tin và lòng tin", "Lòng tin ra sao?"),  # which the passages say, too
        ("Lòng tin ra sao?", "một bài khác", "Lòng tin ra sao?"),
    ],
)
def test_what_people_say_is_told_as_newspapers_print_it(asked: str, told: str, meant: str) -> None:
    assert in_words_of([told], asked, "vi") == meant


def test_an_english_question_finds_the_office(seed_assistant: rag.Assistant) -> None:
    answer = seed_assistant.answer("How many staff does the provincial mass mobilization commission have?")
    assert "15 biên chế" in answer.text
