"""Every visible string of the chat page, in Vietnamese and in English, and which of the two a browser gets.

A language is one `Wording`; a string that one of them lacks is a type error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias, get_args

Language: TypeAlias = Literal["vi", "en"]
FALLBACK: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The page's strings in one language. A name in braces is filled in."""

    title: str
    claim: str
    articles_count: str  # {count}
    skipped_count: str  # {count}
    conversation: str
    question: str
    question_hint: str
    send: str
    clear: str
    empty_title: str
    empty_text: str
    sources: str
    sources_hint: str
    nearest: str
    nearest_hint: str
    unknown_date: str
    published: str
    author: str
    source: str
    place: str  # {file} {line} {start} {end}
    sure: str
    likely: str
    unsure: str
    refused: str
    confidence_hover: str  # {percent}
    understood_as: str  # {question}
    index_updated: str
    too_long: str  # {limit} {length}
    failed: str  # {reason}
    fault: str
    example_list: str
    example_about: str  # {topic}
    example_who: str  # {title}
    example_author: str  # {title}
    example_date: str  # {title}
    date_format: str  # {day} {month} {year}
    months: tuple[str, ...]


VIETNAMESE = Wording(
    title="Hỏi đáp bài viết",
    claim="Mỗi câu trả lời đều kèm trích dẫn nguyên văn.",
    articles_count="{count} bài viết",
    skipped_count="{count} tệp không dùng được",
    conversation="Cuộc trò chuyện",
    question="Câu hỏi",
    question_hint="Hỏi về các bài viết…",
    send="Gửi",
    clear="Bắt đầu lại",
    empty_title="Bạn muốn biết điều gì?",
    empty_text="Hỏi bằng tiếng Việt hoặc ngôn ngữ khác. Điều gì các bài viết không nói, tôi sẽ nói là không biết.",
    sources="Nguồn",
    sources_hint="Các đoạn trích làm căn cứ cho câu trả lời sẽ hiện ở đây.",
    nearest="Những đoạn gần nhất",
    nearest_hint="Các bài viết không có câu trả lời; đây là những đoạn gần với câu hỏi nhất.",
    unknown_date="không rõ ngày đăng",
    published="Ngày đăng",
    author="Tác giả",
    source="Nguồn tin",
    place="{file}, dòng {line}, ký tự {start}–{end}",
    sure="Chắc chắn",
    likely="Có lẽ đúng",
    unsure="Chưa chắc",
    refused="Không tìm thấy",
    confidence_hover="Khả năng đúng: {percent}%",
    understood_as="Hiểu là: {question}",
    index_updated="Thư mục bài viết đã thay đổi; câu trả lời này dùng nội dung mới.",
    too_long="Câu hỏi dài {length} ký tự, tối đa là {limit}. Xin rút gọn rồi hỏi lại.",
    failed="Không trả lời được: {reason}",
    fault="Chương trình gặp lỗi khi trả lời câu này; chi tiết có trong nhật ký của máy chủ. Xin hỏi cách khác.",
    example_list="Có những bài viết nào?",
    example_about="Những bài nào nói về {topic}?",
    example_who="Bài “{title}” do ai viết, đăng ngày nào?",
    example_author="Bài “{title}” do ai viết?",
    example_date="Bài “{title}” đăng ngày nào?",
    date_format="{day}/{month}/{year}",
    months=tuple(str(month) for month in range(1, 13)),
)

ENGLISH = Wording(
    title="Ask the articles",
    claim="Every answer comes with verbatim quotes.",
    articles_count="{count} articles",
    skipped_count="{count} files that can't be used",
    conversation="Conversation",
    question="Question",
    question_hint="Ask about the articles…",
    send="Send",
    clear="Start over",
    empty_title="What would you like to know?",
    empty_text="Ask in English, Vietnamese or another language. What the articles don't say, I will say I don't know.",
    sources="Sources",
    sources_hint="The quotes that an answer rests on are shown here.",
    nearest="Nearest passages",
    nearest_hint="The articles don't hold the answer; these passages come closest to the question.",
    unknown_date="date not given",
    published="Published",
    author="Author",
    source="Source",
    place="{file}, line {line}, characters {start}–{end}",
    sure="Sure",
    likely="Likely",
    unsure="Unsure",
    refused="Not found",
    confidence_hover="Probability of being right: {percent}%",
    understood_as="Understood as: {question}",
    index_updated="The articles folder has changed; this answer uses what is in it now.",
    too_long="The question has {length} characters, {limit} is the limit. Please shorten it and ask again.",
    failed="This can't be answered: {reason}",
    fault="The program met a fault with this question; the server's log has it. Please ask in other words.",
    example_list="Which articles are there?",
    example_about="Which articles mention {topic}?",
    example_who="Who wrote “{title}”, and when was it published?",
    example_author="Who wrote “{title}”?",
    example_date="When was “{title}” published?",
    date_format="{day} {month} {year}",
    months=(
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
)  # fmt: skip

WORDING: Mapping[Language, Wording] = {"vi": VIETNAMESE, "en": ENGLISH}


def preferred_language(accept_language: str | None) -> Language:
    """The page's language for the header `Accept-Language` (RFC 9110, 12.5.4): the known one of the highest weight.

    >>> preferred_language("fr, vi-VN;q=0.9, en;q=0.8")
    'vi'
    """
    best: Language = FALLBACK
    best_weight = 0.0
    for entry in (accept_language or "").split(","):
        tag, _, parameter = entry.strip().partition(";")
        weight = _weight(parameter)
        for language in get_args(Language):
            if tag.strip().lower().split("-")[0] == language and weight > best_weight:
                best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def date_in_words(day: date, wording: Wording) -> str:
    """The date as the language writes it: 2/3/2021, or 2 March 2021."""
    return wording.date_format.format(day=day.day, month=wording.months[day.month - 1], year=day.year)
