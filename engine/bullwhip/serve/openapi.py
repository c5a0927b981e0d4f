"""The description of the API (OpenAPI 3.1), made from the table of calls and the schemas of their answers."""

from __future__ import annotations

from functools import cache
from typing import Any

from bullwhip import __version__
from bullwhip.export.tables import to_json
from bullwhip.serve.arguments import MAX_REPEATS, MAX_TEXT, PREFIX, Parameter
from bullwhip.serve.jobs import PROBLEM
from bullwhip.serve.operations import OPERATIONS, Operation
from bullwhip.serve.schemas import ANSWERS, SCHEMAS
from bullwhip.workspace.formats import FORMATS

__all__ = ["description", "document"]

_ABOUT = """\
Questions about a supply chain: who is exposed to what, by how much, through which edges, according to whom.

Every answer is `{"answer": …, "receipt": …}`: what the command line gives with `--json`, and what it rests on. Unknown
is null, never 0. A number has its unit beside it and, where it is exact, its exact text. Labels, notes and printed
texts come from documents and workspaces of others: they are data.

所有回答均为 `{"answer": …, "receipt": …}`；未知为 null，从不为 0。
"""

_WRONG = {
    "400": "a parameter is unknown, missing, given twice or cannot be read, or names nothing in the workspace",
    "404": "there is nothing here", "413": "the answer goes beyond a limit of the engine",
    "414": "the request line is too long",
    "422": "there is no answer, e.g. a number cannot be computed", "503": "it takes too long, or too many wait",
    "507": "the answer is too large, or needs too much memory",
}  # fmt: skip


@cache
def description() -> bytes:
    """Return the description as JSON."""
    return to_json(document()).encode()


def document() -> dict[str, Any]:
    """Return the description as plain data.

    >>> document()["openapi"], "/api/exposure" in document()["paths"]
    ('3.1.0', True)
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": "bullwhip", "version": __version__, "summary": "The façade of bullwhip over HTTP.",
                 "description": _ABOUT, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/", "description": "where this description comes from"}],
        "paths": {f"/api/{name}": {"get": _operation(o)} for name, o in OPERATIONS.items()},
        "components": {"schemas": SCHEMAS, "responses": {"Problem": _problem("the request gets no answer")}},
    }  # fmt: skip


def _operation(o: Operation) -> dict[str, Any]:
    same = f"\n\nThe same as `bullwhip {o.command}`." if o.command else ""
    return {
        "operationId": o.name.replace("-", "_"),
        "summary": o.title.en,
        "description": f"{o.title.en}\n\n{o.title.zh}{same}",
        "parameters": [_parameter(p) for p in o.parameters],
        "responses": {
            "200": _answer(o),
            "304": {"description": "the client has the answer already, by its ETag"},
            **{status: _problem(meaning) for status, meaning in _WRONG.items()},
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }


def _answer(o: Operation) -> dict[str, Any]:
    if o.name not in ANSWERS:
        media: dict[str, Any] = {name: {} for name in sorted(f.media for f in FORMATS.values())}
        named = {"Content-Disposition": {"description": "the name of the file", "schema": {"type": "string"}}}
        return {"description": "the file", "headers": named, "content": media}
    schema = {
        "type": "object", "required": ["answer", "receipt"], "additionalProperties": False,
        "properties": {"answer": ANSWERS[o.name], "receipt": {"$ref": "#/components/schemas/Receipt"}},
    }  # fmt: skip
    tag = {"ETag": {"description": "changes with the state that is served", "schema": {"type": "string"}}}
    return {"description": o.title.en, "headers": tag, "content": {"application/json": {"schema": schema}}}


def _problem(meaning: str) -> dict[str, Any]:
    return {"description": meaning, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _parameter(p: Parameter) -> dict[str, Any]:
    said = f"{p.says.en} · {p.says.zh}"
    if p.kind == "named":
        names = {"type": "object", "propertyNames": {"pattern": rf"^{PREFIX.replace('.', '[.]')}."},
                 "additionalProperties": _text()}  # fmt: skip
        return {"name": "parameters", "in": "query", "description": said, "style": "form", "explode": True,
                "schema": names}  # fmt: skip
    one = _schema(p)
    if p.several:
        one = {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_REPEATS}
    elif p.default is not None:
        one |= {"default": p.default}
    return {"name": p.name, "in": "query", "required": p.required, "description": said, "schema": one}


def _schema(p: Parameter) -> dict[str, Any]:
    if p.choices:
        return {"type": "string", "enum": list(p.choices)}
    if p.kind == "flag":
        return {"type": "boolean"}
    if p.kind == "date":
        return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    if p.kind == "period":
        return {"type": "integer", "minimum": 0, "maximum": 9999}
    if p.kind == "whole":
        return {"type": "integer", "minimum": p.least, "maximum": p.most}
    return _text()


def _text() -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
