from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import NEWLINES, blocks, split_sentences

WRAPPED = """\
It was the best of times, it was the worst of times, it was the age of
wisdom, it was the age of foolishness, it was the epoch of belief, it
was the epoch of incredulity, as far as we can tell today. Mr. Smith
of the U.S. Senate came.

A new paragraph."""


def sentences(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split_sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["Ông sống ở TP. Hồ Chí Minh.", "GS.TS. Lê A nói.", "Th.S Lê B. Trần mang vở, v.v.", "Các em về."],
        ["Ảnh: N. Diễm"],
        ["Họp ngày 02/3/2021.", "Có 1.000 người (theo Baohatinh.vn).", "Xem https://a.b/c.d?x=1 đã."],
        ["Hết./.", "Kịp thời…/.", "Xong."],
        ["Sau đó… anh đi.", "Giá gạo, điện..).", "Công tác được tăng cường...", "Các ý kiến đều nhất trí."],
        ["“Đúng vậy.”", "Ông nói.", '"Yes." she said.', '(He left.)', "Why?!", "“Năm Dân vận khéo\" 2020."],
        ["Điều 5. Phạm vi áp dụng.", "Luật này có hiệu lực."],
        ["See Dr. J. K. Hill at 5 p.m. today, e.g. in No. 5.", "Then go."],
    ],
)  # fmt: skip
def test_sentences_on_one_line(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


def test_chinese_needs_no_blank() -> None:
    assert sentences("你好。我很好！“是吗？”他说。") == ["你好。", "我很好！", "“是吗？”", "他说。"]


def test_a_line_broken_at_an_index_goes_on() -> None:
    text = "Chambers under high pressure raise the share of O\n2 around the patient. The room is full of CO\n2, too."
    assert sentences(text) == [text[: text.index(" The")], text[text.index("The") :]]
    listed = "The offices that took part in the count are of the BDK\n2 Bình Dương\n3 Hà Nội"
    assert sentences(listed) == listed.split("\n")


def test_lines_wrapped_by_hand_are_joined() -> None:
    assert sentences(WRAPPED) == [
        WRAPPED[: WRAPPED.index(" Mr.")],
        "Mr. Smith\nof the U.S. Senate came.",
        "A new paragraph.",
    ]


def test_a_caption_does_not_glue_to_its_neighbours() -> None:
    long = "Báo cáo công tác dân vận đã cho thấy những kết quả đạt được khá toàn diện trên mọi mặt, " * 2 + "hết."
    assert sentences(f"{long}\nĐiểm cầu\n{long}") == [long, "Điểm cầu", long]


def test_a_line_that_goes_on_in_lower_case_is_one_block() -> None:
    text = "Đồng chí Phó Trưởng Ban Thường trực\u00a0\ntrao tặng Cờ thi đua"
    assert sentences(text) == [text]
    assert sentences("apples\npears") == ["apples", "pears"]


def test_list_items_stay_apart() -> None:
    text = "Gồm có:\n- một việc làm thường xuyên của cơ quan\n- hai việc\n1. ba\n2. bốn"
    assert sentences(text) == text.split("\n")


@given(st.text(alphabet=st.sampled_from("aA.!?… \n\r\t\u00a0\"”'()1,;:Đ。中-•/v\u2028\x00")))
def test_every_character_is_in_exactly_one_sentence(text: str) -> None:
    covered: list[int] = []
    for start, end in split_sentences(text):
        assert text[start:end] == text[start:end].strip() != ""
        covered += range(start, end)
    assert len(covered) == len(set(covered))
    assert {i for i, c in enumerate(text) if not c.isspace()} <= set(covered)


@given(st.lists(st.text(alphabet="abc A.", min_size=1).filter(str.strip)), st.sampled_from(sorted(NEWLINES)))
def test_a_blank_line_always_parts_blocks(paragraphs: list[str], newline: str) -> None:
    text = (newline + " " + newline).join(paragraphs)
    assert [text[b.start : b.end] for b in blocks(text)] == [p.strip() for p in paragraphs]
