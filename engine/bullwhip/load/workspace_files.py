"""Reads the files of a workspace into a raw program; judges nothing but whether a file is what it claims to be.

A workspace is three folders, each optional but `rules`:

    rules/**/*.yaml                     workspace.yaml (header), drivers, rules, scenarios
    ontology/chain/*.ttl                tiers and edges
    ontology/companies.tsv              companies
    ontology/facts/<document>/          document.yaml (mapping) and cells, claims, vendors, relations .tsv
    queries/**/*.rq                     named queries (read by the query stage)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bullwhip.errors import Problem
from bullwhip.load.chain import read_chain
from bullwhip.load.tables import read_table
from bullwhip.load.yaml_reader import read_yaml
from bullwhip.model.source import MapNode, RawDocument, RawProgram, RawTable

T = TypeVar("T")

__all__ = ["load"]

_TABLES = ("cells", "claims", "vendors", "relations")


def load(files: dict[str, bytes], key: str) -> RawProgram:
    """Return the raw program of a workspace: stage one of six.

    Args:
        files: every input file by its name in messages, e.g. `rules/hbm.yaml`, with its bytes.
        key: the content hash that identifies them.

    Every problem of form is kept in the result, so that validation reports all problems of all files at once.
    """
    problems: list[Problem] = []

    def take(reader: Callable[[str, bytes], tuple[T | None, list[Problem]]], name: str) -> T | None:
        value, found = reader(name, files[name])
        problems.extend(found)
        return value

    rules: list[tuple[str, MapNode]] = []
    for name in sorted(n for n in files if n.startswith("rules/")):
        node = take(read_yaml, name)
        if isinstance(node, MapNode):
            rules.append((name, node))
        elif node is not None:
            problems.append(Problem("BW110", "the file must be a mapping", node.place, "drivers:, rules: or scenario:"))
    tiers, edges = [], []
    for name in sorted(n for n in files if n.startswith("ontology/chain/")):
        some_tiers, some_edges, found = read_chain(name, files[name])
        tiers += some_tiers
        edges += some_edges
        problems += found
    companies = take(read_table, "ontology/companies.tsv") if "ontology/companies.tsv" in files else None
    documents = []
    for name in sorted(n for n in files if n.endswith("/document.yaml")):
        mapping = take(read_yaml, name)
        folder = name.removesuffix("document.yaml")
        tables: dict[str, RawTable] = {}
        for table_name in _TABLES:
            file = f"{folder}{table_name}.tsv"
            table = take(read_table, file) if file in files else None
            if table is not None:
                tables[table_name] = table
        if isinstance(mapping, MapNode):
            documents.append(RawDocument(mapping, tables))
    return RawProgram(
        key, tuple(rules), tuple(documents), companies, tuple(tiers), tuple(edges), tuple(problems)
    )
