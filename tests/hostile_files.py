"""Files that are not what they seem: encodings, YAML features, scalars, keys, forms, sizes."""

from __future__ import annotations

from hostile_case import STANDARD, Case, rules, text, workspace

__all__ = ["CASES"]

_RULE = rules("x + 1")
_BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
)
_MERGE = "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 28))

BYTES: tuple[Case, ...] = (
    text("an empty file", "", "BW103", hint="the file is empty"),
    text("only blank lines", "  \n\n", "BW103"),
    text("only comments", "# nothing\n# at all\n", "BW103"),
    text("a document start alone", "---\n", "BW110"),
    text("a byte order mark alone", b"\xef\xbb\xbf", "BW103"),
    text("UTF-16 with a mark", _RULE.encode("utf-16"), "BW102", hint="UTF-8"),
    text("UTF-16 without a mark", _RULE.encode("utf-16-le"), "BW103"),
    text("Latin-1", _RULE.replace("kind", "# \u00e9\n    kind").encode("latin-1"), "BW102"),
    text("GBK", (_RULE + "# 需求\n").encode("gbk"), "BW102"),
    text("a stray byte in the middle", _RULE.encode() + b"# \xff\n", "BW102"),
    text("an overlong encoding", _RULE.encode() + b"# \xc0\xaf\n", "BW102"),
    text("a surrogate", _RULE.encode() + b"# \xed\xa0\x80\n", "BW102"),
    text("a zero byte", _RULE + "# \0\n", "BW103", hint="U+0000"),
    text("a terminal escape", _RULE + "# \x1b[31m\n", "BW103", hint="U+001B"),
    text("an eight-bit terminal escape", _RULE + "# \u009b31m\n", "BW103", hint="U+009B"),
    text("a form feed", _RULE + "# \x0c\n", "BW103"),
    text("a next-line character", _RULE + "# \u0085\n", "BW103"),
    text("a line separator", _RULE + "# \u2028\n", "BW103"),
    text("a right-to-left override in a label", _RULE + "    note: a\u202eb\n", "BW103", hint="U+202E"),
    text("a bidi isolate", _RULE + "    note: a\u2066b\n", "BW103"),
    text("an invisible space in a key", _RULE + "    no\u200bte: a\n", "BW103", hint="U+200B"),
    text("a soft hyphen", _RULE + "    note: a\u00adb\n", "BW103"),
    text("a second byte order mark", "\ufeff\ufeff" + _RULE, "BW103"),
    text("tag characters", _RULE + "    note: a\U000e0041b\n", "BW103"),
    text("an escaped terminal escape", _RULE + '    note: "a\\e[31mb"\n', "BW103", hint="U+001B"),
    text("an escaped override", _RULE + '    note: "a\\u202eb"\n', "BW103"),
    text("an escaped zero", _RULE + '    note: "a\\0b"\n', "BW103"),
    text("an escaped carriage return", _RULE + '    note: "a\\rb"\n', "BW103"),
    text("a huge file", "# " + "x" * 2_000_000 + "\n", "BW107"),
    text("too many values", "rules: [" + "x," * 250_000 + "]\n", "BW107"),
    text("a long line", "rules: " + "x" * 1_900_000 + "\n", "BW110"),
    text("a deep flow list", "rules: " + "[" * 100_000 + "\n", "BW107", hint="nested deeper than 20"),
    text("a deep flow mapping", "rules: " + "{a: " * 50_000 + "\n", "BW107"),
    text("a deep block list", "rules:\n  " + "- " * 5_000 + "a\n", "BW107"),
)

YAML: tuple[Case, ...] = (
    text("an alias bomb", _BOMB, "BW104"),
    text("a merge bomb", _MERGE, "BW104"),
    text("an anchor", "rules: &a\n  r: {unit: '1', kind: ratio, expression: x}\n", "BW104", hint="the anchor &a"),
    text("an alias", "rules: &a\n  r: *a\n", "BW104", hint="write the value out"),
    text(
        "a merge key",
        "rules:\n  r:\n    <<: {unit: '1'}\n    kind: ratio\n    expression: x\n",
        "BW104",
        hint="merge keys",
    ),
    text("a quoted merge key", _RULE + "    '<<': {note: a}\n", "BW108"),
    text("a Python tag", _RULE + "    note: !!python/object/apply:os.system [true]\n", "BW104", hint="the tag"),
    text("a text tag", _RULE + "    note: !!str 1\n", "BW104"),
    text("a local tag", _RULE + "    note: !env HOME\n", "BW104"),
    text("an include tag", "rules: !include /etc/passwd\n", "BW104"),
    text("a binary tag", _RULE + "    note: !!binary aGk=\n", "BW104"),
    text("a tag at the root", "!!map\n" + _RULE, "BW104"),
    text("a directive", "%YAML 1.1\n---\n" + _RULE, "BW104", hint="a directive"),
    text("a tag directive", "%TAG ! tag:example.com,2000:\n---\n" + _RULE, "BW104"),
    text("a second document", _RULE + "---\n" + _RULE, "BW104", hint="split it into two files"),
    text("a second document after an end", _RULE + "...\n---\nrules: {}\n", "BW104"),
    text("a section twice", _RULE + _RULE, "BW105", hint="first on line 1"),
    text("a rule twice", _RULE + "  r: {unit: '1', kind: ratio, expression: y}\n", "BW105"),
    text("a key twice", _RULE + "    unit: gpu\n", "BW105"),
    text("a key twice in braces", "rules:\n  r: {unit: '1', kind: ratio, unit: gpu, expression: x}\n", "BW105"),
    text("a key twice, once quoted", _RULE + "    'unit': gpu\n", "BW105"),
    text("a key twice by escape", _RULE + '    "\\u0075nit": gpu\n', "BW105"),
    text("a list as key", "rules:\n  ? [a, b]\n  : x\n", "BW110"),
    text("a mapping as key", "rules:\n  ? {a: b}\n  : x\n", "BW110"),
    text("an empty key", _RULE + "    '': a\n", "BW108"),
    text("a tab as indentation", "rules:\n\tr: x\n", "BW103", hint="spaces"),
    text("an open quote", "rules:\n  r: 'x\n", "BW103"),
    text("an open brace", "rules: {r: x\n", "BW103"),
    text("wrong indentation", "rules:\n   r:\n  unit: x\n", "BW103"),
    text("a colon too many", "rules: r: x\n", "BW103"),
    text("an unknown escape", 'rules: "\\q"\n', "BW103"),
    text("an undefined tag handle", "rules: !e!x y\n", "BW103"),
    text("a percent sign in front", "%drivers\n", "BW103"),
    text("JSON lines", '{"rules": {}}\n{"rules": {}}\n', "BW103"),
    text("a Markdown fence", "```yaml\n" + _RULE + "```\n", "BW103"),
)


def _value(written: str) -> str:
    return (
        f"drivers:\n  v: {{unit: '1', kind: ratio, assume: [{{value: {written}, note: a}}]}}\n"
        "rules:\n  r: {unit: '1', kind: ratio, expression: v}\n"
    )


SCALARS: tuple[Case, ...] = (
    *(
        text(f"the plain value {w}", _value(w), "BW106", hint=f'quote it: "{w}"')
        for w in (
            "NO",
            "no",
            "Yes",
            "ON",
            "off",
            "012",
            "002371",
            "000063",
            "0x1F",
            "0b11",
            "0o17",
            "1:30",
            "190:20:30",
            "1_000",
            "1e6",
            "1E3",
            "2.5e-3",
            ".5",
            "5.",
            "-.5",
            "2024-01-01",
            ".inf",
            "-.INF",
            ".nan",
        )
    ),
    *(
        text(f"the value {w} is no number", _value(w), "BW112", hint="plain digits")
        for w in (
            "'1,000'",
            "'1 000'",
            "'1，000'",
            "'70%'",
            "'70 %'",
            "true",
            "null",
            "nan",
            "inf",
            "'0x10'",
            "'1_0'",
            "'−3'",
            "'２'",
            "'1/0'",
            "'1/2/3'",
            "'--3'",
            "'3万'",
            "'$3'",
            "'1e999'",
            "'10²'",
            "'+'",
            "'~3'",
            "'40.8-42'",
            f"'{'9' * 61}'",
        )
    ),
    text("a key that is a truth value", _RULE + "    on: a\n", "BW106"),
    text("a rule named no", "rules:\n  no: {unit: '1', kind: ratio, expression: x}\n", "BW106"),
    text("a missing value", _value("''").replace("value: '', ", ""), "BW109", hint="add value"),
    text("a value that is a list", _value("[1]"), "BW110"),
)

FORMS: tuple[Case, ...] = (
    text("a list at the root", "- rules\n", "BW110"),
    text("a text at the root", "rules\n", "BW110"),
    text("a section that is a list", "rules:\n  - r\n", "BW110"),
    text("a section that is a text", "drivers: x\n", "BW110"),
    text("a section that is empty", "rules:\n", "BW110"),
    text("a rule that is a text", "rules:\n  r: x + 1\n", "BW110"),
    text("a rule that is a list", "rules:\n  r: [x]\n", "BW110"),
    text("an unknown section", "rulez: {}\n", "BW108", hint="did you mean 'rules'"),
    text("an unknown key", _RULE + "    expresion: y\n", "BW108", hint="did you mean 'expression'"),
    text("a driver with an expression", "drivers:\n  r: {unit: '1', kind: ratio, expression: x}\n", "BW108"),
    text("a rule without expression", "rules:\n  r: {unit: '1', kind: ratio}\n", "BW109", hint="'expression'"),
    text("a rule without unit", "rules:\n  r: {kind: ratio, expression: x}\n", "BW109", hint="'unit'"),
    text("a unit that is a list", "rules:\n  r: {unit: [gpu], kind: ratio, expression: x}\n", "BW110"),
    text("an unknown kind", "rules:\n  r: {unit: '1', kind: ration, expression: x}\n", "BW110", hint="'ratio'"),
    text("foreach that is a text", _RULE + "    foreach: fam\n", "BW110", hint="a list"),
    text("foreach twice", "rules:\n  r: {unit: '1', kind: ratio, foreach: [fam, fam], expression: f}\n", "BW110"),
    text("foreach of lists", _RULE + "    foreach: [[fam]]\n", "BW110"),
    text("foreach of an unknown dimension", _RULE + "    foreach: [fams]\n", "BW201", hint="'fam'"),
    text("a label that is a text", _RULE + "    label: hello\n", "BW110"),
    text("a label in another language", _RULE + "    label: {fr: bonjour}\n", "BW108"),
    text("a flag that is a number", _RULE + "    primary: 1\n", "BW110", hint="true, false"),
    text("a range of one", _RULE + "    range: ['0']\n", "BW110"),
    text("a range upside down", _RULE + "    range: ['1', '0']\n", "BW110", hint="lower one first"),
    text("a range of texts", _RULE + "    range: [low, high]\n", "BW112"),
    text("a year that is a text", _RULE + "    foreach: [period]\n    since: soon\n", "BW110"),
    text("a year in full-width digits", _RULE + "    foreach: [period]\n    since: ２０２４\n", "BW110"),
    text("an edge without end", _RULE + "    edge: {from: hbm}\n", "BW109", hint="'to'"),
    text("a measure that is none", _RULE + "    measure: profit\n", "BW110"),
    text("variants that are a list", _RULE + "    variants: [x]\n", "BW110"),
    workspace("no workspace section", "rules:\n  r: {unit: '1', kind: ratio, expression: '1'}\n", "BW109"),
    workspace("a workspace that is a text", "workspace: w\n", "BW110"),
    workspace("a workspace without id", "workspace: {}\n", "BW109"),
    workspace("a time that ends before it begins", "workspace: {id: w}\ntime: {first: 2025, last: 2024}\n", "BW110"),
    workspace("a time without end", "workspace: {id: w}\ntime: {first: 2025}\n", "BW109"),
    workspace("a time of a thousand years", "workspace: {id: w}\ntime: {first: 1000, last: 2000}\n", "BW110"),
    workspace("a time with a year zero", "workspace: {id: w}\ntime: {first: 0, last: 3}\n", "BW110"),
    workspace(
        "a default outside the time", "workspace: {id: w}\ntime: {first: 2023, last: 2024, default: 2030}\n", "BW110"
    ),
    workspace("a dimension without members", "workspace: {id: w}\ndimensions: {a: {members: {}}}\n", "BW110"),
    workspace("members that are a list", "workspace: {id: w}\ndimensions: {a: {members: [x]}}\n", "BW110"),
    workspace(
        "a member that is malformed", "workspace: {id: w}\ndimensions: {a: {members: {X-1: {en: x}}}}\n", "BW203"
    ),
    workspace(
        "a dimension named period", "workspace: {id: w}\ndimensions: {period: {members: {x: {en: x}}}}\n", "BW203"
    ),
    workspace("units that are a list", "workspace: {id: w}\nunits: [gpu]\n", "BW110"),
    text("a second workspace", "workspace: {id: other}\n", "BW202"),
    text("a second time axis", "time: {first: 2000, last: 2001}\n", "BW202", hint="shares the time axis"),
    text("a unit declared twice", "units: {gpu: {en: card, aliases: [卡]}}\n", "BW202"),
    text("a dimension declared twice", "dimensions: {fam: {members: {c: {en: C}}}}\n", "BW202"),
    Case("a folder named like a rule file", {"rules/workspace.yaml": STANDARD, "rules/a.yaml/b.txt": "x"}, ("BW101",)),
    Case("no rules at all", {"readme.txt": "x"}, ("BW101",), exit=2),
)

CASES = (*BYTES, *YAML, *SCALARS, *FORMS)
