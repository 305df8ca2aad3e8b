"""The fixed words of answers, in each language, and how days are written."""

from __future__ import annotations

from datetime import date

import pytest

from rag.tables import read_words
from rag.wording import wording, written_day


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("vi", "02/03/2021"),
        ("en", "2 March 2021"),
        ("fr", "2 mars 2021"),
        ("zh", "2021年3月2日"),
        ("xx", "2 March 2021"),
    ],
)
def test_a_day_is_written_as_the_language_does(language: str, written: str) -> None:
    assert written_day(date(2021, 3, 2), language) == written


def test_every_language_has_every_word_and_twelve_months() -> None:
    table = read_words("answers")
    for language in table:
        assert table[language].keys() == table["en"].keys()
        assert len(wording(language)["months"].split()) == 12
