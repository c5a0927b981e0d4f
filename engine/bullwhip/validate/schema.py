"""Writes the tables of keys as JSON Schema, so that an editor knows what `check` knows about keys and their values.

A schema judges form alone: keys, required keys, the form of values. Names, units, expressions and figures are judged by
`check`. Every plain value is text to this project, whatever type a YAML reader gives it, so a text may be a number too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bullwhip.model.label import Label
from bullwhip.numbers import DECIMAL_PATTERN
from bullwhip.terms import BASE
from bullwhip.validate.format import TABLES
from bullwhip.validate.keys import Either, Group, Keys, Listed, Named, Scalar, Value

__all__ = ["KINDS", "schema"]

KINDS: dict[str, tuple[str, tuple[str, ...], Label]] = {
    "workspace": ("file", ("workspace",), Label("工作区文件", "rules/workspace.yaml: what the workspace is")),
    "rules": ("file", (), Label("规则文件", "a file under rules/: drivers, rules, derivations")),
    "scenario": ("file", ("scenario",), Label("情景文件", "a file under rules/ that makes a scenario")),
    "document": ("document_file", (), Label("文献文件", "ontology/facts/<id>/document.yaml")),
}
"""Kind of file to the table of its keys, the sections that it must have besides, and what it is."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a kind of file, as plain data in a fixed order.

    >>> list(schema("scenario")["$defs"]["scenario"]["properties"])
    ['label', 'note', 'set', 'variants', 'uncertainty']
    >>> schema("document")["$defs"]["share"]["required"]
    ['subject', 'measure', 'company', 'tier']
    """
    table, required, about = KINDS[kind]
    root = _object(TABLES[table])
    wanted = [*root.pop("required", ()), *required]
    used = _reached(table)
    return {
        "$schema": _DIALECT,
        "$id": f"{BASE}schema/{kind}.json",
        "title": f"bullwhip: {about.en}",
        **root,
        "description": _both(about),
        **({"required": wanted} if wanted else {}),
        "$defs": {name: _object(TABLES[name]) for name in TABLES if name in used and name != table},
    }


def _both(label: Label) -> str:
    return f"{label.en} · {label.zh}"


def _groups(value: Value) -> Iterator[str]:
    match value:
        case Group(table=table):
            yield table
        case Listed(of=of) | Named(of=of):
            yield from _groups(of)
        case Either(options=options):
            for option in options:
                yield from _groups(option)
        case Scalar():
            return


def _reached(table: str) -> set[str]:
    """Return the tables that values of a table lead to, with itself."""
    found, waiting = {table}, [table]
    while waiting:
        for key in TABLES[waiting.pop()]:
            for name in _groups(key.value):
                if name not in found:
                    found.add(name)
                    waiting.append(name)
    return found


def _object(keys: Keys) -> dict[str, Any]:
    """Return the schema of a mapping with a table of keys."""
    found: dict[str, Any] = {
        "description": _both(keys.about),
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: {"description": _both(key.label), **_value(key.value)} for key in keys},
    }
    if keys.required:
        found["required"] = list(keys.required)
    if keys.some:
        found["anyOf"] = [{"required": [name]} for name in keys.some]
    return found


def _value(value: Value) -> dict[str, Any]:
    """Return the schema of a value."""
    match value:
        case Scalar():
            return _scalar(value)
        case Listed(of=of, least=least, most=most, distinct=distinct):
            limits = {"minItems": least or None, "maxItems": most, "uniqueItems": distinct or None}
            return {"type": "array", "items": _value(of), **{k: v for k, v in limits.items() if v is not None}}
        case Named(of=of, names=names, reserved=reserved, least=least):
            named: dict[str, Any] = {"type": "object", "additionalProperties": _value(of)}
            pattern = {"pattern": f"^(?:{names})$"} if names else {}
            kept = {"not": {"enum": list(reserved)}} if reserved else {}
            if pattern or kept:
                named["propertyNames"] = {**pattern, **kept}
            return {**named, **({"minProperties": least} if least else {})}
        case Group(table=table):
            return {"$ref": f"#/$defs/{table}"}
        case Either(options=options):
            return {"anyOf": [_value(option) for option in options]}


def _scalar(value: Scalar) -> dict[str, Any]:
    if value.form == "choice":
        plain = {"true": True, "false": False, "null": None}
        return {"enum": [o for text in value.options for o in ([plain[text], text] if text in plain else [text])]}
    if value.form == "whole":
        written = {"type": "string", "pattern": "^[0-9]{1,4}$"}
        return {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 9999}, written, {"type": "null"}]}
    if value.form == "number":
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^(?:{DECIMAL_PATTERN})$"}]}
    if value.empty:
        return {"type": ["string", "number", "boolean", "null"]}
    return {"type": ["string", "number", "boolean"], "minLength": 1}
