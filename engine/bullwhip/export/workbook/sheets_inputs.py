"""The sheets that a person begins with: what the file is, the drivers to edit, and the variants to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.export.workbook.book import Book, Column, Sheet, number_format, reference
from bullwhip.export.workbook.content import Content
from bullwhip.export.workbook.layout import Grid
from bullwhip.export.workbook.names import variant_name
from bullwhip.model.claim import STATUS, Claim, Index
from bullwhip.model.program import Assumption
from bullwhip.numbers import fraction_text

__all__ = ["AS_WRITTEN", "DRIVER_COLUMNS", "Drivers", "write_cover", "write_drivers", "write_variants"]

DRIVER_COLUMNS = (
    Column("cell", "单元", 52),
    Column("name", "中文名", 24),
    Column("name", "英文名", 30),
    Column("members", "成员", 24),
    Column("period", "年份", 8),
    Column("value", "数值（可改）", 18),
    Column("unit", "单位", 18),
    Column("status", "性质", 20),
    Column("source", "来源", 52),
    Column("note", "说明", 40),
    Column("lowest", "下限", 10),
    Column("highest", "上限", 10),
    Column("as exported", "导出时的值", 22),
)
"""The columns of the sheet `drivers`; reading back finds them by their headings."""
AS_WRITTEN = "as written"
"""What stands for the rule itself among its variants."""
_HEAD, _FIRST, _VALUE = 3, 4, 5
_VALIDATED = {"validate": "decimal", "ignore_blank": True, "error_title": "bullwhip"}
_ANY = {"criteria": "between", "minimum": -1e300, "maximum": 1e300}
_ZH = {
    "actual": "实际",
    "estimate": "预测",
    "specification": "规格",
    "assumption": "假设",
    "set": "情景设定",
    "no value": "无数据",
}

_SHEETS = (
    ("drivers", "every input: change the cream cells", "全部输入：改动米色单元格"),
    ("variants", "which reading of a rule counts", "规则采用哪种算法"),
    ("results", "every quantity by period, as live formulas", "各期结果，均为公式"),
    ("elasticity", "response of every result to one driver, live", "对所选驱动因素的弹性，随之重算"),
    ("sensitivities", "derivatives and elasticities, the engine's beside live ones", "敏感性：引擎结果与表内公式对照"),
    ("exposure", "companies exposed to the chosen driver, ranked live", "所选驱动因素下的公司排名，随之重算"),
    ("rules", "every rule as written, with its legend and source", "全部规则原文、符号与出处"),
    ("claims", "every figure the documents print, with its verdict", "文献原文数字与核对结论"),
    ("documents", "the documents", "文献"),
)


@dataclass(frozen=True)
class Drivers:
    """Where the input cells stand, and what the links to them need."""

    rows: dict[int, int]
    """Position to row, counted from 0."""

    def value(self, position: int) -> str:
        """Return the reference to the cell that a person edits."""
        return f"drivers!{reference(self.rows[position], _VALUE)}"


def write_cover(book: Book, content: Content, sheets: list[str]) -> None:
    """Write what the file is, where its numbers come from, and how it is used; links to the other sheets."""
    sheet = book.sheet("readme")
    header = content.program.header
    for column, width in enumerate((22, 62, 62)):
        sheet.inner.set_column(column, column, width)
    sheet.text(0, 0, " · ".join(t for t in (header.label.zh, header.label.en) if t), "title")
    sheet.text(1, 0, "A model with live formulas, written by bullwhip · 由 bullwhip 导出，公式可重算", "lead")
    row = _section(sheet, 3, "Sheets · 工作表")
    for name, en, zh in _SHEETS:
        if name in sheets:
            sheet.link(row, 0, f"{name}!A1", name)
            sheet.text(row, 1, en, "wrap")
            sheet.text(row, 2, zh, "wrap")
            row += 1
    row = _section(sheet, row + 1, "How to use it · 使用方法")
    for en, zh in _HOW:
        sheet.text(row, 1, en, "wrap")
        sheet.text(row, 2, zh, "wrap")
        sheet.height(row, [(en, 62), (zh, 62)])
        row += 1
    row = _section(sheet, row + 1, "Colours · 颜色")
    for style, en, zh in _COLOURS:
        sheet.number(row, 0, Fraction(123), style)
        sheet.text(row, 1, en, "wrap")
        sheet.text(row, 2, zh, "wrap")
        row += 1
    row = _section(sheet, row + 1, "Stamp · 版本")
    for key, text in content.stamp.items():
        sheet.text(row, 0, key, "key")
        sheet.text(row, 1, text, "wrap")
        row += 1
    sheet.inner.hide_gridlines(2)
    sheet.page()


_HOW = (
    (
        "Change a cream cell on drivers; everything that rests on it recalculates. Delete a value and what rests on "
        "it shows #N/A: nothing is ever taken for zero.",
        "在 drivers 中修改米色单元格，所有相关结果自动重算；删去数值后，依赖它的结果显示 #N/A，绝不当作零。",
    ),
    (
        "Choose a driver in the cream cell of elasticity: elasticities, sensitivities and the ranking of companies "
        "follow. At a kink, or where it is not known, an elasticity shows #N/A.",
        "在 elasticity 的米色单元格选择驱动因素，弹性、敏感性与公司排名随之变化；拐点处或未知时显示 #N/A。",
    ),
    (
        "Sheets with formulas are protected without a password, so that sorting or inserting cannot move cells away "
        "from what names them; filters and the cream cells work. Unprotect a sheet to change a formula.",
        "含公式的工作表已加保护（无密码），以免排序或插入行使引用错位；筛选与米色单元格可用。需要改公式时可取消保护。",
    ),
    (
        "Read the changed cells back as a scenario: bullwhip import FILE.xlsx -o rules/scenarios/NAME.yaml",
        "把改动读回为情景：bullwhip import FILE.xlsx -o rules/scenarios/NAME.yaml",
    ),
    (
        "Formulas name their cells: quantity, members and period joined by _. Conversions of units stand in them as "
        "numbers. Doubles carry 15 digits; the engine computes exactly.",
        "公式按名称引用单元格（量、成员、年份以 _ 相连），单位换算以数字写入。表格为 15 位浮点数，引擎为精确有理数。",
    ),
)
_COLOURS = (
    ("input", "typed in: change it", "输入值，可修改"),
    ("used", "an input as the formulas use it", "公式所用的输入值"),
    ("result", "computed by a formula", "公式计算结果"),
    ("live", "follows the chosen driver", "随所选驱动因素变化"),
    ("engine", "written by the engine, does not change", "引擎写入的固定值"),
)


def _section(sheet: Sheet, row: int, title: str) -> int:
    for column in range(3):
        sheet.inner.write_blank(row, column, None, sheet.book.style("section"))
    sheet.text(row, 0, title, "section")
    return row + 1


def write_drivers(book: Book, content: Content, grid: Grid, claim_rows: dict[str, int]) -> Drivers:
    """Write every input cell, one a row, with what is known of it; the value can be edited."""
    sheet = book.sheet("drivers")
    sheet.text(0, 0, "Drivers · 驱动因素与输入", "title")
    sheet.text(
        1, 0, "Change the cream cells; leave a cell empty where nothing is known. 改动米色单元格；未知则留空。", "lead"
    )
    sheet.head(_HEAD, DRIVER_COLUMNS, frozen=1)
    claims = {c.id: c for c in content.program.claims}
    assumed: dict[tuple[str, Index], list[Assumption]] = {}
    for one in content.program.assumptions:
        assumed.setdefault((one.quantity, one.index), []).append(one)
    placed: dict[int, int] = {}
    row = _FIRST
    for line in grid.rows:
        inputs = [p for p in line.cells.values() if content.is_input(p)]
        form = number_format([content.given(p) for p in inputs])
        for position in inputs:
            _driver(sheet, row, position, content, claims, claim_rows, form, assumed)
            placed[position] = row
            row += 1
        if inputs:
            _validate(sheet, row - len(inputs), row - 1, line.quantity.low, line.quantity.high)
    sheet.inner.autofilter(_HEAD, 0, max(row - 1, _HEAD), len(DRIVER_COLUMNS) - 1)
    changed = book.inner.add_format({"bg_color": "#FFD966", "bold": True})
    rule = f"=AND(ISNUMBER($F{_FIRST + 1}),$F{_FIRST + 1}<>$N{_FIRST + 1})"
    sheet.inner.conditional_format(
        _FIRST, _VALUE, max(row - 1, _FIRST), _VALUE, {"type": "formula", "criteria": rule, "format": changed}
    )
    sheet.inner.set_column(13, 13, 12, None, {"hidden": True})
    sheet.page(large=True)
    sheet.keep_in_place()
    return Drivers(placed)


def _driver(
    sheet: Sheet,
    row: int,
    position: int,
    content: Content,
    claims: dict[str, Claim],
    claim_rows: dict[str, int],
    form: str,
    assumed: Mapping[tuple[str, Index], list[Assumption]],
) -> None:
    program = content.program
    cell = program.cells[position]
    quantity = program.quantities[cell.quantity]
    value = content.given(position)
    sheet.text(row, 0, cell.name, "key")
    sheet.text(row, 1, quantity.label.zh)
    sheet.text(row, 2, quantity.label.en)
    sheet.text(row, 3, ", ".join(f"{d}={m}" for d, m in cell.index))
    if cell.period is not None:
        sheet.number(row, 4, cell.period, "count")
    sheet.number(row, _VALUE, value, "unknown" if value is None else "input", form)
    sheet.text(row, 6, quantity.unit)
    status, source, note, claim = _origin(position, content, claims, assumed)
    sheet.text(row, 7, f"{status} {_ZH[status]}")
    if claim in claim_rows:
        sheet.link(row, 8, f"claims!A{claim_rows[claim] + 1}", source)
    else:
        sheet.text(row, 8, source)
    sheet.text(row, 9, note)
    for column, bound in ((10, quantity.low), (11, quantity.high)):
        if bound is not None:
            sheet.number(row, column, bound)
    if value is not None:
        sheet.text(row, 12, fraction_text(value), "key")
        sheet.number(row, 13, value)


def _origin(
    position: int, content: Content, claims: dict[str, Claim], assumed: Mapping[tuple[str, Index], list[Assumption]]
) -> tuple[str, str, str, str]:
    """Return status, source, note and claim of an input."""
    if position in content.overrides:
        return "set", f"scenario {content.stamp.get('scenario', '')}", content.stamp.get("set", ""), ""
    given = content.program.given.get(position)
    cell = content.program.cells[position]
    if given is None:
        return "no value", "", content.program.quantities[cell.quantity].note, ""
    if not given.claims:
        stated = [a for a in assumed.get((cell.quantity, cell.index), ()) if a.period in (None, cell.period)]
        source = "; ".join(
            dict.fromkeys([*(c for a in stated for c in a.claims), *(f"{a.file}:{a.line}" for a in stated)])
        )
        return "assumption", source, given.note.removeprefix("assumption: "), ""
    first = claims[given.claims[0]]
    disputed = [f"{claims[i].document} {claims[i].locator}: {claims[i].lexical} {claims[i].unit}" for i in given.losers]
    note = "; ".join([given.note, *(["disputed by " + ", ".join(disputed)] if disputed else [])])
    return STATUS.get(first.status, "estimate"), "; ".join(claim_text(claims[i]) for i in given.claims), note, first.id


def claim_text(claim: Claim) -> str:
    """Return a claim in one line: document, place, print and unit."""
    row, column = (claim.row, claim.column) if claim.table else (claim.subject, claim.measure)
    where = " ".join(p for p in (claim.document, claim.locator, row, column) if p)
    return f"{where}: {claim.bound}{claim.lexical} {claim.unit}".rstrip()


def _validate(sheet: Sheet, first: int, last: int, low: Fraction | None, high: Fraction | None) -> None:
    rule = dict(_VALIDATED)
    ends = [None if end is None else float(end) for end in (low, high)]
    if ends[0] is not None and ends[1] is not None:
        rule |= {"criteria": "between", "minimum": ends[0], "maximum": ends[1]}
    elif ends[0] is not None:
        rule |= {"criteria": ">=", "value": ends[0]}
    elif ends[1] is not None:
        rule |= {"criteria": "<=", "value": ends[1]}
    else:
        rule |= _ANY
    upper = "∞" if high is None else fraction_text(high)
    told = (
        "a number"
        if ends == [None, None]
        else " to ".join(("a number from -∞" if low is None else f"a number from {fraction_text(low)}", upper))
    )
    sheet.inner.data_validation(
        first, _VALUE, last, _VALUE, rule | {"error_message": f"Type {told}, or nothing."[:255]}
    )


def write_variants(book: Book, content: Content) -> None:
    """Write the rules that have variants, each with a cell to choose one."""
    rules = [q for q in content.program.quantities.values() if q.variants]
    sheet = book.sheet("variants")
    sheet.text(0, 0, "Variants of rules · 规则的不同算法", "title")
    sheet.text(1, 0, "Choose in the cream cells; “as written” is the rule itself. 在米色单元格中选择。", "lead")
    columns = (
        Column("rule", "规则", 36),
        Column("name", "中文名", 26),
        Column("name", "英文名", 44),
        Column("chosen", "所选", 20),
        Column("as written", "规则本身", 60),
        Column("variants", "其他算法", 80),
    )
    sheet.head(_HEAD, columns)
    for row, quantity in enumerate(rules, _FIRST):
        sheet.text(row, 0, quantity.id, "key")
        sheet.text(row, 1, quantity.label.zh)
        sheet.text(row, 2, quantity.label.en)
        sheet.text(row, 3, content.variants.get(quantity.id, AS_WRITTEN), "input")
        choices = [AS_WRITTEN, *(name for name, _ in quantity.variants)]
        if len(",".join(choices)) <= 255:
            sheet.inner.data_validation(row, 3, row, 3, {"validate": "list", "source": choices})
        sheet.text(row, 4, quantity.expression, "formula")
        others = "\n".join(f"{name}: {text}" for name, text in quantity.variants)
        sheet.text(row, 5, others, "formula")
        sheet.height(row, [(quantity.expression, 54), (others, 72)])
        book.name(variant_name(quantity.id), "variants", reference(row, 3))
    sheet.page()
    sheet.keep_in_place()
