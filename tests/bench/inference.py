"""Exposure by rules with explanations, against SPARQL run to a fixpoint on Oxigraph and against SHACL rules of pyshacl.

Run it by hand: `python tests/bench/inference.py`; docs/benchmarks.md keeps a result. It exits with 1 when a limit is
missed. The rules are those that every workspace gets: who supplies a tier, what a driver reaches, who is exposed to it.
Each peer derives the same facts and is compared fact by fact. Oxigraph runs them as INSERTs, by layers: the transitive
ones until nothing new comes, then the rest once; running all rules in each round, and a property path in place of the
transitive rule, are told beside it. pyshacl takes the same rules as SHACL rules on a graph of a tenth of the size.
"""

from __future__ import annotations

import json
import math
import random
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parents[1]))

from ratios import Row, report, seconds

from bullwhip import Workspace
from bullwhip.datalog.base import Base, read_base
from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import StoredQuads
from bullwhip.datalog.inferred import Inferred
from bullwhip.model.inference import InferenceProgram
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.terms import PREFIXES
from synthetic import plan, quads, triples

__all__ = ["exposure_rules", "growth", "measure"]

RULES = ("supplier_stated", "reaches_itself", "reaches_on", "sizing", "exposure")
_HEAD = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
_HEAD += "PREFIX role: <https://w3id.org/bullwhip/id/role/>\n"
_BODIES = {
    "start": ("?d bw:reaches ?q", "?d a bw:Driver . ?q bw:dependsOn ?d"),
    "step": ("?d bw:reaches ?q", "?d bw:reaches ?r . ?q bw:dependsOn ?r"),
    "path": ("?d bw:reaches ?q", "?d a bw:Driver . ?q bw:dependsOn+ ?d"),
    "exposed": (
        "?c bw:exposedTo ?d",
        "?s a bw:Supply ; bw:role role:supplier ; bw:company ?c ; bw:tier ?t . "
        "?q bw:atTier ?t ; bw:sizes ?m . ?d bw:reaches ?q",
    ),
}
"""What the peers insert, and where."""
_DERIVED = ("bw:reaches", "bw:exposedTo")
_PATIENCE = 150
"""CPU seconds that pyshacl may take; where it takes more, the ratio is one that it at least has."""


def exposure_rules() -> InferenceProgram:
    """Return the rules of exposure among those that every workspace gets."""
    program = Workspace.open(Path(__file__).parents[1] / "golden" / "wind").program.inference
    return InferenceProgram(tuple(r for r in program.rules if r.id in RULES), program.relations)


@dataclass(frozen=True, slots=True)
class Ours:
    """What our engine takes, in seconds, and what it derives."""

    reading: float
    explained: float
    plain: float
    inferred: Inferred

    @property
    def pairs(self) -> dict[str, set[tuple[str, ...]]]:
        """What the peers derive too."""
        return {name: set(self.inferred.facts(name, 2)) for name in _DERIVED}


def ours(size: int, repeats: int = 3, drivers: int | None = None) -> Ours:
    """Derive everything on a made-up chain of so many triples."""
    program = exposure_rules()
    store = OxigraphStore.of("".join(quads(plan(size, drivers=drivers))).encode())
    reading, base = seconds(lambda: read_base(program, StoredQuads(store)), repeats)
    run = cast(Base, base)
    plain, _ = seconds(lambda: evaluate(program, run, explain=False), repeats + 2)
    explained, inferred = seconds(lambda: evaluate(program, run, explain=True), repeats + 2)
    return Ours(reading, explained, plain, cast(Inferred, inferred))


def by_sparql(size: int, repeated: Sequence[str], once: Sequence[str]) -> tuple[float, dict[str, set[tuple[str, ...]]]]:
    """Insert until nothing new comes, then what is inserted once; return seconds and what is derived."""
    store = ox.Store()
    store.load("".join(triples(plan(size))).encode(), format=ox.RdfFormat.N_TRIPLES)
    updates = {name: f"{_HEAD}INSERT {{ {head} }} WHERE {{ {body} }}" for name, (head, body) in _BODIES.items()}
    start, before = time.process_time(), -1
    while repeated and before != len(store):
        before = len(store)
        for name in repeated:
            store.update(updates[name])
    for name in once:
        store.update(updates[name])
    took = time.process_time() - start
    found: dict[str, set[tuple[str, ...]]] = {}
    for name in _DERIVED:
        rows = cast(ox.QuerySolutions, store.query(f"SELECT ?a ?b WHERE {{ ?a {name} ?b }}", prefixes=PREFIXES))
        found[name] = {(str(row[0]), str(row[1])) for row in rows}
    return took, found


def shacl_rules() -> str:
    """Return the rules as SHACL rules, in Turtle."""
    shapes = ["@prefix sh: <http://www.w3.org/ns/shacl#> .", "@prefix bw: <https://w3id.org/bullwhip/ontology#> ."]
    for target, name, focus in (("Driver", "start", "d"), ("Driver", "step", "d"), ("Supply", "exposed", "s")):
        head, body = (re.sub(rf"\?{focus}\b", "$this", text) for text in _BODIES[name])
        text = f"{_HEAD}CONSTRUCT {{ {head} }} WHERE {{ {body} }}"
        rule = f'[ a sh:SPARQLRule ; sh:construct """{text}""" ]'
        shapes.append(f"bw:{name}Rule a sh:NodeShape ; sh:targetClass bw:{target} ; sh:rule {rule} .")
    return "\n".join(shapes)


def by_pyshacl(path: Path) -> dict[str, Any]:
    """Run the rules with pyshacl until nothing new comes."""
    import pyshacl
    from rdflib import Graph

    resource.setrlimit(resource.RLIMIT_CPU, (_PATIENCE, _PATIENCE + 1))
    graph, rules = Graph().parse(path, format="nt"), Graph().parse(data=shacl_rules(), format="turtle")
    before = len(graph)
    start = time.process_time()
    pyshacl.validate(graph, shacl_graph=rules, advanced=True, iterate_rules=True, inplace=True)
    return {"seconds": time.process_time() - start, "facts": len(graph) - before}


def _pyshacl(size: int) -> tuple[float, int | None]:
    """Return seconds and number of facts from a process of its own; no number where it is not done in time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.nt"
        path.write_text("".join(triples(plan(size))), encoding="utf-8")
        command = [sys.executable, __file__, "pyshacl", str(path)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode == -signal.SIGXCPU:
        return _PATIENCE, None
    result = json.loads(done.stdout)
    return result["seconds"], result["facts"]


def proofs(inferred: Inferred, most: int) -> tuple[float, float, int]:
    """Return the median and greatest milliseconds of CPU that the proof of a fact takes, and how many are taken."""
    facts = list(inferred.facts("bw:exposedTo", 2))
    chosen = facts if len(facts) <= most else random.Random(1).sample(facts, most)  # noqa: S311
    taken = []
    for fact in chosen:
        start = time.process_time()
        proof = inferred.proof("bw:exposedTo", fact)
        taken.append((time.process_time() - start) * 1000)
        assert proof is not None
        assert proof.steps[0].fact.terms == fact
    return statistics.median(taken), max(taken), len(taken)


def growth(sizes: Sequence[int]) -> list[Row]:
    """Return how evaluation with explanations grows with the size of the graph, the number of drivers kept."""
    runs = [(size, ours(size, 1, drivers=50)) for size in sizes]
    rows = []
    for size, run in runs:
        facts = run.inferred.count("bw:exposedTo", 2)
        note = f"{facts:,} exposures; read out of the store in {run.reading:.2f} s"
        rows.append(Row(f"exposure with explanations, {size:,} triples", "", run.explained, "s", note=note))
    (first, a), (last, b) = runs[0], runs[-1]
    for what, x, y in (("evaluation", a.explained, b.explained), ("reading", a.reading, b.reading)):
        exponent = math.log(y / x) / math.log(last / first)
        rows.append(
            Row(
                f"exponent of {what}, {first:,} to {last:,} triples",
                "",
                exponent,
                "",
                most=1.2 if last >= 5_000_000 else None,
            )
        )
    return rows


def measure(size: int, small: int, sizes: Sequence[int]) -> list[Row]:
    """Return all figures: against Oxigraph at one size, against pyshacl at a smaller one, growth over others."""
    full = size >= 1_000_000
    mine = ours(size)
    rows = []
    for name, repeated, once, least in (
        ("SPARQL to a fixpoint, by layers", ("start", "step"), ("exposed",), 5 if full else None),
        ("SPARQL to a fixpoint, all rules each round", ("start", "step", "exposed"), (), None),
        ("SPARQL with a property path", (), ("path", "exposed"), None),
    ):
        took, found = by_sparql(size, repeated, once)
        assert found == mine.pairs, name
        note = f"{took:.2f} s; facts read out of the store first: {took / (mine.reading + mine.explained):.1f} ×"
        rows.append(
            Row(f"exposure at {size:,} triples, explained", name, took / mine.explained, least=least, note=note)
        )
    tenth = ours(small)
    took, facts = _pyshacl(small)
    assert facts in (None, sum(map(len, tenth.pairs.values())))
    more = "" if facts is not None else f", not done after {_PATIENCE} s"
    note = f"{took:.1f} s{more}; read out of the store first: {took / (tenth.reading + tenth.explained):.0f} ×"
    median, most, number = proofs(mine.inferred, 10_000)
    counted = mine.inferred.count("bw:exposedTo", 2) + mine.inferred.count("bw:reaches", 2)
    return [
        *rows,
        Row(f"exposure at {small:,} triples, explained", "SHACL rules of pyshacl", took / tenth.explained,
            least=100 if full else None, note=note),
        Row(f"with explanations, {counted:,} facts", "without", mine.explained / mine.plain, most=2.5 if full else None,
            note=f"{mine.explained:.2f} s"),
        Row(f"proof of a fact, greatest of {number:,}", "", most, "ms CPU", most=10 if full else None,
            note=f"median {median:.2f} ms"),
        *growth(sizes),
    ]  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(by_pyshacl(Path(sys.argv[2]))))
    else:
        report(measure(1_000_000, 100_000, (100_000, 300_000, 1_000_000, 5_000_000)))
