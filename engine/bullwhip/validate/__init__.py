"""Stage two: every check on a raw program, all problems reported at once; the result is a checked program."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from bullwhip.errors import Place, Problem, ValidationError
from bullwhip.model.chain import Chain
from bullwhip.model.claim import STATUS
from bullwhip.model.inference_names import Names
from bullwhip.model.program import CheckedProgram, CheckedRule
from bullwhip.model.quantity import Dimension
from bullwhip.model.source import RawProgram
from bullwhip.validate.declarations import Declarations, read_declarations
from bullwhip.validate.derivations import read_derivations
from bullwhip.validate.documents import read_documents
from bullwhip.validate.echoes import without_echoes
from bullwhip.validate.entities import Things, read_things
from bullwhip.validate.expressions import check_expressions
from bullwhip.validate.format import ROLES
from bullwhip.validate.header import read_dimensions, read_header, read_vocabulary
from bullwhip.validate.inference import read_inference
from bullwhip.validate.mapping import DocumentMapping, read_mapping
from bullwhip.validate.ties import check_derivation_edges, check_ties

__all__ = ["validate"]


def validate(raw: RawProgram) -> CheckedProgram:
    """Return the checked program.

    Raises:
        ValidationError: with every problem of every file, when there is any.
    """
    problems: list[Problem] = list(raw.problems)
    files = list(raw.rules)
    header = read_header(files, problems)
    dimensions = read_dimensions(files, problems)
    vocabulary = read_vocabulary(header, files, problems)
    found = read_declarations(files, dimensions, header.periods, vocabulary, problems)
    check_expressions(found, dimensions, header.periods, problems)
    check_ties(found, raw, problems)
    mappings = [read_mapping(d.mapping, vocabulary, problems) for d in raw.documents]
    things = read_things(raw, header, vocabulary, {m.document.id for m in mappings}, problems)
    printed = read_documents(raw, mappings, header, found, things, dimensions, vocabulary, problems)
    derivations = read_derivations(
        files, printed.claims, printed.documents, found.quantities, printed.units, vocabulary, problems
    )
    check_derivation_edges(derivations, raw, problems)
    names = Names(raw.terms, _ids(raw, found, things, mappings, dimensions))
    inference = read_inference(files, raw.library, names, problems)
    problems = without_echoes(problems, raw)
    if any(p.severity == "error" for p in problems):
        raise ValidationError(sorted(problems, key=_position))
    rules = {
        name: CheckedRule(name, tree, tuple(sorted(found.variants.get(name, {}).items())))
        for name, tree in found.expressions.items()
    }
    chain = Chain(
        raw.tiers, raw.edges, things.companies, tuple(printed.supplies), tuple(printed.shares), things.products,
        things.topics, things.measures, tuple(printed.mentions), tuple(printed.relations),
    )  # fmt: skip
    places = {name: found.place(name, "expression") for name in found.quantities}
    return CheckedProgram(
        raw.key, header, vocabulary, dimensions, dict(sorted(found.quantities.items())), found.units, rules, places,
        tuple(found.assumptions), dict(sorted(found.scenarios.items())), tuple(printed.documents),
        tuple(printed.claims), derivations, chain, tuple(problems), inference,
    )  # fmt: skip


def _ids(
    raw: RawProgram,
    found: Declarations,
    things: Things,
    mappings: Iterable[DocumentMapping],
    dimensions: Mapping[str, Dimension],
) -> dict[str, Collection[str]]:
    """Return the ids that inference rules can name, by kind of thing."""
    return {
        "tier": {t.id for t in raw.tiers}, "company": {c.id for c in things.companies},
        "product": {p.id for p in things.products}, "topic": {t.id for t in things.topics},
        "measure": {m.id for m in things.measures}, "quantity": set(found.quantities),
        "rule": set(found.expressions), "document": {m.document.id for m in mappings}, "role": ROLES,
        "status": set(STATUS.values()), "dimension": set(dimensions), "scenario": set(found.scenarios),
        "member": {f"{d.id}={m}" for d in dimensions.values() for m in d.members},
    }  # fmt: skip


def _position(problem: Problem) -> tuple[str, int, int, str]:
    place = problem.place or Place("")
    return place.file, place.line, place.column, problem.code
