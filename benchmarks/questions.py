"""Grade the assistant on a file of questions with known answers, and time it.

    python benchmarks/questions.py ../shared/eval/gold_dev.jsonl [--articles seeds] [--index index] [--verbose]

Each line of the file is a JSON object: id, question, lang, type, article, answers, must_include, history. An answer is
right when every list of `must_include` is met (without one: any of `answers` occurs), compared case-folded, NFC, blanks
collapsed, quotation and citation marks dropped, on word boundaries; a multi_article answer must cite every article
named; a text over 300 characters (900 for lists, reasons and several articles) is wrong. Unanswerable: it abstained.
Exits 1 when a figure is below what the project promises.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import resource
import sys
import time
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

import rag

SHORT = {"factoid", "number", "date", "person", "meta"}
FLOORS = {"answers right": 0.70, "first citation right": 0.85, "unanswerable refused": 0.70, "quotes exact": 1.0}


def normal(text: str) -> str:
    text = unicodedata.normalize("NFC", re.sub(r"\[\d+\]", " ", text)).casefold()
    return " ".join(re.sub(r"[“”\"«»‘’'`]", "", text).split())


def occurs(piece: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(normal(piece))}(?!\w)", text) is not None


def named(gold: dict[str, Any]) -> list[str]:
    article = gold["article"]
    return [] if article is None else [article] if isinstance(article, str) else list(article)


def is_right(gold: dict[str, Any], answer: rag.Answer) -> bool:
    if gold["type"] == "unanswerable":
        return answer.abstained
    if answer.abstained:
        return False
    if len(re.sub(r"\s*\[\d+\]", "", answer.text)) > (300 if gold["type"] in SHORT else 900):
        return False
    cited = {c.article_id[:3] for c in answer.citations}
    if gold["type"] == "multi_article" and not cited.issuperset(named(gold)):
        return False
    text = normal(answer.text)
    if gold.get("must_include"):
        return all(any(occurs(piece, text) for piece in pieces) for pieces in gold["must_include"])
    return gold["type"] == "multi_article" or any(occurs(piece, text) for piece in gold["answers"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("--articles", type=Path, default=Path("seeds"))
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--verbose", action="store_true", help="print each wrong answer")
    parser.add_argument("--dump", type=Path, help="write every answer to this file, as JSON lines")
    args = parser.parse_args()
    golds = [json.loads(line) for line in args.gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    right: dict[str, list[bool]] = defaultdict(list)
    milliseconds, dumped = [], []
    with rag.Assistant.open(articles=args.articles, index=args.index) as bot:
        bot.answer("khởi động")  # the first question pays for the model's start
        for gold in golds:
            started = time.perf_counter()
            answer = bot.answer(gold["question"], history=gold.get("history", ()))
            milliseconds.append((time.perf_counter() - started) * 1000)
            dumped.append(answer.to_json())
            good = is_right(gold, answer)
            if gold["type"] == "unanswerable":
                right["unanswerable refused"].append(good)
            else:
                right["answers right"].append(good)
                first = answer.citations[0].article_id[:3] if answer.citations else None
                right["first citation right"].append(first in named(gold))
            right[f"  {gold['type']}"].append(good)
            for c in answer.citations:
                right["quotes exact"].append(bot.article(c.article_id).text[c.start : c.end] == c.quote)
            if args.verbose and not good:
                scores = {k: round(v, 2) for k, v in answer.trace.scores.items()}
                print(f"✗ {gold['id']} {gold['type']} [{answer.trace.kind}] {gold['question']}")
                print(f"    {answer.text[:420]!r} {[c.article_id[:3] for c in answer.citations]} {scores}")
                print(f"    wanted {gold.get('must_include') or gold['answers']} in {named(gold)}")
    if args.dump:
        args.dump.write_text("\n".join(dumped) + "\n", encoding="utf-8")
    for name, marks in sorted(right.items()):
        print(f"{name:24} {sum(marks):4}/{len(marks):<4} {sum(marks) / len(marks):.3f}")
    milliseconds.sort()
    print(f"answer(), warm           p50 {milliseconds[len(milliseconds) // 2]:.1f} ms, max {milliseconds[-1]:.1f} ms")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    print(f"memory at the highest    {memory:.0f} MB")
    print(f"ran on                   {platform.machine()}, Python {platform.python_version()}, {platform.system()}")
    below = [name for name, floor in FLOORS.items() if right[name] and sum(right[name]) / len(right[name]) < floor]
    if below:
        print("below the floor: " + ", ".join(below), file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    raise SystemExit(main())
