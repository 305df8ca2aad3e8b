"""The page's strings in both languages, dates and ages, and the questions that it proposes."""

from __future__ import annotations

import re
import string
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import rag
from rag.answer import Assistant
from rag.chat.examples import example_questions, next_questions, shared_topic
from rag.chat.wording import LANGUAGES, preferred_language, wording
from tests.stand_in import make_article

PACKAGE = Path(rag.__file__).parent
TABLE = yaml.safe_load((PACKAGE / "data" / "page.yaml").read_text(encoding="utf-8"))
SOURCES = [*(PACKAGE / "chat").glob("*.py"), *(PACKAGE / "chat" / "static").glob("*.*")]


def test_both_languages_say_everything_and_fill_in_the_same() -> None:
    def blanks(text: str) -> set[str | None]:
        return {field for _, field, _, _ in string.Formatter().parse(text)} - {None}

    for name, forms in TABLE.items():
        assert set(forms) == set(LANGUAGES), name
        assert all(isinstance(text, str) and text.strip() for text in forms.values()), name
        assert len({frozenset(blanks(text)) for text in forms.values()}) == 1, name
    for language in LANGUAGES:
        assert len(wording(language)["months"].split()) == 12


def test_every_string_that_is_used_is_in_the_table_and_every_one_there_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    asked = set(re.findall(r'words\["(\w+)"\]|words\.counted\("(\w+)"|data-(?:text|label|placeholder)="(\w+)"', code))
    asked |= set(re.findall(r"say\('(\w+)'\)|fill\('(\w+)'", code))
    used = {name for found in asked for name in found if name}
    assert used <= set(TABLE), used - set(TABLE)
    unused = {name for name in TABLE if not re.search(rf"""['".]{name}\b""", code)}
    assert unused - {"sure", "likely", "unsure"} == set()  # words[confidence_in_words(…)]


def test_no_visible_text_stands_in_the_markup_itself() -> None:
    for path in (PACKAGE / "chat" / "static").glob("*.html"):
        assert re.sub(r"<[^>]*>", "", path.read_text(encoding="utf-8")).strip() == "", path.name


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"), ("", "en"), ("vi", "vi"), ("vi-VN,vi;q=0.9,en;q=0.8", "vi"), ("en-GB,en;q=0.9,vi;q=0.8", "en"),
        ("fr,vi;q=0.1", "vi"), ("de", "en"), ("vi;q=0,en;q=0.2", "en"), ("vi;q=x", "en"), (";;,=,q", "en"),
        ("VI", "vi"), ("vie", "en"),
    ],
)  # fmt: skip
def test_the_page_speaks_the_browsers_language(header: str | None, language: str) -> None:
    assert preferred_language(header) == language


def test_dates_and_ages_are_written_as_the_language_does() -> None:
    day = date(2021, 3, 2)
    assert wording("vi").day(day) == "2/3/2021"
    assert wording("en").day(day) == "2 March 2021"
    ages = [(0, "today"), (1, "1 day ago"), (45, "45 days ago"), (61, "2 months ago"), (366, "12 months ago")]
    ages += [(731, "2 years ago"), (1826, "4 years ago"), (1827, "5 years ago"), (-1, "a date still to come")]
    for days, said in ages:
        assert wording("en").age(date.fromordinal(day.toordinal() - days), today=day) == said
    assert wording("vi").age(date(2016, 3, 1), today=day) == "5 năm trước"
    assert wording("en").counted("articles_count", 1) == "1 article"
    assert wording("en").counted("articles_count", 2) == "2 articles"
    assert wording("vi").counted("articles_count", 1) == "1 bài viết"


def test_examples_come_from_the_articles() -> None:
    articles = [
        make_article("a", "x", title="Rice export grows", author="Ann"),
        make_article("b", "x", title="Why rice export slows", published=date(2024, 5, 6), author="Bo"),
    ]
    assert example_questions(articles, "en") == (
        "Who wrote “Why rice export slows”, and when was it published?",
        "Which articles mention rice export?",
        "Có những bài viết nào?",
    )
    assert example_questions([make_article("a", "x", title="T" * 500)], "vi") == ("Có những bài viết nào?",)
    assert example_questions([], "vi") == ()


@given(st.lists(st.text(max_size=60), max_size=5))
def test_a_shared_topic_is_in_two_titles_or_there_is_none(titles: list[str]) -> None:
    topic = shared_topic(titles)
    if topic is not None:
        words = topic.split()
        assert sum(all(word in title.lower() for word in words) for title in titles) >= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_questions_are_answered(seed_assistant: Assistant, language: str) -> None:
    questions = example_questions(seed_assistant.articles, "vi" if language == "vi" else "en")
    assert [question for question in questions if seed_assistant.answer(question).abstained] == []


@pytest.mark.parametrize("question", ["Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?", "Ai vô địch World Cup 2022?"])
def test_what_is_proposed_after_an_answer_or_a_refusal_is_answered(seed_assistant: Assistant, question: str) -> None:
    answer = seed_assistant.answer(question)
    proposed = next_questions(answer, seed_assistant.articles, "vi")
    assert len(proposed) == 3
    assert [each for each in proposed if seed_assistant.answer(each).abstained] == []
    assert proposed[0] not in next_questions(answer, seed_assistant.articles, "vi", asked=proposed[:1])
