"""The sheets of sources: every claim as printed with its verdict, and the documents."""

from __future__ import annotations

from bullwhip.export.workbook.book import Book, Column, Sheet
from bullwhip.export.workbook.content import Content
from bullwhip.export.workbook.layout import Grid
from bullwhip.export.workbook.sheets_inputs import Drivers
from bullwhip.model.claim import STATUS, Claim
from bullwhip.model.quantity import index_text

__all__ = ["claim_rows", "write_claims", "write_documents"]

_HEAD, _FIRST = 3, 4


def claim_rows(content: Content) -> dict[str, int]:
    """Return the row of each claim on its sheet, counted from 0."""
    return {claim.id: row for row, claim in enumerate(content.program.claims, _FIRST)}


def write_claims(book: Book, content: Content, grid: Grid, drivers: Drivers) -> None:
    """Write every printed figure with document, table, row, column, period, status and verdict."""
    sheet = book.sheet("claims")
    sheet.text(0, 0, "Claims as printed · 原文数字", "title")
    sheet.text(1, 0, "What the documents print, and whether it can be recomputed. 文献原文及核对结论。", "lead")
    columns = (
        Column("claim", "编号", 18),
        Column("document", "文献", 10),
        Column("table", "图表", 12),
        Column("row", "行", 34),
        Column("column", "列", 18),
        Column("printed", "原文", 14),
        Column("unit", "单位", 12),
        Column("value", "数值", 16),
        Column("at least", "下限", 12),
        Column("at most", "上限", 12),
        Column("status", "性质", 13),
        Column("period", "期间", 10),
        Column("said by", "口径来源", 16),
        Column("cell of the model", "对应单元", 40),
        Column("used", "用途", 12),
        Column("verdict", "核对", 16),
        Column("why", "核对说明", 60),
    )
    sheet.head(_HEAD, columns, frozen=2)
    positions = {cell.name: p for p, cell in enumerate(content.program.cells)}
    for row, claim in enumerate(content.program.claims, _FIRST):
        _claim(sheet, row, claim, content)
        if claim.quantity:
            name = index_text(claim.quantity, claim.index, claim.model_period)
            at = positions.get(name)
            if at is None:
                sheet.text(row, 13, name, "key")
            elif at in drivers.rows:
                sheet.link(row, 13, f"drivers!A{drivers.rows[at] + 1}", name)
            else:
                sheet.link(row, 13, f"results!{grid.at(at).replace('$', '')}", name)
            sheet.text(row, 14, "input" if claim.feeds else "compared")
    sheet.inner.autofilter(_HEAD, 0, _FIRST + max(len(content.program.claims), 1) - 1, len(columns) - 1)
    sheet.page(large=True)


def _claim(sheet: Sheet, row: int, claim: Claim, content: Content) -> None:
    inside = (claim.row, claim.column) if claim.table else (claim.subject, claim.measure)
    part = f" ({claim.part})" if claim.part else ""
    judged = content.verdicts.get(claim.id)
    texts = {
        0: claim.id,
        1: claim.document,
        2: claim.locator,
        3: inside[0] + part,
        4: inside[1],
        5: claim.bound + claim.lexical,
        6: claim.unit,
        10: STATUS.get(claim.status, claim.status),
        11: claim.period,
        12: claim.by,
        15: judged.verdict if judged else "",
        16: judged.explanation if judged else "",
    }
    for column, text in texts.items():
        sheet.text(row, column, text, "key" if column == 0 else "text")
    for column, value in ((7, claim.value), (8, claim.low), (9, claim.high)):
        if value is not None:
            sheet.number(row, column, value)


def write_documents(book: Book, content: Content) -> None:
    """Write the documents that the figures come from."""
    sheet = book.sheet("documents")
    sheet.text(0, 0, "Documents · 文献", "title")
    columns = (
        Column("document", "文献", 12),
        Column("title", "中文题名", 50),
        Column("title", "英文题名", 60),
        Column("publisher", "发布者", 24),
        Column("publisher", "发布者（英文）", 28),
        Column("published", "日期", 12),
        Column("claims", "原文数字", 10),
    )
    sheet.head(_HEAD, columns)
    counts: dict[str, int] = {}
    for claim in content.program.claims:
        counts[claim.document] = counts.get(claim.document, 0) + 1
    for row, d in enumerate(content.program.documents, _FIRST):
        texts = (d.id, d.title.zh, d.title.en, d.publisher.zh, d.publisher.en, d.published)
        for column, text in enumerate(texts):
            sheet.text(row, column, text, "key" if column == 0 else "wrap")
        sheet.number(row, 6, counts.get(d.id, 0), "count")
    sheet.page()
