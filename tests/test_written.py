"""Sentences cut from what a model writes, as it comes."""

from __future__ import annotations

import pytest

from rag.written import Cutter, Written


def cut(text: str, size: int) -> list[Written]:
    cutter = Cutter()
    found = [each for i in range(0, len(text), size) for each in cutter.feed(text[i : i + size])]
    return [*found, *cutter.finish()]


@pytest.mark.parametrize("size", [1, 3, 7, 1_000])
def test_sentences_come_with_their_marks_however_the_pieces_fall(size: int) -> None:
    text = "**Ban** có 15 biên chế. [1][2] Tỉnh có 3 huyện [3]. \n\n- Một là đường. [1, 4]\n- Hai là nước.\n"
    assert cut(text, size) == [
        Written("Ban có 15 biên chế.", (1, 2), line=True),
        Written("Tỉnh có 3 huyện.", (3,)),
        Written("Một là đường.", (1, 4), line=True, item=True),
        Written("Hai là nước.", (), line=True, item=True),
    ]


def test_a_sentence_is_given_only_when_it_is_complete() -> None:
    cutter = Cutter()
    assert list(cutter.feed("Ban có 15 biên chế. [1")) == []
    assert list(cutter.feed("]")) == []
    assert [each.text for each in cutter.feed(" Tỉnh")] == ["Ban có 15 biên chế."]


@pytest.mark.parametrize("size", [1, 4, 1_000])
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Xem ![ảnh](http://evil.example/a.png?q=1) này.", "Xem này."),
        ("Xem [bài. Viết](https://evil.example/x) này.", "Xem này."),
        ("Xem https://evil.example/?q=abc này.", "Xem này."),
        ('Xem <img src="http://evil.example/a. B"> này.', "Xem này."),
        ("<script>fetch('http://evil.example')</script>Xem này.", "Xem này."),
        ("<think>Hmm. Let me see.</think>Xem này.", "Xem này."),
        ("Xem này.<|im_end|>", "Xem này."),
    ],
)
def test_links_images_tags_and_thoughts_are_dropped(text: str, left: str, size: int) -> None:
    assert " ".join(each.text for each in cut(text, size)) == left


def test_nothing_but_marks_and_signs_is_no_sentence() -> None:
    assert cut("[1] … ``` ***", 2) == []
