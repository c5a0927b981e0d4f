"""The description of the API: every real answer fits its schema, and no key of an answer is left undescribed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bullwhip import Workspace
from bullwhip.serve.calls import call
from bullwhip.serve.openapi import description, document
from bullwhip.serve.operations import OPERATIONS
from bullwhip.serve.schemas import ANSWERS, SCHEMAS

GOLDEN = Path(__file__).parent / "golden"
FREE = ("Entry", "Description", "Model")
"""Answers with keys beyond those that are described: lists of many kinds, and what others describe."""


@cache
def workspace(name: str) -> Workspace:
    """Return the shipped workspace, or a golden one."""
    return Workspace.open(GOLDEN / name if name else None)


def _closed(schema: Any, *, free: bool = False) -> Any:
    """Return a schema under which a key that is not described is an error."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _closed(part) for key, part in schema.items()}
    return found | ({"additionalProperties": False} if "properties" in schema and not free else {})


def _validator(name: str) -> Draft202012Validator:
    """Return what validates answers to a call, closed but for what is free."""
    schemas = {key: _closed(s, free=key in FREE) for key, s in SCHEMAS.items()}
    return Draft202012Validator({"components": {"schemas": schemas}, **ANSWERS[name]})


def _questions(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Return questions to a workspace that reach every part of an answer that it has."""
    ws = workspace(name)
    program, chain = ws.program, ws.program.chain
    drivers = [d["id"] for d in ws.list("drivers")][:2]
    rules = [q["id"] for q in ws.list("rules") if q["tier"]][:2]
    found: list[tuple[str, dict[str, Any]]] = [
        ("audit", {}), ("conflicts", {}), ("facts", {}), ("queries", {}), ("model", {}), ("bottleneck", {}),
        ("search", {"q": "a", "limit": "50", "claims": "true"}), ("search", {"q": "zzqq"}),
    ]  # fmt: skip
    found += [("exposure", {"driver": d, "paths": "2", "contributions": "true", "by": "value"}) for d in drivers]
    found += [("company", {"company": s.company, "top": "5", "paths": "1"}) for s in chain.supplies[:1]]
    for one in (*rules, drivers[0]):
        found += [(ask, {"id": one}) for ask in ("value", "explain", "bottleneck")]
        found += [("sensitivity", {"id": one, "driver": drivers, "second": "true"})]
    found += [("diff", {"a": "base", "b": s, "id": rules, "top": "20"}) for s in list(program.scenarios)[:2]]
    found += [("list", {"kind": kind}) for kind in OPERATIONS["list"].parameters[0].choices]
    things: dict[str, tuple[Any, ...]] = {
        "company": chain.companies, "tier": chain.tiers, "product": chain.products, "topic": chain.topics,
        "measure": chain.measures, "document": program.documents, "claim": program.claims,
    }  # fmt: skip
    for kind, some in things.items():
        found += [("describe", {"id": f"{kind}/{x.id}"}) for x in some[:15]]
    found += [("describe", {"id": f"quantity/{q}"}) for q in (*rules, *drivers)]
    found += [("describe", {"id": f"scenario/{s}"}) for s in ("base", *program.scenarios)]
    return found + [("describe", {"id": f"member/{d.id}={d.members[0]}"}) for d in program.dimensions.values()]


def _solved() -> list[tuple[str, dict[str, Any]]]:
    """Return questions to the shipped workspace that need its names."""
    return [
        ("query", {"name": "chain/tiers"}), ("query-text", {"name": "chain/tiers"}),
        ("solve", {"target": "server.market=1000 亿 USD", "for": "training.utilization"}),
        ("solve", {"target": "server.market=500..1000 亿 USD", "for": "training.utilization"}),
        ("bottleneck", {"id": "cooling.liquid_market_at_limit", "driver": "cooling.liquid_penetration"}),
        ("diff", {"a": "2024", "b": "2025", "id": "server.market"}),
        ("diff", {"a": "2023-12-31", "b": "2026-01-01", "top": "10"}),
        ("explain-fact", {"fact": "bw:suppliesTo(company:sk_hynix, ?x)"}),
        ("explain-fact", {"fact": "bw:suppliesTo(company:nvidia, company:sk_hynix)"}),
        ("explain-fact", {"fact": "bw:competesWith(company:sk_hynix, company:samsung)"}),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", "solar"])
def test_every_answer_fits_its_schema(name: str) -> None:
    """Each call answers as its schema says, with no key more, on the shipped workspace and in another industry."""
    asked = _questions(name) + ([] if name else _solved())
    validators = {call: _validator(call) for call in ANSWERS}
    wrong = []
    for ask, arguments in asked:
        answer = json.loads(json.dumps(call(workspace(name), ask, arguments)["answer"]))
        errors = [f"{e.json_path}: {e.message[:200]}" for e in validators[ask].iter_errors(answer)]
        wrong += [f"{ask} {arguments}: {e}" for e in errors[:2]]

    assert wrong == []
    assert name or {ask for ask, _ in asked} == set(ANSWERS)


def test_the_schemas_are_schemas_and_every_name_has_one() -> None:
    """All schemas are sound JSON Schemas; what is referred to exists; only exports, which are files, have none."""
    referred = {part.split('"')[0] for part in description().decode().split("#/components/schemas/")[1:]}
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)

    assert referred <= set(SCHEMAS)
    assert set(OPERATIONS) - set(ANSWERS) == {"export"}


def test_the_description_says_every_parameter_as_it_is_read() -> None:
    """Each call has its path, with all parameters, which are needed, what they may be, and both languages."""
    paths = document()["paths"]

    assert list(paths) == [f"/api/{name}" for name in OPERATIONS]
    for name, operation in OPERATIONS.items():
        told = paths[f"/api/{name}"]["get"]
        assert operation.title.zh in told["description"]
        for parameter, said in zip(operation.parameters, told["parameters"], strict=True):
            assert said["required"] if parameter.required else not said.get("required")
            assert parameter.says.zh in said["description"]
            assert parameter.says.en in said["description"]
            schema = said["schema"].get("items", said["schema"])
            assert tuple(schema.get("enum", ())) == parameter.choices


def test_the_description_is_the_same_bytes() -> None:
    """Nothing in it depends on the run."""
    assert json.loads(description()) == document()
    assert b"additionalProperties" in description()
