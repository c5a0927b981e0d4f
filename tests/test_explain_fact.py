"""`explain FACT`: proofs down to the prints, what is missing, facts that fit a pattern, questions that are refused."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from bullwhip import Workspace, cli
from bullwhip.datalog.replay import replay
from bullwhip.model.fact_answer import fact_text
from bullwhip.model.proof import Fact
from bullwhip.terms import PREFIXES, resource
from bullwhip.workspace.inferring import INFERRED
from documents import ROOT

SOLAR = str(ROOT / "tests" / "golden" / "solar")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return the exit code, output and messages of `explain` on the solar chain."""
    code = cli.run(["--workspace", SOLAR, "explain", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@cache
def solar() -> Workspace:
    """Return the solar chain."""
    return Workspace.open(SOLAR)


def test_a_proof_goes_down_to_the_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """Every line: the fact with its sentence, the rule and why it applies, and where each statement is printed."""
    code, out, _ = run(capsys, "bw:suppliesTier(company:beichen, tier:module)")

    lines = [line.strip("│ ├└─") for line in out.splitlines()]
    assert code == 0
    assert [line.partition(" (ontology")[0] for line in lines] == [
        "bw:suppliesTier(company:beichen, tier:module): Beichen Energy supplies module",
        "by role_of_parent",
        "bw:belongsTo(company:beichen_solar, company:beichen)",
        "by part_of_parent",
        "org:subOrganizationOf(company:beichen_solar, company:beichen)  [101, 2]",
        "supplies_at(company:beichen_solar, tier:module)",
        "by supplier_stated",
        lines[7],
    ]
    assert lines[7].endswith(
        ": bw:Supply; bw:company company:beichen_solar; bw:tier tier:module; bw:role role:supplier  "
        "[101, 4, Modules, line 63]"
    )
    assert lines[1].endswith(": Beichen Solar, a part of Beichen Energy, supplies module")


def test_sentences_are_in_the_language_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--language zh` names and sentences are Chinese."""
    _, out, _ = run(capsys, "bw:competesWith(dawn, haidai)", "--language", "zh")

    assert out.splitlines()[0] == "bw:competesWith(company:dawn, company:haidai): 晨曦科技与海岱竞争"
    assert "晨曦科技与海岱都供应组件，且不属一家" in out
    assert "not one_house(company:dawn, company:haidai)" in out
    assert "company:dawn != company:haidai" in out


def test_prefixes_may_be_left_out_where_only_one_thing_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    """A property without `bw:`, ids without their kind, and the quantity with its dots."""
    assert run(capsys, "exposedTo(dawn, plant.installed)") == run(
        capsys, "bw:exposedTo(company:dawn, quantity:plant.installed)"
    )


def test_things_may_be_called_by_their_labels(capsys: pytest.CaptureFixture[str]) -> None:
    """A Chinese name that one thing has stands for it."""
    assert run(capsys, "bw:competesWith(晨曦科技，海岱)") == run(
        capsys, "bw:competesWith(company:dawn, company:haidai)"
    )


def test_rules_without_a_value_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rule that divides by nothing at one tier says so beside every answer."""
    shutil.copytree(SOLAR, tmp_path / "solar")
    (tmp_path / "solar" / "rules" / "more.yaml").write_text(
        "relations: {half: {arguments: [tier, n]}}\ninference:\n  halved:\n    then: half(?t, ?n)\n    when:\n"
        "      - bw:Tier(?t)\n      - bw:order(?t, ?o)\n      - ?n = 6 / (?o - 2)\n"
    )
    code = cli.run(["--workspace", str(tmp_path / "solar"), "explain", "half(?t, ?n)"])
    captured = capsys.readouterr()

    assert code == 0
    assert captured.out.splitlines()[1:] == [
        "tier:module\t6\thalf(tier:module, 6)", "tier:polysilicon\t-6\thalf(tier:polysilicon, -6)",
    ]  # fmt: skip
    assert "halved does not match at 1 place: " in captured.err


def test_what_does_not_hold_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """The smallest change, with the rules by which the fact would then follow; the exit code is 1."""
    code, out, _ = run(capsys, "bw:soleSupplierOf(company:dawn, tier:module)")

    assert code == 1
    assert out.splitlines() == [
        "bw:soleSupplierOf(company:dawn, tier:module) does not hold",
        "it would hold",
        "  if count(?c) = 1 held; count(?c) is 3",
        "  by sole_supplier, suppliers_counted",
    ]


def test_what_is_in_the_way_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A fact that a rule negates stands between."""
    code, out, _ = run(capsys, "competes_at(beichen, dawn, tier:module)", "--json")
    answer = json.loads(out)

    assert code == 1
    assert not answer["holds"]
    assert answer["proofs"] == []
    assert answer["why_not"]["candidates"][0]["missing"]


def test_facts_of_a_pattern_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with what stands for the variables and what it means; one of them is offered for explanation."""
    code, out, err = run(capsys, "bw:maySupply(silica, ?whom)")

    assert code == 0
    assert out == (
        "whom\tfact\ncompany:beichen_solar\tSilica may supply Beichen Solar\ncompany:dawn\tSilica may supply "
        "Dawn Technology\ncompany:haidai\tSilica may supply Haidai\n"
    )
    assert err.splitlines() == [
        "3 facts fit bw:maySupply(company:silica, ?whom)",
        "why one holds: bullwhip explain 'bw:maySupply(company:silica, company:beichen_solar)'",
    ]


def test_a_single_fact_is_told_in_the_singular(capsys: pytest.CaptureFixture[str]) -> None:
    """One fact fits, and several fit."""
    assert run(capsys, "suppliers(tier:module, ?n)")[2].splitlines()[0] == "1 fact fits suppliers(tier:module, ?n)"


def test_a_variable_that_stands_twice_is_one_term(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody competes with itself; every driver reaches itself."""
    assert run(capsys, "bw:competesWith(?x, ?x)")[0] == 1
    assert len(run(capsys, "reaches(?x, ?x)")[1].splitlines()) == 1 + 4


def test_what_the_graph_states_is_explained_by_its_graph(capsys: pytest.CaptureFixture[str]) -> None:
    """A property that no rule reads is asked for like any other."""
    code, out, _ = run(capsys, "bw:order(tier:module, 3)")

    assert (code, out) == (0, "bw:order(tier:module, 3)\n   [model, ontology]\n")
    assert run(capsys, "bw:order(tier:module, ?n)")[1] == "n\tfact\n3\tbw:order(tier:module, 3)\n"


def test_several_proofs_differ(capsys: pytest.CaptureFixture[str]) -> None:
    """Silica may supply Dawn because polysilicon goes into modules; there is no other way."""
    _, out, err = run(capsys, "bw:exposedTo(company:dawn, quantity:plant.installed)", "--proofs", "5")
    trees = out.split("\n\n")

    assert len(trees) == len(set(trees)) == 2
    assert "2 proofs" in err


def _steps(capsys: pytest.CaptureFixture[str], fact: str) -> Any:
    _, out, _ = run(capsys, fact, "--json")
    return json.loads(out)["proofs"][0]["steps"]


def test_json_holds_the_proof_with_sentences_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    """Premises are numbers of steps; leaves carry document, locator and line."""
    steps = _steps(capsys, "bw:suppliesTier(company:dawn, tier:module)")
    (match,) = steps[0]["matches"]

    assert steps[0]["rule"] == "supplier_stated"
    assert steps[0]["fact"]["says_zh"] == "晨曦科技供应组件"
    assert steps[0]["reason_en"] == "a document lists Dawn Technology as a supplier at module"
    assert [steps[p]["fact"]["predicate"] for p in match["premises"]] == [
        "bw:Supply", "bw:company", "bw:tier", "bw:role",
    ]  # fmt: skip
    assert {"document": "101", "locator": "4", "row": "Modules", "column": None, "line": 61, "file": None} == (
        steps[match["premises"][1]]["source"]
    )


def test_prov_says_the_same_in_turtle(capsys: pytest.CaptureFixture[str]) -> None:
    """Every step is an entity, generated by an activity that used its premises and its rule."""
    fact = "bw:suppliesTier(company:beichen, tier:module)"
    steps = _steps(capsys, fact)
    _, out, _ = run(capsys, fact, "--prov")
    store = ox.Store()
    store.load(out.encode(), format=ox.RdfFormat.TURTLE)
    prov = PREFIXES["prov"]

    def count(text: str) -> int:
        return len(list(store.query(f"PREFIX prov: <{prov}> SELECT DISTINCT * WHERE {{ {text} }}")))  # type: ignore[arg-type]

    assert count("?e a prov:Entity") == len(steps)
    assert count("?e prov:wasGeneratedBy ?a . ?a a prov:Activity ; prov:used ?r . ?r a prov:Plan") == sum(
        bool(s["rule"]) for s in steps
    )
    assert count("?e prov:wasGeneratedBy ?a ; prov:wasDerivedFrom ?p . ?a prov:used ?p . ?p a prov:Entity") == sum(
        len(m["premises"]) for s in steps for m in s["matches"]
    )
    assert count(f"?e prov:hadPrimarySource <{resource('document', '101')}>") == 4


WRONG = {
    "bw:suppliesTo(dawn, ": ("argument:1:21: BW511 a term was expected", "terms are ?variables"),
    "bw:suppliesTo": ("argument:1:14: BW511 '(' was expected after bw:suppliesTo, the end was found", ""),
    "bw:suppliesTo(dawn) x": ("argument:1:21: BW511 'x' was not expected here", ""),
    "bw:suppliesTO(dawn, ?x)": ("argument:1:1: BW512 no relation, property or class 'bw:suppliesTO'", "bw:suppliesTo"),
    "competes(dawn, ?x)": ("argument:1:1: BW512 no relation, property or class 'competes'", "competes_at"),
    "bw:suppliesTo(dwan, ?x)": ("argument:1:15: BW512 nothing is called 'dwan'", "did you mean 'dawn'?"),
    "bw:suppliesTo(company:dwan, ?x)": ("argument:1:15: BW512 no company 'dwan' in this workspace", "'dawn'"),
    "bw:suppliesTo(firm:dawn, ?x)": ("argument:1:15: BW512 no prefix 'firm'", "prefixes: assumption"),
    "bw:suppliesTo(dawn)": ("argument:1:1: BW513 bw:suppliesTo has 2 arguments, not 1", "(?supplier, ?customer)"),
    "bw:Driver(?x, ?y)": ("argument:1:1: BW513 bw:Driver has 1 argument, not 2", ""),
    "bw:suppliesTo(dawn, ?x) --set plant.installed=3": ("BW514 facts do not depend on values", "--set"),
    "bw:suppliesTo(dawn, ?x) --period 2024": ("BW514 --period does not apply to a fact", ""),
    "bw:suppliesTo(dawn, ?x) --prov": ("BW514 --prov needs one fact that holds", "leave it out"),
    "module.market --proofs 2": ("BW514 --proofs does not apply to a quantity", "parentheses"),
}


@pytest.mark.parametrize("question", WRONG)
def test_a_question_that_cannot_be_read_is_refused(question: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 2; the message says where, what was found, and what to do."""
    name, *options = question.split(" --")
    message, hint = WRONG[question]

    code, out, err = run(capsys, name, *(word for o in options for word in f"--{o}".split(" ", 1)))

    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert hint in err


@pytest.mark.parametrize(
    "predicate", ["bw:exposedTo", "bw:competesWith", "bw:soleSupplierOf", "suppliers", "bw:maySupply"]
)
def test_every_step_of_every_proof_follows(predicate: str) -> None:
    """Each fact of the predicate is proved, and each step of its proof follows by its rule."""
    workspace = solar()
    everything = workspace.inferred()
    for terms in everything.facts(predicate):
        (proof,) = workspace.explain_fact(fact_text(Fact(predicate, terms))).proofs

        assert () == replay(proof, workspace.program.inference, lambda f: everything.holds(f.predicate, f.terms))


def test_every_step_of_proofs_over_the_shipped_chain_follows() -> None:
    """Of every predicate that rules derive, some facts from its beginning, middle and end are proved and replayed."""
    workspace = Workspace.open()
    everything = workspace.inferred()
    program = workspace.program.inference
    wrong: list[str] = []
    for predicate, arity in everything.predicates:
        derived = list(everything.facts(predicate, arity, derived=True))
        for terms in derived[:: max(1, len(derived) // 6)]:
            proof = everything.proof(predicate, terms)
            assert proof is not None
            wrong += replay(proof, program, lambda f: everything.holds(f.predicate, f.terms))

    assert wrong == []


def test_the_derived_graph_is_part_of_the_dataset() -> None:
    """Queries see what follows; facts of relations without a prefix stay outside."""
    text = f"SELECT ?a ?b WHERE {{ GRAPH <{INFERRED}> {{ ?a bw:competesWith ?b }} }} ORDER BY ?a ?b"
    table = solar().query("mine", text=text)
    lines = [line for line in solar().nquads().splitlines() if line.endswith(f"<{INFERRED}> .".encode())]

    assert len(table.rows) == 6
    assert len(lines) == sum(
        solar().inferred().count(name, arity, derived=True)
        for name, arity in solar().inferred().predicates
        if ":" in name and arity < 3
    )
    assert solar().nquads() == b"".join(sorted(solar().nquads().splitlines(keepends=True)))


def test_what_was_known_on_a_date_derives_what_followed_then() -> None:
    """The document of August names the glass maker; in June nobody did."""
    then = solar().known_on("2024-06-30")

    assert not then.explain_fact("bw:soleSupplierOf(haidai, glass)").holds
    assert solar().explain_fact("bw:soleSupplierOf(haidai, tier:glass)").holds


def test_names_are_completed() -> None:
    """What can be asked about is offered: relations with their parenthesis, and quantities."""
    from bullwhip.cli.explain_command import command

    (argument,) = (p for p in command.params if p.name == "name")
    context = command.make_context(
        "explain", ["x"], parent=cli.group.make_context("bullwhip", ["--workspace", SOLAR, "explain"])
    )

    assert "bw:suppliesTo(" in [i.value for i in argument.shell_complete(context, "bw:s")]
    assert ["module.demand", "module.market", "module.price"] == [
        i.value for i in argument.shell_complete(context, "module.")
    ]


def test_a_name_that_n_triples_escapes_is_told_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Labels are read as the texts that they are, and not as N-Triples writes them."""
    shutil.copytree(SOLAR, tmp_path / "solar")
    firms = tmp_path / "solar" / "ontology" / "companies.tsv"
    firms.write_text(firms.read_text(encoding="utf-8").replace("Dawn Technology", "Dawn Technology «D\\T»"), "utf-8")
    code = cli.run(["--workspace", str(tmp_path / "solar"), "explain", "bw:suppliesTier(company:dawn, tier:module)"])

    assert code == 0
    assert "Dawn Technology «D\\T» supplies module" in capsys.readouterr().out
