"""Measuring: what counts as right, the figures, what changed, and drafts that people can go on from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import rag
from rag.articles import read_folder
from rag.errors import GoldError
from rag.evaluate.drafting import draft_gold
from rag.evaluate.figures import by, calibration_error, changes, figures, quantile, risk_and_coverage
from rag.evaluate.gold import GoldQuestion, read_gold
from rag.evaluate.grading import Row, comparable, grade, is_right, occurs, read_rows
from rag.evaluate.run import table_lines
from rag.types import Answer, Article, Citation, Trace

GOLD = GoldQuestion(
    id="q", question="Bao nhiêu?", lang="vi", type="number", articles=("002",), must_include=(("15", "mười lăm"),)
)
IDS = ("001_a.txt", "002_b.txt")


def _answer(text: str, *cited: str, abstained: bool = False, confidence: float = 0.9) -> Answer:
    citations = tuple(Citation(i, name, "", None, None, None, "15", 3, 5) for i, name in enumerate(cited, 1))
    return Answer("Bao nhiêu?", text, citations, abstained, confidence, "vi", (), Trace())


def _row(number: int, **changed: object) -> Row:
    row = Row(
        id=f"q{number}", type="number", lang="vi", question="?", answerable=True, right=True, abstained=False,
        confidence=0.9, citations=1, from_right_articles=1, first_citation_right=True, exact_quotes=1, characters=100,
        milliseconds=10.0, text="15 [1]",
    )  # fmt: skip
    return replace(row, **changed)  # type: ignore[arg-type]


class _OneText:
    def article(self, article_id: str) -> Article:
        articles, _ = read_folder(Path("seeds"))
        return replace(articles[0], id=article_id)


def test_marks_case_blanks_and_composition_do_not_count() -> None:
    assert comparable("“Dân   VẬN” [12] kh\u0065\u0301o") == "dân vận khéo"


@pytest.mark.parametrize(("piece", "text", "there"), [("15", "có 15 người", True), ("15", "có 159 người", False)])
def test_a_piece_occurs_in_whole_words_only(piece: str, text: str, there: bool) -> None:
    assert occurs(piece, text) is there


def test_an_answer_is_right_when_each_list_of_alternatives_is_met() -> None:
    assert is_right(GOLD, _answer("Có 15 biên chế. [1]"), IDS)
    assert is_right(GOLD, _answer("Mười lăm. [1]"), IDS)
    assert not is_right(GOLD, _answer("Có 16 biên chế. [15]"), IDS)  # a mark is no answer
    assert not is_right(replace(GOLD, must_include=(("15",), ("phòng",))), _answer("Có 15. [1]"), IDS)


def test_an_answer_that_quotes_everything_is_wrong() -> None:
    long = "Có 15 biên chế. " + "x" * 300
    assert not is_right(GOLD, _answer(long), IDS)
    assert is_right(replace(GOLD, type="list"), _answer(long), IDS)


def test_what_has_no_answer_is_right_when_it_is_refused_and_the_other_way_round() -> None:
    refused = _answer("Không rõ.", abstained=True)
    assert is_right(replace(GOLD, type="unanswerable"), refused, IDS)
    assert not is_right(replace(GOLD, type="unanswerable"), _answer("15"), IDS)
    assert not is_right(GOLD, replace(refused, text="15"), IDS)


def test_where_several_articles_are_needed_each_is_cited() -> None:
    several = replace(GOLD, type="multi_article", articles=("001", "002"))
    assert is_right(several, _answer("15", "001_a.txt", "002_b.txt"), IDS)
    assert not is_right(several, _answer("15", "001_a.txt"), IDS)


def test_an_article_is_meant_by_its_id_before_it_is_by_a_beginning() -> None:
    gold = replace(GOLD, articles=("a",))
    row = grade(gold, _answer("15", "ab", "a"), 1.0, _OneText(), ("a", "ab"))
    assert (row.from_right_articles, row.first_citation_right) == (1, False)


def test_a_quote_that_is_not_at_its_place_is_not_exact() -> None:
    assert grade(GOLD, _answer("15", "002_b.txt"), 1.0, _OneText(), IDS).exact_quotes == 0


def test_figures_count_refusals_both_ways() -> None:
    rows = [
        _row(1),
        _row(
            2,
            right=False,
            abstained=True,
            citations=0,
            from_right_articles=0,
            exact_quotes=0,
            first_citation_right=False,
        ),
        _row(3, answerable=False, abstained=True, citations=0, from_right_articles=0, exact_quotes=0, confidence=0.1),
        _row(4, answerable=False, right=False, citations=2, from_right_articles=0, exact_quotes=1),
    ]
    found = figures(rows)
    assert found["answers right"] == 0.5
    assert found["answerable refused"] == 0.5
    assert found["unanswerable refused"] == 0.5
    assert found["refusals due"] == 0.5
    assert found["citation precision"] == 1.0
    assert found["quotes exact"] == 2 / 3


def test_nothing_is_said_of_what_was_not_asked() -> None:
    assert "unanswerable refused" not in figures([_row(1)])
    assert figures([]) == {}


def test_calibration_error_is_the_gap_of_each_bin_by_its_size() -> None:
    rows = [_row(1), _row(2, right=False), _row(3, right=False, abstained=True, answerable=False, confidence=0.2)]
    assert calibration_error(rows) == pytest.approx((abs(1.8 - 1) + 0.2) / 3)
    wrongly_refused = _row(4, right=False, abstained=True, confidence=0.3)
    assert calibration_error([*rows, wrongly_refused]) == calibration_error(rows)


def test_the_surest_answers_come_first() -> None:
    rows = [_row(i, confidence=i / 10, right=i > 2) for i in range(1, 5)]
    assert list(risk_and_coverage(rows)) == [(0.25, 1.0), (0.5, 1.0), (0.75, 2 / 3), (1.0, 0.5)]


def test_quantiles_are_values_that_were_seen() -> None:
    assert [quantile([4, 1, 3, 2], share) for share in (0.01, 0.5, 0.51, 1)] == [1, 2, 3, 4]
    assert quantile([], 0.5) is None


def test_changes_name_what_got_right_and_wrong_since() -> None:
    earlier = [_row(1, right=False), _row(2), _row(3)]
    better, worse = changes([_row(1), _row(2, right=False), _row(4)], earlier)
    assert ([row.id for row in better], [row.id for row in worse]) == (["q1"], ["q2"])
    printed = "\n".join(table_lines([_row(1), _row(2, right=False)], earlier))
    assert "got right since the earlier run\n  q1" in printed
    assert "got wrong since the earlier run\n  q2" in printed


def test_shares_are_given_by_group() -> None:
    rows = [_row(1), _row(2, lang="en"), _row(3, lang="en", right=False)]
    assert list(by(rows, lambda row: row.lang)) == [("en", 2, 0.5), ("vi", 1, 1.0)]


def test_rows_survive_being_written(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(row.to_json() for row in (_row(1), _row(2, text="“x”\n"))), encoding="utf-8")
    assert read_rows(path) == [_row(1), _row(2, text="“x”\n")]
    path.write_text('{"id": "q1"}')
    with pytest.raises(GoldError, match="holds no results"):
        read_rows(path)


def test_gold_survives_being_written(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    golds = [replace(GOLD, history=("trước?",)), replace(GOLD, id="r", articles=("001", "002"), answers=("15",))]
    path.write_text("\n\n".join(gold.to_json() for gold in golds), encoding="utf-8")
    assert read_gold(path) == golds


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"gold.jsonl:2 is no JSON"),
        ("[]", "2 is no JSON object"),
        ('{"id": "b", "question": " ", "lang": "vi", "type": "date"}', '"question" must be a text'),
        ('{"id": "b", "question": "q", "lang": "vi", "type": "date"}', 'needs "answers"'),
        ('{"id": "b", "question": "q", "lang": "vi", "type": "date", "answers": [""]}', "texts that are not empty"),
        ('{"id": "b", "question": "q", "lang": "vi", "type": "date", "must_include": "x"}', "list of lists"),
        ('{"id": "q", "question": "q", "lang": "vi", "type": "date", "answers": ["x"]}', "'q' stands more than once"),
    ],
)
def test_a_gold_file_that_cannot_be_used_is_said_to_be_so(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(f"{GOLD.to_json()}\n{line}\n", encoding="utf-8")
    with pytest.raises(GoldError, match=message):
        read_gold(path)


def test_a_gold_file_that_is_missing_or_empty_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"can't be read .*rag eval --make"):
        read_gold(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(GoldError, match="has no questions"):
        read_gold(tmp_path / "empty.jsonl")


def test_drafts_ask_for_what_stands_in_the_articles() -> None:
    articles, _ = read_folder(Path("seeds"))
    drafts = list(draft_gold(articles))
    texts = {article.id: article for article in articles}
    assert {draft.type for draft in drafts} == {"meta", "number", "date", "person"}
    for draft in drafts:
        article = texts[draft.articles[0]]
        assert draft.answers[0] in " ".join(article.text.split())
        if draft.type != "meta":
            before, after = draft.question.split("“", 1)[1][:-1].split("…", 1)
            assert before + draft.answers[0] + after in " ".join(article.text.split())
    assert json.loads(drafts[0].to_json())["question"] == drafts[0].question
    assert drafts == list(draft_gold(articles))


@pytest.mark.slow
def test_a_draft_can_be_asked_and_graded(tmp_path: Path) -> None:
    from rag.evaluate.run import ask_all

    with rag.Assistant.open("seeds", tmp_path / "index", reader="none") as bot:
        golds = [draft for draft in draft_gold(bot.articles) if draft.type == "meta"][:3]
        rows = list(ask_all(bot, golds))
    assert [row.id for row in rows] == [gold.id for gold in golds]
    assert all(row.right and row.exact_quotes == row.citations > 0 for row in rows)
