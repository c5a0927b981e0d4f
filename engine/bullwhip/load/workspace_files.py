"""Reads the files of a workspace into a raw program; judges nothing but whether a file is what it claims to be.

A workspace is three folders, each optional but `rules`:

    rules/**/*.yaml                     workspace.yaml (header), drivers, rules, scenarios
    ontology/chain/*.ttl                tiers and edges
    ontology/companies.tsv              companies; products.tsv, topics.tsv and measures.tsv beside it
    ontology/calendars.tsv              fiscal calendars of companies
    ontology/common_words.tsv           words of the language that look like names
    ontology/facts/<document>/          document.yaml (mapping) and cells, claims, vendors, relations .tsv
    queries/**/*.rq                     named queries (read by the query stage)
"""

from __future__ import annotations

from bullwhip.errors import Place, Problem
from bullwhip.load.chain import read_chain
from bullwhip.load.tables import read_table
from bullwhip.load.vocabulary import read_library, read_terms
from bullwhip.load.yaml_reader import read_yaml
from bullwhip.model.chain import Edge, Tier
from bullwhip.model.source import MapNode, RawDocument, RawProgram, RawTable

__all__ = ["load"]

_TABLES = ("cells", "claims", "vendors", "relations")
_CATALOGUES = ("products", "topics", "measures", "calendars", "common_words")


def load(files: dict[str, bytes], key: str) -> RawProgram:
    """Return the raw program of a workspace: stage one of six.

    Args:
        files: every input file by its name in messages, e.g. `rules/hbm.yaml`, with its bytes.
        key: the content hash that identifies them.

    Every problem of form is kept in the result, so that validation reports all problems of all files at once.
    """
    problems: list[Problem] = []

    rules: list[tuple[str, MapNode]] = []
    for name in sorted(n for n in files if n.startswith("rules/")):
        node, found = read_yaml(name, files[name])
        problems += found
        if isinstance(node, MapNode):
            rules.append((name, node))
        elif node is not None:
            problems.append(Problem("BW110", "the file must be a mapping", node.place, "drivers:, rules: or scenario:"))
    tiers: list[Tier] = []
    edges: list[Edge] = []
    for name in sorted(n for n in files if n.startswith("ontology/chain/")):
        some_tiers, some_edges, found = read_chain(name, files[name])
        tiers += some_tiers
        edges += some_edges
        problems += found
    companies = _table(files, "ontology/companies.tsv", problems)
    catalogues = {c: t for c in _CATALOGUES if (t := _table(files, f"ontology/{c}.tsv", problems)) is not None}
    known = {f"ontology/{c}.tsv" for c in ("companies", *_CATALOGUES)}
    for stray in sorted(n for n in files if n.count("/") == 1 and n.startswith("ontology/") and n not in known):
        hint = f"tables here are named companies, {', '.join(_CATALOGUES)}"
        problems.append(Problem("BW108", "a table of no known name", Place(stray), hint))
    documents = _documents(files, problems)
    return RawProgram(
        key, tuple(rules), documents, companies, tuple(tiers), tuple(edges), catalogues, tuple(problems),
        read_library(), read_terms(files),
    )  # fmt: skip


def _documents(files: dict[str, bytes], problems: list[Problem]) -> tuple[RawDocument, ...]:
    documents = []
    tables_in = {n.rpartition("/")[0] for n in files if n.startswith("ontology/facts/") and n.endswith(".tsv")}
    for folder in sorted(f for f in tables_in if f"{f}/document.yaml" not in files):
        message = "tables of a document without document.yaml, which says what document they are of"
        problems.append(Problem("BW109", message, Place(f"{folder}/document.yaml"), "document:, units:, cells: …"))
    for name in sorted(n for n in files if n.endswith("/document.yaml")):
        mapping, found = read_yaml(name, files[name])
        problems += found
        folder = name.removesuffix("document.yaml")
        tables: dict[str, RawTable] = {}
        for table_name in _TABLES:
            table = _table(files, f"{folder}{table_name}.tsv", problems)
            if table is not None:
                tables[table_name] = table
        known = {f"{folder}{t}.tsv" for t in _TABLES}
        for stray in sorted(n for n in files if n.startswith(folder) and n.endswith(".tsv") and n not in known):
            message = "a table of no known name"
            problems.append(Problem("BW108", message, Place(stray), f"tables are named {', '.join(_TABLES)}"))
        if isinstance(mapping, MapNode):
            documents.append(RawDocument(mapping, tables))
        elif mapping is not None:
            hint = "document:, units:, cells: …"
            problems.append(Problem("BW110", "the file must be a mapping", mapping.place, hint))
    return tuple(documents)


def _table(files: dict[str, bytes], name: str, problems: list[Problem]) -> RawTable | None:
    if name not in files:
        return None
    table, found = read_table(name, files[name])
    problems += found
    return table
