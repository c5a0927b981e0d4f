"""Derivations that would explode, silently miss a figure, or mean something else than they say: all refused."""

from __future__ import annotations

from hostile_case import Case

__all__ = ["CASES"]

_HEAD = """\
workspace: {id: w}
time: {first: 2023, last: 2024}
units: {card: {en: card}}
derivations:
"""
_DOCUMENT = """\
document: {id: "900", title: {en: A report}, published: "2024-01-31"}
units: {"": "1", 万元: 万 CNY, 张: card}
"""
_CELLS = "locator\trow\tcolumn\tpart\tlexical\tvalue\tlow\thigh\tbound\tunit\tstatus\tline\n" + "".join(
    f"T\t{row}\t{column}\t\t{value}\t{value}\t\t\t\t{unit}\tA\t1\n"
    for row, column, value, unit in (
        ("a", "x", "1", ""), ("b", "x", "2", ""), ("total", "x", "3", ""), ("a", "y", "2", ""), ("b", "y", "5", ""),
        ("total", "y", "7", ""), ("money", "x", "3", "万元"), ("cards", "x", "3", "张"),
    )
)  # fmt: skip
_CLAIMS = (
    "locator\tsubject\tmeasure\tvalue\tlow\thigh\tbound\ttext_value\tunit\tperiod\tstatus\tby\tbasis\tline\n"
    "1\tshop\tsales\t1\t\t\t\t\t\t2023\tA\t\t\t2\n1\tshop\tsales\t2\t\t\t\t\t\t2024\tA\t\t\t3\n"
)
_SOUND = {
    "label": "{en: total}",
    "report": '"900"',
    "unit": '"1"',
    "result": "{table: T, row: total}",
    "reads": "{a: {row: a}, b: {row: b}}",
    "expression": "a + b",
    "source": "900/T",
}
_HUGE = "{" + ", ".join(f"k{i}: [{', '.join(str(n) for n in range(1000))}]" for i in range(3)) + "}"


def _case(name: str, code: str, hint: str = "", **changes: str | None) -> Case:
    """Return a case that is a sound derivation but for what is changed; a key of None is left out."""
    body = "".join(f"    {key}: {text}\n" for key, text in {**_SOUND, **changes}.items() if text is not None)
    return _files(name, code, hint, f"  sound:\n{body}")


def _files(name: str, code: str, hint: str, derivations: str, ask: tuple[str, ...] = ("check",)) -> Case:
    files = {
        "rules/workspace.yaml": _HEAD + derivations,
        "ontology/facts/900/document.yaml": _DOCUMENT,
        "ontology/facts/900/cells.tsv": _CELLS,
        "ontology/facts/900/claims.tsv": _CLAIMS,
    }
    return Case(name, files, (code,), ask, hint=hint)


_FIRST = '{a: {row: "{p}"}, b: {row: b}}'

CASES: tuple[Case, ...] = (
    _case("a thousand million combinations", "BW901", "1,000,000,000 combinations; at most 10,000", each=_HUGE),
    _case("combinations of nothing", "BW110", "leave it out", each="{p: []}", reads=_FIRST),
    _case("an empty each", "BW110", "leave it out", each="[]"),
    _case("an each that is a number", "BW110", "a list of mappings", each="3"),
    _case("an each of plain texts", "BW110", "write - {name: text}", each="[{p: a}, b]", reads=_FIRST),
    _case("an each of lists of lists", "BW110", "a list of plain values", each="{p: [[a]]}", reads=_FIRST),
    _case("an each that is null", "BW110", "a mapping of lists", each="null"),
    _case("a placeholder without values", "BW201", "give its values under each: {p: [...]}", reads=_FIRST),
    _case("a misspelt placeholder", "BW201", "did you mean 'part'?", each="{part: [a]}",
          reads='{a: {row: "{prat}"}, b: {row: "{part}"}}'),
    _case("a placeholder that one mapping lacks", "BW201", "no value for {p}", each="[{p: a}, {}]", reads=_FIRST),
    _case("a placeholder that is used nowhere", "BW208", "write {p} where its values belong", each="{p: [a]}"),
    _case("a placeholder with braces", "BW203", "a word in ASCII", each='{"{p}": [a]}', reads=_FIRST),
    _case("a placeholder inside a value", "BW208", "{q}", each="{p: ['{q}'], q: [a]}", reads=_FIRST),
    _case("a placeholder in the expression", "BW111", each="{p: [a]}", reads=_FIRST, expression='"{p} + b"'),
    _case("a placeholder in a unit", "BW206", reads='{a: {row: a, unit: "{p}"}, b: {row: b}}'),
    _case("an unknown key of a derivation", "BW108", "did you mean 'expression'?", expresion="a + b"),
    _case("an unknown key of a selector", "BW108", "did you mean 'row'?", reads="{a: {rwo: a}, b: {row: b}}"),
    _case("reads that are a list", "BW110", "reads of derivation 'sound' must be a mapping", reads="[a, b]"),
    _case("reads that are null", "BW110", "not 'null'", reads="null"),
    _case("reads of nothing", "BW110", "name the figures it reads", reads="{}", expression="3"),
    _case("a read that is a text", "BW110", "write key: value lines", reads="{a: a, b: {row: b}}"),
    _case("a read that is null", "BW110", "write key: value lines", reads="{a: null, b: {row: b}}"),
    _case("a read that is never used", "BW208", "use it in the expression", expression="a"),
    _case("a read of the result itself", "BW217", "name the other print", reads="{a: {}, b: {row: b}}"),
    _case("an empty list of rows", "BW110", "leave it out", reads="{a: {rows: []}, b: {row: b}}",
          expression="sum(a, rows) + b"),
    _case("a list of rows that is a text", "BW110", "must be a list", reads="{a: {rows: a}, b: {row: b}}",
          expression="sum(a, rows) + b"),
    _case("a misspelt row among several", "BW217", "did you mean 'b'?", reads="{a: {rows: [a, bb]}}",
          expression="sum(a, rows)"),
    _case("a row that is added twice", "BW110", "name each once", reads="{a: {rows: [a, b, a]}}",
          expression="sum(a, rows)"),
    _case("a row and a list of rows", "BW110", "write one of them", reads="{a: {rows: [a, b], row: a}}",
          expression="sum(a, rows)"),
    _case("a misspelt row of results", "BW217", "did you mean 'total'?", result="{table: T, rows: [total, totl]}"),
    _case("a misspelt column of results", "BW217", "names no column 'yy'",
          result="{table: T, row: total, columns: [x, yy]}"),
    _case("a misspelt exception", "BW217", "names no column 'yy'",
          result="{table: T, row: total, except_columns: [yy]}"),
    _case("a misspelt value of a placeholder", "BW217", "did you mean 'b'?", each="{p: [a, bb]}", reads=_FIRST),
    _case("a misspelt table of a read", "BW217", "names no table 'TT'", reads="{a: {table: TT, row: a}, b: {row: b}}"),
    _case("a sum of one figure", "BW207", "one figure only", expression="sum(a, rows) + b"),
    _case("a sum along the other axis", "BW207", "listed under rows: or columns:", reads="{a: {rows: [a, b]}}",
          expression="sum(a, columns)"),
    _case("a sum of lists of two lengths", "BW207", "all the same number",
          reads="{a: {rows: [a, b]}, b: {rows: [a, b, money]}}", expression="sum(a * b, rows)"),
    _case("a list beside its sum", "BW207", "write sum(a, rows)", reads="{a: {rows: [a, b]}}",
          expression="sum(a, rows) - a"),
    _case("a column back of nothing", "BW109", "list the columns of the result", reads="{a: {back: 1}, b: {row: b}}"),
    _case("a negative number of columns back", "BW110", "whole number", reads="{a: {row: a, back: -1}, b: {row: b}}"),
    _case("a subject without a measure", "BW109", "needs subject: and measure:",
          reads="{a: {subject: shop}, b: {row: b}}"),
    _case("a statement that nobody makes", "BW217", "known statements: sales",
          reads="{a: {subject: shop, measure: profit}, b: {row: b}}"),
    _case("a statement that is made twice", "BW217", "add what tells them apart",
          reads="{a: {subject: shop, measure: sales}, b: {row: b}}"),
    _case("a cell and a statement in one", "BW110", "mixes a table cell with a statement",
          reads="{a: {subject: shop, measure: sales, row: a}, b: {row: b}}"),
    _case("an empty expression", "BW111", expression="''"),
    _case("an expression that is null", "BW201", "no figure 'null'", expression="null"),
    _case("a very long expression", "BW111", "at most 2000", expression="a + b" + " + a" * 900),
    _case("no expression", "BW109", "add expression", expression=None),
    _case("a result in another unit", "BW205", "printed in card", result="{table: T, row: cards, column: x}"),
    _case("reads of two units", "BW205", "the sum mixes",
          reads="{a: {row: money, column: x}, b: {row: cards, column: x}}"),
    _case("a published method in another unit", "BW205", "money_cny",
          reads="{a: {row: a}, b: {row: b}, m: {row: money, column: x}}", as_published="a * m"),
    _case("an exact figure that is not read", "BW201", "exact names 'c'", exact="[c]"),
    _files("derivations in a list", "BW110", "", "  - a\n"),
    _files("a derivation of nothing", "BW110", "write key: value lines", "  sound:\n"),
    _files("a derivation with a reserved name", "BW203", "t is a word of the expressions", "  t: {}\n"),
)  # fmt: skip

_TWICE = _case("x", "").files
_SECOND = str(_TWICE["rules/workspace.yaml"]).partition("derivations:\n")[2]
CASES += (
    Case(
        "one derivation in two files",
        {**_TWICE, "rules/second.yaml": f"derivations:\n{_SECOND}"},
        ("BW202",),
        hint="first declared in",
    ),
)
