"""A browser, a server and a page that records what a page must not do; skipped where there is no Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browsing import Pages, chromium, opened
from serving import Server, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: the page itself is not tested")
    with opened(path) as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shipped workspace, served read-only, with a cache of its own."""
    if chromium() is None:
        pytest.skip("no Chromium on this machine: the page itself is not tested")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BULLWHIP_CACHE", str(tmp_path_factory.mktemp("cache")))
        slow = [f"--limit-{name}=120" for name in ("seconds", "crowded-seconds")]  # what is tested is not the clock
        with serving("--quiet", *slow, seconds=120.0) as running:
            running.ask("GET", "/api/model", timeout=120.0)  # put together once, kept afterwards
            yield running


@pytest.fixture(scope="module")
def pages(browser: Browser) -> Iterator[Pages]:
    """What opens pages; one window for all tests of a file."""
    found = Pages(browser)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def _nothing_forbidden(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test: no error on the console, no breach of the policy, no request to another machine."""
    yield
    if "pages" in request.fixturenames:
        pages: Pages = request.getfixturevalue("pages")
        wrong, pages.wrong = pages.wrong, []
        assert wrong == []
