"""Every file of the hostile RDF corpus is refused with code, line, column and remedy, or read in full."""

from __future__ import annotations

import time

import pyoxigraph as ox
import pytest

from bullwhip.store.parse_worker import read
from bullwhip.store.rdf_input import Limits
from hostile_rdf import ACCEPTED, CASES, REFUSED, RdfCase

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
