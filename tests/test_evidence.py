"""The kind of thing asked for, found in a text."""

from __future__ import annotations

import pytest

from rag.evidence import evidence_of, places_of
from rag.question import read_question


@pytest.mark.parametrize(
    ("question", "text", "places"),
    [
        ("Ban hành ngày nào?", "Nghị quyết ngày 14/12/2017, sửa năm 2019.", ["14/12/2017"]),
        ("Ban hành năm nào?", "Nghị quyết ngày 14/12/2017, sửa năm 2019.", ["14/12/2017", "2019"]),
        ("Có bao nhiêu phòng?", "có 15 biên chế (trong 16) với 02 phòng, năm 2021", ["02"]),
        ("Trồng mấy cây?", "trồng ít nhất một cây xanh", ["một"]),
        ("Là khóa mấy?", "đại biểu Quốc hội khóa XV", ["XV"]),
        ("Ai phát biểu?", "Ông Trần Văn Bình phát biểu tại hội nghị.", ["Ông Trần Văn Bình"]),
        ("Trần Văn Bình làm việc với ai?", "Trần Văn Bình gặp Lê Thị Hoa.", ["Lê Thị Hoa"]),
        ("Ai phát biểu?", "Trưởng Ban Nguyễn Văn An phát biểu.", ["Nguyễn Văn An"]),
        ("Ai phát biểu?", "Trưởng Ban Dân vận Tỉnh ủy phát biểu.", []),  # an office is nobody
        ("Trong 15 biên chế có mấy kế toán?", "Trong 15 biên chế có 3 kế toán.", ["3"]),  # 15 was said
        ("Kinh phí bao nhiêu tỷ đồng?", "có 15 biên chế", []),
        ("Gắn với chỉ thị số mấy?", "Quyết định số 290 và Chỉ thị số 05 CT/TW", ["05"]),
        # when it happened, and not the date that a document bears; unless that is what is asked for
        ("Hội nghị diễn ra ngày nào?", "Ngày 9/7, hội nghị bàn Chỉ thị 43-CT/TW ngày 14/5/2015.", ["9/7"]),
        ("Chỉ thị ban hành ngày nào?", "Ngày 9/7, hội nghị bàn Chỉ thị 43-CT/TW ngày 14/5/2015.", ["9/7", "14/5/2015"]),
    ],
)
def test_places(question: str, text: str, places: list[str]) -> None:
    assert [text[p.start : p.end] for p in places_of(read_question(question), text)] == places


@pytest.mark.parametrize(
    ("question", "text", "evidence"),
    [
        ("Họp ngày nào?", "Hội nghị đã họp năm 2020.", 0.0),  # a day is wanted, a year is none
        ("Họp khi nào?", "Hội nghị đã họp năm 2020.", 1.0),
        ("Kinh phí bao nhiêu tỷ đồng?", "Quỹ có 15 biên chế.", 0.0),
        ("Kinh phí bao nhiêu tỷ đồng?", "Quỹ có 15 tỉ đồng.", 1.0),
        ("Chiếm bao nhiêu phần trăm?", "Rừng chiếm 42% diện tích.", 1.0),
        ("Có bao nhiêu biên chế?", "Ban có 15 biên chế.", 1.0),
        ("Có bao nhiêu biên chế?", "Ban có 2 phòng.", 0.4),
        ("Mở mấy cuộc hội thảo?", "Đã mở 02 hội thảo.", 1.0),  # "cuộc" says little
        ("Có bao nhiêu biên chế?", "Ban có nhiều biên chế.", 0.0),  # a number would have been seen
        ("Có bao nhiêu biên chế?", "Ban có năm biên chế.", 0.1),  # five, if not a year
        ("Kèm theo chỉ thị số mấy?", "Nghị quyết số 25 và Chỉ thị số 05.", 1.0),
        ("Kèm theo chỉ thị số mấy?", "Nghị quyết số 25 và Quyết định 290.", 0.0),
        ("ra ket luan so may", "ban hành Kết luận số 03-KL/TU", 1.0),
        ("Ai chủ trì?", "Hội nghị diễn ra tốt đẹp.", 0.1),
        ("Nghị quyết có tên là gì?", "Nghị quyết về “Trồng rừng” đã ban hành.", 1.0),
        ("Nghị quyết có tên là gì?", "Nghị quyết do Quốc hội ban hành.", 0.1),  # the name may have capitals
        ("Nghị quyết có tên là gì?", "Nghị quyết đã ban hành.", 0.0),
        ("Bà Lan giữ chức trong nhiệm kỳ nào?", "Bà Lan giữ chức chủ tịch.", 0.0),
        ("Bà Lan giữ chức trong nhiệm kỳ nào?", "Bà Lan giữ chức từ khóa XII.", 0.1),
        ("Hai phòng đó là những phòng nào?", "Sở có 15 biên chế với 02 phòng.", 0.0),
        ("Hai phòng đó là những phòng nào?", "Sở có 02 phòng là Tổ chức và Kế toán.", 0.5),
        ("Nghị quyết nói gì?", "Nghị quyết nói về rừng.", 0.5),
    ],
)
def test_evidence(question: str, text: str, evidence: float) -> None:
    assert evidence_of(read_question(question), text) == evidence


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("Khóa này thuộc nhiệm kỳ nào?", "Ngày 9/7/2015 bàn về nhiệm kỳ 2015 - 2020.", ["2015 - 2020"]),
        ("Which term is it of?", "Đại hội khóa XII, nhiệm kỳ 2015-2020", ["2015-2020"]),
        ("Làm trong giai đoạn nào?", "Trong 02 tháng đầu năm 2021, Ban đã làm", ["02 tháng đầu năm 2021"]),
        ("Họp ngày nào trong tháng 7/2015?", "Ngày 9/7, họp về Chỉ thị ngày 14/5/2015", ["9/7"]),
        ("Họp ngày nào?", "Ngày 9/7, họp về chuyện ngày 14/5/2015", ["9/7", "14/5/2015"]),
    ],
)
def test_stretches_of_time_and_days_told_in_part(question: str, text: str, found: list[str]) -> None:
    places = places_of(read_question(question), text)
    assert [text[place.start : place.end] for place in places] == found
