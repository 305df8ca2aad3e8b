"""Retrieval gives what the recipe gives over every passage, in a fixed order, with all that a score is made of."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rag import retrieve as retrieval
from rag.diacritics import restore
from rag.index import Index
from rag.retrieve import Candidate, retrieve
from tests.corpus import Folder, make_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = make_folder(tmp_path_factory.mktemp("retrieve"))
    subjects = ["sông Hồng", "hồ Gươm", "rừng thông", "cánh đồng", "bến cảng", "chợ quê", "con đường", "ngôi làng"]
    for number in range(40):
        lines = [
            f"Bài số {number} kể về {subjects[number % 8]} vào năm {1980 + number} của tỉnh nhà.",
            f"Người dân ở đó trồng {number + 3} loại cây và nuôi {number * 7 % 11} loại cá quanh năm.",
            f"Mỗi mùa {subjects[number * 3 % 8]} lại đổi màu, và {subjects[number * 5 % 8]} đông khách hơn trước.",
        ]
        folder.put(f"{number:02}.txt", "\n\n".join(lines) + "\n")
    folder.build()
    return folder


@pytest.fixture(scope="module")
def index(folder: Folder) -> Index:
    return folder.open()


def by_the_recipe(index: Index, folder: Folder, question: str) -> list[tuple[float, int]]:
    """Score and row of every passage, best first, from the texts and nothing else."""
    written = restore(question, index.lexical) if question.startswith("nguoi dan") else question
    (query,) = folder.embedder.embed_queries([written])
    lexical = index.lexical.scores(question)
    scored = []
    for row, passage in enumerate(index.passages):
        plain = index.article(passage.article_id).plain
        texts = [" ".join(plain[s:e].split()) for s, e in ((passage.start, passage.end), *passage.sentences)]
        cosines = folder.embedder.embed_passages(texts) @ query
        scored.append(((cosines[0] + cosines[1:].max()) / 2 + 0.5 * lexical[row], row))
    return sorted(scored, key=lambda pair: (-round(float(pair[0]), 5), pair[1]))


QUESTIONS = ["rừng thông vào năm 1982", "nguoi dan nuoi bao nhieu loai ca", "the committee meets on Mondays", "zzz", ""]


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_is_the_recipe_over_every_passage(folder: Folder, index: Index, question: str) -> None:
    found = retrieve(index, question, embedder=folder.embedder, k=len(index.passages))
    expected = by_the_recipe(index, folder, question)
    assert len(found) == len(index.passages)
    np.testing.assert_allclose([c.hit.score for c in found], [score for score, _ in expected], atol=2e-6)
    assert [c.hit.rank for c in found] == list(range(1, len(found) + 1))
    rows = {passage: row for row, passage in enumerate(index.passages)}
    for candidate, following in pairwise(found):
        assert (-candidate.hit.score, rows[candidate.hit.passage]) < (-following.hit.score, rows[following.hit.passage])


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_large_collection_gives_the_same_as_a_small_one(
    folder: Folder, index: Index, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = retrieve(index, question, embedder=folder.embedder, k=10)
    monkeypatch.setattr(retrieval, "SCORED_WHOLE", 0)
    assert retrieve(index, question, embedder=folder.embedder, k=10) == whole


def test_candidates_come_from_each_of_the_three_searches(
    folder: Folder, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "rừng thông vào năm 1982"
    every = retrieve(index, question, embedder=folder.embedder, k=len(index.passages))
    monkeypatch.setattr(retrieval, "SCORED_WHOLE", 0)
    for name in ("PASSAGE_CANDIDATES", "SENTENCE_CANDIDATES", "LEXICAL_CANDIDATES"):
        monkeypatch.setattr(retrieval, name, 1)
    found = retrieve(index, question, embedder=folder.embedder, k=10)
    best = {
        max(every, key=lambda c: c.dense).hit.passage,
        max(every, key=lambda c: max(c.sentences)).hit.passage,
        max(every, key=lambda c: c.lexical).hit.passage,
    }
    assert {c.hit.passage for c in found} == best
    scores = {c.hit.passage: c.hit.score for c in every}
    assert all(c.hit.score == scores[c.hit.passage] for c in found)


def test_a_score_is_told_with_its_parts(folder: Folder, index: Index) -> None:
    question = "hồ Gươm vào năm 1981"
    written = restore(question, index.lexical) if question.startswith("nguoi dan") else question
    (query,) = folder.embedder.embed_queries([written])
    best, *_ = retrieve(index, question, embedder=folder.embedder)
    assert isinstance(best, Candidate)
    assert best.hit.passage.article_id == "01.txt"
    assert best.hit.score == pytest.approx((best.dense + max(best.sentences)) / 2 + 0.5 * best.lexical, abs=1e-6)
    assert len(best.sentences) == len(best.hit.passage.sentences)
    plain = index.article("01.txt").plain
    texts = [" ".join(plain[s:e].split()) for s, e in best.hit.passage.sentences]
    np.testing.assert_allclose(best.sentences, folder.embedder.embed_passages(texts) @ query, atol=1e-6)
    assert 0 < best.lexical < 1


def test_the_same_question_gives_the_same_floats(folder: Folder, index: Index) -> None:
    first = retrieve(index, "chợ quê năm nào", embedder=folder.embedder)
    with folder.open() as again:
        assert retrieve(again, "chợ quê năm nào", embedder=folder.embedder) == first


@pytest.mark.parametrize("scored_whole", [0, 256])
def test_only_some_articles(folder: Folder, index: Index, monkeypatch: pytest.MonkeyPatch, scored_whole: int) -> None:
    monkeypatch.setattr(retrieval, "SCORED_WHOLE", scored_whole)
    only = {"03.txt", "17.txt", "committee.txt", "not there.txt"}
    found = retrieve(index, "bến cảng", embedder=folder.embedder, k=50, only=only)
    assert {c.hit.passage.article_id for c in found} == {"03.txt", "17.txt", "committee.txt"}
    everywhere = retrieve(index, "bến cảng", embedder=folder.embedder, k=len(index.passages))
    assert [c.hit.passage for c in found] == [c.hit.passage for c in everywhere if c.hit.passage.article_id in only]
    assert retrieve(index, "bến cảng", embedder=folder.embedder, only=()) == []


def test_k(folder: Folder, index: Index) -> None:
    ten = retrieve(index, "sông Hồng", embedder=folder.embedder)
    assert len(ten) == 10
    assert retrieve(index, "sông Hồng", embedder=folder.embedder, k=3) == ten[:3]
    assert retrieve(index, "sông Hồng", embedder=folder.embedder, k=0) == []


@pytest.mark.parametrize("question", ["\x00", "🙂🙂", "?!…", "\ud800", "e\u0302\u0301" * 50, "a" * 10_000])
def test_any_text_is_a_question(folder: Folder, index: Index, question: str) -> None:
    found = retrieve(index, question, embedder=folder.embedder, k=5)
    assert len(found) == 5
    assert all(np.isfinite(c.hit.score) for c in found)


def test_equal_passages_come_in_the_order_of_the_articles(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for name in ("c", "a", "b"):  # the same sentence, and another so that the files differ
        folder.put(
            f"{name}.txt", f"Ban Dân vận có hai mươi lăm biên chế trong năm nay.\n\nMột dòng khác hẳn tên {name}.\n"
        )
    folder.build()
    with folder.open() as index:
        found = retrieve(index, "Ban Dân vận có bao nhiêu biên chế", embedder=folder.embedder, k=3)
        assert [c.hit.passage.article_id for c in found] == ["a.txt", "b.txt", "c.txt"]
