"""Reading the chain from Turtle: what is said is read, and what is wrong is told with its place."""

from __future__ import annotations

import itertools

import pytest

from bullwhip.load.chain import MAX_BYTES, read_chain
from bullwhip.model.chain import Edge, Tier
from bullwhip.model.label import Label
from bullwhip.resources import data

HEAD = """@prefix bw: <https://w3id.org/bullwhip/ontology#> .
@prefix tier: <https://w3id.org/bullwhip/id/tier/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
BODY = (
    'tier:hbm a bw:Tier ; bw:order 2 ; skos:prefLabel "内存"@zh , "HBM"@en .',
    'tier:chip a bw:Tier ; bw:order 3 ; skos:prefLabel "chip"@en .',
    'tier:user a bw:Tier ; bw:isDemand true ; skos:prefLabel "用户"@zh .',
    "tier:hbm bw:supplies tier:chip .",
    "tier:chip bw:supplies tier:user ; bw:pulls tier:hbm .",
)


def codes(text: str) -> list[str]:
    """Return the codes of the problems of a chain."""
    return [p.code for p in read_chain("chain.ttl", (HEAD + text).encode())[2]]


def test_tiers_come_in_order_of_release() -> None:
    """Tiers are sorted by order, those without one last, and carry labels and kind."""
    expected = (
        Tier("hbm", Label("内存", "HBM"), 2),
        Tier("chip", Label("", "chip"), 3),
        Tier("user", Label("用户", ""), None, True),
    )

    assert expected == read_chain("chain.ttl", (HEAD + "\n".join(BODY)).encode())[0]


def test_a_complement_is_an_edge_against_its_pull() -> None:
    """`a pulls b` is the edge from b to a; together with the same supply it is one edge."""
    expected = (Edge("chip", "user"), Edge("hbm", "chip"))

    assert expected == read_chain("chain.ttl", (HEAD + "\n".join(BODY)).encode())[1]


def test_order_of_statements_changes_nothing() -> None:
    """Any order of the statements gives the same chain."""
    answers = {
        str(read_chain("chain.ttl", (HEAD + "\n".join(order)).encode())) for order in itertools.permutations(BODY)
    }

    assert 1 == len(answers)


def test_a_syntax_error_has_its_line_and_column() -> None:
    """Turtle that does not parse is BW103 at the line and column of the fault, with the line shown."""
    [problem] = read_chain("chain.ttl", (HEAD + "tier:a a ] .").encode())[2]

    assert "BW103" == problem.code
    assert "chain.ttl:4:10" == str(problem.place)
    assert problem.place is not None
    assert "tier:a a ] ." == problem.place.text


def test_an_unknown_end_of_an_edge_is_refused_with_the_nearest_name() -> None:
    """An edge to a node that is no tier is BW212, points at it, and names the tier that was meant."""
    tiers, edges, [problem] = read_chain("c.ttl", (HEAD + BODY[0] + "\ntier:hbm bw:supplies tier:hbmm .").encode())

    assert ("BW212", "c.ttl:5:27") == (problem.code, str(problem.place))
    assert "did you mean 'hbm'?" == problem.hint
    assert (1, ()) == (len(tiers), edges)


def test_a_text_is_no_end_of_an_edge() -> None:
    """An edge whose end is a literal is BW212, even when its text is the id of a tier."""
    assert ["BW212"] == codes(BODY[0] + BODY[1] + 'tier:hbm bw:supplies "chip" .')


def test_a_tier_without_label_is_refused() -> None:
    """A tier with no label in either language is BW109."""
    assert ["BW109"] == codes("tier:hbm a bw:Tier .")


@pytest.mark.parametrize("order", ["2.5", '"two"', "-1", "1 , 2", '"²"'])
def test_an_order_that_is_no_whole_number_is_refused(order: str) -> None:
    """An order that is not one whole number is BW110."""
    assert ["BW110"] == codes(f'tier:a a bw:Tier ; skos:prefLabel "a"@en ; bw:order {order} .')


def test_bytes_that_are_not_utf8_are_refused() -> None:
    """A file in another encoding is BW102 at its line."""
    [problem] = read_chain("chain.ttl", b"# fine\n# \xb5 Latin-1\n")[2]

    assert ("BW102", "chain.ttl:2") == (problem.code, str(problem.place))


def test_a_byte_order_mark_changes_nothing() -> None:
    """A UTF-8 byte order mark is passed over."""
    text = (HEAD + "\n".join(BODY)).encode()

    assert read_chain("c", text) == read_chain("c", b"\xef\xbb\xbf" + text)


def test_a_file_beyond_the_limit_is_refused() -> None:
    """A file of more than two million bytes is BW107 and is not parsed."""
    [problem] = read_chain("chain.ttl", b"#" * (MAX_BYTES + 1))[2]

    assert "BW107" == problem.code


def test_the_shipped_chain_is_sound() -> None:
    """The shipped chain has no problems, labels in both languages, and the order of release of report 003."""
    tiers, _, problems = read_chain("chain.ttl", (data("ontology") / "chain" / "chain.ttl").read_bytes())
    order = {t.id: t.order for t in tiers if t.order is not None}

    assert [] == problems
    assert [] == [t.id for t in tiers if not (t.label.zh and t.label.en)]
    assert {
        "foundry": 1, "cowos": 2, "hbm": 2, "ai_chip": 3, "board": 4, "switch": 5, "optical_chip": 6,
        "optical_module": 6, "liquid_cooling": 7, "ai_server": 8, "idc": 9,
    } == order  # fmt: skip
