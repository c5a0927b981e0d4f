"""The sheets of answers: sensitivities beside live ones, and companies ranked by the chosen driver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.export.workbook.book import Book, Column, Sheet, cached, reference
from bullwhip.export.workbook.content import Content, Exposed
from bullwhip.export.workbook.layout import ALWAYS, FIRST, Grid
from bullwhip.export.workbook.sheets_model import CHOSEN
from bullwhip.model.answer import ExposureRow
from bullwhip.model.quantity import index_text

__all__ = ["write_exposure", "write_sensitivities"]

_HEAD, _FIRST = 4, 5
_MEASURED = (
    Column("quantity", "量", 52),
    Column("name", "中文名", 24),
    Column("name", "英文名", 38),
    Column("driver", "驱动因素", 48),
    Column("driver", "驱动因素名", 24),
    Column("elasticity, engine", "弹性（引擎）", 14),
    Column("derivative, engine", "导数（引擎）", 18),
    Column("unit of derivative", "导数单位", 26),
    Column("elasticity, live", "弹性（公式）", 14),
    Column("derivative, live", "导数（公式）", 18),
    Column("live less engine", "差", 14),
    Column("note", "说明", 44),
)


def write_sensitivities(book: Book, content: Content, grid: Grid, names: Sequence[str]) -> None:
    """Write what the engine computed for every target and driver, beside the live figures of the chosen one."""
    sheet = book.sheet("sensitivities")
    sheet.text(0, 0, f"Sensitivities in {content.period} · 敏感性", "title")
    sheet.text(
        1,
        0,
        "Grey: exact figures of the engine as exported. Green: live, for the driver chosen in elasticity. "
        "灰色为导出时引擎的精确值；绿色为表内公式，对应所选驱动因素。",
        "lead",
    )
    sheet.head(_HEAD, _MEASURED)
    program = content.program
    members = {d.name: d for d in content.drivers}
    for row, m in enumerate(content.measured, _FIRST):
        cell = program.cells[m.position]
        quantity, driver = program.quantities[cell.quantity], program.quantities[members[m.driver].quantity]
        unit = f"{_bracketed(quantity.unit)} / {_bracketed(driver.unit)}"
        texts = (cell.name, quantity.label.zh, quantity.label.en, m.driver, driver.label.zh or driver.label.en)
        for column, text in enumerate(texts):
            sheet.text(row, column, text, "key" if column in (0, 3) else "text")
        sheet.number(row, 5, m.elasticity, "engine", "0.0000")
        sheet.number(row, 6, m.derivative, "engine", "0.0000E+00")
        sheet.text(row, 7, unit)
        live = m.driver == content.driver
        slope = f"elasticity!{grid.at(m.position)}"
        e = f"$I${row + 1}"
        sheet.formula(
            row, 8, f'=IF({CHOSEN}=$D${row + 1},{slope},"")', cached(m.elasticity) if live else "", "live", "0.0000"
        )
        if len(m.reached) == 1:
            at = names[m.reached[0]]
            formula = f'=IF({CHOSEN}=$D${row + 1},{e}*{names[m.position]}/{at},"")'
            sheet.formula(row, 9, formula, cached(m.derivative) if live else "", "live", "0.0000E+00")
        if m.elasticity is not None:
            formula = f'=IF({CHOSEN}=$D${row + 1},{e}-$F${row + 1},"")'
            sheet.formula(row, 10, formula, 0.0 if live else "", "live", "0.0E+00")
        sheet.text(row, 11, m.note)
    sheet.inner.autofilter(_HEAD, 0, _FIRST + max(len(content.measured), 1) - 1, len(_MEASURED) - 1)
    sheet.page(large=True)


def _bracketed(unit: str) -> str:
    return f"({unit})" if any(c in unit for c in "/*") else unit


_DATA = (
    "driver",
    "order",
    "company",
    "公司",
    "name",
    "ticker",
    "tier",
    "quantity",
    "row",
    "column",
    "share",
    "share at least",
    "share at most",
    "bound",
    "unit",
    "currency",
    "sources",
    "market, engine",
    "elasticity, engine",
    "value, engine",
    "scale",
)
_SHOWN = (
    Column("rank", "名次", 7),
    Column("company", "公司代号", 26),
    Column("company", "公司", 22),
    Column("company", "英文名", 30),
    Column("ticker", "代码", 12),
    Column("tier", "环节", 18),
    Column("through", "经由", 60),
    Column("elasticity", "弹性", 12),
    Column("quantity", "规模", 20),
    Column("unit", "单位", 14),
    Column("share", "份额", 10),
    Column("bound", "界", 7),
    Column("value per +1 %", "每+1% 金额", 20),
    Column("at least", "下限", 18),
    Column("at most", "上限", 18),
    Column("sources", "来源", 16),
)
_WORK = 18
"""The first column of what the ranking is computed from, beside it."""


@dataclass(frozen=True, slots=True)
class _Ranking:
    """What all rows of the ranking are written with."""

    grid: Grid
    longest: int
    """Rows of the driver that reaches most companies."""
    last: int
    """The last row of the data, counted from 1."""
    first: int
    """The line at which those of the chosen driver begin."""
    currencies: tuple[str, ...]

    def field(self, line: str, column: int) -> str:
        """Return a formula for a column of a line of the data."""
        letters = reference(0, column).split("$")[1]
        return f"INDEX(exposure_rows!${letters}$2:${letters}${self.last},{line})"


def write_exposure(book: Book, content: Content, grid: Grid) -> None:
    """Write the companies that the chosen driver reaches, ranked live: share × effect, as far as shares are printed."""
    drivers = [name for name, rows in content.exposures.items() if rows]
    longest = max((len(content.exposures[name]) for name in drivers), default=0)
    sheet, data = book.sheet("exposure"), book.sheet("exposure_rows")
    currencies = tuple(sorted({e.row.currency for some in content.exposures.values() for e in some if e.row.currency}))
    placed = _data(data, content, grid, drivers, currencies)
    last = 1 + sum(len(content.exposures[n]) for n in drivers)
    rows, first = content.exposures.get(content.driver, ()), placed.get(content.driver, 0)
    sheet.text(0, 0, f"Exposure in {content.period} · 公司敞口", "title")
    sheet.text(1, 0, _LEAD, "lead")
    sheet.formula(2, 0, f'={CHOSEN}&""', content.driver, "live")
    whole = f"exposure_rows!$A$2:$A${last}"
    sheet.formula(2, 16, f"=IFERROR(MATCH({CHOSEN},{whole},0),0)", float(first), "engine")
    sheet.formula(2, 17, f"=COUNTIF({whole},{CHOSEN})", float(len(rows)), "engine")
    sheet.head(_HEAD, _SHOWN)
    ranks = [e.row.rank for e in rows]
    at = _Ranking(grid, longest, last, first, currencies)
    for k in range(longest):
        here = k < len(rows)
        order = ranks.index(k + 1) if here else 0
        _work(sheet, k, at, rows[k] if here else None, ranks[k] if here else 0, order + 1 if here else 0)
        _shown(sheet, k, at, rows[order].row if here else None)
    sheet.inner.set_column(16, 17, 12, None, {"level": 1, "hidden": True})
    for k, text in enumerate(_WORKING):
        sheet.inner.set_column(_WORK + k, _WORK + k, 12, None, {"level": 1, "hidden": True})
        sheet.text(_HEAD, _WORK + k, text, "engine")
    sheet.page(large=True)
    sheet.keep_in_place()
    data.keep_in_place()
    data.inner.hide()


_LEAD = (
    "Companies of the driver chosen in elasticity, most exposed first; value = share × quantity × elasticity ÷ 100. "
    "Empty is unknown. 按所选驱动因素排名；空白表示未知。"
)
_WORKING = ("line", "elasticity", "market", "effect", "low", "high", "size", "currency", "strength", "rank", "place")
_LINE, _SLOPE, _MARKET, _EFFECT, _LOW, _HIGH, _SIZE, _CURRENCY, _STRENGTH, _RANK, _PLACE = range(len(_WORKING))
_NO_MONEY = 998
"""Stands behind all currencies: a row of which no amount is known."""


def _data(
    data: Sheet, content: Content, grid: Grid, drivers: Sequence[str], currencies: Sequence[str]
) -> dict[str, int]:
    """Write all rows of all drivers; return the line, counted from 1, where each driver's begin."""
    for column, text in enumerate(_DATA):
        data.text(0, column, text, "head")
        data.inner.set_column(column, column, 16)
    data.inner.freeze_panes(1, 3)
    placed: dict[str, int] = {}
    line = 1
    for name in drivers:
        placed[name] = line
        for order, exposed in enumerate(content.exposures[name], 1):
            r = exposed.row
            row, column = grid.places[r.position]
            cell = content.program.cells[r.position]
            texts = (name, "", r.company, r.label.zh, r.label.en, r.ticker, r.tier, cell.name)
            for k, text in enumerate(texts):
                data.text(line, k, text)
            data.number(line, 1, order, "count")
            data.number(line, 8, row - FIRST + 1, "count")
            data.number(line, 9, column - ALWAYS + 1, "count")
            for k, share in ((10, r.share), (11, exposed.low), (12, exposed.high)):
                if share is not None:
                    data.number(line, k, share, "engine")
            data.text(line, 13, r.share_bound)
            data.text(line, 14, r.unit)
            counts = exposed.low is not None or exposed.high is not None
            data.number(line, 15, currencies.index(r.currency) + 1 if r.currency and counts else _NO_MONEY, "count")
            data.text(line, 16, " ".join(dict.fromkeys(s.report for s in r.sources if s.report)))
            data.number(line, 17, r.market, "engine")
            data.number(line, 18, r.elasticity, "engine")
            data.number(line, 19, r.value, "engine")
            data.number(line, 20, r.scale, "engine")
            line += 1
    return placed


def _cell(k: int, column: int) -> str:
    return reference(_FIRST + k, _WORK + column)


def _block(longest: int, column: int) -> str:
    return f"{_cell(0, column)}:{_cell(longest - 1, column)}"


def _work(sheet: Sheet, k: int, at: _Ranking, exposed: Exposed | None, rank: int, order: int) -> None:
    """Write what the ranking is computed from: one line for each row of the driver, in the order of ties."""
    row, grid, longest = _FIRST + k, at.grid, at.longest
    area = f"{reference(FIRST, ALWAYS)}:{reference(FIRST + len(grid.rows) - 1, grid.last_column)}"
    cell = [_cell(k, column) for column in range(len(_WORKING))]
    block = [_block(longest, column) for column in range(len(_WORKING))]
    line, slope, market, effect, low, high = cell[:_SIZE]
    where = f"{at.field(line, 8)},{at.field(line, 9)}"
    known = f"AND(ISNUMBER({effect}),OR(ISNUMBER({low}),ISNUMBER({high})))"

    def ahead(*columns: int) -> str:
        first, *rest = columns
        more = "<" if first in (_CURRENCY, _LINE) else ">"
        before = f"({block[first]}{more}{cell[first]})"
        return f"({before}+({block[first]}={cell[first]})*{ahead(*rest)})" if rest else before

    formulas = (
        f'=IF({k + 1}<=$R$3,$Q$3+{k},"")',
        f'=IF({line}="","",INDEX(elasticity!{area},{where}))',
        f'=IF({line}="","",INDEX(results!{area},{where}))',
        f'=IF({line}="","",IF(AND(ISNUMBER({slope}),ISNUMBER({market})),{market}*{slope}/100,""))',
        *(f'=IF({line}="","",IF({at.field(line, c)}&""="","",{at.field(line, c)}))' for c in (11, 12)),
        f'=IF({line}="",-2,IF({known},IF(ISNUMBER({low}),ABS({low}*{effect})*{at.field(line, 20)},-1),-1))',
        f'=IF({line}="",{_NO_MONEY + 1},IF({known},{at.field(line, 15)},{_NO_MONEY}))',
        f'=IF({line}="",-2,IF(ISNUMBER({slope}),ROUND(ABS({slope}),9),-1))',
        f'=IF({line}="","",1+SUMPRODUCT({ahead(_STRENGTH, _CURRENCY, _SIZE, _LINE)}))',
        f"=IFERROR(MATCH({k + 1},{block[_RANK]},0),0)",
    )
    values = _worked(at, exposed, k, rank, order)
    for column, (formula, value) in enumerate(zip(formulas, values, strict=True)):
        sheet.formula(row, _WORK + column, formula, value, "engine")


def _worked(at: _Ranking, exposed: Exposed | None, k: int, rank: int, order: int) -> list[float | str]:
    """Return what the k-th line of the ranking's work holds when the workbook is written."""
    if exposed is None:
        return ["", "", "", "", "", "", -2.0, float(_NO_MONEY + 1), -2.0, "", 0.0]
    r, low, high = exposed.row, exposed.low, exposed.high
    known = r.effect is not None and (low, high) != (None, None)
    size = abs(float(low * r.effect * r.scale)) if known and r.effect is not None and low is not None else -1.0
    currency = at.currencies.index(r.currency) + 1 if known and r.currency else _NO_MONEY
    strength = -1.0 if r.elasticity is None else round(abs(float(r.elasticity)), 9)
    return [
        float(at.first + k),
        cached(r.elasticity),
        cached(r.market),
        _number(r.effect),
        _number(low),
        _number(high),
        size,
        float(currency),
        strength,
        float(rank),
        float(order),
    ]


def _number(value: Fraction | None) -> float | str:
    return "" if value is None else cached(value)


def _shown(sheet: Sheet, k: int, at: _Ranking, r: ExposureRow | None) -> None:
    """Write the k-th row of the ranking."""
    place = _cell(k, _PLACE)
    line, slope, market, effect, low, high = (f"INDEX({_block(at.longest, c)},{place})" for c in range(6))

    def text(column: int) -> str:
        return f'{at.field(line, column)}&""'

    def known(value: str) -> str:
        return f'IF(ISNUMBER({value}),{value},"")'

    def end(positive: str, negative: str) -> str:
        either = f"IF({effect}<0,{_times(negative, effect)},{_times(positive, effect)})"
        return f'IF(ISNUMBER({effect}),IF({low}={high},"",{either}),"")'

    one = f'IF(AND(ISNUMBER({effect}),ISNUMBER({low})),IF({low}={high},{low}*{effect},""),"")'
    share = at.field(line, 10)
    formulas = (
        str(k + 1),
        text(2),
        text(3),
        text(4),
        text(5),
        text(6),
        text(7),
        known(slope),
        known(market),
        text(14),
        f'IF({share}&""="","",{share})',
        text(13),
        one,
        end(low, high),
        end(high, low),
        text(16),
    )
    forms = {0: "0", 7: "0.0000", 8: "#,##0", 10: "0.0%", 12: "#,##0", 13: "#,##0", 14: "#,##0"}
    for column, (formula, value) in enumerate(zip(formulas, _values(k, r), strict=True)):
        style = "live" if column in forms else "shown"
        sheet.formula(_FIRST + k, column, f'=IF({place}=0,"",{formula})', value, style, forms.get(column, ""))


def _times(share: str, effect: str) -> str:
    return f'IF(ISNUMBER({share}),{share}*{effect},"")'


def _values(k: int, r: ExposureRow | None) -> list[float | str]:
    """Return what the k-th row of the ranking shows when the workbook is written."""
    if r is None:
        return [""] * len(_SHOWN)
    low, high = (None, None) if r.value is not None else r.value_range
    return [
        float(k + 1),
        r.company,
        r.label.zh,
        r.label.en,
        r.ticker,
        r.tier,
        index_text(r.quantity, r.index),
        _number(r.elasticity),
        _number(r.market),
        r.unit,
        _number(r.share),
        r.share_bound,
        _number(r.value),
        _number(low),
        _number(high),
        " ".join(dict.fromkeys(s.report for s in r.sources if s.report)),
    ]
