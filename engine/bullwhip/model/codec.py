"""Records to plain JSON values and back, exactly: rationals as text, tuples as lists, records by class name.

Used for the compiled-program cache. Only the classes listed here are ever built from a file. A program is stored part
by part, and the declarations of its quantities one by one, so that an answer reads only what it needs.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from bullwhip.expr.dag import Dag, Node
from bullwhip.model.chain import Chain, Company, Edge, Share, Supply, Tier
from bullwhip.model.claim import Claim, Document
from bullwhip.model.derivation import Derivation, Figure, Instance
from bullwhip.model.entity import Measure, Mention, Product, Relation, Topic
from bullwhip.model.inference import (
    Aggregate,
    Arithmetic,
    Assign,
    Atom,
    Compare,
    Constant,
    Head,
    InferenceProgram,
    InferenceRule,
    Skolem,
    Variable,
)  # fmt: skip
from bullwhip.model.inference import Relation as RuleRelation
from bullwhip.model.label import Label
from bullwhip.model.program import Assumption, Cell, CompiledProgram, Given, Header, Scenario
from bullwhip.model.quantity import Dimension, Quantity
from bullwhip.model.uncertainty import Correlation, Varied

__all__ = ["FORMAT", "decode", "encode", "from_bytes", "to_bytes"]

FORMAT = 7
"""Changes whenever a record changes, so that an old cache is never read."""

_CLASSES: tuple[type, ...] = (
    *(Label, Tier, Edge, Company, Supply, Share, Chain, Claim, Document, Dimension, Quantity, Header, Scenario),
    *(Cell, Given, Assumption, Figure, Instance, Derivation, CompiledProgram),
    *(Product, Topic, Measure, Mention, Relation, Varied, Correlation),
    *(InferenceProgram, InferenceRule, RuleRelation, Head, Atom, Compare, Assign, Arithmetic, Aggregate, Skolem),
    *(Variable, Constant),
)
_PLAIN = frozenset({str, int, bool, type(None)})
"""What is the same in JSON and in records; asked first, because nearly all values are."""
_BY_NUMBER = dict(enumerate(_CLASSES))
_NUMBER: dict[type, int] = {c: i for i, c in _BY_NUMBER.items()}
_FIELDS: dict[type, tuple[str, ...]] = {c: tuple(f.name for f in fields(c) if f.init) for c in _CLASSES}
_PARTS = _FIELDS[CompiledProgram]


def encode(value: Any) -> Any:
    """Return plain data for json.dumps.

    >>> encode(Label("光", "light")), encode(Fraction(1, 3))
    ({'@': 0, 'v': ['光', 'light']}, {'q': '1/3'})
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Fraction):
        return {"q": str(value)}
    if isinstance(value, tuple | list):
        return [encode(v) for v in value]
    if isinstance(value, Dag):
        return {"dag": [[str(x) if isinstance(x, Fraction) else x for x in n] for n in value.nodes]}
    if isinstance(value, Mapping):
        return {"d": [[encode(k), encode(v)] for k, v in value.items()]}
    if is_dataclass(value) and type(value) in _NUMBER:
        return {"@": _NUMBER[type(value)], "v": [encode(getattr(value, n)) for n in _FIELDS[type(value)]]}
    raise TypeError(f"{type(value).__name__} is not part of a compiled program")


def decode(value: Any) -> Any:
    """Return the records that `encode` was given; lists come back as tuples.

    >>> decode(encode((Label("光", "light"), {1: Fraction(1, 3)})))
    (Label(zh='光', en='light'), {1: Fraction(1, 3)})
    """
    if type(value) is list:
        return tuple([v if type(v) in _PLAIN else decode(v) for v in value]) if value else ()
    if not isinstance(value, dict):
        return value
    if "@" in value:
        return _BY_NUMBER[value["@"]](*[v if type(v) in _PLAIN else decode(v) for v in value["v"]])
    if "q" in value:
        return _fraction(value["q"])
    if "dag" in value:
        return Dag([_node(n) for n in value["dag"]])
    return {decode(k): decode(v) for k, v in value["d"]}


def _fraction(text: str) -> Fraction:
    top, _, bottom = text.partition("/")
    return Fraction(int(top), int(bottom or 1))


def _node(written: list[Any]) -> Node:
    if written[0] == "num":
        return ("num", _fraction(written[1]))
    if written[0] == "^":
        return ("^", written[1], _fraction(written[2]))
    return tuple(written)


def to_bytes(program: CompiledProgram) -> bytes:
    """Return a program as bytes, part by part, with a table of contents first."""
    parts = {name: _dump(getattr(program, name)) for name in _PARTS if name != "quantities"}
    parts["quantities"] = b"\n".join(line for n, q in program.quantities.items() for line in (n.encode(), _dump(q)))
    contents = json.dumps([[name, len(part)] for name, part in parts.items()]).encode()
    return b"\n".join((contents, b"".join(parts.values())))


def from_bytes(body: bytes) -> CompiledProgram:
    """Return the program that `to_bytes` was given; its parts are read when they are first used."""
    head, _, rest = body.partition(b"\n")
    parts, start = {}, 0
    for name, length in json.loads(head):
        parts[name] = rest[start : start + length]
        start += length
    return CompiledProgram.stored(_Parts(parts))


def _dump(value: Any) -> bytes:
    return json.dumps(encode(value), ensure_ascii=False, separators=(",", ":")).encode()


class _Parts:
    """The stored parts of a program, by name of the field."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self._parts = parts

    def __call__(self, name: str) -> Any:
        part = self._parts[name]
        if name == "quantities":
            return _Quantities(part)
        collecting = gc.isenabled()
        gc.disable()  # what is read stays; walking it again and again would take longer than reading it
        try:
            return decode(json.loads(part))
        finally:
            if collecting:
                gc.enable()


class _Quantities(Mapping[str, Quantity]):
    """The declarations of a program by id, each read when it is first used."""

    def __init__(self, part: bytes) -> None:
        lines = part.split(b"\n") if part else []
        self._lines = dict(zip((n.decode() for n in lines[::2]), lines[1::2], strict=True))
        self._read: dict[str, Quantity] = {}

    def __getitem__(self, name: str) -> Quantity:
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = decode(json.loads(self._lines[name]))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)
