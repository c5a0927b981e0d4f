"""The names that inference rules may use: predicates, and constants that name things of a workspace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bullwhip.errors import did_you_mean
from bullwhip.expr.clauses import Name, Text, Unknown, Written
from bullwhip.model.inference import Constant, Term, Variable
from bullwhip.terms import BASE, PREFIXES, THINGS, expand, literal

__all__ = ["FOREIGN", "Names", "UnknownNameError", "iri_of"]

FOREIGN = frozenset({
    "dct:description", "dct:identifier", "dct:isPartOf", "dct:isVersionOf", "dct:issued", "dct:publisher",
    "dct:source", "dct:title", "org:hasMember", "org:subOrganizationOf", "prov:Agent", "prov:Entity",
    "prov:wasAttributedTo", "prov:wasDerivedFrom", "qb:Observation", "qudt:FactorUnit", "qudt:exponent",
    "qudt:hasFactorUnit", "qudt:hasUnit", "qudt:scalingOf", "rdf:type", "rdfs:label", "rdfs:subClassOf",
    "rdfs:subPropertyOf", "schema:tickerSymbol", "skos:Concept", "skos:ConceptScheme", "skos:altLabel",
    "skos:broadMatch", "skos:broader", "skos:closeMatch", "skos:definition", "skos:exactMatch", "skos:inScheme",
    "skos:member", "skos:notation", "skos:prefLabel", "skos:related", "skos:topConceptOf",
})  # fmt: skip
"""Terms of other vocabularies that the graph of a workspace uses."""

_VOCABULARIES = tuple(p for p in PREFIXES if p not in ("bwid", "xsd", "unit"))


class UnknownNameError(ValueError):
    """A name is none; `hint` says the nearest one."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Names:
    """What names mean in a workspace."""

    terms: Mapping[str, str]
    """The `bw:` names, each a `class` or a `property`; nothing is known where it is empty."""
    things: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Ids by kind of thing; those of other kinds are taken as they are."""

    def predicate(self, name: str, arity: int) -> str:
        """Return a warning for a name with a prefix that stands as predicate, or an empty text.

        Raises:
            UnknownNameError: for a prefix or a `bw:` name that does not exist, and where a class or
                property has another number of arguments.
        """
        prefix, _, local = name.partition(":")
        if prefix not in _VOCABULARIES:
            hint = did_you_mean(prefix, _VOCABULARIES) or f"prefixes: {', '.join(_VOCABULARIES)}"
            raise UnknownNameError(f"no vocabulary {prefix!r}", hint)
        if prefix == "bw" and self.terms:
            kind = self.terms.get(name)
            if kind is None:
                hint = did_you_mean(name, self.terms) or "ontology/core.ttl declares the names in bw:"
                raise UnknownNameError(f"the vocabulary has no {name!r}", hint)
        else:
            kind = "class" if local[:1].isupper() else "property"
        if kind == "class" and arity != 1 and not (prefix != "bw" and arity in (2, 3)):
            raise UnknownNameError(f"{name} is a class, which has 1 argument, not {arity}", f"{name}(?x)")
        if kind == "property" and arity not in (2, 3):
            message = f"{name} is a property, which has 2 arguments, or 3 with the graph, not {arity}"
            raise UnknownNameError(message, f"{name}(?from, ?to)")
        if prefix != "bw" and name not in FOREIGN:
            near = did_you_mean(name, FOREIGN)
            return f"nothing in the graph of a workspace has {name}" + (f"; {near}" if near else "")
        return ""

    def constant(self, name: str) -> str:
        """Return the IRI of a name with a prefix that stands as term.

        Raises:
            UnknownNameError: for a prefix that does not exist, and for a thing that the workspace does not have.
        """
        found = iri_of(name)
        if found is None:
            prefix = name.partition(":")[0]
            known = sorted({*PREFIXES, *THINGS})
            hint = did_you_mean(prefix, known) or f"prefixes: {', '.join(known)}"
            raise UnknownNameError(f"no prefix {prefix!r}", hint)
        if name.startswith("bw:") and self.terms and name not in self.terms:
            raise UnknownNameError(f"the vocabulary has no {name!r}", did_you_mean(name, self.terms))
        if found.startswith(BASE) and not name.startswith("<"):
            kind, _, local = found.removeprefix(BASE).partition("/")
            known_ids = self.things.get(kind)
            if known_ids is not None and local not in known_ids:
                written = name.partition("/")[2] if name.startswith("bwid:") else name.partition(":")[2]
                hint = did_you_mean(written, known_ids, f"ids of the kind {kind}")
                raise UnknownNameError(f"no {kind} {written!r} in this workspace", hint)
        return found

    def term(self, written: Written) -> Term:
        """Return a term as the graph has it; a variable without a name keeps none.

        Raises:
            UnknownNameError: for a name that is none.
        """
        match written:
            case Unknown(name=name):
                return Variable(name)
            case Name(text=text):
                return Constant(f"<{self.constant(text)}>")
            case Text(text=text, language=language, datatype=datatype):
                return Constant(literal(text, language, self.constant(datatype.text) if datatype else ""))
        raise AssertionError("an operation is no term")


def iri_of(name: str) -> str | None:
    """Return the IRI of a name with a prefix, or of one in angle brackets; None for an unknown prefix."""
    return name[1:-1] if name.startswith("<") else expand(name)
