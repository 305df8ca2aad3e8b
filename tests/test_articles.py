from __future__ import annotations

import hashlib
import os
import sys
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.articles import folder_stamp, read_folder, read_text
from rag.errors import ArticlesError
from rag.types import Article, Skipped

SEEDS = Path(__file__).parents[1] / "seeds"
PAGES = Path(__file__).parent / "data" / "pages"
PROSE = "Năm nay cơ quan đã hoàn thành tất cả những việc được giao từ đầu năm đến nay."


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def only(folder: Path) -> Article:
    [article], skipped = read_folder(folder)
    assert skipped == ()
    return article


def test_the_five_seeds() -> None:
    articles, skipped = read_folder(SEEDS)
    assert skipped == ()
    assert [(a.id[:3], a.metadata.published, a.metadata.author, a.metadata.source) for a in articles] == [
        ("000", None, "Hoàng Phong", None),
        ("001", date(2020, 12, 31), "Trọng Thủy", "BDK"),
        ("002", date(2021, 3, 2), "Hương Lan", None),
        ("003", date(2016, 10, 4), "Phạm Anh Thiện", None),
        ("004", date(2015, 7, 13), "Mạnh Hà", "Baohatinh.vn"),
    ]
    for article in articles:
        content = (SEEDS / article.id).read_bytes()
        assert article.text == content.decode()
        assert article.sha256 == hashlib.sha256(content).hexdigest()
        assert article.metadata.title_span is not None
        assert article.text[slice(*article.metadata.title_span)].replace("\u00a0", " ") == article.metadata.title


@pytest.mark.parametrize("article", [*read_folder(SEEDS)[0], *read_folder(PAGES)[0]], ids=lambda a: a.id[:12])
def test_plain_has_the_length_of_the_text_and_only_its_content(article: Article) -> None:
    assert len(article.plain) == len(article.text)
    inside = {i for span in article.content for i in range(*span)}
    assert all(article.plain[i].isspace() for i in range(len(article.text)) if i not in inside)
    if article.id.endswith(".txt"):
        assert all(article.plain[i] == article.text[i] for i in inside)


def test_a_markdown_file_with_front_matter() -> None:
    article = next(a for a in read_folder(PAGES)[0] if a.id == "note.md")
    assert article.metadata.title == "Well water: a second look"
    assert article.metadata.author == "Ngô Thị Lan, Peter Hill"
    assert article.plain.split()[:9] == ["The", "old", "well", "was", "tested", "again", "in", "July,", "and"]
    assert "depth_m = 12" in article.plain
    assert not set("#_`[]") & set(article.plain.replace("depth_m", ""))


def test_which_files_are_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "b/Hai.TXT": "Bài hai.",
            "a.md": "# Bài một\n\nCâu.",
            "README.md": "Về các bài.",
            "b/readme.md": "Đọc tôi đi.",
            ".hidden.txt": "x",
            ".git/c.txt": "x",
            "d.pdf": b"%PDF",
        },
    )
    articles, skipped = read_folder(tmp_path)
    assert [a.id for a in articles] == ["a.md", "b/Hai.TXT", "b/readme.md"]
    assert skipped == (Skipped("d.pdf", "not .txt, .md or .html"),)
    assert [stamp.article_id for stamp in folder_stamp(tmp_path)] == ["a.md", "b/Hai.TXT", "b/readme.md", "d.pdf"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n\t", "empty"),
        (b"--- *** ---", "no text left once markup is taken away"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text: a binary file"),
        ("no mark".encode("utf-16-le"), "not text: it holds NUL characters"),
        ("Un café".encode("latin-1"), "not UTF-8: byte 6 can't be decoded"),
        (b"\xff\xfea", "not UTF-16-LE: byte 2 can't be decoded"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_text_is_skipped(tmp_path: Path, content: bytes, reason: str) -> None:
    write(tmp_path, {"a.txt": content, "b.txt": "Câu."})
    articles, skipped = read_folder(tmp_path)
    assert [a.id for a in articles] == ["b.txt"]
    assert [s.article_id for s in skipped] == ["a.txt"]
    assert skipped[0].reason.startswith(reason)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_with_a_mark(tmp_path: Path, encoding: str) -> None:
    text = f"Tên bài\r\n\r\n{PROSE}\rHết 😀."
    write(tmp_path, {"a.txt": text.encode(encoding)})
    assert only(tmp_path).text == read_text(tmp_path / "a.txt") == text


def test_a_large_file_is_not_even_opened(tmp_path: Path) -> None:
    write(tmp_path, {"small.txt": "Câu."})
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(50_000_000)  # sparse: takes no room
    articles, skipped = read_folder(tmp_path)
    assert [a.id for a in articles] == ["small.txt"]
    assert skipped == (Skipped("large.txt", "too large: 50,000,000 bytes, the limit is 10,000,000"),)


def test_the_second_of_two_files_with_the_same_text_is_skipped(tmp_path: Path) -> None:
    write(tmp_path, {"b.txt": PROSE, "a.txt": PROSE.encode("utf-16"), "c.txt": PROSE + " "})
    articles, skipped = read_folder(tmp_path)
    assert [a.id for a in articles] == ["a.txt", "c.txt"]
    assert skipped == (Skipped("b.txt", "same text as a.txt"),)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    folder = tmp_path / "folder"
    write(outside, {"secret.txt": "Bí mật."})
    write(folder, {"a.txt": "Câu."})
    (folder / "inside.txt").symlink_to("a.txt")
    (folder / "secret.txt").symlink_to(outside / "secret.txt")
    (folder / "outside").symlink_to(outside)
    (folder / "gone.txt").symlink_to("nothing.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    os.mkfifo(folder / "pipe.txt")
    articles, skipped = read_folder(folder)
    assert [a.id for a in articles] == ["a.txt"]
    reasons = {s.article_id: s.reason for s in skipped}
    assert reasons.pop("loop.txt")
    assert reasons == {
        "inside.txt": "same text as a.txt",
        "secret.txt": "a link to a file outside the folder",
        "outside": "a link to a file outside the folder",
        "gone.txt": "gone before it could be read",
        "pipe.txt": "not a regular file",
    }
    assert len(folder_stamp(folder)) == 7


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "Câu."})
    (tmp_path / "a.txt").chmod(0)
    assert read_folder(tmp_path) == ((), (Skipped("a.txt", "no permission to read it"),))


@pytest.mark.parametrize(("changes", "usable"), [(1, True), (2, True), (9, False)])
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: int, usable: bool
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Bản 0.", encoding="utf-8")
    left = [changes]
    opened = Path.open

    def open_and_change(self: Path, *args: str, **kwargs: str) -> object:
        file = opened(self, *args, **kwargs)  # type: ignore[call-overload]
        if self == path and args == ("rb",) and left[0] > 0:
            left[0] -= 1
            os.utime(path, ns=(left[0], left[0]))
        return file

    monkeypatch.setattr(Path, "open", open_and_change)
    articles, skipped = read_folder(tmp_path)
    assert [a.text for a in articles] == (["Bản 0."] if usable else [])
    assert [s.reason for s in skipped] == (
        [] if usable else ["changed while it was read; it is read again at the next build"]
    )


def test_the_stamp_tells_a_change(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "Một."})
    before = folder_stamp(tmp_path)
    assert folder_stamp(tmp_path) == before
    write(tmp_path, {"a.txt": "Một hai."})
    after = folder_stamp(tmp_path)
    assert after != before
    assert [(s.article_id, s.size) for s in after] == [("a.txt", 10)]


def test_folders_that_cannot_be_read(tmp_path: Path) -> None:
    assert read_folder(tmp_path) == ((), ())
    with pytest.raises(ArticlesError, match=r"does not exist.*--articles DIR"):
        read_folder(tmp_path / "none")
    (tmp_path / "file").touch()
    with pytest.raises(ArticlesError, match="is not a folder"):
        folder_stamp(tmp_path / "file")
    with pytest.raises(ArticlesError, match="gone before"):
        read_text(tmp_path / "none.txt")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has file names that are no Unicode")
def test_a_file_name_that_is_no_unicode(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff.txt")).write_text("Câu.", encoding="utf-8")
    assert only(tmp_path).id == "b\udcff.txt"


@pytest.mark.parametrize(
    "text", [unicodedata.normalize("NFD", f"Tên bài\n\n{PROSE}"), f"A\x01\x1b[0m\x7f\n\n{PROSE}\u200b"]
)
def test_odd_characters_are_kept(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"a.txt": text})
    assert only(tmp_path).text == text


def test_decomposed_articles_are_read_as_composed_ones(tmp_path: Path) -> None:
    """As macOS writes them (NFD): the same lines are kept, and the metadata stand at the same words."""
    for path in SEEDS.glob("0*.txt"):
        write(tmp_path, {path.name: unicodedata.normalize("NFD", path.read_text(encoding="utf-8"))})
    for composed, article in zip(read_folder(SEEDS)[0], read_folder(tmp_path)[0], strict=True):
        assert len(article.text) > len(composed.text)
        names = ("title", "published", "author", "source")
        assert [getattr(article.metadata, n) for n in names] == [getattr(composed.metadata, n) for n in names]
        for name in names:
            span, expected = (getattr(a.metadata, f"{name}_span") for a in (article, composed))
            assert (span is None) == (expected is None)
            if span is not None:
                assert nfc(article.text[slice(*span)]) == composed.text[slice(*expected)]
        assert [nfc(article.text[slice(*s)]) for s in article.content] == [
            composed.text[slice(*s)] for s in composed.content
        ]


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def test_a_file_that_no_parser_expected_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise AssertionError("what\nis this?")

    monkeypatch.setattr("rag.articles.read_page", fail)
    write(tmp_path, {"a.html": "<p>Câu.", "b.txt": "Câu."})
    articles, skipped = read_folder(tmp_path)
    assert [a.id for a in articles] == ["b.txt"]
    assert skipped == (Skipped("a.html", "can't be parsed (AssertionError: what is this?)"),)


def test_a_folder_that_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "Câu.", "index/README.md": "Mục lục.", "index/x/y.bin": b"\0", "b/index/c.txt": "Hai."})
    (tmp_path / "link").symlink_to("index")
    articles, skipped = read_folder(tmp_path, leave_out=tmp_path / "b" / ".." / "index")
    assert [a.id for a in articles] == ["a.txt", "b/index/c.txt"]
    assert skipped == ()
    assert [s.article_id for s in folder_stamp(tmp_path, leave_out=tmp_path / "index")] == ["a.txt", "b/index/c.txt"]
    assert [a.id for a in read_folder(tmp_path)[0]] == ["a.txt", "b/index/c.txt", "index/README.md"]


SNIPPETS = [
    "# A",
    "**b**",
    "[c](d)",
    "```\n",
    "<p>",
    "</b>",
    "<!--",
    "&amp;",
    "&#7879;",
    "\r\n",
    "\n\n",
    "---\n",
    "x: y\n",
]
SCRAPS = st.text(max_size=5).filter(lambda t: "\0" not in t and t.isprintable())


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([".txt", ".md", ".html"]),
    st.lists(st.sampled_from([*SNIPPETS, PROSE, "2/3/2021", "Home", " "]) | SCRAPS, max_size=30),
)
def test_any_file_keeps_its_length(tmp_path_factory: pytest.TempPathFactory, suffix: str, parts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    write(folder, {f"a{suffix}": "".join(parts)})
    articles, skipped = read_folder(folder)
    assert len(articles) + len(skipped) == 1
    for article in articles:
        assert len(article.plain) == len(article.text)
        assert article.text == "".join(parts).removeprefix("\ufeff")
        assert article.plain.strip()
