"""What is read for a question, and what a reading makes of a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from rag.confidence import measures
from rag.corpus import PASSAGES_READ, Corpus
from rag.index import Index
from rag.passages import reading
from rag.question import read_question
from rag.reader import AnswerSpan, Page, Reading
from rag.select import LIKELY_ANSWER, measured, most_promising, ranked_by
from rag.types import Span
from tests.corpus import Folder, make_folder


@dataclass
class NotingReader:
    """Notes what it is given, and finds `word` wherever it stands, as sure as `probability` says."""

    word: str = "zzz"
    probability: float = 0.9
    id: str = "noting"
    asked: list[tuple[str, Page]] = field(default_factory=list)

    def read(self, question: str, pages: Sequence[Page]) -> list[Reading]:
        self.asked += [(question, page) for page in pages]
        return [self._read(page.text) for page in pages]

    def _read(self, text: str) -> Reading:
        start = text.find(self.word)
        if start < 0:
            return Reading(0.05, (), (), np.zeros(0, dtype=np.float32))
        span = Span(start, start + len(self.word))
        return Reading(0.95, (AnswerSpan(span, self.probability),), (span,), np.array([0.95], dtype=np.float32))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = make_folder(tmp_path_factory.mktemp("corpus"))
    many = " ".join(f"Đoạn thứ {i} nói về con số {i} và không có gì khác nữa cả." for i in range(12))
    folder.put("dài.txt", f"Đoạn dài\n\n{many}\n")
    folder.put(
        "menu.txt", "Trang chủ | Tin tức\n\nChuyện cá\n\nCá mè bơi ở hồ Tây. Cá chép bơi ở sông Hồng. Đó là năm 2021.\n"
    )
    folder.build()
    return folder


@pytest.fixture(scope="module")
def index(folder: Folder) -> Iterator[Index]:
    with folder.open() as opened:
        yield opened


def corpus(folder: Folder, index: Index, reader: NotingReader | None) -> Corpus:
    return Corpus(index, folder.embedder, reader)


def passages_read(reader: NotingReader, index: Index) -> list[Page]:
    """The passages among what was read: of sentences about as good, each is read alone, too."""
    texts = {index.articles_by_id[p.article_id].plain[p.start : p.end] for p in index.passages}
    return [page for _, page in reader.asked if page.text in texts]


def test_it_reads_on_only_until_a_passage_surely_has_the_answer(folder: Folder, index: Index) -> None:
    question = read_question("Đoạn nào nói về con số 7?")
    reader, nearest = NotingReader("con số"), corpus(folder, index, None).search(question.text)
    best = corpus(folder, index, reader).score(question, nearest)
    assert len(reader.asked) == 1
    assert reader.asked[0][1].text == nearest[0].hit.passage.text
    assert best[0].read is not None
    reader = NotingReader("con số")
    corpus(folder, index, reader).score(question, nearest, thorough=True)
    assert len(reader.asked) == PASSAGES_READ


def test_it_reads_on_where_a_passage_lacks_a_number_of_the_question(folder: Folder, index: Index) -> None:
    question, reader = read_question("Đoạn nào nói về con số 77?"), NotingReader("con số")
    corpus(folder, index, reader).best(question)
    assert len(passages_read(reader, index)) == PASSAGES_READ


def test_the_best_passages_are_read_with_their_titles(folder: Folder, index: Index) -> None:
    reader = NotingReader()
    question = read_question("Đoạn nào nói về con số 7?")
    nearest = corpus(folder, index, reader).search(question.text)
    corpus(folder, index, reader).score(question, nearest[::-1])  # in whatever order they come
    assert len(reader.asked) == PASSAGES_READ
    articles = index.articles_by_id
    expected = most_promising(measured(question, nearest, articles, index.lexical))[:PASSAGES_READ]
    assert [page for _, page in reader.asked] == [
        Page(articles[p.article_id].metadata.title, articles[p.article_id].plain[p.start : p.end]) for p in expected
    ]
    assert {question for question, _ in reader.asked} == {"Đoạn nào nói về con số 7?"}


def test_what_was_read_for_a_question_is_not_read_again(folder: Folder, index: Index) -> None:
    reader = NotingReader()
    asked = corpus(folder, index, reader)
    question = read_question("Cá mè bơi ở đâu?")
    first = asked.best(question)
    count = len(reader.asked)
    assert asked.best(question) == first
    assert len(reader.asked) == count
    asked.score(read_question("Cá chép bơi ở đâu?"), asked.search(question.text))
    assert {text for text, _ in reader.asked[count:]} == {"Cá chép bơi ở đâu?"}


def test_a_question_typed_without_diacritics_is_read_with_them(folder: Folder, index: Index) -> None:
    reader = NotingReader()
    corpus(folder, index, reader).best(read_question("ca me boi o ho nao"))
    assert {text for text, _ in reader.asked} == {"cá mè bơi ở hồ nào"}


def test_a_passage_is_read_without_the_days_of_its_article(folder: Folder, index: Index) -> None:
    reader = NotingReader()
    corpus(folder, index, reader).best(read_question("Năm 2021 cá mè bơi ở đâu?"))
    asked = {page.title: text for text, page in reader.asked}
    assert asked["Chuyện cá"] == "cá mè bơi ở đâu?"
    assert asked["Đoạn dài"] == "Năm 2021 cá mè bơi ở đâu?"


def test_the_answer_is_placed_in_the_file(folder: Folder, index: Index) -> None:
    reader = NotingReader("hồ Tây")
    best = corpus(folder, index, reader).best(read_question("Cá mè bơi ở đâu?"))[0]
    assert best.article.id == "menu.txt"
    assert best.answer is not None
    assert best.article.text[slice(*best.answer)] == "hồ Tây"
    assert best.read == pytest.approx(0.95)
    assert best.answerable == pytest.approx(0.95)


def test_where_the_reader_finds_it_decides_the_sentence(folder: Folder, index: Index) -> None:
    question = read_question("Cá bơi ở đâu?")
    for word, text in (("hồ Tây", "Cá mè bơi ở hồ Tây."), ("sông Hồng", "Cá chép bơi ở sông Hồng.")):
        best = corpus(folder, index, NotingReader(word)).best(question)[0]
        assert best.article.text[slice(*best.span)] == text


def test_an_unlikely_span_is_no_place_of_the_answer(folder: Folder, index: Index) -> None:
    reader = NotingReader("hồ Tây", probability=LIKELY_ANSWER / 2)
    (sentence,) = (s for s in corpus(folder, index, reader).best(read_question("Cá mè bơi ở đâu?")) if s.read)
    assert sentence.answer is None


def test_passages_that_were_not_read_have_no_answer(folder: Folder, index: Index) -> None:
    scored = corpus(folder, index, NotingReader()).best(read_question("Đoạn nào nói về con số 7?"))
    assert all(sentence.read == 0.0 for sentence in scored)
    assert {sentence.answerable for sentence in scored} == {0.0, 0.05}


def test_without_a_reader_nothing_is_read(folder: Folder, index: Index) -> None:
    question = read_question("Cá mè bơi ở đâu?")
    best = corpus(folder, index, None).best(question)[0]
    assert (best.read, best.answerable, best.answer) == (None, 0.0, None)
    assert {"read", "read_odds", "answerable"}.isdisjoint({*ranked_by(best), *measures(question, best)})


def test_a_corpus_forgets_with_its_answer(folder: Folder, index: Index, tmp_path: Path) -> None:
    reader = NotingReader()
    one, other = corpus(folder, index, reader), corpus(folder, index, reader)
    one.best(read_question("Cá mè bơi ở đâu?"))
    count = len(reader.asked)
    other.best(read_question("Cá mè bơi ở đâu?"))
    assert len(reader.asked) == 2 * count


def test_only_some_articles_are_searched_and_known(index: Index, folder: Folder) -> None:
    whole = Corpus(index, folder.embedder)
    some = Corpus(index, folder.embedder, only=frozenset({"committee.txt", "no such.txt"}))
    assert set(some.articles) == {"committee.txt"}
    assert {c.hit.passage.article_id for c in some.search("Ban Dân vận")} == {"committee.txt"}
    assert some.search("Ban Dân vận", only=["mùa thu.md"]) == []
    found = {c.hit.passage: c.hit.score for c in whole.search("Ban Dân vận", k=100)}
    assert {c.hit.passage: c.hit.score for c in some.search("Ban Dân vận")}.items() <= found.items()


def test_of_two_sentences_about_as_good_the_one_that_answers_by_itself_comes_first(
    folder: Folder, index: Index
) -> None:
    question, plain = read_question("Cá bơi ở đâu?"), NotingReader()
    nearest = corpus(folder, index, plain).search(question.text)
    first, second = (reading(s.article, s.span) for s in corpus(folder, index, plain).score(question, nearest)[:2])
    assert {first, second} == {"Cá mè bơi ở hồ Tây.", "Cá chép bơi ở sông Hồng."}
    assert [page.text for _, page in plain.asked[-2:]] == [first, second]

    class Alone(NotingReader):
        def _read(self, text: str) -> Reading:
            return replace(super()._read(text), answerable=0.9 if text == second else 0.1)

    best = corpus(folder, index, Alone()).score(question, nearest)
    assert reading(best[0].article, best[0].span) == second
    assert best[0].alone == 0.9
    assert best[0].lead > 0 > best[1].lead
