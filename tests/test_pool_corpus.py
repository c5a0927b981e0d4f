"""Queries that are meant to do harm, or to look as if they were: each ends as it should, and the pool goes on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bullwhip.serve.jobs import Limits
from pooling import ENDLESS, Running, body, select

PORT = 0
"""Put in by the fixture: where a listener waits that nobody may come to."""
ANY3 = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
ANY6 = f"{ANY3} . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r"
MODEL = "https://w3id.org/bullwhip/id/graph/model"
LONG = "x" * 1000
DIGITS = " ".join(f"(?x{i})" for i in range(10))


def doubled(times: int) -> str:
    """Return a query that doubles a text again and again."""
    steps = " ".join(f"BIND(CONCAT(?v{i}, ?v{i}) AS ?v{i + 1})" for i in range(times))
    return f'SELECT (STRLEN(?v{times}) AS ?n) {{ BIND("{LONG}" AS ?v0) {steps} }}'


RUNAWAYS = {
    "cross product, nothing found": ENDLESS,
    "cross product, counted": f"SELECT (COUNT(*) AS ?n) {{ {ANY6} }}",
    "cross product, distinct": f"SELECT DISTINCT ?a ?d ?g {{ {ANY6} }}",
    "cross product, grouped": f"SELECT ?a (COUNT(*) AS ?n) {{ {ANY6} }} GROUP BY ?a",
    "cross product, in order": f"SELECT * {{ {ANY6} }} ORDER BY STR(?a) LIMIT 1",
    "cross product, an offset": f"SELECT * {{ {ANY6} }} OFFSET 100000000000 LIMIT 1",
    "cross product, constructed": f"CONSTRUCT {{ ?a ?b ?r }} {{ {ANY6} }}",
    "cross product, rows": f"SELECT * {{ {ANY6} }}",
    "cross product by optional": f"SELECT (COUNT(*) AS ?n) {{ {ANY3} OPTIONAL {{ ?j ?k ?l . ?m ?n2 ?o }} }}",
    "cross product by union": f"SELECT (COUNT(*) AS ?n) {{ {{ {ANY6} }} UNION {{ {ANY6} }} }}",
    "cross product by minus": f"SELECT (COUNT(*) AS ?n) {{ {ANY3} MINUS {{ ?j ?k ?l . ?m ?n2 ?c }} }}",
    "cross product of graphs": "SELECT (COUNT(*) AS ?n) "
    f"{{ GRAPH ?s {{ {ANY3} }} GRAPH ?t {{ ?j ?k ?l . ?m ?n2 ?o }} }}",
    "exists over all": f"SELECT (COUNT(*) AS ?n) {{ {ANY3} FILTER EXISTS {{ ?j ?k ?l FILTER(STR(?l) = STR(?a)) }} }}",
    "not exists over all": f"ASK {{ {ANY3} FILTER NOT EXISTS {{ ?j ?k ?l FILTER(STRLEN(STR(?l)) > 0) }} }}",
    "a filter on three": f"ASK {{ {ANY6} FILTER(STRLEN(CONCAT(STR(?a), STR(?f), STR(?r))) < 0) }}",
    "values of values": "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?v{i} {{ {' '.join(map(str, range(30)))} }}" for i in range(8))
    + " }",
    "a sum over a product": f"SELECT (SUM(STRLEN(STR(?a))) AS ?n) {{ {ANY6} }}",
    "group_concat": f"SELECT (GROUP_CONCAT(STR(?a)) AS ?n) {{ {ANY6} }}",
    "a hash of each": f"ASK {{ {ANY3} FILTER(SHA512(CONCAT(STR(?a), STR(?f), STR(?i))) = '') }}",
    "a pattern on each": f"ASK {{ {ANY3} FILTER(REGEX(CONCAT(STR(?a), STR(?f), STR(?i)), '(x+x+)+y$')) }}",
    "a path from everywhere": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)* ?b . ?b (!<urn:x>|^!<urn:x>)* ?c }",
    "a path in a path": "ASK { "
    " ?a ((!<urn:x>|^!<urn:x>)+/(!<urn:x>|^!<urn:x>)+)+ ?b . "
    "?c (!<urn:y>)* ?d FILTER(STR(?b) = STR(?d) && STRLEN(STR(?a)) < 0) }",
    "a subquery in each": f"SELECT * {{ {ANY3} {{ SELECT (COUNT(*) AS ?n) {{ {ANY6} }} }} }}",
}
"""What never comes to an end, or to one too large: stopped by time, memory, rows or size."""

TOO_MUCH = {
    "a text doubled": (doubled(40), {503, 507}),
    "a text doubled on the way": (doubled(28), {200, 503, 507}),
    "a text replaced by longer ones": (
        "SELECT (STRLEN(?e) AS ?n) { BIND('" + "a" * 2000 + "' AS ?a) "
        + "".join(f"BIND(REPLACE(?{x}, 'a', '{'a' * 200}') AS ?{y}) " for x, y in ("ab", "bc", "cd", "de"))
        + "}", {503, 507},
    ),
    "rows beyond the limit": ("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 2001", {507}),
    "rows at the limit": ("SELECT ?a { ?a ?b ?c . ?d ?e ?f } LIMIT 2000", {200}),
    "triples beyond the limit": ("CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f } LIMIT 60000", {507}),
    "bytes beyond the limit": (
        f"SELECT (CONCAT('{LONG * 40}', STR(?b)) AS ?x) {{ ?a ?b ?c }} LIMIT 900", {507}),
    "a text beyond the limit": ("ASK { FILTER('" + LONG * 101 + "' = '') }", {413}),
    "words beyond the limit": ("SELECT * { VALUES ?x { " + "1 " * 21_000 + "} }", {413}),
    "many values": ("SELECT (COUNT(*) AS ?n) { VALUES ?x { " + "1 " * 15_000 + "} }", {200}),
    "many columns": (
        "SELECT * { VALUES (" + " ".join(f"?x{i}" for i in range(100)) + ") { "
        + ("(" + "1 " * 100 + ") ") * 150 + "} }", {200, 413}),
}  # fmt: skip
"""What is beyond one limit, or just within."""

DEEP = {
    "brackets of groups": ("ASK " + "{" * 3000 + "}" * 3000, {413}),
    "brackets of expressions": ("ASK { FILTER(" + "(" * 10_000 + "1" + ")" * 10_000 + ") }", {413}),
    "brackets just allowed": ("ASK " + "{" * 60 + "}" * 60, {200}),
    "brackets never closed": ("ASK " + "{" * 30_000, {413}),
    "negations": ("ASK { FILTER(" + "!" * 20_000 + "true) }", {400, 413}),
    "minus signs": ("ASK { FILTER(" + "-" * 20_000 + "1 > 0) }", {400, 413}),
    "a long or": ("ASK { FILTER(" + "||".join(["true"] * 10_000) + ") }", {413}),
    "a long sum": ("ASK { FILTER(" + "+".join(["1"] * 9_000) + " > 0) }", {413}),
    "many unions": ("ASK { " + "UNION".join(["{ ?a ?b ?c }"] * 3_000) + " }", {413}),
    "many optionals": ("SELECT * { ?a ?b ?c " + "OPTIONAL { ?a ?b ?c } " * 200 + "}", {413}),
    "some optionals": ("SELECT * { ?a ?b ?c " + "OPTIONAL { ?a ?b ?c } " * 60 + "} LIMIT 1", {200, 503, 507}),
    "a long path": ("ASK { ?a " + "/".join(["<urn:p>"] * 5_000) + " ?b }", {413}),
    "a list of lists": ("ASK { ?a ?b " + "(" * 500 + ")" * 500 + " }", {413}),
    "a list that is long": ("ASK { ?a ?b (" + "1 " * 5_000 + ") }", {413}),
    "triples in triples": ("ASK { " + "<< " * 300 + "?a ?b ?c" + " >> ?b ?c" * 300 + " }", {400, 413}),
    "a deep exists": ("ASK { " + "FILTER EXISTS { " * 70 + "?a ?b ?c " + "} " * 71, {413}),
    "functions in functions": ("ASK { FILTER(" + "STR(" * 200 + "1" + ")" * 200 + " = '') }", {413}),
}
"""What the parser of the engine would die of."""

FOREIGN = {
    "service": "SELECT * { SERVICE <http://127.0.0.1:PORT/> { ?s ?p ?o } }",
    "service silent": "SELECT * { SERVICE SILENT <http://127.0.0.1:PORT/> { ?s ?p ?o } }",
    "service in small letters": "select * { service <http://127.0.0.1:PORT/> { ?s ?p ?o } }",
    "service by a variable": "SELECT * { VALUES ?e { <http://127.0.0.1:PORT/> } SERVICE ?e { ?s ?p ?o } }",
    "service after a comment": "SELECT * { #x\nSERVICE#y\n<http://127.0.0.1:PORT/>#z\n{ ?s ?p ?o } }",
    "service in exists": "ASK { FILTER NOT EXISTS { SERVICE <http://127.0.0.1:PORT/> { ?s ?p ?o } } }",
    "service in a subquery": "SELECT * { { SELECT * { SERVICE <http://127.0.0.1:PORT/> { ?s ?p ?o } } } }",
    "service after a number": "SELECT * { BIND(1 AS ?x) SERVICE<http://127.0.0.1:PORT/>{ ?s ?p ?o } }",
    "service glued to a word": "ASK { FILTER(true)SERVICE <http://127.0.0.1:PORT/> { ?s ?p ?o } }",
    "load": "LOAD <http://127.0.0.1:PORT/>",
    "load silent": "LOAD SILENT <http://127.0.0.1:PORT/> INTO GRAPH <urn:g>",
    "from the network": "SELECT * FROM <http://127.0.0.1:PORT/> { ?s ?p ?o }",
    "from a file": "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "from a file, named": "SELECT * FROM NAMED <file:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }",
    "from a file by a prefix": "PREFIX f: <file:///etc/> SELECT * FROM f:passwd { ?s ?p ?o }",
    "from after a comment": "SELECT * #\nFROM#\n<file:///etc/passwd> { ?s ?p ?o }",
    "from, described": "DESCRIBE <urn:a> FROM <http://127.0.0.1:PORT/>",
    "from two, one of them here": f"SELECT * FROM <{MODEL}> FROM <http://127.0.0.1:PORT/> {{ ?s ?p ?o }}",  # noqa: S608
    "an insertion": "INSERT DATA { <urn:a> <urn:b> 1 }",
    "a deletion": "DELETE WHERE { ?s ?p ?o }",
    "a deletion behind a query": "ASK {} ; DELETE WHERE { ?s ?p ?o }",
    "clearing": "CLEAR ALL",
    "dropping": "DROP SILENT ALL",
}
"""What asks for more than reading the store: refused before anything runs."""

PLAIN = {
    "service in a text": ("SELECT ('SERVICE LOAD FROM' AS ?x) {}", {200}),
    "service in a comment": ("ASK {} # SERVICE <http://127.0.0.1:PORT/> { }", {200}),
    "service in an iri": ("ASK { <urn:service> <urn:load> <urn:from> }", {200}),
    "service as a variable": ("SELECT ?service ?load ?from {}", {200}),
    "from a graph that is here": (f"SELECT * FROM <{MODEL}> {{ ?s ?p ?o }} LIMIT 1", {200}),  # noqa: S608
    "escapes of service": ("SELECT * { \\u0053ERVICE <http://127.0.0.1:PORT/> { ?s ?p ?o } }", {400}),
    "escapes of an iri": ("ASK { <urn:\\u0061> ?p ?o }", {200, 400}),
    "a zero byte": ("ASK {\0}", {400}),
    "a zero byte in a text": ("ASK { FILTER('\0' = '') }", {200, 400}),
    "half a character": ("ASK { FILTER('\ud800' = '') }", {400}),
    "nothing": ("", {400}),
    "a comment": ("# SELECT", {400}),
    "cut": ("SELECT * { ?s ?p", {400}),
    "a text not closed": ("ASK { FILTER('x) }", {400}),
    "two queries": ("ASK {} ASK {}", {400}),
    "a function that is not there": ("SELECT (<urn:f>(1) AS ?x) {}", {400}),
    "a prefix that is not there": ("ASK { nope:a ?p ?o }", {400}),
    "a comparison that hides": ("ASK { FILTER(?a <b#> 1) SERVICE\n <http://127.0.0.1:PORT/> {} }", {400, 403}),
    "fullwidth letters": ("ＳＥＬＥＣＴ * {}", {400}),
    "a mark of the order of bytes": ("\ufeffASK {}", {200, 400}),
}  # fmt: skip
"""What looks like harm and is none, and what is no query."""

OVERFLOWS = {
    "integers": "SELECT (SUM(?x) AS ?t) { VALUES ?x { 9223372036854775807 1 } }",
    "decimals": "SELECT (SUM(?x * ?x) AS ?t) { VALUES ?x { 99999999999.5 170000000000.5 } }",
    "text among numbers": "SELECT (AVG(?x) AS ?t) { VALUES ?x { 1 'n/a' } }",
    "within an expression": "SELECT ((1 + SUM(?x)) AS ?t) { VALUES ?x { 9223372036854775807 1 } }",
}
"""Sums that have no value in the engine, which says nothing of it."""

CASES = [
    *((name, text, {503, 507}) for name, text in RUNAWAYS.items()),
    *((name, text, statuses) for cases in (TOO_MUCH, DEEP, PLAIN) for name, (text, statuses) in cases.items()),
    *((name, text, {403}) for name, text in FOREIGN.items()),
]


class Listener:
    """Counts who connects."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.came = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.came += 1
            connection.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    """Return a listener that nobody may come to."""
    listener = Listener()
    yield listener
    listener.socket.close()


LIMITS = Limits(memory=300_000_000, rows=2_000, size=20_000_000)


@pytest.fixture(scope="module")
def hasty() -> Iterator[Running]:
    """Return a pool with small limits, also on time."""
    running = Running(limits=replace(LIMITS, seconds=0.4))
    yield running
    running.close()


@pytest.fixture(scope="module")
def patient() -> Iterator[Running]:
    """Return a pool with small limits that has time, however busy the machine is."""
    running = Running(limits=replace(LIMITS, seconds=30))
    yield running
    running.close()


def test_there_are_enough_cases() -> None:
    """The classes of harm that are known are all here."""
    assert len(CASES) + len(OVERFLOWS) >= 75


@pytest.mark.parametrize(("text", "statuses"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_each_ends_as_it_should(
    hasty: Running, patient: Running, listener: Listener, text: str, statuses: set[int]
) -> None:
    """The reply is of the class that is right, says why where it is no answer, and nobody was connected to."""
    pool = hasty if 503 in statuses else patient
    reply = pool.run(select(text.replace("PORT", str(listener.port))))

    assert reply.status in statuses, reply.body[:300]
    assert reply.status == 200 or body(reply)["code"].startswith("BW")
    assert listener.came == 0


@pytest.mark.parametrize("text", OVERFLOWS.values(), ids=list(OVERFLOWS))
def test_a_sum_without_a_value_is_told(patient: Running, text: str) -> None:
    """Where a sum is beyond the numbers of the engine, or adds up no numbers, a header says that it has no value."""
    reply = patient.run(select(text))

    assert reply.status == 200
    assert [name for name, value in reply.headers if "?t has no value" in value] == ["Bullwhip-Warning"]


def test_a_sum_with_a_value_is_not_told(patient: Running) -> None:
    """A sum that fits has no warning, and neither has an empty cell that is no sum."""
    reply = patient.run(select("SELECT (SUM(?x) AS ?t) ?y { VALUES ?x { 1 2 } } GROUP BY ?y"))

    assert (reply.status, reply.headers) == (200, ())


def test_afterwards_all_is_as_before(hasty: Running, patient: Running) -> None:
    """After all of this a plain query is answered."""
    for pool in (hasty, patient):
        assert body(pool.run(select("ASK { ?s ?p ?o }")))["boolean"] is True
