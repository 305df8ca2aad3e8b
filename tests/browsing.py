"""A real browser for the tests: Debian's Chromium driven by Playwright, with all that goes wrong on a page noted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Dialog, Page, Route, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
PATIENCE = 45_000  # milliseconds; a busy machine is no fault of the page
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip


@contextmanager
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A page in a fresh browser profile, with everything that went wrong while it was open."""

    def __init__(
        self, browser: Browser, address: str, *,
        language: str = "vi-VN", width: int = 1280, height: int = 800, dark: bool = False, query: str = "",
    ) -> None:  # fmt: skip
        self.context = browser.new_context(
            locale=language, viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light",
            permissions=["clipboard-read", "clipboard-write"],
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE)
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.address = address
        self.page = self._opened(query)

    def again(self) -> Page:
        """The same address in another tab of the same profile."""
        return self._opened("")

    def ask(self, question: str, *, nth: int = 1) -> None:
        """Type a question and wait for the `nth` turn to be done."""
        self.page.locator("#rag-input").fill(question)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(f"#turn-{nth}[data-state=done]")).to_be_visible()

    def _opened(self, query: str) -> Page:
        page = self.context.new_page()
        page.route("**/*", self._only_here)
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", self._dismiss)
        page.goto(self.address + query)
        expect(page.locator("#rag-facts")).not_to_be_empty()
        return page

    def _dismiss(self, dialog: Dialog) -> None:
        self.errors.append(dialog.message)
        dialog.dismiss()

    def _only_here(self, route: Route) -> None:
        if urlsplit(route.request.url).hostname in ("127.0.0.1", None):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()
