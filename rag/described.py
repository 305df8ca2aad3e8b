"""Tell apart what a question asks and the article that it asks it of, where it describes one.

    described("Ai chủ trì, trong bài về hội nghị cuối năm?")     → ("Ai chủ trì?", "về hội nghị cuối năm")
    described("Who is named in the March 2021 survey article?")  → ("Who is named?", "March 2021 survey")

By form only: a small word, a word for an article, and a description that a mark or the end of the question closes.
Which article is meant is for who asks to find out. Knows no article and no index.
"""

from __future__ import annotations

import re
from typing import Final

ASKED_WORDS: Final = 2  # at least, beside the description

_FORMS = (
    re.compile(
        r"(?<!\w)(?:trong|theo|ở|tại)\s+(?:bài viết|bài báo|bài)\s+"
        r"(?P<about>[^,?.!;:]{6,120}?)(?=\s+thì\s|\s*[,?.!;:]|\s*$)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<!\w)(?:mentioned\s+)?(?:in|from|according to|per)\s+the\s+(?P<about>[^,?.!;:]{3,100}?)\s+"
        r"(?:article|piece|report|story|post)(?P<more>(?:\s+(?:on|about)\s+[^,?.!;:]{3,100})?)(?=\s*[,?.!;:]|\s*$)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<!\w)(?:in|from|according to|per)\s+the\s+(?:article|piece|report|story|post)\s+(?:on|about)\s+"
        r"(?P<about>[^,?.!;:]{3,120}?)(?=\s*[,?.!;:]|\s*$)",
        re.IGNORECASE,
    ),
)


def described(text: str) -> tuple[str, str] | None:
    """What is asked, and the article's description; None where the question has none, or asks nothing else."""
    for form in _FORMS:
        match = form.search(text)
        if match is None:
            continue
        asked = text[: match.start()].rstrip(" ,") + " " + text[match.end() :].lstrip(" ,")
        asked = re.sub(r"\s+([,?.!;:])", r"\1", re.sub(r"^thì\s+", "", asked.strip(), flags=re.IGNORECASE))
        about = (match["about"] + (match.groupdict().get("more") or "")).strip()
        if len(asked.split()) >= ASKED_WORDS:
            return asked, about
    return None
