"""Checks the graph of a workspace by shapes, and says of each result what is wrong, where it is printed and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property, lru_cache
from urllib.parse import unquote

import pyoxigraph as ox

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.model.label import Label
from bullwhip.model.program import CompiledProgram
from bullwhip.model.violation import Severity, ShapeReport, Violation
from bullwhip.query.dataset import build_quads
from bullwhip.query.shacl import SECONDS, validate
from bullwhip.query.shapes.outcome import ShapeResult
from bullwhip.resources import data
from bullwhip.terms import BASE, PREFIXES, resource
from bullwhip.workspace.fact_lines import Line, fact_lines, folders, vendor_lines

__all__ = ["check_shapes", "describe", "report_shapes", "shape_files"]

_SEVERITY: dict[str, Severity] = {"Violation": "violation", "Warning": "warning", "Info": "info"}
_WORDS = {
    "minCount": ("至少 {} 个值", "at least {} values"), "maxCount": ("至多 {} 个值", "at most {} values"),
    "datatype": ("类型为 {}", "a literal of {}"), "class": ("{} 类的事物", "a thing of class {}"),
    "minInclusive": ("不小于 {}", "at least {}"), "maxInclusive": ("不大于 {}", "at most {}"),
    "minExclusive": ("大于 {}", "more than {}"), "maxExclusive": ("小于 {}", "less than {}"),
    "minLength": ("至少 {} 个字符", "at least {} characters"), "pattern": ("符合 {}", "a text that matches {}"),
    "languageIn": ("语言为 {} 之一", "a text in one of the languages {}"), "in": ("{} 之一", "one of {}"),
    "hasValue": ("包含 {}", "the value {}"), "uniqueLang": ("每种语言至多一个", "one value a language at most"),
    "lessThan": ("小于 {}", "less than {}"), "lessThanOrEquals": ("不大于 {}", "at most {}"),
    "qualifiedMinCount": ("至少 {} 个符合的值", "at least {} such values"),
}  # fmt: skip


def shape_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the shipped shapes and those that a workspace brings under ontology/shapes/."""
    own = {n: b for n, b in files.items() if n.startswith("ontology/shapes/")}
    return {"ontology/shapes.ttl": (data("ontology") / "shapes.ttl").read_bytes(), **own}


def check_shapes(
    program: CompiledProgram, files: Mapping[str, bytes], seconds: float = SECONDS
) -> tuple[Violation, ...]:
    """Return what `report_shapes` finds, for people."""
    return report_shapes(program, files, seconds=seconds).violations


def report_shapes(
    program: CompiledProgram, files: Mapping[str, bytes], document: str = "", seconds: float = SECONDS
) -> ShapeReport:
    """Return what the shapes find in the graph of a program, in total order.

    Args:
        program: the compiled program.
        files: the files of its workspace.
        document: the id of a document: only things of which it says something are looked at; all when empty.
        seconds: the limit on the time of what may run long.

    Raises:
        BullwhipError: BW001 for an unknown document, BW004 without pyshacl for shapes that are not compiled, BW220
            for a shape that cannot be used, BW901 when the time is up.
    """
    known = [d.id for d in program.documents]
    if document and document not in known:
        hint = did_you_mean(document, known, "documents") or f"documents: {', '.join(known)}"
        raise UsageError(Problem("BW001", f"no document {document!r}", hint=hint))
    shapes = shape_files(files)
    chain = {n: b for n, b in files.items() if n.startswith("ontology/chain/")}
    core = {"ontology/core.ttl": (data("ontology") / "core.ttl").read_bytes()}
    quads = build_quads(program, {**chain, **core, **shapes})
    found = validate(quads, shapes, seconds, resource("document", document) if document else "")
    return ShapeReport(describe(found.results, quads, program, files), found.report, found.fallback)


def describe(
    results: Iterable[ShapeResult],
    quads: Iterable[ox.Quad],
    program: CompiledProgram | None = None,
    files: Mapping[str, bytes] | None = None,
) -> tuple[Violation, ...]:
    """Return results with labels, places in documents and lines of files.

    Args:
        results: what the shapes found.
        quads: the graph.
        program: the program compiled from the files; without it no lines are known.
        files: the files of the workspace.
    """
    found = list(results)
    if not found:
        return ()
    teller = _Teller(quads, program, files or {})
    return tuple(sorted({teller.tell(r) for r in found}, key=lambda v: v.order))


class _Teller:
    """Looks things up in the graph."""

    def __init__(self, quads: Iterable[ox.Quad], program: CompiledProgram | None, files: Mapping[str, bytes]) -> None:
        self.said: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = {}
        for q in quads:
            if isinstance(q.subject, ox.NamedNode) and isinstance(q.object, ox.NamedNode | ox.Literal):
                self.said.setdefault(q.subject.value, {}).setdefault(_curie(q.predicate.value), []).append(q.object)
        self.program, self.files = program, files

    @cached_property
    def lines(self) -> dict[str, Line]:
        return fact_lines(self.program, self.files) if self.program else {}

    def tell(self, r: ShapeResult) -> Violation:
        node, value = r.focus, r.value or ""
        if value != node and self.locator(value) and not self.locator(node):
            node, value = value, " ".join(filter(None, (self.one(value, "bw:lexical"), self.one(value, "bw:unitText"))))
        elif value == node and r.path is None:
            value = ""
        place = self.locator(node)
        file, line = self.line(node)
        zh, en = (r.messages.get(k) or r.messages.get("und", "") for k in ("zh", "en"))
        if not zh and not en:
            name = _curie(r.shape)
            zh, en = f"不符合形状 {name}", f"does not satisfy the shape {name}"
        return Violation(
            severity=_SEVERITY.get(r.severity.rpartition("#")[2], "violation"),
            shape=_curie(r.shape),
            message=Label(zh, en),
            node=node,
            label=Label(self.label(node, "zh"), self.label(node, "en")),
            focus=r.focus,
            path=_path(r.path or ""),
            value=_shown(value),
            expected=self.expected(r),
            document=self.document(node),
            locator=self.one(place, "bw:place"),
            row=self.one(place, "bw:row"),
            column=self.one(place, "bw:column"),
            part=self.one(place, "bw:part"),
            file=file,
            line=line,
            fix=self.fix(r),
        )

    def fix(self, r: ShapeResult) -> Label:
        """Return what a value may have been meant to be: the nearest thing of the class, or of the list."""
        name, _, asked = (r.expected or "").partition(" ")
        if r.value is None or name not in ("sh:class", "sh:in"):
            return Label()
        near = get_close_matches(r.value, asked.split(", ") if name == "sh:in" else self.of_class(asked), 1, 0.8)
        return (
            Label(*(words.format(_shown(near[0])) for words in ("是否应为 {}？", "did you mean {}?")))
            if near
            else Label()
        )

    def of_class(self, kind: str) -> list[str]:
        """Return the things of a class, in order."""
        return sorted(s for s, said in self.said.items() if ox.NamedNode(kind) in said.get("rdf:type", ()))

    def one(self, node: str, name: str, language: str = "") -> str:
        """Return what the graph says of a node; the first in order where it says several things."""
        values = self.said.get(node, {}).get(name, [])
        if language:
            values = [v for v in values if isinstance(v, ox.Literal) and v.language == language]
        return min((v.value for v in values), default="")

    def locator(self, node: str) -> str:
        """Return the locator that a node comes from, or an empty text."""
        if not node.startswith(BASE):
            return ""
        if node.startswith(f"{BASE}locator/"):
            return node
        node = self.one(node, "bw:fromClaim") or node
        source = self.one(node, "prov:wasDerivedFrom")
        return source if source.startswith(f"{BASE}locator/") else ""

    def document(self, node: str) -> str:
        if node.startswith(f"{BASE}document/"):
            return self.one(node, "dct:identifier") or _name(node)
        own = self.one(self.one(self.locator(node), "dct:isPartOf"), "dct:identifier")
        home = self.lines.get(self.one(node, "bw:fromClaim") or node, ("", 0))[0]
        # what lost its locator is still written in the folder of its document
        return own or next((d for d, f in self.folders.items() if home.startswith(f)), "")

    @cached_property
    def folders(self) -> dict[str, str]:
        return folders(self.files)

    def line(self, node: str) -> Line:
        claim = self.one(node, "bw:fromClaim") or node
        if claim in self.lines:
            return self.lines[claim]
        if self.one(node, "bw:file"):
            return self.one(node, "bw:file"), int(self.one(node, "bw:line") or 0)
        place = self.locator(node)
        if node == place:
            users = [s for s in self.said if s.startswith(BASE) and s != node and self.locator(s) == node]
            return min((self.line(user) for user in users), default=("", 0))
        company = self.one(node, "bw:company")
        names = {v.value for k in ("skos:prefLabel", "skos:altLabel", "dct:identifier")
                 for v in self.said.get(company, {}).get(k, [])}  # fmt: skip
        keys = (self.one(place, "bw:place"), self.one(node, "bw:segment"), self.one(place, "bw:line"))
        return vendor_lines(self.files, self.document_of(place), *keys, names) or ("", 0)

    def document_of(self, place: str) -> str:
        return self.one(self.one(place, "dct:isPartOf"), "dct:identifier")

    def label(self, node: str, language: str) -> str:
        """Return what to call a node."""
        kind = node.removeprefix(BASE).partition("/")[0] if node.startswith(BASE) else ""
        if kind == "claim":
            return " / ".join(filter(None, (self.one(node, f"bw:{k}") for k in ("subject", "measure", "period"))))
        if kind == "relation":
            return " → ".join(filter(None, (self.one(node, f"bw:{k}") for k in ("fromText", "relation", "toText"))))
        if kind in ("supply", "share", "mention"):
            ends = [self.label(end, language) for k in ("company", "tier") if (end := self.one(node, f"bw:{k}"))]
            return " @ ".join(ends if kind != "mention" else [*ends, self.one(node, "bw:segment")])
        if kind == "locator":
            return " ".join(filter(None, (self.one(node, f"bw:{k}") for k in ("place", "row", "column", "part"))))
        name = self.one(node, "skos:prefLabel", language) or self.one(node, "skos:prefLabel")
        return name or self.one(node, "bw:cell") or self.one(node, "dct:identifier") or _shown(node)

    def expected(self, r: ShapeResult) -> Label:
        """Return what was expected in words: those of the shape, or those of its parameter."""
        zh, en = (r.description.get(k) or r.description.get("und", "") for k in ("zh", "en"))
        name, _, value = (r.expected or "").removeprefix("sh:").partition(" ")
        if (zh or en) or name not in _WORDS:
            return Label(zh, en)
        return Label(*(words.format(_shown(value)) for words in _WORDS[name]))


@lru_cache(maxsize=4096)
def _curie(iri: str) -> str:
    """Return an IRI by prefix and name.

    >>> _curie("https://w3id.org/bullwhip/ontology#status"), _curie("claim.unit")
    ('bw:status', 'claim.unit')
    """
    found = [(p, n) for p, n in PREFIXES.items() if iri.startswith(n) and p != "bwid"]
    if not found:
        return iri
    prefix, namespace = max(found, key=lambda pair: len(pair[1]))
    return f"{prefix}:{iri[len(namespace) :]}"


def _path(path: str) -> str:
    """Return a path by prefixes; its steps are apart by a slash that no IRI has before a scheme."""
    return re.sub(r"[a-z]+://[^|^]+?(?=/[a-z]+://|/\^|[|^]|$)", lambda m: _curie(m[0]), path)


def _name(iri: str) -> str:
    return unquote(iri.rpartition("/")[2])


def _shown(value: str) -> str:
    """Return a value for people: one of our things as kind and name, another IRI by prefix."""
    return unquote(value.removeprefix(BASE)) if value.startswith(BASE) else _curie(value)
