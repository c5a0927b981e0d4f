"""Contradictions among tens of thousands of observations, against the same question in SPARQL on the same store.

Run it by hand: `python tests/bench/contradictions.py`; docs/benchmarks.md keeps a result. It exits with 1 when a limit
is missed. The peer is a self-join on entity, measure and year in the engine beneath (pyoxigraph); two others are told:
the self-join on `bw:comparableAs`, a key which the graph holds for that purpose, and grouping by that key. SPARQL finds
what is printed differently; ours also decides exactly what of it no value comes out as.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parents[1]))

from ratios import Row, report, seconds

from bullwhip.audit.observations import Observations
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.terms import PREFIXES
from synthetic import plan, quads

__all__ = ["GROUPED", "JOINED", "KEYED", "measure"]

_PAIR = "?a bw:coherentAmount ?x . ?b bw:coherentAmount ?y FILTER(?x != ?y && STR(?a) < STR(?b))"
JOINED = f"""SELECT ?a ?b WHERE {{
  ?a a bw:Claim ; bw:entity ?e ; bw:concept ?m ; bw:year ?t .
  ?b a bw:Claim ; bw:entity ?e ; bw:concept ?m ; bw:year ?t .
  {_PAIR} }}"""
KEYED = f"SELECT ?a ?b WHERE {{ ?a a bw:Claim ; bw:comparableAs ?k . ?b a bw:Claim ; bw:comparableAs ?k . {_PAIR} }}"
GROUPED = """SELECT ?k WHERE { ?a a bw:Claim ; bw:comparableAs ?k ; bw:coherentAmount ?x }
GROUP BY ?k HAVING (COUNT(DISTINCT ?x) > 1)"""


def measure(triples: int, observations: int | None = None) -> list[Row]:
    """Return all figures for a made-up chain of so many triples."""
    drawn = plan(triples, observations)
    store = OxigraphStore.of("".join(quads(drawn)).encode())

    def ask(text: str) -> list[tuple[str, ...]]:
        found = cast(ox.QuerySolutions, store.engine.query(text, prefixes=PREFIXES, use_default_graph_as_union=True))
        return [tuple(term.value for term in row) for row in found]

    reading, found = seconds(lambda: Observations.read(store), 3)
    building, columns = seconds(found.columns, 3)
    deciding, disagreeing = seconds(columns.disagreeing, 5)
    joining, pairs = seconds(lambda: ask(JOINED))
    keying, same = seconds(lambda: ask(KEYED), 3)
    grouping, keys = seconds(lambda: ask(GROUPED), 3)
    assert sorted(pairs) == sorted(same)
    assert sorted(k for (k,) in keys) == sorted(columns.abouts[g] for g in columns.rivals())
    assert {about for about, _ in disagreeing} <= {k for (k,) in keys}
    what = f"contradictions among {drawn.observations:,} observations"
    note = f"{deciding * 1000:.1f} ms: {len(keys):,} groups print differently, {len(disagreeing):,} disagree"
    both = reading + building + deciding
    full = triples >= 1_000_000
    return [
        Row(what, "self-join on entity, measure and year", joining / deciding, least=50 if full else None, note=note),
        Row(what, "self-join on the key", keying / deciding),
        Row(what, "GROUP BY the key", grouping / deciding),
        Row(
            "the same, columns read from the store first", "self-join on entity, measure and year", joining / both,
            least=2 if full else None, note=f"{reading:.2f} s to read, {building:.2f} s to make columns",
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    report(measure(1_000_000))
