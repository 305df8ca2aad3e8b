"""Tell whether a text only counts the things that a question wants named.

    only_counted(read_question("Hai phòng đó là những phòng nào?"), "một nhà kho với 02 phòng rộng") → True

"Một trong 4 cây cầu" names one of them, and not the others. Knows no collection: a text and a question are enough.
"""

from __future__ import annotations

import re

from rag.phrases import holds_any, is_date_word
from rag.question import Question, wants_several
from rag.terms import fold

OPENS_WITHIN = 30  # characters after what is counted, in which the things themselves begin, if they are told

_NUMBERS = r"\d{1,3}|hai|ba|bốn|sáu|bảy|tám|chín|mười|two|three|four|five|six|seven|eight|nine|ten"
_COUNTED = re.compile(rf"(?<!\w)(?:{_NUMBERS}) ([^\W\d]+)( [^\W\d]+)?", re.IGNORECASE)
_ONE_OF = re.compile(
    rf"(?<!\w)(?:một trong|one of)(?: số| the)? (?:các|những|{_NUMBERS}) ([^\W\d]+ [^\W\d]+)", re.IGNORECASE
)
_OPENS = re.compile(r"[:(“\"«]|(?<!\w)(?:là|gồm|như|are|namely|như sau)(?!\w)|(?<=\W)[A-ZĐ\d]")


def only_counted(question: Question, text: str) -> bool:
    """Whether a text says how many there are of what the question wants named, and not which."""
    if question.kind not in ("list", "fact") or not (wants_several(question) or holds_any(question.text, "which_are")):
        return False
    asked = fold(question.text)
    if any(fold(found[1]) in asked for found in _ONE_OF.finditer(text)):
        return True
    things = {fold(found[1]) for found in _COUNTED.finditer(question.text) if not is_date_word(found[1])}
    counted = [found for found in _COUNTED.finditer(text) if fold(found[1]) in things]
    return bool(counted) and not any(_OPENS.search(text[found.end() :][:OPENS_WITHIN]) for found in counted)
