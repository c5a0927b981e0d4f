"""Stage two: every check on a raw program, all problems reported at once; the result is a checked program."""

from __future__ import annotations

from bullwhip.errors import Place, Problem, ValidationError
from bullwhip.model.chain import Chain
from bullwhip.model.program import CheckedProgram, CheckedRule
from bullwhip.model.source import RawProgram
from bullwhip.validate.declarations import read_declarations
from bullwhip.validate.derivations import read_derivations
from bullwhip.validate.documents import read_documents
from bullwhip.validate.echoes import without_echoes
from bullwhip.validate.entities import read_things
from bullwhip.validate.expressions import check_expressions
from bullwhip.validate.header import read_dimensions, read_header, read_vocabulary
from bullwhip.validate.mapping import read_mapping
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
        tuple(printed.claims), derivations, chain, tuple(problems),
    )  # fmt: skip


def _position(problem: Problem) -> tuple[str, int, int, str]:
    place = problem.place or Place("")
    return place.file, place.line, place.column, problem.code
