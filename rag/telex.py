"""Read Vietnamese that was typed for an input method that was off, in Telex or VNI.

    retyped("cos bao nhieeu bieen chees?")   → "có bao nhiêu biên chế?"
    retyped("co1 bao nhie6u bie6n che61?")   → "có bao nhiêu biên chế?"
    retyped("Who was the box office star?")  → unchanged

Both methods write the marks as letters (https://vi.wikipedia.org/wiki/Telex_(kiểu_gõ)) or digits (…/VNI) after the
vowel or at the syllable's end. A word is changed when it can't be a Vietnamese syllable as it stands and is one
after its marks are put on. Where the other words have no diacritics either, one of the changed ones has to be a word
that questions are made of. Knows words only, no article and no index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from rag.terms import fold, has_diacritics, is_syllable

_TONES: Final[Mapping[str, str]] = {
    **dict(zip("sfrxj", "\u0301\u0300\u0309\u0303\u0323", strict=True)),
    **dict(zip("12345", "\u0301\u0300\u0309\u0303\u0323", strict=True)),
}
_SHAPES: Final = (  # what is typed, and the letters that it means; the longest first
    ("uwow", "ươ"), ("uow", "ươ"), ("uo7", "ươ"), ("u7o7", "ươ"), ("dd", "đ"), ("d9", "đ"), ("aa", "â"), ("a6", "â"),
    ("aw", "ă"), ("a8", "ă"), ("ee", "ê"), ("e6", "ê"), ("oo", "ô"), ("o6", "ô"), ("ow", "ơ"), ("o7", "ơ"),
    ("uw", "ư"), ("u7", "ư"),
)  # fmt: skip
_FINAL_SHAPE = re.compile(r"(?P<vowels>uo|a|o|u)(?P<rest>ng|nh|ch|[cmnpti]?)[w78]$")
_WORD = re.compile(r"(?<![\w/-])[A-Za-z][A-Za-z0-9]*(?![\w/-])")
_MARKED = "ăâêôơư"


def retyped(text: str, known: frozenset[str]) -> str:
    """The text with what was typed in Telex or VNI as letters. `known`: words that questions are made of."""
    changed = {word: found for word in _WORD.findall(text) if (found := _decoded(word))}
    if not has_diacritics(text) and not (len(changed) > 1 and any(word.lower() in known for word in changed.values())):
        return text
    if all(word[-1].isdigit() for word in changed) and len(changed) < 2:  # "G7", "covid19"
        return text
    return _WORD.sub(lambda match: changed.get(match.group(), match.group()), text)


def _decoded(word: str) -> str:
    """The syllable that a word means, or "": it is a syllable as it stands, an abbreviation, or means none."""
    lowered = word.lower()
    if is_syllable(word) or word[1:] != lowered[1:]:
        return ""
    tone, rest = _without_tone(lowered)
    if match := _FINAL_SHAPE.search(rest):  # "truongw" for "trương"
        vowels = {"uo": "ươ", "a": "ă", "o": "ơ", "u": "ư"}[match["vowels"]]
        rest = rest[: match.start()] + vowels + match["rest"]
    for typed, meant in _SHAPES:
        rest = rest.replace(typed, meant)
    if not is_syllable(rest) or rest == lowered:
        return ""
    found = _with_tone(rest, tone)
    return found[0].upper() + found[1:] if word[0].isupper() else found


def _without_tone(word: str) -> tuple[str, str]:
    """The tone's combining mark, and the word without its key: the last one after a vowel."""
    for i in range(len(word) - 1, 0, -1):
        if word[i] in _TONES and any(c in "aeiouyw6789" for c in word[:i]):
            return _TONES[word[i]], word[:i] + word[i + 1 :]
    return "", word


def _with_tone(syllable: str, tone: str) -> str:
    """The tone on the vowel that bears it: a marked one, or the last before a consonant, or else the first of two."""
    vowels = [i for i, c in enumerate(syllable) if fold(c) in "aeiouy"]
    if syllable[:2] in ("qu", "gi") and len(vowels) > 1:
        vowels = vowels[1:]
    marked = [i for i in vowels if syllable[i] in _MARKED]
    closed = vowels[-1] < len(syllable) - 1
    at = marked[-1] if marked else vowels[-1] if closed else vowels[0] if len(vowels) < 3 else vowels[1]
    return unicodedata.normalize("NFC", syllable[: at + 1] + tone + syllable[at + 1 :])
