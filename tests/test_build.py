"""`build`, `load` and `check` on the command line: what goes in is there, what is wrong is told, the rest stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from bullwhip import Workspace
from bullwhip.cli import run
from bullwhip.store.canonical import as_stored, quads_of, split_graphs
from bullwhip.store.generations import open_current, read_current
from bullwhip.workspace.starting import write_workspace
from store_faults import content, graph_text, put

GOLDEN = Path(__file__).parent / "golden"
RDF = Path(__file__).parent / "rdf"


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code = run([*arguments, "--json"])
    captured = capsys.readouterr()

    assert code == 0, captured.err
    return json.loads(captured.out)


@pytest.fixture(scope="module")
def coffee(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small workspace that nobody changes."""
    folder = tmp_path_factory.mktemp("w") / "coffee"
    write_workspace(folder, "en")
    return folder


@pytest.mark.parametrize("name", ["wind", "solar", "batteries"])
def test_a_store_holds_the_graph_of_its_workspace(name: str, tmp_path: Path) -> None:
    """Every graph, every quad, numbers as a store gives them back; building again changes nothing."""
    workspace = Workspace.open(GOLDEN / name)
    told = workspace.build(tmp_path / "store")
    again = workspace.build(tmp_path / "store")
    lines = {line for part in split_graphs(workspace.nquads()).values() for line in as_stored(part).split(b"\n")}

    assert content(tmp_path / "store").split(b"\n") == [*sorted(lines - {b""}), b""]
    assert {c.change for c in told.changes} == {"added"}
    assert (again.done, again.generation, again.quads) == ("unchanged", 1, told.quads)


def test_a_document_that_goes_takes_its_graph_with_it_and_no_other(coffee: Path, tmp_path: Path) -> None:
    """What files brought stays, and with the document again the store holds the same bytes as before."""
    store = tmp_path / "store"
    whole = Workspace.open(coffee)
    whole.build(store)
    assert run(["load", str(RDF / "turbines.ttl"), "--store", str(store)]) == 0
    before, graphs = content(store), set(read_current(store).manifest.graphs)
    told = Workspace.open(coffee, as_of="1999-12-31").build(store)
    left = set(read_current(store).manifest.graphs)
    gone = {c.graph for c in told.changes if c.change == "removed"}

    assert gone == graphs - left != set()
    assert all("/document/" in graph for graph in gone)
    assert "https://w3id.org/bullwhip/id/graph/file/turbines" in left
    whole.build(store)
    assert content(store) == before


def test_a_new_edition_of_a_file_takes_the_place_of_the_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All graphs of the last edition go, also those that the new one no longer has."""
    file, store = tmp_path / "a.trig", str(tmp_path / "store")
    file.write_text("<urn:g> { <urn:a> <urn:p> 1 } <urn:h> { <urn:a> <urn:p> 2 } <urn:a> <urn:p> 3 .")
    one = _json(capsys, "load", str(file), "--store", store, "--create")
    file.write_text("<urn:g> { <urn:a> <urn:p> 4 }")
    two = _json(capsys, "load", str(file), "--store", store)
    default = "https://w3id.org/bullwhip/id/graph/file/a"

    assert {c["graph"]: c["change"] for c in one["changes"]} == dict.fromkeys(["urn:g", "urn:h", default], "added")
    assert {c["graph"]: c["change"] for c in two["changes"]} == {
        "urn:g": "replaced", "urn:h": "removed", default: "removed"
    }  # fmt: skip
    assert content(tmp_path / "store") == b'<urn:a> <urn:p> "4"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:g> .\n'


@pytest.mark.parametrize("form", ["turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml"])
def test_every_format_gives_the_same_graph(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a file says does not depend on how it is written."""
    triples = [
        ox.Triple(ox.NamedNode("urn:a"), ox.NamedNode("urn:e:p"), value)
        for value in (ox.Literal("液冷", language="zh"), ox.Literal(5), ox.NamedNode("urn:b"), ox.Literal('x\n"y"'))
    ]
    kinds = {
        "turtle": ox.RdfFormat.TURTLE, "trig": ox.RdfFormat.TRIG, "nquads": ox.RdfFormat.N_QUADS,
        "ntriples": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD, "rdfxml": ox.RdfFormat.RDF_XML,
    }  # fmt: skip
    file = tmp_path / "written"
    file.write_bytes(ox.serialize(triples, format=kinds[form], prefixes={"e": "urn:e:"}) or b"")
    options = ["--format", form, "--graph", "urn:g", "--create", "--expect", "4", "--store", str(tmp_path / "store")]
    told = _json(capsys, "load", str(file), *options)

    assert (told["quads"], told["graphs"]) == (4, 1)
    assert content(tmp_path / "store") == b"".join(sorted(f"{t} <urn:g> .\n".encode() for t in triples))


def test_a_graph_from_elsewhere_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """BW541 says where it comes from and how to remove it; two files in one load may not bring one graph."""
    store = tmp_path / "store"
    put(store, {"urn:g": graph_text("urn:g", 5)})
    before = content(store)
    for name in ("a", "b"):
        (tmp_path / f"{name}.nq").write_text(f"<urn:{name}> <urn:p> <urn:b> <urn:g> .\n")
    code = run(["load", str(tmp_path / "a.nq"), "--store", str(store)])

    error = capsys.readouterr().err
    assert code == 3
    assert "BW541 the graph <urn:g> is there already, from the file 'test'" in error
    assert f"bullwhip load --remove 'urn:g' --store {store}" in error
    assert run(["load", str(tmp_path / "a.nq"), str(tmp_path / "b.nq"), "--store", str(store)]) == 3
    assert "both bring the graph <urn:g>" in capsys.readouterr().err
    assert content(store) == before


def test_another_workspace_is_not_built_over_the_first(
    coffee: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both have a model; the second is refused whole, and told to build in a store of its own."""
    store = tmp_path / "store"
    _json(capsys, "--workspace", str(coffee), "build", "-o", str(store))
    before = content(store)
    code = run(["--workspace", str(GOLDEN / "wind"), "build", "-o", str(store)])

    error = capsys.readouterr().err
    assert code == 3
    assert "BW541" in error
    assert "build in a store of its own" in error
    assert content(store) == before


def test_one_file_in_two_graphs_is_two_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --graph the graph belongs to the name of the source; without it the file name alone decides."""
    file, store = tmp_path / "a.nt", str(tmp_path / "store")
    file.write_text("<urn:a> <urn:p> <urn:b> .\n")
    _json(capsys, "load", str(file), "--store", store, "--create", "--graph", "urn:1")
    told = _json(capsys, "load", str(file), "--store", store, "--graph", "urn:2")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "a.nt").write_text("<urn:a> <urn:p> <urn:c> .\n")
    both = run(["load", str(file), str(tmp_path / "b" / "a.nt"), "--store", store])

    assert [(c["graph"], c["change"]) for c in told["changes"]] == [("urn:2", "added")]
    assert told["graphs"] == 2
    assert both == 3
    assert "BW541 several files bring the graph" in capsys.readouterr().err


def test_one_wrong_file_keeps_all_of_them_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A load is all or nothing, and a store that is not there yet does not come to be."""
    store = tmp_path / "store"
    files = [str(RDF / "turbines.ttl"), str(RDF / "misread.ttl")]
    code = run(["load", *files, "--store", str(store), "--create"])

    error = capsys.readouterr().err
    assert code == 3
    assert [line.split(": ")[1][:5] for line in error.splitlines() if "misread.ttl:" in line] == [
        "BW536", "BW536", "BW537"
    ]  # fmt: skip
    assert not store.exists()


def test_a_file_with_another_number_of_statements_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file cut at the end of a line is sound; only its number of statements tells."""
    file = tmp_path / "a.nt"
    file.write_bytes(b"<urn:a> <urn:p> <urn:b> .\n" * 1 + b"<urn:a> <urn:p> <urn:c> .\n")
    code = run(["load", str(file), "--expect", "3", "--store", str(tmp_path / "s"), "--create"])

    assert code == 3
    assert "BW539 the file holds 2 statements, 3 were expected" in capsys.readouterr().err
    assert run(["load", str(file), "--expect", "2", "--store", str(tmp_path / "s"), "--create"]) == 0


def test_large_numbers_are_kept_as_text_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """3e23 operations are no 64-bit integer: refused with the way out, or kept to the digit and counted."""
    file, store = tmp_path / "a.ttl", tmp_path / "store"
    file.write_text("<urn:a> <urn:flop> 300000000000000000000001 .")
    options = ["load", str(file), "--store", str(store), "--create"]
    refused = run(options)
    error = capsys.readouterr().err
    told = _json(capsys, *options, "--keep-large")

    assert refused == 3
    assert "BW537 300000000000000000000001 does not fit in 64 bits" in error
    assert "--keep-large" in error
    assert told["large"] == 1
    assert b'"300000000000000000000001"^^' in content(store)


def test_check_of_a_store_is_not_check_of_a_workspace(
    coffee: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder with a store is read as one, in the form of every check."""
    store = str(tmp_path / "store")
    _json(capsys, "--workspace", str(coffee), "build", "-o", store)
    told = _json(capsys, "check", store)

    assert told["ok"]
    assert told["problems"] == []
    assert told["summary"].startswith(f"generation 1 of {store}: ")


def test_a_graph_is_removed_by_its_name_or_the_end_of_it(
    coffee: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And added again by the next build, with the same bytes."""
    store = tmp_path / "store"
    _json(capsys, "--workspace", str(coffee), "build", "-o", str(store))
    before = content(store)
    told = _json(capsys, "load", "--remove", "model", "--store", str(store))

    assert [(c["graph"].rpartition("/")[2], c["change"]) for c in told["changes"]] == [("model", "removed")]
    assert content(store) != before
    assert run(["load", "--remove", "modle", "--store", str(store)]) == 2
    assert "BW001 the store has no graph 'modle'" in capsys.readouterr().err
    _json(capsys, "--workspace", str(coffee), "build", "-o", str(store))
    assert content(store) == before


def test_readers_find_the_generation_that_counts(tmp_path: Path) -> None:
    """`open_current` gives the folder of a database that opens read-only."""
    put(tmp_path / "store", {"urn:g": graph_text("urn:g", 5)})
    folder = open_current(str(tmp_path / "store"))

    assert folder == tmp_path / "store" / "generations" / "000001"
    assert len(ox.Store.read_only(str(folder))) == 5


def test_a_wrong_rule_leaves_the_store_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And makes none where there is none."""
    folder, store = tmp_path / "coffee", tmp_path / "store"
    write_workspace(folder, "en")
    _json(capsys, "--workspace", str(folder), "build", "-o", str(store))
    before = content(store)
    (folder / "rules" / "wrong.yaml").write_text("rules:\n  r: {unit: '1', kind: ratio, expression: nosuch + 1}\n")
    codes = [run(["--workspace", str(folder), "build", "-o", str(tmp_path / name)]) for name in ("store", "new")]

    assert codes == [3, 3]
    assert "wrong.yaml:2:" in capsys.readouterr().err
    assert content(store) == before
    assert [p.name for p in (store / "generations").glob("*.json")] == ["000001.json"]
    assert not (tmp_path / "new").exists()


def test_a_query_asks_what_was_built(coffee: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`query --store` gives the rows of the workspace's own store, and names the store beside a mistyped one."""
    store = str(tmp_path / "store")
    asked = ["--workspace", str(coffee), "query", "chain/companies", "--param", "tier=cafe"]
    _json(capsys, "--workspace", str(coffee), "build", "-o", store)

    assert _json(capsys, *asked, "--store", store) == _json(capsys, *asked)
    assert run([*asked, "--store", str(tmp_path / "stroe")]) == 3
    assert "stroe" in capsys.readouterr().err
    assert not (tmp_path / "stroe").exists()


def test_a_relative_iri_needs_a_base(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No IRI depends on where a file lies: one is asked for, and then it is resolved against it."""
    file, store = tmp_path / "a.ttl", tmp_path / "store"
    file.write_text("<#a> <p> <> .")
    options = ["load", str(file), "--store", str(store), "--create", "--graph", "urn:g"]
    code = run(options)
    error = capsys.readouterr().err
    wrong = run([*options, "--base", "here"])

    assert code == 3
    assert "a.ttl:1:2: BW103 the IRI '#a' is relative" in error
    assert "--base" in error
    assert wrong == 2
    assert run([*options, "--base", "https://example.org/x/y"]) == 0
    assert content(store) == (
        b"<https://example.org/x/y#a> <https://example.org/x/p> <https://example.org/x/y> <urn:g> .\n"
    )


@pytest.mark.parametrize(("form", "ending"), [("nquads", "nq"), ("trig", "trig")])
def test_what_is_exported_can_be_loaded(form: str, ending: str, tmp_path: Path) -> None:
    """An export of a workspace gives the same store as building it."""
    workspace = Workspace.open(GOLDEN / "wind")
    workspace.build(tmp_path / "built")
    (tmp_path / f"wind.{ending}").write_bytes(workspace.export(form))
    code = run(["load", str(tmp_path / f"wind.{ending}"), "--store", str(tmp_path / "loaded"), "--create"])

    assert code == 0
    assert _isomorphic(tmp_path / "loaded") == _isomorphic(tmp_path / "built")


def _isomorphic(store: Path) -> list[str]:
    """Return what a store holds, whatever its blank nodes are called."""
    dataset = ox.Dataset(quads_of(content(store)))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def test_the_ways_out_of_a_damage_lead_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the message names can be typed as it stands: from the texts, or a generation back."""
    store = tmp_path / "store"
    old = graph_text("urn:g", 300)
    put(store, {"urn:g": old})
    put(store, {"urn:g": graph_text("urn:g", 310)})
    before = content(store)
    next(open_current(store).glob("*.sst")).unlink()  # of this generation alone: others hold it under another name
    code = run(["check", str(store)])
    said = capsys.readouterr().out
    anew = _json(capsys, "load", "--rebuild", "--store", str(store))

    assert code == 3
    assert "bullwhip load --rebuild --store STORE" in said
    assert (anew["done"], content(store)) == ("rebuilt", before)
    assert _json(capsys, "load", "--rollback", "--store", str(store))["done"] == "rolled_back"
    assert run(["load", "--rollback", "--rebuild", "--store", str(store)]) == 2
    assert "BW002 --rebuild takes no files and no other change" in capsys.readouterr().err
