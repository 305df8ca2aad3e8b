"""Damage, a full disk, a folder that can't be written and a killed build: the reason in one line, and nothing lost."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import faiss
import numpy as np
import pytest

from rag import generations
from rag.errors import IndexUnusableError
from rag.manifest import FORMAT
from tests.corpus import ARTICLES, Folder, make_folder

NEW_ARTICLE = "Một bài mới về sông Hồng và những con thuyền chở cát mỗi ngày.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = make_folder(tmp_path)
    folder.build()
    return folder


def assert_rebuilt_from_the_articles(folder: Folder, caplog: pytest.LogCaptureFixture, reason: str) -> None:
    """After damage a build gives the files it gave at first, and the log says why it was built."""
    with pytest.raises(IndexUnusableError, match=reason) as raised:
        folder.open()
    assert "\n" not in str(raised.value)
    assert f"Run `rag index --articles {folder.articles} --index {folder.index}`" in str(raised.value)
    folder.build()
    assert any("built again from the articles" in message for message in caplog.messages)
    with folder.open() as index:
        assert {article.id: article.text for article in index.articles} == ARTICLES


# --- damage

FILES = [
    "articles.jsonl",
    "passages.jsonl",
    "passages.faiss",
    "sentences.faiss",
    "inputs.npy",
    "lexical/kept/vocab.index.json",
    "lexical/folded/data.csc.index.npy",
    "manifest.json",
]


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_found_and_repaired(folder: Folder, caplog: pytest.LogCaptureFixture, name: str) -> None:
    before = folder.files()
    (generation,) = folder.generations()
    path = folder.index / generation / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)
    assert_rebuilt_from_the_articles(folder, caplog, f"its (file )?{name} is damaged")
    assert folder.files() == before


@pytest.mark.parametrize("name", FILES)
def test_a_cut_file_is_found_and_repaired(folder: Folder, caplog: pytest.LogCaptureFixture, name: str) -> None:
    before = folder.files()
    (generation,) = folder.generations()
    path = folder.index / generation / name
    os.truncate(path, path.stat().st_size // 2)
    assert folder.why_stale() is not None
    assert_rebuilt_from_the_articles(folder, caplog, f"its (file )?{name} (has|is damaged)")
    assert folder.files() == before


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_found_and_repaired(folder: Folder, caplog: pytest.LogCaptureFixture, name: str) -> None:
    before = folder.files()
    (generation,) = folder.generations()
    (folder.index / generation / name).unlink()
    assert folder.why_stale() is not None
    assert_rebuilt_from_the_articles(folder, caplog, "can't be read|is not there")
    assert folder.files() == before


def test_a_missing_generation_is_found_and_repaired(folder: Folder, caplog: pytest.LogCaptureFixture) -> None:
    (generation,) = folder.generations()
    shutil.rmtree(folder.index / generation)
    assert_rebuilt_from_the_articles(folder, caplog, f"its generation {generation} is not there")


@pytest.mark.parametrize("content", [b"", b"\x00" * 200, b"[]", b"{}", b'{"generation": "../x"}', b"\xff", b"[" * 9999])
def test_a_damaged_current_is_found_and_repaired(
    folder: Folder, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (folder.index / "CURRENT").write_bytes(content)
    assert_rebuilt_from_the_articles(folder, caplog, "its CURRENT is damaged")


def test_only_the_damaged_vectors_are_lost(folder: Folder) -> None:
    """A damaged index is rebuilt whole: nothing in it is believed."""
    (generation,) = folder.generations()
    os.truncate(folder.index / generation / "inputs.npy", 10)
    folder.embedder.embedded = []
    assert folder.build().embedded == len(folder.embedder.embedded) > 0


def rewrite(folder: Folder, name: str, content: bytes) -> None:
    """Put a file in the index with all the sums right, as another program or version would have."""
    with generations.building(folder.index), generations.open_current(folder.index) as opened:
        manifest, source = opened.manifest, opened.folder

        def write_files(target: Path) -> None:
            shutil.copytree(source, target, dirs_exist_ok=True)
            (target / "manifest.json").unlink()
            (target / name).write_bytes(content)

        written = generations.write(folder.index, manifest, write_files)
        generations.switch(folder.index, written, folder_stamp=opened.current.folder_stamp)


def store_of(rows: int) -> bytes:
    index = faiss.IndexFlatIP(64)
    index.add(np.zeros((rows, 64), np.float32))
    return faiss.serialize_index(index).tobytes()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("articles.jsonl", b"[]\n", "its articles can't be read"),
        ("articles.jsonl", b'{"id": 5}\n', "its articles can't be read"),
        ("passages.jsonl", b"", "its files disagree"),
        ("passages.faiss", b"what?", "not a FAISS index"),
        ("passages.faiss", store_of(1), "its files disagree"),
        ("lexical/kept/params.index.json", b"{}", "lexical index"),
    ],
)
def test_foreign_content_with_the_right_sums_is_refused(folder: Folder, name: str, content: bytes, reason: str) -> None:
    rewrite(folder, name, content)
    with pytest.raises(IndexUnusableError, match=reason):
        folder.open()


def test_another_format_is_refused_and_built_again(
    folder: Folder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("rag.manifest.FORMAT", FORMAT + 1)
        patch.setattr("rag.build.FORMAT", FORMAT + 1)
        assert f"format {FORMAT}, this version reads format {FORMAT + 1}" in str(folder.why_stale())
        assert_rebuilt_from_the_articles(folder, caplog, f"it has format {FORMAT}")
    assert "format" in str(folder.why_stale())


# --- a disk that is full, a folder that can't be written


@pytest.fixture
def grown(folder: Folder) -> Folder:
    """An index that is up to date but for one new article."""
    folder.put("mới.txt", NEW_ARTICLE)
    return folder


def assert_still_answers(folder: Folder, before: dict[str, bytes]) -> None:
    assert folder.files().items() >= before.items()
    assert not any(name.startswith(".") for name in folder.generations())
    with folder.open() as index:
        assert {article.id for article in index.articles} == set(ARTICLES)


def test_a_real_limit_on_file_size_is_told_and_nothing_is_lost(grown: Folder) -> None:
    """A write that the system refuses for want of room, at whatever file comes first to it."""
    before = grown.files()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(map(len, before.values()))
    for size in (10, largest // 4, largest // 2, largest):  # each time other files don't fit; the new index is larger
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
        try:
            with pytest.raises(IndexUnusableError, match=r"no room to write the index in .*--index DIR") as raised:
                grown.build()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert "\n" not in str(raised.value)
        assert_still_answers(grown, before)
    assert grown.build().added == ("mới.txt",)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("call", ["fsync", "rename", "replace", "mkdir"])
def test_a_failing_call_is_told_and_nothing_is_lost(
    grown: Folder, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    before = grown.files()

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(IndexUnusableError, match=r"--index DIR") as raised:
            grown.build()
    assert str(grown.index) in str(raised.value)
    assert os.strerror(number) in str(raised.value)
    assert_still_answers(grown, before)
    assert grown.build().added == ("mới.txt",)


def test_a_folder_that_can_only_be_read_answers_and_says_it_cannot_be_built(
    grown: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests may run as root, whom permissions don't stop: every call that opens for writing fails instead."""
    before, real = grown.files(), os.open

    def read_only(path: str, flags: int, *rest: int, **options: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)
        return real(path, flags, *rest, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", read_only)
        with pytest.raises(IndexUnusableError, match=r"can't be written .*--index DIR"):
            grown.build()
        assert_still_answers(grown, before)
        assert grown.why_stale() is not None
        (grown.articles / "mới.txt").unlink()
        os.utime(grown.articles / "committee.txt", ns=(1, 1))
        assert grown.why_stale() is None  # the same content: nothing to tell, though CURRENT can't be renewed
    assert grown.files() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_permissions_alone_are_enough_to_be_told(grown: Folder) -> None:
    before = grown.files()
    for path in (grown.index, *grown.index.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with pytest.raises(IndexUnusableError, match=r"can't be written .*--index DIR"):
            grown.build()
        assert_still_answers(grown, before)
    finally:
        for path in (grown.index, *grown.index.rglob("*")):
            path.chmod(0o755)


def test_an_index_that_is_a_file_is_told(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    folder.index.write_text("not a folder")
    with pytest.raises(IndexUnusableError, match=r"can't be used .*--index DIR"):
        folder.build()
    with pytest.raises(IndexUnusableError, match="CURRENT can't be read"):
        folder.open()
    assert folder.index.read_text() == "not a folder"


def test_a_model_that_fails_leaves_the_index_as_it_was(grown: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = grown.files()

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(grown.embedder, "embed_passages", interrupted)
    with pytest.raises(KeyboardInterrupt):
        grown.build()
    monkeypatch.undo()
    assert_still_answers(grown, before)
    assert grown.build().added == ("mới.txt",)


# --- killed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_build_killed_at_any_step_leaves_an_index_that_answers(tmp_path: Path) -> None:
    command, root = [sys.executable, "-m", "tests.killed_builds", str(tmp_path)], Path(__file__).parents[1]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50


def test_a_generation_finished_by_a_killed_build_is_used_by_the_next(grown: Folder) -> None:
    """Killed between naming the generation and switching: nothing has to be embedded again."""
    current = (grown.index / "CURRENT").read_bytes()
    with grown.open():
        finished = grown.build().generation
        (grown.index / "CURRENT").write_bytes(current)
        assert json.loads(current)["generation"] != finished
        report = grown.build()
    assert (report.generation, report.embedded, report.added) == (finished, 0, ("mới.txt",))
