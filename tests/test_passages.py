from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.articles import read_folder
from rag.passages import body_sentences, count_words, cut, reading
from rag.types import Article, Metadata, Span

SEEDS = Path(__file__).parents[1] / "seeds"


def article(text: str, title_span: Span | None = None) -> Article:
    return Article("a.txt", text, text, "", Metadata("a", title_span=title_span), (Span(0, len(text)),))


def words(number: int, word: str = "từ") -> str:
    return " ".join([word] * number)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("công tác dân vận", 4), ("Xanh - Sạch - Đẹp", 3), ("数据库中", 2), ("a" * 41, 3), ("… !", 0)],
)
def test_count_words(text: str, expected: int) -> None:
    assert count_words(text) == expected


@pytest.mark.parametrize("one", read_folder(SEEDS)[0], ids=lambda a: a.id[:3])
def test_passages_of_the_seeds(one: Article) -> None:
    passages = cut(one)
    sentences = body_sentences(one)
    assert sorted({s for p in passages for s in p.sentences}) == sentences
    for passage in passages:
        assert passage.text == one.text[passage.start : passage.end]
        assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
        assert 80 <= sum(count_words(one.plain[s.start : s.end]) for s in passage.sentences) <= 200
    for before, after in pairwise(passages):
        assert before.sentences[-1] in after.sentences or before.sentences[-1].end <= after.start
    assert one.metadata.title_span is not None
    assert not any(s.start < one.metadata.title_span.end for s in sentences)


def test_neighbours_share_a_sentence() -> None:
    text = " ".join(f"Câu {i} {words(58)}." for i in range(6))
    shared = [[int(re.findall(r"Câu (\d)", text[s.start : s.end])[0]) for s in p.sentences] for p in cut(article(text))]
    assert shared == [[0, 1, 2], [2, 3, 4], [4, 5]]


def test_a_passage_ends_with_its_paragraph_once_it_is_long_enough() -> None:
    text = f"A {words(49)}.\n\nB {words(49)}.\n\nC {words(49)}.\n\nD {words(49)}."
    assert [re.findall("[A-D]", p.text) for p in cut(article(text))] == [["A", "B"], ["B", "C"], ["C", "D"]]


def test_a_sentence_that_is_too_long_is_cut_at_its_best_marks() -> None:
    text = f"{words(90)}, {words(60)}; {words(90)}, {words(60)}."
    assert [text[s.start : s.end] for s in body_sentences(article(text))] == text.replace("; ", ";\n").split("\n")
    assert [count_words(p.text) for p in cut(article(words(450)))] == [200, 200, 50]
    assert [s.end - s.start for s in body_sentences(article("中" * 1000))] == [400, 400, 200]


def test_a_short_article_and_a_title_alone() -> None:
    assert [p.text for p in cut(article("Một câu."))] == ["Một câu."]
    assert [p.text for p in cut(article("Chỉ có tên", Span(0, 10)))] == ["Chỉ có tên"]
    assert cut(article("")) == []


def test_reading_leaves_out_what_was_dropped() -> None:
    one = Article("a", "Một.\nMENU\nHai.", "Một.\n    \nHai.", "", Metadata("a"), (Span(0, 4), Span(10, 14)))
    [passage] = cut(one)
    assert passage.text == one.text
    assert reading(one, Span(passage.start, passage.end)) == "Một. Hai."


def test_sizes_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="need 0 < min_words <= max_words"):
        cut(article("a"), min_words=5, max_words=4)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["từ", "dài;", "câu.", "Câu", "中文。", "\n\n", "a,b", "x" * 50, ":", "…"]), max_size=150),
    st.integers(1, 6),
    st.integers(6, 20),
)
def test_every_sentence_is_in_a_passage_and_none_is_too_long(parts: list[str], least: int, most: int) -> None:
    one = article(" ".join(parts))
    passages = cut(one, min_words=least, max_words=most)
    assert sorted({s for p in passages for s in p.sentences}) == body_sentences(one, max_words=most)
    covered = {i for p in passages for s in p.sentences for i in range(s.start, s.end)}
    assert {i for i, c in enumerate(one.text) if not c.isspace()} <= covered
    for passage in passages:
        assert passage.text == one.text[passage.start : passage.end]
        assert sum(count_words(one.text[s.start : s.end]) for s in passage.sentences) <= most
    assert [p.start for p in passages] == sorted({p.start for p in passages})
