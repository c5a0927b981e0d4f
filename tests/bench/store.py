"""The store against rdflib's memory and the bare engine: loading, memory, queries, disk, changing one document, Turtle.

Run it by hand: `python tests/bench/store.py`; docs/benchmarks.md keeps a result. It exits with 1 when a limit is
missed. Times are CPU seconds. Each side runs in a process of its own on the same data; memory is what the process has
grown by when the data is loaded. rdflib loads the same named graphs, and is asked on one graph, which is easier for it.
Answers are compared row by row.
"""

from __future__ import annotations

import gc
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parents[1]))

from ratios import Row, cpu, report, seconds
from shapes_of_queries import SHAPES

from bullwhip.query.serialize import to_format
from bullwhip.query.sparql import run
from bullwhip.store.opening import open_store
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.terms import PREFIXES, resource
from bullwhip.workspace.building import LoadRequest, load
from synthetic import plan, write

__all__ = ["measure"]

_DOCUMENT = 3
"""The document that is removed and put back."""


def memory() -> float:
    """Return the resident memory of this process in MB."""
    gc.collect()
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def digest(rows: Iterable[Iterable[Any]]) -> tuple[int, str]:
    """Return the number of rows and a hash of their texts, in whatever order they come; terms of rdflib are texts."""
    texts = sorted("\x1f".join("" if v is None else v if isinstance(v, str) else v.value for v in row) for row in rows)
    return len(texts), hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def ours(path: Path) -> dict[str, Any]:
    """Load with our store; ask each query through our API and of the bare engine."""
    before = memory()
    start = cpu()
    store = OxigraphStore.of(path.read_bytes(), checked=True)  # rdflib does not look at IRIs either
    result: dict[str, Any] = {"load": cpu() - start, "memory": memory() - before, "queries": {}}
    start = cpu()
    OxigraphStore.of(path.read_bytes())
    result["strict"] = cpu() - start
    result |= {"quads": len(store)} | one_document(store)

    def bare(text: str) -> list[tuple[object, ...]]:
        found = store.engine.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
        return [tuple(row) for row in cast(ox.QuerySolutions, found)]

    for shape in SHAPES:
        terms = {name: ox.NamedNode(iri) for name, iri in shape.parameters}
        api, table = seconds(lambda s=shape, t=terms: run(store, s.text, t), 7)  # type: ignore[misc]
        engine, rows = seconds(lambda s=shape: bare(s.bound), 7)  # type: ignore[misc]
        assert len(rows) == len(table.terms), shape.name
        result["queries"][shape.name] = [api, engine, *digest(table.terms)]
    return result


def one_document(store: OxigraphStore) -> dict[str, float]:
    """Remove one document and put it back; what it holds is the same then, and everything else too."""
    graph = resource("document", f"{_DOCUMENT:04d}")
    size, held = len(store), store.dump(graph)
    dropping, _ = seconds(lambda: store.drop(graph))
    assert len(store) == size - held.count(b"\n")
    putting, _ = seconds(lambda: store.replace(graph, held))
    replacing, _ = seconds(lambda: store.replace(graph, held), 3)
    assert (len(store), store.dump(graph)) == (size, held)
    return {"drop": dropping * 1000, "put": putting * 1000, "replace": replacing * 1000, "lines": held.count(b"\n")}


def disk(path: Path) -> dict[str, Any]:
    """Publish as `bullwhip load` does: parsed apart, texts kept, checked, switched to; open it, ask each query."""
    with tempfile.TemporaryDirectory() as folder:
        start = cpu()
        published = load(Path(folder) / "store", LoadRequest((path,), create=True))
        result: dict[str, Any] = {"load": cpu() - start, "quads": published.quads, "queries": {}}
        result["size"] = sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file()) / 1e6
        before = memory()
        opening, store = seconds(lambda: open_store(str(Path(folder) / "store")))
        result |= {"open": opening * 1000, "memory": memory() - before}
        for shape in SHAPES:
            terms = {name: ox.NamedNode(iri) for name, iri in shape.parameters}
            took, table = seconds(lambda s=shape, t=terms: run(store, s.text, t), 5)  # type: ignore[misc]
            result["queries"][shape.name] = [took, *digest(table.terms)]
        store.close()
    return result


def loading(path: Path) -> dict[str, Any]:
    """Load the same quads into rdflib's memory."""
    from rdflib import Dataset

    before = memory()
    start = cpu()
    dataset = Dataset(default_union=True)
    dataset.parse(path, format="nquads")
    return {"load": cpu() - start, "memory": memory() - before}


def rdflib(path: Path) -> dict[str, Any]:
    """Ask rdflib each query, on one graph."""
    from rdflib import Graph

    graph = Graph().parse(path, format="nt")
    result: dict[str, Any] = {"queries": {}}
    for shape in SHAPES:
        took, rows = seconds(lambda s=shape: list(graph.query(s.bound, initNs=PREFIXES)), 3, 0.5)  # type: ignore[misc]
        result["queries"][shape.name] = [took, *digest(rows)]
    return result


def turtle(path: Path) -> dict[str, Any]:
    """Read and write Turtle with both; ours sorts what it writes, so that the same graph gives the same bytes."""
    from rdflib import Graph

    nquads = path.read_bytes()
    writing, text = seconds(lambda: to_format(nquads, "turtle"), 3)
    reading, _ = seconds(lambda: ox.Store().load(text, format=ox.RdfFormat.TURTLE), 3)
    graph = Graph()
    slow_reading, _ = seconds(lambda: graph.parse(data=text, format="turtle"))
    slow_writing, _ = seconds(lambda: graph.serialize(format="turtle"))
    return {"read": slow_reading / reading, "write": slow_writing / writing, "triples": len(graph)}


ROLES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "ours": ours, "disk": disk, "loading": loading, "rdflib": rdflib, "turtle": turtle,
}  # fmt: skip


def child(role: str, path: Path) -> dict[str, Any]:
    """Return what a process of its own measures."""
    done = subprocess.run([sys.executable, __file__, role, str(path)], check=True, capture_output=True, text=True)
    return cast(dict[str, Any], json.loads(done.stdout))


def measure(triples: int) -> list[Row]:
    """Return all figures for a made-up chain of so many triples; Turtle for a tenth of them."""
    full = triples >= 1_000_000
    with tempfile.TemporaryDirectory() as name:
        graphs, flat, small = (Path(name) / f for f in ("chain.nq", "chain.nt", "small.nq"))
        write(graphs, plan(triples))
        write(flat, plan(triples), graphs=False)
        write(small, plan(triples // 10))
        mine, on_disk = child("ours", graphs), child("disk", graphs)
        theirs, text = child("loading", graphs) | child("rdflib", flat), child("turtle", small)
    queries: dict[str, list[Any]] = mine["queries"]
    for shape, (_, _, *answer) in queries.items():
        assert answer == theirs["queries"][shape][1:] == on_disk["queries"][shape][1:], shape
    faster = {shape: theirs["queries"][shape][0] / took[0] for shape, took in queries.items()}
    over = {shape: took[0] / took[1] for shape, took in queries.items()}
    slower = statistics.median(on_disk["queries"][shape][0] / took[0] for shape, took in queries.items())
    size, lines = f"{mine['quads']:,} quads", f"{mine['lines']:,} quads"
    both = f"{mine['load']:.1f} s, rdflib {theirs['load']:.0f} s"
    return [
        Row(f"loading {size}", "rdflib Memory", theirs["load"] / mine["load"], least=15 if full else None,
            note=both),
        Row("the same, with every IRI checked", "rdflib Memory", theirs["load"] / mine["strict"],
            note=f"{mine['strict']:.1f} s"),
        Row("memory of that", "rdflib Memory", mine["memory"] / theirs["memory"], most=0.35 if full else None,
            note=f"{mine['memory']:.0f} MB, rdflib {theirs['memory']:.0f} MB"),
        Row(f"median of {len(queries)} queries, through our API", "rdflib Memory",
            statistics.median(faster.values()), least=20 if full else None,
            note=f"from {min(faster.values()):.1f} to {max(faster.values()):,.0f}"),
        Row("the same", "the engine without our API", statistics.median(over.values()), most=1.3 if full else None,
            note=f"at most {max(over.values()):.2f} ({max(over, key=over.__getitem__)})"),
        *(Row(f"{s}, {took[2]:,} rows", "rdflib Memory", faster[s],
              note=f"{took[0] * 1000:.2f} ms, engine alone {took[1] * 1000:.2f} ms") for s, took in queries.items()),
        Row(f"removing a document of {lines}", "", mine["drop"], "ms", most=50 if full else None),
        Row("putting it back", "", mine["put"], "ms", most=50 if full else None),
        Row("importing it again in one step", "", mine["replace"], "ms", most=50 if full else None),
        Row("publishing on disk (`bullwhip load`)", "rdflib Memory", theirs["load"] / on_disk["load"],
            note=f"{on_disk['load']:.1f} s: parsed apart, texts kept, checked; {on_disk['size']:.0f} MB of files"),
        Row("opening a store on disk", "", on_disk["open"], "ms", note=f"{on_disk['memory']:.0f} MB of memory"),
        Row("median of the queries on disk", "in memory", slower),
        Row(f"reading Turtle of {text['triples']:,} triples", "rdflib", text["read"], least=10 if full else None),
        Row("writing it", "rdflib", text["write"], least=10 if full else None),
    ]  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(ROLES[sys.argv[1]](Path(sys.argv[2]))))
    else:
        report(measure(1_000_000))
