"""Six states of the chat page as pictures: `make screenshots`.

    python benchmarks/screenshots.py [--out docs]

Over the seed articles, in Chromium: the first look, an answer beside its source, several quotes in the dark, a refusal,
a phone with a source open, and the list of articles.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from rag import chat
from rag.answer import Assistant

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browsing import Visit, chromium

ROOT = Path(__file__).parents[1]


def welcome(seen: Visit) -> None:
    seen.page.wait_for_selector(".rag-welcome")


def answer(seen: Visit) -> None:
    seen.ask("Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?")
    seen.ask("Thế được giao tổng cộng bao nhiêu?", nth=2)


def dark(seen: Visit) -> None:
    seen.ask("Thường trực Ban Bí thư năm 2015 là ai, cuối năm 2020 là ai?")
    seen.page.locator(".rag-mark").nth(2).click()
    seen.page.locator("[data-current='3']").wait_for()
    seen.page.locator(".rag-mark").nth(1).hover()


def refusal(seen: Visit) -> None:
    seen.ask("Who won the football World Cup of 2022?")


def phone(seen: Visit) -> None:
    seen.ask("Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?")
    seen.page.locator(".rag-mark").click()


def folder(seen: Visit) -> None:
    seen.page.locator("#rag-facts").click()
    seen.page.locator("#rag-folder .rag-article").first.wait_for()


STATES: dict[str, tuple[Callable[[Visit], None], dict[str, object]]] = {
    "welcome": (welcome, {}),
    "answer": (answer, {}),
    "dark": (dark, {"dark": True}),
    "refusal": (refusal, {"language": "en-GB"}),
    "phone": (phone, {"width": 390, "height": 844}),
    "folder": (folder, {}),
}


def settled(page: Page) -> None:
    page.evaluate("document.fonts.ready")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    args = parser.parse_args()
    args.out.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as index,
        Assistant.open(ROOT / "seeds", index) as assistant,
        chat.running(assistant, chat.Settings(port=0, follow=False)) as address,
        chromium() as browser,
    ):
        for name, (reach, options) in STATES.items():
            seen = Visit(browser, address, **options)  # type: ignore[arg-type]
            reach(seen)
            settled(seen.page)
            small = Image.open(io.BytesIO(seen.page.screenshot())).convert("RGB").quantize(128)
            small.save(args.out / f"{name}.png", optimize=True)
            print(f"{args.out / name}.png  {(args.out / f'{name}.png').stat().st_size / 1e3:.0f} kB")
            seen.context.close()


if __name__ == "__main__":
    main()
