"""`bw:elasticity` in a query, a call: against a custom function of rdflib that looks the same numbers up.

Run it by hand: `python tests/bench/functions.py`; docs/benchmarks.md keeps a result. It exits with 1 when a limit is
missed. Rows name a cell of the shipped model and a driver; what the query takes with a built-in function in the place
of ours is told beside it.
"""

from __future__ import annotations

import sys
from itertools import islice, product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ratios import Row, report, seconds

from bullwhip import Workspace
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.terms import BW, PREFIXES
from bullwhip.workspace.answering import driver_groups
from bullwhip.workspace.calling import functions_of

__all__ = ["measure"]

_ROWS = "?row bw:cell ?cell ; bw:forQuantity ?driver"
_WITHOUT = f"SELECT ?row (STRLEN(?cell) AS ?x) WHERE {{ {_ROWS} }}"
_WITH = f"SELECT ?row (bw:elasticity(?cell, ?driver) AS ?x) WHERE {{ {_ROWS} }}"


def pairs(workspace: Workspace, most: int) -> list[tuple[str, str]]:
    """Return names of cells and drivers, so many at most."""
    program = workspace.program
    drivers = [q for q in sorted(program.quantities) if len(driver_groups(workspace.evaluation, 0, [q])) == 1]
    cells = [c.name for c in program.cells]
    return list(islice(((c, d) for d, c in product(drivers, cells)), most))


def by_rdflib(data: bytes, table: dict[tuple[str, str], str | None]) -> tuple[float, float, dict[str, str]]:
    """Return the seconds of rdflib without and with its function, and what the function gives by row."""
    from rdflib import Graph, Literal, URIRef
    from rdflib.plugins.sparql.operators import register_custom_function, unregister_custom_function

    graph = Graph().parse(data=data, format="nt")

    def elasticity(cell: Literal, driver: Literal) -> Literal:
        found = table[str(cell), str(driver)]
        return Literal("") if found is None else Literal(found)

    name = URIRef(f"{BW}elasticity")
    register_custom_function(name, elasticity)  # type: ignore[arg-type]  # its annotation is that of raw functions
    try:
        without, _ = seconds(lambda: list(graph.query(_WITHOUT, initNs=PREFIXES)), 3)
        taken, rows = seconds(lambda: list(graph.query(_WITH, initNs=PREFIXES)), 3)
    finally:
        unregister_custom_function(name, elasticity)
    return without, taken, {str(row[0]): str(row[1]) for row in rows}


def measure(most: int) -> list[Row]:
    """Return all figures for so many rows at most."""
    workspace = Workspace.open()
    named = pairs(workspace, most)
    said = [
        f'<urn:row:{k}> <{BW}{name}> "{text}" .\n'
        for k, pair in enumerate(named)
        for name, text in zip(("cell", "forQuantity"), pair, strict=True)
    ]
    data = "".join(said).encode()
    store, functions = OxigraphStore.of(data), functions_of(workspace)
    first, rows = seconds(lambda: list(store.query(_WITH, functions).rows))
    taken, rows = seconds(lambda: list(store.query(_WITH, functions).rows), 5)
    without, _ = seconds(lambda: list(store.query(_WITHOUT).rows), 5)
    given = {str(r[0].value): None if r[1] is None else r[1].value for r in rows}
    table = {pair: given[f"urn:row:{k}"] for k, pair in enumerate(named)}
    plain, theirs, answers = by_rdflib(data, table)
    assert answers == {row: value or "" for row, value in given.items()}
    each = f"{taken / len(named) * 1e6:.1f} µs a row, of which {without / len(named) * 1e6:.1f} without the call; "
    each += f"rdflib {theirs / len(named) * 1e6:.0f} and {plain / len(named) * 1e6:.0f}"
    return [
        Row(f"bw:elasticity over {len(named):,} rows", "a function of rdflib", theirs / taken,
            least=5 if most >= 20_000 else None, note=each),
        Row("the first query, all passes over the model included", "", first, "s CPU"),
    ]  # fmt: skip


if __name__ == "__main__":
    report(measure(20_000))
