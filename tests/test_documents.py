"""Documents that a text names by a number, and the days they bear."""

from __future__ import annotations

import pytest

from rag.documents import days_of_documents, documents_in, kind_numbered


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("theo Quyết định số 290-QĐ/TW và Chỉ thị 05", [("290", "quyet dinh", "qd"), ("5", "chi thi", "")]),
        ("theo quyet dinh 290", [("290", "quyet dinh", "")]),  # as people type it
        ("triển khai 15/2019/TT-BYT", [("15", "", "tt")]),
        ("Directive 43 and Decision No. 217-QĐ/TW", [("43", "directive", ""), ("217", "decision", "qd")]),
        ("theo Quyeets dinhj 217-QDd/TW", [("217", "", "")]),
        ("第25号决议", []),  # the kind follows
        ("họp ngày 9/7 về 15 biên chế", []),
        ("Quyết định có 1.000 trang", []),
    ],
)
def test_documents(text: str, documents: list[tuple[str, str, str]]) -> None:
    found = documents_in(text)
    assert [(each.number, each.kind, each.code) for each in found] == documents
    assert all(text[each.place.start :].lstrip("0").startswith(each.number) for each in found)


def test_a_document_bears_the_day_right_behind_its_code() -> None:
    text = "Ngày 9/7, họp về Chỉ thị 43-CT/TW ngày 14/5/2015 và Đề án 06 năm 2017; Quyết định 2-QĐ/TU, 1/2/2020."
    assert [(document.number, text[day.start : day.end]) for document, day in days_of_documents(text)] == [
        ("43", "14/5/2015"),
        ("2", "1/2/2020"),
    ]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Kèm theo chỉ thị số mấy?", "chi thi"),
        ("di kem ket luan so bao nhieu", "ket luan"),
        ("Nhà số mấy?", ""),
        ("Chỉ thị 43 nói gì?", ""),
    ],
)
def test_the_kind_of_document_whose_number_is_asked_for(question: str, kind: str) -> None:
    assert kind_numbered(question) == kind
