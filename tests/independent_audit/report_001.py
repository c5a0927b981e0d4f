"""Report 001: forecasts and valuations of six companies, the distribution grid, counts, API prices."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

from independent_audit.figures import Figure, report
from independent_audit.judging import Audit, Exact, Slip, root

__all__ = ["findings"]

R = report("001")
COMPANIES = {
    "科远智慧": ("业绩预测和估值指标（科远智慧 002380）", " "),
    "道通科技": ("业绩预测和估值指标（道通科技 688208）", ""),
    "海光信息": ("业绩预测和估值指标（海光信息 688041）", " "),
    "神州数码": ("业绩预测和估值指标（神州数码 000034）", ""),
    "金山办公": ("业绩预测和估值指标（金山办公 688111）", ""),
    "新国都": ("业绩预测和估值指标（新国都 300130）", " "),
}
"""The six forecast tables, with the brackets that their row names use."""
YEARS = ("2023A", "2024E", "2025E", "2026E")
VALUATION = "重点公司估值表"
PRICES = "2.2 大模型优化方向——降本（API价格表，无题注）"


def findings() -> Audit:
    """Return the verdicts on the derivable figures of the report, other than those said twice."""
    audit = Audit()
    for company in COMPANIES:
        _forecast(audit, company)
        _valuation(audit, company)
        _recommendation(audit, company)
    _grid(audit)
    _counts(audit)
    _api_prices(audit)
    _text(audit)
    _power_market(audit)
    return audit


def _row(company: str, item: str) -> dict[str, Figure]:
    table, wide = COMPANIES[company]
    names = {"revenue": "营业收入", "profit": "归母净利润", "eps": "EPS"}
    unit = "元" if item == "eps" else "百万元"
    bracket = f" ({unit})" if wide else f"（{unit}）"
    return R.row(table, names[item] + bracket) if item in names else R.row(table, item)


def _growth(now: Fraction, before: Fraction) -> Fraction:
    return (now / before - 1) * 100


def _forecast(audit: Audit, company: str) -> None:
    """Growth from year to year; EPS in proportion to profit, as shares stay; PE in inverse proportion to EPS."""
    eps, pe, profit = _row(company, "eps"), _row(company, "P/E"), _row(company, "profit")
    for item, growth in (("revenue", "营业收入增长率"), ("profit", "净利润增长率")):
        for before, year in pairwise(YEARS):
            amount = _row(company, item)
            audit.follows(_row(company, growth)[year], _growth, amount[year], amount[before])
    for year in YEARS:
        base = "2025E" if year != "2025E" else "2026E"
        audit.follows(eps[year], lambda e, p, q: e * p / q, eps[base], profit[year], profit[base])
        audit.follows(pe[year], lambda r, e, f: r * e / f, pe[base], eps[base], eps[year], slip=_pe_slip(company, year))


def _pe_slip(company: str, year: str) -> Slip | None:
    if (company, year) != ("金山办公", "2024E"):
        return None
    again = (R.cell(VALUATION, company, "PE (倍)/2024E"), R.text(company, "PE", "2024"))
    return Slip("52.5 follows from the price behind the three other years; another forecast of 2024?", accuses=again)


def _valuation(audit: Audit, company: str) -> None:
    """The valuation table repeats EPS and PE; the price is PE times EPS."""
    eps, pe = _row(company, "eps"), _row(company, "P/E")
    ratios = []
    for year in YEARS:
        audit.repeats(R.cell(VALUATION, company, f"EPS (元)/{year}"), eps[year])
        ratio = R.cell(VALUATION, company, f"PE (倍)/{year}")
        audit.repeats(ratio, pe[year])
        ratios += [ratio, pe[year]]
    audit.follows(
        R.cell(VALUATION, company, "股价 (元)"),
        lambda r, e: r * e,
        pe["2025E"],
        eps["2025E"],
        slip=Slip(_PRICE_SLIPS.get(company, ""), accuses=tuple(ratios)),
    )


_PRICE_SLIPS = {
    "道通科技": "26.7 to 26.9 is the price behind all four PE: 24.14 is of another day, or the PE are",
    "神州数码": "22.96 to 23.01 is the price behind all four PE: 22.99 with the digit 9 printed as 8, or another day",
    "金山办公": "191 is the price behind the PE of 2023, 2025 and 2026: 227.50 is of another day, or the PE are",
    "新国都": "16.15 to 16.18 is the price behind all four PE: 16.64 is of another day, or the PE are",
}


def _recommendation(audit: Audit, company: str) -> None:
    """The text below each table gives profit in 亿元 and PE in whole numbers."""
    profit, pe = _row(company, "profit"), _row(company, "P/E")
    for year in YEARS[1:]:
        audit.repeats(R.text(company, "net profit", year[:4]), profit[year], Fraction(1, 100))
        audit.repeats(R.text(company, "PE", year[:4]), pe[year])


def _grid(audit: Audit) -> None:
    """Investment in distribution is a share of what both grid companies invest, smart grid a share of that."""
    table = "智能配电投资额规模测算"
    state, south, share, grid, smart_share, smart = (
        R.row(table, row)
        for row in (
            *("国网投资额（亿元）", "南网投资额（亿元）", "配电网投资占比"),
            *("配电网投资额（亿元）", "配电网智能化投资占比", "智能配网投资额（亿元）"),
        )
    )
    for year, figure in grid.items():
        audit.follows(figure, lambda a, b, s: (a + b) * s / 100, state[year], south[year], Exact(share[year]))
        unrounded = (state[year].number + south[year].number) * share[year].number * smart_share[year].number / 10**4
        audit.follows(smart[year], lambda g, s: g * s / 100, figure, Exact(smart_share[year]), chain=unrounded)
    growth = R.text("南方电网", "investment growth assumption")
    for before, year in (("2023", "2024E"), ("2024E", "2025E")):
        audit.follows(south[year], lambda x, g: x * (1 + g / 100), south[before], Exact(growth))
    audit.follows(growth, _growth, south["2024E"], south["2023"])
    _grid_text(audit, state, south)
    for measure, period, cell in (
        ("share", "十三五", smart_share["2020"]),
        ("share", "2021", smart_share["2021"]),
    ):
        audit.repeats(R.text("配电网智能化占比", measure, period), cell)
    audit.repeats(R.text("国网 配电网", "share of investment needed"), share["2025E"])


def _grid_text(audit: Audit, state: dict[str, Figure], south: dict[str, Figure]) -> None:
    audit.repeats(R.text("国家电网", "investment", "2023"), state["2023"])
    audit.repeats(
        R.text("南方电网", "investment", "2023"),
        south["2023"],
        slip=Slip("1375 in the table, 1394 in the text: two figures for one year", accuses=(south["2023"],)),
    )
    for company, row, other in (("国家电网", state, "5010"), ("南方电网", south, "1250")):
        audit.follows(
            R.text(company, "investment growth yoy", "2023"),
            _growth,
            R.text(company, "investment", "2023"),
            row["2022"],
            slip=Slip(
                f"the text grows from {other} in 2022, the table has another figure for it", accuses=(row["2022"],)
            ),
        )
    audit.follows(R.text("国家电网", "investment", "2024"), lambda x: x, state["2024E"])
    years = ("2021", "2022", "2023", "2024E", "2025E")
    audit.follows(R.text("南方电网", "14th FYP investment"), lambda *x: sum(x, Fraction()), *(south[y] for y in years))


def _counts(audit: Audit) -> None:
    """Three quarters sort the same 332 companies into five bands, so that each count follows from the others."""
    table = "板块2024Q1收入增速情况"
    rows = [R.row(table, f"{quarter}营收yoy") for quarter in ("2023Q1", "2023Q4", "2024Q1")]
    for n, row in enumerate(rows):
        total = sum((f.number for f in rows[n - 1].values()), Fraction())
        for band, figure in row.items():
            others = [Exact(f) for b, f in row.items() if b != band]
            audit.follows(figure, lambda t, *rest: t - sum(rest, Fraction()), Exact(total), *others)
    whole, median = R.row(table, "营收增速（整体法）"), R.row(table, "营收增速（中位数法）")
    for quarter in ("2024Q1", "2023Q1"):
        audit.repeats(R.text("计算机板块", "revenue growth yoy", quarter), whole[quarter[2:]])
    audit.repeats(R.text("计算机板块", "median revenue growth"), median["24Q1"])
    audit.repeats(R.text("计算机板块", "companies growing >50%"), rows[2]["大于50%"])
    audit.repeats(R.text("计算机板块", "companies shrinking"), rows[2]["小于0%"])


_CUT = re.compile(r"(输入|输出)?降价")


def _api_prices(audit: Audit) -> None:
    """A remark gives the cut of the price of input, of output, or of both."""
    for row in R.rows(PRICES):
        for figure in (f for f in R.figures if f.table and f.place[:3] == (PRICES, row, "备注")):
            found = _CUT.match(figure.print_)
            side = (found and found[1]) or "输入"
            before, after = (R.cell(PRICES, row, f"{when}/{side}") for when in ("降价前", "降价后"))
            audit.follows(
                figure,
                lambda b, a: (1 - a / b) * 100,
                Exact(before),
                Exact(after),
                slip=Slip("20 before and 12 after give 40: 230 printed for 20, and 16 for 12", accuses=(before, after)),
            )
    audit.repeats(R.text("DeepSeek-V2", "price"), R.cell(PRICES, "深度求索 | DeepSeek-V2", "降价后/输入"))


def _text(audit: Audit) -> None:
    market = [R.text("中国金融信创", "market size", year) for year in ("2022", "2026")]
    audit.follows(
        R.text("中国金融信创", "CAGR"),
        lambda first, last: (root(last / first, 4) - 1) * 100,
        *market,
        slip=Slip("digits 27.6 swapped to 26.7", accuses=tuple(market)),
    )
    custom = [R.text("Marvell", "accelerated custom compute TAM", year) for year in ("2023", "2028")]
    audit.follows(
        R.text("Marvell", "accelerated custom compute TAM CAGR"),
        lambda first, last: (root(last / first, 5) - 1) * 100,
        *custom,
    )
    audit.follows(
        R.text("计算机板块", "R&D ratio (整体法)"),
        lambda spent, sales: spent / sales * 100,
        R.text("计算机板块", "R&D expense"),
        R.text("计算机板块", "revenue"),
    )
    audit.follows(
        R.text("NVIDIA H20", "revenue contribution"),
        lambda chips, low: chips * low / 10**4,
        Exact(R.text("NVIDIA H20", "shipments")),
        Exact(R.text("NVIDIA H20", "unit price").low or 0),
    )
    audit.follows(
        R.text("Grok-1.5", "context growth"),
        lambda now, before: now * 1024 / before,
        R.text("Grok-1.5", "context"),
        R.text("Grok-1", "context"),
    )
    audit.follows(R.text("达芬奇 3D Cube", "16-bit MAC per clock"), lambda side: side**3, Exact(16))
    audit.follows(R.text("中国AI服务器工作负载", "training share"), lambda a, b: a / (a + b) * 100, Exact(6), Exact(4))
    _leaderboard(audit)


def _leaderboard(audit: Audit) -> None:
    """The figure below the text (Hugging Face, no cells in the tables) has 42.49, 36.18, and 35.13 a row further."""
    for model, printed, hypothesis in (
        ("Qwen2-72B-Instruct", "42.49", "the leaderboard in the figure has 42.49, the mean of its six scores"),
        ("Llama-70B", "36.18", "35.13 is the next row of the leaderboard, Qwen2-72B; Llama has 36.18"),
    ):
        audit.follows(
            R.text(model, "Hugging Face score (text)"), lambda x: x, Exact(Fraction(printed)), slip=Slip(hypothesis)
        )


def _power_market(audit: Audit) -> None:
    solar, wind = (R.text(f"中国{kind}装机", "share", "2024-05") for kind in ("太阳能", "风电"))
    gigawatts = [R.text(f"中国{kind}装机", "capacity") for kind in ("太阳能", "风电")]
    audit.follows(R.text("风光新能源装机", "share"), lambda a, b: a + b, solar, wind)
    audit.follows(wind, lambda s, c, d: s * d / c, solar, *gigawatts)
    audit.follows(solar, lambda s, c, d: s * c / d, wind, *gigawatts)
    for kind, column in (("光伏", "光伏利用率"), ("风电", "风电利用率")):
        name = "全国光伏发电利用率" if kind == "光伏" else "全国风电利用率"
        audit.repeats(R.text(name, "utilisation"), R.cell("2024年1-5月风电消纳比例", "全国", column))
    audit.follows(
        R.text("新型储能", "average duration"),
        lambda energy, power: energy / power,
        R.text("新型储能", "cumulative energy"),
        R.text("新型储能", "cumulative power"),
    )
    table = "各地区电力现货市场运行进度"
    runs = [R.cell(table, region, "运行时间") for region in ("江苏", "安徽", "辽宁", "湖北", "河南")]
    days = [f.number * (30 if f.unit == "月" else 1) for f in runs]
    times = [int((re.findall(r"分(\d+)次", f.print_) or ["1"])[0]) for f in runs]
    audit.follows(R.text("第二批试点 5 地区", "days"), lambda *x: sum(x, Fraction()), *(Exact(d) for d in days))
    audit.follows(
        R.text("第二批试点 5 地区", "settlement trial runs"), lambda *x: sum(x, Fraction()), *(Exact(t) for t in times)
    )
