"""Report 003, servers: the market of figures 7 and 108, China's of 8 and 109, and their text."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from independent_audit.figures import report
from independent_audit.judging import Audit, Exact, Slip
from independent_audit.report_003_models import training_cards

__all__ = ["findings"]

R = report("003")
GPUS, COST_SHARE = "大模型带动 GPU 存量空间（亿美元）", "GPU 占 AI 服务器成本比例（%）"
STOCK, INCREMENT, GROWTH = "AI 服务器存量规模（亿美元）", "AI 服务器增量规模（亿美元）", "市场增速（%）"
WORLD, CHINA = "全球市场规模（亿美元）", "市场规模（亿美元）"
A100 = "A100 需求总量(万张) (只考虑 A100 的情况下)"
YEARS = ("2021", "2022", "2023E", "2024E", "2025E")
FORECAST = YEARS[2:]


def findings() -> Audit:
    """Return the verdicts on the figures of the server market."""
    audit = Audit()
    for table, other in (("图表7", "图表108"), ("图表108", "图表7")):
        _world(audit, table, other)
    for table, share, other, other_share in (
        ("图表8", "中国市场占全球市场份额（%）", "图表109", "中国市场占全球市场比重（%）"),
        ("图表109", "中国市场占全球市场比重（%）", "图表8", "中国市场占全球市场份额（%）"),
    ):
        _china(audit, table, share, other, other_share)
    _text(audit)
    _server_prices(audit)
    _competition(audit)
    return audit


def _growth(now: Fraction, before: Fraction) -> Fraction:
    return (now / before - 1) * 100


def unrounded_stock(year: str) -> Fraction:
    """Return the market before any rounding: cards at 10,000 dollars, by their share of a server's cost."""
    return training_cards("A100", year) / R.cell("图表7", COST_SHARE, year).number * 100


def _world(audit: Audit, table: str, other: str) -> None:
    """GPUs at 10,000 dollars each, by their share of cost; the efficiency row is printed and not used."""
    stock = R.row(table, STOCK)
    for year in FORECAST:
        cards = R.cell("图表49", A100, year)
        audit.repeats(R.cell(table, GPUS, year), cards)
        audit.follows(
            stock[year],
            lambda g, s: g / s * 100,
            R.cell(table, GPUS, year),
            Exact(R.cell(table, COST_SHARE, year)),
            chain=unrounded_stock(year),
        )
        for row in (COST_SHARE, "GPU 芯片升级/算法效率提升比例测算（%）"):
            audit.repeats(R.cell(table, row, year), R.cell(other, row, year))
    for before, year in pairwise(YEARS):
        audit.follows(R.cell(table, INCREMENT, year), lambda a, b: a - b, stock[year], stock[before])
        audit.follows(
            R.cell(table, GROWTH, year),
            _growth,
            stock[year],
            stock[before],
            slip=Slip("156.0 is the rounded 155.6 from which the source grows by 29.8 %", accuses=(stock[before],)),
        )
    for year in ("2021", "2022"):
        audit.repeats(stock[year], R.cell(other, STOCK, year))
    audit.repeats(R.cell(table, GROWTH, "2021"), R.cell(other, GROWTH, "2021"))


def _china(audit: Audit, table: str, share_row: str, other: str, other_share: str) -> None:
    """China's market is a share of the world's: assumed for the forecast, computed for the past."""
    size = R.row(table, CHINA)
    for year in YEARS:
        world, share = R.cell(table, WORLD, year), R.cell(table, share_row, year)
        audit.repeats(world, R.cell("图表7", STOCK, year))
        if year in FORECAST:
            chain = unrounded_stock(year) * share.number / 100
            audit.follows(size[year], lambda w, s: w * s / 100, world, Exact(share), chain=chain)
            audit.repeats(share, R.cell(other, other_share, year))
        else:
            audit.follows(share, lambda c, w: c / w * 100, size[year], world)
            audit.repeats(size[year], R.cell(other, CHINA, year))
    for before, year in pairwise(YEARS):
        audit.follows(
            R.cell(table, GROWTH, year),
            _growth,
            size[year],
            size[before],
            chain=_unrounded_growth(share_row, table, year),
        )
    audit.repeats(R.cell(table, GROWTH, "2021"), R.cell(other, GROWTH, "2021"))


def _unrounded_growth(share_row: str, table: str, year: str) -> Fraction | None:
    if year not in FORECAST:
        return None
    now = unrounded_stock(year) * R.cell(table, share_row, year).number / 100
    before = YEARS[YEARS.index(year) - 1]
    if before not in FORECAST:
        return _growth(now, R.cell(table, CHINA, before).number)
    return _growth(now, unrounded_stock(before) * R.cell(table, share_row, before).number / 100)


def _text(audit: Audit) -> None:
    """The text gives both markets in whole numbers, and takes its growth of 2022 from the source."""
    for subject, table, size, growth in (
        ("全球 AI 服务器", "图表7", STOCK, "同比增速"),
        ("中国 AI 服务器", "图表8", CHINA, "同比增速"),
    ):
        for year in FORECAST:
            audit.repeats(R.text(subject, "市场规模", year[:4]), R.cell(table, size, year))
            audit.repeats(R.text(subject, growth, year[:4]), R.cell(table, GROWTH, year))
        audit.repeats(R.text(subject, "市场规模", "2022"), R.cell(table, size, "2022"))
        audit.follows(
            R.text(subject, "同比增长", "2022"),
            _growth,
            R.text(subject, "市场规模", "2022"),
            R.cell(table, size, "2021"),
        )
    audit.repeats(R.text("AI 服务器增量 GPU", "占 AI 服务器成本比重"), R.cell("图表7", COST_SHARE, "2023E"))
    audit.repeats(R.text("中国 AI 算力", "同比增长"), R.cell("图表8", GROWTH, "2021"))
    audit.repeats(R.text("中国 AI 服务器", "占全球份额"), R.cell("图表8", "中国市场占全球市场份额（%）", "2022"))
    _accelerators(audit)


def _accelerators(audit: Audit) -> None:
    whole = R.text("中国 AI 服务器", "市场规模", "2022")
    gpu, share = R.text("中国 GPU 服务器", "市场规模"), R.text("中国 GPU 服务器", "占中国 AI 服务器份额")
    rest, rest_share = R.text("中国非 GPU 加速服务器", "市场规模"), R.text("中国非 GPU 加速服务器", "市场份额")
    audit.follows(gpu, lambda w, s: w * s / 100, whole, share)
    audit.follows(share, lambda g, w: g / w * 100, gpu, whole)
    audit.follows(rest, lambda w, g: w - g, whole, gpu)
    audit.follows(rest_share, lambda s: 100 - s, share)


def _server_prices(audit: Audit) -> None:
    """The cards' share of a server's price: 100,000 for an A800, 10,000 for a T4."""
    share, price = "GPU 成本/总成本（估算）", "价格（人民币）"
    rows = R.rows("图表107")
    for row in rows:
        card = R.text("Tesla A800-80G" if "A800" in row else "Tesla T4-16G", "价格")
        audit.follows(
            R.cell("图表107", row, share),
            lambda n, each, total: n * each * 10**4 / total * 100,
            Exact(R.cell("图表107", row, "配置", "count")),
            Exact(card),
            R.cell("图表107", row, price),
        )
    audit.repeats(R.text("浪潮 NF5468M6 (8 x A800)", "GPU 成本占总成本"), R.cell("图表107", rows[0], share))
    audit.repeats(R.text("浪潮 NF5468M6 (8 x T4)", "GPU 成本占总成本"), R.cell("图表107", rows[2], share))
    audit.repeats(R.text("训练型 AI 服务器", "GPU 成本占比"), R.cell("图表107", rows[0], share))
    audit.repeats(R.text("训练型 AI 服务器", "均价"), R.cell("图表107", rows[0], price), Fraction(1, 10**4))


def _competition(audit: Audit) -> None:
    shares = [R.text(c, "中国 AI 服务器市场份额 (销售额)") for c in ("浪潮信息", "新华三", "宁畅")]
    audit.follows(R.text("浪潮、新华三、宁畅", "中国市场合计份额"), lambda a, b, c: a + b + c, *shares)
    before, now = (R.text("我国服务器", "市场规模", year) for year in ("2022", "2023"))
    audit.follows(R.text("我国服务器", "全年市场增速"), _growth, now, before)
    audit.repeats(R.text("联想集团 ISG", "超市场平均增速"), R.text("联想集团 ISG", "营收增长超市场平均"))
