"""Named SPARQL queries: what a query's header says, which texts may run, and running them on a dataset.

A query file begins with a header of comments, which is its documentation:

    # title@en: Companies at a tier
    # title@zh: 某一层级的公司
    # answers: Which companies does a document place at this tier, and in which role?
    # param tier (tier): the tier asked for
    # param role (text) = supplier: the role they play
    # example: tier=liquid_cooling
    # columns: company role

A parameter is bound as a term to the variable of its name; its text never becomes part of the query. A query reads
the union of all graphs of the dataset and nothing else (docs/convention.md §13).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from bullwhip.errors import LimitError, Place, Problem, QueryError, ValidationError, did_you_mean
from bullwhip.model.label import Label
from bullwhip.terms import PREFIXES, resource

__all__ = [
    "TYPES",
    "Parameter",
    "QueryHeader",
    "Table",
    "Term",
    "read_header",
    "read_headers",
    "read_parameters",
    "run",
]

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

MAX_BYTES, MAX_TOKENS, MAX_DEPTH, MAX_CLAUSES, MAX_OPTIONAL, MAX_OPERATORS = 100_000, 20_000, 64, 256, 64, 1_000
"""Limits on a query: beyond them the engine's parser overflows its stack or its planner does not return."""

MAX_ROWS = 1_000_000

_PARAMETER = re.compile(r"([a-z][a-z0-9_]*)\s*\(([a-z]+)\)(?:\s*=\s*(.*))?")
_KEYS = ("title@en", "title@zh", "answers", "param", "example", "columns")
_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n\r]*)
    | (?P<string>'''(?:'{0,2}(?:[^'\\]|\\.))*'''|\"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\"
                 |'(?:[^'\\\n\r]|\\.)*'|"(?:[^"\\\n\r]|\\.)*")
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<variable>[?$]\w+)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+|\.(?=[eE][0-9+-]))?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<name>(?:\w(?:[\w.-]{0,98}[\w-])?)?:(?:[\w:%-]|\\[_~.!$&'()*+,;=/?\#@%-]|\.(?=[\w:%\\.-]))*)
    | (?P<word>\w+)
    | (?P<open>[({\[]|<<) | (?P<close>[)}\]]|>>)
    | (?P<operator>\|\||&&|\^\^|<=|>=|!=|[<>=!+*/|^&~-]) | (?P<mark>[.;,]|[?$])
    | (?P<bad>.)""",
    re.VERBOSE | re.DOTALL,
)
_UPDATES = ("insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with", "into", "using")
_FOREIGN = re.compile(r"service|load|from", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a query, as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    """Text of each cell; None where the query leaves it unbound."""
    kinds: tuple[tuple[str | None, ...], ...]
    """Term kind of each cell: iri, blank, triple, or a literal's language or datatype."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"columns": list(self.columns), "rows": [list(row) for row in self.rows]}


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


def run(nquads: bytes, text: str, parameters: Mapping[str, Term], name: str = "query") -> Table:
    """Return the table that a query gives on a dataset.

    Rows come in the order the query asks for; without ORDER BY they are sorted, so that the answer is always the same.
    ASK gives one row, CONSTRUCT and DESCRIBE one row a triple.

    Args:
        nquads: the dataset, as `to_nquads` gives it.
        text: a SPARQL query; the prefixes of `terms.PREFIXES` are declared.
        parameters: terms by variable name.
        name: what messages call the query.

    Raises:
        QueryError: BW501 when it cannot be parsed, asks for more than reading the dataset, or fails; BW502 when it
            has no variable for a parameter.
        LimitError: BW901 when text or answer exceed a limit.
    """
    tokens = _guard(name, text)
    variables = {t[0][1:] for kind, t in tokens if kind == "variable"}
    missing = [p for p in parameters if p not in variables]
    if missing:
        raise QueryError(Problem("BW502", f"the query has no variable ?{missing[0]}", Place(name)))
    try:
        ox.Store().query(text, prefixes=PREFIXES)  # the text as written, so that a message points into it
    except SyntaxError as error:
        raise QueryError(_syntax(name, text, str(error))) from None
    try:
        answer = _store(nquads).query(
            _bind(text, tokens, parameters), prefixes=PREFIXES, use_default_graph_as_union=True
        )
        return _table(name, answer, any(t[0].lower().startswith("order") for kind, t in tokens if kind == "word"))
    except (SyntaxError, RuntimeError, ValueError, OSError) as error:
        raise QueryError(Problem("BW501", f"the query fails: {error}", Place(name))) from None


@lru_cache(maxsize=1)
def _store(nquads: bytes) -> ox.Store:
    store = ox.Store()
    store.load(nquads, format=ox.RdfFormat.N_QUADS)
    return store


_Tokens = list[tuple[str, re.Match[str]]]
_OPERANDS = frozenset(["variable", "name", "word", "number", "string", "language", "iri"])
_CLOSES = {")": "(", "}": "{", "]": "[", ">>": "<<"}


def _guard(name: str, text: str) -> _Tokens:
    """Return the tokens of a query that may run.

    The engine's parser has no tokens of its own: `trueSERVICE` is two words to it, and after an operand `<a#>` may be a
    comparison and a comment. So words are searched for what they contain, and where a `<` can be read in two ways
    the whole text must be clean.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise LimitError(Problem("BW901", f"a query of more than {MAX_BYTES:,} bytes", Place(name)))
    tokens: _Tokens = []
    brackets: list[str] = []
    ambiguous = operand = False
    for match in _TOKEN.finditer(text):
        kind, value = str(match.lastgroup), match[0]
        if kind == "space":
            continue
        tokens.append((kind, match))
        if kind == "bad":
            raise QueryError(Problem("BW501", f"unexpected {value!r}", _at(name, text, match.start())))
        if kind in ("word", "name"):
            _refuse(name, text, match)
        if kind == "iri" and operand and "(" in brackets and not set(value).isdisjoint("#'()"):
            ambiguous = True
        if len(_nest(brackets, value, kind)) > MAX_DEPTH:
            message = f"brackets nest deeper than {MAX_DEPTH}"
            raise LimitError(Problem("BW901", message, _at(name, text, match.start())))
        operand = kind in _OPERANDS or value == ")"
    deep = sum(map(text.count, _CLOSES.values())) > 8 * MAX_DEPTH
    if ambiguous and (deep or len(text) > 20 * MAX_CLAUSES or _FOREIGN.search(text)):
        message = "a '<' can be read as a comparison or as an IRI"
        raise QueryError(Problem("BW501", message, Place(name), "put a space after it, or name IRIs by prefix"))
    _count(name, tokens)
    return tokens


def _nest(brackets: list[str], value: str, kind: str) -> list[str]:
    """Follow a token into or out of brackets; a closing one leaves everything that was opened after its partner."""
    if kind == "open":
        brackets.append(value)
    elif kind == "close" and _CLOSES[value] in brackets:
        while brackets.pop() != _CLOSES[value]:
            pass
    return brackets


def _refuse(name: str, text: str, match: re.Match[str]) -> None:
    """Refuse a word that would read or write anything but the dataset."""
    word = match[0].partition(":")[0].lower()
    place = _at(name, text, match.start(), len(match[0]))
    if "service" in word:
        raise QueryError(Problem("BW501", "SERVICE is not allowed: a query reads this dataset only", place))
    if "from" in word:
        message = "FROM is not allowed: a query reads the union of all graphs"
        raise QueryError(Problem("BW501", message, place, "write GRAPH <…> { … } to read one graph"))
    if match.lastgroup == "word" and word in _UPDATES:
        raise QueryError(Problem("BW501", f"{match[0].upper()} is not allowed: a query only reads", place))


def _count(name: str, tokens: _Tokens) -> None:
    """Refuse a query of too many parts. Rows of VALUES are only words: they cost the planner nothing."""
    brackets: list[str] = []
    clauses, operand, rows = 0, False, 0
    for kind, match in tokens:
        value = match[0].lower()
        _nest(brackets, value, kind)
        if not rows:
            inside = brackets[-1:] == ["("]
            clauses += value in (".", ";", "/", "{") or (value == "," and not inside)
            clauses += operand and inside and (kind in _OPERANDS or kind == "open")  # items of a list are patterns
            rows = len(brackets) + 1 if kind == "word" and value.endswith("values") else 0
        elif value == "}" and len(brackets) < rows:
            rows = 0
        operand = kind in _OPERANDS or kind == "close"
    counts = (
        (len(tokens), MAX_TOKENS, "words and signs"),
        (clauses, MAX_CLAUSES, "triple patterns, groups and path steps"),
        (sum("optional" in m[0].lower() for k, m in tokens if k in ("word", "name")), MAX_OPTIONAL, "OPTIONAL clauses"),
        (sum(kind == "operator" for kind, _ in tokens), MAX_OPERATORS, "operators"),
    )
    for number, limit, what in counts:
        if number > limit:
            raise LimitError(Problem("BW901", f"a query of {number:,} {what}; at most {limit:,} are run", Place(name)))


def _at(name: str, text: str, position: int, length: int = 1) -> Place:
    """Return the place of a character of a text."""
    line = text.count("\n", 0, position) + 1
    start = text.rfind("\n", 0, position) + 1
    return Place(name, line, position - start + 1, text[start:].partition("\n")[0], length)


def _syntax(name: str, text: str, message: str) -> Problem:
    """Return a parser's message as a problem: its place, and those of its expectations that are words."""
    match = re.match(r"error at (\d+):(\d+): expected (?:one of )?(.*)", message, re.DOTALL)
    if match is None:
        return Problem("BW501", f"the query cannot be read: {message}", Place(name))
    line, column = int(match[1]), int(match[2])
    lines = text.split("\n")
    shown = lines[line - 1] if line <= len(lines) else ""
    place = Place(name, line, column, shown)
    if "Prefix not found" in match[3]:
        return Problem("BW501", "a prefix is not declared", place, f"declared are {', '.join(PREFIXES)}")
    told = re.search(r"The [^,]*|[A-Z][a-z]+ [a-z][^,\[]*", match[3])
    if told:
        return Problem("BW501", told[0].strip(), place)
    words = re.findall(r"(?<![\w\\'])[A-Z][A-Z_]{2,}(?![\w'])", match[3])
    found = repr(shown[column - 1]) if column <= len(shown) else "the end of the line"
    return Problem("BW501", f"unexpected {found}", place, f"expected here: {', '.join(words)}" if words else "")


def _bind(text: str, tokens: _Tokens, parameters: Mapping[str, Term]) -> str:
    """Return the query with the parameters as VALUES at the head of its pattern.

    The engine's own substitution reaches only variables that are selected; VALUES reaches the whole pattern.
    """
    if not parameters:
        return text
    depth, found, after_where = 0, -1, False
    for kind, match in tokens:
        if kind == "word" and depth == 0 and match[0].lower() == "where":
            after_where = True
        if match[0] == "{" and depth == 0 and (found < 0 or after_where):
            found, after_where = match.end(), False
        depth += (kind == "open") - (kind == "close")
    if found < 0:
        return text
    values = "".join(f" VALUES ?{name} {{ {term} }}" for name, term in parameters.items())
    return f"{text[:found]}{values} {text[found:]}"


def _table(name: str, answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, ordered: bool) -> Table:
    if isinstance(answer, ox.QueryBoolean):
        return Table(("answer",), ((str(bool(answer)).lower(),),), (("boolean",),))
    solutions: Iterable[Iterable[object]] = answer
    columns: tuple[str, ...] = ("subject", "predicate", "object")
    if isinstance(answer, ox.QuerySolutions):
        columns = tuple(v.value for v in answer.variables)
    rows = []
    for solution in solutions:
        rows.append([_cell(term) for term in solution])
        if len(rows) > MAX_ROWS:
            raise LimitError(Problem("BW901", f"more than {MAX_ROWS:,} rows", Place(name), "add a LIMIT"))
    if not ordered:
        rows.sort(key=lambda row: [(text is not None, text or "", kind or "") for text, kind in row])
    return Table(columns, tuple(tuple(t for t, _ in r) for r in rows), tuple(tuple(k for _, k in r) for r in rows))


def _cell(term: object) -> tuple[str | None, str | None]:
    if term is None:
        return None, None
    if isinstance(term, ox.NamedNode):
        return term.value, "iri"
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}", "blank"
    if isinstance(term, ox.Literal):
        return term.value, term.language or term.datatype.value.rpartition("#")[2]
    return str(term), "triple"
