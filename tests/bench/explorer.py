"""Times the page in Chromium: first paint, when it can be used, a slider until its figures are there; weighs it too.

Run it by hand: `python tests/bench/explorer.py`; docs/benchmarks.md keeps a result. The server has answered before,
as it has for a reader who opens the page a second time.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from browsing import chromium, look, opened
from serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

OPENED = 7
MOVES = 60
LIMITS = {
    "first paint, ms": 1000.0,
    "usable, ms": 1500.0,
    "slider to figures, p95 ms": 50.0,
    "page, KB as sent": 300.0,
}

_READY = """new MutationObserver((_, watch) => {
  if (document.documentElement.dataset.ready) { window.usable = performance.now(); watch.disconnect(); }
}).observe(document, { attributes: true, subtree: true });"""

_OPENED = """({
  paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
  usable: window.usable,
  sent: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((all, one) => all + one.encodedBodySize, 0),
})"""

_MOVES = """(async moves => {
  const slider = document.querySelector('input[type=range]');
  const figures = document.querySelector('.map');
  const times = [];
  for (let n = 0; n < moves; n += 1) {
    const changed = new Promise(resolve => {
      const watch = new MutationObserver(() => { watch.disconnect(); resolve(performance.now()); });
      watch.observe(figures, { characterData: true, childList: true, subtree: true });
    });
    const begun = performance.now();
    slider.value = String(Math.round(slider.max * (0.1 + ((n * 7) % 11) / 14)));
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await changed;
    times.push(performance.now() - begun);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return times;
})"""


def measure(opens: int = OPENED, moves: int = MOVES, workspace: str = "") -> dict[str, list[float]]:
    """Return the figures of every line of the table.

    Args:
        opens: how often the page is opened, each time in a window of its own.
        moves: how often a slider is moved.
        workspace: a folder; the shipped one when empty.
    """
    path = chromium()
    if path is None:
        raise SystemExit("no Chromium on this machine")
    found: dict[str, list[float]] = {name: [] for name in LIMITS}
    with serving("--quiet", workspace=workspace, seconds=120.0) as server, opened(path) as browser:
        for n in range(opens + 1):
            told, page = _open(browser, server.url)
            if n:  # the first one warms the server
                found["first paint, ms"].append(told["paint"])
                found["usable, ms"].append(told["usable"])
                found["page, KB as sent"].append(told["sent"] / 1000)
            if n == opens:
                times = look(page, f"({_MOVES})({moves})")
                found["slider to figures, p95 ms"] = times
            page.context.close()
    return found


def _open(browser: Browser, url: str) -> tuple[dict[str, Any], Page]:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce").new_page()
    page.add_init_script(_READY)
    page.goto(f"{url}#language=zh")
    page.locator("html[data-ready='1']").wait_for(state="attached", timeout=30_000)
    page.wait_for_timeout(500)
    return look(page, _OPENED), page


def summary(name: str, values: list[float]) -> float:
    """Return what stands in the table: the 95th percentile where the name says so, else the median."""
    return statistics.quantiles(values, n=20)[-1] if "p95" in name else statistics.median(values)


def main() -> None:
    """Print the table."""
    sys.stdout.write("| what | measured | least | most | target |\n|---|---|---|---|---|\n")
    for name, values in measure().items():
        told = summary(name, values)
        sys.stdout.write(f"| {name} | {told:.1f} | {min(values):.1f} | {max(values):.1f} | {LIMITS[name]:g} |\n")


if __name__ == "__main__":
    main()
