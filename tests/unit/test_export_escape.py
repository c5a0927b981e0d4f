"""Laws of the escaping layers: whatever a label holds, it stays a label in every format."""

from __future__ import annotations

import unicodedata
import xml.etree.ElementTree as ET

import pytest

from bullwhip.export.escape import clean_text, dot_quoted, terminal_text, tsv_cell, xml_attribute, xml_text

HOSTILE = (
    "<script>alert(1)</script>",
    "</title></svg><svg onload=alert(1)>",
    "a\"b'c` onload=x",
    "]]><!-- --><![CDATA[",
    "&lt;b&gt; &amp; &#0; &",
    "\u202egnp.exe\u202c \u2067x\u2069 \u200f\u061c",
    "line\nbreak\r\n\ttab\u2028\u2029\x85",
    "back\\slash\\",
    '"]; x [',
    "\\N \\G \\l \\",
    "nul\x00bell\x07esc\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b2J",
    "\ud800 \uffff \U0001f600 \ufdd0",
    "=HYPERLINK(1)",
    "%s {0} $HOME `id`",
)
"""Texts that break out of a format, or change what stands around them, when written unescaped."""

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("text", HOSTILE)
def test_xml_gives_back_the_cleaned_text(text: str) -> None:
    """A parser reads from character data and from either kind of attribute exactly the cleaned text."""
    document = f"<a b=\"{xml_attribute(text)}\" c='{xml_attribute(text)}'>{xml_text(text)}</a>"

    root = ET.fromstring(document)  # noqa: S314 -- our own text

    assert (clean_text(text),) * 3 == (root.get("b"), root.get("c"), root.text or "")
    assert [] == list(root)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_clean_text_is_one_line_without_marks(text: str) -> None:
    """A cleaned text has one line, no control, no surrogate, no direction mark, and cleaning again changes nothing."""
    cleaned = clean_text(text)

    assert [] == [c for c in cleaned if c in BIDI or unicodedata.category(c) in ("Cc", "Cs")]
    assert len(cleaned.splitlines()) <= 1
    assert cleaned == clean_text(cleaned)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_dot_string_ends_where_it_ends(text: str) -> None:
    """Read by the rules of Graphviz, the string has its only bare quotes at its ends and no escape of its own."""
    quoted = dot_quoted(text)
    inner = quoted[1:-1].replace("\\\\", "").replace('\\"', "")

    assert ('"', '"') == (quoted[0], quoted[-1])
    assert "" == "".join(c for c in inner if c in '"\\\n')


def test_dot_lines_are_separated_by_the_line_escape() -> None:
    """Only the writer can put a line end in a label."""
    expected = '"a\\\\nb\\nc"'

    assert expected == dot_quoted("a\\nb", "c")


def test_what_looks_like_an_entity_stays_text_in_dot() -> None:
    """Graphviz would read `&lt;` as `<`; an ampersand alone it leaves alone, and so do we."""
    assert '"&amp;lt; AT&T"' == dot_quoted("&lt; AT&T")


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-x", "@SUM(A1)", "＝1+1", "＠x", " =1", "\t=1", "-1+1", "+86 10", "-1-1"]
)
def test_a_formula_becomes_text(text: str) -> None:
    """A text cell that a spreadsheet would calculate starts with an apostrophe."""
    assert tsv_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["-12.5", "+3", "-1,234.5", "-2/3", "-5%", "-.5", "-1e-9", "-5–-3", "0", "1.5e10"])
def test_a_number_stays_a_number(text: str) -> None:
    """A number is written as it is, whatever its sign."""
    assert text == tsv_cell(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_stays_a_cell(text: str) -> None:
    """No text opens a new cell or a new line."""
    assert 1 == len((tsv_cell(text) + "\t").splitlines())
    assert "\t" not in tsv_cell(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title\x07x", "x"),
        ("\x9b31mx\x1bc\x1b(B", "x"),
        ("a\x08\x7fb", "ab"),
        ("中文 ✓", "中文 ✓"),
        ("cut \x1b[", "cut "),
    ],
)
def test_escape_sequences_leave_nothing_behind(text: str, expected: str) -> None:
    """An escape sequence is removed as a whole, its parameters with it."""
    assert expected == terminal_text(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_every_escaped_text_can_be_written(text: str) -> None:
    """Whatever comes in, what goes out is UTF-8."""
    for escaped in (xml_text(text), xml_attribute(text), dot_quoted(text), tsv_cell(text), terminal_text(text)):
        assert escaped == escaped.encode("utf-8").decode("utf-8")
