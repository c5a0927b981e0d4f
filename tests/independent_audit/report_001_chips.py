"""Report 001, chips: cores and memory bandwidth, and what two tables, or a table and the text, both say."""

from __future__ import annotations

from independent_audit.figures import Figure, report
from independent_audit.judging import Audit, Exact, Slip

__all__ = ["findings"]

R = report("001")
ASCEND, ABROAD = "昇腾310、910关键参数", "与主流海外训练芯片对比"
DOMESTIC = "2.1 国产芯片补缺（国产AI芯片对比表，无题注）"
LAPTOPS, COPILOT = "各厂商芯片算力及功耗对比", "Copilot+PC与苹果M3 Macbook Air对比"
A_SERIES, M_SERIES, BLACKWELL = "A系列芯片参数", "M系列芯片参数", "B系列与H系列芯片性能对比"


def findings() -> Audit:
    """Return the verdicts on chip figures that follow from others or are printed twice."""
    audit = Audit()
    _cores(audit)
    _memory_bandwidth(audit)
    _generations(audit)
    _ascend(audit)
    _laptops(audit)
    _phones(audit)
    return audit


def _cores(audit: Audit) -> None:
    """All cores are performance cores and efficiency cores."""
    for chip in ("M1", "M2 Max", "M2 Ultra", "M3", "M3 Pro", "M3 Max", "M4"):
        total, fast, slow = (f for f in R.figures if f.table and f.place[:3] == (M_SERIES, "CPU", chip))
        audit.follows(total, lambda a, b: a + b, Exact(fast), Exact(slow))


def _memory_bandwidth(audit: Audit) -> None:
    """Two transfers a clock, 64 bits wide: A10 to A14 say so, A15 gives a clock and a bandwidth that do not fit."""
    for chip, clock, bandwidth in (
        ("A10", "1600MHz", "25.6 GB/s"),
        ("A11", "2133MHz", "34.1 GB/s"),
        ("A12", "2133MHz", "34.1 GB/s"),
        ("A13", "2133MHz", "34.1 GB/s"),
        ("A14", "2133MHz", "34.1 GB/s"),
        ("A15", "3200MHz", "42.7 GB/s"),
    ):
        rate = R.cell(A_SERIES, chip, "对应RAM", print_=clock)
        audit.follows(
            R.cell(A_SERIES, chip, "对应RAM", print_=bandwidth),
            lambda megahertz: megahertz * 2 * 64 / 8 / 1000,
            rate,
            slip=Slip("42.7 belongs to 2667 MHz; no width is printed for this chip", sure=False, accuses=(rate,)),
        )


def _generations(audit: Audit) -> None:
    """Rows of one table share the Hopper figure that their ratios divide by."""
    fp8, fp8_ratio = R.cell(BLACKWELL, "FP8", "Blackwell GPU"), R.cell(BLACKWELL, "FP8", "(ratio column)")
    for row in ("NEW FP6", "NEW FP4"):
        audit.follows(
            R.cell(BLACKWELL, row, "(ratio column)"),
            lambda mine, theirs, ratio: mine * ratio / theirs,
            R.cell(BLACKWELL, row, "Blackwell GPU"),
            fp8,
            fp8_ratio,
        )
    fp4 = R.cell(BLACKWELL, "NEW FP4", "Blackwell GPU")
    _say_the_same(audit, fp4, R.text("NVIDIA Blackwell", "peak compute (FP4)"))


def _say_the_same(audit: Audit, *figures: Figure) -> None:
    """Judge each of several prints of one figure by the one before it."""
    for n, figure in enumerate(figures):
        audit.repeats(figure, figures[n - 1])


def _ascend(audit: Audit) -> None:
    perf = "算力"
    groups = {
        ("昇腾310", "INT8"): ("16 TOPS@INT8", "16 TOPS@INT8", ""),
        ("昇腾310", "FP16"): ("8 TOPS@FP16", "8 TFLOPS@FP16", ""),
        ("昇腾910", "FP16"): ("320 TFLOPS @FP16", "320 TFLOPS@FP16", "320TFLOPS@FP16"),
        ("昇腾910", "INT8"): ("640 TOPS @INT8", "640 TOPS@INT8", "640 TOPS@INT8"),
    }
    for (chip, precision), (own, abroad, domestic) in groups.items():
        column = f"关键特性 ({chip})"
        said = [
            R.text(chip, precision),
            R.cell(ASCEND, "Performance", column, print_=own),
            R.cell(ABROAD, perf, f"华为 | {chip}", print_=abroad),
        ]
        if domestic:
            said.append(R.cell(DOMESTIC, perf, f"华为 | {chip}", print_=domestic))
        _say_the_same(audit, *said)
    for chip in ("昇腾310", "昇腾910"):
        said = [
            R.text(chip, "power"),
            R.cell(ASCEND, "Max Power", f"关键特性 ({chip})"),
            R.cell(ABROAD, "功耗", f"华为 | {chip}"),
        ]
        if chip == "昇腾910":
            said.append(R.cell(DOMESTIC, "功耗", f"华为 | {chip}"))
        _say_the_same(audit, *said)
    _say_the_same(audit, R.cell(ASCEND, "Process", "关键特性 (昇腾310)"), R.cell(ABROAD, "工艺", "华为 | 昇腾310"))
    _say_the_same(audit, R.cell(ABROAD, "工艺", "华为 | 昇腾910"), R.cell(DOMESTIC, "工艺", "华为 | 昇腾910"))
    _say_the_same(
        audit,
        R.text("上海", "data-centre compute (FP32)"),
        R.cell("2.1 国产芯片补缺（各省市算力建设规划表，无题注）", "上海", "要求", print_="18000PFLOPS"),
    )


def _laptops(audit: Audit) -> None:
    _say_the_same(
        audit, R.text("Surface Snapdragon X", "CPU+GPU vs MacBook Air M3"), *R.row(COPILOT, "CPU和GPU性能").values()
    )
    npu, platform = R.row(LAPTOPS, "NPU性能"), R.row(LAPTOPS, "综合性能")
    compared = R.row(COPILOT, "NPU性能")
    _say_the_same(audit, npu["高通 X Elite"], compared["Copilot+PC"], R.text("Snapdragon X Elite", "NPU"))
    _say_the_same(
        audit,
        *(npu["苹果M3"], compared["苹果M3 Macbook Air"], R.text("Apple M3", "NPU")),
        *(R.cell(M_SERIES, "NPU", "M3", print_="18TOPS"),),
    )
    _say_the_same(audit, npu["苹果M4"], R.cell(M_SERIES, "NPU", "M4", print_="38TOPS"))
    for cell, said in (
        (npu["AMD Phoenix Point"], R.text("AMD Ryzen 7040", "NPU")),
        (npu["AMD Hawk Point"], R.text("AMD Ryzen 8000", "NPU")),
        (npu["Intel Lunar Lake"], R.text("Lunar Lake NPU 4.0", "compute")),
        (npu["AMD Strix Point"], R.text("AMD Strix Point", "NPU peak")),
        (platform["Intel Lunar Lake"], R.text("Lunar Lake", "platform compute")),
        (platform["AMD Strix Point"], R.text("AMD Strix Point", "platform")),
        (platform["高通 X Elite"], R.text("高通 X Elite", "platform")),
        (R.cell("Intel近四代芯片对比", "最大内存容量", "Lunar Lake"), R.text("Lunar Lake", "max memory")),
    ):
        _say_the_same(audit, cell, said)
    laptops = "当前发布AIPC的内存情况"
    core = "Intel Core Ultra ( Meteor Lake )"
    _say_the_same(
        audit,
        R.cell("Intel近四代芯片对比", "最大内存容量", "Meteor Lake"),
        R.cell(laptops, "最大内存容量", core, print_="96GB ( DDR5 )"),
    )
    least = R.row(laptops, "最低内存")
    _say_the_same(audit, *least.values(), R.text("AIPC", "minimum memory"), R.text("Copilot+PC", "DRAM minimum"))
    audit.repeats(R.text("Arm PC", "market share (figure title)"), R.text("Arm PC", "market share", "2027"))


def _phones(audit: Audit) -> None:
    _say_the_same(audit, R.text("Apple M1", "NPU"), R.cell(M_SERIES, "NPU", "M1", print_="11TOPS"))
    _say_the_same(audit, R.text("Apple A16", "NPU"), R.cell(A_SERIES, "A16", "NPU性能", print_="17 TOPS"))
    _say_the_same(audit, R.text("Apple M1", "memory"), R.cell(M_SERIES, "支持内存", "M1"))
    _say_the_same(audit, R.text("Apple A16", "memory max"), R.cell(A_SERIES, "A16", "对应RAM", print_="6GB"))
