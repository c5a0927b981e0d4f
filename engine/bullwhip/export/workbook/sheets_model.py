"""The sheets of the model: rules as written, results as formulas, elasticities by the chosen driver, helper cells."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from bullwhip.export.workbook.book import Book, Column, Sheet, cached, number_format, reference
from bullwhip.export.workbook.content import Content
from bullwhip.export.workbook.formulas import Formulas
from bullwhip.export.workbook.layout import ALWAYS, FIRST, Grid, Row
from bullwhip.export.workbook.names import variant_name
from bullwhip.export.workbook.sheets_inputs import Drivers
from bullwhip.export.workbook.slopes import Slopes
from bullwhip.model.program import Cell
from bullwhip.model.quantity import Quantity

__all__ = ["CHOSEN", "write_elasticity", "write_results", "write_rules", "write_steps"]

CHOSEN = "chosen_driver"
"""Name of the cell that chooses the driver."""
_HEADINGS = (
    Column("quantity", "量", 36),
    Column("members", "成员", 22),
    Column("name", "中文名", 24),
    Column("name", "英文名", 32),
    Column("unit", "单位", 16),
    Column("kind", "类别", 11),
    Column("tier", "环节", 18),
    Column("rule", "规则", 11),
    Column("sources", "来源", 14),
    Column("all periods", "不分期", 17),
)
_RULES = (
    Column("quantity", "量", 36),
    Column("name", "中文名", 24),
    Column("name", "英文名", 32),
    Column("unit", "单位", 16),
    Column("kind", "类别", 11),
    Column("rule", "规则", 60),
    Column("variants", "其他算法", 40),
    Column("legend", "符号", 60),
    Column("edge", "所在链条", 28),
    Column("tier", "环节", 16),
    Column("sizes it by", "衡量", 11),
    Column("source", "出处", 22),
    Column("note", "说明", 50),
    Column("place", "位置", 26),
    Column("result", "结果", 10),
)
_LITERAL = 250
"""Characters of a text inside a formula; 255 are allowed."""
_MODEL_RULES = 3
"""The row of the headings of the sheet `rules`."""


def write_results(
    book: Book, content: Content, grid: Grid, drivers: Drivers, formulas: Formulas, claim_rows: dict[str, int]
) -> None:
    """Write every cell of the program as a formula with its value, and name it."""
    sheet = book.sheet("results")
    sheet.text(0, 0, "Results · 结果", "title")
    sheet.text(
        1,
        0,
        "Every cell is a formula over drivers and other results; #N/A is unknown. 每格均为公式，#N/A 表示未知。",
        "lead",
    )
    _grid_head(sheet, grid, _HEADINGS)
    rules = {q.id: k for k, q in enumerate(_rules(content), _MODEL_RULES + 1)}
    documents = {c.id: c.document for c in content.program.claims}
    for row in grid.rows:
        _describe(sheet, row)
        _lead_to_input_or_rule(sheet, row, drivers, rules)
        _lead_to_print(sheet, row, content, documents, claim_rows)
        form = number_format([content.values.get(content.program.cells[p].node) for p in row.cells.values()])
        for column, position in row.cells.items():
            cell = content.program.cells[position]
            node = cell.node
            value = cached(content.values.get(node), failed=node in content.failed)
            if content.is_input(position):
                source = drivers.value(position)
                sheet.formula(row.number, column, f"=IF(ISNUMBER({source}),{source},NA())", value, "used", form)
            else:
                sheet.formula(row.number, column, _defined(cell, formulas), value, "result", form)
            book.name(formulas.names[position], "results", reference(row.number, column))
    sheet.inner.autofilter(FIRST - 1, 0, FIRST + len(grid.rows) - 1, ALWAYS - 1)
    sheet.page(large=True)
    sheet.keep_in_place()


def _defined(cell: Cell, formulas: Formulas) -> str:
    """Return the formula of a rule at one index and period, in the variant that is chosen in the workbook."""
    text = formulas.value(cell.definition).text
    for name, node in reversed(cell.variants):
        text = f'IF({variant_name(cell.quantity)}="{name}",{_kept(formulas, node)},{text})'
    return f"={text}"


def _kept(formulas: Formulas, node: int) -> str:
    text = formulas.value(node).text
    return text if len(text) < 2_000 else formulas.helper(node, text)


def _grid_head(sheet: Sheet, grid: Grid, headings: tuple[Column, ...]) -> None:
    columns = [*headings, *(Column(str(p), "", 17) for p in grid.periods)]
    sheet.head(FIRST - 1, columns, frozen=2)


def _describe(sheet: Sheet, row: Row) -> None:
    quantity = row.quantity
    for column, text in enumerate((quantity.id, row.members, quantity.label.zh, quantity.label.en, quantity.unit)):
        sheet.text(row.number, column, text, "key" if column == 0 else "text")


def _rules(content: Content) -> list[Quantity]:
    return [q for q in content.program.quantities.values() if not q.is_driver]


def _lead_to_input_or_rule(sheet: Sheet, row: Row, drivers: Drivers, rules: Mapping[str, int]) -> None:
    """Write what a row is, with a link to its first input or to its rule."""
    quantity = row.quantity
    sheet.text(row.number, 5, "driver" if quantity.is_driver else quantity.kind)
    sheet.text(row.number, 6, quantity.tier)
    inputs = [p for p in row.cells.values() if p in drivers.rows]
    if quantity.is_driver and inputs:
        sheet.link(row.number, 7, f"drivers!A{drivers.rows[inputs[0]] + 1}", "input →")
    elif not quantity.is_driver:
        sheet.link(row.number, 7, f"rules!A{rules[quantity.id] + 1}", "rule →")


def _lead_to_print(
    sheet: Sheet, row: Row, content: Content, documents: Mapping[str, str], claim_rows: Mapping[str, int]
) -> None:
    """Write the documents that a row rests on, at the period of the answers, with a link to the first print."""
    latest = [*row.cells.values()][-1]
    at = next((p for p in row.cells.values() if content.program.cells[p].period == content.period), latest)
    found = [c for c in content.rests_on.get(at, ()) if c in claim_rows]
    if found:
        shown = ", ".join(sorted({documents[c] for c in found}))
        sheet.link(row.number, 8, f"claims!A{claim_rows[found[0]] + 1}", shown)


def write_elasticity(book: Book, content: Content, grid: Grid, slopes: Slopes, choices: str) -> None:
    """Write the elasticity of every cell by the driver that is chosen in the sheet."""
    sheet = book.sheet("elasticity")
    sheet.text(0, 0, "Elasticity to one driver · 对所选驱动因素的弹性", "title")
    sheet.text(
        1,
        0,
        "Percent per +1 % of the driver, all its cells moving alike; choose it here: "
        "驱动因素变动 1% 时的变动百分比，在此选择：",
        "lead",
    )
    sheet.text(2, 0, content.driver, "input")
    book.name(CHOSEN, "elasticity", reference(2, 0))
    if choices:
        sheet.inner.data_validation(2, 0, 2, 0, {"validate": "list", "source": choices})
    headings = (*_HEADINGS[:5], Column("moves", "变动", 9), *_HEADINGS[6:])
    _grid_head(sheet, grid, headings)
    chosen = next((d for d in content.drivers if d.name == content.driver), None)
    moved = set(chosen.positions if chosen else ())
    for row in grid.rows:
        _describe(sheet, row)
        stated = [p for p in row.cells.values() if content.program.cells[p].definition < 0]
        if stated:
            choices_here = [f'{CHOSEN}="{n}"' for n in dict.fromkeys([row.quantity.id, row.name]) if len(n) <= _LITERAL]
            named = ",".join(choices_here) or "FALSE"
            moves = 1 if moved.intersection(stated) else 0
            sheet.formula(row.number, 5, f"=IF(OR({named}),1,0)", float(moves), "live")
        sheet.text(row.number, 6, row.quantity.tier)
        sheet.link(row.number, 7, f"results!{grid.at(next(iter(row.cells.values()))).replace('$', '')}", "value →")
        for column, position in row.cells.items():
            cell = content.program.cells[position]
            if cell.definition < 0:
                formula = f"=$F${row.number + 1}"
            elif content.is_input(position):
                formula = "=0"
            else:
                formula = _slope_of(cell, slopes)
            value = cached(content.slopes.get(cell.node, Fraction(0)))
            sheet.formula(row.number, column, formula, value, "live", "0.0000")
    sheet.page(large=True)
    sheet.keep_in_place()


def _slope_of(cell: Cell, slopes: Slopes) -> str:
    formula = slopes.formula(cell.definition)
    text = formula.removeprefix("=")
    for name, node in reversed(cell.variants):
        other = slopes.formula(node).removeprefix("=")
        text = f'IF({variant_name(cell.quantity)}="{name}",{other},{text})'
    return f"={text}"


def write_steps(book: Book, content: Content, formulas: Formulas) -> None:
    """Write the helper cells; after all formulas have been made, as only then they are known."""
    sheet = book.sheet("steps")
    sheet.text(0, 0, "Steps · 中间步骤", "title")
    sheet.text(
        1, 0, "Parts of formulas that are too long for one cell, or stand in it several times. 过长公式的分段。", "lead"
    )
    columns = (
        Column("number", "序号", 10),
        Column("what", "内容", 14),
        Column("value", "数值", 20),
        Column("elasticity", "弹性", 20),
    )
    sheet.head(formulas.first - 2, columns)
    for k, helper in enumerate(formulas.helpers):
        row = formulas.first - 1 + k
        sheet.number(row, 0, k + 1, "count")
        sheet.text(row, 1, "elasticity" if helper.slope else "value")
        known = content.slopes if helper.slope else content.values
        value = cached(
            known.get(helper.node) if helper.node >= 0 else None,
            failed=helper.node in content.failed and not helper.slope,
        )
        sheet.formula(row, 3 if helper.slope else 2, helper.formula, value, "live" if helper.slope else "result")
    sheet.page()
    sheet.keep_in_place()


def write_rules(book: Book, content: Content, grid: Grid) -> None:
    """Write every rule as its author wrote it, with a legend of what it reads, its place and its source."""
    sheet = book.sheet("rules")
    quantities = content.program.quantities
    sheet.text(0, 0, "Rules · 规则", "title")
    sheet.text(1, 0, "As written by their authors; nothing here is calculated. 规则原文，不参与计算。", "lead")
    sheet.head(_MODEL_RULES, _RULES)
    rules = _rules(content)
    for row, q in enumerate(rules, _MODEL_RULES + 1):
        legend = "\n".join(
            f"{name}: {r.label.zh} · {r.label.en} [{r.unit}]" for name in q.inputs if (r := quantities.get(name))
        )
        edge = f"{q.edge[0]} → {q.edge[1]}" if q.edge else ""
        variants = "\n".join(f"{name}: {text}" for name, text in q.variants)
        given = f"; given in {', '.join(map(str, q.given))}" if q.given else ""
        texts = (
            q.id,
            q.label.zh,
            q.label.en,
            q.unit,
            q.kind,
            f"{q.id} = {q.expression}{given}",
            variants,
            legend,
            edge,
            q.tier,
            q.measure,
            q.source,
            q.note,
            f"{q.file}:{q.line}",
        )
        for column, text in enumerate(texts):
            sheet.text(row, column, text, "key" if column == 0 else "formula" if column in (5, 6) else "wrap")
        sheet.height(row, [(texts[5], 54), (variants, 36), (legend, 60), (q.note, 50)])
        if q.id in grid.row_of:
            sheet.link(row, 14, f"results!A{grid.row_of[q.id] + 1}", "result →")
    sheet.inner.autofilter(_MODEL_RULES, 0, _MODEL_RULES + len(rules), len(_RULES) - 1)
    sheet.page(large=True)
