"""The HTTP side by itself, with workers that only remember what they are asked."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from asgi import HOST, StandIn, ask, settings
from bullwhip.serve.jobs import GraphChange, GraphRead, Job, Query, Reply, Update
from bullwhip.serve.log import line
from bullwhip.serve.negotiation import DATASETS, GRAPHS, RESULTS, choose, gzip_accepted
from bullwhip.serve.pages import Files
from bullwhip.serve.settings import hosts_of
from serving import TOKEN

ASK = "/sparql?query=ASK%7B%7D"
JSON, XML, CSV, TSV = (
    "application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values",
)  # fmt: skip


# -- what is asked of the workers -------------------------------------------------------------------------------------


def test_a_query_is_the_same_by_all_three_ways() -> None:
    """GET, a form and a body of its own ask the same, with the URL of the endpoint as base."""
    text = "SELECT * { ?s ?p 'a+b & c' }"
    encoded = "SELECT+*+%7B%20?s%20?p%20'a%2Bb%20%26%20c'%20%7D"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    asked = []
    for method, target, headers, body in (
        ("GET", f"/sparql?query={encoded}", {}, b""),
        ("POST", "/sparql", form, f"query={encoded}".encode()),
        ("POST", "/sparql", {"Content-Type": "application/sparql-query"}, text.encode()),
    ):
        workers = StandIn()
        ask(workers, method, target, headers, body)
        asked.append(workers.query)

    assert [Query(text, f"http://{HOST}/sparql", None, None, JSON, "text/turtle")] * 3 == asked


def test_the_dataset_comes_from_url_and_form() -> None:
    """Graphs that a request names are passed on in order; naming one kind leaves the other empty, and not absent."""
    both, default = StandIn(), StandIn()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    ask(both, "POST", "/sparql?default-graph-uri=a:1&default-graph-uri=a:2", form, b"query=ASK{}&named-graph-uri=a:3")
    ask(default, "GET", ASK + "&named-graph-uri=a:3")

    assert (("a:1", "a:2"), ("a:3",)) == (both.query.default_graphs, both.query.named_graphs)
    assert ((), ("a:3",)) == (default.query.default_graphs, default.query.named_graphs)


def test_an_update_with_the_token_is_passed_on() -> None:
    """By form and as it is, at /update and where queries go; its dataset too."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    direct = {"Content-Type": "application/sparql-update"}
    for target in ("/update", "/sparql", "/update/", "/sparql/"):
        for headers, body in ((form, b"update=CLEAR+ALL"), (direct, b"CLEAR ALL")):
            workers = StandIn(lambda job: Reply(204, ""))
            answer = ask(workers, "POST", f"{target}?using-graph-uri=a:1", headers, body, authorized=True)

            assert answer.status == 204
            assert [Update("CLEAR ALL", f"http://{HOST}{target}", ("a:1",), ())] == workers.jobs


@pytest.mark.parametrize(
    ("method", "target", "kind", "body"),
    [
        ("POST", "/update", "application/sparql-update", b"CLEAR ALL"),
        ("POST", "/sparql", "application/sparql-update", b"CLEAR ALL"),
        ("POST", "/sparql", "application/x-www-form-urlencoded", b"update=CLEAR+ALL"),
        ("PUT", "/data?default", "text/turtle", b""),
        ("POST", "/data?graph=a:a", "text/turtle", b""),
        ("DELETE", "/data?graph=a:a", "", b""),
    ],
)
def test_a_server_that_only_reads_writes_for_nobody(method: str, target: str, kind: str, body: bytes) -> None:
    """Without --allow-update no token opens it, and no worker hears of it."""
    workers = StandIn()
    headers = {"Authorization": f"Bearer {TOKEN}"} | ({"Content-Type": kind} if kind else {})
    answer = ask(workers, method, target, headers, body)

    assert (403, "BW585") == (answer.status, json.loads(answer.body)["code"])
    assert [] == workers.jobs


def test_graphs_are_named_in_three_ways() -> None:
    """By `default`, by `graph`, and by the URL itself below /data/."""
    named: list[Job] = []
    for target in ("/data?default", "/data?graph=http://a.example/%2531", "/data/person/1.ttl"):
        workers = StandIn(lambda job: Reply(200, "text/turtle", b""))
        ask(workers, "GET", target)
        named += workers.jobs
    graphs = (None, "http://a.example/%31", f"http://{HOST}/data/person/1.ttl")

    assert [GraphRead(graph, "text/turtle") for graph in graphs] == named


def test_a_graph_is_changed_as_the_method_says() -> None:
    """PUT replaces, POST merges, DELETE deletes; relative names are resolved against that of the graph."""
    turtle = {"Content-Type": "text/turtle"}
    done: list[Job] = []
    for method, headers, body in (("PUT", turtle, b"a"), ("POST", turtle, b"b"), ("DELETE", {}, b"")):
        workers = StandIn(lambda job: Reply(204, ""))
        ask(workers, method, "/data?graph=a:g", headers, body, authorized=True)
        done += workers.jobs

    assert done == [
        GraphChange("replace", "a:g", "text/turtle", b"a", "a:g"),
        GraphChange("merge", "a:g", "text/turtle", b"b", "a:g"),
        GraphChange("delete", "a:g"),
    ]


def test_a_new_graph_gets_a_name() -> None:
    """POST to /data makes a graph, and Location says which."""
    workers = StandIn(lambda job: Reply(201, ""))
    answer = ask(workers, "POST", "/data", {"Content-Type": "text/turtle"}, b"", authorized=True)
    (change,) = workers.jobs
    assert isinstance(change, GraphChange)

    assert (201, change.graph) == (answer.status, answer.headers["location"])
    assert str(change.graph).startswith(f"http://{HOST}/data/")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"--x\r\nContent-Type: text/turtle\r\n\r\na\r\n--x\r\nContent-Type: text/turtle\r\n\r\nb\r\n--x--\r\n", 204),
        (b"--x\r\nContent-Type: text/turtle\r\n\r\na\r\n--x", 400),
        (b"--x--\r\n", 400),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--", 400),
        (b"--x\r\nContent-Type: text/html\r\n\r\na\r\n--x--", 415),
        (b"--x\r\nContent-Type: text/turtle\r\n\r\na\r\n" * 21 + b"--x--", 400),
        (b"", 400),
    ],
)
def test_a_form_in_parts_is_merged_part_by_part(body: bytes, status: int) -> None:
    """Every part is a graph; a form that is not sound, or has too many of them, changes nothing."""
    workers = StandIn(lambda job: Reply(204, ""))
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = ask(workers, "POST", "/data?graph=a:g", kind, body, authorized=True)
    merged = [GraphChange("merge", "a:g", "text/turtle", text, "a:g") for text in (b"a", b"b")]

    assert (status, merged if status == 204 else []) == (answer.status, workers.jobs)


def test_a_query_that_nobody_waits_for_is_stopped() -> None:
    """When the client goes, the worker is told, and no answer is written."""
    workers = StandIn(endless=True)
    answer = ask(workers, "GET", ASK, gone=True)

    assert 0 == answer.status
    assert workers.jobs == workers.cancelled != []


def test_a_client_that_does_not_read_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    """A long answer waits for it no longer than the limit."""
    workers = StandIn(lambda job: Reply(200, JSON, bytes(1_000_000)))
    answer = ask(workers, "GET", ASK, on=settings(stall_seconds=0.05), stalls=True)

    assert (200, b"") == (answer.status, answer.body)
    assert " error TimeoutError " in capsys.readouterr().err


def test_a_bug_is_told_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """The client gets a problem, the log a line with the name of the error; neither gets the way to it."""

    def fail(job: Job) -> Reply:
        raise ZeroDivisionError("one\ntwo")

    answer = ask(StandIn(fail), "GET", ASK)
    told = capsys.readouterr().err

    assert (500, "BW589") == (answer.status, json.loads(answer.body)["code"])
    assert b"ZeroDivisionError" not in answer.body
    assert told[20:] == "error ZeroDivisionError one\\ntwo\n"


# -- formats ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "rows", "graph"),
    [
        ("", JSON, "text/turtle"),
        ("*/*", JSON, "text/turtle"),
        (XML, XML, ""),
        (CSV, CSV, ""),
        (f"{CSV};q=0.5,{TSV};q=0.6", TSV, ""),
        (f"{CSV};q=0.5,*/*;q=0.4", CSV, "text/turtle"),
        (f"*/*;q=0.5,{JSON};q=0", XML, "text/turtle"),
        ("text/*", CSV, "text/turtle"),
        ("application/*", JSON, "application/n-triples"),
        ("application/*;q=0.5, application/rdf+xml", JSON, "application/rdf+xml"),
        ("application/json", "application/json", "application/json"),
        ("application/xml;q=0.9,text/html,*/*;q=0.8", "application/xml", "application/xml"),
        ("text/turtle, */*", JSON, "text/turtle"),
        ("*/*, text/csv", CSV, "text/turtle"),
        ("TEXT/CSV", CSV, ""),
        ("text/csv ; q=1.000 ; header=present", CSV, ""),
        ("text/csv;q=1.0000", "", ""),
        ("text/csv;q=1.1", "", ""),
        ("text/csv;q=.5", "", ""),
        ("text/csv;charset=utf-8", CSV, ""),
        ("text/csv;charset=utf-16", "", ""),
        ("application/n-quads", "", "application/n-quads"),
        ("text/rdf+n3, application/n3", "", "text/rdf+n3"),
        ("image/png", "", ""),
        (",,, ;q=1", "", ""),
        ("*/csv", "", ""),
    ],
)
def test_the_best_format_is_chosen(accept: str, rows: str, graph: str) -> None:
    """Quality counts first, then how exactly a range names a format, then our order; what is no range is nothing."""
    assert (rows, graph) == (choose(accept, RESULTS), choose(accept, GRAPHS))


def test_all_graphs_at_once_have_formats_of_their_own() -> None:
    """A dataset is N-Quads unless asked for otherwise."""
    chosen = [choose(accept, DATASETS) for accept in ("*/*", "application/trig", "text/turtle")]

    assert ["application/n-quads", "application/trig", ""] == chosen


def test_a_format_keeps_the_name_that_the_client_uses() -> None:
    """The worker hears of the format behind a name, the client of the name."""
    workers = StandIn(lambda job: Reply(200, JSON, b"{}"))
    answer = ask(workers, "GET", ASK, {"Accept": "application/json"})

    assert (JSON, "application/ld+json") == (workers.query.results, workers.query.graph)
    assert "application/json" == answer.headers["content-type"]


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("gzip;q=0", False), ("*", True), ("identity", False), ("", False), ("br, x-gzip;q=0.1", True)],
)
def test_a_long_answer_is_packed_for_who_takes_it(accepted: str, packed: bool) -> None:
    """Packed or not, it is the same; the same bytes each time; and caches are told what it depends on."""
    body = b"0123456789" * 1000
    answers = [
        ask(StandIn(lambda job: Reply(200, CSV, body)), "GET", ASK, {"Accept-Encoding": accepted}) for _ in range(2)
    ]
    answer = answers[0]

    assert gzip_accepted(accepted) is packed
    assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
    assert body == (gzip.decompress(answer.body) if packed else answer.body)
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answers[1].body == answer.body
    assert "Accept, Accept-Encoding" == answer.headers["vary"]


# -- tags -------------------------------------------------------------------------------------------------------------


def test_what_a_client_has_is_not_computed_again() -> None:
    """A tag of the same snapshot, question and formats gives 304; another snapshot, question or format does not."""
    first = ask(StandIn(), "GET", ASK)
    tag = first.headers["etag"]
    again, later = StandIn(), StandIn(snapshot="two")

    assert 304 == ask(again, "GET", ASK, {"If-None-Match": f'"x", {tag}'}).status
    assert [] == again.jobs
    assert 304 == ask(again, "GET", ASK, {"If-None-Match": tag.removeprefix("W/")}).status
    assert 304 == ask(again, "HEAD", ASK, {"If-None-Match": "*"}).status
    assert 200 == ask(again, "GET", ASK, {"If-None-Match": tag, "Accept": "text/csv"}).status
    assert 200 == ask(again, "GET", ASK + "%20", {"If-None-Match": tag}).status
    assert 200 == ask(later, "GET", ASK, {"If-None-Match": tag}).status


@pytest.mark.parametrize("call", ["NOW()", "RAND ()", "uuid()", "STRUUID()", "BNODE('a')"])
def test_what_changes_by_itself_has_no_tag(call: str) -> None:
    """An answer that is another one each time is never said to be unchanged."""
    answer = ask(StandIn(), "GET", f"/sparql?query=SELECT(({call})AS?x)%7B%7D")

    assert "etag" not in answer.headers


def test_only_answers_have_tags() -> None:
    """A problem is not kept, whatever the client says it has."""
    problem = StandIn(lambda job: Reply(400, "application/problem+json", b"{}"))
    answer = ask(problem, "GET", ASK, {"If-None-Match": "*"})

    assert 400 == answer.status
    assert "etag" not in answer.headers
    assert "no-store" == answer.headers["cache-control"]


def test_every_warning_of_an_answer_is_passed_on() -> None:
    """A header that comes twice stays twice."""
    workers = StandIn(lambda job: Reply(200, JSON, b"{}", (("Bullwhip-Warning", "a"), ("Bullwhip-Warning", "b"))))
    sent = ask(workers, "GET", ASK)

    assert "a, b" == sent.headers["bullwhip-warning"]


def test_files_are_kept_as_long_as_they_are_the_same(tmp_path: Path) -> None:
    """A file has a tag of its content, another one packed; for ever it is kept only under its own hash."""
    (tmp_path / "app.js").write_text("let a = 1;\n" * 100)
    (tmp_path / "index.html").write_text("<!doctype html>")
    files = Files(tmp_path)
    plain = ask(StandIn(), "GET", "/assets/app.js", files=files)
    packed = ask(StandIn(), "GET", "/assets/app.js", {"Accept-Encoding": "gzip"}, files=files)
    known = ask(StandIn(), "GET", "/assets/app.js", {"If-None-Match": plain.headers["etag"]}, files=files)
    tag = plain.headers["etag"].strip('"')
    pinned = ask(StandIn(), "GET", f"/assets/app.js?v={tag[:16]}", files=files)
    other = ask(StandIn(), "GET", "/assets/app.js?v=0123456789abcdef", files=files)
    page = ask(StandIn(), "GET", "/", files=files)

    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"]
    assert (304, b"") == (known.status, known.body)
    assert "public, max-age=31536000, immutable" == pinned.headers["cache-control"]
    assert ["no-cache"] * 3 == [a.headers["cache-control"] for a in (plain, other, page)]
    assert "text/javascript; charset=utf-8" == plain.headers["content-type"]


def test_the_page_may_load_from_here_alone(tmp_path: Path) -> None:
    """Its policy lists what it needs, from this server, and neither inline code nor evaluation."""
    (tmp_path / "index.html").write_text("<!doctype html>")
    policy = ask(StandIn(), "GET", "/", files=Files(tmp_path)).headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))

    assert "'none'" == rules.pop("default-src")
    assert {"'self'", "'none'", "'self' data:"} == set(rules.values())
    assert "'self' data:" == rules["img-src"]
    assert ["'none'"] * 3 == [rules[name] for name in ("frame-ancestors", "base-uri", "form-action")]


# -- whose requests ---------------------------------------------------------------------------------------------------


def test_names_of_a_server() -> None:
    """On this machine all its names count, with the port; elsewhere the address alone; port 80 needs no port."""
    assert {"127.0.0.1:80", "localhost", "[::1]"} < hosts_of("localhost", 80)
    assert {"192.0.2.1:7077"} == hosts_of("192.0.2.1", 7077)
    assert {"[2001:db8::1]:7077"} == hosts_of("2001:db8::1", 7077)
    assert {"[::1]:1", "localhost:1", "127.0.0.1:1"} == hosts_of("::", 1)
    assert {"192.0.2.1:1", "chain.example:8080", "b", "b:1"} == hosts_of("192.0.2.1", 1, ["Chain.Example:8080", "b"])


def test_a_link_to_the_page_may_be_followed() -> None:
    """From another site the page itself can be opened, as a page and nothing else; it is not sent to be read there."""
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}

    assert ask(StandIn(), "GET", "/", link).status in (200, 404)
    assert 403 == ask(StandIn(), "GET", "/limits", link).status
    assert 403 == ask(StandIn(), "GET", "/", link | {"Sec-Fetch-Dest": "iframe"}).status


@pytest.mark.parametrize("text", ["a\nb", "a\r\x1b[2J", "a\u2028b\u0085c", "a\u202eb", "x" * 10_000, "", 'say "a"'])
def test_a_line_of_the_log_is_one_line(text: str) -> None:
    """No text begins a line of its own, moves a terminal or turns what follows round."""
    written = line("GET", text, "200")

    assert 1 == len(written.splitlines())
    assert written.isprintable()
    assert len(written) < 300
    assert written.endswith(" 200")
