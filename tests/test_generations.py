"""Generations are switched at once, kept while they are read, and removed after."""

from __future__ import annotations

import json
import multiprocessing
import threading
from pathlib import Path

import numpy as np
import portalocker
import pytest

from rag.errors import IndexUnusableError
from rag.generations import building, open_current
from rag.manifest import Manifest
from rag.retrieve import retrieve
from tests.corpus import ARTICLES, Folder, make_folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = make_folder(tmp_path)
    folder.build()
    return folder


def change(folder: Folder, number: int) -> None:
    folder.put("committee.txt", ARTICLES["committee.txt"].replace("one week", f"{number} days"))


def test_an_old_generation_goes_when_nobody_reads_it(folder: Folder) -> None:
    (first,) = folder.generations()
    change(folder, 1)
    second = folder.build().generation
    assert folder.generations() == {second} != {first}


def test_a_generation_that_is_read_stays_until_it_is_closed(folder: Folder) -> None:
    with folder.open() as old:
        change(folder, 1)
        second = folder.build().generation
        assert folder.generations() == {old.generation, second}
        assert "one week" in old.article("committee.txt").text
    change(folder, 2)
    third = folder.build().generation
    assert folder.generations() == {third}


def test_dropping_the_last_reference_lets_it_go_too(folder: Folder) -> None:
    old = folder.open()
    del old
    change(folder, 1)
    newest = folder.build().generation
    assert folder.generations() == {newest}


@pytest.mark.parametrize("failure", [portalocker.LockException("no locks here"), PermissionError("not yours")])
def test_a_generation_that_cannot_be_locked_stays(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    (first,) = folder.generations()
    change(folder, 1)
    real = portalocker.lock
    locked: list[int] = []

    def lock(descriptor: int, flags: portalocker.LockFlags) -> None:
        locked.append(descriptor)
        if len(locked) > 2 and flags & portalocker.LockFlags.EXCLUSIVE:  # after the lock to build and that to read
            raise failure
        real(descriptor, flags)

    monkeypatch.setattr(portalocker, "lock", lock)
    second = folder.build().generation
    assert len(locked) == 3
    assert folder.generations() == {first, second}


def test_going_back_finds_the_generation_that_is_still_there(folder: Folder) -> None:
    with folder.open() as old:
        change(folder, 1)
        folder.build()
        folder.put("committee.txt", ARTICLES["committee.txt"])
        report = folder.build()
        assert report.generation == old.generation
        assert report.embedded == 0
        assert old.is_current()


def test_other_files_in_the_index_folder_are_left_alone(folder: Folder) -> None:
    (folder.index / "README.md").write_text("mine")
    (folder.index / "notes").mkdir()
    (folder.index / ".building-x").mkdir()
    (folder.index / ".removing-y").mkdir()
    change(folder, 1)
    folder.build()
    assert (folder.index / "README.md").read_text() == "mine"
    assert {name for name in folder.generations() if len(name) != 32} == {"notes"}


def test_current_leads_nowhere_else(folder: Folder) -> None:
    current = json.loads((folder.index / "CURRENT").read_text())
    for name in ("../mục lục", "..", "/etc", "A" * 32, "", 5, None):
        (folder.index / "CURRENT").write_text(json.dumps({**current, "generation": name}))
        with pytest.raises(IndexUnusableError, match="its CURRENT is damaged"):
            open_current(folder.index)


def test_a_manifest_is_read_back_as_it_was_written(folder: Folder) -> None:
    with open_current(folder.index) as opened:
        manifest = opened.manifest
        assert Manifest.from_bytes(manifest.to_bytes()) == manifest
        assert set(manifest.articles) == set(ARTICLES)
        assert manifest.settings == folder.settings
        assert {"articles.jsonl", "passages.faiss", "lexical/kept/vocab.index.json"} < set(manifest.files)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"null", b'{"format": 1}', b"\xff\xfe", b"{" * 5000])
def test_what_is_no_manifest_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(IndexUnusableError, match=r"manifest\.json is not one|format"):
        Manifest.from_bytes(content)


def _build_many(root: str, offset: int) -> None:
    folder = Folder(Path(root))
    for number in range(5):
        change(folder, offset + number)
        folder.build()


def test_two_processes_building_at_once_wait_for_each_other(folder: Folder) -> None:
    context = multiprocessing.get_context("spawn")  # fork does not go with FAISS's threads
    builders = [context.Process(target=_build_many, args=(str(folder.root), offset)) for offset in (100, 200)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join(120)
    assert [builder.exitcode for builder in builders] == [0, 0]
    folder.build()
    with folder.open() as index:
        assert folder.generations() == {index.generation}
        assert index.article("committee.txt").text == (folder.articles / "committee.txt").read_text(encoding="utf-8")


def test_a_builder_waits_for_another(folder: Folder) -> None:
    change(folder, 1)
    with building(folder.index):
        builder = threading.Thread(target=folder.build)
        builder.start()
        builder.join(0.2)
        assert builder.is_alive()
    builder.join(60)
    assert folder.why_stale() is None


def test_questions_go_on_while_the_index_is_rebuilt(folder: Folder) -> None:
    """Every answer is that of one generation: the words of its article and its vectors belong together."""
    rebuilt = threading.Event()
    problems: list[str] = []
    seen: set[str] = set()

    def ask() -> None:
        while not rebuilt.is_set():
            with folder.open() as index:
                seen.add(index.generation)
                (best,) = retrieve(index, "minutes published within days", embedder=folder.embedder, k=1)
                passage, article = best.hit.passage, index.article("committee.txt")
                if passage.text != article.text[passage.start : passage.end]:
                    problems.append(f"{passage} is not in {article}")
                query = folder.embedder.embed_queries(["minutes published within days"])[0]
                own = folder.embedder.embed_passages([" ".join(passage.text.split())])[0]
                if not np.isclose(best.dense, own @ query, atol=1e-6):
                    problems.append(f"the vector of {passage} is another's")

    def asking() -> None:
        try:
            ask()
        except Exception as error:  # noqa: BLE001 - a thread's error would be lost
            problems.append(repr(error))

    threads = [threading.Thread(target=asking) for _ in range(2)]
    for thread in threads:
        thread.start()
    generations = set()
    for number in range(20):
        change(folder, number)
        generations.add(folder.build().generation)
    rebuilt.set()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert len(generations) == 20
    assert len(seen) > 1
    change(folder, 99)
    newest = folder.build().generation
    assert folder.generations() == {newest}  # all that was opened was closed


def test_descriptors_are_given_back(folder: Folder) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        folder.open().close()
        assert folder.why_stale() is None
        with pytest.raises(IndexUnusableError):
            open_current(folder.root)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
