"""What the reader is trained on: stories well formed, examples true, and nothing of what it is tested on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.terms import fold, syllables
from rag.types import Span
from training.corpora import Asked, Paragraph, held_out, stories, xquad
from training.examples import MAX_WORDS, Examples
from training.grading import area_under_curve, exact, f1
from training.phrasing import keywords, near_miss, slip, typed

DATA = Path(__file__).parents[1].parent / "shared" / "eval"
SEEDS = Path(__file__).parents[1] / "seeds"
RUN = 13  # syllables in a row that two texts may not share; shorter ones are names of offices and days

TEXT = "Nhà máy Sông Xanh có 340 công nhân. Năm 2021, bà Lê Thị Hoa làm giám đốc. Doanh thu đạt 12 tỷ đồng."
HOA = Span(TEXT.index("Lê Thị Hoa"), TEXT.index(" làm giám"))
PARAGRAPHS = [
    Paragraph("a", "Báo cáo", {"vi": TEXT}, (Asked({"vi": "Ai làm giám đốc?"}, {"vi": HOA}),)),
    Paragraph("a", "Báo cáo", {"vi": "Trụ sở đặt ở Huế. Xe buýt chạy mỗi giờ."}, ()),
    Paragraph("b", "Thư", {"vi": "Thư viện mở cửa lúc 8 giờ."}, (Asked({"vi": "Thư viện ở đâu?"}, {}),)),
]


def runs(text: str) -> Iterator[tuple[str, ...]]:
    words = syllables(text)
    return (tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1))


@pytest.mark.slow
def test_every_answer_of_a_story_stands_in_it() -> None:
    found = stories()
    assert len(found) > 1_000
    for story in found:
        ((_, text),) = story.texts.items()
        for asked in story.asked:
            for span in asked.answers.values():
                answer = text[span.start : span.end]
                assert answer == answer.strip() != ""
                assert len(answer) <= 200
    unanswered = [not asked.answers for story in found for asked in story.asked]
    assert 0.25 < sum(unanswered) / len(unanswered) < 0.45


@pytest.mark.slow
def test_stories_share_no_run_of_words_with_what_is_tested_or_asked() -> None:
    tested = {run for path in SEEDS.glob("*.txt") for run in runs(path.read_text(encoding="utf-8"))}
    if DATA.is_dir():
        tested |= {run for paragraph in xquad(DATA, "test") for text in paragraph.texts.values() for run in runs(text)}
    for story in stories():
        for text in (*story.texts.values(), *(q for asked in story.asked for q in asked.questions.values())):
            assert tested.isdisjoint(runs(text)), story.title


@pytest.mark.skipif(not DATA.is_dir(), reason="XQuAD is not in ../shared/eval")
def test_training_and_test_articles_of_xquad_are_apart() -> None:
    train, test = xquad(DATA, "train"), xquad(DATA, "test")
    assert (len(train), len(test)) == (180, 60)
    assert {p.article for p in train}.isdisjoint(p.article for p in test)
    assert (sum(len(p.asked) for p in train), sum(len(p.asked) for p in test)) == (922, 268)
    for paragraph in train:
        for asked in paragraph.asked:
            assert all(paragraph.texts[name][span.start : span.end].strip() for name, span in asked.answers.items())


@pytest.mark.slow
def test_what_is_held_out_is_not_trained_on() -> None:
    train, out = held_out(stories())
    assert {p.article for p in train}.isdisjoint(p.article for p in out)
    assert len(out) == 150


@given(st.integers(0, 10_000))
def test_examples_say_where_the_answer_stands(seed: int) -> None:
    for example in Examples(PARAGRAPHS, {(0, 0): [2]}).epoch(seed):
        assert len(example.passage.split()) <= MAX_WORDS
        if example.answer is not None:
            assert example.passage[slice(*example.answer)] == "Lê Thị Hoa"


def test_an_epoch_is_its_seeds_and_has_both_kinds() -> None:
    examples = Examples(PARAGRAPHS, {(0, 0): [2]})
    assert examples.epoch(3) == examples.epoch(3) != examples.epoch(4)
    answered = [example.answer is not None for seed in range(20) for example in examples.epoch(seed)]
    assert 0.2 < sum(answered) / len(answered) < 0.8


def test_what_is_taken_out_is_the_sentence_that_answers() -> None:
    examples = Examples([PARAGRAPHS[0]], {})
    for seed in range(50):
        rest = examples._without(random.Random(seed), 0, "vi", HOA)
        assert "Hoa" not in rest


@pytest.mark.parametrize(
    ("question", "changed"), [("Năm 2021 có gì?", "2021"), ("Ai thay bà Lê Thị Hoa?", "Lê Thị Hoa"), ("Có gì?", None)]
)
def test_a_near_miss_has_another_number_or_name(question: str, changed: str | None) -> None:
    for seed in range(30):
        found = near_miss(random.Random(seed), question, TEXT, "Gặp ông Trần Văn Nam ở chợ.")
        if changed is None:
            assert found is None
        else:
            assert found is not None
            assert changed not in found
            assert found != question


@given(st.integers(0, 10_000))
def test_typing_keeps_a_question_a_question(seed: int) -> None:
    question = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"
    found = typed(random.Random(seed), question, "vi")
    kept = set(syllables(fold(found))) & set(syllables(fold(question)))
    assert len(kept) >= 4  # of the keywords "Ban Dân vận Tỉnh ủy biên chế" two may share a slip


def test_keywords_are_the_words_of_content() -> None:
    assert keywords("Ban Dân vận có bao nhiêu biên chế?", "vi") == "Ban Dân vận biên chế"
    assert keywords("How many people work there?", "en") == "people work"


def test_a_slip_changes_one_place() -> None:
    for seed in range(40):
        assert abs(len(slip(random.Random(seed), "biên chế")) - len("biên chế")) <= 1
    assert slip(random.Random(0), "a b") == "a b"


@pytest.mark.parametrize(
    ("predicted", "gold", "exact_match", "overlap"),
    [
        ("The Laptev Sea.", "laptev sea", 1.0, 1.0),
        ("15 biên chế", "15", 0.0, 0.5),
        ("6300公里", "6300", 0.0, 0.5),
        ("Huế", "Hà Nội", 0.0, 0.0),
    ],
)
def test_grades_are_squads(predicted: str, gold: str, exact_match: float, overlap: float) -> None:
    assert exact(predicted, gold) == exact_match
    assert f1(predicted, gold) == pytest.approx(overlap)


def test_the_area_under_the_curve_counts_pairs() -> None:
    assert area_under_curve([0.9, 0.5], [0.1, 0.5]) == pytest.approx((1 + 1 + 1 + 0.5) / 4)


def test_a_story_is_asked_in_three_languages(tmp_path: Path) -> None:
    story = "## Tựa\nBan có 15 biên chế.\n\nQ: Ban có mấy người?\nQ: staff\nQ: {}\nA: 15 biên chế\n"
    for third, language in (("有多少人?", "zh"), ("Quel effectif ?", "fr")):
        (tmp_path / "a.txt").write_text(story.format(third), encoding="utf-8")
        ((asked,),) = (paragraph.asked for paragraph in stories(tmp_path))
        assert asked.questions == {"vi": "Ban có mấy người?", "en": "staff", language: third}
    (tmp_path / "a.txt").write_text(story.format("Ban có mấy ai?\nQ: Combien ?\nQ: Pourquoi ?"), encoding="utf-8")
    with pytest.raises(ValueError, match="two questions of one answer in 'fr'"):
        stories(tmp_path)
