"""One escaping layer per output format; every text that reaches a file or a terminal passes through one of these.

Labels come from documents and from other people's workspaces: they may hold markup, quotes, control characters,
escape sequences, or marks that turn the writing direction of all that follows.
"""

from __future__ import annotations

import re

__all__ = ["clean_text", "dot_quoted", "terminal_text", "tsv_cell", "xlsx_text", "xml_attribute", "xml_text"]

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]")
_BREAKS = re.compile("[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]+")
_ILLEGAL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010fffd]")
"""Outside XML 1.0 §2.2 Char, or in the ranges it discourages (C1 controls, U+FDD0 … FDEF, U+10FFFE)."""

_ANSI = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"  # control sequences: colours, cursor moves, clearing
    "|(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?"  # titles, links, clipboard
    "|\x1b[ -/]*[0-~]?"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CELL = 32_767
"""Characters of a cell of a workbook, counted in UTF-16."""
_NUMBER = re.compile(r"[-+]?(?:\d[\d,]*)?\.?\d+(?:[eE][-+]?\d+)?(?:/\d+)?%?(?:[–~][-+]?[\d,.]+%?)?")


def clean_text(text: str) -> str:
    r"""Return one line of plain text: breaks become a space; controls, surrogates and direction marks go.

    >>> clean_text("HBM\n3e" + chr(0) + chr(0x202E))
    'HBM 3e'
    """
    return _ILLEGAL.sub("", _BIDI.sub("", _BREAKS.sub(" ", text)))


def xml_text(text: str) -> str:
    """Return a text as XML character data, also safe where `]]>` may not stand.

    >>> xml_text("<script> R&D ]]>")
    '&lt;script&gt; R&amp;D ]]&gt;'
    """
    return clean_text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def xml_attribute(text: str) -> str:
    r"""Return a text as the value of an XML attribute, without the quotes around it; either quote may be used.

    >>> xml_attribute("a \" onload='x'")
    'a &quot; onload=&#39;x&#39;'
    """
    return xml_text(text).replace('"', "&quot;").replace("'", "&#39;")


def dot_quoted(*lines: str) -> str:
    r"""Return texts as one Graphviz double-quoted string, one line of the label each.

    Backslashes are doubled, so that neither the closing quote nor an escape of Graphviz (`\N`, `\G`) can be
    written; a text that looks like an HTML entity stays the text it is.

    >>> print(dot_quoted('"]; x [', "two"))
    "\"]; x [\ntwo"
    """
    escaped = (clean_text(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + _ENTITY.sub("&amp;", "\\n".join(escaped)) + '"'


def tsv_cell(text: str) -> str:
    r"""Return a text as a cell of tab-separated text that no spreadsheet takes for a formula.

    Tabs and line breaks become spaces. A text that a spreadsheet would calculate gets an apostrophe in front;
    a number never does, so that columns of numbers stay numbers.

    >>> tsv_cell("=1+1"), tsv_cell("-12.5"), tsv_cell("-x"), tsv_cell("a\tb")
    ("'=1+1", '-12.5', "'-x", 'a b')
    """
    cell = clean_text(text)
    if cell.lstrip().startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def xlsx_text(text: str) -> str:
    r"""Return a text for a cell of a workbook, of at most 32,767 characters as a spreadsheet counts them.

    The cell has to be written as a string: there a leading `=` is a character like any other. Breaks of lines stay,
    other controls and direction marks go.

    >>> xlsx_text("=1+1\r\n" + chr(0x202E)), len(xlsx_text("x" * 40_000)), len(xlsx_text("𠮷" * 40_000))
    ('=1+1\n', 32767, 16384)
    """
    lines = "\n".join(clean_text(line) for line in text.replace("\r\n", "\n").split("\n"))
    if len(lines) * 2 <= _CELL:
        return lines
    units = lines.encode("utf-16-le")
    if len(units) <= 2 * _CELL:
        return lines
    return units[: 2 * _CELL - 2].decode("utf-16-le", "ignore") + "…"


def terminal_text(text: str) -> str:
    r"""Return a text that cannot steer a terminal: no escape sequences, no control characters, one line.

    >>> terminal_text("\x1b[31mred\x1b[0m\a \x1b]0;title\x07x")
    'red x'
    """
    return clean_text(_CONTROL.sub("", _BREAKS.sub(" ", _ANSI.sub("", text))))
