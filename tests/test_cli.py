"""The command line, run as a user runs it: exit codes, one line for an error, nothing heavy loaded."""

from __future__ import annotations

import io
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import terminal
from rag.answer import Assistant
from rag.cli import main
from rag.config import IndexSettings
from rag.embed import HashingEmbedder
from rag.types import Article, Metadata, Report, Span
from rag.watch import follow

SEEDS = Path(__file__).parents[1] / "seeds"

RICE = (
    "Rice exports grow\nBy Ann Lee\n\nRice exports of the province reached 512 tons in 2020. Farmers sold it abroad.\n"
)
RICE_QUESTION = "How many tons of rice exports did the province reach in 2020?"
RICE_QUOTE = "Rice exports of the province reached 512 tons in 2020."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "rice.txt").write_text(RICE, encoding="utf-8")
    return articles


def options(folder: Path) -> list[str]:
    return ["--articles", str(folder), "--index", str(folder.parent / "index"), "--embedding-model", "hashing"]


def test_ask_prints_answer_source_place_and_quote(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", RICE_QUESTION, *options(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = RICE.index(RICE_QUOTE)
    assert lines[0] == f"{RICE_QUOTE} [1]"
    assert lines[2] == "[1] Rice exports grow — Ann Lee"
    assert lines[3] == f"    rice.txt:4 [{start}:{start + len(RICE_QUOTE)}]"
    assert lines[4] == f"    {RICE_QUOTE}"


def test_ask_json_has_offsets_of_the_quote(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--json", RICE_QUESTION, *options(folder)]) == 0
    answer = json.loads(capsys.readouterr().out)
    (citation,) = answer["citations"]
    assert RICE[citation["start"] : citation["end"]] == citation["quote"] == RICE_QUOTE


def test_a_refusal_is_exit_code_3_with_the_nearest_passages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Who discovered penicillin?", *options(folder)]) == 3
    out = capsys.readouterr().out
    assert "Nearest passages:\n1. Rice exports grow\n" in out
    assert "[1]" not in out


def test_a_question_from_standard_input(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(RICE_QUESTION.encode() + b"\xff\n")))
    assert main(["ask", "-", *options(folder)]) == 0
    assert capsys.readouterr().out.startswith(RICE_QUOTE)


def test_search_prints_and_lists(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "rice exports", "-k", "1", "--json", *options(folder)]) == 0
    (hit,) = json.loads(capsys.readouterr().out)
    assert (hit["rank"], hit["article_id"], hit["title"]) == (1, "rice.txt", "Rice exports grow")
    assert RICE[hit["start"] : hit["end"]] == hit["text"]
    assert main(["search", "rice exports", *options(folder)]) == 0
    assert capsys.readouterr().out.startswith("1. Rice exports grow\n    rice.txt:4 [")


def test_index_tells_what_was_added_changed_removed_and_skipped(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "binary.txt").write_bytes(b"\x00\x01\x02" * 100)
    assert main(["index", *options(folder)]) == 0
    first = capsys.readouterr().out
    assert "+ rice.txt\n! binary.txt: " in first
    assert "1 added, 0 changed, 0 removed, 0 unchanged, 1 skipped" in first
    (folder / "rice.txt").write_text(RICE.replace("512", "600"), encoding="utf-8")
    assert main(["index", *options(folder)]) == 0
    assert capsys.readouterr().out.startswith("~ rice.txt\n")
    (folder / "rice.txt").rename(folder / "grain.txt")
    assert main(["index", *options(folder)]) == 0
    assert capsys.readouterr().out.startswith("+ grain.txt\n- rice.txt\n")


def test_show_marks_what_answers_leave_out(capsys: pytest.CaptureFixture[str]) -> None:
    name = "002_437ef13a7bada8c3.txt"
    assert main(["show", str(SEEDS / name), "--articles", str(SEEDS)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        f"file:      {name}",
        "title:     Đồng chí Phó Bí thư Thường trực Tỉnh ủy Phương Thị Thanh làm việc với Ban Dân vận Tỉnh ủy",
        "published: 2021-03-02",
    ]
    assert "- Tăng cỡ chữ Giảm cỡ chữ" in lines
    assert any(line.startswith("  Chiều 02/3/2021, đồng chí Phương Thị Thanh") for line in lines)


def test_info_lists_articles_and_the_index(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty.txt").write_bytes(b"")
    assert main(["info", *options(folder)]) == 0
    out = capsys.readouterr().out
    for line in (
        "title:     Rice exports grow",
        "author:    Ann Lee",
        "passages:  1",
        "! empty.txt: ",
        "model:    hashing",
    ):
        assert f"\n{line}" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", ""],
        ["ask", "?!…"],
        ["ask", "x" * 10_000],
        ["show", "nowhere.txt"],
        ["show", "../../etc/passwd"],
    ],
)
def test_bad_input_is_exit_code_2_and_one_line(
    arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([arguments[0], *options(folder), *arguments[1:]]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("rag: ")
    assert captured.err.count("\n") == 1


def test_a_missing_folder_is_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "rice", *options(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["ask"],
        ["search", "x", "-k", "0"],
        ["chat", "--port", "70000"],
        ["chat", "--lang", "fr"],
        ["info", "--articles", ""],
    ],
)
def test_wrong_usage_is_exit_code_2_and_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("rag")
    assert error.endswith("--help`)\n")
    assert error.count("\n") == 1


def test_help_has_examples_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    out = capsys.readouterr().out
    for part in ("rag ask", "rag index --watch", "3    refused", "2    wrong usage", "130  interrupted"):
        assert part in out


def test_bytes_that_are_no_text_and_escape_sequences_reach_no_terminal(folder: Path) -> None:
    hostile = "Zebra \x1b]0;owned\x07 \x1b[31mcrossing\x9b5m \u202eevil\u202c opens in 2021 for everybody in town.\n"
    (folder / "zebra.txt").write_text(hostile, encoding="utf-8")
    command = [sys.executable, "-m", "rag"]
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    for arguments in (["show", "zebra.txt"], ["search", b"zebra \xff\xfe crossing", "--json"], ["search", "zebra"]):
        done = subprocess.run(
            [*command, *arguments, *options(folder)], capture_output=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr
        shown = done.stdout.decode("utf-8")
        assert "crossing" in shown
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown)


def test_asking_loads_nothing_heavy_and_answers_from_the_embedded_model(seed_index: Path) -> None:
    code = (
        "import sys; from rag.cli import main\n"
        f"code = main(['ask', 'Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?', '--articles', {str(SEEDS)!r},"
        f" '--index', {str(seed_index)!r}])\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'gradio', 'pandas', 'onnx', 'trafilatura'}\n"
        "print(sorted(heavy & set(sys.modules))); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    out = done.stdout.decode("utf-8")
    assert done.returncode == 0, done.stderr
    assert out.endswith("\n[]\n")
    assert "15 biên chế" in out
    assert "Hương Lan, 2021-03-02" in out


def test_the_reader_may_leave_early(folder: Path) -> None:
    (folder / "long.txt").write_text("A sentence that fills the pipe with text.\n" * 20_000, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "rag", "show", "long.txt", *options(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"file:      long.txt\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_follow_reports_each_change_until_it_is_stopped(folder: Path) -> None:
    settings = IndexSettings(embedding_model="hashing")
    assistant = Assistant(folder, folder.parent / "index", settings, HashingEmbedder())
    assistant.rebuild()
    (folder / "second.txt").write_text("A second article is in the folder now.\n", encoding="utf-8")
    stop = threading.Event()
    reports: queue.Queue[Report] = queue.Queue()

    def run() -> None:
        for report in follow(assistant, folder, stop=stop):
            reports.put(report)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert reports.get(timeout=20).added == ("second.txt",)  # was there before the watch began
        report = None
        for attempt in range(20):  # the first may come before the operating system's watch is up
            (folder / "third.txt").write_text(f"A third article, text {attempt}.\n", encoding="utf-8")
            try:
                report = reports.get(timeout=3)
                break
            except queue.Empty:
                continue
        assert report is not None
        assert report.added == ("third.txt",)
    finally:
        stop.set()
        thread.join(timeout=20)
    assert not thread.is_alive()


@given(st.text())
def test_printable_keeps_the_words_and_drops_what_steers_a_terminal(text: str) -> None:
    shown = terminal.printable(text)
    assert all(
        character in "\n\t" or not ("\x00" <= character < " " or "\x7f" <= character < "\xa0") for character in shown
    )
    shown.encode("utf-8")
    assert terminal.printable(shown) == shown


@given(st.text())
def test_json_safe_keeps_the_value(text: str) -> None:
    written = terminal.json_safe(json.dumps(text, ensure_ascii=False))
    assert json.loads(written) == text
    assert terminal.printable(written) == written


@given(st.text(alphabet="ab \n\r", max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_shown_lines_hold_every_letter_once(text: str, cuts: list[int]) -> None:
    ordered = sorted({min(cut, len(text)) for cut in cuts})
    content = tuple(Span(*pair) for pair in zip(ordered[::2], ordered[1::2], strict=False))
    article = Article("a", text, text, "", Metadata(title="t"), content)
    lines = list(terminal.marked_text_lines(article, style=terminal.Style()))
    kept = "".join(line[2:] for line in lines if line.startswith("  "))
    dropped = "".join(line[2:] for line in lines if line.startswith("- "))
    inside = "".join(text[start:end] for start, end in content)

    def letters(part: str) -> str:
        return "".join(part.split())

    assert letters(kept) == letters(inside)
    assert sorted(letters(kept + dropped)) == sorted(letters(text))


def test_ask_takes_a_reader_or_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for reader, recorded in (("none", ""), ("e5-small-reader", "e5-small-reader-")):
        assert main(["ask", "--json", "--reader", reader, RICE_QUESTION, *options(folder)]) == 0
        assert json.loads(capsys.readouterr().out)["trace"]["reader"].startswith(recorded)
    assert main(["ask", "--reader", "nobody/nothing", RICE_QUESTION, *options(folder)]) == 2
    assert capsys.readouterr().err.startswith("rag: the reader nobody/nothing is neither")


def test_searching_and_indexing_open_no_reader(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.reader.onnx.OnnxReader", lambda: pytest.fail("opened"))
    for command in (["index"], ["search", "rice"], ["info"]):
        assert main([*command, *options(folder)]) == 0


def _gold(folder: Path, *, piece: str = "512") -> Path:
    path = folder.parent / "gold.jsonl"
    asked = {"id": "a", "question": RICE_QUESTION, "lang": "en", "type": "number", "article": "rice.txt"}
    other = {"id": "b", "question": "Who discovered penicillin?", "lang": "en", "type": "unanswerable"}
    lines = [json.dumps({**asked, "must_include": [[piece]]}), json.dumps(other)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_eval_grades_and_writes_the_rows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder.parent / "rows.jsonl"
    assert main(["eval", str(_gold(folder)), "--out", str(out), "--fail-under", "1", *options(folder)]) == 0
    printed = capsys.readouterr().out
    assert [line.split()[-1] for line in printed.splitlines() if line.startswith(("answers right", "unanswer"))] == [
        "100.0%"
    ] * 2
    assert [(json.loads(line)["id"], json.loads(line)["right"]) for line in out.read_text().splitlines()] == [
        ("a", True),
        ("b", True),
    ]


def test_eval_exits_with_1_below_what_is_demanded_and_when_it_got_worse(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = folder.parent / "before.jsonl"
    assert main(["eval", str(_gold(folder)), "--out", str(before), *options(folder)]) == 0
    wrong = str(_gold(folder, piece="999"))
    assert main(["eval", wrong, *options(folder)]) == 0
    assert main(["eval", wrong, "--fail-under", "0.6", *options(folder)]) == 1
    capsys.readouterr()
    assert main(["eval", wrong, "--wrong", "--against", str(before), *options(folder)]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"wrong\n  a (number, en) {RICE_QUESTION}\n")
    assert "got wrong since the earlier run\n  a" in out


def test_eval_drafts_questions_and_overwrites_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = folder.parent / "drafted.jsonl"
    assert main(["eval", str(gold), "--make", *options(folder)]) == 0
    drafted = gold.read_text(encoding="utf-8")
    assert "Who wrote the article “Rice exports grow”?" in drafted
    assert main(["eval", str(gold), *options(folder)]) == 0
    capsys.readouterr()
    assert main(["eval", str(gold), "--make", *options(folder)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert gold.read_text(encoding="utf-8") == drafted


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "--auth USER:PASSWORD, or say --no-auth"),
        (["--auth", "password"], "--auth takes USER:PASSWORD"),
        (["--examples", "no-such-file"], "no-such-file can't be read"),
    ],
)
def test_a_page_that_would_be_open_or_lacks_a_file_is_one_sentence(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["chat", *options]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
