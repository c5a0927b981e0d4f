"""Laws of tables and JSON as text."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from rich.cells import cell_len

from bullwhip.export.tables import Column, to_json, to_terminal, to_tsv
from unit.test_export_escape import BIDI, HOSTILE

COLUMNS = (Column("id", "id", False), Column("name", "公司", False), Column("share", "份额", True))
ROWS = (("sk_hynix", "SK 海力士", "60–70%"), ("inspur", "浪潮信息 Inspur Electronic Information", "15.1%"))


def test_tsv_has_a_heading_and_a_line_per_row() -> None:
    """Reading the lines back gives titles and cells."""
    expected = [["id", "公司", "份额"], *map(list, ROWS)]

    assert expected == [line.split("\t") for line in to_tsv(COLUMNS, ROWS).splitlines()]


def test_hostile_cells_do_not_move_other_cells() -> None:
    """Every line has the cells of its row, whatever they hold."""
    lines = to_tsv(COLUMNS, [(text, text, "1") for text in HOSTILE]).split("\n")

    assert [3] * (len(HOSTILE) + 1) == [len(line.split("\t")) for line in lines[:-1]]
    assert "" == lines[-1]


def test_a_row_that_does_not_fit_is_refused() -> None:
    """Cells are never dropped or invented."""
    with pytest.raises(ValueError, match="row 1 has 1 cells, the table has 3 columns"):
        to_tsv(COLUMNS, [["x"]])
    with pytest.raises(ValueError, match="row 1 has 1 cells, the table has 3 columns"):
        to_terminal(COLUMNS, [["x"]], 80, False)


def test_json_round_trips() -> None:
    """What was written reads back the same, in UTF-8, with a line end."""
    value = {"名": ["a", 1, 0.1, None, True, {"x": []}], "hostile": list(HOSTILE), "bidi": BIDI}
    text = to_json(value)

    assert value == json.loads(text)
    assert ("名" in text, "\n") == (True, text[-1])
    assert text == text.encode("utf-8").decode("utf-8")
    assert [] == [c for c in BIDI if c in text]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (Fraction(1, 3), TypeError),
        ({"a": [Fraction(1)]}, TypeError),
        (float("nan"), ValueError),
        ([float("inf")], ValueError),
        ({1j}, TypeError),
    ],
)
def test_json_refuses_what_it_cannot_say(value: object, error: type[Exception]) -> None:
    """A Fraction, NaN or infinity is an error, never a rounded or invalid number."""
    with pytest.raises(error):
        to_json(value)


def test_columns_align_under_chinese() -> None:
    """Each line is equally wide up to its last number, counting Chinese characters as two cells."""
    lines = to_terminal(COLUMNS, ROWS, 100, False).splitlines()
    widths = {cell_len(line) for line in (lines[0], *lines[2:])}

    assert 1 == len(widths)


def test_identifiers_and_numbers_are_never_broken() -> None:
    """A terminal too narrow for them gets a wider table."""
    long = "accelerator.count[chip=a100_sxm,period=2025]"
    text = to_terminal(COLUMNS, [(long, "名" * 60, "1,234,567.89")], 30, False)

    assert (True, True) == (long in text, "1,234,567.89" in text)
    assert 60 == text.count("名")


@pytest.mark.parametrize("color", [True, False])
def test_styles_are_written_on_request_only(color: bool) -> None:
    """Escape sequences appear where colour is wanted and nowhere else; cells bring none of their own."""
    text = to_terminal(COLUMNS, [(h, "\x1b[31mred", "1") for h in HOSTILE], 80, color)

    assert color == ("\x1b" in text)
    assert "\x1b[31m" not in text


def test_cells_are_no_markup() -> None:
    """Square brackets and colons are text, neither style nor emoji."""
    text = to_terminal(COLUMNS, [("x", "[bold]b[/bold] :smile: [/]", "1")], 80, False)

    assert "[bold]b[/bold] :smile: [/]" in text


def test_an_empty_table_is_its_heading() -> None:
    """No rows still show what would be there; no columns show nothing."""
    first = to_terminal(COLUMNS, [], 80, False).splitlines()[0]

    assert ["id", "公司", "份额"] == first.split()
    assert "" == to_terminal([], [], 80, False)


WIDE = (
    Column("verdict", "verdict", False),
    Column("row", "row", False),
    Column("printed", "printed", True),
    Column("quantity", "quantity", False),
    Column("explanation", "explanation", False),
)
WIDE_ROWS = [
    (
        "contradicted",
        "中国市场占全球市场比重",
        "34.6",
        f"server.china_share[period={year}]",
        "revenue over total gives " * 9,
    )
    for year in (2021, 2022, 2023)
]


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_a_wide_table_fits_the_terminal(width: int) -> None:
    """No line is wider than the terminal, no row a tower of fragments, and nothing is lost."""
    lines = to_terminal(WIDE, WIDE_ROWS, width, False).splitlines()
    shown = "".join("".join(lines).split())

    assert [] == [line for line in lines if cell_len(line) > width]
    assert len(lines) <= 2 + len(WIDE_ROWS) * 7
    assert [3, 27, 3] == [shown.count(text) for text in ("比", "total", "34.6")]


def test_moved_columns_stand_named_under_their_row() -> None:
    """A cell under the row carries the title of its column; an empty one takes no line."""
    rows = [WIDE_ROWS[0], (*WIDE_ROWS[1][:4], "")]
    lines = to_terminal(WIDE, rows, 90, False).splitlines()

    assert 1 == sum(line.startswith("    explanation: revenue") for line in lines)
    assert "explanation" not in lines[0]


def test_a_first_column_of_running_text_makes_room_for_the_others() -> None:
    """A title of half a line and more stands under its row, and the short columns stay in it."""
    columns = (Column("title", "title", False), Column("day", "day", False), Column("n", "n", True))
    rows = [("Quarterly reports in review " * 9, "2024-09-01", "137"), ("Outlook " * 40, "2024-03-15", "21")]
    lines = to_terminal(columns, rows, 60, False).splitlines()

    assert ["day", "n"] == lines[0].split()
    assert ["2024-09-01", "137"] == lines[2].split()
