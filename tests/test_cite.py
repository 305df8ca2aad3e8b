"""Quotes are slices of files: composing, citing, verifying."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rag.articles import read_folder
from rag.cite import Quotation, Statement, compose, verify
from rag.errors import CitationError
from rag.types import Answer, Article, Span, Trace


@pytest.fixture
def article(tmp_path: Path) -> Article:
    text = (
        "The Harvest of 2020\n\nBy Jane Doe\nMarch 3, 2021\n\n"
        "The rice harvest\u00a0rose by 5 % in 2020. Nobody had expected it.\n"
    )
    (tmp_path / "harvest.txt").write_text(text, encoding="utf-8")
    articles, _ = read_folder(tmp_path)
    return articles[0]


def _span(article: Article, words: str) -> Span:
    start = article.text.index(words)
    return Span(start, start + len(words))


def _answer(text: str, citations: tuple[object, ...]) -> Answer:
    return Answer("?", text, citations, False, 0.9, "en", (), Trace())  # type: ignore[arg-type]


def test_compose_numbers_in_reading_order(article: Article) -> None:
    first = Quotation(article, _span(article, "Nobody had expected it."))
    second = Quotation(article, _span(article, "The rice harvest\u00a0rose by 5 %"))
    text, citations = compose(
        [Statement(first, label="A: "), Statement(second, cut=(False, True)), Statement(first)], heading="Two things:"
    )
    assert text == (
        "Two things:\nA: Nobody had expected it. [1]\nThe rice harvest rose by 5 % … [2]\nNobody had expected it. [1]"
    )
    assert [c.marker for c in citations] == [1, 2]
    assert citations[1].quote == "The rice harvest\u00a0rose by 5 %"  # the file's own blank
    assert (citations[0].title, citations[0].author, citations[0].published) == (
        "The Harvest of 2020",
        "Jane Doe",
        date(2021, 3, 3),
    )


def test_same_fact_has_several_marks(article: Article) -> None:
    one, other = (Quotation(article, _span(article, words)) for words in ("rose by 5 %", "in 2020."))
    text, citations = compose([Statement(one, same=(other,))])
    assert text == "rose by 5 % [1][2]"
    assert [c.quote for c in citations] == ["rose by 5 %", "in 2020."]


@pytest.mark.parametrize("span", [Span(-1, 4), Span(5, 5), Span(0, 10_000)])
def test_a_span_outside_the_file_is_a_fault(article: Article, span: Span) -> None:
    with pytest.raises(CitationError, match=r"harvest\.txt"):
        compose([Statement(Quotation(article, span))])


def test_verify_sees_what_happened_since(article: Article, tmp_path: Path) -> None:
    text, citations = compose([Statement(Quotation(article, _span(article, "rose by 5 %")))])
    answer = _answer(text, citations)
    assert verify(answer, tmp_path)

    path = tmp_path / "harvest.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("5 %", "6 %"), encoding="utf-8")
    changed = verify(answer, tmp_path)
    assert not changed
    assert changed.problems == (
        f"[1] harvest.txt[{citations[0].start}:{citations[0].end}] no longer says 'rose by 5 %'.",
    )

    path.unlink()
    assert "can't be read" in verify(answer, tmp_path).problems[0]


def test_verify_stays_in_the_folder(article: Article, tmp_path: Path) -> None:
    from dataclasses import replace

    text, citations = compose([Statement(Quotation(article, _span(article, "rose by 5 %")))])
    outside = _answer(text, (replace(citations[0], article_id="../secret.txt"),))
    assert "is outside the folder" in verify(outside, tmp_path).problems[0]


def test_verify_raises_nothing(article: Article, tmp_path: Path) -> None:
    from dataclasses import replace

    text, citations = compose([Statement(Quotation(article, _span(article, "rose by 5 %")))])
    odd = (
        replace(citations[0], article_id="a\0b"),
        replace(citations[0], article_id="no/such/file.txt"),
        replace(citations[0], quote="", start=900, end=901),
    )
    assert len(verify(_answer(text, odd), tmp_path).problems) == 3


def test_the_articles_own_brackets_are_no_marks(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Notes on rivers\n\nThe river rose in May.[7] It fell in June.\n", encoding="utf-8")
    (noted,), _ = read_folder(tmp_path)
    text, citations = compose([Statement(Quotation(noted, _span(noted, "rose in May.[7]")))])
    assert text == "rose in May.［7］ [1]"
    assert citations[0].quote == "rose in May.[7]"
