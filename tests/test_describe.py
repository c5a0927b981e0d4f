"""What is known of a thing: found by any of its names, with what is printed of it and where each statement stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bullwhip import Workspace
from bullwhip.errors import UsageError
from bullwhip.model.search import KINDS

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    """Return the shipped workspace."""
    return Workspace.open()


@pytest.fixture(scope="module", params=["", "solar", "vaccines"])
def workspace(request: pytest.FixtureRequest) -> Workspace:
    """Return the shipped workspace and two of other industries."""
    return Workspace.open(GOLDEN / request.param if request.param else None)


def _ids(workspace: Workspace) -> list[tuple[str, str]]:
    program, chain = workspace.program, workspace.program.chain
    some: dict[str, list[str]] = {
        "company": [c.id for c in chain.companies],
        "tier": [t.id for t in chain.tiers],
        "product": [p.id for p in chain.products],
        "topic": [t.id for t in chain.topics],
        "quantity": list(program.quantities),
        "measure": [m.id for m in chain.measures],
        "member": [f"{d.id}={m}" for d in program.dimensions.values() for m in d.members],
        "document": [d.id for d in program.documents],
        "scenario": ["base", *program.scenarios],
        "claim": [c.id for c in program.claims[:5]],
    }
    assert set(some) == set(KINDS)
    return [(kind, name) for kind, names in some.items() for name in names[:40]]


def test_everything_that_search_finds_can_be_described(workspace: Workspace) -> None:
    """Every kind of thing has a description under KIND/ID, with its labels, its IRI and what to ask next."""
    for kind, name in _ids(workspace):
        found = workspace.describe(f"{kind}/{name}", limit=2)

        assert (found["kind"], found["id"]) == (kind, name)
        assert {"iri", "label_zh", "label_en", "ask"} <= set(found)
        assert all(len(found[key]) <= 2 for key in found if f"{key}_total" in found)


def test_a_thing_goes_by_kind_prefix_and_iri(shipped: Workspace) -> None:
    """`company/nvidia`, `company:nvidia`, its IRI and, where nothing else has it, its id alone mean the same."""
    one = shipped.describe("company/nvidia")

    assert [shipped.describe(name) for name in ("company:nvidia", one["iri"], " nvidia ")] == [one] * 3


def test_facts_stand_with_document_locator_date_and_status(shipped: Workspace) -> None:
    """What is described of a company are the claims about it, each with where it is printed, when, and A or E."""
    found = shipped.describe("company/nvidia", limit=10_000)
    expected = [c for c in shipped.program.claims if c.entity == "company/nvidia"]
    dates = {d.id: d.published for d in shipped.program.documents}

    assert found["facts_total"] == len(expected) > 0
    assert [(f["report"], f["locator"], f["as_of"], f["status"]) for f in found["facts"]] == [
        (c.document, c.locator, dates[c.document], c.status) for c in expected
    ]


def test_shares_are_exact_and_name_their_print(shipped: Workspace) -> None:
    """A share has its exact text, its period, the claim, and the place that prints it."""
    found = shipped.describe("tier/hbm", limit=1_000)
    expected = [s for s in shipped.program.chain.shares if s.tier == "hbm"]

    assert [(s["company"], s["claim"]) for s in found["shares"]] == [(s.company, s.claim) for s in expected]
    assert all(s["source"]["lexical"] and s["source"]["as_of"] for s in found["shares"])


def test_entry_points_are_what_drivers_reach_a_company_through(shipped: Workspace) -> None:
    """Every quantity of an exposure row of a company is among its entry points."""
    rows = shipped.company_exposure("nvidia").rows
    points = {p["id"] for p in shipped.describe("company/nvidia")["entry_points"]}

    assert {r.quantity for r in rows if r.quantity} <= points


def test_a_cell_is_described_as_its_quantity_at_that_index(shipped: Workspace) -> None:
    """Members and period restrict cells and facts; the questions to go on with keep them."""
    found = shipped.describe("accelerator.count[chip=a100_sxm,period=2025]")

    assert found["cells"] == ["accelerator.count[chip=a100_sxm,period=2025]"]
    assert found["ask"][0] == {"call": "value", "arguments": {"id": "accelerator.count[chip=a100_sxm,period=2025]"}}
    assert found["iri"].endswith("/quantity/accelerator.count")


def test_what_is_to_be_asked_next_can_be_asked(workspace: Workspace) -> None:
    """Each call that a description names has an answer."""
    from bullwhip.serve.calls import call

    asked: dict[str, dict[str, Any]] = {}
    for kind, name in _ids(workspace):
        for ask in workspace.describe(f"{kind}/{name}", limit=0)["ask"]:
            asked.setdefault(f"{kind} {ask['call']}", ask)

    assert asked
    for ask in asked.values():
        assert "answer" in call(workspace, ask["call"], ask["arguments"])


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("hbm", "BW001", "one of tier/hbm, product/hbm"),
        ("company/nvdia", "BW001", "did you mean 'nvidia'?"),
        ("company/英伟达", "BW001", "did you mean company/nvidia"),
        ("英伟达", "BW001", "did you mean company/nvidia"),
        ("nothing at all", "BW001", "bullwhip search"),
        (" ", "BW002", "give an id"),
        ("quantity/accelerator.count[chp=a100]", "BW001", "did you mean 'chip'?"),
    ],
)
def test_what_is_nothing_is_refused_with_what_is_near(shipped: Workspace, name: str, code: str, said: str) -> None:
    """A name of nothing, or of several things, is refused, and the nearest are named."""
    with pytest.raises(UsageError) as caught:
        shipped.describe(name)

    assert caught.value.problems[0].code == code
    assert said in str(caught.value)
