"""Errors planted into clean tables are found, the wrong cell is named, and clean tables raise no alarm."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from bullwhip.audit import AuditRow, audit
from bullwhip.audit.prints import places_in
from bullwhip.model.claim import Claim
from bullwhip.model.program import CompiledProgram
from bullwhip.propagate import Evaluation
from planted import PLANTS, Plant, clean_workspace, plant

SEEDS = range(3)


@cache
def _program(seed: int) -> CompiledProgram:
    return clean_workspace(Path(mkdtemp()) / "workspace", seed)


def _rows(program: CompiledProgram, claims: tuple[Claim, ...] | None = None) -> list[AuditRow]:
    changed = program if claims is None else replace(program, claims=claims)
    return audit(Evaluation(changed), changed.claims)


@pytest.mark.parametrize("seed", range(25))
def test_clean_tables_raise_no_alarm(seed: int, tmp_path: Path) -> None:
    """Figures rounded each by itself from exact ones are never contradicted, and most are derivable."""
    rows = _rows(clean_workspace(tmp_path / "workspace", seed))

    assert [r.as_dict() for r in rows if r.verdict == "contradicted"] == []
    assert sum(r.verdict in ("reproduced", "within_rounding") for r in rows) == 46


@pytest.mark.parametrize("kind", PLANTS, ids=lambda k: k.name)
def test_planted_errors_are_found_and_named(kind: Plant) -> None:
    """At least 95 % of single wrong cells are found, and in 95 % of them the wrong cell is among the suspects."""
    planted = found = named = 0
    for seed in SEEDS:
        program = _program(seed)
        for position, claim in enumerate(program.claims):
            places = places_in(claim.lexical)
            assert places is not None
            wrong = plant(claim, kind, places)
            if wrong is None:
                continue
            planted += 1
            bad = replace(claim, value=wrong[0], lexical=wrong[1])
            claims = (*program.claims[:position], bad, *program.claims[position + 1 :])
            accused = [r for r in _rows(program, claims) if r.verdict == "contradicted"]
            found += bool(accused)
            named += any(s.id == claim.id for r in accused for s, _ in r.suspects)

    assert planted > 200
    assert found >= 0.95 * planted
    assert named >= 0.95 * found
