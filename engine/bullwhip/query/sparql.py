"""Named and free SPARQL queries: headers, parameters bound as terms, a lexical guard, and plain tables as answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from bullwhip.errors import LimitError, Place, Problem, QueryError, ValidationError, did_you_mean
from bullwhip.model.label import Label
from bullwhip.terms import PREFIXES, resource

__all__ = ["PARAMETER_TYPES", "Parameter", "QueryHeader", "Table", "bind", "read_header", "read_headers", "run"]

PARAMETER_TYPES = {
    "quantity": "id of a quantity", "company": "id of a company", "tier": "id of a tier", "document": "id of a document",
    "text": "any text", "integer": "a whole number", "date": "YYYY-MM-DD",
}  # fmt: skip
"""What a parameter may be; the first four become the IRI of the thing."""

_HEADER = re.compile(r"#\s*(title@zh|title@en|answers|param|columns|example)\s*:?\s*(.*)")
_PARAM = re.compile(r"([a-z][a-z0-9_]*)\s*\((\w+)(?:\s*=\s*([^)]*))?\)\s*:\s*(.*)")
_MAX_BYTES, _MAX_NESTING, _MAX_TOKENS = 100_000, 64, 20_000
_GUARD = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<iri><[^<>\"{}|^`\\\s]*>)"
    r"|(?P<string>\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<name>[?$]?[^\W\d][\w.-]*:?[\w.%-]*)|(?P<escape>\\[uU])|(?P<other>\S)",
    re.DOTALL,
)
_REFUSED = {
    "service", "load", "insert", "delete", "clear", "drop", "create", "add", "move", "copy", "with", "using", "from",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter of a named query."""

    name: str
    type: str
    default: str | None
    description: str


@dataclass(frozen=True, slots=True)
class QueryHeader:
    """What the comment lines at the top of a query file say."""

    id: str
    title: Label
    answers: str
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a query: text cells, None where a variable is unbound."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"columns": list(self.columns), "rows": [list(r) for r in self.rows]}


def read_header(name: str, text: str) -> tuple[QueryHeader, list[Problem]]:
    """Return the header of a query and the problems in it.

    The header is the comment lines at the top: `# title@en:`, `# title@zh:`, `# answers:`, `# param NAME (TYPE): …`,
    `# param NAME (TYPE=DEFAULT): …`, `# columns:`, `# example:`.
    """
    found: dict[str, str] = {}
    parameters: list[Parameter] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            break
        match = _HEADER.fullmatch(line.strip())
        if match is None:
            problems.append(Problem("BW216", "a header line of no known form", Place(name, number, 1, line)))
        elif match[1] == "param":
            problem = _parameter(name, number, line, match[2], parameters)
            problems += [problem] if problem else []
        else:
            found[match[1]] = match[2]
    for key in ("title@en", "title@zh", "answers", "columns"):
        if key not in found:
            problems.append(Problem("BW216", f"the query has no header line {key!r}", Place(name, 1), f"add `# {key}: …`"))
    query = name.removeprefix("queries/").removesuffix(".rq")
    title = Label(found.get("title@zh", ""), found.get("title@en", ""))
    columns = tuple(found.get("columns", "").split())
    return QueryHeader(query, title, found.get("answers", ""), tuple(parameters), columns, found.get("example", "")), problems


def _parameter(name: str, number: int, line: str, text: str, parameters: list[Parameter]) -> Problem | None:
    match = _PARAM.fullmatch(text)
    place = Place(name, number, 1, line)
    if match is None:
        return Problem("BW216", "a parameter line of no known form", place, "# param NAME (TYPE): what it is")
    if match[2] not in PARAMETER_TYPES:
        hint = did_you_mean(match[2], PARAMETER_TYPES, "types")
        return Problem("BW216", f"no parameter type {match[2]!r}", place, hint)
    parameters.append(Parameter(match[1], match[2], match[3], match[4]))
    return None


def read_headers(files: Mapping[str, bytes]) -> list[QueryHeader]:
    """Return the headers of all named queries of a workspace, by id.

    Raises:
        ValidationError: BW216 with every problem of every header.
    """
    headers, problems = [], []
    for name in sorted(n for n in files if n.endswith(".rq")):
        header, found = read_header(name, files[name].decode("utf-8", "replace"))
        headers.append(header)
        problems += found
    if problems:
        raise ValidationError(problems)
    return headers


def bind(header: QueryHeader, given: Mapping[str, str], known: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """Return the terms of a query's parameters.

    Args:
        header: the query's header.
        given: parameter values as typed.
        known: ids by parameter type (quantity, company, tier, document), for checking and hints.

    Raises:
        QueryError: BW502 for an unknown, missing or ill-typed parameter.
    """
    names = [p.name for p in header.parameters]
    for name in given:
        if name not in names:
            hint = did_you_mean(name, names, "parameters") or "the query has no parameters"
            raise QueryError(Problem("BW502", f"{header.id} has no parameter {name!r}", hint=hint))
    terms: dict[str, Any] = {}
    for parameter in header.parameters:
        value = given.get(parameter.name, parameter.default)
        if value is None:
            hint = f"add --param {parameter.name}=…, {PARAMETER_TYPES[parameter.type]}: {parameter.description}"
            raise QueryError(Problem("BW502", f"{header.id} needs the parameter {parameter.name!r}", hint=hint))
        terms[parameter.name] = _value(parameter, value, known)
    return terms


def _value(parameter: Parameter, value: str, known: Mapping[str, Collection[str]]) -> Any:
    if parameter.type in known:
        if value not in known[parameter.type]:
            hint = did_you_mean(value, known[parameter.type])
            raise QueryError(Problem("BW502", f"no {parameter.type} {value!r} for {parameter.name}", hint=hint))
        return ox.NamedNode(resource(parameter.type, value))
    if parameter.type == "text":
        return ox.Literal(value)
    pattern, datatype = {"integer": (r"-?\d{1,18}", "integer"), "date": (r"\d{4}-\d{2}-\d{2}", "date")}[parameter.type]
    if not value.isascii() or not re.fullmatch(pattern, value):
        message = f"{value!r} is not {PARAMETER_TYPES[parameter.type]}, for {parameter.name}"
        raise QueryError(Problem("BW502", message))
    return ox.Literal(value, datatype=ox.NamedNode(f"{PREFIXES['xsd']}{datatype}"))


def with_terms(name: str, text: str, terms: Mapping[str, Any]) -> str:
    """Return a query with its parameters bound by a VALUES block at the beginning of its first group.

    The terms are written by the RDF library, never pasted as typed. The line structure stays, so that messages point at
    the right line.

    Raises:
        QueryError: BW501 when the query has no group.
    """
    if not terms:
        return text
    block = " ".join(f"VALUES ?{variable} {{ {term} }}" for variable, term in sorted(terms.items()))
    for match in _GUARD.finditer(text):
        if match.lastgroup == "other" and match[0] == "{":
            return f"{text[: match.end()]} {block} {text[match.end() :]}"
    raise QueryError(Problem("BW501", "the query has no group { … } to bind its parameters in", Place(name)))


def guard(name: str, text: str) -> None:
    """Refuse what may not run: updates, SERVICE, LOAD, FROM, and texts that could bring the parser down.

    Raises:
        LimitError: BW901 for a text too long or nested too deeply.
        QueryError: BW501 for a refused word.
    """
    if len(text.encode()) > _MAX_BYTES:
        raise LimitError(Problem("BW901", f"a query of more than {_MAX_BYTES:,} bytes", Place(name)))
    depth = count = 0
    for match in _GUARD.finditer(text):
        kind, token = match.lastgroup, match[0]
        count += 1
        depth += (token in "({[" and kind == "other") - (token in ")}]" and kind == "other")
        if depth > _MAX_NESTING or count > _MAX_TOKENS:
            what = f"nested deeper than {_MAX_NESTING}" if depth > _MAX_NESTING else f"of more than {_MAX_TOKENS:,} words"
            raise LimitError(Problem("BW901", f"a query {what}", _place(name, text, match.start())))
        if kind == "escape" or (kind == "name" and token.lower() in _REFUSED):
            hint = "queries only read the workspace: no updates, no SERVICE, no LOAD, no FROM"
            message = f"{token!r} is not allowed in a query"
            raise QueryError(Problem("BW501", message, _place(name, text, match.start()), hint))


def _place(name: str, text: str, position: int) -> Place:
    line = text.count("\n", 0, position) + 1
    start = text.rfind("\n", 0, position) + 1
    return Place(name, line, position - start + 1, text.splitlines()[line - 1] if text.splitlines() else "")


def run(nquads: bytes, name: str, text: str, terms: Mapping[str, Any]) -> Table:
    """Run a query over a dataset, its default graph the union of all named graphs.

    Args:
        nquads: the dataset.
        name: the query's name or file, for messages.
        text: SPARQL; SELECT or ASK.
        terms: values of variables, as terms.

    Raises:
        QueryError: BW501 when it cannot be parsed or run.
        LimitError: BW901 when it exceeds a limit.
    """
    guard(name, text)
    store = ox.Store()
    store.bulk_load(nquads, format=ox.RdfFormat.N_QUADS)
    bound = with_terms(name, text, terms)
    try:
        answer = store.query(bound, prefixes=PREFIXES, use_default_graph_as_union=True)
    except SyntaxError as error:
        lines = text.splitlines()
        line = error.lineno or _line(str(error))
        shown = lines[line - 1] if 0 < line <= len(lines) else ""
        raise QueryError(Problem("BW501", f"not a SPARQL query: {error.msg}", Place(name, line, error.offset or 0, shown))) from None
    except (ValueError, RuntimeError, OSError) as error:
        raise QueryError(Problem("BW501", f"the query cannot be run: {error}", Place(name))) from None
    if isinstance(answer, ox.QueryBoolean):
        return Table(("answer",), (("yes" if bool(answer) else "no",),))
    if not isinstance(answer, ox.QuerySolutions):
        raise QueryError(Problem("BW501", "only SELECT and ASK give a table", Place(name), "use export for RDF"))
    columns = tuple(v.value for v in answer.variables)
    rows = tuple(tuple(_text(solution[c]) for c in columns) for solution in answer)
    return Table(columns, rows)


def _line(message: str) -> int:
    match = re.search(r"at (\d+):\d+", message)
    return int(match[1]) if match else 0


def _text(term: Any) -> str | None:
    """Return a term as a person reads it: our own ids without their base, literals without their type."""
    if term is None:
        return None
    text = str(term.value)
    if isinstance(term, ox.NamedNode):
        for kind in ("company", "tier", "quantity", "document", "rule", "claim", "scenario", "unit", "graph"):
            base = resource(kind, "")
            if text.startswith(base):
                return text.removeprefix(base)
        for prefix, base in PREFIXES.items():
            if text.startswith(base):
                return f"{prefix}:{text.removeprefix(base)}"
    return text
