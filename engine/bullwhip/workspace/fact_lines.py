"""Where the things of the graph are written in the files of a workspace: the row of a table, the line of a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bullwhip.load.tables import read_table
from bullwhip.model.program import CompiledProgram
from bullwhip.terms import resource

__all__ = ["Line", "fact_lines", "folders", "vendor_lines"]

Line = tuple[str, int]
"""A file and a line in it; 0 for the file as a whole."""

_TABLES = {"company": "companies", "product": "products", "topic": "topics", "measure": "measures"}
_ID = re.compile(r"""^(?:document:\s*\{|\s+)\s*id:\s*["']?([^"'#,}\s]+)""", re.MULTILINE)
_TIER = re.compile(r"^\s*(?:tier:|<tier/)([a-z0-9_]+)>?\s", re.MULTILINE)

Row = tuple[Line, dict[str, str]]


def fact_lines(program: CompiledProgram, files: Mapping[str, bytes]) -> dict[str, Line]:
    """Return the line of everything that has one of its own, by IRI.

    Args:
        program: the program compiled from the files.
        files: the files by name.
    """
    found: dict[str, Line] = {}
    for kind, table in _TABLES.items():
        for line, row in _rows(files, f"ontology/{table}.tsv"):
            found[resource(kind, row.get("id", ""))] = line
    for name in sorted(n for n in files if n.startswith("ontology/chain/")):
        text = files[name].decode("utf-8", "replace")
        for match in _TIER.finditer(text):
            found.setdefault(resource("tier", match[1]), (name, text.count("\n", 0, match.start(1)) + 1))
    for quantity in program.quantities.values():
        for kind in ("quantity", "rule"):
            found[resource(kind, quantity.id)] = (quantity.file, quantity.line)
    for document, folder in folders(files).items():
        found[resource("document", document)] = (f"{folder}document.yaml", 1)
        found |= _claims(program, files, document, folder)
        found |= _relations(program, files, document, folder)
    return found


def folders(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the folder of each document, by its id.

    >>> folders({"ontology/facts/a/document.yaml": b'document: {id: 003}'})
    {'003': 'ontology/facts/a/'}
    """
    found = {}
    for name in sorted(n for n in files if n.endswith("/document.yaml")):
        match = _ID.search(files[name].decode("utf-8", "replace"))
        if match:
            found[match[1]] = name.removesuffix("document.yaml")
    return found


def vendor_lines(
    files: Mapping[str, bytes], document: str, place: str, segment: str, line: str, names: Iterable[str]
) -> Line | None:
    """Return the row of vendors.tsv that says something of a company, by the company's spellings."""
    folder = folders(files).get(document)
    spelled = set(names)
    for at, row in _rows(files, f"{folder}vendors.tsv") if folder else ():
        where = (row.get("locator"), row.get("segment"), row.get("line"))
        if where == (place, segment, line) and row.get("company") in spelled:
            return at
    return None


def _rows(files: Mapping[str, bytes], name: str) -> list[Row]:
    table = read_table(name, files[name])[0] if name in files else None
    if table is None:
        return []
    return [((name, number), dict(zip(table.columns, cells, strict=True))) for number, cells in table.rows]


def _claims(program: CompiledProgram, files: Mapping[str, bytes], document: str, folder: str) -> dict[str, Line]:
    """Return the rows of claims; each row is one claim, those of cells.tsv first."""
    claims = [c for c in program.claims if c.document == document]
    lines = [line for table in ("cells", "claims") for line, _ in _rows(files, f"{folder}{table}.tsv")]
    if len(claims) != len(lines):
        return {}
    return {resource("claim", claim.id): line for claim, line in zip(claims, lines, strict=True)}


def _relations(program: CompiledProgram, files: Mapping[str, bytes], document: str, folder: str) -> dict[str, Line]:
    rows = _rows(files, f"{folder}relations.tsv")
    found = {}
    for r in program.chain.relations:
        said = (r.locator, r.source, r.target, r.relation, str(r.line or ""))
        for line, row in rows if r.document == document else ():
            if said == tuple(row.get(k, "") for k in ("locator", "from", "to", "relation", "line")):
                found[resource("relation", r.id)] = line
                break
    return found
