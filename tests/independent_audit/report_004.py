"""Report 004: capital expenditure, TSMC's mix, Meta's training runs, and what is said twice."""

from __future__ import annotations

from fractions import Fraction

from independent_audit.figures import Figure, report
from independent_audit.judging import Audit, Exact, Slip

__all__ = ["findings"]

R = report("004")
FOUR = "谷歌、微软、Meta、亚马逊"
RECENT, RECENT_2, FORECAST = "近期表现", "近期具体表现", "Capex 值预估"
WAN, YI = Fraction(10**4), Fraction(10**8)


def findings() -> Audit:
    """Return the verdicts on the derivable figures of the report."""
    audit = Audit()
    _training_runs(audit)
    _llama(audit)
    _capital_expenditure(audit)
    _foundry(audit)
    _tables_said_again(audit)
    _text_said_again(audit)
    return audit


def _training_runs(audit: Audit) -> None:
    """GPUs are the product of the four ways of parallelism; a batch is sequences times their length, in 2^20 tokens."""
    mebi = Fraction(2**20)
    for row in R.rows("图9"):
        ways = [R.cell("图9", row, way) for way in ("TP", "CP", "PP", "DP")]
        gpus, length = R.cell("图9", row, "GPUs"), R.cell("图9", row, "Seq. Len.")
        batch, tokens = R.cell("图9", row, "Batch size/DP"), R.cell("图9", row, "Tokens/Batch")
        exact = [Exact(w) for w in ways]
        slip = Slip("DP is 8 and not 4: halved", accuses=(gpus, tokens, *ways))
        audit.follows(gpus, lambda t, c, p, d: t * c * p * d, *exact, slip=slip)
        audit.follows(ways[3], lambda g, t, c, p: g / (t * c * p), Exact(gpus), *exact[:3], slip=slip)
        audit.follows(tokens, lambda d, b, n: d * b * n / mebi, exact[3], Exact(batch), Exact(length), slip=slip)
    rows = R.rows("图9")
    for row, other in zip(rows, rows[1:] + rows[:1], strict=True):
        audit.follows(
            R.cell("图9", row, "BF16 MFU"),
            lambda mine, theirs, share: share * mine / theirs,
            R.cell("图9", row, "TFLOPs/GPU"),
            R.cell("图9", other, "TFLOPs/GPU"),
            R.cell("图9", other, "BF16 MFU"),
        )


def _llama(audit: Audit) -> None:
    """Six operations for each parameter and token, as report 003 has it (2.1.3)."""
    model = "LLaMA 3.1 405B"
    billions, yi = R.text(model, "parameters", nth=0), R.text(model, "parameters", nth=1)
    tokens = R.text(model, "training tokens")
    audit.repeats(yi, billions, 10)
    audit.repeats(billions, yi, Fraction(1, 10))
    audit.follows(R.text(model, "pre-training FLOPs"), lambda n, d: 6 * n * 10**9 * d * 10**12, Exact(billions), tokens)
    audit.follows(
        R.text(model, "pre-training FLOPs vs largest LLaMA 2"),
        lambda n, d, before: n * d / (70 * before),  # the largest LLaMA 2 has 70 B parameters
        Exact(billions),
        tokens,
        R.text("LLaMA 2", "training tokens"),
    )
    audit.follows(
        R.text("LLaMA 3.1", "context growth"),
        lambda now, before: now / before,
        R.text("LLaMA 3.1", "context length"),
        R.text(model, "pre-training context length"),
    )
    trained = R.text(model, "training H100 count")
    audit.repeats(R.text("Meta LLaMA3.1 405B", "training H100 count"), trained)
    audit.repeats(R.text("LLaMA 3.1", "H100 cluster"), trained, Fraction(1, 1000))
    audit.repeats(trained, R.text("LLaMA 3.1", "H100 cluster"), 1000)


def _capital_expenditure(audit: Audit) -> None:
    spent = [R.text(c, "capex", "24Q2") for c in ("Google", "Microsoft", "Amazon", "Meta")]
    audit.follows(R.text(FOUR, "capex total"), lambda *parts: sum(parts, Fraction()), *spent)
    for figure, company, print_ in (
        (spent[0], "谷歌", "130 亿美金"),
        (R.text("Google", "capex floor next two quarters"), "谷歌", "120 亿美元"),
        (spent[1], "微软", "190 亿美金"),
        (spent[3], "Meta", "85 亿美金"),
    ):
        _both_ways(audit, R.cell("表5", company, FORECAST, print_=print_), [figure])
    amazon = R.cell("表5", "Amazon", FORECAST, print_="172 亿美元")
    audit.repeats(
        amazon,
        spent[2],
        slip=Slip("165 in the text, which the sum of 570 is made with", accuses=(spent[2],)),
    )
    for measure, print_ in (("capex guidance", "370-400 亿"), ("capex guidance previous", "350-400 亿")):
        said = R.text("Meta", measure)
        cell = R.cell("表5", "Meta", FORECAST, print_=print_)
        for one, other in ((cell, said), (said, cell)):
            if other.low is not None and other.high is not None:
                audit.ranges(one, other.low, other.high)


def _foundry(audit: Audit) -> None:
    total = R.text("台积电", "revenue")
    for part in ("HPC", "smartphone"):
        amount, share = R.text("台积电", f"{part} revenue"), R.text("台积电", f"{part} revenue share")
        audit.follows(share, lambda a, t: a / t * 100, amount, total)
        audit.follows(amount, lambda s, t: s * t / 100, share, total)


def _tables_said_again(audit: Audit) -> None:
    """Running text that says what a table says, and the other way round."""
    pairs = (
        ("表1", "Gemini", RECENT, "150 万开发人员", ("Google Gemini", "developers")),
        ("表1", "Gemini", RECENT, "超过 20 亿", ("Google Gemini", "direct and indirect use")),
        ("表1", "AI 芯片", RECENT, "近 5 倍", ("Google Trillium (TPU v6)", "peak compute per chip vs TPUv5e")),
        ("表1", "AI 芯片", RECENT, "能效提高 67%", ("Google Trillium (TPU v6)", "energy efficiency vs TPUv5e")),
        ("表2", "Copilot", RECENT_2, "超过 77,000 家", ("GitHub Copilot", "organisations")),
        ("表2", "Copilot", RECENT_2, "同比增长 180%", ("GitHub Copilot", "organisations growth yoy")),
        ("表2", "Azure", RECENT_2, "超过 60000 名", ("Microsoft Azure AI", "users")),
        ("表2", "Azure", RECENT_2, "同比增长 60%", ("Microsoft Azure AI", "users growth yoy")),
        ("表2", "Microsoft Fabric", RECENT_2, "超过 14,000 名", ("Microsoft Fabric", "paid customers")),
        ("表3", "LLaMA 模型", RECENT, "十倍", ("Meta LLaMA 4", "compute vs LLaMA 3")),
        ("表3", "广告系统", RECENT, "提高了 22%", ("Meta Advantage+", "return on ad spend gain (US)")),
        ("表4", "Amazon Q", RECENT, "30,000 多个", ("Amazon Q", "Java apps migrated")),
        ("表4", "Amazon Q", RECENT, "2.6 亿美元", ("Amazon Q", "cost saved")),
        ("表4", "Amazon Q", RECENT, "4,500 名开发人员", ("Amazon Q", "developer time saved")),
        ("表6", "2024Q2", "关于 MI300 的表述", "超过 10 亿美元", ("AMD MI300", "quarterly revenue")),
    )
    for table, row, column, print_, (subject, measure) in pairs:
        cell = R.cell(table, row, column, print_=print_)
        _both_ways(audit, cell, R.texts(subject, measure))
    devices = R.cell("表1", "Circle to search", RECENT)
    said = R.text("Circle to search", "Android devices")
    audit.repeats(devices, said, YI)
    audit.repeats(said, devices, 1 / YI)
    audit.repeats(R.text("Microsoft Copilot", "organisations"), R.text("GitHub Copilot", "organisations"))
    saved = R.text("AWS Graviton", "customer cost saving")
    cell = R.cell("表4", "芯片", RECENT)
    for one, other in ((cell, saved), (saved, cell)):
        if other.low is not None and other.high is not None:
            audit.ranges(one, other.low, other.high)


def _both_ways(audit: Audit, cell: Figure, said: list[Figure]) -> None:
    audit.repeats(cell, said[0])
    for figure in said:
        audit.repeats(figure, cell)


def _text_said_again(audit: Audit) -> None:
    for later, first in (
        (("AMD 数据中心", "revenue forecast"), ("AMD MI300", "full-year revenue forecast")),
        (("AMD 数据中心", "revenue forecast in April"), ("AMD MI300", "full-year revenue forecast, previous quarter")),
        (("Meta next LLM", "compute vs LLaMA3"), ("Meta LLaMA 4", "compute vs LLaMA 3")),
        (("LLaMA 4", "training compute vs LLaMA 3"), ("Meta LLaMA 4", "compute vs LLaMA 3")),
        (("LLaMA 4", "cluster growth"), ("LLaMA 4", "training compute vs LLaMA 3")),
        (("Meta LLaMA4", "training amount vs previous generation"), ("Meta LLaMA 4", "compute vs LLaMA 3")),
    ):
        audit.repeats(R.text(*later), R.text(*first))
    orders = R.texts("Google", "GB200 order")
    audit.repeats(orders[1], orders[0])
    audit.repeats(
        R.text("Apple AFM-server", "training TPU v4", locator="图7"), R.text("Apple AFM-server", "training TPU v4")
    )
