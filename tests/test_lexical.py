"""The lexical index gives the BM25 of the textbook, scaled to 0..1, and answers questions typed without diacritics."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import IndexUnusableError
from rag.lexical import K1, B, LexicalIndex
from rag.terms import has_diacritics, terms

TEXTS = [
    "Ban Dân vận Tỉnh ủy có 25 biên chế.",
    "Công tác dân vận là nhiệm vụ của cả hệ thống chính trị; dân vận khéo thì việc gì cũng thành công.",
    "Mùa thu Hà Nội",
    "",
    "The committee has 25 posts, and the committee meets on Mondays.",
]


def exact_bm25(texts: list[str], question: str) -> list[float]:
    """Robertson & Zaragoza 2009, with Lucene's idf: the sum over distinct terms, by its reachable maximum."""
    folded = not has_diacritics(question)
    counts = [Counter(terms(text, folded=folded)) for text in texts]
    mean_length = sum(sum(c.values()) for c in counts) / max(1, len(counts))
    frequency = Counter(term for c in counts for term in c)

    def idf(n: int) -> float:
        return math.log(1 + (len(texts) - n + 0.5) / (n + 0.5))

    asked = set(terms(question, folded=folded))
    if not any(term in frequency for term in asked):
        return [0.0] * len(texts)
    rarest = idf(min(frequency.values()))
    reachable = (K1 + 1) * sum(idf(frequency[t]) if t in frequency else rarest for t in asked)

    def score(c: Counter[str]) -> float:
        room = K1 * (1 - B + B * sum(c.values()) / mean_length)
        return sum(idf(frequency[t]) * c[t] * (K1 + 1) / (c[t] + room) for t in asked if t in c) / reachable

    return [score(c) for c in counts]


@pytest.mark.parametrize(
    "question",
    ["Ban Dân vận có bao nhiêu biên chế?", "ban dan van co bao nhieu bien che", "dân vận dân vận", "committee posts"],
)
def test_scores_are_exact_bm25(question: str) -> None:
    scores = LexicalIndex.build(TEXTS).scores(question)
    assert scores.dtype == np.float32
    assert scores.max() > 0
    np.testing.assert_allclose(scores, exact_bm25(TEXTS, question), rtol=1e-5, atol=1e-7)


WORDS = ["dân", "dan", "vận", "van", "đảng", "dang", "bộ", "khéo", "25", "a_b"]
SYLLABLES = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(SYLLABLES, max_size=8), question=SYLLABLES)
def test_scores_are_exact_bm25_for_any_texts(texts: list[str], question: str) -> None:
    scores = LexicalIndex.build(texts).scores(question)
    np.testing.assert_allclose(scores, exact_bm25(texts, question), rtol=1e-5, atol=1e-6)
    assert np.all((scores >= 0) & (scores < 1))


def test_a_question_without_diacritics_is_matched_on_the_folded_side() -> None:
    index = LexicalIndex.build(["đảng bộ tỉnh", "mùa thu"])
    assert index.scores("dang bo").argmax() == 0
    assert index.scores("dang bo")[0] > 0
    assert index.scores("dâng bô").tolist() == [0.0, 0.0]  # other letters are other words


def test_words_that_no_text_has_lower_the_score() -> None:
    index = LexicalIndex.build(TEXTS)
    assert index.scores("biên chế của sao Hoả")[0] < index.scores("biên chế")[0]


def test_rarity_is_the_idf_of_a_term() -> None:
    index = LexicalIndex.build(["dân vận", "dân số", "van xin"])
    assert index.rarity("dân") == pytest.approx(math.log(1 + 1.5 / 2.5))  # in two of three texts
    assert index.rarity("vận") == pytest.approx(math.log(1 + 2.5 / 1.5))
    assert index.rarity("van") == pytest.approx(math.log(1 + 1.5 / 2.5))  # typed so, "vận" and "van" are one
    assert index.rarity("nowhere") == index.rarity("vận")
    assert LexicalIndex.build([]).rarity("x") == 1.0


@pytest.mark.parametrize("question", ["", "?!…", "🙂", "zzz qqq", "\x00", "\ud800", "民运"])
def test_no_match_is_all_zero(question: str) -> None:
    assert LexicalIndex.build(TEXTS).scores(question).tolist() == [0.0] * len(TEXTS)


@pytest.mark.parametrize("texts", [[], ["", "…"], TEXTS], ids=["none", "no terms", "texts"])
def test_saved_and_loaded_it_gives_the_same_scores(tmp_path: Path, texts: list[str]) -> None:
    index = LexicalIndex.build(texts)
    index.save(tmp_path / "từ vựng")
    loaded = LexicalIndex.load(tmp_path / "từ vựng")
    assert len(loaded) == len(texts)
    for question in ("dân vận khéo", "dan van kheo", "25"):
        np.testing.assert_array_equal(loaded.scores(question), index.scores(question))


def test_the_same_texts_give_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    script = "import sys, pathlib, rag.lexical as l; l.LexicalIndex.build(sys.argv[2:]).save(pathlib.Path(sys.argv[1]))"
    written = []
    for seed in ("1", "2"):  # the order of a set of str depends on it
        folder = tmp_path / seed
        subprocess.run(
            [sys.executable, "-c", script, str(folder), *TEXTS], check=True, env={"PYTHONHASHSEED": seed}, timeout=60
        )
        written.append({p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()})
    assert written[0] == written[1]
    assert len(written[0]) == 12


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("kept/count.json", b"x"),
        ("kept/count.json", b"3"),
        ("kept/params.index.json", b"[]"),
        ("folded/vocab.index.json", b"\xff"),
        ("folded/data.csc.index.npy", b"\x80\x04cos\nsystem\n."),  # a pickle is not run
    ],
)
def test_what_is_no_lexical_index_is_said_to_be_none(tmp_path: Path, file: str, content: bytes) -> None:
    LexicalIndex.build(TEXTS).save(tmp_path)
    (tmp_path / file).write_bytes(content)
    with pytest.raises(IndexUnusableError, match="run `rag index`"):
        LexicalIndex.load(tmp_path)
