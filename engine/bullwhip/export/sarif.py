"""Writes problems and violations as SARIF 2.1.0: editors and code hosts show them at the lines they stand on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from bullwhip.errors import CODES, Problem
from bullwhip.model.violation import Violation

__all__ = ["to_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}


def to_sarif(problems: Sequence[Problem], violations: Sequence[Violation], version: str) -> dict[str, Any]:
    """Return one run.

    Args:
        problems: what the checks of the files found.
        violations: what the shapes found.
        version: of bullwhip.

    >>> from bullwhip.errors import Place
    >>> found = to_sarif([Problem("BW208", "no rule uses x", Place("rules/a.yaml", 3))], [], "1")["runs"][0]
    >>> found["results"][0]["locations"][0]["physicalLocation"]
    {'artifactLocation': {'uri': 'rules/a.yaml'}, 'region': {'startLine': 3}}
    """
    rules: dict[str, dict[str, Any]] = {}
    results = [_of_problem(p) for p in problems] + [_of_violation(v) for v in violations]
    for problem in problems:
        rules.setdefault(problem.code, _rule(problem.code, CODES[problem.code], problem.severity))
    for v in violations:
        rules.setdefault(v.shape, _rule(v.shape, _both(v.message.en, v.message.zh), _LEVELS[v.severity]))
    names = sorted(rules)
    for result in results:
        result["ruleIndex"] = names.index(result["ruleId"])
    driver = {"name": "bullwhip", "version": version, "rules": [rules[name] for name in names]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str, text: str, level: str) -> dict[str, Any]:
    return {"id": name, "shortDescription": {"text": text}, "defaultConfiguration": {"level": level}}


def _of_problem(problem: Problem) -> dict[str, Any]:
    place = problem.place
    text = f"{problem.message}\n{problem.hint}" if problem.hint else problem.message
    region = {"startLine": place.line} if place and place.line else {}
    if place and place.line and place.column:
        region |= {"startColumn": place.column, "endColumn": place.column + place.length}
    return _result(problem.code, problem.severity, text, place.file if place else "", region, (problem.message,))


def _of_violation(v: Violation) -> dict[str, Any]:
    printed = " ".join(filter(None, (v.document, v.locator, v.row, v.column, v.part)))
    told = [
        _both(v.message.en, v.message.zh),
        " @ ".join(filter(None, (_both(v.label.en, v.label.zh), printed))),
        f"found: {v.value}" if v.value else "",
        f"expected: {_both(v.expected.en, v.expected.zh)}" if v.expected.en or v.expected.zh else "",
        _both(v.fix.en, v.fix.zh),
    ]
    region = {"startLine": v.line} if v.line else {}
    result = _result(
        v.shape, _LEVELS[v.severity], "\n".join(filter(None, told)), v.file, region, (v.node, v.path, v.value)
    )
    result["properties"] = {
        k: text for k, text in v.as_dict().items() if text is not None and k not in ("file", "line")
    }
    return result


def _result(
    rule: str, level: str, text: str, file: str, region: dict[str, int], named: Iterable[str]
) -> dict[str, Any]:
    """Return a result; its fingerprint stays when lines move."""
    digest = hashlib.sha256("\x1f".join((rule, file, *named)).encode()).hexdigest()[:32]
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(file)}}
    if region:
        place["region"] = region
    return {
        "ruleId": rule, "level": level, "message": {"text": text},
        "locations": [{"physicalLocation": place}] if file else [],
        "partialFingerprints": {"bullwhip/v1": digest},
    }  # fmt: skip


def _both(one: str, other: str) -> str:
    return " · ".join(dict.fromkeys(filter(None, (one, other))))
