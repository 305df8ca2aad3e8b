"""The index holds the folder, follows it, and embeds nothing twice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.config import IndexSettings
from rag.embed import HashingEmbedder
from rag.errors import ArticlesError, IndexUnusableError, ModelError
from rag.index import Index, build_index, open_index, why_stale
from rag.passages import cut
from rag.types import FloatMatrix, Report
from tests.corpus import ARTICLES, Folder, make_folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return make_folder(tmp_path)


def searched(index: Index, article_id: str, start: int, end: int) -> str:
    return " ".join(index.article(article_id).plain[start:end].split())


def test_an_index_holds_the_articles_as_read_and_their_passages(folder: Folder) -> None:
    report = folder.build()
    assert report.added == tuple(sorted(ARTICLES))
    assert (report.changed, report.removed, report.unchanged, report.skipped) == ((), (), (), ())
    with folder.open() as index:
        assert index.generation == report.generation
        assert {article.id: article.text for article in index.articles} == ARTICLES
        expected = [p for a in index.articles for p in cut(a, min_words=5, max_words=30)]
        assert list(index.passages) == expected
        assert report.passages == len(expected)
        assert all(p.text == ARTICLES[p.article_id][p.start : p.end] for p in index.passages)


def test_rows_are_the_vectors_of_passages_and_sentences(folder: Folder) -> None:
    folder.build()
    with folder.open() as index:
        for row, passage in enumerate(index.passages):
            text = searched(index, passage.article_id, passage.start, passage.end)
            expected = folder.embedder.embed_passages([text])
            np.testing.assert_array_equal(index.passage_vectors.vectors(np.array([row])), expected)
            sentences = [searched(index, passage.article_id, *span) for span in passage.sentences]
            np.testing.assert_array_equal(
                index.sentence_vectors.vectors(index.sentence_rows[row]), folder.embedder.embed_passages(sentences)
            )
            for sentence in index.sentence_rows[row]:
                assert row in index.sentence_passages[sentence]
        assert len(index.sentence_vectors) == len({(p.article_id, s) for p in index.passages for s in p.sentences})


def test_nothing_changed_nothing_done(folder: Folder) -> None:
    first = folder.build()
    before, folder.embedder.embedded = folder.files(), []
    again = folder.build()
    assert again.embedded == 0
    assert folder.embedder.embedded == []
    assert again.generation == first.generation
    assert again.unchanged == tuple(sorted(ARTICLES))
    assert folder.files() == before


def test_each_distinct_text_is_embedded_once(folder: Folder) -> None:
    report = folder.build()
    assert len(folder.embedder.embedded) == len(set(folder.embedder.embedded)) == report.embedded > 0


def test_one_changed_file_sends_only_its_new_texts_through_the_model(folder: Folder) -> None:
    folder.build()
    folder.embedder.embedded = []
    folder.put("committee.txt", ARTICLES["committee.txt"].replace("one week", "two days"))
    report = folder.build()
    assert (report.added, report.changed, report.removed) == ((), ("committee.txt",), ())
    assert report.unchanged == ("dân vận/Khéo.txt", "mùa thu.md")
    assert report.embedded == len(folder.embedder.embedded)
    assert 0 < report.embedded <= 2
    assert all("two days" in text for text in folder.embedder.embedded)


def test_what_is_reused_equals_what_is_built_from_nothing(folder: Folder, tmp_path: Path) -> None:
    folder.build()
    folder.put("new.txt", "A new sentence about rivers and boats that nobody has read before. And another one here.\n")
    folder.build()
    fresh = Folder(tmp_path / "2")
    shutil.copytree(folder.articles, fresh.articles)
    fresh.build()
    expected = {name: content for name, content in fresh.files().items() if name != "CURRENT"}
    assert {name: content for name, content in folder.files().items() if name != "CURRENT"} == expected


def test_the_same_folder_gives_the_same_bytes(folder: Folder) -> None:
    generation = folder.build().generation
    first = folder.files()
    shutil.rmtree(folder.index)
    assert folder.build().generation == generation
    assert folder.files() == first


def test_added_and_removed_files_are_told_and_followed(folder: Folder) -> None:
    folder.build()
    (folder.articles / "mùa thu.md").unlink()
    folder.put("mới.txt", "Một bài mới về sông Hồng và những con thuyền chở cát mỗi ngày.\n")
    report = folder.build()
    assert (report.added, report.removed) == (("mới.txt",), ("mùa thu.md",))
    with folder.open() as index:
        assert {a.id for a in index.articles} == {"committee.txt", "dân vận/Khéo.txt", "mới.txt"}
        with pytest.raises(KeyError):
            index.article("mùa thu.md")


def test_skipped_files_are_kept_with_their_reasons(folder: Folder) -> None:
    folder.build()
    (folder.articles / "ảnh.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe")
    assert folder.why_stale() is not None
    report = folder.build()
    assert [each.article_id for each in report.skipped] == ["ảnh.txt"]
    assert report.embedded == 0
    assert folder.why_stale() is None
    with folder.open() as index:
        assert index.skipped == report.skipped


def test_a_file_name_that_is_no_unicode_is_kept(folder: Folder) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        folder.put(name, "An article whose file name was written by a system of another century.\n")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    folder.build()
    with folder.open() as index:
        assert index.article(name).text.startswith("An article")


# --- staleness


def test_stale_says_why(folder: Folder) -> None:
    assert folder.why_stale() == "there is none yet"
    folder.build()
    assert folder.why_stale() is None
    folder.put("mùa thu.md", ARTICLES["mùa thu.md"] + "Thêm một câu nữa cho bài này.\n")
    (folder.articles / "committee.txt").unlink()
    assert folder.why_stale() == "the articles changed (0 added, 1 changed, 1 removed, 0 skipped)"


def test_a_touched_file_with_the_same_content_is_no_reason(folder: Folder) -> None:
    folder.build()
    os.utime(folder.articles / "committee.txt", ns=(1, 1))
    before = folder.files()
    assert folder.why_stale() is None
    assert folder.build().embedded == 0
    after = folder.files()
    assert before.pop("CURRENT") != after.pop("CURRENT")  # the new stamp
    assert after == before


def test_the_second_look_at_a_touched_file_reads_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.build()
    os.utime(folder.articles / "committee.txt", ns=(1, 1))
    assert folder.why_stale() is None

    def read(*_: object, **__: object) -> None:
        raise AssertionError("the folder was read again")

    monkeypatch.setattr("rag.build.read_folder", read)
    assert folder.why_stale() is None


def test_an_index_below_its_articles_settles(folder: Folder) -> None:
    nested = Folder(folder.articles)
    (nested.root / "mục lục").mkdir()
    (nested.root / "mục lục" / "README.md").write_text("About the index.", encoding="utf-8")

    report = build_index(nested.root, nested.index, settings=nested.settings, embedder=nested.embedder)
    assert report.added == tuple(sorted(ARTICLES))
    assert report.skipped == ()
    current = (nested.index / "CURRENT").read_bytes()
    for _ in range(2):
        assert why_stale(nested.index, articles=nested.root, settings=nested.settings, embedder=nested.embedder) is None
        again = build_index(nested.root, nested.index, settings=nested.settings, embedder=nested.embedder)
        assert again.generation == report.generation
    assert (nested.index / "CURRENT").read_bytes() == current


def test_references_in_a_page_change_nothing_that_is_embedded(tmp_path: Path) -> None:
    sentence = "Cán bộ xã Hòa Bình đã vận động hơn hai trăm hộ dân góp đất làm đường trong năm qua."
    folders = [Folder(tmp_path / name) for name in ("plain", "references")]
    for folder, written in zip(
        folders, (sentence, sentence.encode("ascii", "xmlcharrefreplace").decode()), strict=True
    ):
        folder.put("a.html", f"<html><body><article><h1>Làm đường</h1><p>{written}</p></article></body></html>")
        folder.build()
    assert folders[0].embedder.embedded == folders[1].embedder.embedded == [sentence]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"passage_max_words": 40}, "it was built with passage_max_words 30, not 40"),
        ({"max_file_bytes": 5}, "it was built with max_file_bytes 10000000, not 5"),
    ],
)
def test_other_settings_make_it_stale_and_unusable(folder: Folder, settings: dict[str, int], reason: str) -> None:
    folder.build()
    other = replace(folder, settings=replace(folder.settings, **settings))  # type: ignore[arg-type]
    assert other.why_stale() == reason
    with pytest.raises(IndexUnusableError, match=reason):
        other.open()


def test_another_model_makes_it_stale_and_reuses_no_vector(folder: Folder) -> None:
    built = folder.build()
    other = HashingEmbedder(32)
    with pytest.raises(IndexUnusableError, match=r"built with the model hashing-64 \(64 dimensions\), not hashing-32"):
        open_index(folder.index, articles=folder.articles, settings=folder.settings, embedder=other)
    report = build_index(folder.articles, folder.index, settings=folder.settings, embedder=other)
    assert report.embedded == built.embedded
    assert report.unchanged == tuple(sorted(ARTICLES))


def test_the_name_of_the_same_model_does_not_count(folder: Folder) -> None:
    folder.build()
    renamed = replace(folder, settings=replace(folder.settings, embedding_model="./hashing"))
    assert renamed.why_stale() is None
    renamed.open().close()


def test_is_current_tells_when_another_generation_is(folder: Folder) -> None:
    folder.build()
    with folder.open() as index:
        assert index.is_current()
        folder.put("mới.txt", "Một bài mới về sông Hồng và những con thuyền chở cát mỗi ngày.\n")
        folder.build()
        assert not index.is_current()


def test_progress_is_told_of_the_texts_that_are_new(folder: Folder) -> None:
    told: list[tuple[int, int]] = []

    def build() -> Report:
        return build_index(
            folder.articles, folder.index, settings=folder.settings, embedder=folder.embedder,
            progress=lambda done, total: told.append((done, total)),
        )  # fmt: skip

    report = build()
    assert told[0] == (0, report.embedded)
    assert told[-1] == (report.embedded, report.embedded)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    with folder.open() as index:
        shown = [index.passage_vectors.vectors(np.arange(len(index.passages)))]
    told.clear()
    build()
    assert told == []  # nothing was new
    other = Folder(folder.root.parent / "other")
    for article in ("dân vận/Khéo.txt", "mùa thu.md", "committee.txt"):
        other.put(article, (folder.articles / article).read_text(encoding="utf-8"))
    other.build()
    with other.open() as index:  # the same vectors, told or not
        assert np.array_equal(index.passage_vectors.vectors(np.arange(len(index.passages))), shown[0])


# --- folders that can't be indexed


def test_an_empty_folder_is_an_error_and_the_index_stays(folder: Folder) -> None:
    folder.build()
    before = folder.files()
    for path in list(folder.articles.iterdir()):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder.articles / "x.bin.txt").write_bytes(b"\x00\x01\xff")
    with pytest.raises(ArticlesError, match=r"No article to index in .*x\.bin\.txt: .*--articles DIR"):
        folder.build()
    assert folder.files() == before


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with pytest.raises(ArticlesError, match="bài viết"):
        folder.build()


class BrokenEmbedder(HashingEmbedder):
    def embed_passages(self, texts: Sequence[str], *, show_progress: bool = False) -> FloatMatrix:
        return np.full((1, self.dimension), np.nan, np.float32)


def test_a_model_that_gives_no_vectors_is_an_error(folder: Folder) -> None:
    with pytest.raises(ModelError, match="hashing-8 gave"):
        build_index(folder.articles, folder.index, settings=IndexSettings(), embedder=BrokenEmbedder(8))
    assert folder.generations() == set()
