"""Shares: two of one company are comparable where they are shares of one whole, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bullwhip import Workspace
from bullwhip.audit.observations import conflicting
from bullwhip.workspace.starting import starter_files

_CLAIM = "2\tCorner Coffee\t{measure}\t7\t\t\t\t\t%\t2023\tA\t\t\t33\n"
_SHARE = "  - {{subject: Corner Coffee, measure: {measure}, company: corner, tier: {tier}, of: {of}}}\n"
_MARKET = "share of the café market"
_QUERY = Path(__file__).parents[1] / "queries/provenance/conflicting_claims.rq"
_ALIASES = "share of the café market;share of coffee roasted"


def _coffee(folder: Path, measure: str, tier: str, of: str) -> Workspace:
    """Return the starter with one more share of a company, 7 % beside the 18 % of the café market."""
    facts = "ontology/facts/example/"
    for name, content in starter_files("en").items():
        text = content.decode()
        if name == f"{facts}claims.tsv":
            text += _CLAIM.format(measure=measure)
        if name == f"{facts}document.yaml":
            text = text.replace("shares:\n", "shares:\n" + _SHARE.format(measure=measure, tier=tier, of=of))
        if name == "ontology/measures.tsv":
            text = text.replace(_ALIASES, f"{_ALIASES};share of cafés")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Workspace.open(folder)


@pytest.mark.parametrize(
    ("measure", "tier", "of", "printed"),
    [
        ("share of coffee roasted", "roastery", "roastery.roasted", []),
        ("share of cafés", "cafe", "cafe.count", []),
        ("share of cafés", "cafe", "cafe.revenue", [["18", "7"]]),
    ],
)
def test_shares_are_compared_where_they_are_of_one_whole(
    measure: str, tier: str, of: str, printed: list[list[str]], tmp_path: Path
) -> None:
    """A share of one market does not contradict that of another, whatever words the measure is known by."""
    workspace = _coffee(tmp_path, measure, tier, of)
    claims = {c.id: c.lexical for c in workspace.program.claims}
    found = [[c.lexical for c in conflict.claims] for conflict in workspace.conflicts()]
    stored = [[claims[i] for i in ids] for _, ids in conflicting(workspace.store())]
    rows = workspace.query("conflicting_claims.rq", text=_QUERY.read_text(encoding="utf-8")).rows
    asked = [[str(row[2]) for row in rows if row[0] == about] for about in dict.fromkeys(row[0] for row in rows)]

    assert printed == _with_share(found)
    assert printed == _with_share(stored)
    assert printed == _with_share(asked)


def _with_share(groups: list[list[str]]) -> list[list[str]]:
    """Return the groups in which the added share is."""
    return [sorted(group) for group in groups if "7" in group]
