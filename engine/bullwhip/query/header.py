"""The header of a query file: what it says of itself, and its parameters read as terms.

A query file begins with a header of comments, which is its documentation:

    # title@en: Companies at a tier
    # title@zh: 某一层级的公司
    # answers: Which companies does a document place at this tier, and in which role?
    # param tier (tier)+: the tiers asked for
    # param role (role) = supplier: the role they play
    # example: tier=liquid_cooling
    # needs: exposures
    # columns: company role
    # column role: what the company does there

Behind its type a parameter says how many values it takes: `?` one or none, `+` one or more, `*` any number; without a
sign it is one. What is not given restricts nothing: its variable stays free. `needs` names answers of the model that
are written along as nodes before the query runs.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pyoxigraph as ox

from bullwhip.errors import Place, Problem, QueryError, ValidationError, did_you_mean
from bullwhip.model.label import Label
from bullwhip.terms import PREFIXES, resource

__all__ = [
    "CHOICES",
    "COLUMNS",
    "KEYS",
    "NEEDS",
    "TYPES",
    "Parameter",
    "QueryHeader",
    "Term",
    "Terms",
    "read_header",
    "read_headers",
    "read_parameters",
]

Term = ox.NamedNode | ox.Literal
"""What a parameter is bound to."""

Terms = dict[str, Term | tuple[Term, ...]]
"""What the parameters of a query are bound to, by name; several values as a tuple."""

TYPES: dict[str, str] = {
    "quantity": "id of a quantity or driver",
    "company": "id of a company",
    "product": "id of a product",
    "tier": "id of a tier",
    "topic": "id of a topic",
    "entity": "company/ID, product/ID, tier/ID or topic/ID",
    "measure": "id of a measure",
    "document": "id of a document",
    "claim": "id of a claim",
    "relation": "id of a relation",
    "scenario": "id of a scenario",
    "cell": "a quantity at one index and period, ID[dimension=member,period=YEAR]",
    "status": "what kind of statement a claim is",
    "role": "what a company does at a tier",
    "period": "a period as printed",
    "text": "any text",
    "integer": "a whole number",
    "decimal": "a number with or without decimal point",
    "boolean": "true or false",
    "date": "a day, YYYY-MM-DD",
}
"""What a parameter may be."""

CHOICES: dict[str, tuple[str, ...]] = {
    "status": ("actual", "estimate", "specification", "assumption", "guidance", "target"),
    "role": ("supplier", "customer", "investor", "standard_setter"),
    "boolean": ("true", "false"),
}
"""Types of few values, which ontology/core.ttl defines."""

NEEDS: dict[str, str] = {"exposures": "bw:Exposure", "sensitivities": "bw:Sensitivity"}
"""What a query may need to be written along as nodes, and their class."""

COLUMNS: dict[str, str] = {
    "about": "the cell of the model, or entity, measure and period",
    "as_of": "the day on which the document was published",
    "bound": "how the print bounds it: ~ < <= > or >=",
    "by": "whom the document cites",
    "cell": "the quantity at one index and period",
    "claim": "id of the claim",
    "column": "the column heading as printed",
    "company": "id of the company",
    "document": "id of the document",
    "driver": "id of the driver",
    "form": "form factor or capacity that tells the product from other variants of its family",
    "high": "upper end of a range, exactly",
    "kind": "what sort of thing it is",
    "label_en": "its name in English",
    "label_zh": "its name in Chinese",
    "lexical": "the figure as printed",
    "locator": "the table, figure or section as printed",
    "low": "lower end of a range, exactly",
    "measure": "id of the measure",
    "note": "a remark as authored or printed",
    "period": "the period as printed",
    "product": "id of the product",
    "published": "the day of publication",
    "quantity": "id of the quantity",
    "role": "what the company does there",
    "row": "the row heading as printed",
    "segment": "the heading as printed",
    "share": "a fraction of one, exactly",
    "sizes": "revenue or volume, where the quantity sizes a tier",
    "source": "id of the document",
    "status": "actual, estimate or another kind of statement",
    "ticker": "the ticker, where it is printed",
    "tier": "id of the tier",
    "topic": "id of the topic",
    "unit": "the unit as written",
    "year": "the year",
}
"""What a column means whose query does not say otherwise."""

_PARAMETER = re.compile(r"([a-z][a-z0-9_]*)\s*\(([a-z]+)\)([?+*]?)(?:\s*=\s*(.*))?")
KEYS = ("title@en", "title@zh", "answers", "param", "example", "needs", "columns", "column")
"""The lines that a header may have."""
_PATTERNS = {
    "integer": r"[+-]?[0-9]{1,18}",
    "decimal": r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?",
    "date": r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
}

Suggest = Callable[[str, str], str]
"""From type and value to a hint for a value that names nothing; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query; one without a default must be given."""

    name: str
    type: str
    """One of TYPES."""
    description: str
    default: str | None
    optional: bool = False
    """Whether it may be left out, and then restricts nothing."""
    several: bool = False
    """Whether it takes several values: an answer fits any of them."""


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
    """Parameters of an example, as typed: `driver=model.vendors`; those with spaces in quotes."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """What its columns mean, those that it explains itself."""

    needs: tuple[str, ...] = ()
    """Some of NEEDS."""

    def meaning(self, column: str) -> str:
        """Return what a column means; empty where nobody says."""
        return self.meanings.get(column) or COLUMNS.get(column, "")

    def example_values(self) -> dict[str, list[str]]:
        """Return the values of the example, by parameter.

        >>> QueryHeader("n", Label(), "", (), (), "a=1 a=2 b='x y'").example_values()
        {'a': ['1', '2'], 'b': ['x y']}
        """
        found: dict[str, list[str]] = {}
        for pair in shlex.split(self.example):
            name, _, value = pair.partition("=")
            found.setdefault(name, []).append(value)
        return found


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

    >>> read_header("queries/a/b.rq", "# param n (integer) = 3: how many", named=False).parameters[0].default
    '3'
    """
    problems: list[Problem] = []
    found: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
    meanings: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            break
        head, colon, value = line.strip().lstrip("#").partition(":")
        words = head.split(maxsplit=1)
        key, rest = (words[0], words[1:]) if colon and words else ("", [])
        place = Place(name, number, 1, line, max(1, len(line)))
        if key == "param":
            _read_parameter("".join(rest).strip(), value.strip(), place, parameters, problems)
        elif key == "column" and len(rest) == 1 and rest[0] not in meanings:
            meanings[rest[0]] = value.strip()
        elif key in found:
            problems.append(Problem("BW216", f"the header line {key!r} is given twice", place))
        elif key in KEYS and not rest and key != "column":
            found[key] = value.strip()
        elif (not rest or key == "column") and (hint := did_you_mean(key, KEYS)):
            problems.append(Problem("BW216", f"a query header has no line {' '.join((key, *rest))!r}", place, hint))
    header = QueryHeader(
        name.removeprefix("queries/").removesuffix(".rq"), Label(found.get("title@zh", ""), found.get("title@en", "")),
        found.get("answers", ""), tuple(parameters.values()), tuple(found.get("columns", "").split()),
        found.get("example", ""), meanings, tuple(found.get("needs", "").split()),
    )  # fmt: skip
    for key in ("title@en", "title@zh", "answers", "columns") if named else ():
        if not found.get(key):
            problems.append(Problem("BW216", f"the query header has no {key!r}", Place(name, 1), f"# {key}: …"))
    problems += _disagreements(header, Place(name, 1))
    if problems:
        raise ValidationError(problems)
    return header


def _disagreements(header: QueryHeader, place: Place) -> list[Problem]:
    """Return what a header says of columns and parameters that it does not have."""
    problems = [
        Problem("BW216", f"the header explains a column {c!r} it does not have", place, did_you_mean(c, header.columns))
        for c in header.meanings
        if header.columns and c not in header.columns
    ]
    for need in header.needs:
        if need not in NEEDS:
            hint = did_you_mean(need, NEEDS, "needs")
            problems.append(Problem("BW216", f"nothing called {need!r} can be written along", place, hint))
    declared = [p.name for p in header.parameters]
    try:
        given = header.example_values()
    except ValueError as error:
        return [*problems, Problem("BW216", f"the example cannot be read: {error}", place)]
    for name in given:
        if name not in declared:
            hint = did_you_mean(name, declared, "parameters")
            problems.append(Problem("BW216", f"the example gives {name!r}, which is no parameter", place, hint))
    return problems


def _read_parameter(
    head: str, description: str, place: Place, parameters: dict[str, Parameter], problems: list[Problem]
) -> None:
    match = _PARAMETER.fullmatch(head)
    if match is None:
        problems.append(Problem("BW216", f"the parameter {head!r} is malformed", place, "# param name (type): …"))
    elif match[2] not in TYPES:
        hint = did_you_mean(match[2], TYPES) or f"known types: {', '.join(TYPES)}"
        problems.append(Problem("BW216", f"no parameter type {match[2]!r}", place, hint))
    elif match[1] in parameters:
        problems.append(Problem("BW216", f"the parameter {match[1]!r} is declared twice", place))
    else:
        optional, several = match[3] in ("?", "*"), match[3] in ("+", "*")
        parameters[match[1]] = Parameter(match[1], match[2], description, match[4], optional, several)


def read_parameters(
    header: QueryHeader,
    values: Mapping[str, str | Sequence[str]],
    known: Mapping[str, Collection[str]],
    suggest: Suggest | None = None,
) -> Terms:
    """Return the terms of every parameter of a query, read by its type; of one that takes several values a tuple.

    Args:
        header: the query's header.
        values: what was given, by parameter name, one text or several.
        known: the ids there are, by type; a type that is absent is not checked.
        suggest: gives a hint for a value that names nothing and is near no id.

    Raises:
        QueryError: BW502 for every parameter that is unknown, missing or malformed, or names nothing; BW503 for
            one that is given several values and takes one.

    >>> header = read_header("n", "# param n (integer)*: how many", named=False)
    >>> [t.value for t in read_parameters(header, {"n": ["3", "4"]}, {})["n"]], read_parameters(header, {}, {})
    (['3', '4'], {})
    """
    declared = [p.name for p in header.parameters]
    problems = []
    for name in values:
        if name not in declared:
            hint = did_you_mean(name, declared, "parameters")
            problems.append(Problem("BW502", f"the query {header.id} has no parameter {name!r}", hint=hint))
    terms: Terms = {}
    for parameter in header.parameters:
        given = values.get(parameter.name, parameter.default)
        texts = [given] if isinstance(given, str) else list(given or ())
        if not texts:
            if not parameter.optional:
                problems.append(_missing(header, parameter))
            continue
        if len(texts) > 1 and not parameter.several:
            message = f"parameter {parameter.name!r} of {header.id} takes one value, {len(texts)} are given"
            problems.append(Problem("BW503", message, hint="ask once for each"))
            continue
        read = []
        for text in dict.fromkeys(texts):
            term = _read_term(parameter.type, text, known.get(parameter.type), suggest)
            if isinstance(term, Problem):
                problems.append(replace(term, message=f"parameter {parameter.name!r}: {term.message}"))
            else:
                read.append(term)
        if read:
            terms[parameter.name] = tuple(read) if parameter.several else read[0]
    if problems:
        raise QueryError(problems)
    return terms


def _missing(header: QueryHeader, parameter: Parameter) -> Problem:
    message = f"the query {header.id} needs the parameter {parameter.name!r}, {TYPES[parameter.type]}"
    return Problem("BW502", message, hint=f"for example {header.example}" if header.example else "")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _read_term(kind: str, value: str, known: Collection[str] | None, suggest: Suggest | None) -> Term | Problem:
    if kind == "text":
        return ox.Literal(value)
    if kind in _PATTERNS:
        if not re.fullmatch(_PATTERNS[kind], value) or (kind == "date" and not _is_day(value)):
            return Problem("BW502", f"{value!r} is not {TYPES[kind]}")
        text = str(int(value)) if kind == "integer" else value
        return ox.Literal(text, datatype=ox.NamedNode(f"{PREFIXES['xsd']}{kind}"))
    known = CHOICES.get(kind, known)
    if known is not None and value not in known:
        near = did_you_mean(value, known) or (suggest(kind, value) if suggest else "")
        hint = near or did_you_mean(value, known, "values")
        return Problem("BW502", f"there is no {kind} {value!r}", hint=hint)
    if kind == "boolean":
        return ox.Literal(value == "true")
    if kind in ("cell", "period"):
        return ox.Literal(value)
    if kind == "entity":
        kind, _, value = value.partition("/")
    return ox.NamedNode(resource(kind, value))
