"""Report 002: cash flow of four cloud providers, valuations of 37 companies, and what its text computes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from independent_audit.figures import Figure, report
from independent_audit.judging import Audit, Exact, Slip

__all__ = ["findings"]

R = report("002")
CLOUD = "北美四大云厂商 (Meta, Microsoft, Google, Amazon)"
OPERATING, BUYBACK, DIVIDEND, CAPEX = "经营性现金流", "回购股份", "股息支付", "资本支出"
YEARS = ("2023A", "2024E", "2025E")
HUNDRED = Fraction(100)


def findings() -> Audit:
    """Return the verdicts on the derivable figures of the report."""
    audit = Audit()
    _cash_flow(audit)
    _cash_flow_forecast(audit)
    _cash_flow_in_the_text(audit)
    _capital_expenditure(audit)
    _valuations(audit)
    _cover(audit)
    _market(audit)
    _companies(audit)
    return audit


def _growth(now: Fraction, before: Fraction) -> Fraction:
    return (now / before - 1) * 100


def _cash_flow(audit: Audit) -> None:
    """What is left of the operating cash flow, and the parts of it that are spent."""
    for column, surplus in R.row("表1", "现金流冗余").items():
        flow, *spent = (R.cell("表1", row, column) for row in (OPERATING, BUYBACK, DIVIDEND, CAPEX))
        audit.follows(surplus, lambda o, b, d, c: o - b - d - c, flow, *spent)
        audit.follows(
            R.cell("表1", "回购+股息+资本支出 (%)", column), lambda o, b, d, c: (b + d + c) / o * 100, flow, *spent
        )
        audit.follows(R.cell("表1", "回购+股息 (%)", column), lambda o, b, d: (b + d) / o * 100, flow, *spent[:2])


def _cash_flow_forecast(audit: Audit) -> None:
    """Cash flow grows by 15 %, buybacks and dividends stay in proportion, capex grows by 50 % and then 30 %."""
    text = R.text(CLOUD, "operating cash flow growth assumption", "2024")
    years = ("2023", "2024E", "2025E", "2026E")
    for row in (OPERATING, BUYBACK, DIVIDEND, CAPEX):
        unrounded = R.cell("表1", row, "2023").number
        for before, year in pairwise(years):
            assumed = text if row != CAPEX else R.text(
                CLOUD, "capex growth assumption", "2024" if year == "2024E" else "2025/2026"
            )  # fmt: skip
            unrounded *= 1 + assumed.number / 100
            printed = R.cell("表1", row, year)
            audit.follows(
                printed,
                lambda x, g: x * (1 + g / 100),
                R.cell("表1", row, before),
                Exact(assumed),
                chain=unrounded,
            )


def _cash_flow_in_the_text(audit: Audit) -> None:
    parts = [R.text(CLOUD, m, "24Q2") for m in ("share buyback", "dividends", "capex")]
    flow = R.texts(CLOUD, "operating cash flow", "24Q2")
    for share in R.texts(CLOUD, "(buyback+dividend+capex)/operating cash flow"):
        audit.follows(share, lambda b, d, c, o: (b + d + c) / o * 100, *parts, flow[-1])
    audit.repeats(flow[0], flow[-1])
    audit.repeats(R.text(CLOUD, "operating cash flow", "2024"), R.cell("表1", OPERATING, "2024E"))
    audit.repeats(R.text(CLOUD, "capex", "2024"), R.cell("表1", CAPEX, "2024E"))
    for year in ("2024", "2025", "2026"):
        audit.repeats(R.text(CLOUD, "cash flow surplus", year), R.cell("表1", "现金流冗余", f"{year}E"))
    growth = (
        ("operating cash flow growth assumption", "2024", OPERATING, "2023"),
        ("operating cash flow growth assumption", "2025/2026", OPERATING, "2024E"),
        ("capex growth assumption", "2024", CAPEX, "2023"),
        ("capex growth assumption", "2025/2026", CAPEX, "2024E"),
    )
    for measure, period, row, before in growth:
        later = "2024E" if before == "2023" else "2025E"
        audit.follows(R.text(CLOUD, measure, period), _growth, R.cell("表1", row, later), R.cell("表1", row, before))


def _capital_expenditure(audit: Audit) -> None:
    """The total is printed in 亿元 where the four parts are in 亿美元: the unit is a slip, the number a sum."""
    companies = ("Meta", "Microsoft", "Google", "Amazon")
    spent = [R.text(c, _capex_of(c), "24Q2") for c in companies]
    yearly = [R.text(c, "capex growth yoy", "24Q2") for c in companies]
    quarterly = [R.text(c, "capex growth qoq", "24Q2") for c in companies]
    for total in R.texts(CLOUD, "capex total") + R.texts(CLOUD, "capex", "24Q2"):
        audit.follows(total, lambda *parts: sum(parts, Fraction()), *spent)
    for figure in R.texts(CLOUD, "capex growth yoy"):
        audit.follows(figure, _growth_of_sum, *spent, *yearly)
    for figure in R.texts(CLOUD, "capex growth qoq"):
        audit.follows(figure, _growth_of_sum, *spent, *quarterly)
    audit.follows(R.text("Google", "capex growth qoq"), _growth, spent[2], R.text("Google", "capex", "24Q1"))


def _capex_of(company: str) -> str:
    return "capex (cash)" if company == "Microsoft" else "capex"


def _growth_of_sum(*given: Fraction) -> Fraction:
    half = len(given) // 2
    before = sum((now / (1 + growth / 100) for now, growth in zip(given[:half], given[half:], strict=True)), Fraction())
    return (sum(given[:half], Fraction()) / before - 1) * 100


def _valuations(audit: Audit) -> None:
    """PE and PS are market value by profit and by revenue; most inputs are rounded to one or two digits."""
    for row in R.rows("图7"):
        value = R.cell("图7", row, "总市值")
        for year in YEARS:
            profit, revenue = (R.cell("图7", row, f"{item}/{year}") for item in ("归母净利润", "营业收入"))
            audit.divides(R.cell("图7", row, f"PE/{year}"), value, profit, _valuation_slip(row, year, profit))
            audit.divides(R.cell("图7", row, f"PS/{year}"), value, revenue)


def _valuation_slip(row: str, year: str, profit: Figure) -> Slip:
    slips = {
        ("三六零", "2023A"): "-86 was expected; -0.04 is no power of ten away, and the only PE with two places",
        ("万达信息", "2023A"): "no PE can be as small as 0; PE and losses of this row do not belong together",
        ("万达信息", "2024E"): "a loss of 3 and not of 0 belongs to a PE of -25",
        ("万达信息", "2025E"): "a loss of 9 to 10 and not of 2 belongs to a PE of -8: another year's",
        ("易华录", "2023A"): "a loss of 19 and not of 9 belongs to a PE of -6: a digit lost",
        ("星环科技", "2023A"): "a loss of 3 and not of 0 belongs to a PE of -12",
        ("寒武纪", "2024E"): "a loss of 5 and not of 2 belongs to a PE of -210: the loss of 2025E printed twice",
    }
    return Slip(slips.get((row, year), ""), accuses=(profit,))


def _cover(audit: Audit) -> None:
    """One price stands behind the three pairs of EPS and PE."""
    for year in YEARS:
        other = "2024E" if year == "2023A" else "2023A"
        eps, pe = (R.cell("重点股票（封面表）", "海光信息", f"{year}/{m}") for m in ("EPS (元)", "PE (倍)"))
        eps_there, pe_there = (
            R.cell("重点股票（封面表）", "海光信息", f"{other}/{m}") for m in ("EPS (元)", "PE (倍)")
        )
        audit.follows(pe, lambda e, f, p: p * f / e, eps, eps_there, pe_there)
        audit.follows(eps, lambda p, f, q: q * f / p, pe, eps_there, pe_there)


def _market(audit: Audit) -> None:
    index = "申万计算机指数"
    for nth in (0, 1):
        change = R.text(index, "change", nth=nth)
        for other, name in (("上证指数", "上证指数"), ("沪深300指数", "沪深300")):
            audit.follows(
                R.text(index, f"relative to {name}", nth=nth),
                lambda mine, theirs: mine - theirs,
                change,
                R.text(other, "change", nth=nth),
            )
    for subject, measure in (
        *((s, "change") for s in ("上证指数", "沪深300指数", "创业板指", index)),
        *((index, m) for m in ("rank among 申万一级行业", "PE-TTM (ex negative)", "PE percentile, 10 years")),
        (index, "valuation premium vs 沪深300"),
    ):
        audit.repeats(R.text(subject, measure, nth=1), R.text(subject, measure))
    audit.repeats(
        R.text(index, "change (bold headline)"),
        R.text(index, "change"),
        slip=Slip("a digit 8 printed as 6: the text below says -2.83, as do both differences"),
    )
    for company in ("四维图新", "海光信息", "同花顺"):
        for figure in R.texts(company, "change in period"):
            audit.repeats(figure, R.cell("图7", company, "本报告期(%)"))
    up, down, flat = (R.text("申万计算机板块", f"stocks {m}") for m in ("up", "down", "flat"))
    audit.follows(
        R.text("申万计算机板块", "stocks counted"), lambda a, b, c: a + b + c, Exact(up), Exact(down), Exact(flat)
    )


def _companies(audit: Audit) -> None:
    parts = [R.text("中兴通讯", f"revenue {part}") for part in ("运营商网络", "政企", "消费者业务")]
    audit.follows(R.text("中兴通讯", "revenue"), lambda a, b, c: a + b + c, *parts)

    sold = [R.text("海康威视", f"{where} revenue") for where in ("domestic", "overseas")]
    grown = [R.text("海康威视", f"{where} revenue growth yoy") for where in ("domestic", "overseas")]
    audit.follows(R.text("海康威视", "revenue"), lambda a, b: a + b, *sold)
    audit.follows(R.text("海康威视", "revenue growth yoy"), _growth_of_sum, *sold, *grown)

    for amount, more, growth in (
        ("revenue", "revenue increase yoy", "revenue growth yoy"),
        ("net profit", "net profit increase yoy", "net profit growth yoy"),
        ("net profit ex non-recurring", "net profit ex non-recurring increase", "net profit ex non-recurring growth"),
    ):
        for figure in R.texts("中科曙光", growth):
            audit.follows(
                figure,
                lambda now, increase: increase / (now - increase) * 100,
                R.text("中科曙光", amount),
                R.text("中科曙光", more),
            )
    audit.repeats(R.text("中科曙光", "revenue (rounded)"), R.text("中科曙光", "revenue"))
    audit.repeats(R.text("中科曙光", "net profit", nth=1), R.text("中科曙光", "net profit"))

    headline, body = R.texts("NVIDIA 高端 GPU", "shipment growth yoy")
    audit.repeats(body, headline)
    headline = R.text("英业达", "server shipment growth (headline)")
    audit.repeats(R.text("英业达", "server shipment growth"), headline)
    _pre_announcement(audit)


def _pre_announcement(audit: Audit) -> None:
    """Both ends of the loss go back to one loss of the year before, and give both ends of the percentage."""
    loss = R.text("新点软件", "net profit (pre-announcement)")
    percent, amount = R.texts("新点软件", "loss reduction")[::-1]
    low, high = amount.low, amount.high
    if loss.low is None or loss.high is None or low is None or high is None:
        raise ValueError("the ranges of the pre-announcement are gone")
    before = low - loss.low
    audit.ranges(amount, loss.low + before, loss.high + before)
    audit.ranges(percent, round(low / before * 100, 2), round(high / before * 100, 2))
