"""The one tokeniser of the lexical index: text -> syllables -> terms (syllables and pairs of neighbours).

Vietnamese writes a blank between syllables, so pairs stand in for words ("dân vận" -> dân, vận, dân_vận), with no word
segmenter needed. Knows no index, no stop words and no offsets.

    "Chỉ thị 43-CT/TW"  ->  chỉ thị 43 ct tw  chỉ_thị thị_43 43_ct ct_tw
    "ngày 02/3/2021"    ->  ngày 2 3 2021     ngày_2 2_3 3_2021
    "数据库"             ->  数 据 库           数_据 据_库
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

JOINER = "\u2060"  # stands for markup inside a word (c&aacute;n) where a text must keep its length
INVISIBLE = re.compile(f"[\u00ad\u200b{JOINER}\ufeff]+")  # inside words, and no part of them

# Latin, Greek and Cyrillic diacritics. Vowel signs of Indic scripts are Mn too, but they are letters, not ornaments.
_DIACRITICS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
_UNDECOMPOSED = str.maketrans("đĐłŁøØħĦ", "dDlLoOhH")  # letters with a stroke have no decomposition

# Scripts written without blanks: a term is one character. (Han, kana, Thai, Lao, Khmer, Burmese; Hangul has blanks.)
UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0ec0-\u0ec4\u1000-\u102a\u1780-\u17b3"
    "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
)
# `\w` leaves out combining vowel signs, which would cut Hindi, Arabic and Hebrew words in pieces.
_SIGNS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u0900-\u0963\u0971-\u0dff"
)
_NUMBER = "[0-9]{1,3}(?:[.,][0-9]{3})+(?![0-9])"  # 1.000 or 1,000
_SYLLABLE = re.compile(rf"{_NUMBER}|[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_])(?:(?![{UNSPACED}])[^\W_]|[{_SIGNS}])*")

_VIETNAMESE = re.compile(  # a syllable, without diacritics
    r"(?:ngh?|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?"
    r"(?:ieu|yeu|oai|oao|oay|oeo|uoi|uou|uya|uye|uyu|uay|[aeiouy]|[aou]i|[ae]o|[aeiu]u|[au]y|[iou]a|[iouy]e|uo)"
    r"(?:ng|nh|ch|[cmnpt])?"
)
_WORD = re.compile(r"\w+")
_APOSTROPHES = re.compile("['’‘`]")

# Where the tone mark of oa, oe and uy goes is a matter of style (hòa, hoà): all are written the newer way.
_TONES = re.compile("[òóỏõọ][ae]|[ùúủũụ]y")
_VOWELS = dict(zip("aeouy", ("àáảãạ", "èéẻẽẹ", "òóỏõọ", "ùúủũụ", "ỳýỷỹỵ"), strict=True))


def fold(text: str) -> str:
    """Without diacritics and case: `"Đảng bộ" -> "dang bo"`. Compatibility forms become plain ones (`"２" -> "2"`)."""
    stripped = _DIACRITICS.sub("", unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED)))
    return unicodedata.normalize("NFKC", stripped).casefold().translate(_UNDECOMPOSED)


def has_diacritics(text: str) -> bool:
    """Whether any letter carries a mark or a stroke that `fold` takes away: false for `"ban dan van"`."""
    return bool(_DIACRITICS.search(unicodedata.normalize("NFD", text))) or text.translate(_UNDECOMPOSED) != text


def is_syllable(word: str) -> bool:
    """Whether a word is built like a syllable of Vietnamese, diacritics and case apart: "nghiêng", but not "ship"."""
    return bool(_VIETNAMESE.fullmatch(fold(word)))


def syllables(text: str) -> list[str]:
    """The syllables (or words) of a text in order: NFKC, case folded, tones placed one way, numbers comparable.

    `"43-CT/TW" -> ["43", "ct", "tw"]`, `"02" -> ["2"]`, `"1.000" -> ["1000"]`, `"Hòa" -> ["hoà"]`. Scripts without
    blanks give one character each. Never fails: NUL, lone surrogates and emoji are no syllables.
    """
    visible = text if text.isascii() else INVISIBLE.sub("", text)
    normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    if not normal.isascii():
        normal = _TONES.sub(_move_tone, normal)
    return [_comparable_number(s) if s[0].isdigit() else s for s in _SYLLABLE.findall(normal)]


def terms(text: str, *, folded: bool = False) -> list[str]:
    """Syllables, then pairs of neighbours joined by `_`; with `folded`, without diacritics.

    Pairs cross punctuation: the recipe was measured so, and it makes "43-CT/TW" findable as a whole.
    """
    single = syllables(text)
    if folded:
        single = [_fold_syllable(s) for s in single]
    return single + [f"{left}_{right}" for left, right in pairwise(single)]


def flat(text: str) -> str:
    """For finding words in words, whatever the marks: folded, apostrophes gone, one blank between and around words.

    `"Điểu K’Ré, Ủy viên" -> " dieu kre uy vien "`
    """
    return " " + " ".join(_WORD.findall(_APOSTROPHES.sub("", fold(text)))) + " "


def spelling(text: str) -> str:
    """`flat` with diacritics kept, each tone in one place: `"Điểu K’Ré, Ủy viên" -> " điểu kré uỷ viên "`."""
    return " " + " ".join(syllables(_APOSTROPHES.sub("", text))) + " "


def _move_tone(match: re.Match[str]) -> str:
    first, second = match[0][0], match[0][1]
    base = "o" if first in _VOWELS["o"] else "u"
    return base + _VOWELS[second][_VOWELS[base].index(first)]


def _comparable_number(token: str) -> str:
    digits = token.replace(".", "").replace(",", "")
    return (digits.lstrip("0") or "0") if digits.isdigit() else token


@lru_cache(maxsize=1 << 16)
def _fold_syllable(syllable: str) -> str:
    return fold(syllable)
