"""Search by any two characters of a name, against CONTAINS in SPARQL on the same store.

Run it by hand: `python tests/bench/search.py`; docs/benchmarks.md keeps a result. It exits with 1 when a limit is
missed. Every two-character word that stands in labels is looked for, in the made-up chain of a million triples and in
one of the same size with ten times the companies; each look-up finds exactly the things that CONTAINS finds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parents[1]))

from ratios import Row, report, seconds

from bullwhip.query.search import SearchIndex, store_entries
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.terms import PREFIXES
from synthetic import plan, quads
from synthetic_words import INDUSTRIES

__all__ = ["measure"]

_NAMED = "VALUES ?p { skos:prefLabel skos:altLabel schema:tickerSymbol dct:title rdfs:label dct:identifier }"


def measure(triples: int, observations: int | None = None) -> list[Row]:
    """Return all figures for a made-up chain of so many triples."""
    drawn = plan(triples, observations)
    store = OxigraphStore.of("".join(quads(drawn)).encode())
    building, index = seconds(lambda: SearchIndex(store_entries(store)))
    storing, stored = seconds(index.to_bytes)
    opening, _ = seconds(lambda: SearchIndex.from_bytes(stored), 3)

    def contains(word: str) -> list[str]:
        text = f'SELECT DISTINCT ?s WHERE {{ {_NAMED} ?s ?p ?name FILTER(CONTAINS(?name, "{word}")) }}'
        found = store.engine.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
        return [row[0].value for row in cast(ox.QuerySolutions, found)]

    words = [w for w in INDUSTRIES[drawn.industry].split() if len(w) == 2]
    slowest, worst, hits, ratio = 0.0, "", 0, float("inf")
    for word in words:
        took, found = seconds(lambda w=word: index.find(w), 20, 0.1)  # type: ignore[misc]
        scanning, things = seconds(lambda w=word: contains(w))  # type: ignore[misc]
        assert found.total == len(things), word
        ratio = min(ratio, scanning / took)
        if took > slowest:
            slowest, worst, hits = took, word, found.total
    full = triples >= 1_000_000
    what = f"{len(words)} words of two characters among {len(index.names):,} names, {triples:,} triples"
    made = f"index made in {building:.1f} s, written in {storing:.1f} s, opened in {opening:.1f} s, "
    made += f"{len(stored) / 1e6:.0f} MB"
    return [
        Row(f"{what}: slowest", "", slowest * 1000, "ms CPU", most=10 if full else None,
            note=f"{worst}, {hits:,} things"),
        Row(f"{what}: least ratio", "CONTAINS", ratio, least=1, note=made),
    ]  # fmt: skip


if __name__ == "__main__":
    report([*measure(1_000_000), *measure(1_000_000, 20_000)])
