"""Report 003, running text: growth rates, shares, packaging, HBM, optics, switches, cooling."""

from __future__ import annotations

from fractions import Fraction

from independent_audit.figures import report
from independent_audit.judging import Audit, Exact, Slip, root

__all__ = ["findings"]

R = report("003")
ADVANCED, WHOLE = "先进封装市场", "全球封装市场整体"


def findings() -> Audit:
    """Return the verdicts on what the running text computes."""
    audit = Audit()
    _demand_for_compute(audit)
    _training_of_gpt3(audit)
    _inference_share(audit)
    _packaging(audit)
    _memory_stacks(audit)
    _memory_speed(audit)
    _optics(audit)
    _switches(audit)
    _cooling(audit)
    _under_water(audit)
    return audit


def _yearly(first: Fraction, last: Fraction, years: int) -> Fraction:
    return (root(last / first, years) - 1) * 100


def _demand_for_compute(audit: Audit) -> None:
    first, last = (R.text("全球人工智能 IT 投资", "投资额", year) for year in ("2021", "2026"))
    audit.follows(R.text("全球人工智能 IT 投资", "复合年增长率"), lambda a, b: _yearly(a, b, 5), first, last)
    audit.follows(
        R.text("中国 AI 投资", "占全球投资比例"),
        lambda china, world: china / world * 100,
        R.text("中国 AI 投资", "投资额"),
        last,
    )
    whole = R.text("全球计算设备算力", "总规模")
    parts = [R.text(f"全球{kind}", "规模") for kind in ("基础算力", "智能算力", "超算算力")]
    audit.follows(whole, lambda a, b, c: a + b + c, *parts)
    audit.follows(
        R.text("全球算力", "平均年均增长"), lambda a, b: _yearly(a, b * 1000, 9), whole, R.text("全球算力", "规模")
    )
    audit.follows(
        R.text("我国计算设备算力", "全球占比"),
        lambda china, world: china / world * 100,
        R.text("我国计算设备算力", "总规模"),
        whole,
    )
    shares = "存算一体"
    audit.follows(
        R.text(shares, "总市场规模"),
        lambda a, b: a + b,
        R.text("存算一体中小算力芯片", "市场规模"),
        R.text("存算一体大算力芯片", "市场规模"),
    )


def _training_of_gpt3(audit: Audit) -> None:
    """Six operations a parameter and token; a petaflop-day is 10^15 operations a second for a day."""
    size, tokens = R.cell("图表45", "GPT-3", "参数量"), R.cell("图表45", "GPT-3", "训练 Tokens")
    audit.follows(
        R.text("ChatGPT 训练", "总算力消耗"),
        lambda n, d: 6 * n * d * 10**16 / (10**15 * 86400),
        size,
        tokens,
    )
    audit.follows(
        R.text("GPT-3 vs GPT", "参数量增长倍数"),
        lambda now, before: now / before,
        R.text("GPT-3", "参数量"),
        R.text("GPT", "参数量"),
    )
    audit.follows(
        R.text("GPT-3 训练 (512 张 V100)", "训练时间"),
        lambda years: years * 12 * 8 / 512,
        R.text("GPT-3 训练 (8 张 V100)", "训练时间"),
    )
    audit.repeats(R.text("GPT-3", "参数量"), size)
    audit.repeats(size, R.text("GPT-3", "参数量"))
    for model in ("GPT-3", "Gopher", "MT-NLG"):
        for column in ("参数量", "年份"):
            here, there = R.cell("图表45", model, column), R.cell("图表48", model, column)
            if (model, column) != ("GPT-3", "参数量"):
                audit.repeats(here, there)
            audit.repeats(there, here)
    for subject, model in (("PaLM (Pathways)", "PaLM"), ("GPT-3 (V100)", "GPT-3")):
        cell, said = R.cell("图表48", model, "算力利用率"), R.text(subject, "MFU")
        audit.repeats(cell, said)
        audit.repeats(said, cell)


def _inference_share(audit: Audit) -> None:
    for year in ("2022", "2026"):
        shares = [R.text("云端算力", f"{use}占比", year) for use in ("推理", "训练")]
        for one, other in (shares, shares[::-1]):
            audit.follows(one, lambda rest: 100 - rest, other)


def _packaging(audit: Audit) -> None:
    """Flip chip and its share give the market of 2021; shares of it give the whole, and the traditional rest."""
    later, growth = R.text(ADVANCED, "市场规模"), R.text(ADVANCED, "CAGR")
    flip, share = R.text("倒装封装 (FCBGA/FCCSP/FC-SiP)", "市场规模"), R.text("倒装封装", "占先进封装比例")
    before, after = (R.text("先进封装", "占全球封装市场比例", year) for year in ("2021", "2027"))
    audit.follows(later, lambda f, s, g: f / s * 100 * (1 + g / 100) ** 6, flip, share, growth)
    audit.follows(growth, lambda f, s, x: _yearly(f / s * 100, x, 6), flip, share, later)
    audit.follows(share, lambda f, x, g: f / x * (1 + g / 100) ** 6 * 100, flip, later, growth)
    audit.follows(flip, lambda s, x, g: s / 100 * x / (1 + g / 100) ** 6, share, later, growth)
    audit.follows(
        R.text(WHOLE, "CAGR"), lambda g, a, b: (1 + g / 100) * root(a / b, 6) * 100 - 100, growth, before, after
    )
    audit.follows(
        R.text("传统封装市场", "CAGR"),
        lambda g, a, b: (1 + g / 100) * root((a * (100 - b)) / (b * (100 - a)), 6) * 100 - 100,
        growth,
        before,
        after,
    )


def _memory_stacks(audit: Audit) -> None:
    stack = R.cell("图表84", "Die Density (Stack)", "HBM2E", "capacity")
    audit.follows(
        R.text("CoWoS-S 第5代", "HBM 容量"),
        lambda n, each: n * each,
        Exact(R.text("CoWoS-S 第5代", "HBM2E 堆栈数")),
        Exact(stack),
    )
    layers = R.text("SK Hynix HBM3", "堆叠层数")
    audit.repeats(layers, R.cell("图表84", "Die Density (Stack)", "HBM3", "hi3"))
    audit.repeats(R.text("SK Hynix HBM3 (12 层)", "容量"), R.cell("图表84", "Die Density (Stack)", "HBM3", "high"))
    a100, h100 = (
        R.cell("图表42", "显存容量", "训练/推理 / A100 SXM", "alt1"),
        R.cell("图表42", "显存容量", "训练/推理 / H100 SXM"),
    )
    for subject, measure, cell in (
        ("英伟达 A100", "HBM2E 容量", a100),
        ("A100", "HBM2E 容量", a100),
        ("英伟达 H100", "HBM3 容量", h100),
        ("H100", "HBM3 容量", h100),
        ("单颗 GPU", "配套 HBM 容量", h100),
        ("V100", "HBM2 容量", R.cell("图表42", "显存容量", "训练/推理 / V100 SXM", "alt2")),
    ):
        audit.repeats(R.text(subject, measure), cell)
    bandwidth = R.cell("图表42", "显存带宽", "训练/推理 / H100 SXM")
    audit.repeats(
        R.text("H100", "内存带宽"),
        bandwidth,
        slip=Slip("3.35 in figure 42: two figures for one chip", accuses=(bandwidth,)),
    )


def _memory_speed(audit: Audit) -> None:
    """Bandwidth of a stack: bits a second on each pin, by 1024 pins, by eight bits a byte."""
    pins, slow = R.text("HBM", "显存位宽"), R.cell("图表83", "AMD Radeon R9 Fury X", "Memory Speed")
    first = R.text("HBM (4 颗粒堆叠)", "带宽")
    audit.follows(first, lambda s, n: s * n / 8, slow, Exact(pins))
    audit.repeats(R.text("HBM", "DQ 引脚"), pins)
    for maker in ("SK 海力士", "Rambus"):
        speed = R.text(f"{maker} HBM3", "最高数据传输速率")
        audit.follows(R.text(f"{maker} HBM3", "每堆栈带宽"), lambda s, n: s * n / 8, Exact(speed), Exact(pins))
    table = {row: R.cell("图表81", row, "HBM3") for row in ("Speed", "Overall bandwidth")}
    audit.repeats(R.text("SK 海力士 HBM3", "最高数据传输速率"), table["Speed"])
    audit.repeats(R.text("HBM3", "带宽"), table["Overall bandwidth"])
    audit.follows(
        R.text("HBM3 vs 初代 HBM", "带宽增加"),
        lambda now, before: now / before,
        R.text("HBM3", "带宽"),
        first,
        slip=Slip("819 is 6.4 times 128; 7 is what nearly 1 TB/s would be more than 128", False, (first,)),
    )
    audit.follows(
        R.text("HBM", "带宽增加"),
        lambda now, before: now * 1000 / before,
        R.text("HBM", "带宽里程碑"),
        first,
    )
    audit.follows(
        R.text("HBM3 vs DDR5/GDDR6", "带宽"),
        lambda now, other: now / other,
        R.text("HBM3", "带宽"),
        R.cell("图表81", "Overall bandwidth", "GDDR6"),
    )


def _optics(audit: Audit) -> None:
    """One 800G module does for two of 400G, and H100 has as many links as A100."""
    two = R.text("800G 光模块 : 400G 光模块", "替代比")
    fast, slow = R.text("H100 GPU 对应光模块", "速率 (可选 2)"), R.text("H100 GPU 对应光模块", "速率 (可选 1)")
    audit.follows(two, lambda a, b: a / b, Exact(fast), Exact(slow))
    audit.follows(
        R.text("H100 : 800G 光模块", "比例 (光模块/GPU)"),
        lambda n, k: n / k,
        Exact(R.text("A100 : 200G 光模块", "比例 (光模块/GPU)")),
        Exact(two),
    )
    audit.repeats(R.text("A100 GPU 对应光模块", "速率"), R.text("A100 网卡", "速率"))
    audit.repeats(R.text("A100 GPU 对应光模块", "速率 (首项)"), R.text("A100 GPU 对应光模块", "速率"))
    audit.repeats(slow, R.text("H100 网卡", "速率"))
    audit.repeats(R.text("800G 光口", "通道"), R.text("H100 电口", "SerDes 通道数"))


def _switches(audit: Audit) -> None:
    lanes_before, lanes = R.text("SerDes", "起始通道数"), R.text("SerDes", "51.2T 时代通道数")
    before, now = R.text("交换机", "起始带宽"), R.text("交换机", "当前带宽")
    audit.follows(R.text("交换机带宽", "过去 10 年增长倍数"), lambda b, a: b * 1000 / a, now, before)
    audit.follows(before, lambda n, s: n * s, Exact(lanes_before), Exact(R.text("SerDes", "起始速率")))
    audit.follows(
        R.text("SerDes 总体", "功耗增加"),
        lambda each, n, m: each * n / m,
        *(R.text("每个 SerDes 通道", "功耗提升"), Exact(lanes), Exact(lanes_before)),
    )
    broadcom, period = R.text("博通 CPO", "带宽"), R.text("交换机带宽", "翻倍周期")
    audit.repeats(broadcom, now)
    audit.follows(R.text("交换机", "交换容量"), lambda x, years: x * 2 ** int(2 / years), broadcom, Exact(period))
    rate, count = R.text("SerDes 通道速率", "翻倍周期"), R.text("SerDes 通道数量", "翻倍周期")
    audit.follows(
        period,
        lambda a, b: 1 / (1 / a + 1 / b),
        Exact(rate),
        Exact(count),
        slip=Slip("lanes every four years, as their speed, make bandwidth double every two", False, (rate, count)),
    )


def _cooling(audit: Audit) -> None:
    """6.2: racks by power, power by the price of a kW, and liquid cooling for 70 % of it."""
    racks, power = R.text("国内新增机架", "每年新增 (假设)"), R.text("单机架", "功率 (假设)")
    load, air = R.text("新增 IT 负载量", "负载"), R.text("冷冻水方案（风冷）制冷系统", "单 kW 价值量")
    share, liquid = R.text("液冷方案", "渗透率 (假设)"), R.text("液冷", "单 kW 价值量 (假设)")
    all_air, mixed = R.text("温控市场 (全风冷)", "市场规模"), R.text("温控市场 (液冷渗透 70%)", "市场规模")
    audit.follows(load, lambda n, p: n * p, Exact(racks), Exact(power))
    audit.follows(all_air, lambda q, p: q * p / 10**4, Exact(load), Exact(air))
    audit.follows(
        mixed,
        lambda q, s, x, y: q * (s * x + (100 - s) * y / 10**4) / 100,
        *(Exact(f) for f in (load, share, liquid, air)),
    )
    audit.follows(
        R.text("液冷温控市场", "市场规模"),
        lambda q, s, x: q * s * x / 100,
        *(Exact(f) for f in (load, share, liquid)),
    )
    audit.follows(R.text("温控市场 (液冷渗透 70%)", "相对全风冷增幅"), lambda a, b: (a / b - 1) * 100, mixed, all_air)
    audit.repeats(liquid, R.text("液冷方案", "单 kW 投资"))


def _under_water(audit: Audit) -> None:
    audit.repeats(R.text("海底数据中心", "单舱 PUE"), R.cell("图表159", "冷却效率", "水下数据中心", "hlx_pue"))
    ends = [R.cell("图表159", "延迟", "水下数据中心", f"dist_{end}") for end in ("low", "high")]
    audit.ranges(R.text("海底数据中心", "离岸距离"), ends[0].number, ends[1].number)
