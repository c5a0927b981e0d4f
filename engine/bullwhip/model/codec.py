"""Records to plain JSON values and back, exactly: rationals as text, tuples as lists, records by class name.

Used for the compiled-program cache. Only the classes listed here are ever built from a file.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from bullwhip.expr.dag import Dag
from bullwhip.model.chain import Chain, Company, Edge, Share, Supply, Tier
from bullwhip.model.claim import Claim, Document
from bullwhip.model.derivation import Derivation, Figure, Instance
from bullwhip.model.entity import Measure, Mention, Product, Relation, Topic
from bullwhip.model.label import Label
from bullwhip.model.program import Assumption, Cell, CompiledProgram, Given, Header, Scenario
from bullwhip.model.quantity import Dimension, Quantity
from bullwhip.model.uncertainty import Correlation, Varied

__all__ = ["FORMAT", "decode", "encode"]

FORMAT = 6
"""Changes whenever a record changes, so that an old cache is never read."""

_CLASSES: tuple[type, ...] = (
    *(Label, Tier, Edge, Company, Supply, Share, Chain, Claim, Document, Dimension, Quantity, Header, Scenario),
    *(Cell, Given, Assumption, Figure, Instance, Derivation, CompiledProgram),
    *(Product, Topic, Measure, Mention, Relation, Varied, Correlation),
)
_PLAIN = frozenset({str, int, bool, type(None)})
"""What is the same in JSON and in records; asked first, because nearly all values are."""
_BY_NUMBER = dict(enumerate(_CLASSES))
_NUMBER: dict[type, int] = {c: i for i, c in _BY_NUMBER.items()}
_FIELDS: dict[type, tuple[str, ...]] = {c: tuple(f.name for f in fields(c)) for c in _CLASSES}


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
        return {"dag": [encode(n) for n in value.nodes]}
    if isinstance(value, dict):
        return {"d": [[encode(k), encode(v)] for k, v in value.items()]}
    if is_dataclass(value) and type(value) in _NUMBER:
        return {"@": _NUMBER[type(value)], "v": [encode(getattr(value, n)) for n in _FIELDS[type(value)]]}
    raise TypeError(f"{type(value).__name__} is not part of a compiled program")


def decode(value: Any) -> Any:
    """Return the records that `encode` was given; lists come back as tuples.

    >>> decode(encode((Label("光", "light"), {1: Fraction(1, 3)})))
    (Label(zh='光', en='light'), {1: Fraction(1, 3)})
    """
    if isinstance(value, list):
        return tuple([v if type(v) in _PLAIN else decode(v) for v in value])
    if not isinstance(value, dict):
        return value
    if "@" in value:
        return _BY_NUMBER[value["@"]](*[v if type(v) in _PLAIN else decode(v) for v in value["v"]])
    if "q" in value:
        top, _, bottom = value["q"].partition("/")
        return Fraction(int(top), int(bottom or 1))
    if "dag" in value:
        return Dag([decode(n) for n in value["dag"]])
    return {decode(k): decode(v) for k, v in value["d"]}
