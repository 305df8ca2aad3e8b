"""Ask questions with known answers in other ways: as people type them, and about other numbers.

    python -m benchmarks.perturbed GOLD.jsonl [--articles seeds] [--index index] [--reader NAME]

The first should change nothing: letters composed otherwise, lower case, no diacritics, a slip, tone marks in the old
places, the keys of Telex or VNI, no final mark. The last should: with every number changed to another one a question
has no answer any more, and should be refused, or at least flagged by a confidence below one half.
"""

from __future__ import annotations

import argparse
import platform
import random
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import rag
from rag.evaluate.gold import GoldQuestion, read_gold
from rag.evaluate.grading import is_right
from rag.terms import fold
from training.phrasing import in_telex

FLAGGED = 0.5
_NUMBER = re.compile(r"(?<!\w)\d+")
_NEW_PLACE = re.compile("([oOuU])([aeyAEY])([\u0300\u0301\u0303\u0309\u0323])(?!\\w)")


def old_places(text: str) -> str:
    """Tone marks on the first vowel of oa, oe, uy at the end of a syllable, as they used to be: "hoà" → "hòa"."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize(
        "NFC", re.sub(r"([oOuU])([aeyAEY])([\u0300\u0301\u0303\u0309\u0323])(?!\w)", r"\1\3\2", decomposed)
    )


def plain(text: str) -> str:
    return "".join(f.upper() if c.isupper() and len(f) == 1 else f for c, f in ((c, fold(c) or c) for c in text))


def other_number(number: str, rng: random.Random) -> str:
    """Another number of as many digits; of a year, one near it."""
    if len(number) == 4 and number[:2] in ("19", "20"):
        return str(int(number) + rng.choice((-3, -2, 2, 3)))
    while True:
        other = "".join(rng.choice("123456789") for _ in number)
        if int(other) != int(number):
            return other


def numbers_changed(text: str, rng: random.Random) -> str:
    return _NUMBER.sub(lambda m: other_number(m.group(), rng), text)


def slip(text: str) -> str:
    """Two neighbouring letters have changed places."""
    places = [i for i in range(len(text) - 1) if text[i : i + 2].isalpha() and text[i] != text[i + 1]]
    i = random.Random(text).choice(places) if places else 0
    return text[:i] + text[i + 1 : i + 2] + text[i : i + 1] + text[i + 2 :]


WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "old tone places": old_places,
    "lower case": str.lower,
    "no diacritics": plain,
    "one slip": slip,
    "two slips": lambda text: slip(slip(text)),
    "Telex, not composed": in_telex,
    "VNI, not composed": lambda text: in_telex(text, digits=True),
    "no final mark": lambda text: text.rstrip(" ?."),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("--articles", type=Path, default=Path("seeds"))
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--reader")
    args = parser.parse_args()
    golds = [gold for gold in read_gold(args.gold) if gold.answerable]
    print(f"{len(golds)} questions that have an answer; {platform.machine()}, Python {platform.python_version()}")
    with rag.Assistant.open(args.articles, args.index, reader=args.reader) as bot:
        for name, way in WAYS.items():
            right = [_is_right(bot, gold, way(gold.question)) for gold in golds]
            print(f"{name:20} right {sum(right):3} of {len(right)}")
        with_numbers = [gold for gold in golds if _NUMBER.search(gold.question)]
        changed = [numbers_changed(gold.question, random.Random(gold.id)) for gold in with_numbers]
        answers = [bot.answer(text, history=gold.history) for gold, text in zip(with_numbers, changed, strict=True)]
    flagged = [a.abstained or a.confidence < FLAGGED for a in answers]
    refused = sum(a.abstained for a in answers)
    print(f"{'numbers changed':20} refused {refused}, refused or flagged {sum(flagged)} of {len(answers)}")
    for text, answer, is_flagged in zip(changed, answers, flagged, strict=True):
        if not is_flagged:
            print(f"    {answer.confidence:.2f} {text}\n         {answer.text[:200]}")


def _is_right(bot: rag.Assistant, gold: GoldQuestion, text: str) -> bool:
    return is_right(gold, bot.answer(text, history=gold.history), {article.id for article in bot.articles})


if __name__ == "__main__":
    main()
