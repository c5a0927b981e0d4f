"""RDF that is not what it seems: encodings, nesting, entities, contexts, literals, IRIs, files cut short.

A refused case has the code, line and column that must be told; an accepted one how many statements it makes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bullwhip.store.rdf_input import Form

__all__ = ["ACCEPTED", "CASES", "REFUSED", "RdfCase"]


@dataclass(frozen=True)
class RdfCase:
    """One file and what must come of it."""

    name: str
    form: Form
    data: bytes = field(repr=False)
    code: str = ""
    """What it is refused with; empty where it is accepted."""
    line: int = 1
    column: int = 1
    says: str = ""
    """A part of the message or of the hint."""
    statements: int = 0
    keep_large: bool = False


XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="urn:e:">'


_PREFIXES = "".join(f"@prefix p{i}: <urn:{i}:> .\n" for i in range(10_000))


def _said(text: str, about: str = "urn:x") -> str:
    """Return RDF/XML of one statement."""
    return f'{_XML}<rdf:Description rdf:about="{about}"><e:p>{text}</e:p></rdf:Description></rdf:RDF>'


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def no(name: str, form: Form, text: str | bytes, code: str, at: str = "1:1", says: str = "") -> RdfCase:
    """Return a refused case."""
    line, column = map(int, at.split(":"))
    return RdfCase(name, form, _bytes(text), code, line, column, says)


def yes(name: str, form: Form, text: str | bytes, statements: int, keep_large: bool = False) -> RdfCase:
    """Return an accepted case."""
    return RdfCase(name, form, _bytes(text), statements=statements, keep_large=keep_large)


def literal(lexical: str, kind: str, code: str = "BW536", says: str = "") -> RdfCase:
    """Return a refused case that is one typed literal."""
    return no(
        f"{lexical[:24]!r} as {kind}", "ntriples", f'<urn:a> <urn:p> "{lexical}"^^<{XSD}{kind}> .\n', code, "1:17", says
    )


def sound(lexical: str, kind: str) -> RdfCase:
    """Return an accepted case that is one typed literal."""
    return yes(f"{lexical[:24]!r} as {kind}", "ntriples", f'<urn:a> <urn:p> "{lexical}"^^<{XSD}{kind}> .\n', 1)


BYTES: tuple[RdfCase, ...] = (
    no("an empty file", "turtle", "", "BW103", says="empty"),
    no("blank lines only", "ntriples", "\n \n", "BW103", says="empty"),
    no("a comment only", "turtle", "# nothing\n", "BW103", says="no statement"),
    no("a byte order mark alone", "nquads", b"\xef\xbb\xbf", "BW103", says="empty"),
    no("UTF-16", "turtle", "<urn:a> <urn:p> <urn:b> .".encode("utf-16"), "BW102", says="UTF-8"),
    no("Latin-1", "turtle", '<urn:a> <urn:p>\n "\u00e9" .'.encode("latin-1"), "BW102", "2:3"),
    no("GBK", "ntriples", '<urn:a> <urn:p> "\u6db2\u51b7" .'.encode("gbk"), "BW102", "1:19"),
    no("an overlong encoding", "turtle", b'<urn:a> <urn:p> "\xc0\xaf" .', "BW102", "1:18"),
    no("a surrogate", "turtle", b'<urn:a> <urn:p> "\xed\xa0\x80" .', "BW102", "1:18"),
    no("a zero byte", "ntriples", '<urn:a> <urn:p> "a\0b" .', "BW102", "1:19"),
    no("an escaped zero", "ntriples", '<urn:a> <urn:p> "a\\u0000b" .', "BW102", "1:19"),
    no("a gzip archive", "turtle", b"\x1f\x8b\x08\x00rest", "BW102", says="unpack"),
    no("a zip archive", "rdfxml", b"PK\x03\x04rest", "BW102", says="unpack"),
    no("a zstd archive", "nquads", b"\x28\xb5\x2f\xfdrest", "BW102", says="unpack"),
    yes("a byte order mark", "turtle", b"\xef\xbb\xbf<urn:a> <urn:p> <urn:b> .", 1),
    yes("a byte order mark in JSON", "jsonld", b'\xef\xbb\xbf{"@id": "urn:a", "urn:p": 1}', 1),
    yes("lines that end as on Windows", "ntriples", "<urn:a> <urn:p> <urn:b> .\r\n<urn:a> <urn:p> <urn:c> .\r\n", 2),
    yes("no line end at the end", "nquads", "<urn:a> <urn:p> <urn:b> <urn:g> .", 1),
    yes("characters of four bytes", "turtle", '<urn:a> <urn:p> "\U0001f9ca\u6db2\u51b7"@zh .', 1),
    yes("a terminal escape in a text", "turtle", '<urn:a> <urn:p> "\x1b[31m" .', 1),
)

DEEP: tuple[RdfCase, ...] = (
    no("40,000 open lists", "turtle", "<urn:a> <urn:p> " + "(" * 40_000, "BW107", "1:81"),
    no("40,000 blank nodes", "turtle", "<urn:a> <urn:p> " + "[<urn:p> " * 40_000, "BW107", "1:593"),
    no("deep graphs", "trig", "{" * 5_000, "BW107", "1:65"),
    no("deep triple terms", "turtle", "<urn:a> <urn:p> " + "<<( " * 5_000, "BW107"),
    no("deep triple terms in lines", "ntriples", "<urn:a> <urn:p> " + "<<( <urn:a> <urn:p> " * 5_000, "BW107"),
    no("20,000 levels of JSON", "jsonld", '{"urn:p":' * 20_000 + "1" + "}" * 20_000, "BW107", "1:577"),
    no("20,000 JSON lists", "jsonld", '{"@id":"urn:a","urn:p":' + "[" * 20_000, "BW107", "1:87"),
    no("50,000 elements", "rdfxml", _XML + "<e:a><e:b>" * 25_000, "BW107"),
    no("brackets without end", "turtle", "<urn:a> <urn:p> " + "[" * 60, "BW103", "1:18"),
    yes("brackets in a text", "turtle", '<urn:a> <urn:p> "' + "[(" * 5_000 + '" .', 1),
    yes("brackets in a long text", "turtle", '<urn:a> <urn:p> """' + '["\n' * 5_000 + '""" .', 1),
    yes("brackets in a comment", "turtle", "#" + "[" * 5_000 + "\n<urn:a> <urn:p> <urn:b> .", 1),
    yes("braces in a JSON text", "jsonld", '{"@id":"urn:a","urn:p":"' + "{[" * 5_000 + '\\""}', 1),
    yes("sixty levels", "turtle", "<urn:a> <urn:p> " + "[<urn:p> " * 60 + "1" + "]" * 60 + ".", 61),
    yes("many brackets beside each other", "turtle", "".join(f"<urn:a{i}> <urn:p> [] .\n" for i in range(500)), 500),
)

OUTSIDE: tuple[RdfCase, ...] = (
    no(
        "a billion laughs",
        "rdfxml",
        '<?xml version="1.0"?>\n<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
        f'{_XML}<rdf:Description rdf:about="urn:x"><e:p>&b;</e:p></rdf:Description></rdf:RDF>',
        "BW535",
        "2:13",
    ),
    no(
        "an external entity",
        "rdfxml",
        f'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>{_XML}<e:p>&f;</e:p></rdf:RDF>',
        "BW535",
        "1:13",
    ),
    no(
        "an external document type",
        "rdfxml",
        f'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">{_XML}</rdf:RDF>',
        "BW535",
        "1:44",
    ),
    no("an entity that is not declared", "rdfxml", f"{_XML}<e:p>&nope;</e:p></rdf:RDF>", "BW103"),
    no("a remote context", "jsonld", '{"@context": "http://127.0.0.1/c", "@id": "urn:a"}', "BW535", "1:14"),
    no("a context in a file", "jsonld", '{"@context": "file:///etc/passwd", "@id": "urn:a"}', "BW535", "1:14"),
    no("a relative context", "jsonld", '{"@id": "urn:a",\n "@context": "context.jsonld"}', "BW535", "2:14"),
    no(
        "a remote context in a list",
        "jsonld",
        '{"@context": [{"p": "urn:p"}, "http://127.0.0.1/c"], "@id": "urn:a"}',
        "BW535",
        "1:31",
    ),
    no(
        "a remote context of a term",
        "jsonld",
        '{"@context": {"p": {"@id": "urn:p", "@context": "http://127.0.0.1/c"}}, "p": {"@id": "urn:a"}}',
        "BW535",
        "1:49",
    ),
    no(
        "an import into a context",
        "jsonld",
        '{"@context": {"@version": 1.1, "@import": "http://127.0.0.1/c"}}',
        "BW535",
        "1:43",
    ),
    no(
        "500 remote contexts",
        "jsonld",
        "[" + ",".join(f'{{"@context": "http://127.0.0.1/{i}"}}' for i in range(500)) + "]",
        "BW535",
        "1:15",
    ),
    no(
        "an encoding that is not read",
        "rdfxml",
        f'<?xml version="1.0" encoding="iso-2022-jp"?>{_XML}</rdf:RDF>',
        "BW102",
        "1:31",
    ),
    yes("a context in the file", "jsonld", '{"@context": {"p": "urn:p"}, "@id": "urn:a", "p": ["@context", "x"]}', 2),
    yes("a text that names a context", "jsonld", '{"@id": "urn:a", "urn:p": "\\"@context\\": \\"http://x/\\""}', 1),
    yes("an entity of XML itself", "rdfxml", _said("&lt;&#x6db2;"), 1),
    yes("a document type in a text", "rdfxml", _said("<![CDATA[<!DOCTYPE x>]]>"), 1),
)

LITERALS: tuple[RdfCase, ...] = (
    literal("\uff12\uff10\uff12\uff14", "gYear", says="four digits"),
    literal("\u0663", "integer", says="ASCII"),
    literal("1_000", "integer"),
    literal("1,000", "integer"),
    literal("1.0", "integer"),
    literal("0x10", "integer"),
    literal(" 5", "integer"),
    literal("", "integer"),
    literal("1e3", "decimal", says="one point"),
    literal("1,234.5", "decimal"),
    literal("NaN", "decimal"),
    literal("12.5%", "decimal"),
    literal("1.5.2", "decimal"),
    literal("YES", "boolean", says="true or false"),
    literal("True", "boolean"),
    literal("2", "boolean"),
    literal("inf", "double"),
    literal("1e", "double"),
    literal("2024-02-30", "date", says="29 days"),
    literal("2023-02-29", "date", says="28 days"),
    literal("2024-6-1", "date"),
    literal("2024/06/01", "date"),
    literal("24-06-01", "date"),
    literal("2024-06-01", "dateTime"),
    literal("2024-06-01T25:00:00", "dateTime"),
    literal("2024-06-01T09:00:00", "dateTimeStamp"),
    literal("24", "gYear"),
    literal("2024E", "gYear"),
    literal("2024-13", "gYearMonth"),
    literal("P", "duration"),
    literal("300", "unsignedByte", says="0 to 255"),
    literal("-1", "nonNegativeInteger", says="from 0"),
    literal("9" * 500, "integer", says="500 characters"),
    literal("300000000000000000000000", "integer", "BW537", "64 bits"),
    literal("9223372036854775808", "integer", "BW537"),
    literal("170141183460469231731.687303715884105728", "decimal", "BW537", "128 bits"),
    literal("0.1234567890123456789", "decimal", "BW537"),
    literal("1E400", "double", "BW537", "beyond"),
    literal("1E-400", "double", "BW537", "beyond"),
    literal("0.12345678901234567890123", "double", "BW537", "more digits"),
    literal("16777217", "float", "BW537", "more digits"),
    literal("NaN", "double", "BW537", "leave out"),
    literal("-INF", "float", "BW537"),
    no("a bare integer of Turtle", "turtle", "<urn:a>\n  <urn:p> 5, 300000000000000000000000 .", "BW537", "2:14"),
    no("a literal with an escape", "turtle", f'<urn:a> <urn:p> "\\u0059ES"^^<{XSD}boolean> .', "BW536", "1:17"),
    no("the second of two equal texts", "turtle", f'<urn:a> <urn:p> "YES", "YES"^^<{XSD}boolean> .', "BW536", "1:24"),
    no("a JSON number beyond 64 bits", "jsonld", '{"@id": "urn:a",\n "urn:p": 12345678901234567890}', "BW537", "2:11"),
    no("a JSON number beyond doubles", "jsonld", '{"@id": "urn:a", "urn:p": 1e400}', "BW537", "1:27"),
    no(
        "a typed JSON value",
        "jsonld",
        f'{{"@id": "urn:a", "urn:p": {{"@value": "1e3", "@type": "{XSD}decimal"}}}}',
        "BW536",
        "1:38",
    ),
    no(
        "an element of a wrong type",
        "rdfxml",
        f'{_XML}\n<rdf:Description rdf:about="urn:x"><e:p rdf:datatype="{XSD}boolean">YES</e:p>'
        "</rdf:Description></rdf:RDF>",
        "BW536",
        "2:97",
    ),
    sound("32.60", "decimal"),
    sound("-.5", "decimal"),
    sound("007", "integer"),
    sound("9223372036854775807", "integer"),
    sound("3E23", "double"),
    sound("0.1", "double"),
    sound("5e-324", "double"),
    sound("1", "boolean"),
    sound("2024-02-29", "date"),
    sound("12024", "gYear"),
    sound("2024-06-01T24:00:00Z", "dateTime"),
    sound("P1Y2M3DT4H5M6.7S", "duration"),
    sound("--02-29", "gMonthDay"),
    sound("0aFF", "hexBinary"),
    yes("a datatype of another vocabulary", "turtle", '<urn:a> <urn:p> "1_000"^^<urn:money> .', 1),
    yes("a large integer that is kept", "turtle", "<urn:a> <urn:p> 300000000000000000000000 .", 1, keep_large=True),
)

SYNTAX: tuple[RdfCase, ...] = (
    no("Turtle cut in a statement", "turtle", "<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:p> <ur", "BW103", "2:17"),
    no("Turtle cut in a text", "turtle", '<urn:a> <urn:p> "液冷', "BW103", "1:17"),
    no("a quote and 200,000 escapes", "turtle", '<urn:a> <urn:p> "' + '\\"' * 200_000, "BW103", "1:17"),
    no("an N-Quads line cut", "nquads", "<urn:a> <urn:p> <urn:b> <urn:g> .\n<urn:a> <urn:p>", "BW103", "2:16"),
    no("TriG cut in a graph", "trig", "<urn:g> { <urn:a> <urn:p> <urn:b> .", "BW103"),
    no("JSON cut short", "jsonld", '{"@id": "urn:a", "urn:p": [1, 2', "BW103"),
    no(
        "RDF/XML cut behind a statement",
        "rdfxml",
        f'{_XML}\n<rdf:Description rdf:about="urn:x"><e:p>a</e:p></rdf:Description>\n',
        "BW103",
        "2:66",
        "no element found",
    ),
    no(
        "a tag that does not close",
        "rdfxml",
        f"{_XML}\n<rdf:Description><e:p>a</e:q></rdf:Description></rdf:RDF>",
        "BW103",
        "2:26",
    ),
    no("a prefix that is not declared", "turtle", "<urn:a> <urn:p>\n  ex:b .", "BW103", "2:3"),
    no("a dot that is missing", "turtle", "<urn:a> <urn:p> <urn:b>\n<urn:c> <urn:p> <urn:d> .", "BW103", "2:1", "dot"),
    no("a relative IRI", "turtle", "<urn:a> <urn:p> <b> .", "BW103", "1:18", "full"),
    no("a relative IRI of N-Triples", "ntriples", "<urn:a> <urn:p> <b> .", "BW103", "1:17"),
    no("a relative id of JSON", "jsonld", '{"@id": "a", "urn:p": 1}', "BW103", "1:10", "relative"),
    no("a relative IRI of RDF/XML", "rdfxml", _said("b", "a"), "BW103"),
    no("an IRI with a space", "nquads", "<urn:a b> <urn:p> <urn:c> .", "BW103", "1:1"),
    no("an IRI with a line end", "turtle", "<urn:a\n> <urn:p> <urn:c> .", "BW103"),
    no("an IRI with a brace", "ntriples", "<urn:{a}> <urn:p> <urn:c> .", "BW103", "1:1"),
    no("a script as an IRI with quotes", "turtle", '<javascript:alert("x")> <urn:p> <urn:c> .', "BW103"),
    no("an IRI of 1 MB", "ntriples", f"<urn:a> <urn:p> <urn:{'b' * 1_000_000}> .", "BW107", "1:18"),
    no("a literal as subject", "ntriples", '"a" <urn:p> <urn:c> .', "BW103", "1:1"),
    no("a blank node as predicate", "ntriples", "<urn:a> _:p <urn:c> .", "BW103", "1:9"),
    no("a language tag that is too long", "turtle", '<urn:a> <urn:p> "x"@en-toolongsubtag .', "BW103", "1:21"),
    no("a language tag and a datatype", "turtle", f'<urn:a> <urn:p> "x"@en^^<{XSD}string> .', "BW103"),
    no("half a surrogate, escaped", "turtle", '<urn:a> <urn:p> "\\uD800" .', "BW103"),
    no("a triple as a term", "turtle", "<urn:a> <urn:p> <<( <urn:a> <urn:b> <urn:c> )>> .", "BW538", "1:17"),
    no("a text with a direction", "turtle", '<urn:a> <urn:p> "x"@ar--rtl .', "BW538", "1:20"),
    no("a graph without a name", "trig", "_:g { <urn:a> <urn:p> <urn:b> }", "BW538", "1:1"),
    no("a graph in a file of triples", "turtle", "<urn:g> { <urn:a> <urn:p> <urn:b> }", "BW103"),
    no("variables of N3", "turtle", "?a <urn:p> <urn:b> .", "BW103", "1:1"),
    no("a SPARQL update", "turtle", "INSERT DATA { <urn:a> <urn:p> <urn:b> }", "BW103", "1:1"),
    no("a web page", "rdfxml", "<html><body><p>Not found<br></body></html>", "BW103"),
    no("JSON that is no JSON-LD", "jsonld", '{"name": "x", "price": 3}', "BW103", "1:1", "context"),
    no("a comment in JSON", "jsonld", '{"@id": "urn:a", // x\n "urn:p": 1}', "BW103"),
    no("NaN in JSON", "jsonld", '{"@id": "urn:a", "urn:p": NaN}', "BW103"),
    yes("the same statement twice", "ntriples", "<urn:a> <urn:p> <urn:b> .\n" * 2, 2),
    yes("graphs and triples together", "trig", "<urn:a> <urn:p> 1 . <urn:g> { <urn:a> <urn:p> 1 }", 2),
    yes("a base in the file", "turtle", "@base <urn:x:> . <a> <urn:p> <b> .", 1),
    yes("a quote in a local name", "turtle", "@prefix e: <urn:e:> . e:a\\'b <urn:p> ( e:c ) .", 3),
    yes("a list and blank nodes", "turtle", "<urn:a> <urn:p> (1 [ <urn:q> 2 ]), _:x . _:x <urn:p> _:y .", 8),
    yes(
        "ten thousand prefixes",
        "turtle",
        _PREFIXES + "p1:a p2:b p3:c .",
        1,
    ),
)

CASES = (*BYTES, *DEEP, *OUTSIDE, *LITERALS, *SYNTAX)
REFUSED = tuple(c for c in CASES if c.code)
ACCEPTED = tuple(c for c in CASES if not c.code)
