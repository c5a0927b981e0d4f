"""The header of a query file: what it says of itself, and its parameters read as terms.

A query file begins with a header of comments, which is its documentation:

    # title@en: Companies at a tier
    # title@zh: 某一层级的公司
    # answers: Which companies does a document place at this tier, and in which role?
    # param tier (tier): the tier asked for
    # param role (text) = supplier: the role they play
    # example: tier=liquid_cooling
    # columns: company role
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import pyoxigraph as ox

from bullwhip.errors import Place, Problem, QueryError, ValidationError, did_you_mean
from bullwhip.model.label import Label
from bullwhip.terms import PREFIXES, resource

__all__ = ["TYPES", "Parameter", "QueryHeader", "Term", "read_header", "read_headers", "read_parameters"]

Term = ox.NamedNode | ox.Literal
"""What a parameter is bound to."""

TYPES: dict[str, str] = {
    "quantity": "id of a quantity or driver",
    "company": "id of a company",
    "tier": "id of a tier",
    "document": "id of a document",
    "text": "any text",
    "integer": "a whole number",
    "date": "a day, YYYY-MM-DD",
}
"""What a parameter may be."""

_PARAMETER = re.compile(r"([a-z][a-z0-9_]*)\s*\(([a-z]+)\)(?:\s*=\s*(.*))?")
_KEYS = ("title@en", "title@zh", "answers", "param", "example", "columns")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query; one without a default must be given."""

    name: str
    type: str
    """One of TYPES."""
    description: str
    default: str | None


@dataclass(frozen=True, slots=True)
class QueryHeader:
    """What a query says of itself."""

    id: str
    """Folder and file name without ending, e.g. `chain/tiers`."""
    title: Label
    description: str
    """The question that it answers."""
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    example: str
    """Parameters of an example, as typed: `driver=model.vendors`."""


def read_headers(files: Mapping[str, bytes]) -> tuple[QueryHeader, ...]:
    """Return the headers of all query files, in order of name.

    Args:
        files: input files by name; those that do not end in `.rq` are passed over.

    Raises:
        ValidationError: BW102 and BW216 for every file that is not UTF-8 or has a wrong header.
    """
    headers, problems = [], []
    for name in sorted(n for n in files if n.endswith(".rq")):
        try:
            headers.append(read_header(name, files[name].decode("utf-8")))
        except UnicodeDecodeError as error:
            line = files[name][: error.start].count(b"\n") + 1
            problems.append(Problem("BW102", "a query is not UTF-8", Place(name, line)))
        except ValidationError as error:
            problems += error.problems
    if problems:
        raise ValidationError(problems)
    return tuple(headers)


def read_header(name: str, text: str, *, named: bool = True) -> QueryHeader:
    """Return the header of a query file.

    Args:
        name: the file, e.g. `queries/chain/tiers.rq`, for the query's id and for messages.
        text: the whole query.
        named: whether the query belongs to a workspace and therefore needs titles, `answers` and `columns`.

    Raises:
        ValidationError: BW216 for every line that is wrong or missing.

    >>> read_header("queries/a/b.rq", "# param n (integer) = 3: how many", named=False).parameters
    (Parameter(name='n', type='integer', description='how many', default='3'),)
    """
    problems: list[Problem] = []
    found: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            break
        head, colon, value = line.strip().lstrip("#").partition(":")
        words = head.split(maxsplit=1)
        key, rest = (words[0], words[1:]) if colon and words else ("", [])
        place = Place(name, number, 1, line, max(1, len(line)))
        if key == "param":
            _read_parameter("".join(rest).strip(), value.strip(), place, parameters, problems)
        elif key in found:
            problems.append(Problem("BW216", f"the header line {key!r} is given twice", place))
        elif key in _KEYS and not rest:
            found[key] = value.strip()
        elif not rest and did_you_mean(key, _KEYS):
            problems.append(Problem("BW216", f"a query header has no line {key!r}", place, did_you_mean(key, _KEYS)))
    for key in ("title@en", "title@zh", "answers", "columns") if named else ():
        if not found.get(key):
            problems.append(Problem("BW216", f"the query header has no {key!r}", Place(name, 1), f"# {key}: …"))
    if problems:
        raise ValidationError(problems)
    return QueryHeader(
        name.removeprefix("queries/").removesuffix(".rq"), Label(found.get("title@zh", ""), found.get("title@en", "")),
        found.get("answers", ""), tuple(parameters.values()), tuple(found.get("columns", "").split()),
        found.get("example", ""),
    )  # fmt: skip


def _read_parameter(
    head: str, description: str, place: Place, parameters: dict[str, Parameter], problems: list[Problem]
) -> None:
    match = _PARAMETER.fullmatch(head)
    if match is None:
        problems.append(Problem("BW216", f"the parameter {head!r} is malformed", place, "# param name (type): …"))
    elif match[2] not in TYPES:
        hint = did_you_mean(match[2], TYPES, "types")
        problems.append(Problem("BW216", f"no parameter type {match[2]!r}", place, hint))
    elif match[1] in parameters:
        problems.append(Problem("BW216", f"the parameter {match[1]!r} is declared twice", place))
    else:
        parameters[match[1]] = Parameter(match[1], match[2], description, match[3])


def read_parameters(
    header: QueryHeader, values: Mapping[str, str], known: Mapping[str, Collection[str]]
) -> dict[str, Term]:
    """Return the term of every parameter of a query, read by its type.

    Args:
        header: the query's header.
        values: what was given, by parameter name.
        known: the ids there are, by type; a type that is absent is not checked.

    Raises:
        QueryError: BW502 for every parameter that is unknown, missing or malformed, or names nothing.

    >>> header = read_header("n", "# param n (integer): how many", named=False)
    >>> read_parameters(header, {"n": "3"}, {})["n"].value
    '3'
    """
    declared = [p.name for p in header.parameters]
    problems = []
    for name in values:
        if name not in declared:
            hint = did_you_mean(name, declared, "parameters")
            problems.append(Problem("BW502", f"the query {header.id} has no parameter {name!r}", hint=hint))
    terms: dict[str, Term] = {}
    for parameter in header.parameters:
        value = values.get(parameter.name, parameter.default)
        if value is None:
            message = f"the query {header.id} needs the parameter {parameter.name!r}, {TYPES[parameter.type]}"
            problems.append(Problem("BW502", message, hint=f"for example {header.example}" if header.example else ""))
            continue
        term = _read_term(parameter.type, value, known.get(parameter.type))
        if isinstance(term, Problem):
            problems.append(replace(term, message=f"parameter {parameter.name!r}: {term.message}"))
        else:
            terms[parameter.name] = term
    if problems:
        raise QueryError(problems)
    return terms


def _read_term(kind: str, value: str, known: Collection[str] | None) -> Term | Problem:
    if kind == "text":
        return ox.Literal(value)
    if kind in ("integer", "date"):
        pattern = r"[+-]?[0-9]{1,18}" if kind == "integer" else r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        if not re.fullmatch(pattern, value):
            return Problem("BW502", f"{value!r} is not {TYPES[kind]}")
        text = str(int(value)) if kind == "integer" else value
        return ox.Literal(text, datatype=ox.NamedNode(f"{PREFIXES['xsd']}{kind}"))
    if known is not None and value not in known:
        return Problem("BW502", f"there is no {kind} {value!r}", hint=did_you_mean(value, known))
    return ox.NamedNode(resource(kind, value))
