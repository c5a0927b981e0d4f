"""Report 000: growth of revenue and profit by sub-sector, and what its text computes."""

from __future__ import annotations

from fractions import Fraction

from independent_audit.figures import report
from independent_audit.judging import Audit, Slip

__all__ = ["findings"]

R = report("000")
REVENUE, PROFIT, GROWTH = "营业收入（亿元）", "归母净利润（亿元）", "同比增速（%）"


def findings() -> Audit:
    """Return the verdicts on the derivable figures of the report."""
    audit = Audit()
    _growth_of_the_last_quarter(audit)
    _text(audit)
    return audit


def _growth(now: Fraction, before: Fraction) -> Fraction:
    """Profit may be negative: growth is the change by the size of what was there before."""
    return (now - before) / abs(before) * 100


def _growth_of_the_last_quarter(audit: Audit) -> None:
    """Only 24Q2 has its quarter a year before in the table; words stand where the sign turns."""
    for table, amount in (("表1", REVENUE), ("表2", PROFIT)):
        for row in R.rows(table):
            printed = R.cell(table, row, f"{GROWTH}/24Q2")
            if printed.value is None:
                continue
            audit.follows(printed, _growth, R.cell(table, row, f"{amount}/24Q2"), R.cell(table, row, f"{amount}/23Q2"))


def _text(audit: Audit) -> None:
    market = [R.text("全球半导体", "sales revenue", year) for year in ("2024", "2023")]
    audit.follows(
        R.text("全球半导体", "revenue growth yoy", "2024"),
        _growth,
        *market,
        slip=Slip("5350 printed for 5340, which gives 16.85; whole billions of dollars would allow it too", sure=False),
    )
    audit.follows(
        R.text("7天期逆回购操作利率", "rate after"),
        lambda before, cut: before - cut,
        R.text("7天期逆回购操作利率", "rate before"),
        R.text("7天期逆回购操作利率", "cut"),
    )
    b200, h100 = R.text("NVIDIA B200", "FP8/INT8 performance"), R.text("NVIDIA H100", "INT8 performance")
    audit.follows(
        R.text("NVIDIA B200", "FP8/INT8 performance vs H100"),
        lambda x, y: x / y,
        b200,
        h100,
        slip=Slip("4500/1980 is 2.27; 2.5 is 4500/1800, a digit of 1980 lost", sure=False, accuses=(b200, h100)),
    )
