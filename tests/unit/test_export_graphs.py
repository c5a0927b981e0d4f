"""Laws of the graph exports: nothing lost, nothing invented, the same bytes for the same chain."""

from __future__ import annotations

import io
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from fractions import Fraction

import networkx
import pytest

from bullwhip.export.graphs import chain_graph, to_dot, to_graphml
from bullwhip.export.map_content import MapLanguage
from bullwhip.model.chain import Chain
from bullwhip.model.label import Label
from bullwhip.model.quantity import Quantity
from unit.test_export_chainmap import EMPTY, LANGUAGES, hostile_chain, large_chain, run_with_seed, share, supply
from unit.test_export_escape import BIDI, HOSTILE


def quantity(name: str, tier: str = "", inputs: tuple[str, ...] = (), label: str = "量") -> Quantity:
    """Return a quantity that sizes a tier where one is named."""
    return Quantity(
        id=name, label=Label(label, label), unit="USD", kind="flow", dimensions=(), timed=True, where=(), since=None,
        until=None, given=(), low=None, high=None, expression="*".join(inputs), variants=(), edge=None, tier=tier,
        measure="revenue" if tier else "", primary=bool(tier), note="", source="", file="r.yaml",
        line=1, written=(1, 1, ""), inputs=inputs,
    )  # fmt: skip


QUANTITIES = {q.id: q for q in (quantity("b.value", "t1", ("a.count", "b.value", "gone")), quantity("a.count"))}
HOSTILE_QUANTITIES = {text: quantity(text, f"0{HOSTILE[0]}", HOSTILE, text) for text in HOSTILE}
CASES = {
    "large": (large_chain(), QUANTITIES),
    "empty": (EMPTY, {}),
    "hostile": (hostile_chain(), HOSTILE_QUANTITIES),
}


def read(text: str) -> networkx.MultiDiGraph[str]:
    """Return the graph that a GraphML text holds."""
    graph = networkx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True)
    assert isinstance(graph, networkx.MultiDiGraph)
    return graph


@pytest.mark.parametrize("name", CASES)
def test_graphml_reads_back_the_same(name: str) -> None:
    """Nodes, edges, keys and attributes with their types survive the way through the file, in order."""
    graph, back = chain_graph(*CASES[name]), read(to_graphml(*CASES[name]))

    assert list(graph.nodes(data=True)) == list(back.nodes(data=True))
    assert list(graph.edges(keys=True, data=True)) == list(back.edges(keys=True, data=True))


@pytest.mark.parametrize("name", CASES)
def test_attributes_have_a_value(name: str) -> None:
    """Nothing is None or an empty text, and every node and edge says its kind."""
    graph = chain_graph(*CASES[name])
    attributes = [*(a for _, a in graph.nodes(data=True)), *(a for _, _, a in graph.edges(data=True))]

    assert [] == [a for a in attributes if None in a.values() or "" in a.values() or "kind" not in a]


@pytest.mark.parametrize("name", CASES)
def test_edge_ids_are_unique(name: str) -> None:
    """GraphML wants every edge id once in a document."""
    keys = [k for _, _, k in chain_graph(*CASES[name]).edges(keys=True)]

    assert len(keys) == len(set(keys))


def test_every_part_of_the_chain_is_a_node_or_an_edge() -> None:
    """Tiers, companies and quantities are nodes; edges of the chain, roles, inputs and sizes are edges."""
    chain = large_chain()
    graph = chain_graph(chain, QUANTITIES)
    kinds = [data["kind"] for _, _, data in graph.edges(data=True)]
    expected = {"supplies": len(chain.edges), "at_tier": 160, "depends_on": 2, "sizes": 1}

    assert len(chain.tiers) + len(chain.companies) + 2 == graph.number_of_nodes()
    assert expected == {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def test_a_share_stands_at_the_suppliers_edge() -> None:
    """A role other than supplier has no share; a company without a printed share has no number."""
    supplies = (supply("c1", "t1"), supply("c1", "t1", "customer"), supply("c2", "t1"), supply("c3", "t1"))
    ranged = share("c3", "t1", None, low=Fraction(3, 5), high=Fraction(7, 10))
    chain = replace(large_chain(), supplies=supplies, shares=(share("c1", "t1", Fraction(1, 2), "~"), ranged))
    graph = chain_graph(chain, {})
    found = {
        (company, data["role"]): {k: v for k, v in data.items() if k.startswith("share") and k != "share_period"}
        for company, _, data in graph.edges(data=True)
        if data["kind"] == "at_tier"
    }
    expected: dict[tuple[str, str], dict[str, object]] = {
        ("company:c1", "supplier"): {"share": 0.5, "share_text": "~50%"},
        ("company:c1", "customer"): {},
        ("company:c2", "supplier"): {},
        ("company:c3", "supplier"): {"share_low": 0.6, "share_high": 0.7, "share_text": "60–70%"},
    }

    assert expected == found


def test_graphs_are_the_same_bytes_under_any_hash_seed() -> None:
    """Other processes with other hash seeds write the same DOT and GraphML."""
    code = (
        "import sys; from test_export_graphs import CASES; from bullwhip.export.graphs import to_dot, to_graphml;"
        "sys.stdout.buffer.write((to_dot(*CASES['large'], 'both') + to_graphml(*CASES['large'])).encode())"
    )
    expected = (to_dot(*CASES["large"], "both") + to_graphml(*CASES["large"])).encode()

    assert [expected] * 2 == [run_with_seed(code, seed) for seed in ("1", "4242")]


def test_the_order_of_quantities_changes_nothing() -> None:
    """A mapping in another order gives the same text."""
    turned = dict(reversed(QUANTITIES.items()))
    chain = large_chain()

    assert to_graphml(chain, QUANTITIES) == to_graphml(chain, turned)
    assert to_dot(chain, QUANTITIES, "en") == to_dot(chain, turned, "en")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_dot_accepts_it(name: str, language: MapLanguage) -> None:
    """Graphviz reads the text, and finds a cluster per tier and no node that was not written."""
    dot = shutil.which("dot")
    if not dot:
        pytest.skip("Graphviz is not installed")
    chain, quantities = CASES[name]
    text = to_dot(chain, quantities, language)
    done = subprocess.run([dot, "-Tsvg"], input=text.encode(), capture_output=True, check=False, timeout=120)
    root = ET.fromstring(done.stdout)  # noqa: S314 -- made of our own text
    groups = [g.get("class") for g in root.iter("{http://www.w3.org/2000/svg}g")]
    boxes = len({(s.company, s.tier) for s in chain.supplies})
    sizing = len([q for q in quantities.values() if q.tier and q.measure])

    assert (0, b"") == (done.returncode, done.stderr)
    assert (len(chain.tiers), len(chain.tiers) + boxes + sizing) == (groups.count("cluster"), groups.count("node"))


@pytest.mark.parametrize("write", [to_graphml, lambda chain, quantities: to_dot(chain, quantities, "both")])
def test_hostile_labels_are_inert_in_graphs(write) -> None:  # type: ignore[no-untyped-def]
    """No direction mark and no control character is left, and the text is UTF-8."""
    text = write(hostile_chain(), HOSTILE_QUANTITIES)

    assert [] == [c for c in text if c in BIDI or (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) <= 0x9F]
    assert text == text.encode("utf-8").decode("utf-8")


def test_an_edge_to_nowhere_is_left_out() -> None:
    """What is not a node is not made one by an edge that names it."""
    chain = Chain((), large_chain().edges, (), large_chain().supplies, ())

    assert 0 == chain_graph(chain, {}).number_of_nodes()


def test_importing_the_exports_imports_no_library() -> None:
    """A networkx or rich that is not asked for costs nothing."""
    code = (
        "import sys, bullwhip.export.graphs, bullwhip.export.tables, bullwhip.export.chainmap;"
        "sys.stdout.write(' '.join(sorted({'networkx', 'rich', 'sympy', 'rdflib'} & sys.modules.keys())))"
    )

    assert b"" == run_with_seed(code, "0")
