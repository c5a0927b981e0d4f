"""The service description: what an endpoint can, in RDF, in the words of SPARQL 1.1 Service Description and VoID."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bullwhip.serve.jobs import Query
from bullwhip.serve.negotiation import GRAPHS, canonical, choose
from bullwhip.serve.refusals import Refused
from bullwhip.serve.responding import answer
from bullwhip.serve.settings import Settings
from bullwhip.serve.workers import Workers
from bullwhip.terms import BW

__all__ = ["describe", "description_query"]

_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N-Quads", "TriG")
_INPUT = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N-Quads", "TriG")
_WHERE = """WHERE {
  OPTIONAL { SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g }
  BIND (IF(BOUND(?g), IRI(CONCAT("#graph=", ENCODE_FOR_URI(STR(?g)))), ?none) AS ?named)
}"""


async def describe(request: Request, pool: Workers, settings: Settings) -> Response:
    """Return the description of the endpoint at a request's URL, in what the client accepts."""
    accept = ", ".join(request.headers.getlist("accept"))
    media = choose(accept, GRAPHS)
    if not media:
        detail = f"the description is a graph: {', '.join(GRAPHS[:6])}"
        raise Refused(406, "BW584", "no format is accepted that there is", detail)
    form = canonical(media, GRAPHS)
    host = f"http://{request.headers['host'].lower()}"
    query = Query(description_query(host, settings.writable), f"{host}/sparql", graph=form)
    return await answer(request, pool, query, media)


def description_query(host: str, writable: bool) -> str:
    """Return a query that constructs the description, with the graphs that are there and their sizes.

    Args:
        host: scheme and authority of the endpoint's URL.
        writable: whether it takes updates.
    """
    from bullwhip.workspace.calling import SIGNATURES

    languages = "sd:SPARQL11Query, sd:SPARQL11Update" if writable else "sd:SPARQL11Query"
    names = [f"<{BW}{name}>" for name in SIGNATURES]
    functions = "\n".join(f'  {name} a sd:Function ; rdfs:comment "{SIGNATURES[n]}"@en .' for name, n in _zip(names))
    formats = ", ".join(f"<http://www.w3.org/ns/formats/{name}>" for name in (*_RESULTS, *_GRAPHS))
    taken = ", ".join(f"<http://www.w3.org/ns/formats/{name}>" for name in _INPUT)
    return f"""PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
CONSTRUCT {{
  <{host}/sparql> a sd:Service ;
    rdfs:label "bullwhip"@en, "bullwhip 知识图谱"@zh ;
    sd:endpoint <{host}/sparql> ;
    sd:supportedLanguage {languages} ;
    sd:feature sd:UnionDefaultGraph ;
    sd:resultFormat {formats} ;
    {f"sd:inputFormat {taken} ;" if writable else ""}
    sd:extensionFunction {", ".join(names)} ;
    sd:defaultDataset <#dataset> .
  <#dataset> a sd:Dataset ; sd:defaultGraph <#union> ; sd:namedGraph ?named .
  <#union> a sd:Graph .
  ?named a sd:NamedGraph ; sd:name ?g ; sd:graph ?graph .
  ?graph a sd:Graph ; void:triples ?n .
{functions}
}} {_WHERE.replace("AS ?named)", 'AS ?named) BIND (IRI(CONCAT(STR(?named), "&what=graph")) AS ?graph)')}"""


def _zip(names: list[str]) -> list[tuple[str, str]]:
    return [(name, name.removeprefix(f"<{BW}").removesuffix(">")) for name in names]
