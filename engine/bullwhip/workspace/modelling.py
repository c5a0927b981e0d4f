"""The model of a workspace for the explorer: everything that its page shows and computes with, as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bullwhip.export.map_numbers import map_numbers
from bullwhip.export.model_graph import Numbering, exact_number, label_pair, plain
from bullwhip.model.claim import Claim
from bullwhip.model.label import Language
from bullwhip.query.exposure import Roster
from bullwhip.query.totals import Counting
from bullwhip.workspace.conflicting import conflicts as conflicts_of
from bullwhip.workspace.describing import tier_figures
from bullwhip.workspace.naming import parse_set
from bullwhip.workspace.slider_ranges import slider_ranges

if TYPE_CHECKING:
    from bullwhip.audit import AuditRow
    from bullwhip.audit.conflicts import Conflict
    from bullwhip.workspace.facade import Workspace

__all__ = ["explorer_model", "model_json"]

FORMAT = "bullwhip-explorer/1"
"""Name and version of the form of the data; a page refuses another one."""

_LANGUAGES: tuple[Language, ...] = ("zh", "en")


def explorer_model(workspace: Workspace, period: int | None = None) -> dict[str, Any]:
    """Return the model of a workspace (docs/json.md): graph, inputs, sources, chain and layout.

    Args:
        workspace: the workspace, under the scenario that is shown first.
        period: the period that is shown first; the default period when absent.
    """
    program = workspace.program
    at = _period(workspace, period)
    numbering = Numbering(program)
    roster = Roster.of(program)
    plainly = _without_changes(workspace)
    audited = plainly.audit()
    conflicts = conflicts_of(plainly, audited)
    claims = _Claims(numbering, audited, conflicts)
    estimates = {c.id for c in program.claims if c.status == "E"}
    sized = {q.tier: "–" for q in program.quantities.values() if q.primary and q.tier}  # room for what a slider shows
    model = {
        "format": FORMAT,
        **_heading(workspace, at, claims),
        "units": numbering.units(),
        "dimensions": numbering.dimension_list(),
        "quantities": [numbering.quantity(q, roster.currency(q.id)[0]) for q in program.quantities.values()],
        **numbering.columns(),
        "given": _given(workspace, claims),
        **numbering.chain(),
        "shares": _shares(numbering, claims),
        "revenues": _revenues(workspace, claims),
        "counted": _counted(workspace, numbering, roster),
        "scenarios": _scenarios(workspace),
        "ranges": slider_ranges(workspace),
        "map": {
            language: map_numbers(program.chain, language, sized | tier_figures(workspace, at, language), estimates)
            for language in _LANGUAGES
        },
        "conflicts": [_conflict(c, claims) for c in conflicts],
        "audit": claims.audit(audited),
    }
    model["claims"] = claims.columns()
    return model


def _without_changes(workspace: Workspace) -> Workspace:
    """Return the workspace without scenario and values: prints are judged by the facts, whatever the page changes."""
    if workspace.scenario_id == "base" and not workspace.values:
        return workspace
    return type(workspace)(workspace.program, workspace.files, "base", (), workspace.as_of_date, workspace.policy)


def _heading(workspace: Workspace, period: int, claims: _Claims) -> dict[str, Any]:
    """Return what the data is of, and what it rests on."""
    program, evaluation = workspace.program, workspace.evaluation
    header = program.header
    return {
        "workspace": {
            "id": header.id, "label": label_pair(header.label), "periods": list(header.periods), "period": period,
        },
        "stamp": _stamp(workspace),
        "start": {
            "values": {str(p): exact_number(v) for p, v in sorted(evaluation.overrides.items())},
            "variants": dict(evaluation.variants),
        },
        "documents": [
            {"id": d.id, "title": label_pair(d.title), "publisher": label_pair(d.publisher), "published": d.published,
             "claims": claims.of_document.get(d.id, 0)}
            for d in program.documents
        ],
    }  # fmt: skip


def _conflict(conflict: Conflict, claims: _Claims) -> dict[str, Any]:
    return {
        "kind": conflict.kind, "about": plain(conflict.about), "claims": [claims[c.id] for c in conflict.claims],
        "note": plain(conflict.note), "policy": conflict.policy,
    }  # fmt: skip


def model_json(workspace: Workspace, period: int | None = None) -> bytes:
    """Return the model as compact JSON; kept in the cache, because verdicts on every print take a while.

    With values set it is not kept: there are as many of those as anyone asks for, and the cache is small.
    """
    import hashlib

    from bullwhip.workspace.cache import read_blob, write_blob

    receipt = {**workspace.receipt(), "period": _period(workspace, period), "form": FORMAT}
    key = hashlib.sha256(json.dumps(receipt, sort_keys=True).encode()).hexdigest()
    kept = None if workspace.values else read_blob(key, "model")
    if kept is None:
        model = explorer_model(workspace, period)
        kept = json.dumps(model, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        if not workspace.values:
            write_blob(key, "model", kept)
    return kept


def _period(workspace: Workspace, period: int | None) -> int:
    from bullwhip.errors import Problem, UsageError

    header = workspace.program.header
    if period is None:
        return header.default_period
    if header.periods and period not in header.periods:
        hint = f"periods: {header.periods[0]} to {header.periods[-1]}"
        raise UsageError(Problem("BW001", f"{period} is not a period", hint=hint))
    return period


def _stamp(workspace: Workspace) -> dict[str, Any]:
    from bullwhip.workspace.describing import input_hash

    receipt, documents = workspace.receipt(), workspace.program.documents
    return {
        "version": receipt["bullwhip"], "inputs": receipt["inputs"][:16], "data": input_hash(workspace.files)[:16],
        "data_date": max((d.published for d in documents), default=""), "as_of": receipt["as_of"],
        "policy": receipt["policy"], "documents": [d.id for d in documents], "scenario": receipt["scenario"],
        "set": [plain(text) for text in receipt["set"]],
    }  # fmt: skip


class _Claims:
    """The claims that the page shows, numbered in the order of the documents."""

    def __init__(self, numbering: Numbering, audited: Iterable[AuditRow], conflicts: Iterable[Conflict]) -> None:
        program = numbering.program
        self.numbering = numbering
        self.verdicts = {row.claim.id: row.verdict for row in audited}
        wanted = {c for given in program.given.values() for c in (*given.claims, *given.losers)}
        wanted |= {share.claim for share in program.chain.shares}
        wanted |= {c.id for conflict in conflicts for c in conflict.claims}
        wanted |= {row.claim.id for row in audited if row.verdict == "contradicted"}
        cells = numbering.cells
        self.of_document: dict[str, int] = {}
        self.list: list[Claim] = []
        self.place: dict[str, int] = {}
        for claim in program.claims:
            self.of_document[claim.document] = self.of_document.get(claim.document, 0) + 1
            about = (claim.quantity, claim.index, claim.model_period) in cells
            if (claim.id in wanted or about) and claim.id not in self.place:
                self.place[claim.id] = len(self.list)
                self.list.append(claim)

    def __getitem__(self, claim: str) -> int:
        return self.place[claim]

    def add(self, claim: Claim) -> int:
        """Return the number of a claim, adding it where it is not shown yet."""
        if claim.id not in self.place:
            self.place[claim.id] = len(self.list)
            self.list.append(claim)
        return self.place[claim.id]

    def columns(self) -> dict[str, Any]:
        """Return the claims as columns."""
        documents = {d.id: i for i, d in enumerate(self.numbering.program.documents)}
        rows = [(c, *((c.row, c.column) if c.table else (c.subject, c.measure))) for c in self.list]
        cells = self.numbering.cells
        return {
            "document": [documents[c.document] for c in self.list], "locator": [plain(c.locator) for c in self.list],
            "row": [plain(row) for _, row, _ in rows], "column": [plain(column) for _, _, column in rows],
            "lexical": [plain(c.lexical) for c in self.list], "bound": [c.bound for c in self.list],
            "unit": [plain(c.unit) for c in self.list], "status": [c.status for c in self.list],
            "period": [plain(c.period) for c in self.list],
            "page": [plain(dict(c.extra).get("page", "")) for c in self.list], "line": [c.line for c in self.list],
            "cell": [cells.get((c.quantity, c.index, c.model_period)) for c in self.list],
            "value": [exact_number(c.model_value) for c in self.list],
            "verdict": [self.verdicts.get(c.id, "") for c in self.list],
        }  # fmt: skip

    def audit(self, audited: Iterable[AuditRow]) -> dict[str, Any]:
        """Return how many prints have which verdict, and why those that contradict do."""
        counts: dict[str, int] = {}
        rows = []
        for row in audited:
            counts[row.verdict] = counts.get(row.verdict, 0) + 1
            if row.verdict == "contradicted":
                rows.append({
                    "claim": self[row.claim.id], "verdict": row.verdict, "explanation": plain(row.explanation),
                    "recomputed": exact_number(row.recomputed),
                })  # fmt: skip
        return {"counts": counts, "rows": rows}


def _given(workspace: Workspace, claims: _Claims) -> dict[str, Any]:
    given = sorted(workspace.program.given.items())
    return {
        "cell": [p for p, _ in given], "value": [exact_number(g.value) for _, g in given],
        "claims": [[claims[c] for c in g.claims] for _, g in given],
        "losers": [[claims[c] for c in g.losers] for _, g in given],
        "note": [plain(g.note.removeprefix("assumption: ")) for _, g in given],
    }  # fmt: skip


def _shares(numbering: Numbering, claims: _Claims) -> list[dict[str, Any]]:
    return [
        {"company": s.company, "tier": s.tier, "quantity": numbering.quantities.get(s.quantity),
         "value": exact_number(s.value), "low": exact_number(s.low), "high": exact_number(s.high), "bound": s.limit,
         "period": plain(s.period), "claim": claims[s.claim]}
        for s in numbering.program.chain.shares
    ]  # fmt: skip


def _revenues(workspace: Workspace, claims: _Claims) -> list[dict[str, Any]]:
    """Return what companies themselves take in, by period and currency: the figure that the policy selects."""
    from bullwhip.compile.select import ranked
    from bullwhip.workspace.weighing import Revenues

    known = Revenues.of(workspace.program, workspace.policy)
    found = []
    for (company, period), rivals in known.claims.items():
        by_currency: dict[str, list[Claim]] = {}
        for claim in rivals:
            by_currency.setdefault(known.currencies[claim.id], []).append(claim)
        for currency, some in by_currency.items():
            claim = ranked(some, known.policy, known.published)[0] if len(some) > 1 else some[0]
            value = (claim.value or Fraction(0)) * (claim.factor or Fraction(1))
            found.append({
                "company": company, "period": period, "currency": currency, "value": exact_number(value),
                "claim": claims.add(claim),
            })  # fmt: skip
    return found


def _counted(workspace: Workspace, numbering: Numbering, roster: Roster) -> list[dict[str, Any]]:
    """Return which quantities hold the money of which others, for each choice of variants that a scenario makes."""
    program = workspace.program
    choices = [{}, dict(workspace.evaluation.variants), *(dict(s.variants) for s in program.scenarios.values())]
    money = [q.id for q in program.quantities.values() if q.tier and q.measure == "revenue"]
    found: list[dict[str, Any]] = []
    for variants in (v for k, v in enumerate(choices) if v not in choices[:k]):
        counting = Counting(roster, variants)
        held = [
            [numbering.quantities[one], numbering.quantities[other], reason]
            for one in money
            for other in roster.money(one)
            if one != other and (reason := counting.reason(one, other))
        ]
        found.append({"variants": variants, "held": held})
    return found


def _scenarios(workspace: Workspace) -> list[dict[str, Any]]:
    program = workspace.program
    found: list[dict[str, Any]] = [
        {"id": "base", "label": ["事实与假设", "facts and assumptions"], "values": {}, "variants": {}, "vary": []}
    ]
    for scenario in program.scenarios.values():
        values: dict[int, Fraction] = {}
        for cell, text, _ in scenario.values:
            selection, value = parse_set(program, f"{cell}={text}")
            values.update(dict.fromkeys(selection.positions, value))
        found.append({
            "id": scenario.id, "label": label_pair(scenario.label),
            "values": {str(p): exact_number(v) for p, v in sorted(values.items())},
            "variants": dict(scenario.variants), "vary": [plain(f"{v.name}={v.text}") for v in scenario.vary],
        })  # fmt: skip
    return found
