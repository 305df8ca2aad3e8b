from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.articles import read_folder
from rag.html import read_page
from rag.passages import body_sentences, reading
from rag.terms import JOINER, syllables
from rag.types import Span

PAGE = Path(__file__).parent / "data" / "pages" / "page.html"


def test_a_page() -> None:
    article = next(a for a in read_folder(PAGE.parent)[0] if a.id == PAGE.name)
    metadata = article.metadata
    assert (metadata.title, metadata.published) == ("Chợ nổi họp lại sau mùa lũ", date(2021, 3, 2))
    assert (metadata.author, metadata.source) == ("Lê Văn Minh", "Báo Sông")
    assert metadata.published_span is not None
    assert article.text[slice(*metadata.published_span)] == "2021-03-02"
    sentences = body_sentences(article)
    assert [reading(article, s) for s in sentences[:3]] == [
        "Sáng 02/3/2021, chợ nổi đã họp lại với hơn 200 ghe thuyền, sau hai tháng nghỉ vì nước lớn.",
        "Bà con nói giá cá & tôm tăng gấp rưỡi so với năm ngoái.",
        "Ban quản lý chợ cho biết mỗi ghe được hỗ trợ 500.000 đồng tiền xăng dầu trong tháng đầu tiên, "
        "và được miễn phí bến bãi đến hết quý hai.",
    ]
    quote = article.text[sentences[1].start : sentences[1].end]
    assert quote == "Bà con n&oacute;i gi&aacute; cá &amp; tôm tăng gấp rưỡi so với năm ngoái."
    for dropped in ("Trang chủ", "Hôm nay", "Cầu mới", "Giữ bản quyền", "not text", "Báo Sông"):
        assert dropped not in article.plain


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>c&aacute;n b&#7897;", ["cán", "bộ"]),
        ("<p><b>D</b>ân vận", ["dân", "vận"]),
        ("<p>một<br>hai</p><p>ba", ["một", "hai", "ba"]),
        ("<p>a&nbsp;b &lt;c&gt; R&amp;D &bogus; &#xD800;", ["a", "b", "c", "r", "d", "bogus"]),
        ("<p>x<script>var y = '<p>z';</script><style>p{}</style> w", ["x", "w"]),
        ("<p>một</p><nav><a>Trang chủ</a></nav><footer>©</footer>", ["một"]),
    ],
)
def test_words_stay_whole(source: str, words: list[str]) -> None:
    plain, _ = read_page(source)
    assert len(plain) == len(source)
    assert syllables(plain) == words


def test_a_quote_ends_with_its_whole_reference() -> None:
    source = "<p>&ldquo;Đúng v&acirc;&#803;y.&rdquo; Ông nói.</p>"
    plain, _ = read_page(source)
    start, end = len(plain) - len(plain.lstrip()), plain.index(" Ông")
    assert source[start:end] == "&ldquo;Đúng v&acirc;&#803;y.&rdquo;"
    assert plain[start:end].replace(JOINER, "") == "“Đúng va\u0302\u0323y.”".replace("a\u0302", "â")


def test_the_day_it_is_read_is_never_the_date() -> None:
    page = PAGE.read_text(encoding="utf-8").replace("2021-03-02T07:30:00+07:00", "")
    assert "9/6/2023" in page  # the clock of the page
    assert read_page(page)[1].published is None


@pytest.mark.parametrize("section", ["<![foo[ bar ]]>", "<![ if x]>", "<![if !IE]>", "<![endif]-->", "<![endif]>"])
def test_marked_sections_are_comments(section: str) -> None:
    plain, _ = read_page(f"<p>một {section}</p><p>hai</p>")
    assert [w for w in syllables(plain) if w in ("một", "hai")] == ["một", "hai"]


HEAD = "<html><head><title>Chợ họp</title>{}</head><body><article><h1>Chợ họp</h1><p>{}</p></article></body></html>"
PROSE = "Announcements of the Newsroom: bà con đã họp chợ sau hai tháng nghỉ vì nước lớn trong mùa mưa năm nay. " * 3


@pytest.mark.parametrize(
    ("head", "body", "author", "written"),
    [
        ('<meta name="author" content="Nguy&#7877;n V&#259;n An">', "", "Nguyễn Văn An", "Nguy&#7877;n V&#259;n An"),
        ("<meta content='Nguyễn  Văn An' name='author'>", "", "Nguyễn Văn An", "Nguyễn  Văn An"),
        ('<meta name="author" content="Ann Lee">', "MaryAnn Leeds.", "Ann Lee", "Ann Lee"),
    ],
)
def test_the_author_of_a_page_and_where_it_is_written(head: str, body: str, author: str, written: str) -> None:
    source = HEAD.format(head, PROSE + body)
    metadata = read_page(source)[1]
    assert metadata.author == author
    assert metadata.author_span is not None
    assert source[slice(*metadata.author_span)] == written


def test_a_name_is_found_as_whole_words_and_in_no_code() -> None:
    head = '<style>.News {}</style><script>var News;</script><meta property="og:site_name" content="News">'
    source = HEAD.format(head, PROSE)
    metadata = read_page(source)[1]
    assert metadata.source == "News"
    at = source.index('"News"') + 1
    assert metadata.source_span == Span(at, at + 4)


def test_the_date_in_linked_data() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2021-03-02T07:30"}</script>'
    source = HEAD.format(head, PROSE)
    metadata = read_page(source)[1]
    assert metadata.published == date(2021, 3, 2)
    assert metadata.published_span is not None
    assert source[slice(*metadata.published_span)] == "2021-03-02"


TAGS = ["<p>", "</p>", "<div", "<b>", "</i>", "<script>", "<title>", "</title>", "<br/>", "<nav>", "</nav>", "<pre>"]
DEBRIS = [
    "&amp;",
    "&",
    "&#",
    "<!--",
    "-->",
    "<![CDATA[",
    "<![",
    "<![if",
    '<meta name="author" content="',
    "]]>",
    "<?",
    ">",
    "\r\n",
    "\n",
    "Một câu.",
    "\x00",
    "\ud800",
    '"',
]


@settings(deadline=None, max_examples=80)
@given(st.lists(st.sampled_from(TAGS + DEBRIS) | st.text(max_size=4), max_size=25))
def test_broken_pages_keep_their_length(parts: list[str]) -> None:
    source = "".join(parts)
    assert len(read_page(source)[0]) == len(source)
