"""Time what readers of a language model's answer wait for.

    python -m benchmarks.writing [--articles seeds] [--llm NAME] [--llm-url URL] [--rounds 10]

How long a sentence's check takes; how long after the first checked sentence its first words are on the chat page; how
long a model goes on after its reader has closed the page. A script stands in for the model: what is timed is what comes
after it. With --llm, also how quickly that writes, and stops.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import rag
from rag.chat import Settings, running
from rag.encoder.session import available_cores
from rag.generate import Generator, Message, open_generator
from tests.page_client import asking, shown

QUESTION = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"
SENTENCE = "Ban Dân vận Tỉnh ủy có 15 biên chế (trong tổng số 16 biên chế được giao)."


class Stopwatch(rag.ScriptedGenerator):
    """Writes a sentence, notes when, and goes on until it is stopped; notes that, too."""

    written = stopped_at = 0.0

    def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event) -> Iterator[str]:
        """One sentence, and nothing more until it is stopped."""
        self.stopped.clear()
        try:
            yield f"{SENTENCE} [1]"
            self.written = time.perf_counter()
            yield " Và"
            while not stop.wait(0.01):
                yield ""
        finally:
            self.stopped_at = time.perf_counter()
            self.stopped.set()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=Path, default=Path("seeds"))
    parser.add_argument("--llm")
    parser.add_argument("--llm-url")
    parser.add_argument("--rounds", type=int, default=10)
    args = parser.parse_args()
    print(f"{available_cores()} cores, {platform.machine()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as index:
        _time_page(args.articles, Path(index), args.rounds)
    if args.llm:
        _time_model(open_generator(args.llm, url=args.llm_url, timeout=600))


def _time_page(articles: Path, index: Path, rounds: int) -> None:
    generator = Stopwatch([])
    bot = rag.Assistant.open(articles, index, llm=generator)
    checked, first, stopped = [], [], []
    for _ in range(rounds):
        events = bot.stream(QUESTION)
        while next(events) == "":
            pass
        checked.append(time.perf_counter() - generator.written)
        events.close()  # type: ignore[attr-defined]
    with running(bot, Settings(port=0, follow=False)) as address:
        for number in range(rounds):
            with asking(address, QUESTION, session=f"s{number}") as messages:
                next(message for message in messages if "15 bi" in shown(message))
                first.append(time.perf_counter() - generator.written)
                time.sleep(0.3)  # in the middle of the answer
                left = time.perf_counter()
            generator.stopped.wait(timeout=60)
            stopped.append(generator.stopped_at - left)
    for name, seconds in (
        ("a sentence checked, after it is written", checked),
        ("first words on the page, after it is written", first),
        ("model stopped, after the page is closed", stopped),
    ):
        print(f"{name:46} median {1e3 * median(seconds):5.0f} ms, at most {1e3 * max(seconds):5.0f} ms")


def _time_model(generator: Generator) -> None:
    messages = (Message("user", "Tell me a story about a dog in ten sentences."),)
    started = time.perf_counter()
    pieces = generator.stream(messages, max_tokens=64, stop=threading.Event())
    came = [time.perf_counter() for piece in pieces if piece]
    rate = (len(came) - 1) / (came[-1] - came[0]) if len(came) > 1 else 0.0
    print(f"{generator.id}: first piece after {came[0] - started:.1f} s, then {rate:.1f} pieces a second")
    pieces = generator.stream(messages, max_tokens=512, stop=threading.Event())
    for _ in (piece for piece in pieces if piece):
        break
    left = time.perf_counter()
    pieces.close()  # type: ignore[attr-defined]
    print(f"{generator.id}: stopped {1e3 * (time.perf_counter() - left):.0f} ms after its reader left")


if __name__ == "__main__":
    main()
