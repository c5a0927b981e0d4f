"""All findings, one for each figure."""

from __future__ import annotations

from functools import cache

from independent_audit import (
    report_000,
    report_001,
    report_001_chips,
    report_002,
    report_003_market,
    report_003_models,
    report_003_specs,
    report_003_text,
    report_004,
)
from independent_audit.figures import Key
from independent_audit.judging import Finding

__all__ = ["findings"]

_MODULES = (
    report_000,
    report_001,
    report_001_chips,
    report_002,
    report_003_market,
    report_003_models,
    report_003_specs,
    report_003_text,
    report_004,
)
_STRENGTH = ("within_rounding", "reproduced", "contradicted")
"""Where a figure follows in several ways: one contradiction is enough, and a sound way beats a rounded one."""


@cache
def findings() -> dict[Key, Finding]:
    """Return the finding on every figure that follows from others, by the key of the figure."""
    found: dict[Key, Finding] = {}
    for module in _MODULES:
        for finding in module.findings():
            before = found.get(finding.key)
            if before is None or _STRENGTH.index(finding.verdict) > _STRENGTH.index(before.verdict):
                found[finding.key] = finding
    return found
