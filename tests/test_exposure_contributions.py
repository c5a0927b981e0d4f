"""What each document decides, what each edge carries, and how the command line shows both sides of exposure."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

import bakery
from bullwhip import Workspace, cli
from bullwhip.model.answer import ExposureRow
from bullwhip.model.chain import Edge
from bullwhip.workspace.contributing import on
from bullwhip.workspace.ranking import every_exposure


@pytest.fixture(scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_cache(_no_cache: None, _folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile the workspace once for all tests of this file."""
    monkeypatch.setenv("BULLWHIP_CACHE", str(_folder))


def rows(workspace: Workspace, driver: str) -> dict[tuple[str, str], ExposureRow]:
    """Return the rows of a driver with what carries them."""
    return {(r.company, r.quantity): r for r in workspace.exposure(driver, paths=3, contributions=True).rows}


def test_without_the_later_document_everything_is_as_before_it() -> None:
    """Leaving a document out gives the very answers of the workspace that never had it."""
    before = rows(bakery.workspace(), "bread.price")
    for key, row in rows(bakery.workspace(later=True), "bread.price").items():
        (effect,) = [d for d in row.documents or () if d.document == "902"]
        assert (before[key].elasticity, before[key].value) == (effect.elasticity, effect.value)
        assert before[key].value_range == effect.value_range
        assert not effect.gone
        assert (("guests.count[period=2025]", "901 T1 guests 2025E: 1000 位"),) == effect.inputs


def test_without_the_only_document_nothing_is_left() -> None:
    """The statements, the shares and every input are printed in one document: its rows are gone, its inputs unknown."""
    row = rows(bakery.workspace(), "bread.price")["acme", "bread.market"]
    (effect,) = row.documents or ()

    assert ("901", True, None) == (effect.document, effect.gone, effect.elasticity)
    assert {"nothing"} == {stands_in for _, stands_in in effect.inputs}
    assert ["bread.per_guest", "bread.price", "guests.count[period=2025]"] == sorted(cell for cell, _ in effect.inputs)


def test_without_a_document_shipped_rows_are_those_of_a_reselection() -> None:
    """Elasticity and value without 003 or 004 are what the engine gives on the facts that remain."""
    from bullwhip.compile import reselect

    workspace = Workspace.open()
    asked = workspace.exposure("accelerator.price", contributions=True).rows
    for document in ("003", "004"):
        remaining = on(workspace, reselect(workspace.program, without=[document]))
        left = remaining.exposure("accelerator.price").rows
        other = {(r.company, r.tier, r.quantity): r for r in left}
        for row in asked:
            effect = next((d for d in row.documents or () if d.document == document), None)
            expected = other.get((row.company, row.tier, row.quantity))
            if effect is None:
                assert expected is not None
                assert (row.elasticity, row.value) == (expected.elasticity, expected.value)
            else:
                assert effect.gone == (expected is None)
                assert expected is None or (effect.elasticity, effect.value) == (expected.elasticity, expected.value)


def test_edges_of_a_chain_of_products_carry_all_of_it() -> None:
    """Every rule on a way of products passes on the whole elasticity, and with it the whole value."""
    row = rows(bakery.workspace(), "bread.per_guest")["acme", "cafe.market"]

    found = {(e.source, e.target): [e.elasticity, e.share, e.value] for e in row.edges or ()}

    steps = [("bread.per_guest", "bread.volume"), ("bread.volume", "bread.market"), ("bread.market", "cafe.market")]
    assert found == {step: [Fraction(1), Fraction(1), Fraction(30)] for step in steps}
    assert [1] == [p.effect for p in row.paths or ()]
    assert (1, ("cafe", "bakery")) == (row.path_count, (row.paths or ())[0].steps[0].edge)


def test_edges_of_a_shipped_row_carry_what_its_paths_carry() -> None:
    """Elasticity 2 is four ways of 15/17 and 2/17, and half of it passes tokens, half operations a token."""
    (row,) = Workspace.open().exposure("model.parameters", top=1, paths=9, contributions=True).rows

    effects = [p.effect for p in row.paths or ()]

    assert [Fraction(15, 17)] * 2 + [Fraction(2, 17)] * 2 == effects
    assert (4, Fraction(2)) == (row.path_count, row.elasticity)
    half = {e.target for e in row.edges or () if e.share == Fraction(1, 2)}
    assert {"training.tokens", "training.flop_per_token", "training.compute_per_model"} == half


def test_a_complement_is_told_from_supply() -> None:
    """What a tier pulls is an edge of demand that it does not buy; what is both is supply."""
    edges = bakery.workspace().program.chain.edges

    assert Edge("oven", "bakery", pulls=True) in edges
    assert Edge("mill", "bakery") in edges
    chain = "ontology/chain/chain.ttl"
    both = bakery.changed(chain, "tier:bakery bw:pulls", "tier:bakery bw:pulls tier:mill . tier:bakery bw:pulls")
    assert Edge("mill", "bakery") in both.program.chain.edges


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return exit code, data and messages of `bullwhip exposure`."""
    code = cli.run(["exposure", *arguments])
    return (code, *capsys.readouterr())


def test_the_side_of_a_company_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    """The keys that docs/json.md promises, with totals and receipt."""
    code, out, _ = asked(capsys, "--company", "inspur", "--top", "3", "--json")
    answer = json.loads(out)

    assert 0 == code
    assert {"company", "rows", "totals", "by", "receipt", "ticker", "notes"} <= set(answer)
    assert ["model.parameters", "model.parameters"] == [r["driver"] for r in answer["rows"][:2]]
    assert {"value", "known", "at_most", "left_out", "unknown", "note"} <= set(answer["totals"][0])


def test_the_whole_table_is_a_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON lines and tab-separated lines have the same rows in the same order; one company, one period."""
    _, tsv, _ = asked(capsys, "--all", "--company", "nvidia", "--period", "2025", "--scenario", "base")
    _, text, _ = asked(capsys, "--all", "--company", "nvidia", "--period", "2025", "--scenario", "base", "--json")
    head, *lines = [line.split("\t") for line in tsv.splitlines()]
    objects = [json.loads(line) for line in text.splitlines()]

    assert ["scenario", "period", "driver", "company"] == head[:4]
    assert len(lines) == len(objects) > 20
    assert [(o["scenario"], str(o["period"]), o["driver"], o["company"]) for o in objects] == [
        tuple(line[:4]) for line in lines
    ]


def test_the_whole_table_has_every_scenario_unless_one_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --scenario every scenario of the workspace answers, the facts as they are first."""
    _, out, _ = asked(capsys, "--all", "--driver", "server.china_share", "--period", "2025")
    found = list(dict.fromkeys(line.partition("\t")[0] for line in out.splitlines()[1:]))

    assert ["base", *Workspace.open().program.scenarios] == found


def test_what_carries_a_row_stands_under_the_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal paths, edges and documents follow; in a pipe a line says where they are."""
    monkeypatch.setenv("BULLWHIP_FORMAT", "table")
    arguments = ("--driver", "model.parameters", "--top", "1", "--paths", "1", "--contributions")
    _, out, _ = asked(capsys, *arguments)
    monkeypatch.setenv("BULLWHIP_FORMAT", "tsv")
    _, piped, messages = asked(capsys, *arguments)

    assert "  1 of 4 paths\n    0.8824  model.parameters[multimodal,2023] → " in out
    assert "    2 (100 %)  accelerator.count → accelerator.value  on training_compute → ai_chip" in out
    assert "  without 003: elasticity 2, value unknown; no share of it is printed elsewhere" in out
    assert 2 == len(piped.splitlines())
    assert "written by --json" in messages


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing option '--driver' or '--company'"),
        (("--driver", "model.parameters", "--company", "nvidia"), "--driver and --company name two answers"),
        (("--company", "nvidea"), "did you mean 'nvidia'"),
        (("--company", "nvidia", "--by", "size"), "no ranking 'size'"),
        (("--company", "nvidia", "--paths", "-1"), "-1 is not in the range 0<=x<=100"),
        (("--all", "--company", "nvidea"), "did you mean 'nvidia'"),
        (("--all", "--period", "1999"), "1999 is not a period"),
        (("--all", "--top", "3"), "--all and --top exclude each other"),
        (("--all", "--by", "value"), "--all and --by exclude each other"),
        (("--all", "--totals"), "--all and --totals exclude each other"),
        (("--all", "--paths", "2"), "--all and --paths exclude each other"),
        (("--all", "--contributions"), "--all and --contributions exclude each other"),
    ],
)
def test_a_wrong_question_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    """Exit code 2 and a message that names what was found and what there is; nothing on stdout but a heading."""
    code, out, messages = asked(capsys, *arguments)

    assert (2, True) == (code, message in messages)
    assert len(out.splitlines()) <= 1


def test_a_quantity_with_base_years_says_which_years_move(capsys: pytest.CaptureFixture[str]) -> None:
    """Where it reaches nobody because a rule computes that year, the answer names the cell to ask for."""
    _, out, messages = asked(capsys, "--driver", "server.market")
    _, named, _ = asked(capsys, "--driver", "server.market[period=2025]")

    assert 1 == len(out.splitlines())
    assert "server.market moves in its base years (2021, 2022); server.market[period=2025] moves in 2025" in messages
    assert 8 < len(named.splitlines())


@pytest.mark.parametrize("side", [("--driver", "model.parameters"), ("--company", "inspur")])
def test_a_ranking_by_weights_that_nobody_knows_says_so(
    capsys: pytest.CaptureFixture[str], side: tuple[str, str]
) -> None:
    """Where no row has a weight, the answer says what ranks instead, and why; other rankings do not."""
    _, _, weighed = asked(capsys, *side, "--by", "weight")
    _, _, valued = asked(capsys, *side, "--by", "value")

    assert "no weight is known, so elasticity, value and reach rank: its own revenue is printed in CNY" in weighed
    assert "no weight is known" not in valued


def test_totals_say_that_their_weight_is_per_percent_of_the_driver(capsys: pytest.CaptureFixture[str]) -> None:
    """Rows show the part of the own revenue in the tier, totals how much of it moves: two heads for two measures."""
    _, rows, _ = asked(capsys, "--company", "inspur", "--top", "1")
    _, sums, _ = asked(capsys, "--company", "inspur", "--top", "1", "--totals")

    assert "% of own revenue per +1%" in sums.splitlines()[0].split("\t")
    assert "% of own revenue per +1%" not in rows.splitlines()[0].split("\t")


def test_an_answer_is_the_same_whatever_was_asked_before() -> None:
    """Answers of a driver do not depend on the drivers, periods and companies that shared its passes."""
    workspace = Workspace.open()
    alone = [a.as_dict() for a in every_exposure(workspace, [2024], driver="accelerator.price")]
    among = [a.as_dict() for a in every_exposure(workspace, [2025, 2024]) if a.driver == "accelerator.price"]

    assert alone == among[1:]
