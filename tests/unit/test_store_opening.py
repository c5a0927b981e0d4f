"""A store that was built is opened through the interface of every store, and answers as one in memory."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from bullwhip import Workspace
from bullwhip.errors import BullwhipError
from bullwhip.store.oxigraph import OxigraphStore
from store_faults import expected, graph_text, put

XSD = "http://www.w3.org/2001/XMLSchema#"


def test_what_was_built_is_opened_at_the_generation_that_counts(tmp_path: Path) -> None:
    """One that is open keeps what it saw; one that is opened later sees what was published."""
    texts = [graph_text("urn:g", n) for n in (10, 20)]
    put(tmp_path / "store", {"urn:g": texts[0]})
    first = OxigraphStore.open(tmp_path / "store")
    put(tmp_path / "store", {"urn:g": texts[1]})
    second = OxigraphStore.open(tmp_path / "store")

    assert first.dump() == expected({"urn:g": texts[0]})
    assert second.dump() == expected({"urn:g": texts[1]})
    assert second.graphs() == {"urn:g": 20}
    assert second.name == str(tmp_path / "store")


def test_a_damaged_store_is_not_opened(tmp_path: Path) -> None:
    """What is not as its record says is told, and never answered from."""
    put(tmp_path / "store", {"urn:g": graph_text("urn:g", 10)})
    (tmp_path / "store" / "current").write_bytes(b"000001\n")
    with pytest.raises(BullwhipError) as error:
        OxigraphStore.open(tmp_path / "store")

    assert [p.code for p in error.value.problems] == ["BW532"]
    assert "bullwhip build --rebuild -o STORE" in error.value.problems[0].hint


def test_a_number_on_disk_finds_itself_alone(tmp_path: Path) -> None:
    """Also one whose last byte is 255, by any spelling of it, in any pattern."""
    numbers = {i: f'"{i}"^^<{XSD}integer>' for i in range(-2, 520)}
    put(tmp_path / "store", {"urn:g": graph_text("urn:g", numbers)})
    store = OxigraphStore.open(tmp_path / "store")
    graph, predicate = ox.NamedNode("urn:g"), ox.NamedNode(f"urn:p{255 % 3}")
    spelt = ox.Literal("0255", datatype=ox.NamedNode(f"{XSD}integer"))

    for value in (*map(ox.Literal, range(-2, 520)), spelt):
        assert [int(q.subject.value[5:]) for q in store.match(None, None, value, None)] == [int(value.value)]  # type: ignore[union-attr]
    assert len(list(store.match(None, predicate, spelt, graph))) == 1


def test_a_workspace_asks_what_was_built_of_it(tmp_path: Path) -> None:
    """A named query gives the same rows from memory and from the disk."""
    workspace = Workspace.open(Path(__file__).parents[1] / "golden" / "wind")
    workspace.build(tmp_path / "store")
    store = OxigraphStore.open(tmp_path / "store")
    query = "SELECT ?s ?o { ?s <http://purl.org/dc/terms/identifier> ?o } ORDER BY ?s ?o"

    assert workspace.query("here", text=query, on=store).rows == workspace.query("here", text=query).rows != ()
