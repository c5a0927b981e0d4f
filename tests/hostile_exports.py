"""Texts that break out of one format or another when they are written as they are, by what they would do."""

from __future__ import annotations

__all__ = ["TEXTS"]

TEXTS: dict[str, str] = {
    # markup
    "a script element": "<script>alert(1)</script>",
    "an end of a script element": "</script><script>alert(1)</script>",
    "an image with a handler": "<img src=x onerror=alert(1)>",
    "a handler in quotes": 'a" onload="alert(1)" b=\'',
    "a handler in single quotes": "x' onmouseover='alert(1)",
    "an end of a picture": "</text></svg><svg onload=alert(1)>",
    "a foreign object": "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><b>x</b></body></foreignObject>",
    "a link to script": "<a xlink:href='javascript:alert(1)' href='javascript:alert(1)'>x</a>",
    "a use of another file": "<use href='http://127.0.0.1:9/x.svg#y'/>",
    "a style that imports": "<style>@import url(http://127.0.0.1:9/x.css)</style>",
    "an end of a CDATA section": "]]>",
    "a CDATA section": "<![CDATA[<b>]]>",
    "a comment": "--><!-- x --!>",
    "a document type with an entity": "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
    "entities": "&lt;b&gt; &amp; &quot; &#0; &#x1F; &unknown; &",
    "a processing instruction": "<?xml-stylesheet href='http://127.0.0.1:9/x.css'?>",
    "an end of a title": "</title></metadata></desc><script/>",
    "mathematics that links": "<math><mi href='javascript:alert(1)'>x</mi></math>",
    # scripts and strings of programs
    "an end of JSON": '"}]},"x":{"__proto__":{"a":1}},"y":"',
    "backslashes and quotes": '\\" \\\\" \\u0022 \\',
    "three quotes": '""" + __import__("os").system("true") + """',
    "three single quotes": "'''\nimport os\n'''",
    "a template": "${7*7} {{7*7}} {0.__class__} %(x)s %n `id` $(id)",
    "line separators of JavaScript": "a\u2028alert(1)\u2029b",
    # texts of programs for graphs and mathematics
    "an end of a DOT string": '"]; evil [label="x',
    "an HTML label of DOT": "<<table><tr><td>x</td></tr></table>>",
    "escapes of DOT": "\\N \\G \\l \\r {a|<f0> b}",
    "an end of a Mermaid label": '"]; click t0 "javascript:alert(1)"; t0["x',
    "a directive of Mermaid": "%%{init: {'securityLevel': 'loose'}}%%",
    "a subgraph of Mermaid": "x\n  click t0 call alert()\n  subgraph y",
    "commands of LaTeX": "\\input{/etc/passwd} \\write18{id} $x$ % _^~#&{}",
    "an end of a LaTeX environment": "\\end{document} \\catcode`\\%=12",
    "an end of a Turtle string": '"@en . <urn:evil> <urn:p> "x',
    "an end of an IRI": "x> <urn:p> <urn:q> . <urn:y",
    "long quotes of Turtle": '""" . <urn:evil> a <urn:x> . """',
    "a fact of clingo": "x. evil(1). % ",
    # spreadsheets
    "a formula": "=1+1",
    "a command by a formula": "=cmd|' /C calc'!A1",
    "a formula behind plus": "+cmd|' /C calc'!A1",
    "a formula behind minus": "-2+3+cmd|' /C calc'!A1",
    "a formula behind at": "@SUM(1+1)*cmd|' /C calc'!A1",
    "a fullwidth formula": "＝1+1",
    "fullwidth plus, minus and at": "＋1+1 ；－2；＠SUM(1)",
    "a fullwidth minus": "－2+3",
    "a fullwidth at": "＠SUM(1)",
    "a formula behind a tab": "\t=1+1",
    "a formula behind a return": "\r=1+1",
    "a formula behind a line end": "x\n=1+1",
    "a formula behind spaces": "  \u00a0\u3000=1+1",
    "a formula behind other separators": 'x";=1+1;"',
    "a cell's end": '","=1+1","',
    # terminals, directions, controls
    "colours of a terminal": "\x1b[31mred\x1b[0m",
    "a title of a terminal": "\x1b]0;title\x07 \x9b2J",
    "a link of a terminal": "\x1b]8;;http://127.0.0.1:9\x1b\\x\x1b]8;;\x1b\\",
    "a right-to-left override": "\u202egnp.exe\u202c",
    "isolates": "\u2066a\u2067b\u2069\u200f\u061c",
    "controls": "a\x00b\x08c\x0bd\x0ce\x7ff\x85g",
    "not characters": "\ufffe\uffff\ufdd0\U0010ffff",
    "lone surrogates": "a\ud800b\udfffc",
    # sizes and scripts
    "a very long name": "需求" * 700,
    "a very long word": "W" * 1_500,
    "nothing but spaces": " \u3000\u00a0 ",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e8\U0001f1f3",
    "stacked marks": "Z" + "\u0301\u0302\u0303\u0304" * 50,
    "look-alikes": "раураl ｔｏｋｅｎ",
    # specials of YAML and file names
    "specials of YAML": "- &a !!python/object:os.system [x: *a] # | > {<<: *a}",
    "a path": "../../../etc/passwd",
    "a URL": "file:///etc/passwd http://169.254.169.254/latest/",
}
"""By what they would do."""
