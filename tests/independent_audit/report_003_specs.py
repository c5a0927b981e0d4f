"""Report 003, specifications: bandwidth and throughput that follow, and chips that several figures describe."""

from __future__ import annotations

from fractions import Fraction

from independent_audit.figures import Figure, report
from independent_audit.judging import Audit, Exact, Slip

__all__ = ["findings"]

R = report("003")
CLOUD, GENERATIONS, GENERAL, RENDERING, FIXED, TPU = "图表42", "图表14", "图表58", "图表55", "图表61", "图表59"
GROUP = {"V100": "训练/推理", "A100": "训练/推理", "H100": "训练/推理"}


def findings() -> Audit:
    """Return the verdicts on specifications."""
    audit = Audit()
    _memory_bandwidth(audit)
    _cards_with_memory(audit)
    _pcie(audit)
    _links(audit)
    _precisions(audit)
    _a100_and_h100_in_two_figures(audit)
    _a100_and_tpu(audit)
    _generations(audit)
    _chinese_chips(audit)
    _natick(audit)
    return audit


def _cloud(chip: str, row: str, part: str = "") -> Figure:
    return R.cell(CLOUD, row, f"{GROUP[chip]} / {chip} SXM" if chip in GROUP else f"推理 / {chip} PCIe", part)


def _memory_bandwidth(audit: Audit) -> None:
    """Channels, bits in a channel, and bits a second on each, by eight bits a byte."""
    for kind in R.row("图表81", "Overall bandwidth"):
        channels, bits, speed, density = (
            R.cell("图表81", row, kind)
            for row in ("#Channels/DRAM package", "#Bits in a channel", "Speed", "DRAM density")
        )
        figure = R.cell("图表81", "Overall bandwidth", kind)
        audit.follows(figure, lambda c, b, s: c * b * s / 8, Exact(channels), Exact(bits), speed)
        if kind == "HBM2E":
            audit.repeats(speed, R.cell("图表84", "Operating Frequency (Mbps)", kind, "high"), Fraction(1, 1000))
        if kind == "HBM3":
            audit.repeats(speed, R.cell("图表84", "Operating Frequency (Mbps)", kind, "high"), Fraction(1, 1000))
            audit.repeats(density, R.cell("图表84", "Die Density (Stack)", kind, "high"))


def _cards_with_memory(audit: Audit) -> None:
    for card in R.rows("图表83"):
        speed, bus = R.cell("图表83", card, "Memory Speed"), R.cell("图表83", card, "Memory Bus")
        audit.follows(
            R.cell("图表83", card, "Memory Bandwidth"),
            lambda s, b: s * b / 8,
            speed,
            Exact(bus),
            slip=Slip("3276.8 cut to 3.2 TB/s, and that printed in GB/s", accuses=(speed, bus)),
        )


_OVERHEAD = {"1.0": Fraction(8, 10), "2.0": Fraction(8, 10), "6.0": Fraction(1)}


def _pcie(audit: Audit) -> None:
    """16 lanes at the data rate less the encoding; generation 6 counts none."""
    for generation in R.rows("图表121"):
        rate = R.cell("图表121", generation, "Data Rate(Gb/s) (Encoding)")
        kept = _OVERHEAD.get(generation, Fraction(128, 130))
        audit.follows(R.cell("图表121", generation, "x16 B/W per dirn*"), lambda x, k=kept: 16 * x * k, Exact(rate))
    both_ways = {"3.0": ("V100", "T4"), "4.0": ("A100", "A10", "A30"), "5.0": ("H100",)}
    for generation, chips in both_ways.items():
        rate = R.cell("图表121", generation, "Data Rate(Gb/s) (Encoding)")
        for chip in chips:
            audit.follows(_cloud(chip, "PCIe"), lambda x: 2 * 16 * x / 8, Exact(rate))
    fourth, fifth = (R.cell("图表121", g, "Data Rate(Gb/s) (Encoding)") for g in ("4.0", "5.0"))
    audit.follows(R.text("PCIe 4.0 x16", "双向带宽"), lambda x: 2 * 16 * x / 8, Exact(fourth))
    audit.follows(R.text("壁仞科技 BR100", "主机接口双向带宽"), lambda x: 2 * 16 * x / 8, Exact(fifth))
    for generation in ("4.0", "5.0"):
        size = R.cell("图表121", generation, "x16 B/W per dirn*")
        audit.repeats(
            R.text(f"PCIe {generation} x16", "带宽总和"),
            size,
            slip=Slip("the network card's speed is given for the slot's, which is a quarter more", False, (size,)),
        )


def _links(audit: Audit) -> None:
    now, before = _cloud("H100", "NVLink"), _cloud("A100", "NVLink")
    audit.follows(R.text("NVLink 4 vs NVLink 3", "带宽比"), lambda a, b: a / b, now, before)
    for subject, measure in (
        ("NVLink 4", "每 GPU 双向带宽"),
        ("NVLink4 (GH200)", "网络带宽"),
        ("NVLink4", "双向带宽"),
    ):
        audit.repeats(R.text(subject, measure), now)
    audit.repeats(R.text("NVLink3 (A100 DGX)", "单向带宽"), before, Fraction(1, 2))
    audit.repeats(R.text("NVLink4 (H100 DGX)", "单向带宽"), now, Fraction(1, 2))
    links, each = (R.cell(TPU, "Inter Chip Interconnect", "NVIDIA A100", part) for part in ("links", "per_link"))
    audit.follows(before, lambda n, x: 2 * n * x, Exact(links), Exact(each))
    links, each = (R.cell(TPU, "Inter Chip Interconnect", "Google TPUv4", part) for part in ("links", "per_link"))
    audit.follows(
        R.cell(FIXED, "互联带宽", "谷歌 / 谷歌 TPUv4"),
        lambda n, x: n * x,
        Exact(links),
        Exact(each),
        slip=Slip("figure 59 has 6 links of 50 GB/s; what 1000 counts is not said", False, (links, each)),
    )


def _precisions(audit: Audit) -> None:
    """Twice the units at half the width (2.1.1): said of V100, and to hold for A100 and H100."""
    for chip in GROUP:
        audit.follows(_cloud(chip, "FP64"), lambda x: x / 2, _cloud(chip, "FP32"))
    units = R.text("NVIDIA V100", "每 SM FP32 单元/FP64 单元")
    single, double = (R.text("NVIDIA V100", f"FP{bits} 算力") for bits in (32, 64))
    audit.follows(units, lambda a, b: a / b, single, double)
    audit.repeats(single, _cloud("V100", "FP32"))
    audit.repeats(double, _cloud("V100", "FP64"))
    audit.follows(
        R.text("H100", "FP16 Tensor Core 峰值吞吐量 vs A100"),
        lambda a, b: a / b,
        _cloud("H100", "FP16 Tensor"),
        _cloud("A100", "FP16 Tensor"),
    )
    audit.follows(R.text("Volta Tensor Core", "每时钟周期 FMA 次数"), lambda n: n**3, Exact(4))
    audit.follows(
        _cloud("A100", "FP64 Tensor"),
        lambda x: x,
        _cloud("A100", "FP32"),
        slip=Slip("19.5, as FP32, which H100 and A30 have in both rows: halved", False),
    )


def _a100_and_h100_in_two_figures(audit: Audit) -> None:
    for chip in ("A100", "H100"):
        column = f"英伟达 / {chip} SXM"
        rows = [("制程", "", ""), ("FP32", "FP32 运算性能", ""), ("FP16", "FP16 运算性能", ""), ("TDP", "", "")]
        rows += [("INT8 Tensor", "Int8 运算性能", ""), ("NVLink", "互联接口", "nvlink")]
        for row, other, part in rows:
            _say_the_same(audit, _cloud(chip, row), R.cell(GENERAL, other or row, column, part))
        parts = ("alt1", "alt2") if chip == "A100" else ("",)
        for part in parts:
            _say_the_same(audit, _cloud(chip, "显存容量", part), R.cell(GENERAL, "显存容量", column, part))
    _say_the_same(audit, R.cell(GENERAL, "核心数目", "英伟达 / A100 SXM"), R.cell(GENERATIONS, "Cuda Cores", "Ampere"))
    hopper = R.cell(GENERATIONS, "Cuda Cores", "Hopper")
    audit.repeats(
        R.cell(GENERAL, "核心数目", "英伟达 / H100 SXM"),
        hopper,
        slip=Slip("132 SMs of 128 give 16896; 15872 are 124 SMs", False, (hopper,)),
    )


def _say_the_same(audit: Audit, *figures: Figure) -> None:
    """Judge each of several prints of one figure by the one before it."""
    for n, figure in enumerate(figures):
        audit.repeats(figure, figures[n - 1])


def _a100_and_tpu(audit: Audit) -> None:
    for row, part, other in (
        ("Production deployment", "", "发布时间"),
        ("Peak TFLOPS", "fp16", "FP16 Tensor"),
        ("Peak TFLOPS", "int8", "INT8 Tensor"),
        ("Tech. node / Die size", "node", "制程"),
        ("TDP (W)", "", "TDP"),
    ):
        _say_the_same(audit, R.cell(TPU, row, "NVIDIA A100", part), _cloud("A100", other))
    capacity = R.cell(TPU, "HBM2 capacity, BW", "NVIDIA A100", "capacity")
    audit.repeats(capacity, _cloud("A100", "显存容量", "alt2"))
    bandwidth, finer = _cloud("A100", "显存带宽", "alt2"), R.cell("图表83", "NVIDIA A100 80GB", "Memory Bandwidth")
    audit.repeats(R.cell(TPU, "HBM2 capacity, BW", "NVIDIA A100", "bandwidth"), bandwidth, 1000)
    audit.repeats(bandwidth, finer, Fraction(1, 1000))
    for row, part, other in (
        ("Production deployment", "", "发布时间"),
        ("Peak TFLOPS", "", "浮点算力"),
        ("Tech. node / Die size", "node", "工艺制程"),
        ("HBM2 capacity, BW", "capacity", "显存"),
    ):
        printed = R.cell(TPU, row, "Google TPUv4", part)
        _say_the_same(audit, printed, R.cell(FIXED, other, "谷歌 / 谷歌 TPUv4"))
    audit.repeats(R.cell(FIXED, "INT8 算力", "谷歌 / 谷歌 TPUv4"), R.cell(TPU, "Peak TFLOPS", "Google TPUv4"))


def _generations(audit: Audit) -> None:
    """Figure 14 by architecture, figure 42 by the chip that shows it."""
    for architecture, chip in (("Volta", "V100"), ("Ampere", "A100"), ("Hopper", "H100"), ("Turing", "T4")):
        _say_the_same(audit, R.cell(GENERATIONS, "发布时间", architecture), _cloud(chip, "发布时间"))
        if architecture != "Ampere":
            _say_the_same(audit, R.cell(GENERATIONS, "工艺", architecture), _cloud(chip, "制程"))
    _say_the_same(audit, R.cell(GENERATIONS, "工艺", "Ampere", "alt1"), _cloud("A10", "制程"))
    _say_the_same(audit, R.cell(GENERATIONS, "工艺", "Ampere", "alt2"), _cloud("A100", "制程"))
    _say_the_same(audit, R.cell(GENERATIONS, "Cuda Cores", "Turing"), R.text("Tesla T4", "CUDA 内核"))
    for measure, row in (("FP64", "FP64"), ("FP32", "FP32"), ("INT8", "INT8 Tensor")):
        _say_the_same(audit, R.text("Tesla T4", measure), _cloud("T4", row))
    maxwell = R.cell(GENERATIONS, "Cuda Cores", "Maxwell")
    (two_cards,) = R.row("图表102", "核心数量").values()
    audit.follows(two_cards, lambda n: 2 * n, maxwell)


def _chinese_chips(audit: Audit) -> None:
    for subject, measure, table, row, column in (
        ("芯动科技 风华2号", "FP32", RENDERING, "FP32 运算性能", "芯动科技 / 风华二号"),
        ("芯动科技 风华2号", "INT8", RENDERING, "Int8 运算性能", "芯动科技 / 风华二号"),
        ("景嘉微 JM9", "核心频率", RENDERING, "时钟频率", "景嘉微 / JM9 系列"),
        ("景嘉微 JM9", "显存", RENDERING, "显存容量", "景嘉微 / JM9 系列"),
        ("景嘉微 JM9", "浮点性能", RENDERING, "FP32 运算性能", "景嘉微 / JM9 系列"),
        ("海光信息 深算一号", "制程", GENERAL, "制程", "海光信息 / 深算一号"),
        ("天数智芯 天垓100", "制程", GENERAL, "制程", "天数智芯 / 天垓 100"),
        ("天数智芯 天垓100", "HBM2 容量", GENERAL, "显存容量", "天数智芯 / 天垓 100"),
        ("壁仞科技 BR100", "制程", GENERAL, "制程", "壁仞科技 / 壁砾 100P"),
        ("壁仞科技 BR100", "16 位浮点算力", GENERAL, "FP16 运算性能", "壁仞科技 / 壁砾 100P"),
        ("壁仞科技 BR100", "8 位定点算力", GENERAL, "Int8 运算性能", "壁仞科技 / 壁砾 100P"),
        ("摩尔线程 MTT S3000", "FP32", GENERAL, "FP32 运算性能", "摩尔线程 / MTT S3000"),
        ("摩尔线程 MTT S3000", "核心频率", GENERAL, "时钟频率", "摩尔线程 / MTT S3000"),
        ("摩尔线程 MTT S3000", "显存", GENERAL, "显存容量", "摩尔线程 / MTT S3000"),
        ("沐曦 MXN100", "制程", GENERAL, "制程", "沐曦 / MXN100"),
        ("沐曦 曦思N100", "INT8", GENERAL, "Int8 运算性能", "沐曦 / MXN100"),
        ("沐曦 曦思N100", "FP16", GENERAL, "FP16 运算性能", "沐曦 / MXN100"),
        ("寒武纪 MLU370-X8", "功耗", FIXED, "功耗", "寒武纪 / 寒武纪 MLU370-X8"),
        ("寒武纪 MLU370-X8", "FP32 训练算力", FIXED, "浮点算力", "寒武纪 / 寒武纪 MLU370-X8"),
        ("寒武纪 MLU370-X8", "INT8 推理算力", FIXED, "INT8 算力", "寒武纪 / 寒武纪 MLU370-X8"),
        ("昇腾 910", "FP16", FIXED, "浮点算力", "海思 / 海思昇腾 910"),
        ("昇腾 910", "INT8", FIXED, "INT8 算力", "海思 / 海思昇腾 910"),
        ("昇腾 910", "功耗", FIXED, "功耗", "海思 / 海思昇腾 910"),
    ):
        cell, said = R.cell(table, row, column), R.text(subject, measure)
        slip = Slip("310 in the text, 350 in figure 61: two figures for one chip", accuses=(cell,))
        audit.repeats(said, cell, slip=slip)
        if not said.bound and measure != "功耗":
            audit.repeats(cell, said)
    rtx = R.cell(RENDERING, "制程", "英伟达 / GeForceRTX 4090")
    audit.repeats(
        R.text("GeForce RTX 40 (Ada)", "工艺"),
        rtx,
        slip=Slip("4 nm in figure 55; the text speaks of the class of 5 nm", False, (rtx,)),
    )


def _natick(audit: Audit) -> None:
    """Figure 160: racks times servers a rack, feet in metres, and what the text repeats."""
    racks, servers = R.row("图表160", "Racks"), R.row("图表160", "Servers")
    third = R.text("Natick 第一阶段", "服务器占机架空间")
    audit.follows(
        servers["Phase 2"],
        lambda n, few, one: n * few / one * 3,  # servers fill a third of the only rack of phase 1
        *(Exact(racks["Phase 2"]), Exact(servers["Phase 1"]), Exact(racks["Phase 1"])),
    )
    audit.follows(
        servers["Phase 3"],
        lambda n, before, full: n * before / full,
        *(Exact(racks["Phase 3"]), Exact(servers["Phase 2"]), Exact(racks["Phase 2"])),
    )
    audit.follows(
        third,
        lambda few, full, n: few * n / full,
        *(Exact(servers["Phase 1"]), Exact(servers["Phase 2"]), Exact(racks["Phase 2"])),
    )
    foot = Exact(Fraction("0.3048"))
    for row, phases in (("Length", ("Phase 1", "Phase 2", "Phase 3")), ("Depth", ("Phase 2", "Phase 3"))):
        for phase in phases:
            feet, metres = R.cell("图表160", row, phase, "ft"), R.cell("图表160", row, phase, "m")
            audit.follows(metres, lambda x, m: x * m, feet, foot, as_number=True)
    _natick_text(audit, racks, servers)


def _natick_text(audit: Audit, racks: dict[str, Figure], servers: dict[str, Figure]) -> None:
    for phase, n in (("Natick 第一阶段", "Phase 1"), ("Natick 第二阶段", "Phase 2")):
        audit.repeats(R.text(phase, "机架"), racks[n])
        audit.repeats(R.text(phase, "服务器"), servers[n])
    audit.repeats(R.text("Natick 第一阶段", "长度"), R.cell("图表160", "Length", "Phase 1", "m"))
    audit.repeats(R.text("Natick 第二阶段", "水深"), R.cell("图表160", "Depth", "Phase 2", "m"))
    audit.repeats(R.text("Natick 第二阶段", "测试时长"), R.cell("图表160", "Duration", "Phase 2"))
    audit.follows(
        R.text("Natick 第二阶段", "总磁盘"),
        lambda n, each: n * each / 1000,
        Exact(R.text("Natick 第二阶段", "服务器")),
        R.text("Natick 第二阶段", "每台磁盘"),
    )
    pue = R.cell("图表159", "冷却效率", "水下数据中心", "ms_pue")
    audit.repeats(R.text("Natick 第二阶段", "PUE"), pue)
    audit.repeats(pue, R.text("Natick 第二阶段", "PUE"))
    audit.repeats(R.cell("图表159", "冷却效率", "水下数据中心", "depth"), R.cell("图表160", "Depth", "Phase 2", "m"))
    audit.repeats(R.text("世界人口", "距海岸 200 公里内比例"), R.cell("图表159", "延迟", "水下数据中心", "pop"))
