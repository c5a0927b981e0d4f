"""Hostile texts of labels, notes, claims and titles stay texts in every format, as a parser of it reads them."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from html.parser import HTMLParser
from itertools import cycle
from typing import Any

import networkx
import pyarrow.parquet
import pyoxigraph as ox
import pytest

from bullwhip import Workspace
from bullwhip.export.escape import clean_text
from bullwhip.model.label import Label
from bullwhip.workspace.formats import FORMATS
from documents import ROOT
from exported import asked
from hostile_exports import TEXTS

HARMLESS = "plain"
LONGER = tuple("plain words " * n for n in (2, 3, 6, 30, 400))
"""Harmless too: where labels are long, a page may fold a formula."""
BAD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What may stand in no text of an export."""

_TEXTS = (
    "note", "row", "column", "part", "lexical", "subject", "measure", "by", "basis", "segment", "slug", "source",
    "ticker", "locator",
)  # fmt: skip
"""Fields that hold what documents and authors wrote."""


def tainted(value: Any, text: Callable[[], str]) -> Any:
    """Return a record in which every label and every text of authors and documents is another one."""
    if isinstance(value, Label):
        return Label(text(), f"{text()} en")
    if isinstance(value, tuple):
        return tuple(tainted(v, text) for v in value)
    if isinstance(value, Mapping):
        return {k: tainted(v, text) for k, v in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changes: dict[str, Any] = {}
        for f in fields(value):
            old = getattr(value, f.name)
            is_id = (f.name == "measure" and hasattr(value, "expression")) or hasattr(value, "target")
            if isinstance(old, str) and f.name in _TEXTS and not is_id:
                changes[f.name] = text()
            elif isinstance(old, tuple | Mapping | Label) or is_dataclass(old):
                changes[f.name] = tainted(old, text)
        return replace(value, **{k: v for k, v in changes.items() if v is not getattr(value, k)})
    return value


@cache
def workspace(*texts: str) -> Workspace:
    """Return the golden solar chain with all its texts hostile, in turn where there are several.

    Its key is its own, so that no cache serves it for another.
    """
    base = Workspace.open(ROOT / "tests" / "golden" / "solar")
    program = base.program
    key = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
    turns = cycle(texts)
    parts = {
        name: tainted(getattr(program, name), lambda: next(turns))
        for name in ("header", "dimensions", "quantities", "scenarios", "documents", "claims", "chain", "assumptions")
    }
    return Workspace(replace(program, key=key, **parts), base.files)


@cache
def written(form: str, *texts: str) -> bytes:
    """Return an export of the hostile workspace."""
    return workspace(*texts).export(form, **asked(form, "solar"))


# -- what a parser of a format sees, but for the texts themselves -----------------------------------------------------


def xml_shape(data: bytes) -> Any:
    """Return the elements of XML with the names of their attributes; they are the same whatever the texts are."""
    root = ET.fromstring(data)  # noqa: S314 -- our own text
    assert [] == [a for e in root.iter() for a in e.attrib if a.startswith("on")]
    assert [] == [
        e.tag for e in root.iter() if re.search("(?:^|})(?:script|foreignObject|iframe|image|use|style|a)$", str(e.tag))
    ]
    return {(e.tag, *sorted(e.attrib)) for e in root.iter()}


class _Tags(HTMLParser):
    """The tags of a page with the names of their attributes, and the scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[tuple[str, ...]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert [] == [a for a, _ in attrs if a.startswith("on")]
        for name, value in attrs:
            if name in ("href", "src", "action"):
                assert not (value or "").strip().lower().startswith(("javascript:", "data:text", "vbscript:"))
        self.tags.add((tag, *sorted(name for name, _ in attrs)))


def html_shape(data: bytes) -> Any:
    """Return the tags of a page."""
    reader = _Tags()
    reader.feed(data.decode())
    return reader.tags


def graphml_shape(data: bytes) -> Any:
    """Return nodes and edges of GraphML with the names of their attributes, as networkx reads them."""
    xml_shape(data)
    graph: Any = networkx.parse_graphml(data.decode(), force_multigraph=True)
    return sorted((n, *sorted(d)) for n, d in graph.nodes(data=True)), sorted(k for *_, k in graph.edges(keys=True))


def gexf_shape(data: bytes) -> Any:
    """Return the same of GEXF."""
    xml_shape(data)
    graph = networkx.read_gexf(io.BytesIO(data), version="1.2draft")
    return sorted((n, *sorted(d)) for n, d in graph.nodes(data=True)), graph.number_of_edges()


def json_shape(data: bytes) -> Any:
    """Return the keys of JSON, in their order; its text holds nothing that ends a script element."""
    assert b"<" not in data

    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: shape(v) for k, v in value.items()}
        return [shape(v) for v in value] if isinstance(value, list) else type(value).__name__

    found = json.loads(data)
    found.pop("data", None)
    return shape(found)


def dot_shape(data: bytes) -> str:
    """Return a DOT file without what stands in its strings, read by the rules of Graphviz."""
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', data.decode())


_MERMAID = re.compile(r'flowchart LR|  t\d+(?:\["L"\]|\(\["L"\]\))|  t\d+ (?:-->|-\.->) t\d+')


def mermaid_shape(data: bytes) -> list[str]:
    """Return the lines of a Mermaid chart without labels; each is one of the grammar, and no label ends early."""
    lines = []
    for line in data.decode().splitlines():
        if line.startswith("%% "):
            assert "%%{" not in line
            continue
        bare = re.sub(r'"(?:<br/>|#\d+;|[^"#<>;\[\]{}()`&%\\|])*"', '"L"', line)
        assert _MERMAID.fullmatch(bare), line
        lines.append(bare)
    return lines


def csv_shape(data: bytes) -> Any:
    """Return how many rows and columns a table has; no cell is one that a spreadsheet would calculate."""
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    for cell in (c for row in rows for c in row):
        first = cell.lstrip()[:1]
        assert first == "" or first not in "=@＝＠＋－\t\r", cell
        assert first not in ("+", "-") or re.fullmatch(r"[-+][\d.,/%eE–~+-]+", cell.strip()), cell
    return len(rows), {len(row) for row in rows}


def tables_shape(data: bytes) -> Any:
    """Return the same of every table of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: csv_shape(packed.read(name)) for name in packed.namelist() if name != "about.csv"}


def parquet_shape(data: bytes) -> Any:
    """Return columns, types and the number of rows."""
    table = pyarrow.parquet.read_table(io.BytesIO(data))
    assert [] == [c for column in table.columns for c in column.to_pylist() if isinstance(c, str) and BAD.search(c)]
    return [(f.name, str(f.type)) for f in table.schema], table.num_rows


def rdf_shape(syntax: ox.RdfFormat) -> Callable[[bytes], Any]:
    """Return a reader that counts statements by property."""

    def shape(data: bytes) -> Any:
        counts: dict[str, int] = {}
        for quad in ox.parse(data, format=syntax):
            counts[quad.predicate.value] = counts.get(quad.predicate.value, 0) + 1
            assert not str(quad.subject.value if isinstance(quad.subject, ox.NamedNode) else "").startswith("urn:")
        return {k: v for k, v in counts.items() if not k.endswith(("prefLabel", "altLabel", "title"))}

    return shape


def python_shape(data: bytes) -> str:
    """Return the syntax of a Python text with its constants, but for texts."""

    class Blank(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            return ast.copy_location(ast.Constant("" if isinstance(node.value, str) else node.value), node)

    return ast.dump(Blank().visit(ast.parse(data.decode())))


def code_lines(mark: str) -> Callable[[bytes], Any]:
    """Return a reader that gives the lines of a program that are no comments."""

    def shape(data: bytes) -> Any:
        lines = [line for line in data.decode().split("\n") if not line.lstrip().startswith(mark)]
        return sorted(re.sub(r'"(?:[^"\\]|\\.)*"', '""', line) for line in lines)  # ids hash what things say

    return shape


def latex_shape(data: bytes) -> Any:
    """Check that a LaTeX text has no command that reads, writes or defines, and that its groups close."""
    text = re.sub(r"(?m)^%.*$", "", data.decode())
    assert [] == re.findall(r"\\(?:input|write|include|catcode|openin|read|def|csname)\b", text)
    assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")
    assert text.count("\\end{document}") <= 1


SHAPES: dict[str, Callable[[bytes], Any]] = {
    **dict.fromkeys(("svg", "sankey", "tornado", "bars", "mathml"), xml_shape),
    **dict.fromkeys(("rules-page", "html"), html_shape),
    "graphml": graphml_shape, "gexf": gexf_shape, "cytoscape": json_shape, "dot": dot_shape, "mermaid": mermaid_shape,
    "csv": csv_shape, "tables": tables_shape, "parquet": parquet_shape, "turtle": rdf_shape(ox.RdfFormat.TURTLE),
    "trig": rdf_shape(ox.RdfFormat.TRIG), "nquads": rdf_shape(ox.RdfFormat.N_QUADS),
    "jsonld": rdf_shape(ox.RdfFormat.JSON_LD), "python": python_shape, "latex": latex_shape,
    "rules-sparql": code_lines("#"), "rules-nemo": code_lines("%"), "rules-clingo": code_lines("%"),
}  # fmt: skip
ELSEWHERE = {"png": "drawn from svg", "pdf": "drawn from svg", "xlsx": "tests of the workbook"}
"""Formats that are tried elsewhere."""
GRAPH = ("turtle", "trig", "nquads", "jsonld", "rules-sparql", "rules-nemo", "rules-clingo")
"""Formats that need the whole graph, which takes its time: texts take turns in it."""


@cache
def shape(form: str, *texts: str) -> Any:
    """Return what a parser of the format sees."""
    return SHAPES[form](written(form, *texts))


def test_the_corpus_is_large_and_every_format_is_tried() -> None:
    """At least 47 texts, each once, over every format of the table."""
    assert len(set(TEXTS.values())) == len(TEXTS) >= 47
    assert set(FORMATS) <= set(SHAPES) | set(ELSEWHERE)


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_stays_a_text(name: str) -> None:
    """Read by a parser of its format, an export has the shape that it has with harmless texts, and no bad character."""
    for form in (f for f in FORMATS if f in SHAPES and f not in GRAPH):
        data = written(form, TEXTS[name])
        if form not in ("csv", "tables", "parquet"):  # their readers look at each cell
            assert BAD.search(data.decode()) is None, form
        found = shape(form, TEXTS[name])
        if isinstance(found, set):
            is_same = found <= shape(form, HARMLESS) or found <= set().union(*(shape(form, t) for t in LONGER))
        else:
            is_same = found == shape(form, HARMLESS)
        has_letters = clean_text(TEXTS[name]).strip() != ""  # what has none is no label
        assert is_same or not has_letters, form


@pytest.mark.parametrize("turn", range(5))
def test_hostile_texts_stay_texts_in_the_graph(turn: int) -> None:
    """RDF holds as many statements of each property, and programs of rules the same lines, whatever the texts are."""
    names = list(TEXTS)
    some = [TEXTS[n].encode("utf-8", "ignore").decode() for n in (*names[turn:], *names[:turn])]  # as files hold them
    harmless = [f"{HARMLESS} {n}" for n in range(len(some))]
    for form in GRAPH:
        assert BAD.search(written(form, *some).decode()) is None or form in ("nquads", "rules-clingo"), form
        assert shape(form, *some) == shape(form, *harmless), form


@pytest.mark.parametrize("name", [n for n, t in TEXTS.items() if clean_text(t).strip()])
def test_a_hostile_text_is_given_back(name: str) -> None:
    """What is made harmless is still there: GraphML and Cytoscape JSON hold the label without what no text may hold."""
    expected = clean_text(TEXTS[name])
    nodes = networkx.parse_graphml(written("graphml", TEXTS[name]).decode(), force_multigraph=True).nodes(data=True)
    data = json.loads(written("cytoscape", TEXTS[name]))

    assert expected in {d.get("label_zh") for _, d in nodes}
    assert expected in {n["data"].get("label_zh") for n in data["elements"]["nodes"]}
