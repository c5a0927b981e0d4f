"""Pages in Chromium for tests: what they do wrong is written down, and scripts of tests run beside their policy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

__all__ = ["AXE", "TABS", "Pages", "chromium", "hash_of", "look", "opened", "violations"]

TABS = ("chain", "ranking", "compare", "audit", "conflicts", "sparql")
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium() -> str | None:
    """Return the Chromium of the machine, or None."""
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


@contextmanager
def opened(path: str) -> Iterator[Browser]:
    """Run a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Pages:
    """Opens pages of one window, and writes down what they do wrong."""

    def __init__(self, browser: Browser) -> None:
        self.wrong: list[str] = []
        self.allowed = ""
        self.expected = ""
        """A text that a message on the console may hold in this test: the answer that it asks for is a refusal."""
        self._context = browser.new_context(
            viewport={"width": 1680, "height": 1000}, reduced_motion="reduce", locale="en-US", accept_downloads=True
        )
        self._context.set_default_timeout(10_000)
        self._context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page: Page = self.fresh()

    def fresh(self) -> Page:
        """Return a new page whose wrongs are written down."""
        page = self._context.new_page()
        page.on("console", self._told)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("request", self._asked)
        return page

    def _told(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not (self.expected and self.expected in message.text):
            self.wrong.append(f"{message.type}: {message.text[:300]}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.allowed, "data:", "blob:")):
            self.wrong.append(f"request: {request.url[:200]}")

    def show(self, url: str, **state: str) -> Page:
        """Return the page at a state: loaded at first, afterwards moved there by its address."""
        self.expected = ""
        address = f"{url}#{hash_of(state)}"
        if self.page.url.split("#")[0] == url and self.page.get_attribute("html", "data-ready") == "1":
            self.page.evaluate("address => { location.hash = address }", hash_of(state))
        else:
            self.allowed = url
            self.page.goto(address)
        self.page.locator("html[data-ready='1']").wait_for(state="attached", timeout=15_000)
        self.page.locator(f"section.tab-{state.get('tab', 'chain')}").wait_for()
        return self.page

    def offline(self, offline: bool) -> None:
        """Take the network away, or give it back."""
        self._context.set_offline(offline)

    def close(self) -> None:
        """Close the window."""
        self._context.close()


def hash_of(state: dict[str, str]) -> str:
    """Return a state as the part of an address behind #."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in state.items())


def look(page: Page, expression: str) -> Any:
    """Return what a JavaScript expression gives in a page, beside its policy; promises are waited for."""
    client = page.context.new_cdp_session(page)
    try:
        found = client.send("Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True})
    finally:
        client.detach()
    assert "exceptionDetails" not in found, json.dumps(found["exceptionDetails"])[:2000]
    return found["result"].get("value")


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with a page, one line a rule and element."""
    if not look(page, "typeof axe !== 'undefined'"):
        look(page, AXE)
    found = look(
        page, f"axe.run({{runOnly: {json.dumps(RULES)}, resultTypes: ['violations']}}).then(r => r.violations)"
    )
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"][:3]]
