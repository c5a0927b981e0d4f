"""The endpoint on a real workspace: what it says of itself, its formats, its tags; and the clients of others."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
import rdflib

from bullwhip import Workspace
from bullwhip.workspace.starting import write_workspace
from serving import TOKEN, Answer, Server, serving

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
PREFIXES = "PREFIX bw: <https://w3id.org/bullwhip/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
TIERS = "SELECT ?tier ?name { ?tier a bw:Tier ; skos:prefLabel ?name FILTER (LANG(?name) = 'zh') } ORDER BY ?tier"
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small workspace."""
    folder = tmp_path_factory.mktemp("serve") / "coffee"
    write_workspace(folder, "both")
    return folder


@pytest.fixture(scope="module")
def server(chain: Path) -> Iterator[Server]:
    """Run a server on it that takes updates."""
    with serving("--allow-update", "--quiet", workspace=str(chain)) as running:
        yield running


def asked(server: Server, text: str, accept: str = "", method: str = "GET", **headers: str) -> Answer:
    """Return the answer to a query."""
    fields = ({"Accept": accept} if accept else {}) | {name.replace("_", "-"): value for name, value in headers.items()}
    return server.ask(method, f"/sparql?query={quote(text)}", fields)


def updated(server: Server, text: str) -> Answer:
    """Run an update."""
    return server.ask("POST", "/update", AUTHORIZATION | {"Content-Type": "application/sparql-update"}, text.encode())


# -- what it says of itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
def test_the_description_is_of_this_endpoint(accept: str, server: Server, chain: Path) -> None:
    """In every format: its URL, its languages, every function, and every graph with as many triples as it has."""
    answer = server.ask("GET", "/sparql", {"Accept": accept})
    found = rdflib.Graph()
    for triple in ox.parse(answer.body, format=ox.RdfFormat.from_media_type(accept), base_iri="http://x.example/"):
        found.parse(data=str(triple.triple) + " .", format="nt")
    service = found.value(None, rdflib.RDF.type, SD.Service)
    graphs = {
        str(found.value(named, SD.name)): int(str(found.value(found.value(named, SD.graph), VOID.triples)))
        for named in found.objects(None, SD.namedGraph)
    }
    stated = [q.graph_name.value for q in ox.parse(Workspace.open(chain).nquads(), format=ox.RdfFormat.N_QUADS)]

    assert accept == answer.headers["content-type"].partition(";")[0]
    assert f"{server.url}sparql" == str(service) == str(found.value(service, SD.endpoint))
    assert {SD.SPARQL11Query, SD.SPARQL11Update} == set(found.objects(service, SD.supportedLanguage))
    assert {SD.UnionDefaultGraph} == set(found.objects(service, SD.feature))
    assert 10 == len(set(found.objects(service, SD.resultFormat)))
    assert 6 == len(set(found.objects(service, SD.extensionFunction)))
    assert {name: stated.count(name) for name in set(stated)} == graphs


def test_limits_and_health_are_told(server: Server) -> None:
    """What is allowed, under the names of the options, and which snapshot is served."""
    limits = json.loads(server.ask("GET", "/limits").body)
    health = json.loads(server.ask("GET", "/health").body)

    assert (10.0, 100_000, 100, True) == (
        limits["seconds"],
        limits["rows"],
        limits["http"]["headers"],
        limits["updates"],
    )
    assert health["snapshot"] == limits["snapshot"]
    assert "ok" == health["status"]
    assert TOKEN not in str(limits)


# -- formats ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "accept",
    ["application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"],
)
def test_rows_are_the_same_in_every_format(accept: str, server: Server, chain: Path) -> None:
    """Rows, in order, are those of the command."""
    answer = asked(server, TIERS, accept)
    expected = Workspace.open(chain).query("tiers", text=TIERS).rows
    if accept == "text/csv":
        rows = [tuple(line.split(",")) for line in answer.body.decode().splitlines()[1:]]
    else:
        form = ox.QueryResultsFormat.from_media_type(accept)
        found = ox.parse_query_results(answer.body, format=form)
        assert isinstance(found, ox.QuerySolutions)
        rows = [(row["tier"].value, row["name"].value) for row in found]

    assert accept == answer.headers["content-type"].partition(";")[0]
    assert [tuple(row) for row in expected] == rows != []


@pytest.mark.parametrize("accept", ["application/n-quads", "application/trig", "application/ld+json"])
def test_all_graphs_come_at_once_with_their_names(accept: str, server: Server, chain: Path) -> None:
    """The whole dataset is that of the workspace, but for names of blank nodes and how a number is written."""
    answer = server.ask("GET", "/data", {"Accept": accept})
    sets = []
    for data, media in ((answer.body, accept), (Workspace.open(chain).nquads(), "application/n-quads")):
        store = ox.Store()
        store.load(data, format=ox.RdfFormat.from_media_type(media))
        sets.append(ox.Dataset(store))
        sets[-1].canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)

    assert (200, accept) == (answer.status, answer.headers["content-type"].partition(";")[0])
    assert sets[0] == sets[1]
    assert len(sets[0]) > 100


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        ("application/sparql-results+json", b'"boolean":true'),
        ("application/sparql-results+xml", b"<boolean>true</boolean>"),
        ("text/csv", b"true"),
        ("text/tab-separated-values", b"true"),
    ],
)
def test_a_truth_value_has_every_format_of_rows(accept: str, body: bytes, server: Server) -> None:
    """The W3C defines none in CSV and TSV: there the answer is the word."""
    answer = asked(server, "ASK {}", accept)

    assert 200 == answer.status
    assert body in answer.body
    assert len(answer.body) <= 5 or accept.startswith("application/")


def test_the_other_form_of_a_query_is_not_acceptable(server: Server) -> None:
    """Rows as Turtle, or a graph as CSV, are 406; nothing is given under a wrong name."""
    assert 406 == asked(server, "SELECT * {}", "text/turtle").status
    assert 406 == asked(server, "CONSTRUCT WHERE { ?s a bw:Tier }", "text/csv").status


def test_a_wrong_query_is_told_with_line_and_column(server: Server) -> None:
    """The problem says where, in a form that programs read."""
    answer = asked(server, "SELECT ?s\n{ ?s ?p ?o")
    problem = json.loads(answer.body)

    assert (400, "application/problem+json") == (answer.status, answer.headers["content-type"])
    assert ("BW501", 2, 11) == (problem["code"], problem["line"], problem["column"])


# -- tags and HEAD ----------------------------------------------------------------------------------------------------


def test_head_is_get_without_the_body(server: Server) -> None:
    """Status and headers are the same, but for the date."""
    for path in (f"/sparql?query={quote(TIERS)}", "/sparql", "/limits", "/data?default", "/nosuch", "/sparql?query=x"):
        whole, head = server.ask("GET", path), server.ask("HEAD", path)

        assert (whole.status, b"") == (head.status, head.body)
        assert {**whole.headers, "date": ""} == {**head.headers, "date": ""}


def test_an_update_is_seen_and_makes_other_tags(server: Server) -> None:
    """What a client has kept is good until an update; then the answer is the new one."""
    text = "SELECT ?o { <a:s> <a:p> ?o }"
    before = asked(server, text)
    kept = asked(server, text, If_None_Match=before.headers["etag"])
    change = updated(server, "INSERT DATA { GRAPH <a:g> { <a:s> <a:p> 'new' } }")
    after = asked(server, text, If_None_Match=before.headers["etag"])
    back = updated(server, "DROP GRAPH <a:g>")

    assert (200, 304, 200) == (before.status, kept.status, after.status)
    assert {change.status, back.status} <= {200, 204}
    assert b"new" in after.body
    assert b"" == kept.body


def test_an_answer_may_come_packed(server: Server) -> None:
    """Unpacked it is the answer that others get."""
    text = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 100"
    plain, packed = asked(server, text), asked(server, text, Accept_Encoding="gzip")

    assert "gzip" == packed.headers["content-encoding"]
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 4


def test_a_change_that_fails_changes_nothing(server: Server) -> None:
    """Of an update of two parts of which the second fails, nothing stays; nor of a graph that cannot be read."""
    before = server.ask("GET", "/health").body
    half = updated(server, "INSERT DATA { <a:s> <a:p> 1 } ; LOAD <http://127.0.0.1:1/>")
    turtle = AUTHORIZATION | {"Content-Type": "text/turtle"}
    wrong = server.ask("PUT", "/data?graph=a:g", turtle, b"<a:s> <a:p> 1 ; <a:q> ")

    assert (403, 400) == (half.status, wrong.status)
    assert before == server.ask("GET", "/health").body


# -- the page ---------------------------------------------------------------------------------------------------------


def test_only_files_of_the_explorer_are_served(tmp_path: Path) -> None:
    """Files of known types below its folder, under plain names; no folder, nothing outside, no link out."""
    from bullwhip.serve.pages import Files

    folder = tmp_path / "explorer"
    (folder / "tabs").mkdir(parents=True)
    for name in ("index.html", "app.js", "tabs/chain.js", "notes.py", ".hidden.js", "app.js.map"):
        (folder / name).write_text(name)
    (tmp_path / "secret.js").write_text("secret")
    (folder / "link.js").symlink_to(tmp_path / "secret.js")
    files = Files(folder)
    asked_for = [
        "index.html", "app.js", "tabs/chain.js", "notes.py", ".hidden.js", "app.js.map", "link.js", "tabs", "", ".",
        "..", "../secret.js", "tabs/../app.js", "/app.js", "tabs//chain.js", "app.js/", "APP.JS", "app.js\0", "no.js",
    ]  # fmt: skip

    assert ["index.html", "app.js", "tabs/chain.js"] == [name for name in asked_for if files.get(name) is not None]


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    """Whoever works on the page sees it, and its tag is another one."""
    from bullwhip.serve.pages import Files

    (tmp_path / "app.js").write_text("1")
    files = Files(tmp_path)
    first = files.get("app.js")
    (tmp_path / "app.js").write_text("22")
    second = files.get("app.js")

    assert first is not None
    assert second is not None
    assert (b"1", b"22") == (first.body, second.body)
    assert first.digest != second.digest


# -- clients of others ------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_sparqlwrapper_reads_every_format(server: Server) -> None:
    """SPARQLWrapper, by GET and both kinds of POST."""
    wrapper = pytest.importorskip("SPARQLWrapper", reason="SPARQLWrapper is not installed")
    client = wrapper.SPARQLWrapper(f"{server.url}sparql")
    counts = set()
    for method, way in (
        (wrapper.GET, wrapper.URLENCODED),
        (wrapper.POST, wrapper.URLENCODED),
        (wrapper.POST, wrapper.POSTDIRECTLY),
    ):
        client.setMethod(method)
        client.setRequestMethod(way)
        client.setQuery(TIERS)
        client.setReturnFormat(wrapper.JSON)
        counts.add(len(client.queryAndConvert()["results"]["bindings"]))
        for form in (wrapper.XML, wrapper.CSV, wrapper.TSV):
            client.setReturnFormat(form)
            assert client.queryAndConvert()
        client.setQuery("CONSTRUCT WHERE { ?s a bw:Tier }")
        for form in (wrapper.TURTLE, wrapper.N3, wrapper.RDFXML, wrapper.JSONLD):
            client.setReturnFormat(form)
            assert client.queryAndConvert()

    assert len(counts) == 1
    assert counts.pop() > 0


def test_rdflib_reads_and_writes_it(server: Server) -> None:
    """Rdflib's SPARQLUpdateStore: rows, triples, length, bindings, updates."""
    from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore

    store = SPARQLUpdateStore(f"{server.url}sparql", f"{server.url}update", headers=AUTHORIZATION, context_aware=False)
    graph = rdflib.Graph(store)
    node, name = rdflib.URIRef("a:rdflib"), rdflib.URIRef("a:name")
    graph.add((node, name, rdflib.Literal("咖啡")))
    rows = [tuple(row) for row in graph.query("SELECT ?o { ?s ?p ?o }", initBindings={"s": node})]  # type: ignore[arg-type]
    graph.remove((node, name, None))

    assert [(rdflib.Literal("咖啡"),)] == rows
    assert [] == list(graph.triples((node, None, None)))


@pytest.mark.skipif(shutil.which("roqet") is None, reason="roqet is not installed")
def test_roqet_reads_it(server: Server) -> None:
    """Rasqal's client gets the rows as XML and counts them as we do."""
    command = ["roqet", "-q", "-r", "csv", "-p", f"{server.url}sparql", "-e", f"{PREFIXES} {TIERS}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    rows = json.loads(asked(server, TIERS).body)["results"]["bindings"]

    assert 0 == done.returncode, done.stderr
    assert len(rows) == len([line for line in done.stdout.splitlines() if "https://" in line])


@pytest.mark.skipif(
    shutil.which("comunica-sparql") is None, reason="Comunica (@comunica/query-sparql) is not installed"
)
def test_comunica_reads_it(server: Server) -> None:
    """Comunica finds a SPARQL endpoint by itself, and gives its rows, truth values and triples."""

    def comunica(text: str, media: str) -> str:
        command = ["comunica-sparql", f"{server.url}sparql", f"{PREFIXES} {text}", "-t", media]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    rows = json.loads(asked(server, TIERS).body)["results"]["bindings"]

    assert [row["tier"]["value"] for row in rows] == [
        row["tier"]["value"]
        for row in json.loads(comunica(TIERS, "application/sparql-results+json"))["results"]["bindings"]
    ]
    assert "true" == comunica("ASK { ?s a bw:Tier }", "simple").strip()
    assert len(rows) == len(comunica("CONSTRUCT WHERE { ?s a bw:Tier }", "application/n-triples").splitlines())


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_what_the_readme_does_with_curl_works(server: Server) -> None:
    """A form, a graph by its name, an update with the token, and a file sent as a graph."""

    def curl(*arguments: str) -> str:
        done = subprocess.run(["curl", "-sS", *arguments], capture_output=True, text=True, check=True, timeout=30)
        return done.stdout

    rows = curl(f"{server.url}sparql", "-H", "Accept: text/csv", "--data-urlencode", f"query={TIERS}")
    model = curl(
        f"{server.url}data?graph=https://w3id.org/bullwhip/id/graph/model", "-H", "Accept: application/n-triples"
    )
    token = ("-H", f"Authorization: Bearer {TOKEN}")
    code, graph = ("-o", "/dev/null", "-w", "%{http_code}"), f"{server.url}data?graph=a:curl"
    put = curl("-X", "PUT", *token, *code, "-H", "Content-Type: text/turtle", "-d", "<a:s> <a:p> 1 .", graph)
    gone = curl("-X", "DELETE", *token, *code, graph)

    assert rows.startswith("tier,name\n")
    assert len(model.splitlines()) > 100
    assert ("201", "204") == (put, gone)


def test_urllib_gets_a_problem_as_an_error(server: Server) -> None:
    """A client that knows nothing of us sees the status and can read why."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{server.url}sparql?query=SELEC")  # noqa: S310  this machine

    assert 400 == caught.value.code
    assert b"BW501" in caught.value.read()
    caught.value.close()
