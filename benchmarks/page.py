"""Time the chat page as people and programs meet it: a real server, a real browser, real clients.

    python benchmarks/page.py [--reader none] [--questions 2000] [--people 20]

Serves the seed articles in a process of its own, then measures: load → interactive and ask → first text in Chromium
(the server warm, the browser's profile fresh each time), twenty people who ask at once through `gradio_client`, each in
a session of their own, with every answer compared with the one given to that question alone, and how much memory the
server has gained after many questions. Exits 1 when an answer is another's or memory is over its limit; times are told
only, for they are the machine's, too.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from gradio_client import Client

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browsing import CHROMIUM, chromium

SEEDS = Path(__file__).parents[1] / "seeds"
SUBJECTS = ("Ban Dân vận Tỉnh ủy", "Bảo hiểm xã hội Việt Nam", "Trương Thị Mai", "Phương Thị Thanh", "Hà Tĩnh")
ASKED = ("{} có bao nhiêu biên chế?", "{} làm gì năm 2020?", "Ai phát biểu về {}?", "{} họp ngày nào?")
QUESTIONS = tuple(form.format(subject) for form in ASKED for subject in SUBJECTS)
FIRST_TEXT = """async (question) => {
  const box = document.querySelector('#rag-input'), before = document.querySelectorAll('.rag-text').length;
  box.value = question;
  const started = performance.now();
  document.querySelector('#rag-form').requestSubmit();
  return await new Promise((done) => {
    const seen = () => document.querySelectorAll('.rag-text').length > before;
    new MutationObserver((_, me) => { if (seen()) { me.disconnect(); done(performance.now() - started); } })
      .observe(document.querySelector('#rag-turns'), { childList: true, subtree: true });
  });
}"""


@contextmanager
def served(reader: str | None, index: Path) -> Iterator[tuple[str, int]]:
    """The address of a page and the id of its process."""
    command = [sys.executable, "-m", "rag", "chat", "--port", "0", "--articles", str(SEEDS), "--index", str(index)]
    command += ["--reader", reader] if reader else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://[\d.:]+", line)
        if found is None:
            raise SystemExit(f"The page did not start: {line!r}")
        try:
            yield found[0], process.pid
        finally:
            process.terminate()


def in_browser(address: str, runs: int) -> dict[str, list[float]]:
    """Seconds from load to interactive, and from ask to first text."""
    interactive, first = [], []
    with chromium() as browser:
        for run in range(runs + 1):
            context = browser.new_context(locale="vi-VN")
            page = context.new_page()
            started = time.perf_counter()
            page.goto(address, wait_until="commit")
            page.wait_for_selector(".rag-welcome")
            page.wait_for_function("document.querySelector('#rag-facts').textContent")
            interactive.append(time.perf_counter() - started)
            for question in QUESTIONS[run % 4 :: 4][:3]:
                number = page.locator(".rag-turn").count() + 1
                first.append(page.evaluate(FIRST_TEXT, question) / 1e3)
                page.wait_for_selector(f"#turn-{number}:not([data-state=running])")
            context.close()
    return {"load to interactive": interactive[1:], "ask to first text": first[3:]}


def at_once(address: str, people: int) -> tuple[list[float], int]:
    """Seconds that each of some people waited, and how many got another answer than the one for their question."""
    alone = Client(address, verbose=False)
    expected = {question: alone.predict(question, api_name="/ask") for question in QUESTIONS}
    clients = [Client(address, verbose=False) for _ in range(people)]
    together = threading.Barrier(people)

    def ask(number: int) -> tuple[float, bool]:
        question = QUESTIONS[number % len(QUESTIONS)]
        together.wait()
        started = time.perf_counter()
        answer = clients[number].predict(question, api_name="/ask")
        return time.perf_counter() - started, answer == expected[question]

    with ThreadPoolExecutor(people) as pool:
        results = list(pool.map(ask, range(people)))
    return [seconds for seconds, _ in results], sum(not same for _, same in results)


def memory_gained(address: str, process: int, questions: int) -> float:
    """Megabytes that the server's process has gained after so many questions, from four clients."""
    clients = [Client(address, verbose=False) for _ in range(4)]

    def ask(count: int) -> None:
        def some(client: Client) -> None:
            for number in range(count // 4):
                client.predict(f"{QUESTIONS[number % len(QUESTIONS)]} {number}", api_name="/ask")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(some, clients))

    ask(100)  # what is loaded at first use is no growth
    before = resident(process)
    ask(questions)
    return resident(process) - before


def resident(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reader")
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    kept = []

    def told(name: str, value: float, limit: float, unit: str) -> None:
        kept.append(value <= limit or unit == "s")
        print(f"{name:34} {value:8.2f} {unit:3} (limit {limit:g}){'' if value <= limit else '  OVER'}", flush=True)

    with tempfile.TemporaryDirectory() as folder, served(args.reader, Path(folder) / "index") as (address, process):
        if CHROMIUM:
            times = in_browser(address, args.runs)
            told("load to interactive, median", statistics.median(times["load to interactive"]), 1.5, "s")
            told("ask to first text, median", statistics.median(times["ask to first text"]), 0.3, "s")
        waited, others = at_once(address, args.people)
        told(f"{args.people} at once, 95th percentile", sorted(waited)[max(0, round(0.95 * len(waited)) - 1)], 3.0, "s")
        told("… another's answer", others, 0, "")
        if args.questions:
            told(f"memory after {args.questions} questions", memory_gained(address, process, args.questions), 50, "MB")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
    print(f"ran on {machine}, reader {args.reader or 'embedded'}")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    raise SystemExit(main())
