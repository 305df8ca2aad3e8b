"""Conversations that are kept and exported, thumbs, and files that visitors add: what is kept, and what is refused."""

from __future__ import annotations

import html
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import chat
from rag.answer import Assistant
from rag.articles import read_folder
from rag.chat.conversation import MAX_TURNS, Turn, read_turns, turn_record
from rag.chat.export import exported
from rag.chat.feedback import Feedback
from rag.chat.uploads import RefusedError, Uploads, safe_name
from rag.chat.wording import wording
from rag.errors import ConversationError
from tests.stand_in import StandIn, make_article

QUESTION = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"
TODAY = date(2026, 3, 3)
HOSTILE = (
    "[x](http://evil.example) ![i](http://evil.example/i.png)\n# h <script>alert(1)</script> | `c` **b** [1]: http://e"
)


@pytest.fixture(scope="module")
def turns(seed_assistant: Assistant) -> tuple[Turn, ...]:
    asked = (QUESTION, "Ai vô địch World Cup 2022?")
    answers = [seed_assistant.answer(question) for question in asked]
    done = [Turn(n, a.question, a.text, a, state="done") for n, a in enumerate(answers, 1)]
    return (*done, Turn(3, "…", notice="No.", state="failed"))


def test_a_kept_conversation_comes_back_as_it_was(turns: tuple[Turn, ...]) -> None:
    kept = json.loads(json.dumps([turn_record(turn) for turn in turns]))
    back = read_turns(kept)
    assert [turn_record(turn) for turn in back] == kept
    assert [turn.number for turn in back] == [1, 2, 3]
    for turn, before in zip(back, turns, strict=True):
        assert (turn.answer and turn.answer.citations) == (before.answer and before.answer.citations)
    assert len(read_turns(kept * 60)) == MAX_TURNS


def test_a_turn_that_was_running_when_it_was_kept_has_stopped() -> None:
    (turn,) = read_turns([turn_record(Turn(1, "Who?", "Half an"))])
    assert (turn.state, turn.text) == ("stopped", "Half an")


FIELDS = st.sampled_from(["question", "text", "notice", "asked_of", "state", "answer"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner),
)


@given(ANYTHING)
def test_anything_else_is_refused_in_one_way(value: object) -> None:
    if value == []:
        assert read_turns(value) == ()
    else:
        with pytest.raises(ConversationError, match="saved conversation"):
            read_turns(value)


def test_a_kept_answer_with_a_wrong_field_is_refused(turns: tuple[Turn, ...]) -> None:
    for path, wrong in ((("confidence",), 7), (("citations", 0, "start"), -1), (("citations", 0, "published"), "soon"),
                        (("text",), 5), (("trace",), None), (("citations", 0, "quote"), "x" * 200_000)):  # fmt: skip
        record = json.loads(json.dumps(turn_record(turns[0])))
        place = record["answer"]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = wrong
        with pytest.raises(ConversationError):
            read_turns([record])


def test_every_export_has_each_quote_with_its_full_reference(turns: tuple[Turn, ...]) -> None:
    words = wording("vi")
    assert turns[0].answer is not None
    (citation,) = turns[0].answer.citations
    markdown = exported(turns, "markdown", words, today=TODAY)
    page = exported(turns, "html", words, today=TODAY)
    assert (markdown.name, page.name) == ("rag-conversation.md", "rag-conversation.html")
    for text in (markdown.text.replace("\\", ""), _unescaped(page.text)):
        quote = " ".join(citation.quote.split())  # which has a blank of its own kind in it
        parts = (QUESTION, quote, citation.title, "Hương Lan", "2/3/2021", citation.article_id, "3/3/2026")
        assert [part for part in parts if part not in text] == []
    record = json.loads(exported(turns, "json", words, today=TODAY).text)
    assert [turn_record(turn) for turn in read_turns(record["turns"])] == record["turns"]


def test_hostile_text_is_text_in_an_export() -> None:
    texts = StandIn([make_article("a.txt", f"{HOSTILE}\n", title=HOSTILE)], Path())
    answer = replace(texts.answer("evil example script alert"), text=f"{HOSTILE} [1]")
    turn = Turn(1, HOSTILE, answer.text, answer, state="done")
    page = exported([turn], "html", wording("en"), today=TODAY).text
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="http' not in page
    markdown = exported([turn], "markdown", wording("en"), today=TODAY).text
    assert not re.search(r"(?<!\\)[<`*]|\]\(", markdown.replace("**[1]**", ""))
    assert not [line for line in markdown.split("\n") if line.startswith("[1]: ")]


def test_thumbs_are_lines_of_json(turns: tuple[Turn, ...], tmp_path: Path) -> None:
    feedback = Feedback(tmp_path / "thumbs.jsonl")
    assert feedback.write(turns[0], helpful=True, comment="Đúng rồi.\n" * 1000)
    assert feedback.write(turns[1], helpful=False, comment="")
    first, second = [json.loads(line) for line in feedback.file.read_text(encoding="utf-8").splitlines()]
    assert (first["helpful"], second["helpful"]) == (True, False)
    assert first["question"] == QUESTION
    assert len(first["comment"]) == 2000
    assert first["citations"] == [["002_437ef13a7bada8c3.txt", 2290, 2397]]
    assert not Feedback(tmp_path / "no" / "file").write(turns[0], helpful=True, comment="")


# --- files that visitors add --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.txt", "a.txt"), ("../../etc/passwd.txt", "passwd.txt"), ("C:\\x\\y.md", "y.md"),
        (".bashrc.txt", "bashrc.txt"), ("Bài viết số 1.html", "Bài viết số 1.html"),
        ("a\x00b\n<c>.txt", "a_b_c_.txt"), ("README.md", "article README.md"),
        ("..", "article"), ("", "article"), ("đ" * 300 + ".txt", "đ" * 58 + ".txt"),
    ],
)  # fmt: skip
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_good_file_is_taken_once_and_a_bad_one_is_not(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, megabytes=1)
    assert uploads.save("../rice.txt", b"Rice grows well.") == "rice.txt"
    assert (tmp_path / "rice.txt").read_bytes() == b"Rice grows well."
    refused = [
        ("rice.txt", b"Other text.", "upload_exists"), ("twin.txt", b"Rice grows well.", "upload_exists"),
        ("a.exe", b"MZ", "upload_type"), ("noname", b"text", "upload_type"), ("a.txt", b"", "upload_unreadable"),
        ("a.txt", b"\x00\x01\x02", "upload_unreadable"), ("a.html", b"<p></p>", "upload_unreadable"),
        ("a.pdf", b"%PDF-1.4 nonsense", "upload_unreadable"), ("a.docx", b"PK nonsense", "upload_unreadable"),
        ("a.txt", b"x" * 1_000_001, "upload_size"),
    ]  # fmt: skip
    for name, content, reason in refused:
        with pytest.raises(RefusedError, match=reason):
            uploads.save(name, content)
    assert [path.name for path in tmp_path.iterdir()] == ["rice.txt"]


def test_pdf_and_word_files_are_added_as_their_text(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Ban Dân vận có 15 biên chế.")
    row = document.add_table(rows=1, cols=2).rows[0]
    row.cells[0].text, row.cells[1].text = "Số phòng", "hai"
    packed = io.BytesIO()
    document.save(packed)
    uploads = Uploads(tmp_path)
    assert uploads.save("báo cáo.docx", packed.getvalue()) == "báo cáo.docx.txt"
    assert (tmp_path / "báo cáo.docx.txt").read_text(
        encoding="utf-8"
    ) == "Ban Dân vận có 15 biên chế.\n\nSố phòng | hai"
    assert uploads.save("rice.pdf", pdf("Rice grows well in wet", "years. It was", "Dear.")) == "rice.pdf.txt"
    assert (tmp_path / "rice.pdf.txt").read_text(encoding="utf-8") == "Rice grows well in wet years. It was\nDear."
    assert len(read_folder(tmp_path)[0]) == 2


def pdf(*rows: str) -> bytes:
    """A PDF of one page with these lines."""
    drawn = "BT /F 12 Tf 14 TL 72 700 Td " + " ".join(f"({row}) Tj T*" for row in rows) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]  # fmt: skip
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 6\n0000000000 65535 f \n{table}{trailer}".encode("ascii")


def test_uploads_come_over_http_and_only_from_the_page_itself(tmp_path: Path) -> None:
    texts = StandIn([make_article("a.txt", "One two three.\n", title="T")], tmp_path)
    with chat.running(texts, chat.Settings(port=0, follow=False, allow_upload=True)) as address:
        url = f"{address}/rag/upload"
        assert httpx.post(f"{url}?name=x.txt", content=b"Text here.").status_code == 404  # as a form elsewhere would
        assert httpx.get(f"{url}?name=x.txt", headers={"x-rag-upload": "1"}).status_code == 404
        sent = httpx.post(f"{url}?name=..%2Fx.txt", headers={"x-rag-upload": "1"}, content=b"Text here.")
        assert sent.json() == {"saved": "x.txt"}
        large = httpx.post(f"{url}?name=y.txt", headers={"x-rag-upload": "1"}, content=b"x" * 10_000_001)
        assert large.json() == {"refused": "upload_size"}
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]


def _unescaped(page: str) -> str:
    return html.unescape(page)
