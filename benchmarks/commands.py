"""Time whole commands, as a person waits for them, and check that two processes answer with the same bytes.

    python benchmarks/commands.py [--questions ../shared/eval/gold_dev.jsonl] [--runs 5]

`rag index` from nothing on the seed articles (the model prepared before) and `rag ask` with the index ready, each a
process of its own. With `--questions`, all of them are answered in two fresh processes, and the bytes are compared.
Exits 1 when a figure is over what the project promises, or when the bytes differ.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SEEDS = Path(__file__).parents[1] / "seeds"
QUESTION = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"
ANSWER_ALL = """
import json, pathlib, sys, rag
with rag.Assistant.open(sys.argv[2], sys.argv[3]) as bot:
    for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        sys.stdout.buffer.write(bot.answer(gold["question"], history=gold.get("history", ())).to_json().encode())
"""
LIMITS = {"rag index": 45.0, "rag ask": 3.0}  # seconds


def seconds(*arguments: str | Path) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "rag", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def answers(gold: Path, index: Path) -> bytes:
    return subprocess.run(
        [sys.executable, "-c", ANSWER_ALL, gold, SEEDS, index], check=True, capture_output=True
    ).stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        options = ("--articles", SEEDS, "--index", Path(folder) / "index")
        seconds("index", "--articles", SEEDS, "--index", Path(folder) / "first")  # prepares the model, if it isn't yet
        times = {
            "rag index": [seconds("index", "--articles", SEEDS, "--index", Path(folder) / "index")],
            "rag ask": [seconds("ask", QUESTION, *options) for _ in range(args.runs)],
        }
        for name, taken in times.items():
            print(
                f"{name:10} median {statistics.median(taken):6.2f} s, most {max(taken):6.2f} s (limit {LIMITS[name]})"
            )
        same = True
        if args.questions:
            first, second = answers(args.questions, options[3]), answers(args.questions, options[3])
            same = first == second and bool(first)
            print(f"two processes, {len(first):,} bytes of answers: {'the same' if same else 'NOT the same'}")
    print(f"ran on     {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    return 0 if same and all(statistics.median(taken) <= LIMITS[name] for name, taken in times.items()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
