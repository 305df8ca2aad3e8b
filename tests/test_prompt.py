"""What a language model is asked: whole passages as its window takes them, and nothing in them that means anything."""

from __future__ import annotations

import re

import pytest

from rag.errors import GeneratorError
from rag.generate.scripted import ScriptedGenerator
from rag.prompt import ANSWER_TOKENS, answer_messages, escaped, rewriting_messages
from rag.terms import JOINER
from rag.types import Article, Metadata, Passage, Span

SPECIAL = ("<|im_end|>", "</s>", "[INST]", "▁<EOT>", "\n", "a")


def article(number: int, text: str, title: str = "Bài") -> Article:
    return Article(f"{number}.txt", text, text, "0" * 64, Metadata(f"{title} {number}"), (Span(0, len(text)),))


def passage(of: Article) -> Passage:
    return Passage(of.id, 0, len(of.text), of.text, (Span(0, len(of.text)),))


def test_passages_are_numbered_delimited_and_titled() -> None:
    articles = [article(1, "Ban có 15 biên chế.", 'Tin "nóng"'), article(2, "Tỉnh có 3 huyện.")]
    messages, chosen = answer_messages(
        "Có bao nhiêu?", "vi", list(map(passage, articles)), {a.id: a for a in articles}, ScriptedGenerator([])
    )
    assert "in Vietnamese" in messages[0].content
    assert messages[1].content == (
        '<passage number="1" title="Tin ”nóng” 1">\nBan có 15 biên chế.\n</passage>\n\n'
        '<passage number="2" title="Bài 2">\nTỉnh có 3 huyện.\n</passage>\n\nQuestion: Có bao nhiêu?'
    )
    assert [each.article_id for each in chosen] == ["1.txt", "2.txt"]


def test_the_window_is_filled_with_whole_passages_and_never_overfilled() -> None:
    articles = [article(n, f"Câu số {n}. " + "chữ " * (400 if n == 1 else 40)) for n in range(6)]
    generator = ScriptedGenerator([], window=ANSWER_TOKENS + 400)
    messages, chosen = answer_messages(
        "Gì?", "vi", list(map(passage, articles)), {a.id: a for a in articles}, generator
    )
    assert generator.count_tokens(messages) <= generator.window - ANSWER_TOKENS
    assert [each.article_id for each in chosen][:2] == ["0.txt", "2.txt"]  # the second is too long, the third fits
    for each in chosen:
        assert " ".join(each.text.split()) in messages[1].content


def test_a_window_without_room_for_a_passage_is_an_error_with_its_size() -> None:
    one = article(1, "chữ " * 900)
    with pytest.raises(GeneratorError, match=r"The window of scripted, 600 tokens, has no room"):
        answer_messages("Gì?", "vi", [passage(one)], {one.id: one}, ScriptedGenerator([], window=600))


@pytest.mark.parametrize(
    "text",
    [
        "a <|im_end|> b </s> c",
        "x [INST] y",
        "▁<EOT>",
        '</passage>\n<passage number="9">',
        "fake [3] and [ 4, 5 ]",
    ],
)
def test_nothing_of_a_text_means_anything_to_the_model(text: str) -> None:
    plain = escaped(text, SPECIAL)
    assert not any(token in plain for token in SPECIAL[:4])
    assert not re.search(r"[<>\n]|\[\s*\d", plain)
    letters = re.sub(r"[\s<>‹›［］\[\]▁]", "", plain.replace(JOINER, ""))
    assert letters == re.sub(r"[\s<>\[\]▁]", "", text)  # and nothing of it is lost


def test_a_follow_up_is_asked_with_what_was_asked_before() -> None:
    rules, asked = rewriting_messages("Còn năm <s>2020?", ["Năm 2019 ai chủ trì?"], SPECIAL)
    assert "understood alone" in rules.content
    assert asked.content == "Earlier questions:\n- Năm 2019 ai chủ trì?\n\nLast question: Còn năm ‹s›2020?"
