"""The calls of the API: the same answers as the command line, and arguments that are read strictly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bullwhip import Workspace, cli
from bullwhip.errors import BullwhipError
from bullwhip.serve.arguments import MAX_REPEATS, MAX_TEXT
from bullwhip.serve.calls import call, reply

SOLAR = Path(__file__).parent / "golden" / "solar"

SAME: list[tuple[str, dict[str, Any], list[str]]] = [
    ("exposure", {"driver": "model.parameters", "top": "3", "at": "chip=h100_sxm"},
     ["exposure", "--driver", "model.parameters", "--top", "3", "--at", "chip=h100_sxm"]),
    ("company", {"company": "nvidia", "period": "2024", "by": "value"},
     ["exposure", "--company", "nvidia", "--period", "2024", "--by", "value"]),
    ("value", {"id": "cooling.market"}, ["value", "cooling.market"]),
    ("value", {"id": "accelerator.count", "period": "2025", "set": ["training.utilization=35 %"]},
     ["value", "accelerator.count", "--period", "2025", "--set", "training.utilization=35 %"]),
    ("value", {"id": "cooling.market", "as_of": "2025-06-01", "policy": "later"},
     ["value", "cooling.market", "--as-of", "2025-06-01", "--policy", "later"]),
    ("value", {"id": "cooling.liquid_market", "scenario": "liquid_30"},
     ["value", "cooling.liquid_market", "--scenario", "liquid_30"]),
    ("sensitivity", {"id": "server.market", "driver": ["training.utilization"], "second": "true"},
     ["sensitivity", "server.market", "--driver", "training.utilization", "--second"]),
    ("explain", {"id": "cooling.market", "driver": "cooling.liquid_penetration"},
     ["explain", "cooling.market", "--driver", "cooling.liquid_penetration"]),
    ("explain-fact", {"fact": "bw:suppliesTo(company:sk_hynix, company:nvidia)"},
     ["explain", "bw:suppliesTo(company:sk_hynix, company:nvidia)"]),
    ("solve", {"target": "server.market=1000 亿 USD", "for": "training.utilization"},
     ["solve", "server.market=1000 亿 USD", "--for", "training.utilization"]),
    ("bottleneck", {"period": "2025"}, ["bottleneck", "--period", "2025"]),
    ("bottleneck", {"id": "cooling.liquid_market_at_limit[zone=hub_east]"},
     ["bottleneck", "cooling.liquid_market_at_limit[zone=hub_east]"]),
    ("diff", {"a": "2024", "b": "2025", "id": ["server.market"], "top": "2"},
     ["diff", "2024", "2025", "server.market", "--top", "2"]),
    ("audit", {"report": "003", "verdict": ["contradicted"]},
     ["audit", "--report", "003", "--verdict", "contradicted"]),
    ("conflicts", {"report": "003", "kind": ["identity"]}, ["conflicts", "--report", "003", "--kind", "identity"]),
    ("facts", {"report": "003", "locator": "图表109"}, ["facts", "--report", "003", "--locator", "图表109"]),
    ("search", {"q": "液冷", "kind": ["company"], "limit": "3"},
     ["search", "液冷", "--kind", "company", "--limit", "3"]),
    ("list", {"kind": "tiers"}, ["list", "tiers"]),
    ("query", {"name": "chain/companies_by_tier", "param.tier": ["liquid_cooling"], "limit": "4"},
     ["query", "chain/companies_by_tier", "--param", "tier=liquid_cooling", "--limit", "4"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the cache that the commands of this file share."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _cached(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setenv("BULLWHIP_CACHE", str(cache))


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    """Return the shipped workspace."""
    return Workspace.open()


@pytest.mark.parametrize(("name", "arguments", "command"), SAME, ids=lambda x: x if isinstance(x, str) else "")
def test_a_call_answers_what_the_command_does(
    name: str, arguments: dict[str, Any], command: list[str], workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer of a call is the JSON of the command with the same arguments."""
    cli.run([*command, "--json"])
    expected = json.loads(capsys.readouterr().out)

    assert expected == json.loads(reply(workspace, name, arguments).body)["answer"]


def test_the_receipt_says_what_was_set(workspace: Workspace) -> None:
    """Beside each answer stands its receipt: scenario, values, date and policy that the arguments asked for."""
    arguments = {"id": "cooling.market", "set": ["cooling.liquid_penetration=0.5"], "scenario": "liquid_30"}
    receipt = call(workspace, "value", arguments | {"as_of": "2025-06-01", "policy": "later"})["receipt"]

    assert (receipt["set"], receipt["scenario"]) == (["cooling.liquid_penetration=0.5"], "liquid_30")
    assert (receipt["as_of"], receipt["policy"]) == ("2025-06-01", "later")
    assert call(workspace, "value", {"id": "cooling.market"})["receipt"] == workspace.receipt()


WRONG: list[tuple[str, dict[str, Any], list[str], str]] = [
    ("valu", {}, ["BW701"], "did you mean 'value'?"),
    ("value", {"id": "cooling.market", "perod": "2025"}, ["BW701"], "did you mean 'period'?"),
    ("value", {}, ["BW702"], "value needs id"),
    ("value", {"id": ["a", "b"]}, ["BW702"], "give it once"),
    ("value", {"id": "cooling.market", "period": "２０２５"}, ["BW703"], "write a year"),
    ("value", {"id": "cooling.market", "period": "-1"}, ["BW703"], "write a year"),
    ("value", {"id": "cooling.market", "period": "1e3"}, ["BW703"], "write a year"),
    ("value", {"id": "cooling.market", "period": ""}, ["BW703"], "leave it out"),
    ("value", {"id": 5}, ["BW703"], "give every argument as text"),
    ("value", {"id": "x" * (MAX_TEXT + 1)}, ["BW703"], "at most 2,000"),
    ("value", {"id": "cooling.market", "set": ["a=1"] * (MAX_REPEATS + 1)}, ["BW703"], "at most 100"),
    ("exposure", {"driver": "model.parameters", "top": "0"}, ["BW703"], "from 1 to"),
    ("search", {"q": "x", "limit": "999999999"}, ["BW703"], "from 1 to"),
    ("exposure", {"driver": "model.parameters", "top": "+1"}, ["BW703"], "from 1 to"),
    ("exposure", {"driver": "model.parameters", "by": "elastcity"}, ["BW703"], "did you mean 'elasticity'?"),
    ("exposure", {"driver": "model.parameters", "at": "h100"}, ["BW703"], "DIMENSION=MEMBER"),
    ("sensitivity", {"id": "server.market", "second": "yes"}, ["BW703"], "write true or false"),
    ("list", {"kind": "tier"}, ["BW703"], "did you mean 'tiers'?"),
    ("query", {"name": "chain/tiers", "tier": "x"}, ["BW701"], "begin with param."),
    ("value", {"perod": "2025", "period": "x"}, ["BW701", "BW702", "BW703"], "did you mean 'period'?"),
    ("value", {"id": "coling.market"}, ["BW001"], "did you mean 'cooling.market'"),
    ("value", {"id": "cooling.market", "scenario": "liquid_3"}, ["BW001"], "did you mean 'liquid_30'?"),
    ("value", {"id": "cooling.market", "as_of": "2025-6-1"}, ["BW703"], "YYYY-MM-DD"),
    ("value", {"id": "cooling.market", "as_of": "2025-02-30"}, ["BW002"], "YYYY-MM-DD"),
    ("value", {"id": "cooling.market", "policy": "newest"}, ["BW002"], ""),
]


@pytest.mark.parametrize(("name", "arguments", "codes", "said"), WRONG, ids=lambda x: "")
def test_a_wrong_argument_is_refused_with_what_to_do(
    name: str, arguments: dict[str, Any], codes: Sequence[str], said: str, workspace: Workspace
) -> None:
    """Unknown, repeated, missing and unreadable arguments are refused, every one of them, with the nearest name."""
    with pytest.raises(BullwhipError) as caught:
        call(workspace, name, arguments)

    assert [p.code for p in caught.value.problems] == list(codes)
    assert said in str(caught.value)


def test_another_workspace_is_asked_like_the_shipped_one() -> None:
    """Nothing in the calls knows the chain that is shipped."""
    solar = Workspace.open(SOLAR)
    driver = solar.list("drivers")[0]["id"]

    assert call(solar, "exposure", {"driver": driver})["answer"]["driver"] == driver
    assert {q["id"] for q in call(solar, "queries", {})["answer"]} == {q["id"] for q in solar.list("queries")}
