"""Long sentences cut down to the clauses that answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.articles import read_folder
from rag.clauses import quote_span
from rag.lexical import LexicalIndex
from rag.question import read_question
from rag.types import Article, Metadata, Span

SENTENCE = (
    "Báo cáo nêu rõ, sau 5 năm thực hiện Quyết định 290, ngày 25/2/2010 của Bộ về quy chế phối hợp, các đơn vị đã mở "
    "12 lớp tập huấn; hoàn thiện và trình sơ kết Thông báo số 292, ngày 18/9/2009 của Ban về chăm sóc nạn "
    "nhân; đồng thời phát động phong trào “Mỗi người một cây, mỗi nhà một vườn” trong toàn ngành, tặng 300 suất quà."
)


def article(text: str) -> Article:
    return Article("a.txt", text, text, "", Metadata("A"), (Span(0, len(text)),))


def cut(question: str, text: str = SENTENCE, max_characters: int = 120, answer: str = "") -> str:
    vocabulary = LexicalIndex.build([text, "Một bài khác về quy chế phối hợp của Bộ."])
    found = Span(text.index(answer), text.index(answer) + len(answer)) if answer else None
    span = quote_span(
        read_question(question),
        article(text),
        Span(0, len(text)),
        vocabulary,
        max_characters=max_characters,
        answer=found,
    )
    return text[span.start : span.end]


@pytest.mark.parametrize(
    ("question", "wanted", "unwanted"),
    [
        ("Quyết định 290 ban hành ngày nào?", "25/2/2010", "18/9/2009"),
        ("Thông báo số 292 ban hành ngày nào?", "18/9/2009", "25/2/2010"),
        ("Mở bao nhiêu lớp tập huấn?", "12 lớp", "300"),
        ("Tặng bao nhiêu suất quà?", "300 suất quà", "12 lớp"),
        ("Phong trào phát động là gì?", "“Mỗi người một cây, mỗi nhà một vườn”", "292"),
    ],
)
def test_the_clause_that_answers(question: str, wanted: str, unwanted: str) -> None:
    quote = cut(question)
    assert wanted in quote
    assert unwanted not in quote
    assert len(quote) <= 120


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Vì sao?", "12 lớp tập huấn"),
        ("Vì sao?", "300 suất quà"),
        ("Quyết định 290 ban hành ngày nào?", "ngày 18/9/2009"),
        ("Quyết định 290 ban hành ngày nào?", "Mỗi người một cây"),  # which might be a day in words
    ],
)
def test_where_the_reader_found_the_answer_is_quoted(question: str, answer: str) -> None:
    quote = cut(question, answer=answer)
    assert answer in quote
    assert len(quote) <= 120


def test_a_number_that_is_no_date_is_no_day() -> None:
    assert "25/2/2010" in cut("Quyết định 290 ban hành ngày nào?", answer="12 lớp tập huấn")


def test_what_a_date_belongs_to_comes_with_it() -> None:
    text = (
        "Trung ương đã thực hiện Quyết định 290, ngày 25/2/2010 của Bộ “Về quy chế phối hợp giữa các bên”; trình Thông "
        "báo số 292, ngày 18/9/2009 của Ban “Về việc chăm sóc các nạn nhân và gia đình trong giai đoạn mới”."
    )
    quote = cut("Thông báo số 292 ban hành ngày nào?", text)
    assert "292, ngày 18/9/2009" in quote
    assert "chăm sóc" not in quote


def test_the_day_of_an_event_is_not_that_of_a_document_that_the_reader_took() -> None:
    text = (
        "Ngày 9/7, Trưởng Ban chủ trì hội nghị trực tuyến toàn quốc với ba điểm cầu ở ba miền, quán triệt Chỉ thị "
        "43-CT/TW ngày 14/5/2015 của Ban Bí thư về công tác với người có công."
    )
    answer = cut("Hội nghị trực tuyến họp hôm nào?", text, answer="14/5/2015")
    assert answer.startswith("Ngày 9/7")
    assert "14/5" not in answer


def test_what_the_reader_found_is_left_where_it_is_no_number() -> None:
    answer = "Mỗi người một cây, mỗi nhà một vườn"
    assert "12 lớp" in cut("Mở bao nhiêu lớp tập huấn?", answer=answer)


def test_brackets_are_not_cut_in_two() -> None:
    text = "Sáu tháng đầu năm Ban đã gửi ba báo cáo về đời sống (như báo cáo về lúa; về cá; về muối), và đã về các xã."
    answer = cut("Ban đã gửi báo cáo về những gì?", text, max_characters=90, answer="lúa")
    assert answer.endswith("đời sống (như báo cáo về lúa; về cá; về muối)")


def test_what_is_called_something_is_quoted_with_its_name() -> None:
    answer = cut("Phong trào trong toàn ngành có tên là gì?", max_characters=80)
    assert "“Mỗi người một cây, mỗi nhà một vườn”" in answer


def test_what_a_document_is_about_follows_its_number() -> None:
    text = (
        "Các cấp ủy cần triển khai sớm và kiểm tra thường xuyên việc thực hiện Quyết định 217-QĐ/TW về “Quy chế giám "
        "sát của Mặt trận” và Quyết định 218-QĐ/TW về việc góp ý xây dựng Đảng, xây dựng chính quyền ở địa phương."
    )
    assert "217-QĐ/TW" in cut("Quy chế giám sát của Mặt trận là quyết định số mấy?", text)


def test_a_short_sentence_stays_whole() -> None:
    assert cut("Có bao nhiêu phòng?", "Ban có 02 phòng, 15 biên chế.") == "Ban có 02 phòng, 15 biên chế."


def test_without_a_clause_the_words_around_what_was_asked_for() -> None:
    text = "Trong buổi làm việc các đơn vị cùng nhau " + "trao đổi nhiều vấn đề " * 12 + "và cử 37 cán bộ đi cơ sở."
    quote = cut("Cử bao nhiêu cán bộ?", text, 60)
    assert "37 cán bộ" in quote
    assert f" {quote} " in f" {text} "  # whole words
    assert len(quote) <= 60


def test_a_clause_that_is_too_long_ends_between_words() -> None:
    text = "Trưởng Ban nhấn mạnh sự quan tâm đối với nạn nhân thông qua việc Ban Bí thư ban hành Chỉ thị 43-CT/TW."
    quote = cut("Việc chăm sóc được nhấn mạnh ra sao?", text, max_characters=97)
    assert text.startswith(quote)
    assert text[len(quote)] == " "


@settings(deadline=None)
@given(st.text(alphabet="abcd ,;:.()“”-0123 \n", min_size=1, max_size=400), st.integers(20, 120))
def test_always_a_slice_within_the_sentence(text: str, limit: int) -> None:
    span = quote_span(
        read_question("abc 12 dd?"), article(text), Span(0, len(text)), LexicalIndex.build([text]), max_characters=limit
    )
    assert 0 <= span.start <= span.end <= len(text)
    assert span.end - span.start <= max(limit, len(text) if len(text) <= limit else 0)


def test_on_the_longest_sentences_of_the_seeds() -> None:
    articles, _ = read_folder(Path(__file__).parents[1] / "seeds")
    [found] = [a for a in articles if a.id.startswith("000")]
    start = found.plain.index("Trong đó, các vụ, đơn vị")
    span = Span(start, found.plain.index("điện..).") + len("điện..)."))
    quote = quote_span(
        read_question("Có bao nhiêu báo cáo chuyên đề?"),
        found,
        span,
        LexicalIndex.build([found.plain]),
        max_characters=280,
    )
    assert "09 báo cáo chuyên đề" in found.text[quote.start : quote.end]


def test_who_is_quoted_with_a_name_though_the_reader_took_the_office() -> None:
    text = (
        "Sáng 3/2, đồng chí Lê Thị Hoa Mai - Phó Bí thư Thường trực Huyện ủy, Chủ tịch HĐND huyện, Phó Trưởng đoàn "
        "giám sát cùng đoàn công tác của Thường trực Huyện ủy đã làm việc với Ban Kinh tế về kế hoạch năm nay."
    )
    assert "Lê Thị Hoa Mai" in cut("Chủ tịch HĐND huyện tới làm việc là ai?", text, answer="Chủ tịch HĐND huyện")


def test_what_a_document_is_about_comes_before_what_was_said_of_it() -> None:
    text = (
        "Bộ đã triển khai các nhiệm vụ, trong đó có sơ kết Đề án 12 về nước sạch "
        "ở các xã; hoàn thiện và trình sơ kết Thông báo kết luận số 292-TB/TW, ngày 18/9/2009 về chăm sóc nạn nhân."
    )
    quote = cut("Thông báo kết luận 292-TB/TW là về vấn đề gì?", text, 130, "292-TB/TW")
    assert quote.endswith("292-TB/TW, ngày 18/9/2009 về chăm sóc nạn nhân.")


def test_a_day_is_not_quoted_alone() -> None:
    text = "Ngày 9/7, Trưởng ban Hà Thị Khanh chủ trì hội nghị trực tuyến về chăm sóc nạn nhân ở các tỉnh miền Trung."
    quote = cut("Hội nghị trực tuyến diễn ra ngày nào?", text, 80)
    assert quote.startswith("Ngày 9/7, Trưởng ban Hà Thị Khanh chủ trì")
    assert len(quote) <= 80


def test_an_office_may_follow_the_one_who_holds_it() -> None:
    text = (
        "Phát biểu kết luận các buổi làm việc ở hai cơ quan, đồng chí Lê Thị Hoa, Phó Bí thư Huyện ủy và đồng chí Trần "
        "Văn Bình, Ủy viên Ban Thường vụ cho rằng công việc năm nay đã được chuẩn bị kỹ và triển khai đúng kế hoạch."
    )
    quote = cut("Phó Bí thư Huyện ủy là ai?", text, 90)
    assert "Lê Thị Hoa, Phó Bí thư Huyện ủy" in quote


def test_what_is_asked_for_stays_where_the_reader_found_more_than_fits() -> None:
    text = (
        "Làm việc tại Sở, đại diện Sở đã thông qua báo cáo kết quả lãnh đạo và chỉ đạo và triển khai thực hiện công "
        "tác của các phòng và các đoàn thể theo chỉ đạo của Tỉnh ủy và của Bộ giai đoạn từ năm 2010-2015."
    )
    found = text[text.index("báo cáo kết quả") : -1]
    assert "2010-2015" in cut("Báo cáo tính cho giai đoạn nào?", text, 120, found)
