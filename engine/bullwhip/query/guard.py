"""The guard: which texts may run as queries. They read the dataset and nothing else, and stay within limits.

The engine dies on what nests too deep and does not return from what is too long: both are refused before it sees them.
"""

from __future__ import annotations

import re
from typing import Literal

from bullwhip.errors import LimitError, Place, Problem, QueryError

__all__ = ["RefusedError", "Tokens", "guard", "guard_update", "pattern_start", "place_of"]

MAX_BYTES, MAX_TOKENS, MAX_DEPTH, MAX_CLAUSES, MAX_OPTIONAL, MAX_OPERATORS = 100_000, 20_000, 64, 256, 64, 1_000
"""Limits on a query: beyond them the engine's parser overflows its stack or its planner does not return."""

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
_Mode = Literal["read", "dataset", "change"]
_FOREIGN = re.compile(r"service|load|from", re.IGNORECASE)

Tokens = list[tuple[str, re.Match[str]]]
_OPERANDS = frozenset(["variable", "name", "word", "number", "string", "language", "iri"])
_CLOSES = {")": "(", "}": "{", "]": "[", ">>": "<<"}


class RefusedError(QueryError):
    """A query asks for more than reading the dataset."""


def guard(name: str, text: str, dataset: bool = False) -> Tokens:
    """Return the tokens of a query that may run.

    The engine's parser has no tokens of its own: `trueSERVICE` is two words to it, and after an operand `<a#>` may be a
    comparison and a comment. So words are searched for what they contain, and where a `<` can be read in two ways
    the whole text must be clean.

    Args:
        name: what messages call the query.
        text: the query.
        dataset: whether FROM may stand in it as a word, for a store in which it names graphs and fetches nothing.

    Raises:
        RefusedError: BW501 where it asks for more than reading the dataset.
        QueryError: BW501 where it holds what no query does.
        LimitError: BW901 where it is too long, too deep or has too many parts.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise LimitError(Problem("BW901", f"a query of more than {MAX_BYTES:,} bytes", Place(name)))
    tokens = _scan(name, text, "dataset" if dataset else "read")
    _count(name, tokens)
    return tokens


def guard_update(name: str, text: str) -> Tokens:
    """Return the tokens of an update that may run: it changes the store that it is sent to and asks nobody else.

    Args:
        name: what messages call the update.
        text: the update; the limit on its size is for the caller.

    Raises:
        RefusedError: BW501 where it holds LOAD or SERVICE.
        QueryError: BW501 where it holds what no update does.
        LimitError: BW901 where it is too deep or has too many parts; quads of INSERT DATA and DELETE DATA do not count.
    """
    tokens = _scan(name, text, "change")
    _count(name, _without_data(tokens))
    return tokens


def _scan(name: str, text: str, mode: _Mode) -> Tokens:
    """Return the tokens of a text that asks for nothing that is refused and does not nest too deep."""
    tokens: Tokens = []
    brackets: list[str] = []
    ambiguous = operand = False
    for match in _TOKEN.finditer(text):
        kind, value = str(match.lastgroup), match[0]
        if kind == "space":
            continue
        tokens.append((kind, match))
        if kind == "bad":
            raise QueryError(Problem("BW501", f"unexpected {value!r}", place_of(name, text, match.start())))
        if kind in ("word", "name"):
            _refuse(name, text, match, mode)
        if kind == "iri" and operand and "(" in brackets and not set(value).isdisjoint("#'()"):
            ambiguous = True
        if len(_nest(brackets, value, kind)) > MAX_DEPTH:
            message = f"brackets nest deeper than {MAX_DEPTH}"
            raise LimitError(Problem("BW901", message, place_of(name, text, match.start())))
        operand = kind in _OPERANDS or value == ")"
    deep = sum(map(text.count, _CLOSES.values())) > 8 * MAX_DEPTH
    if ambiguous and (deep or len(text) > 20 * MAX_CLAUSES or _FOREIGN.search(text)):
        message = "a '<' can be read as a comparison or as an IRI"
        raise QueryError(Problem("BW501", message, Place(name), "put a space after it, or name IRIs by prefix"))
    return tokens


def pattern_start(tokens: Tokens) -> int:
    """Return where the pattern of a query begins, behind its brace; -1 where it has none."""
    depth, found, after_where = 0, -1, False
    for kind, match in tokens:
        if kind == "word" and depth == 0 and match[0].lower() == "where":
            after_where = True
        if match[0] == "{" and depth == 0 and (found < 0 or after_where):
            found, after_where = match.end(), False
        depth += (kind == "open") - (kind == "close")
    return found


def _nest(brackets: list[str], value: str, kind: str) -> list[str]:
    """Follow a token into or out of brackets; a closing one leaves everything that was opened after its partner."""
    if kind == "open":
        brackets.append(value)
    elif kind == "close" and _CLOSES[value] in brackets:
        while brackets.pop() != _CLOSES[value]:
            pass
    return brackets


def _refuse(name: str, text: str, match: re.Match[str], mode: _Mode) -> None:
    """Refuse a word that would read or write anything but what it may."""
    word = match[0].partition(":")[0].lower()
    whole = match.lastgroup == "word"

    def place() -> Place:  # only where it is told: it counts lines
        return place_of(name, text, match.start(), len(match[0]))

    if "service" in word:
        what = "an update reads and writes this store only" if mode == "change" else "a query reads this dataset only"
        raise RefusedError(Problem("BW501", f"SERVICE is not allowed: {what}", place()))
    if mode == "change":
        if "load" in word:
            message = "LOAD is not allowed: an update fetches nothing"
            raise RefusedError(Problem("BW501", message, place(), "send the graph itself"))
        return
    if "from" in word and not (mode == "dataset" and whole and word == "from"):
        message = "FROM is not allowed: a query reads the union of all graphs"
        raise RefusedError(Problem("BW501", message, place(), "write GRAPH <…> { … } to read one graph"))
    if whole and word in _UPDATES:
        raise RefusedError(Problem("BW501", f"{match[0].upper()} is not allowed: a query only reads", place()))


def _without_data(tokens: Tokens) -> Tokens:
    """Return the tokens that are not within the brackets of INSERT DATA or DELETE DATA: they are no pattern."""
    kept: Tokens = []
    depth = within = 0
    for at, (kind, match) in enumerate(tokens):
        depth += (kind == "open") - (kind == "close")
        if not within and match[0] == "{" and at > 1 and tokens[at - 1][1][0].lower() == "data":
            within = depth
        if not within:
            kept.append((kind, match))
        elif depth < within:
            within = 0
    return kept


def _count(name: str, tokens: Tokens) -> None:
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


def place_of(name: str, text: str, position: int, length: int = 1) -> Place:
    """Return the place of a character of a text."""
    line = text.count("\n", 0, position) + 1
    start = text.rfind("\n", 0, position) + 1
    return Place(name, line, position - start + 1, text[start:].partition("\n")[0], length)
