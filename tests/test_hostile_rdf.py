"""Every file of the hostile RDF corpus is refused with code, line, column and remedy, or read in full."""

from __future__ import annotations

import time

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.store.parse_worker import read
from bullwhip.store.rdf_input import Form, Limits
from hostile_rdf import ACCEPTED, CASES, RDF, REFUSED, XSD, RdfCase

GRAPH = "urn:here"


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.name)
def test_a_hostile_file_is_refused_where_it_is_wrong(case: RdfCase) -> None:
    """Nothing is handed on, and the first problem has its code, a place in the file, and what to do."""
    begun = time.process_time()
    written, answer = read("case", case.data, case.form, GRAPH, False, Limits())
    problem = answer["problems"][0]

    assert written == b""
    assert (case.code, case.line) == (problem["code"], problem["line"])
    assert problem["column"] >= 1
    if case.column > 1:
        assert case.column == problem["column"]
    assert case.says in f"{problem['message']} {problem['hint']}"
    assert case.data.strip(b"\xef\xbb\xbf\n ")[:1] in (b"", b"\x1f") or problem["text"] or case.code == "BW102"
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda c: c.name)
def test_an_odd_but_sound_file_is_read_in_full(case: RdfCase) -> None:
    """All its statements come back, in a named graph, as lines that parse again and do not change."""
    written, answer = read("case", case.data, case.form, GRAPH, case.keep_large, Limits())
    again = list(ox.parse(written, format=ox.RdfFormat.N_QUADS))

    assert answer["problems"] == []
    assert case.statements == answer["statements"]
    assert len(set(again)) == len(again) == sum(count for _, _, count in answer["graphs"])
    assert all(isinstance(getattr(q, "graph_name", None), ox.NamedNode) for q in again)
    assert read("case", written, "nquads", GRAPH, case.keep_large, Limits())[0].count(b"\n") == len(again)


def test_the_corpus_is_large_and_its_names_are_unique() -> None:
    """At least 120 cases, 30 of them accepted, every code of RDF input among them, and no case hides another."""
    names = [(c.name, c.form) for c in CASES]

    assert len(CASES) >= 120
    assert len(ACCEPTED) >= 30
    assert len(set(names)) == len(names)
    assert {"BW102", "BW103", "BW107", "BW535", "BW536", "BW537", "BW538"} == {c.code for c in REFUSED}


def test_the_same_file_gives_the_same_bytes() -> None:
    """Blank nodes are numbered as they appear, apart from those of other graphs."""
    data = b"<urn:a> <urn:p> [ <urn:q> _:x ], _:x ."
    one, _ = read("a", data, "turtle", "urn:g", False, Limits())
    two, _ = read("b", data, "turtle", "urn:g", False, Limits())
    other, _ = read("a", data, "turtle", "urn:h", False, Limits())
    labels = {part for line in (one + other).split(b"\n") for part in line.split() if part.startswith(b"_:")}

    assert one == two
    assert len(labels) == 4


SAMPLES: dict[Form, str] = {
    "turtle": f'@prefix e: <urn:e:> .\ne:a e:p 12.50, "液\\"冷"@zh ;\n  e:q [ e:r ( 1 2 ) ], "x"^^<{XSD}token> .\n# a',
    "trig": '@prefix e: <urn:e:> .\n<urn:g> { e:a e:p """two\nlines""", true }\ne:a e:p e:b .\n',
    "ntriples": '<urn:a> <urn:p> "液冷"@zh .\n_:x <urn:p> <urn:b> .\n',
    "nquads": '<urn:a> <urn:p> "a\\tb" <urn:g> .\n<urn:a> <urn:p> _:b .\n',
    "jsonld": '{"@context": {"p": "urn:p"}, "@id": "urn:a", "p": [1.5, {"@id": "urn:b", "p": "液冷"}]}',
    "rdfxml": f'<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="urn:e:">\n'
    '<rdf:Description rdf:about="urn:a"><e:p xml:lang="zh">液冷</e:p></rdf:Description>\n</rdf:RDF>',
}
"""A sound file of every format."""

KNOWN = {"BW102", "BW103", "BW107", "BW535", "BW536", "BW537", "BW538"}


def _told(data: bytes, form: Form) -> tuple[int, set[str]]:
    """Return how many statements are read, and the codes of what is told; every problem has a place in the file."""
    written, answer = read("case", data, form, GRAPH, False, Limits())
    lines = data.count(b"\n") + 1
    for problem in answer["problems"]:
        assert 1 <= problem["line"] <= lines
        assert problem["column"] >= 1
    assert bool(written) != bool(answer["problems"])
    return answer.get("statements", 0), {p["code"] for p in answer["problems"]}


@pytest.mark.parametrize("form", SAMPLES)
def test_a_file_cut_anywhere_is_refused_or_a_part_of_it(form: Form) -> None:
    """Never an exception, never another statement; JSON-LD and RDF/XML know that they are cut."""
    data = SAMPLES[form].encode()
    whole, none = _told(data, form)
    cuts = [_told(data[:at], form) for at in range(len(data.rstrip()))]

    assert (none, whole > 0) == (set(), True)
    assert set().union(*(codes for _, codes in cuts)) <= KNOWN
    assert all(count <= whole for count, _ in cuts)
    if form in ("jsonld", "rdfxml"):
        assert all(codes for _, codes in cuts)


@given(
    st.sampled_from(list(SAMPLES)),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), min_size=1, max_size=3),
)
def test_a_file_with_wrong_bytes_is_read_or_refused(form: Form, changes: list[tuple[int, int]]) -> None:
    """Whatever the bytes are, the outcome is statements or problems with a code and a place."""
    data = bytearray(SAMPLES[form].encode())
    for at, byte in changes:
        data[at % len(data)] = byte

    assert _told(bytes(data), form)[1] <= KNOWN
