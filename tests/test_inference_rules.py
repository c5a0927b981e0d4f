"""Inference rules as files say them: what they become, and what is refused with a place and a remedy."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bullwhip.compile import compile_program
from bullwhip.datalog.stratify import program_problems
from bullwhip.errors import BullwhipError, Problem
from bullwhip.model.codec import from_bytes, to_bytes
from bullwhip.model.inference import (
    Aggregate,
    Arithmetic,
    Assign,
    Atom,
    Compare,
    Constant,
    InferenceProgram,
    InferenceRule,
    Skolem,
    Variable,
)
from bullwhip.workspace.opening import check_files

HEADER = """
workspace: {id: w}
dimensions:
  chip: {members: {a: {en: A}}}
drivers:
  x: {unit: "1", kind: ratio}
rules:
  r: {unit: "1", kind: ratio, expression: x}
"""
XSD = "http://www.w3.org/2001/XMLSchema#"
BWID = "https://w3id.org/bullwhip/id/"


def program(text: str) -> InferenceProgram:
    """Return the inference rules of a small workspace, library included."""
    return check_files({"rules/workspace.yaml": (HEADER + text).encode()}, "k").inference


def rule(body: str, head: str = "near(?q)", arguments: str = "from") -> InferenceRule:
    """Return the one rule with a head and a body."""
    lines = "".join(f"      - {line}\n" for line in body.splitlines())
    text = f"relations:\n  near: {{arguments: [{arguments}]}}\ninference:\n  the_rule:\n    then: {head}\n    when:\n"
    return next(r for r in program(text + lines).rules if r.id == "the_rule")


def problems(text: str) -> list[tuple[str, str]]:
    """Return code and message of what is wrong with some rules."""
    with pytest.raises(BullwhipError) as caught:
        program(text)
    return [(p.code, p.message) for p in caught.value.problems]


def test_constants_are_terms_as_n_triples_writes_them() -> None:
    """Ids are IRIs, numbers whole or decimal as written, texts with their language or datatype."""
    found = rule(
        "bw:dependsOn(?q, quantity:x)\nbw:atMember(?q, member:chip=a)\nbw:order(?q, 2)\nbw:value(?q, 0.50)\n"
        'skos:prefLabel(?q, "光 \\"q\\""@zh)\nbw:asOf(?q, "2024-01-01"^^xsd:date)\nbw:kind(?q, "flow")'
    )

    assert [a.terms[1].text for a in found.body if isinstance(a, Atom) and isinstance(a.terms[1], Constant)] == [
        f"<{BWID}quantity/x>", f"<{BWID}member/chip=a>", f'"2"^^<{XSD}integer>', f'"0.50"^^<{XSD}decimal>',
        '"光 \\"q\\""@zh', f'"2024-01-01"^^<{XSD}date>', '"flow"',
    ]  # fmt: skip


def test_an_equation_gives_a_value_only_where_nothing_else_does() -> None:
    """`=` with a variable that no atom binds gives it a value, on either side; else it compares."""
    found = rule("bw:order(?q, ?n)\n2 * ?n = ?m\n?k = ?m + 1\n?k = ?n")

    n, m, k = Variable("n"), Variable("m"), Variable("k")
    two, one = Constant(f'"2"^^<{XSD}integer>'), Constant(f'"1"^^<{XSD}integer>')
    assert found.body[1:] == (
        Assign("m", Arithmetic("*", (two, n))),
        Assign("k", Arithmetic("+", (m, one))),
        Compare("=", k, n),
    )


def test_parts_stand_behind_what_they_need() -> None:
    """A guard, a negated atom or an equation written first comes after what binds its variables."""
    found = rule("?n > 1\nnot bw:Driver(?q)\n?n = ?m + 1\nbw:order(?q, ?m)")

    assert [type(p).__name__ for p in found.body] == ["Atom", "Atom", "Assign", "Compare"]
    assert found.body[1] == Atom("bw:Driver", (Variable("q"),), negated=True)


def test_a_variable_without_name_is_another_one_each_time() -> None:
    """Two of them match different terms."""
    (atom,) = rule("bw:hasSetting(?q, _)\n", "near(?q)").body
    (other,) = rule("bw:note(_, _, ?q)\n", "near(?q)").body

    assert isinstance(atom, Atom)
    assert isinstance(other, Atom)
    assert other.terms[0] != other.terms[1]


def test_heads_hold_aggregates_and_new_nodes() -> None:
    """An aggregate names what it is over, a new node its kind and arguments."""
    found = rule("bw:order(?q, ?n)\nbw:kind(?q, ?k)", "near(?k, sum(?n), new(pair, ?k, 1))", "a, b, c")
    (head,) = found.heads

    one = Constant(f'"1"^^<{XSD}integer>')
    assert head.terms == (Variable("k"), Aggregate("sum", "n"), Skolem("pair", (Variable("k"), one)))


def test_all_problems_of_all_rules_are_told_at_once() -> None:
    """A rule that cannot be read hides neither those beside it nor other sections."""
    found = problems(
        "relations:\n  near: {arguments: [a, b]}\ninference:\n"
        "  one:\n    then: near(?q, ?d\n    when: ['bw:dependsOn(?q, ?d)']\n"
        "  two:\n    then: near(?q, ?e)\n    when: ['bw:dependsOn(?q, ?d)', 'bw:Drivr(?d)']\n"
        "  three:\n    when: ['bw:Driver(?d)']\n"
        "derivations: 3\n"
    )

    assert sorted(code for code, _ in found) == ["BW109", "BW110", "BW221", "BW222", "BW224"]


@pytest.mark.parametrize(
    ("then", "when", "code", "message"),
    [
        ("near(?q, ?d)", ["rdf:type(?q, ?d, 3, 4)"], "BW223", "rdf:type is a property"),
        ("near(?q, ?d)", ["foo:p(?q, ?d)"], "BW222", "no vocabulary 'foo'"),
        ("near(?q, ?d)", ["bw:dependsOn(?q, ?d)", "?d != foo:x"], "BW222", "no prefix 'foo'"),
        ("near(?q, _)", ["bw:Driver(?q)"], "BW224", "_ stands in a head"),
        ("near(?q, ?d)", ["bw:dependsOn(?q, ?d)", "?d > _"], "BW224", "_ stands for no value"),
        ("bw:Driver(3)", ["bw:Driver(_)"], "BW223", "the subject of bw:Driver is a value"),
        ("bw:order(?q, ?d, ?q)", ["bw:order(?q, ?d)"], "BW223", "the head bw:order names a graph"),
        ("near(?q, count(?d))", ["near(?q, ?d)"], "BW227", "inference rule 'the_rule' closes"),
        ("near(new(n, ?q), ?q)", ["near(?q, _)"], "BW228", "inference rule 'the_rule' closes"),
        ("near(?q, ?q)", ["bw:Driver(?q)", "?z = 1"], "BW225", "?z stands nowhere else"),
        ("near(?q, ?a)", ["bw:Driver(?q)", "?a = ?b", "?b = ?a"], "BW224", "nothing binds ?b"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(then: str, when: list[str], code: str, message: str) -> None:
    """Each has its code and says what is wrong."""
    text = f"    then: {then}\n    when: {json.dumps(when)}\n"

    found = problems(f"relations:\n  near: {{arguments: [a, b]}}\ninference:\n  the_rule:\n{text}")

    assert code in {c for c, _ in found}
    assert any(message in m for c, m in found if c == code)


def test_a_name_of_another_vocabulary_that_no_graph_has_is_a_warning() -> None:
    """It may come from files of RDF beside the workspace, so the rule is kept."""
    text = "relations:\n  near: {arguments: [a]}\ninference:\n  r:\n    then: near(?q)\n"
    files = {"rules/a.yaml": (HEADER + text + "    when: ['org:subOrganisationOf(?q, _)']\n").encode()}

    (warning,) = check_files(files, "k").warnings

    assert warning.code == "BW222"
    assert "did you mean 'org:subOrganizationOf'?" in warning.message


def test_an_id_of_the_library_cannot_be_taken() -> None:
    """A rule or relation that every workspace has is not declared again."""
    taken = program("").rules[0].id

    text = f"inference:\n  {taken}:\n    then: bw:Driver(?q)\n    when: ['bw:Driver(?q)']\n"
    assert problems(text)[0][0] == "BW202"


def test_the_cache_gives_back_the_same_rules() -> None:
    """What is stored with the compiled program is what was read."""
    files = {"rules/workspace.yaml": HEADER.encode()}
    checked = check_files(files, "k")

    stored = from_bytes(to_bytes(compile_program(checked)))

    assert checked.inference == stored.inference
    assert len(stored.inference.rules) > 0


def test_a_circle_that_can_only_end_is_allowed() -> None:
    """Arithmetic and new nodes in a circle are made out of what atoms outside of it bind."""
    found = rule(
        "near(?p, _, _)\nbw:order(?q, ?n)\nbw:dependsOn(?q, ?p)\n?m = ?n + 1", "near(?q, ?m, new(n, ?q))", "a, b, c"
    )

    assert found.heads[0].terms[2] == Skolem("n", (Variable("q"),))


def test_a_circle_through_rdf_type_is_found() -> None:
    """A class and rdf:type with that class are about the same triples."""
    found = problems(
        "inference:\n  r:\n    then: bw:Driver(?q)\n"
        "    when: ['bw:Quantity(?q)', 'bw:atTier(?q, ?t)', 'not rdf:type(?q, ?t)']\n"
    )

    assert found == [("BW227", "inference rule 'r' closes a circle through a negation: rdf:type → rdf:type")]


def test_rules_of_a_workspace_may_read_every_class() -> None:
    """No rule of the library derives a class, so that a variable may stand for any."""
    found = program(
        "relations:\n  is_a: {arguments: [thing, class]}\n"
        "inference:\n  r:\n    then: is_a(?x, ?c)\n    when: ['rdf:type(?x, ?c)', 'bw:order(?x, _)']\n"
    )

    assert "r" in [r.id for r in found.rules]


ATOMS = st.sampled_from([
    "near(?x, ?y)", "near(?y, ?z)", "near(?x)", "bw:dependsOn(?x, ?y)", "bw:Driver(?x)", "not near(?x, ?y)", "?x != ?y",
    "?z = ?x + 1", "?z = ?z", "_ = 3", "near(?x, count(?y))", "near(new(n, ?x), ?x)", "bw:note(?x, 3)", "near(_, _)",
    "rdf:type(?x, ?y)", "bw:order(?x, ?n, ?g)", "tier:x(?x)", "near(tier:q, \"a\"@zh)", "?x", "", "((", "near(?x, ?y",
])  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(ATOMS, max_size=3), st.lists(ATOMS, max_size=4), st.text("{}xyz ?", max_size=6))
def test_any_rule_is_read_or_refused_and_what_is_read_can_be_evaluated(
    then: list[str], when: list[str], says: str
) -> None:
    """Nothing but a problem with its place is raised, and the engine finds no fault in a rule that passes."""
    body = {"then": then, "when": when, "says": {"en": says}}
    text = f"relations:\n  near: {{arguments: [a, b]}}\ninference:\n  r: {json.dumps(body)}\n"
    told: tuple[Problem, ...] = ()
    try:
        told = program_problems(program(text))
    except BullwhipError as error:
        told = error.problems

    assert all(p.place is not None and p.code < "BW6" for p in told)


def test_a_copy_beside_arithmetic_makes_nothing_new() -> None:
    """What is copied round a circle is an old term, and what is computed there of other terms comes to an end."""
    text = (
        "relations:\n  near: {arguments: [tier, n]}\n  base: {arguments: [tier, n]}\ninference:\n"
        "  first: {then: 'base(?t, ?n)', when: ['bw:order(?t, ?n)']}\n"
        "  second: {then: 'near(?t, ?n)', when: ['base(?t, ?n)']}\n"
        "  third: {then: 'near(?t, ?m)', when: ['near(?s, _)', 'base(_, ?n)', '?t = ?s', '?m = ?n + 1']}\n"
    )
    grows = text.replace("near(?s, _)", "near(?s, ?n)").replace("'base(_, ?n)', ", "")

    assert {"first", "second", "third"} <= {r.id for r in program(text).rules}
    assert ["BW228"] == [code for code, _ in problems(grows)]
