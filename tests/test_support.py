"""What supports a sentence, over the five articles with the real model: by which of their sentences, or why nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.config import IndexSettings
from rag.corpus import Corpus
from rag.embed import open_embedder
from rag.index import open_index
from rag.reader import open_reader
from rag.support import UNTOLD, Claim, Support, support
from training.planting import ERRORS, plant

SEEDS = Path(__file__).parents[1] / "seeds"
STAFF = "Hiện nay, Ban Dân vận Tỉnh ủy có 15 biên chế (trong tổng số 16 biên chế được giao) với 02 phòng chuyên môn."


@pytest.fixture(scope="module")
def corpus(seed_index: Path) -> Iterator[Corpus]:
    embedder = open_embedder()
    with open_index(seed_index, articles=SEEDS, settings=IndexSettings(), embedder=embedder) as index:
        yield Corpus(index, embedder, open_reader())


def supported(claim: str, corpus: Corpus) -> Support:
    passages = [candidate.hit.passage for candidate in corpus.search(claim, k=8)]
    return support(Claim.of(claim, corpus), passages, corpus)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Ban Dân vận Tỉnh ủy hiện có 15 biên chế.", "có 15 biên chế"),
        ("Đề án số 06-ĐA/TU của Tỉnh ủy được ban hành ngày 14 tháng 12 năm 2017.", "06-ĐA/TU ngày 14/12/2017"),
        ("Điểm cầu Hà Tĩnh do ông Lê Thành Long và ông Phan Cao Thanh điều hành.", "Lê Thành Long và"),
        ("Lê Thành Long and Phan Cao Thanh ran the Hà Tĩnh venue.", "Lê Thành Long và"),
        ("The commission prepared 9 thematic reports of good quality.", "09 báo cáo chuyên đề"),  # by the reader
        ("The survey took place in Hanoi on 28 September and 29 September 2016.", "28/9 và 29/9/2016"),
    ],
)
def test_the_sentence_that_tells_it_is_quoted(corpus: Corpus, claim: str, quote: str) -> None:
    found = supported(claim, corpus)
    assert found
    first = found.quotations[0]
    assert quote in first.exact
    assert first.exact == first.article.text[first.span.start : first.span.end]


def test_what_it_leans_on_is_quoted_too(corpus: Corpus) -> None:
    claim = "Ban Dân vận Tỉnh ủy kiến nghị xem xét cho thành lập thêm 01 phòng chuyên môn."
    found = supported(claim, corpus)
    assert "thành lập thêm 01 phòng" in found.quotations[0].exact  # which says "Ban"
    assert any("Tỉnh ủy" in quotation.exact for quotation in found.quotations[1:])


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (STAFF.replace("15", "16"), "more often than in the quote"),
        (STAFF.replace("có 15", "không có 15"), "it denies"),
        ("Xem ở đây.", "it says nothing that could be supported"),
        ("Mùa thu Hà Nội thường bắt đầu vào cuối tháng tám, khi hoa sữa nở.", UNTOLD),
        ("The committee was founded in Geneva and meets on Mondays.", UNTOLD),
        ("Lê Hồng Anh chaired the online conference on Directive 43-CT/TW.", "tells it of 'Hà Thị Khiết'"),
        ("Aniko Drezl accepted the guidance and showed great determination.", "'Aniko Drezl' is not in the quote"),
        ("Điểu K’Ré presented the Điểu K’Ré to the department.", "is told more often than in the quote"),
        ("Ban có 01 phòng chuyên môn.", "the quote only proposes it"),
        ("Decision 290-QĐ/TW of the Politburo is dated 2015.", "is not the day of document 290"),
    ],
)
def test_what_is_not_told_has_a_reason(corpus: Corpus, claim: str, reason: str) -> None:
    found = supported(claim, corpus)
    assert not found
    assert reason in found.reason


@pytest.mark.parametrize("error", ERRORS)
def test_planted_errors_are_seen(corpus: Corpus, error: str) -> None:
    elsewhere = "Bà Lò Thị Mẩy và ông Triệu Văn Pao gặp nhau ở Mường Khương ngày 3/5/2011."
    sentence = (
        "Ngày 9/7, Bí thư Trung ương Đảng, Trưởng Ban Dân vận Trung ương Hà Thị Khiết chủ trì hội nghị trực tuyến "
        "quán triệt Chỉ thị 43-CT/TW ngày 14/5/2015 của Ban Bí thư."
    )
    assert supported(sentence, corpus)
    for seed in range(5):
        planted = plant(random.Random(seed), error, sentence, sentence, elsewhere)  # type: ignore[arg-type]
        assert planted is not None
        assert planted != sentence
        assert not supported(planted, corpus), planted
