"""Laws of every format of `export`: it says what it rests on, is the same each time, and gives back what went in."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import networkx
import pyarrow.parquet
import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner

from bullwhip import Workspace, cli
from bullwhip.cli.export_command import command
from bullwhip.errors import UsageError
from bullwhip.export.data_tables import DataColumn, DataTable, to_csv
from bullwhip.export.escape import clean_text
from bullwhip.export.graphs import chain_graph
from bullwhip.numbers import fraction_text, read_decimal
from bullwhip.workspace.describing import about
from bullwhip.workspace.formats import FORMATS, OPTIONS, Asked
from bullwhip.workspace.tabling import TABLES
from documents import ROOT
from exported import asked, plain

VACCINES = ROOT / "tests" / "golden" / "vaccines"


@cache
def workspace(name: str = "vaccines", *values: str) -> Workspace:
    """Return a golden workspace, or the shipped one, with values set."""
    return Workspace.open(ROOT / "tests" / "golden" / name if name else None, values=values)


@cache
def written(form: str, name: str = "vaccines") -> bytes:
    """Return an export of a workspace."""
    return workspace(name).export(form, **asked(form, name))


# -- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_every_export_says_what_it_rests_on(form: str) -> None:
    """Version, inputs, data date and every document stand in it; where it holds values, so do values that are set."""
    data = plain(written(form))
    said = about(workspace())

    for text in (said.version, said.inputs[:12], said.data_date, *(d.id for d in said.documents)):
        assert text.encode() in data
    if FORMATS[form].computes:
        changed = workspace("vaccines", "dose.price[antigen=polio]=31 CNY/dose").scenario("base")
        assert b"polio]=31 CNY/dose" in plain(changed.export(form, **asked(form, "vaccines")))


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_format_has_no_place_for_is_refused(form: str) -> None:
    """Every option that it does not take is refused by the name it has on the command line, never ignored."""
    some: dict[str, Any] = {
        "language": "zh", "period": 2024, "along": ["exposures"], "of": "x", "driver": ["x"], "picture": "map",
        "table": "values", "swing": "5 %", "excel": True,
    }  # fmt: skip
    assert set(OPTIONS) <= set(some)
    for option in set(OPTIONS) - set(FORMATS[form].takes):
        with pytest.raises(UsageError, match=f"{form} has no place for"):
            workspace().export(form, **(asked(form, "vaccines") | {option: some[option]}))
    for option in FORMATS[form].needs:
        with pytest.raises(UsageError, match=f"{form} needs {OPTIONS[option]}"):
            workspace().export(form)


@pytest.mark.parametrize("form", [name for name, form in FORMATS.items() if not form.computes])
def test_a_format_without_values_refuses_a_scenario(form: str) -> None:
    """What would be the same under values that are set says so, rather than look as if it heeded them."""
    with pytest.raises(UsageError, match="it holds no values"):
        workspace("vaccines", "fill.yield=0.5").export(form)


def test_the_command_has_an_option_for_each_and_help_names_every_format() -> None:
    """Options of the table are options of the command; help lists formats with their titles, as completion does."""
    options = {o for p in command.params for o in p.opts}
    shown = CliRunner().invoke(command, ["--help"], terminal_width=200).output

    assert set(OPTIONS.values()) <= options
    assert [] == [n for n, f in FORMATS.items() if f"{n} " not in shown or f.title.split()[0] not in shown]
    form = next(p for p in command.params if p.name == "form")
    completed = form.shell_complete(None, "rules-")  # type: ignore[arg-type]
    assert [n for n in FORMATS if n.startswith("rules-")] == [item.value for item in completed]


def test_fields_and_options_are_the_same() -> None:
    """Every field of `Asked` is an option, and every format takes what it needs."""
    assert set(Asked.__dataclass_fields__) == set(OPTIONS)
    assert [] == [name for name, form in FORMATS.items() if not set(form.needs) <= set(form.takes) <= set(OPTIONS)]


def test_docs_list_every_format() -> None:
    """docs/exports.md has a row for each format, with its media type."""
    page = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")

    assert [] == [n for n, f in FORMATS.items() if f"| `{n}` |" not in page]


_ALL = """\
import hashlib, json, sys
from bullwhip import Workspace
from bullwhip.workspace.formats import FORMATS
from exported import asked
there = Workspace.open(sys.argv[1])
digests = {f: hashlib.sha256(there.export(f, **asked(f, "vaccines"))).hexdigest() for f in FORMATS}
print(json.dumps(digests))
"""


def test_no_format_depends_on_the_hash_seed_or_the_day() -> None:
    """A fresh process with another hash seed, time zone and locale writes the same bytes in every format."""
    expected = {form: hashlib.sha256(written(form)).hexdigest() for form in FORMATS}
    environment = os.environ | {
        "PYTHONHASHSEED": "4242", "TZ": "America/Lima", "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", _ALL, str(VACCINES)], env=environment, check=True, capture_output=True)

    assert expected == json.loads(done.stdout)


# -- round trips ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["vaccines", "solar"])
@pytest.mark.parametrize(
    ("form", "syntax"),
    [("turtle", ox.RdfFormat.TURTLE), ("trig", ox.RdfFormat.TRIG), ("nquads", ox.RdfFormat.N_QUADS),
     ("jsonld", ox.RdfFormat.JSON_LD)],
)  # fmt: skip
def test_rdf_gives_back_the_graph(name: str, form: str, syntax: ox.RdfFormat) -> None:
    """Read back by Oxigraph, every statement of the graph is there and no other; Turtle lacks the graphs' names."""
    stated = ox.Dataset(ox.parse(workspace(name).nquads(), format=ox.RdfFormat.N_QUADS))
    if form == "turtle":
        stated = ox.Dataset({ox.Quad(q.subject, q.predicate, q.object) for q in stated})
    read = ox.parse(written(form, name), format=syntax)
    back = ox.Dataset(q if isinstance(q, ox.Quad) else ox.Quad(*q) for q in read)
    for dataset in (stated, back):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)

    assert stated == back


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_rdflib_reads_turtle_and_json_ld_alike() -> None:
    """Read by rdflib, both are the same triples, each merged into one graph; blank nodes have the same ties."""
    graphs = []
    for form, syntax in (("turtle", "turtle"), ("jsonld", "json-ld")):
        dataset = rdflib.Dataset(default_union=True)
        dataset.parse(data=written(form, "solar").decode(), format=syntax)
        graphs.append({(s, p, o) for s, p, o, _ in dataset.quads()})
    blank = [
        sorted(str(p) for s, p, o in g if isinstance(s, rdflib.BNode) or isinstance(o, rdflib.BNode)) for g in graphs
    ]
    named = [{t for t in g if not any(isinstance(term, rdflib.BNode) for term in t)} for g in graphs]

    assert len(named[0]) > 1000
    assert named[0] == named[1]
    assert blank[0] == blank[1]


def elements(graph: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return nodes and edges of a graph with their attributes; edges by key."""
    nodes = {n: dict(data) for n, data in graph.nodes(data=True)}
    edges = {k: {**data, "ends": (a, b)} for a, b, k, data in graph.edges(keys=True, data=True)}
    return nodes, edges


@pytest.mark.parametrize("name", ["", "vaccines", "solar"])
def test_graph_formats_give_back_nodes_edges_and_attributes(name: str) -> None:
    """GraphML, GEXF and Cytoscape JSON, read by networkx, hold the same graph: same values of the same types."""
    program = workspace(name).program
    nodes, edges = elements(chain_graph(program.chain, program.quantities))
    graphml = networkx.parse_graphml(written("graphml", name).decode(), force_multigraph=True)
    gexf = networkx.read_gexf(io.BytesIO(written("gexf", name)), version="1.2draft")
    cytoscape = networkx.cytoscape_graph(json.loads(written("cytoscape", name)))

    assert (nodes, edges) == elements(graphml)
    added = ("id", "label", "networkx_key")
    assert nodes == {n: {k: v for k, v in data.items() if k != "label"} for n, data in gexf.nodes(data=True)}
    assert edges == {
        data["id"]: {**{k: v for k, v in data.items() if k not in added}, "ends": (source, target)}
        for source, target, data in gexf.edges(data=True)
    }
    assert set(nodes) == set(cytoscape)
    for node, data in cytoscape.nodes(data=True):
        assert nodes[node] == {k: v for k, v in data.items() if k not in ("id", "name", "value")}
    read = {d["id"]: {k: v for k, v in d.items() if k in edges[d["id"]]} for _, _, d in cytoscape.edges(data=True)}
    assert {k: {a: v for a, v in data.items() if a != "ends"} for k, data in edges.items()} == read


def csv_rows(data: bytes) -> Iterator[list[tuple[str, bool]]]:
    """Yield the records of a CSV file; each cell with whether it stands in quotes."""
    text, at, row = data.decode(), 0, list[tuple[str, bool]]()
    while at < len(text):
        if text[at] == '"':
            end = at + 1
            while text[end] != '"' or text[end : end + 2] == '""':
                end += 2 if text[end] == '"' else 1
            row.append((text[at + 1 : end].replace('""', '"'), True))
            at = end + 1
        else:
            end = min(i for i in (text.find(",", at), text.find("\r\n", at)) if i >= 0)
            row.append((text[at:end], False))
            at = end
        if text[at] == ",":
            at += 1
            continue
        assert text[at : at + 2] == "\r\n"
        yield row
        row, at = [], at + 2


def typed(cell: tuple[str, bool], kind: str) -> Any:
    """Return what a CSV cell says."""
    text, quoted = cell
    if text == "" and not quoted:
        return None
    assert quoted is (kind in ("text", "date"))
    return (
        {"flag": text == "true", "integer": text if quoted else int(text)}.get(kind, text)
        if kind != "flag"
        else text == "true"
    )


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", ["vaccines", "solar"])
def test_csv_and_parquet_give_back_exact_values(name: str, table: str) -> None:
    """Every cell of every table is there, numbers exactly and as the nearest double, missing ones as missing."""
    there, wanted = workspace(name), Asked(driver=asked("bars", name)["driver"])
    data = TABLES[table](there, wanted)
    packed = zipfile.ZipFile(io.BytesIO(there.export("tables", driver=wanted.driver)))
    header, *rows = csv_rows(packed.read(f"{data.name}.csv"))
    more = {"driver": wanted.driver} if table == "exposures" else {}
    parquet = pyarrow.parquet.read_table(io.BytesIO(there.export("parquet", table=table, **more)))

    assert data.header() == [name for name, _ in header] == parquet.column_names
    assert len(data.rows) == len(rows) == parquet.num_rows
    columns = parquet.to_pydict()
    for number, (row, cells) in enumerate(zip(data.rows, rows, strict=True)):
        left = iter(cells)
        for column, value in zip(data.columns, row, strict=True):
            cell = next(left)
            if column.kind == "number":
                exact, other = next(left)[0], columns[f"{column.name}_exact"][number]
                assert value == (None if exact == "" else read_decimal(exact))
                assert (fraction_text(value) if isinstance(value, Fraction) else None) == other
                nearest = None if value is None else float(value)
                assert nearest == (None if cell[0] == "" else float(cell[0])) == columns[column.name][number]
                continue
            expected = clean_text(value) if isinstance(value, str) else value
            kept = columns[column.name][number]
            assert expected == (kept.isoformat() if column.kind == "date" and kept else kept)
            assert expected == (typed(cell, column.kind) if not cell[0].startswith("'") else cell[0][1:])


def test_one_table_as_csv_says_on_every_row_what_it_rests_on() -> None:
    """It is the table of the archive with one more column, the last."""
    said = about(workspace()).line()
    packed = zipfile.ZipFile(io.BytesIO(workspace().export("tables")))
    for table in ("values", "claims", "shares"):
        header, *rows = csv_rows(workspace().export("csv", table=table))

        assert [*next(csv_rows(packed.read(f"{table}.csv"))), ("about", True)] == header
        assert [[*row, (said, True)] for row in list(csv_rows(packed.read(f"{table}.csv")))[1:]] == rows
    with pytest.raises(UsageError, match="did you mean 'values'"):
        workspace().export("csv", table="value")


def test_parquet_has_types_and_says_what_it_is() -> None:
    """Numbers are doubles with their exact text beside them, periods integers, days dates; the schema has the rest."""
    schema = pyarrow.parquet.read_schema(io.BytesIO(workspace().export("parquet")))

    assert {"value": "double", "value_exact": "string", "period": "int64", "driver": "bool"} == {
        n: str(schema.field(n).type) for n in ("value", "value_exact", "period", "driver")
    }
    assert about(workspace()).as_dict() == json.loads(schema.metadata[b"bullwhip"])


def test_excel_gets_a_mark_and_no_days() -> None:
    """Tables for Excel begin with the mark of UTF-8, and an exact fraction is no day; without, neither is there."""
    table = DataTable("t", (DataColumn("a", "number"),), [(Fraction(1, 3),), (Fraction(-5, 2),), (None,)])

    assert to_csv(table, excel=True).decode() == (
        '\ufeff"a","a_exact"\r\n0.3333333333333333,"\'1/3"\r\n-2.5,"-2.5"\r\n,\r\n'
    )
    assert to_csv(table).decode() == '"a","a_exact"\r\n0.3333333333333333,"1/3"\r\n-2.5,"-2.5"\r\n,\r\n'
    member = zipfile.ZipFile(io.BytesIO(workspace().export("tables", excel=True))).read("about.csv")
    assert member.startswith(b"\xef\xbb\xbf")


def test_what_no_double_holds_stands_as_text_alone() -> None:
    """Neither an infinity nor a zero takes the place of a number that is beyond doubles."""
    rows = [(Fraction(10) ** 400,), (Fraction(1, 3**800),)]
    table = DataTable("t", (DataColumn("a", "number"),), rows)
    lines = to_csv(table).decode().splitlines()[1:]

    assert [f',"{fraction_text(value)}"' for (value,) in rows] == lines


def test_the_command_writes_every_format(tmp_path: Path) -> None:
    """Each format goes to a file with the suffix of the table, by the options that it needs."""
    solar = str(ROOT / "tests" / "golden" / "solar")
    for name, form in FORMATS.items():
        if form.extra == "charts":  # slow, and drawn by the same function as the others
            continue
        target = tmp_path / f"{name}.{form.suffix}"
        more = [f"--{option}={value}" for option, value in asked(name, "solar").items()]
        assert cli.run(["--workspace", solar, "export", name, "-o", str(target), *more]) == 0
        assert target.read_bytes() == written(name, "solar")
