"""Known answers of inference: what numbers, dates, texts, graphs and new nodes mean."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.datalog import run
from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import Facts, NQuads, Quads, Rows, StoredQuads
from bullwhip.datalog.inferred import Inferred
from bullwhip.datalog.limits import Limits
from bullwhip.datalog.values import Value, number_term, read_value
from bullwhip.errors import LimitError, QueryError
from bullwhip.terms import PREFIXES, literal
from inference_programs import XSD, integer, node, program

Given = Mapping[str, Sequence[tuple[str, ...]]]
BW = PREFIXES["bw"]
A, B, C, D = (node(c) for c in "abcd")


def of(rows: Given, *texts: str, limits: Limits | None = None) -> Inferred:
    """Return what follows from rows."""
    return evaluate(program(*texts), Rows(rows), limits=limits)


def typed(text: str, datatype: str) -> str:
    """Return a typed literal."""
    return f'"{text}"^^<{XSD}{datatype}>'


# -- numbers


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 / 3", f'"1/3"^^<{BW}rational>'),
        ("1 / 3 * 3", integer(1)),
        ("0.1 + 0.2", typed("0.3", "decimal")),
        ("2.50 + 0", typed("2.5", "decimal")),
        ("10000000000000000000000000 * 3", integer(3 * 10**25)),
        ("1 / 8 - 2", typed("-1.875", "decimal")),
        ("max(1, 2.5, 2)", typed("2.5", "decimal")),
        ("min(1, 0 - 2)", integer(-2)),
        ("abs(1 - 4)", integer(3)),
        ('number("1/3") + 0', f'"1/3"^^<{BW}rational>'),
        ('number("2.5e3")', integer(2500)),
        (f'number("1.5E25"^^<{XSD}double>)', integer(15 * 10**24)),
        (f'number("1/3"^^<{BW}rational>) * 3', integer(1)),
        (f'"007"^^<{XSD}integer> + 0', integer(7)),
        (f'"5"^^<{XSD}unsignedByte> + 0', integer(5)),
        (f'".5"^^<{XSD}decimal> + 1', typed("1.5", "decimal")),
        ("number(1 + 1)", integer(2)),
        ("number(2.5)", typed("2.5", "decimal")),
        ('number("-.5")', typed("-0.5", "decimal")),
    ],
)
def test_arithmetic_is_exact(expression: str, expected: str) -> None:
    """Results are whole numbers, decimals or rationals, whatever their size."""
    inferred = of({"n": [(A,)]}, f"result(X) :- n(Y), X := {expression}")

    assert [(expected,)] == list(inferred.facts("result"))
    assert () == inferred.undefined


def test_a_term_that_is_only_passed_on_stays_as_it_is() -> None:
    """Typed literals and languages are kept; only arithmetic writes numbers anew."""
    terms = [typed("1.50", "decimal"), '"光模块"@zh', typed("2025", "gYear"), A]

    inferred = of({"n": [(t,) for t in terms]}, "result(Y) :- n(X), Y := X")

    assert sorted((t,) for t in terms) == list(inferred.facts("result"))


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("1 / (X - X)", "a division by zero"),
        ("X + a", "<urn:a> is no exact number"),
        ('number("many")', '"many" says no number'),
        ('number("1/0")', '"1/0" says no number'),
        (f'"{"1" * 5000}"^^<{XSD}integer> + X', f'"{"1" * 5000}"^^<{XSD}integer> is no exact number'),
        ("X / a", "<urn:a> is no exact number"),
        (f'"1.5"^^<{XSD}double> + X', f'"1.5"^^<{XSD}double> is no exact number'),
        (f'"1.5"^^<{XSD}integer> + X', f'"1.5"^^<{XSD}integer> is no exact number'),
    ],
)
def test_what_has_no_value_matches_nothing_and_is_counted(expression: str, reason: str) -> None:
    """A rule does not match where its arithmetic has no value; that is told, with how often and where."""
    inferred = of({"n": [(integer(2),), (integer(3),)]}, f"result(X, Y) :- n(X), Y := {expression}")

    assert 0 == inferred.count("result")
    (undefined,) = inferred.undefined
    assert ("r00", reason) == (undefined.rule, undefined.reason)
    assert undefined.count == (2 if "X" in expression else 1)
    assert undefined.examples[0] == ((("X", integer(2)),) if "X" in expression else ())


def test_numbers_without_a_common_denominator_stay_exact() -> None:
    """Denominators of many digits that share nothing are added, compared, multiplied and divided one by one."""
    values = [Fraction(i, 10**30 + 7 + 2 * i) for i in range(1, 90)]
    rows: Given = {"v": [(node(f"n{i:02}"), number_term(v)) for i, v in enumerate(values)], "n": [(A,)]}
    texts = (
        "less(X, Y) :- v(X, M), v(Y, N), M < N", "twice(X, N) :- v(X, M), N := M + M * M / 3",
        "high(max(M)) :- v(X, M)",
        "part(X, N) :- v(X, M), N := abs(0 - M) / M", f"tiny(N) :- n(X), N := 1 / {2**2100} / {2**2100} * {2**4000}",
    )  # fmt: skip

    inferred = of(rows, *texts, limits=Limits(bits=100_000))

    assert {(a, b) for a in values for b in values if a < b} == {
        (values[int(x[6:8])], values[int(y[6:8])]) for x, y in inferred.facts("less")
    }
    assert [number_term(v + v * v / 3) for v in values] == [t for _, t in inferred.facts("twice")]
    assert [(number_term(max(values)),)] == list(inferred.facts("high"))
    assert {integer(1)} == {t for _, t in inferred.facts("part")}
    assert [(number_term(Fraction(1, 2**200)),)] == list(inferred.facts("tiny"))


def test_a_sum_without_a_common_denominator_is_exact() -> None:
    """The sum of 100 fractions with large denominators is what they add up to."""
    values = [Fraction(1, 10**30 + i) for i in range(100)]
    rows: Given = {"v": [(A, number_term(v)) for v in values]}

    assert [(A, number_term(sum(values, Fraction(0))))] == list(
        of(rows, "s(X, sum(V)) :- v(X, V)", limits=Limits(bits=100_000)).facts("s")
    )


@pytest.mark.parametrize(
    ("left", "comparison", "right", "expected"),
    [
        (integer(2), "=", typed("2.0", "decimal"), True),
        (integer(2), "!=", typed("2.0", "decimal"), False),
        (integer(10), ">", integer(9), True),
        (typed("0.5", "decimal"), ">=", f'"1/2"^^<{BW}rational>', True),
        (integer(10**25 + 1), ">", integer(10**25), True),
        (typed("2025-02-01", "date"), "<", typed("2025-10-01", "date"), True),
        (typed("-0001-01-01", "date"), "<", typed("0001-01-01", "date"), True),
        (typed("2025-01-01T00:00:00Z", "dateTime"), "=", typed("2025-01-01T08:00:00+08:00", "dateTime"), True),
        (typed("2024-12-31T24:00:00", "dateTime"), "=", typed("2025-01-01T00:00:00", "dateTime"), True),
        (typed("2025-01-01T00:00:00.5", "dateTime"), ">", typed("2025-01-01T00:00:00", "dateTime"), True),
        (typed("2025-03", "gYearMonth"), "<", typed("2025-11", "gYearMonth"), True),
        (typed("2025", "gYear"), "<", typed("2026", "gYear"), True),
        ('"B"', "<", '"a"', True),
        ('"\\u0042"', "=", '"B"', True),
        ('"光"@zh', "=", '"光"@zh', True),
        ('"光"@zh', "!=", '"光"', True),
        (A, "!=", B, True),
        (A, "=", integer(1), False),
        (typed("2025-02-30", "date"), "=", typed("2025-02-30", "date"), True),
        (typed("2025-02-30", "date"), "<", typed("2025-03-30", "date"), None),
        (typed("2025-02-01", "date"), "=", typed("2025-02-01Z", "date"), None),
        (typed("2025-02-01", "date"), "!=", typed("2025-02-01Z", "date"), None),
        (typed("2025-02-01", "date"), "<", typed("2025", "gYear"), None),
        (typed("2025-01-01T25:00:00", "dateTime"), "<", typed("2026-01-01T00:00:00", "dateTime"), None),
        (typed("2025-01-01T00:00:00+02:00", "dateTime"), "<", typed("2025-01-01T00:00:00+01:00", "dateTime"), True),
        (typed("2025-01-01T00:00:00-02:00", "dateTime"), ">", typed("2025-01-01T00:00:00+01:00", "dateTime"), True),
        (integer(1), "<", '"2"', None),
        (A, "<", B, None),
        ('"a"@en', "<", '"b"@en', None),
        (typed("2", "double"), "=", integer(2), None),
        (typed("2", "double"), "!=", integer(2), None),
        (typed("2", "double"), "<", typed("3", "double"), None),
    ],
)
def test_comparisons(left: str, comparison: str, right: str, expected: bool | None) -> None:
    """Numbers by value, dates and texts by order, other terms equal or not; what has no common order is counted."""
    inferred = of({"n": [(left, right)]}, f"yes(X, Y) :- n(X, Y), X {comparison} Y")

    assert (expected is True) == bool(inferred.count("yes"))
    assert (expected is None) == bool(inferred.undefined)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("r(count(V))", integer(3)),
        ("r(sum(V))", integer(5)),
        ("r(min(V))", typed("1", "decimal")),
        ("r(max(V))", integer(2)),
    ],
)
def test_aggregates(head: str, expected: str) -> None:
    """A count is of different values, a sum of different matches; of equal values the least text is taken."""
    rows = [
        (A, integer(1)),
        (A, typed("1", "decimal")),
        (B, typed("1", "decimal")),
        (C, integer(2)),
        (D, typed("0.5", "decimal")),
    ]

    inferred = of({"v": rows}, f"{head} :- v(X, V), X != d, V >= 1")

    assert [(expected,)] == list(inferred.facts("r"))


def test_aggregates_by_group_with_several_in_one_head() -> None:
    """Groups are the other terms of the head; a group without a match has no fact."""
    rows: Given = {"v": [(A, integer(1)), (A, integer(5)), (B, f'"1/3"^^<{BW}rational>')], "n": [(C,)]}

    inferred = of(rows, "r(X, sum(V), count(V), max(V)) :- v(X, V)", "none(count(X)) :- n(X), v(X, V)")

    third = f'"1/3"^^<{BW}rational>'
    assert [(A, integer(6), integer(2), integer(5)), (B, third, integer(1), third)] == list(inferred.facts("r"))
    assert 0 == inferred.count("none")


def test_a_group_with_what_cannot_be_added_has_no_sum_and_is_counted() -> None:
    """One value that is no number leaves the sum unknown, never short."""
    inferred = of(
        {"v": [(A, integer(1)), (A, B), (C, integer(2))]}, "r(X, sum(V)) :- v(X, V)", "m(X, min(V)) :- v(X, V)"
    )

    assert [(C, integer(2))] == list(inferred.facts("r"))
    assert [(C, integer(2))] == list(inferred.facts("m"))
    assert ["a sum over what is no exact number", "a min over what has no common order"] == [
        u.reason for u in inferred.undefined
    ]
    assert 0 == of({"v": [(A, integer(1)), (A, '"text"')]}, "m(X, max(V)) :- v(X, V)").count("m")


# -- nodes and graphs


def test_new_nodes_follow_from_kind_and_arguments_alone() -> None:
    """The same kind and arguments are the same node; any other list of arguments is another."""
    rows: Given = {"p": [(A, B), ('"a"', '"b"'), ('"a\\n\\"b"', '"c"'), ('"a"', '"b\\n\\"c"')], "q": [('"a\\"', '"b"')]}

    inferred = of(
        rows, "r(new(pair, X, Y)) :- p(X, Y)", "r(new(other, X, Y)) :- p(X, Y)", "s(new(pair, X, Y)) :- p(X, Y)"
    )

    nodes = [f[0] for f in inferred.facts("r")]
    assert 8 == len(set(nodes))
    assert {f[0] for f in inferred.facts("s")} == {n for n in nodes if "/pair/" in n}
    assert all(n.startswith("<https://w3id.org/bullwhip/id/") for n in nodes)


QUADS = f"""
<urn:d> <{PREFIXES["rdf"]}type> <{BW}Driver> <urn:g1> .
<urn:d> <{PREFIXES["rdf"]}type> <{BW}Driver> <urn:g2> .
<urn:d> <{BW}feeds> <urn:s> <urn:g1> .
<urn:d> <{BW}feeds> <urn:s> <urn:g2> .
<urn:s> <{BW}feeds> <urn:t> .
<urn:s> <{BW}label> "a <b> <{BW}feeds> <urn:x> c"@en <urn:g1> .
<urn:s> <{BW}label> "1"^^<{XSD}integer> <urn:g1> .
<urn:s> <{BW}label> "tab\\tquote\\"" .
_:b <{BW}feeds> _:c _:g .
""".strip()


@pytest.mark.parametrize("source", ["parsed", "searched", "quads", "store"])
def test_facts_are_read_alike_from_every_source(source: str) -> None:
    """A class has one argument, a property two and counts once, with three it stands with each graph that says it."""
    data = QUADS.encode()
    parsed = list(ox.parse(data, format=ox.RdfFormat.N_QUADS))
    store = ox.Store()
    store.extend(parsed)

    class Stored:
        def match(self, s: None, p: ox.NamedNode, o: ox.NamedNode | None, g: None) -> object:
            return store.quads_for_pattern(s, p, o, g)

    sources: dict[str, Facts] = {
        "parsed": NQuads(data),
        "searched": NQuads(ox.serialize(parsed, format=ox.RdfFormat.N_QUADS) or b"", as_written=True),
        "quads": Quads(parsed), "store": StoredQuads(Stored()),  # type: ignore[arg-type]  # what is asked of a store
    }  # fmt: skip
    texts = ["driver(X) :- bw:Driver(X)", "feeds(X, Y) :- bw:feeds(X, Y)", "says(G, X, Y) :- bw:feeds(X, Y, G)",
             "label(Y) :- bw:label(X, Y)"]  # fmt: skip

    inferred = evaluate(program(*texts), sources[source])

    named = [f for f in inferred.facts("feeds") if f[0] != "_:b" and not f[0].startswith("_:")]
    assert [("<urn:d>",)] == list(inferred.facts("driver"))
    assert [("<urn:d>", "<urn:s>"), ("<urn:s>", "<urn:t>")] == named
    assert 3 == inferred.count("feeds")
    said = [f for f in inferred.facts("says") if not f[0].startswith("_:")]
    assert [("<urn:g1>", "<urn:d>", "<urn:s>"), ("<urn:g2>", "<urn:d>", "<urn:s>")] == said
    assert {'"1"^^<http://www.w3.org/2001/XMLSchema#integer>', '"tab\\tquote\\""',
            f'"a <b> <{BW}feeds> <urn:x> c"@en'} == {f[0] for f in inferred.facts("label")}  # fmt: skip


TEXTS = st.text(st.sampled_from('ab \\"<>_:@^.\n\t光'), max_size=8)
OBJECTS = st.one_of(
    st.builds(ox.Literal, TEXTS),
    st.builds(lambda t: ox.Literal(t, language="en"), TEXTS),
    st.builds(lambda t: ox.Literal(t, datatype=ox.NamedNode("urn:d")), TEXTS),
    st.builds(lambda t: ox.Literal(f"{t}> <{BW}feeds> <urn:x> <urn:g> ."), TEXTS),
    st.sampled_from([ox.NamedNode("urn:a"), ox.BlankNode("b"), ox.NamedNode(f"{BW}feeds"), ox.NamedNode(f"{BW}Tier")]),
)
ANY_QUADS = st.builds(
    ox.Quad,
    st.sampled_from([ox.NamedNode("urn:a"), ox.BlankNode("b"), ox.NamedNode(f"{BW}feeds")]),
    st.sampled_from([ox.NamedNode(f"{BW}feeds"), ox.NamedNode(f"{BW}feed"), ox.NamedNode(f"{PREFIXES['rdf']}type")]),
    OBJECTS,
    st.sampled_from([ox.DefaultGraph(), ox.NamedNode("urn:g"), ox.BlankNode("g"), ox.NamedNode(f"{BW}feeds")]),
)


@given(st.lists(ANY_QUADS, max_size=12))
def test_searching_lines_finds_what_parsing_finds(quads: list[ox.Quad]) -> None:
    """Whatever stands in literals, the lines of a predicate and their terms are told rightly."""
    written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    keys = [("bw:feeds", 2), ("bw:feeds", 3), ("bw:Tier", 1), ("rdf:type", 2)]

    searched, parsed = NQuads(written, as_written=True).read(keys), NQuads(written).read(keys)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bullwhip.datalog.facts._MANY", 0)
        scanned = NQuads(written, as_written=True).read(keys)

    assert parsed == scanned
    assert [sorted(zip(*parsed[k].columns, parsed[k].graphs, strict=True)) for k in keys] == [
        sorted(zip(*searched[k].columns, searched[k].graphs, strict=True)) for k in keys
    ]
    assert [len(parsed[k].graphs) for k in keys] == [len(Quads(quads).read(keys)[k].graphs) for k in keys]


def test_graphs_can_be_left_out() -> None:
    """What was inferred before is not read as a base fact."""
    left = frozenset({"urn:g1"})
    written = ox.serialize(ox.parse(QUADS.encode(), format=ox.RdfFormat.N_QUADS), format=ox.RdfFormat.N_QUADS) or b""

    for facts in (NQuads(QUADS.encode(), without=left), NQuads(written, as_written=True, without=left)):
        inferred = evaluate(program("says(G) :- bw:feeds(X, Y, G)", "label(Y) :- bw:label(X, Y)"), facts)
        assert [("<urn:g2>",)] == [f for f in inferred.facts("says") if not f[0].startswith("_:")]
        assert 1 == inferred.count("label")


def test_what_is_derived_of_the_graph_is_written_as_quads_in_order() -> None:
    """Only what rules add is written, and nothing of the program's own relations."""
    rows: Given = {"bw:feeds": [(A, B), (B, C)], "bw:Driver": [(A,)]}

    inferred = of(
        rows,
        "bw:feeds(X, Z) :- bw:feeds(X, Y), bw:feeds(Y, Z)",
        "bw:Source(X) :- bw:Driver(X)",
        "own(X) :- bw:Driver(X)",
    )

    assert inferred.nquads("urn:inferred").decode().splitlines() == [
        f"<urn:a> <{PREFIXES['rdf']}type> <{BW}Source> <urn:inferred> .",
        f"<urn:a> <{BW}feeds> <urn:c> <urn:inferred> .",
    ]
    assert (3, 1) == (inferred.count("bw:feeds"), inferred.count("bw:feeds", derived=True))
    assert [(A, C)] == list(inferred.facts("bw:feeds", derived=True))


def test_classes_and_their_types_are_one() -> None:
    """A rule that speaks of rdf:type sees what others derive as classes, and the other way round."""
    inferred = of(
        {"bw:Driver": [(A,)], "bw:kind": [(C, f"<{BW}Tier>")]},
        "bw:Source(X) :- bw:Driver(X)", "rdf:type(X, K) :- bw:kind(X, K)", "all(X, K) :- rdf:type(X, K)",
        "tier(X) :- bw:Tier(X)",
    )  # fmt: skip

    assert [(A, f"<{BW}Driver>"), (A, f"<{BW}Source>"), (C, f"<{BW}Tier>")] == list(inferred.facts("all"))
    assert [(C,)] == list(inferred.facts("tier"))
    assert [(A,)] == list(inferred.facts("bw:Source"))
    assert (1, True) == (inferred.count("bw:Driver"), inferred.holds("bw:Source", (A,)))


def test_a_name_that_means_two_predicates_is_refused() -> None:
    """With different numbers of arguments one has to say which is meant."""
    inferred = of({"p": [(A,), (A, B)]}, "q(X) :- p(X), p(X, Y)")

    with pytest.raises(QueryError, match="BW606 p is used with 1 and 2 arguments"):
        inferred.count("p")
    assert (1, 1) == (inferred.count("p", 1), inferred.count("p", 2))
    assert (0, []) == (inferred.count("gone"), list(inferred.facts("gone")))


def test_a_triple_about_a_literal_is_refused() -> None:
    """A derived triple with a literal as its subject is told with its rule, and nothing is written."""
    inferred = of({"v": [(A, '"x"')]}, "bw:label(V, X) :- v(X, V)")

    with pytest.raises(QueryError, match="BW606 rule 'r00' derives the triple \"x\" bw:label"):
        inferred.nquads("urn:inferred")


def test_a_rule_without_a_body_states_its_head() -> None:
    """Nothing has to match; a relation without arguments holds or does not."""
    inferred = of({"n": [(A,)]}, "p(b)", "yes() :- n(X)", "no() :- n(X), X = b", "q(X) :- p(X), yes(), not no()")

    assert ([(B,)], 1, 0) == (list(inferred.facts("q")), inferred.count("yes"), inferred.count("no"))
    assert inferred.holds("yes", ())


def test_the_hash_seed_has_no_influence() -> None:
    """Facts, notes, quads, proofs and what is missing are the same bytes under any seed."""
    code = """
import json
from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import Rows
from inference_programs import node, program
rows = {"bw:feeds": [(node(a), node(b), f"<urn:g{a}>") for a, b in zip("abcdeab", "bcdeadd")], "w": [(node("x"),)]}
inferred = evaluate(program(
    "far(X, Y) :- bw:feeds(X, Y)", "far(X, Z) :- far(X, Y), far(Y, Z)", "bw:far(X, Y) :- far(X, Y), not bw:feeds(X, Y)",
    "n(X, count(Y), max(Y)) :- far(X, Y)", "bw:Pair(new(pair, X, Y)) :- far(X, Y)", "z(X, M) :- w(X), M := X / 2",
), Rows(rows))
print([(k, list(inferred.facts(*k))) for k in inferred.predicates], inferred.undefined)
print(inferred.nquads("urn:i"))
print([json.dumps(p.as_dict()) for f in inferred.facts("far") for p in inferred.proofs("far", f, 3)[0]])
print(json.dumps(inferred.why_not("far", (node("x"), node("a")), 9).as_dict()))
"""
    printed = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip

    assert printed[0] == printed[1]
    assert len(printed[0]) > 10_000


# -- limits


def test_an_atom_that_only_has_to_hold_multiplies_nothing() -> None:
    """Of what nothing reads, one match is enough: 30 x 30 pairs, and not 30 x 30 x 30 matches."""
    rows: Given = {"n": [(node(f"n{i}"),) for i in range(30)], "e": [(node(f"n{i}"), A) for i in range(29)]}

    inferred = of(rows, "r(X, Y) :- n(X), n(Y), n(Z)", "s(X) :- n(X), e(X, Z), n(W)", limits=Limits(matches=3_000))

    assert (900, 29) == (inferred.count("r"), inferred.count("s"))


@pytest.mark.parametrize(
    ("text", "limits", "message"),
    [
        ("r(X, Y) :- n(X), n(Y)", Limits(facts=3), "4 facts, the last of r/2, at most 3 facts"),
        ("r(X, Y) :- n(X), n(Y)", Limits(matches=3), "6 matches of its body, at most 3 matches"),
        ("r(X, Y) :- n(X), Y := X * X * X", Limits(bits=8), "a number of more than 8 bits, at most 8 bits"),
        ("r(sum(X)) :- n(X)", Limits(bits=4), "a sum of more than 4 bits, at most 4 bits"),
        ("p(X, Z) :- p(X, Y), p(Y, Z)", Limits(rounds=2), "3 rounds, at most 2 rounds"),
    ],
)  # fmt: skip
def test_a_limit_names_the_rule_that_grows(text: str, limits: Limits, message: str) -> None:
    """Facts, matches, rounds and digits have limits, and what reaches one is named."""
    rows: Given = {
        "n": [(integer(9),), (integer(8),)],
        "p": [(A, B), (B, C), (C, D), (D, node("e")), (node("e"), node("f"))],
    }

    with pytest.raises(LimitError) as caught:
        of(rows, text, limits=limits)

    (problem,) = caught.value.problems
    assert f"rule 'r00' grows beyond a limit: {message} are allowed" == problem.message
    assert problem.code == "BW605"


def test_only_new_facts_count_for_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts that a round derives once more are none beyond the limit, also where it looks through them early."""
    monkeypatch.setattr(run, "_MANY", 2)
    edges: Given = {"e": [(integer(i), integer(i + 1)) for i in range(12)]}
    texts = ["p(X, Y) :- e(X, Y)", "p(X, Z) :- p(X, Y), p(Y, Z)"]

    assert 78 == of(edges, *texts, limits=Limits(facts=78)).count("p")
    with pytest.raises(LimitError):
        of(edges, *texts, limits=Limits(facts=77))


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("2024-01-01+99:99", "date"),
        ("2024-01-01T00:00:00+14:30", "dateTime"),
        ("02024-01-01", "date"),
        ("2024-13", "gYearMonth"),
        ("02024", "gYear"),
    ],
)
def test_what_is_no_moment_has_no_order(text: str, datatype: str) -> None:
    """A zone or year that XML Schema does not know makes a term like any other, and no moment that is somewhere."""
    assert Value("other") == read_value(typed(text, datatype))


def test_constants_are_written_as_stores_write_texts() -> None:
    """A text of a rule is found in a graph whatever characters it holds."""
    texts = [chr(c) for c in (*range(1, 0x100), 0x2028, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF)]

    assert [str(ox.Literal(t)) for t in texts] == [literal(t) for t in texts]
