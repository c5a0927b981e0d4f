"""Hostile and misleading requests, as bytes, each with the status that it gets."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from urllib.parse import quote

__all__ = ["CASES", "Case"]

ASK = "/sparql?query=ASK%7B%7D"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
JSON = "application/sparql-results+json"
TURTLE = "text/turtle"
FOLLOWED = ("Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")
CHUNKED = "Transfer-Encoding: chunked"


@dataclass(frozen=True)
class Case:
    """One request."""

    kind: str
    name: str
    statuses: tuple[int, ...]
    """What may come back; 0 is a connection that is closed without a word."""
    pieces: tuple[bytes, ...]
    pause: float = 0.0
    """Seconds between pieces."""
    code: str = ""
    """Of the problem, where it is one."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


def get(path: str = ASK, *fields: str, method: str = "GET", host: str = "HOST") -> tuple[bytes, ...]:
    """Return a request without a body."""
    lines = [f"{method} {path} HTTP/1.1", *([f"Host: {host}"] if host else []), *fields, "", ""]
    return ("\r\n".join(lines).encode("latin-1"),)


def post(path: str, kind: str, body: bytes, *fields: str, length: str = "", method: str = "POST") -> tuple[bytes, ...]:
    """Return a request with a body."""
    about = [f"Content-Type: {kind}"] if kind else []
    head = get(path, *about, f"Content-Length: {length or len(body)}", *fields, method=method)[0]
    return (head + body,)


def chunked(body: bytes, *fields: str, kind: str = QUERY) -> tuple[bytes, ...]:
    """Return a request whose body says its own end."""
    coded = fields or (CHUNKED,)
    return (get("/sparql", f"Content-Type: {kind}", *coded, method="POST")[0] + body,)


def _cases(kind: str, *rows: tuple[object, ...]) -> list[Case]:
    found = []
    for name, statuses, pieces, *more in rows:
        pause = next((m for m in more if isinstance(m, float)), 0.0)
        code = next((m for m in more if isinstance(m, str)), "")
        several = statuses if isinstance(statuses, tuple) else (statuses,)
        assert isinstance(pieces, tuple)
        found.append(Case(kind, str(name), several, pieces, pause, code))
    return found


SECOND = b"GET /update?update=CLEAR%20ALL HTTP/1.1\r\nHost: HOST\r\n\r\n"

SMUGGLING = _cases(
    "smuggling",
    ("length and chunks", 400, chunked(b"0\r\n\r\n" + SECOND, "Content-Length: 6", CHUNKED), "BW581"),
    ("chunks and length", 400, chunked(b"0\r\n\r\nG", CHUNKED, "Content-Length: 3"), "BW581"),
    ("two lengths", 400, post("/sparql", QUERY, b"ASK{}", "Content-Length: 50")),
    ("two lengths in one", 400, post("/sparql", QUERY, b"ASK{}", length="5, 6")),
    ("a coding that is none", (400, 501), chunked(b"0\r\n\r\n", "Transfer-Encoding: xchunked")),
    ("a coding after chunks", (400, 501), chunked(b"0\r\n\r\n", "Transfer-Encoding: chunked, identity")),
    ("chunks in HTTP/1.0", 400, (chunked(b"5\r\nASK{}\r\n0\r\n\r\n")[0].replace(b"HTTP/1.1", b"HTTP/1.0"),), "BW581"),
    ("two codings", (400, 501), chunked(b"0\r\n\r\n", CHUNKED, "Transfer-Encoding: identity")),
    ("a space before the colon", 400, chunked(b"0\r\n\r\n", "Transfer-Encoding : chunked")),
    ("a tab in a name", 400, chunked(b"0\r\n\r\n", "Transfer-\tEncoding: chunked")),
    ("a vertical tab before chunked", (400, 501), chunked(b"0\r\n\r\n", "Transfer-Encoding: \x0bchunked")),
    ("a body behind GET", 400, (get(ASK, f"Content-Length: {len(SECOND)}")[0] + SECOND,), "BW581"),
    ("chunks behind GET", 400, (get(ASK, "Transfer-Encoding: chunked")[0] + b"5\r\nhello\r\n0\r\n\r\n",), "BW581"),
    ("a body behind HEAD", 400, (get(ASK, "Content-Length: 5", method="HEAD")[0] + b"hello",)),
    ("a carriage return in a value", 400, get(ASK, "X-A: b\rTransfer-Encoding: chunked")),
    ("a null in a value", 400, get(ASK, "X-A: b\x00c")),
    ("a line that is no header", 400, get(ASK, "hello")),
    ("a name that is empty", 400, get(ASK, ": value")),
)
FRAMING = _cases(
    "framing",
    ("a length below zero", 400, post("/sparql", QUERY, b"", length="-1")),
    ("a length with a sign", 400, post("/sparql", QUERY, b"ASK{}", length="+5")),
    ("a length in hexadecimal", 400, post("/sparql", QUERY, b"ASK{}", length="0x5")),
    ("a length with a fraction", 400, post("/sparql", QUERY, b"ASK{}", length="5.0")),
    ("a length in other digits", 400, post("/sparql", QUERY, b"ASK{}", length="\u0665".encode().decode("latin-1"))),
    ("a length of ten gigabytes", 413, post("/sparql", QUERY, b"ASK{}", length="10000000000"), "BW583"),
    ("a length of twenty digits", (400, 413), post("/sparql", QUERY, b"", length="99999999999999999999")),
    ("a length of a thousand digits", 400, post("/sparql", QUERY, b"", length="9" * 1000)),
    ("chunks, sound", 200, chunked(b"3\r\nASK\r\n2\r\n{}\r\n0\r\n\r\n")),
    ("chunks, capital letters", 200, chunked(b"A\r\nASK { }   \r\n0\r\n\r\n")),
    ("a chunk below zero", 400, chunked(b"-5\r\nASK{}\r\n0\r\n\r\n")),
    ("a chunk of no number", 400, chunked(b"zz\r\nASK{}\r\n0\r\n\r\n")),
    ("a chunk of 2^64", (400, 413, 408), chunked(b"10000000000000000\r\nASK{}\r\n", kind=QUERY)),
    ("a chunk with a sign", 400, chunked(b"0x5\r\nASK{}\r\n0\r\n\r\n")),
    ("a chunk longer than it says", 400, chunked(b"2\r\nASK{}\r\n0\r\n\r\n")),
    ("chunks without an end", 408, chunked(b"5\r\nASK{}\r\n"), "BW583"),
    ("chunks beyond the limit", 413, (*chunked(b""), *(b"8000\r\n" + b" " * 0x8000 + b"\r\n",) * 6), "BW583"),
    ("a trailer that is a host", 200, chunked(b"5\r\nASK{}\r\n0\r\nHost: evil.example\r\n\r\n")),
    ("HTTP/0.9", (0, 400), (b"GET /sparql\r\n\r\n",)),
    ("HTTP/2", 505, (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",)),
    ("HTTP/1.0 without a host", 421, (b"GET /limits HTTP/1.0\r\n\r\n",), "BW582"),
    ("a version that is none", 400, (b"GET / HTTP/x.y\r\nHost: HOST\r\n\r\n",)),
    ("no line at all", 400, (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n",)),
    ("bytes beyond ASCII in the path", 400, (b"GET /\xe4\xb8\xad HTTP/1.1\r\nHost: HOST\r\n\r\n",)),
    ("a space in the target", 400, get("/sparql?query=ASK {}")),
    ("an empty request line", 400, (b" \r\n\r\n",)),
)  # fmt: skip
FLOODS = _cases(
    "floods",
    ("five thousand headers", 431, get(ASK, *(f"A{i}: b" for i in range(5000))), "BW583"),
    ("a hundred and fifty headers", 431, get(ASK, *(f"A{i}: b" for i in range(150))), "BW583"),
    ("one header of 70 kB", 431, get(ASK, "X-A: " + "a" * 70_000), "BW583"),
    ("forty kB of headers", 431, get(ASK, *(f"X-{i}: {'a' * 800}" for i in range(50))), "BW583"),
    ("a URL of 70 kB", (414, 431), get("/sparql?query=" + "a" * 70_000), "BW583"),
    ("a name of 40 kB", 431, get(ASK, "a" * 40_000 + ": b"), "BW583"),
    ("a thousand parameters", 400, get("/sparql?" + "&".join(f"a{i}=b" for i in range(1000))), "BW583"),
    ("a form of ten thousand", 400, post("/sparql", FORM, b"&".join(b"a=b" for _ in range(10_000))), "BW583"),
    ("a form of ampersands", 400, post("/sparql", FORM, b"&" * 5_000), "BW583"),
    ("a query of 200 kB", 413, post("/sparql", QUERY, b"ASK{}" + b" " * 200_000), "BW583"),
    ("a query of 200 kB in a form", 413, post("/sparql", FORM, b"query=ASK{}" + b"+" * 200_000), "BW583"),
    ("a body of 2 MB", 413, post("/sparql", FORM, b"a" * 2_000_000), "BW583"),
    ("a head that does not come", 408, (b"GET / HTTP/1.1\r\nHost: HOST\r\n", b"X-A: b\r\n"), 0.1, "BW583"),
    ("a body that does not come", 408, post("/sparql", QUERY, b"", length="5"), "BW583"),
    ("a body drop by drop", 408, (*post("/sparql", QUERY, b"", length="50"), *(b"A",) * 12), 0.5, "BW583"),
    ("a body of single bytes", 413, chunked(b"1\r\n \r\n" * 20_000 + b"5\r\nASK{}\r\n0\r\n\r\n"), "BW583"),
    ("Accept of a thousand ranges", 200, get(ASK, "Accept: " + ",".join(f"a/b{i};q=0.5" for i in range(999)) + ",*/*")),
    ("Accept-Encoding of a thousand", 200, get(ASK, "Accept-Encoding: " + ",".join(f"a{i}" for i in range(999)))),
)
SOURCES = _cases(
    "sources",
    ("another host", 421, get(host="evil.example"), "BW582"),
    ("another host with our port", 421, get(host="evil.example:7077"), "BW582"),
    ("our address without a port", 421, get(host="127.0.0.1"), "BW582"),
    ("a name that is resolved to us", 421, get(host="127.0.0.1.nip.example"), "BW582"),
    ("our name with a dot", 421, get(host="localhost.:7077"), "BW582"),
    ("a user before our name", 421, get(host="HOST@evil.example"), "BW582"),
    ("our name before theirs", 421, get(host="HOST.evil.example"), "BW582"),
    ("our address as one number", 421, get(host="2130706433:7077"), "BW582"),
    ("two names in one", 421, get(host="HOST, evil.example"), "BW582"),
    ("a folded name", 421, get(host="HOST\r\n .evil.example"), "BW582"),
    ("an empty name", (400, 421), get(host=" ")),
    ("no name", 400, get(host="")),
    ("two names", 400, get(ASK, "Host: evil.example")),
    ("the name in the target", 400, get("http://evil.example/sparql?query=ASK%7B%7D"), "BW581"),
    ("our own name in the target", 200, get("http://HOST/sparql?query=ASK%7B%7D")),
    ("a longer name in the target", 400, get("http://HOST.evil.example/sparql?query=ASK%7B%7D"), "BW581"),
    ("a name said to be forwarded", 200, get(ASK, "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example")),
    ("an address said to be forwarded", 200, get(ASK, "X-Forwarded-For: 8.8.8.8", "X-Real-IP: 8.8.8.8")),
    ("a page of another origin", 403, get(ASK, "Origin: https://evil.example"), "BW582"),
    ("a page without origin", 403, get(ASK, "Origin: null"), "BW582"),
    ("a page of another port", 403, get(ASK, "Origin: http://127.0.0.1:1"), "BW582"),
    ("a page of a longer name", 403, get(ASK, "Origin: http://HOST.evil.example"), "BW582"),
    ("a page of this server", 200, get(ASK, "Origin: http://HOST", "Sec-Fetch-Site: same-origin")),
    ("a page of two origins", 400, get(ASK, "Origin: http://HOST", "Origin: https://evil.example"), "BW581"),
    ("a cross-site image", 403, get(ASK, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"), "BW582"),
    ("a same-site page", 403, get(ASK, "Sec-Fetch-Site: same-site"), "BW582"),
    ("a site that is nothing", 403, get(ASK, "Sec-Fetch-Site: sideways"), "BW582"),
    ("an address typed in", 200, get(ASK, "Sec-Fetch-Site: none", *FOLLOWED)),
    ("a link to a query", 403, get(ASK, "Sec-Fetch-Site: cross-site", *FOLLOWED), "BW582"),
    ("the page in a frame", 403,
     get("/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"), "BW582"),
    ("a question before a request", 403,
     get("/update", "Origin: https://evil.example", "Access-Control-Request-Method: POST", method="OPTIONS"), "BW582"),
    ("a form of another site", 403,
     post("/sparql", FORM, b"update=CLEAR+ALL", "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"), "BW582"),
    ("a form as text", 415, post("/sparql", "text/plain", b"update=CLEAR ALL"), "BW584"),
)  # fmt: skip
METHODS = _cases(
    "methods",
    ("an update by GET", 405, get("/update?update=CLEAR%20ALL"), "BW584"),
    ("an update by HEAD", 405, get("/update?update=CLEAR%20ALL", method="HEAD")),
    ("an update as a query", 400, get("/sparql?update=CLEAR%20ALL"), "BW588"),
    ("an update in the place of a query", 403, get("/sparql?query=CLEAR%20ALL")),
    ("an update without a token", 401, post("/update", UPDATE, b"CLEAR ALL"), "BW585"),
    ("an update where queries go", 401, post("/sparql", UPDATE, b"CLEAR ALL"), "BW585"),
    ("a form where queries go", 401, post("/sparql", FORM, b"update=CLEAR+ALL"), "BW585"),
    ("another token", 401, post("/update", UPDATE, b"CLEAR ALL", "Authorization: Bearer guessed"), "BW585"),
    ("an empty token", 401, post("/update", UPDATE, b"CLEAR ALL", "Authorization: Bearer "), "BW585"),
    ("a password", 401, post("/update", UPDATE, b"CLEAR ALL", "Authorization: Basic YTpi"), "BW585"),
    ("two tokens", 400, post("/update", UPDATE, b"CLEAR ALL", "Authorization: Bearer a", "Authorization: Bearer b")),
    ("a token in the URL", 401, post("/update?access_token=x&token=x", UPDATE, b"CLEAR ALL"), "BW585"),
    ("a token as a cookie", 401, post("/update", UPDATE, b"CLEAR ALL", "Cookie: token=x"), "BW585"),
    ("a token beyond ASCII", 401, post("/update", UPDATE, b"CLEAR ALL", "Authorization: Bearer \xe9\xe9"), "BW585"),
    ("a graph put without a token", 401, post("/data?default", TURTLE, b"<a:a> <a:a> <a:a> .", method="PUT"), "BW585"),
    ("a graph merged without a token", 401, post("/data?default", TURTLE, b"<a:a> <a:a> <a:a> ."), "BW585"),
    ("a graph deleted without a token", 401, get("/data?default", method="DELETE"), "BW585"),
    ("another method by a header", 200, get(ASK, "X-HTTP-Method-Override: DELETE", "X-Method-Override: POST")),
    ("another method by a parameter", 400, get("/data?default&graph=a:a&_method=DELETE"), "BW581"),
    ("TRACE", 405, get("/", method="TRACE"), "BW584"),
    ("CONNECT", (400, 405), (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: HOST\r\n\r\n",)),
    ("PATCH", 405, post("/data?default", UPDATE, b"CLEAR ALL", method="PATCH"), "BW584"),
    ("a method in small letters", 405, get(method="get"), "BW584"),
    ("a method of a thousand letters", 405, get(method="A" * 1000), "BW584"),
    ("DELETE of a query", 405, get(method="DELETE"), "BW584"),
    ("PUT of a query", 405, post(ASK, FORM, b"", method="PUT"), "BW584"),
    ("POST of the page", 405, post("/", FORM, b"a=b"), "BW584"),
    ("OPTIONS of all", (400, 404), get("*", method="OPTIONS")),
    *((f"OPTIONS of {path}", 204, get(path, method="OPTIONS")) for path in ("/", "/sparql", "/data", "/limits")),
    ("a web socket", 400, get("/sparql", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                              "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="), "BW581"),
    ("HTTP/2 offered", 200, get(ASK, "Connection: Upgrade", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")),
    ("an expectation", 417, post("/sparql", QUERY, b"ASK{}", "Expect: 100-continue"), "BW584"),
    ("an expectation that is none", 417, post("/sparql", QUERY, b"ASK{}", "Expect: miracles"), "BW584"),
)  # fmt: skip
BODIES = _cases(
    "bodies",
    ("a gzip bomb", 415, post("/sparql", QUERY, gzip.compress(b" " * 20_000_000), "Content-Encoding: gzip"), "BW584"),
    ("deflate", 415, post("/sparql", QUERY, b"ASK{}", "Content-Encoding: deflate"), "BW584"),
    ("two codings", 415, post("/sparql", QUERY, b"ASK{}", "Content-Encoding: gzip, identity"), "BW584"),
    ("no coding", 200, post("/sparql", QUERY, b"ASK{}", "Content-Encoding: identity")),
    ("no type", 415, post("/sparql", "", b"ASK{}"), "BW584"),
    ("a type that is none", 415, post("/sparql", "sparql", b"ASK{}"), "BW584"),
    ("two types", 400, post("/sparql", QUERY, b"ASK{}", f"Content-Type: {FORM}"), "BW581"),
    ("JSON", 415, post("/sparql", "application/json", b'{"query": "ASK{}"}'), "BW584"),
    ("a form in parts", 415, post("/sparql", "multipart/form-data; boundary=a", b"--a--"), "BW584"),
    ("UTF-16", 415, post("/sparql", f"{QUERY}; charset=utf-16", "ASK{}".encode("utf-16")), "BW584"),
    ("UTF-7", 415, post("/sparql", f"{QUERY}; charset=utf-7", b"ASK{}"), "BW584"),
    ("UTF-8 by another spelling", 200, post("/sparql", f'{QUERY};charset="UTF-8"', b"ASK{}")),
    ("Latin-1 without a word", 400, post("/sparql", QUERY, "ASK { ?s ?p 'é' }".encode("latin-1")), "BW581"),
    ("a null", 400, post("/sparql", QUERY, b"ASK {\x00}")),
    ("half of a pair", 400, post("/sparql", QUERY, b"ASK { ?s ?p '\xed\xa0\x80' }"), "BW581"),
    ("nothing", 400, post("/sparql", QUERY, b"")),
    ("a form of nothing", 400, post("/sparql", FORM, b""), "BW588"),
    ("a query in URL and form", 400, post(ASK, FORM, b"query=ASK%7B%7D"), "BW588"),
    ("a query in URL and body", 400, post(ASK, QUERY, b"ASK{}"), "BW588"),
    ("a query and an update", 400, post("/sparql", FORM, b"query=ASK%7B%7D&update=CLEAR+ALL"), "BW588"),
    ("a body longer than it says", 200, post("/sparql", QUERY, b"ASK{}garbage", length="5")),
)
ENCODING = _cases(
    "encoding",
    ("a percent sign alone", 400, get("/sparql?query=ASK%7B%7D%"), "BW581"),
    ("a percent sign before letters", 400, get("/sparql?query=%zz"), "BW581"),
    ("no UTF-8", 400, get("/sparql?query=%ff%fe"), "BW581"),
    ("an overlong form", 400, get("/sparql?query=ASK%7B%7D%c0%ae"), "BW581"),
    ("a null", 400, get("/sparql?query=ASK%7B%00%7D")),
    ("encoded twice", 400, get("/sparql?query=ASK%257B%257D"), "BW501"),
    ("u and four digits", 400, get("/sparql?query=%u0041SK%7B%7D"), "BW581"),
    ("an encoded name", 200, get("/sparql?%71uery=ASK%7B%7D")),
    ("two queries", 400, get(ASK + "&query=ASK%7B%7D"), "BW588"),
    ("two queries, one by an encoded name", 400, get(ASK + "&%71%75ery=ASK%7B%7D"), "BW588"),
    (
        "a semicolon is none",
        400,
        get("/sparql?a=b;query=ASK%7B%7D&query="),
    ),
    ("an array", 400, get("/sparql?query[]=ASK%7B%7D&default-graph-uri=a:a"), "BW588"),
    ("capitals", 200, get("/sparql?QUERY=ASK%7B%7D")),
    ("a relative graph", 400, get(ASK + "&default-graph-uri=../secret"), "BW581"),
    ("a graph with a line end", 400, get("/data?graph=a:b%0d%0aSet-Cookie:%20a=b"), "BW581"),
    ("two graphs", 400, get("/data?graph=a:a&graph=a:b"), "BW581"),
    ("no graph, and something else", 400, get("/data?a=b"), "BW581"),
    ("all graphs as one", 406, get("/data", "Accept: text/turtle"), "BW584"),
    ("a default with a value", 400, get("/data?default=true"), "BW581"),
)
PATHS = _cases(
    "paths",
    *(
        (path, 404, get(path), "BW581")
        for path in (
            "/..", "/../etc/passwd", "/assets/../../gate.py", "/assets/..%2f..%2fgate.py",
            "/assets/%2e%2e/%2e%2e/gate.py", "/assets/..%5c..%5cgate.py",
            "/assets//etc/passwd", "/assets/%2fetc/passwd", "/assets/index.html%00.js",
            "/assets/.git/config", "/assets/vendor", "/assets/vendor/", "/assets/app.py", "/assets/app.js/", "/assets",
            "/assets/c:/windows", "/assets/%252e%252e/x", "/assets/" + "a/" * 300 + "a.js", "/assets/~root/x.js",
            "//evil.example/", "///sparql", "/./sparql", "/sparql/../update", "/sparql%2f", "/spar%71l", "/SPARQL",
            "/sparql/x", "/sparql;a=b", "/sparql%3fquery=ASK%7B%7D", "/admin", "/.well-known/security.txt",
            "/a%0d%0aSet-Cookie:%20a=b", "/%c0%ae%c0%ae/", "/server-status",
        )
    ),
    ("a script", (400, 404), get("/<script>alert(1)</script>")),
    ("a backslash", (400, 404), get("/assets\\..\\gate.py")),
)  # fmt: skip
FORMATS = _cases(
    "formats",
    ("nothing that there is", 406, get(ASK, "Accept: image/png"), "BW584"),
    ("nothing at all", 406, get(ASK, "Accept: */*;q=0"), "BW584"),
    ("a quality that is none", 406, get(ASK, "Accept: text/csv;q=NaN, text/csv;q=-1, text/csv;q=1e9"), "BW584"),
    ("a range that is none", 406, get(ASK, "Accept: */json, /, ;q=1, text"), "BW584"),
    ("a graph of truth", 406, get(ASK, "Accept: text/turtle")),
    ("a range with markup", 406, get(ASK, 'Accept: "<script>"/x'), "BW584"),
)
WHAT_IS_ASKED = _cases(
    "what is asked",
    *(
        (name, statuses, get("/sparql?query=" + quote(text)))
        for name, statuses, text in (
            ("another service", 403, "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"),
            ("another service, silently", 403, "ASK { SERVICE SILENT <http://127.0.0.1:1/> { } }"),
            ("a file", 403, "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"),
            ("a file as a graph", 403, "SELECT * FROM NAMED <file:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }"),
            ("a break-out of a name", 400, "ASK { <a:a\u003e\" onload=alert(1)> ?p ?o }"),
            ("ten thousand parentheses", 413, "ASK { FILTER " + "(" * 9_000 + "1" + ")" * 9_000 + "}"),
            ("three thousand braces", 413, "ASK " + "{" * 3_000 + "}" * 3_000),
            ("markup in a message", 400, "ASK { <script>alert(1)</script> }"),
            ("lines in a message", 400, "ASK {\r\n\r\nSet-Cookie: a=b\r\n}"),
        )
    ),
    ("a file by a parameter", 200, get(ASK + "&default-graph-uri=file:///etc/passwd")),
    ("a file by its path", 400, get(ASK + "&default-graph-uri=/etc/passwd"), "BW581"),
    ("a file read as a graph", 404, get("/data?graph=file:///etc/passwd")),
)  # fmt: skip

API = _cases(
    "api",
    ("a call", 200, get("/api/list?kind=companies")),
    ("no call", 404, get("/api/nosuch")),
    ("no name", 404, get("/api/")),
    ("a call below a call", 404, get("/api/value/x")),
    ("a private name", 404, get("/api/__class__")),
    ("another method", 405, post("/api/list?kind=companies", FORM, b"kind=companies"), "BW584"),
    ("a parameter twice", 400, get("/api/list?kind=companies&kind=tiers")),
    ("a parameter that is none", 400, get("/api/list?kind=companies&path=/etc/passwd")),
    ("a long parameter", 400, get("/api/search?q=" + "a" * 10_000)),
    ("a path for an id", 400, get("/api/value?id=../../../etc/passwd")),
    ("a formula that is code", 400, get("/api/model?set=" + quote("cafe.opened=__import__('os').system('id')"))),
    ("a power without end", 400, get("/api/model?set=" + quote("cafe.opened=9**9**9**9"))),
    ("a call from another site", 403, get("/api/list?kind=companies", "Sec-Fetch-Site: cross-site"), "BW582"),
    ("a script as a callback", 400, get("/api/list?kind=companies&callback=alert")),
    ("the description", 200, get("/api/openapi.json")),
)

CASES = [
    *SMUGGLING, *FRAMING, *FLOODS, *SOURCES, *METHODS, *BODIES, *ENCODING, *PATHS, *FORMATS, *WHAT_IS_ASKED, *API,
]  # fmt: skip
"""All of them."""
