"""Tiny workspaces whose every answer was worked by hand: time, dimensions, index sets; numbers are in worked_numbers.

An answer is an exact number, `unknown`, or the code of a refusal. The working stands beside it; nothing here was
computed by the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["DIMENSIONS", "TIME", "Worked", "each", "later", "one", "rule", "yearly"]

_HEAD = """\
workspace: {id: worked}
time: {first: 2021, last: 2025, default: 2023}
dimensions:
  mix: {members: {p: {en: P}, q: {en: Q}, r: {en: R}}}
  side: {members: {u: {en: U}, v: {en: V}}}
units:
  card: {en: card, aliases: [张]}
  lamp: {en: lamp}
"""


@dataclass(frozen=True, eq=False)
class Worked:
    """A workspace and the answers of its cells."""

    name: str
    body: str = field(repr=False)
    answers: Mapping[str, str] = field(repr=False)

    @property
    def text(self) -> str:
        """The file of the workspace."""
        return _HEAD + self.body


def yearly(name: str, *values: str, unit: str = "'1'", first: int = 2021) -> str:
    """Return a driver with a value in each year from the first."""
    given = "".join(f"{{period: {first + k}, value: '{v}', note: given}}, " for k, v in enumerate(values))
    since = f"since: {first}, " if first != 2021 else ""
    return f"  {name}: {{unit: {unit}, kind: flow, foreach: [period], {since}assume: [{given.rstrip(', ')}]}}\n"


def one(name: str, value: str, unit: str = "'1'") -> str:
    """Return a driver with one value, or none where the value is empty."""
    given = f", assume: [{{value: '{value}', note: given}}]" if value else ""
    return f"  {name}: {{unit: {unit}, kind: coefficient{given}}}\n"


def rule(name: str, expression: str, unit: str = "'1'", more: str = "") -> str:
    """Return a rule."""
    return f"  {name}: {{unit: {unit}, kind: coefficient, {more}expression: '{expression}'}}\n"


def later(name: str, expression: str, unit: str = "'1'", since: int = 2022) -> str:
    """Return a rule with a value in each year from the second, or a later one."""
    return rule(name, expression, unit, f"foreach: [period], since: {since}, ")


def each(name: str, expression: str, unit: str = "'1'") -> str:
    """Return a rule with a value in each year."""
    return rule(name, expression, unit, "foreach: [period], ")


_X = yearly("x", "3", "5", "4", "4", "10", unit="card")
_Y = yearly("y", "1", "2", "4", "8", "16")

TIME = (
    Worked(
        "other years of a quantity",
        "drivers:\n"
        + _X
        + _Y
        + "rules:\n"
        + later("before", "x[t-1]", "card")
        + later("before2", "lag(x, 2)", "card", 2023)
        + later("before3", "lag(x[t-1], 2)", "card", 2024)
        + later("change", "delta(x)", "card")
        + later("change_before", "delta(x[t-1])", "card", 2023)
        + later("growth", "yoy(x)")
        + later("growth_of_growth", "yoy(x[t-2])", "'1'", 2024)
        + each("total", "cum(x)", "card")
        + later("total_before", "cum(x[t-1])", "card")
        + each("against", "index(x, 2022)")
        + later("against_before", "index(x[t-1], 2022)")
        + rule("all", "sum(x, period)", "card")
        + rule("doubling", "cagr(y, 2021, 2025)")
        + rule("doubling2", "cagr(y, 2022, 2024)")
        + rule("shrinking", "1 / (1 + cagr(y, 2021, 2024)) - 1")
        + rule("weighed", "sum(x * y, period)", "card"),
        {
            "before[period=2022]": "3",  # x: 3 5 4 4 10
            "before[period=2025]": "4",
            "before2[period=2023]": "3",  # two years before 2023 is 2021
            "before2[period=2025]": "4",
            "before3[period=2024]": "3",  # one and two years before 2024 is 2021
            "before3[period=2025]": "5",
            "change[period=2022]": "2",  # 5 - 3
            "change[period=2023]": "-1",  # 4 - 5
            "change[period=2024]": "0",
            "change[period=2025]": "6",
            "change_before[period=2023]": "2",  # 5 - 3, a year later
            "change_before[period=2025]": "0",
            "growth[period=2022]": "2/3",  # 5/3 - 1
            "growth[period=2023]": "-1/5",  # 4/5 - 1
            "growth[period=2024]": "0",
            "growth[period=2025]": "3/2",
            "growth_of_growth[period=2024]": "2/3",
            "growth_of_growth[period=2025]": "-1/5",
            "total[period=2021]": "3",
            "total[period=2022]": "8",
            "total[period=2023]": "12",
            "total[period=2025]": "26",  # 3 + 5 + 4 + 4 + 10
            "total_before[period=2022]": "3",
            "total_before[period=2025]": "16",
            "against[period=2021]": "3/5",
            "against[period=2022]": "1",
            "against[period=2025]": "2",
            "against_before[period=2022]": "3/5",  # x of 2021 over x of 2022
            "against_before[period=2023]": "1",
            "all": "26",
            "doubling": "1",  # (16/1)^(1/4) - 1
            "doubling2": "1",  # (8/2)^(1/2) - 1
            "shrinking": "-1/2",  # 8^(1/3) = 2, 1/2 - 1
            "weighed": "221",  # 3*1 + 5*2 + 4*4 + 4*8 + 10*16 = 3 + 10 + 16 + 32 + 160
        },
    ),
    Worked(
        "a quantity that begins later",
        "drivers:\n"
        + _X
        + yearly("z", "7", "1", "2", unit="card", first=2023)
        + "rules:\n"
        + later("total", "cum(z)", "card", 2023)
        + rule("all", "sum(z, period)", "card")
        + rule("both", "sum(x * z, period)", "card^2")
        + later("change", "delta(z)", "card", 2024)
        + later("against", "index(z, 2024)", "'1'", 2023)
        + rule("first", "z[period=2023] - x[period=2021]", "card"),
        {
            "total[period=2023]": "7",
            "total[period=2025]": "10",
            "all": "10",  # 7 + 1 + 2: the years that it has
            "both": "52",  # 4*7 + 4*1 + 10*2: the years that both have
            "change[period=2024]": "-6",
            "against[period=2023]": "7",
            "against[period=2025]": "2",
            "first": "4",  # 7 - 3
        },
    ),
    Worked(
        "a base year carried forward",
        "drivers:\n"
        + yearly("g", "0.5", "1", "-0.25", "0", first=2022)
        + one("step", "3", "card")
        + "rules:\n"
        + "  n: {unit: card, kind: stock, foreach: [period], given: [2021], expression: 'n[t-1] * (1 + g)',\n"
        + "      assume: [{period: 2021, value: '8', note: base}]}\n"
        + "  m: {unit: card, kind: stock, foreach: [period], given: [2021, 2022], "
        "expression: 'm[t-1] + m[t-2] + step',\n"
        + "      assume: [{period: 2021, value: '1', note: base}, {period: 2022, value: '2', note: base}]}\n"
        + "  late: {unit: card, kind: stock, foreach: [period], given: [2023], expression: 'late[t-1] - step',\n"
        + "         assume: [{period: 2023, value: '1', note: base}]}\n",
        {
            "n[period=2021]": "8",
            "n[period=2022]": "12",  # 8 * 1.5
            "n[period=2023]": "24",
            "n[period=2024]": "18",  # 24 * 0.75
            "n[period=2025]": "18",
            "m[period=2023]": "6",  # 2 + 1 + 3
            "m[period=2024]": "11",  # 6 + 2 + 3
            "m[period=2025]": "20",  # 11 + 6 + 3
            "late[period=2024]": "-2",  # a base year is also the first year
            "late[period=2025]": "-5",
        },
    ),
    Worked(
        "years in other units",
        "drivers:\n"
        + yearly("x", "3", "5", "4", "4", "10", unit="万 card")
        + yearly("w", "1", "2", "4", "8", "16", unit="'%'")
        + "rules:\n"
        + later("change", "delta(x)", "card")
        + each("total", "cum(x)", "card")
        + later("growth", "yoy(x)", "'%'")
        + later("points", "delta(w)", "pp")
        + rule("yearly", "cagr(w, 2021, 2025)", "'%'")
        + each("against", "index(x, 2025)", "'%'")
        + later("before", "lag(x, 1)", "千 card")
        + rule("all", "sum(x, period)", "亿 card"),
        {
            "change[period=2022]": "20000",  # 2 万
            "change[period=2023]": "-10000",
            "total[period=2023]": "120000",  # 12 万
            "growth[period=2023]": "-20",  # percent
            "growth[period=2025]": "150",
            "points[period=2024]": "4",  # 8 % - 4 %
            "yearly": "100",
            "against[period=2021]": "30",  # 3/10
            "before[period=2022]": "30",  # 3 万 = 30 千
            "all": "13/5000",  # 26 万 = 0.0026 亿
        },
    ),
    Worked(
        "years before the first, after nothing, and unknown ones",
        "drivers:\n" + yearly("none", "0", "0", "1", "2", "4") + "  gap: {unit: '1', kind: flow, foreach: [period], "
        "assume: [{period: 2021, value: '1', note: a}, {period: 2023, value: '3', note: b}, "
        "{period: 2024, value: '6', note: c}, {period: 2025, value: '0', note: d}]}\n"
        + "rules:\n"
        + later("from_nothing", "yoy(none)")
        + rule("from_zero", "cagr(none, 2021, 2025)")
        + each("to_zero", "index(none, 2022)")
        + later("change", "delta(gap)")
        + later("growth", "yoy(gap)")
        + each("total", "cum(gap)")
        + rule("all", "sum(gap, period)")
        + rule("fallen", "cagr(gap, 2023, 2025)")
        + rule("unknown", "cagr(gap, 2022, 2025)"),
        {
            "from_nothing[period=2022]": "BW401",  # 0/0
            "from_nothing[period=2023]": "BW401",  # 1/0
            "from_nothing[period=2024]": "1",
            "from_zero": "BW401",
            "to_zero[period=2025]": "BW401",
            "change[period=2022]": "unknown",  # 2022 is not printed
            "change[period=2023]": "unknown",
            "change[period=2024]": "3",
            "growth[period=2024]": "1",
            "growth[period=2025]": "-1",  # to nothing
            "total[period=2021]": "1",
            "total[period=2022]": "unknown",
            "total[period=2025]": "unknown",  # a sum with a gap is no sum
            "all": "unknown",
            "fallen": "-1",  # (0/3)^(1/2) - 1
            "unknown": "unknown",
        },
    ),
)

_GRID = (
    "  grid: {unit: card, kind: stock, foreach: [mix, side], where: [{mix: p, side: u}, {mix: q, side: u}, "
    "{mix: r, side: v}], assume: [{index: {mix: p, side: u}, value: '2', note: a}, "
    "{index: {mix: q, side: u}, value: '3', note: b}, {index: {mix: r, side: v}, value: '5', note: c}]}\n"
)
_ROW = (
    "  row: {unit: '1', kind: ratio, foreach: [mix], assume: [{index: {mix: p}, value: '7', note: a}, "
    "{index: {mix: q}, value: '11', note: b}, {index: {mix: r}, value: '13', note: c}]}\n"
)
_COLUMN = (
    "  column: {unit: lamp, kind: stock, foreach: [side], assume: [{index: {side: u}, value: '0.5', note: a}, "
    "{index: {side: v}, value: '-1.5', note: b}]}\n"
)

DIMENSIONS = (
    Worked(
        "sums, members and index sets",
        "drivers:\n"
        + _GRID
        + _ROW
        + _COLUMN
        + "rules:\n"
        + "  scaled: {unit: card, kind: stock, foreach: [mix, side], where: grid, expression: grid * row}\n"
        + "  doubled: {unit: card, kind: stock, foreach: [mix, side], where: [{mix: r, side: v}], "
        "expression: grid * 2}\n"
        + rule("listed", "grid[mix=p,side=u] + grid[mix=q,side=u] + grid[mix=r,side=v]", "card")
        + "  by_side: {unit: card, kind: stock, foreach: [side], expression: 'sum(grid, mix)'}\n"
        + "  by_mix: {unit: card, kind: stock, foreach: [mix], expression: 'sum(grid, side)'}\n"
        + rule("whole", "sum(sum(grid, mix), side)", "card")
        + rule("weighed", "sum(sum(grid * row, side), mix)", "card")
        + rule("one_side", "sum(grid[side=u] * row, mix)", "card")
        + rule("rows", "sum(row, mix)")
        + rule("rows_but", "sum(row, mix) - row[mix=q]")
        + rule("columns", "sum(column, side)", "lamp")
        + rule("product", "sum(row, mix) * sum(column, side)", "lamp")
        + rule("nested", "sum(sum(row * column, mix), side)", "lamp")
        + rule("turned", "sum(sum(row * column, side), mix)", "lamp")
        + rule("counted", "sum(row * 0 + 1, mix)")
        + rule("least", "min(row[mix=p], row[mix=q], row[mix=r])")
        + rule("squares", "sum(row^2, mix)")
        + "  part: {unit: '%', kind: ratio, foreach: [mix], expression: row / rows}\n",
        {
            "scaled[mix=p,side=u]": "14",  # 2 * 7
            "scaled[mix=q,side=u]": "33",
            "scaled[mix=r,side=v]": "65",
            "doubled[mix=r,side=v]": "10",
            "listed": "10",
            "by_side[side=u]": "5",  # a sum runs over the members that there are: 2 + 3
            "by_side[side=v]": "5",
            "by_mix[mix=q]": "3",
            "by_mix[mix=r]": "5",
            "whole": "10",
            "weighed": "112",  # 2*7 + 3*11 + 5*13
            "one_side": "47",  # 2*7 + 3*11
            "rows": "31",  # 7 + 11 + 13
            "rows_but": "20",
            "columns": "-1",  # 0.5 - 1.5
            "product": "-31",
            "nested": "-31",
            "turned": "-31",
            "counted": "3",
            "least": "7",
            "squares": "339",  # 49 + 121 + 169
            "part[mix=q]": "1100/31",  # percent
        },
    ),
)
