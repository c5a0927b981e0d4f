"""Report 003, models: compute for training (figure 49) and inference (50), memory (43, 51), their text."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil

from independent_audit.figures import Figure, report
from independent_audit.judging import Audit, Exact, Slip, root

__all__ = ["findings", "training_cards"]

R = report("003")
TRAINING, INFERENCE, MEMORY, MEMORY_STEPS = "图表49", "图表50", "图表43", "图表51"
FAMILIES = ("多模态", "普通")
YEARS = ("2023E", "2024E", "2025E", "2026E", "2027E")
PAIRS = tuple(pairwise(YEARS))
DAY = 24 * 60 * 60
TEN_THOUSAND = 10**4


def findings() -> Audit:
    """Return the verdicts on the figures of both models."""
    audit = Audit()
    for family in FAMILIES:
        _training_demand(audit, family)
        _inference_demand(audit, family)
    _training_chips(audit)
    _inference_chips(audit)
    _memory(audit)
    _memory_steps(audit)
    _text(audit)
    _text_of_the_memory_view(audit)
    return audit


def _row(table: str, start: str) -> dict[str, Figure]:
    """Return the one row of a table whose name starts like this."""
    names = [name for name in R.rows(table) if name.replace("（", "(").startswith(start)]
    if len(names) != 1:
        raise KeyError((table, start, *names))
    return R.row(table, names[0])


def _parameters(table: str, family: str) -> dict[str, Figure]:
    return _row(
        table, f"{family} | {family}大模型平均参数数量" if family == "普通" else "多模态 | 多模态大模型平均参数"
    )


def _unrounded_parameters(family: str, year: str) -> Fraction:
    """亿个, growing by 20 % from 2023."""
    growth = _row(TRAINING, f"{family} | 参数 | YoY")
    value = _parameters(TRAINING, family)[YEARS[0]].number
    for later in YEARS[1 : YEARS.index(year) + 1]:
        value *= 1 + growth[later].number / 100
    return value


def _unrounded_tokens(family: str, year: str) -> Fraction:
    """亿个, in proportion to parameters (2.1.3 (2))."""
    tokens = _row(TRAINING, f"{family} | 训练 Tokens")[YEARS[0]].number
    return tokens * _unrounded_parameters(family, year) / _unrounded_parameters(family, YEARS[0])


def _unrounded_training(family: str, year: str) -> Fraction:
    """PFLOP for one model."""
    return 6 * _unrounded_parameters(family, year) * _unrounded_tokens(family, year) * 10**16 / 10**15


def _unrounded_training_peak(family: str, year: str) -> Fraction:
    """PFLOP/s for all models in training at once."""
    vendors, at_once, days = (
        _row(TRAINING, f"{family} | {start}")[year].number
        for start in (f"{family}大模型研发厂商个数", "同时训练模型数目", "假设单次训练所需时间")
    )
    return _unrounded_training(family, year) * vendors * at_once / (days * DAY)


def training_cards(chip: str, year: str) -> Fraction:
    """Return 万张 of a chip that all training takes, before any rounding.

    >>> round(float(training_cards("A100", "2023E")), 4)
    276.6331
    """
    peak = sum((_unrounded_training_peak(family, year) for family in FAMILIES), Fraction())
    use = _row(TRAINING, "硬件算力效率")[year].number / 100
    return peak * 1000 / _row(TRAINING, f"{chip} SXM FP16")[year].number / use / TEN_THOUSAND


def _training_demand(audit: Audit, family: str) -> None:
    parameters, growth = _parameters(TRAINING, family), _row(TRAINING, f"{family} | 参数 | YoY")
    tokens = _row(TRAINING, f"{family} | 训练 Tokens")
    once = _row(TRAINING, f"{family} | 单个模型单 Token")
    single, peak = _row(TRAINING, f"{family} | 单模型所需算力"), _row(TRAINING, f"{family} | 训练端峰值算力需求")
    vendors, at_once, days = (
        _row(TRAINING, f"{family} | {start}")
        for start in (f"{family}大模型研发厂商个数", "同时训练模型数目", "假设单次训练所需时间")
    )
    for before, year in PAIRS:
        audit.follows(
            parameters[year], lambda n, g: n * (1 + g / 100), parameters[before], Exact(growth[year]),
            chain=_unrounded_parameters(family, year),
        )  # fmt: skip
        audit.follows(
            growth[year], lambda now, then: (now / then - 1) * 100, parameters[year], parameters[before],
            chain=(_unrounded_parameters(family, year) / _unrounded_parameters(family, before) - 1) * 100,
        )  # fmt: skip
        audit.follows(
            tokens[year], lambda d, now, then: d * now / then, tokens[before], parameters[year], parameters[before],
            chain=_unrounded_tokens(family, year),
        )  # fmt: skip
    for year in YEARS:
        audit.follows(
            once[year], lambda n: 6 * n * 10**8 / 10**12, parameters[year],
            chain=6 * _unrounded_parameters(family, year) * 10**8 / 10**12,
        )  # fmt: skip
        audit.follows(
            single[year], lambda tera, d: tera * d * 10**8 / 1000, once[year], tokens[year],
            chain=_unrounded_training(family, year),
        )  # fmt: skip
        audit.follows(
            peak[year],
            lambda c, v, m, t: c * v * m / (t * DAY),
            *(single[year], Exact(vendors[year]), Exact(at_once[year]), Exact(days[year])),
            chain=_unrounded_training_peak(family, year),
        )


def _training_chips(audit: Audit) -> None:
    use = _row(TRAINING, "硬件算力效率")
    peaks = [_row(TRAINING, f"{family} | 训练端峰值算力需求") for family in FAMILIES]
    for chip in ("H100", "A100"):
        total, more = _row(TRAINING, f"{chip} 需求总量"), _row(TRAINING, f"{chip} 需求增量")
        tera = _row(TRAINING, f"{chip} SXM FP16")
        for year in YEARS:
            audit.follows(
                total[year],
                lambda a, b, t, u: (a + b) * 1000 / t / u * 100 / TEN_THOUSAND,
                *(p[year] for p in peaks), Exact(tera[year]), Exact(use[year]),
                chain=training_cards(chip, year),
            )  # fmt: skip
            audit.repeats(tera[year], R.cell("图表42", "FP16 Tensor", f"训练/推理 / {chip} SXM"))
        for before, year in PAIRS:
            audit.follows(
                more[year], lambda now, then: now - then, total[year], total[before],
                chain=training_cards(chip, year) - training_cards(chip, before),
            )  # fmt: skip


def _unrounded_inference(family: str, year: str) -> Fraction:
    """EFLOP a day: two operations a parameter and token."""
    users, queries, tokens = (
        _row(INFERENCE, f"{family} | {start}")[year].number
        for start in (f"{family}大模型日活用户人数", "每人平均每天查询次数", "每人平均每次查询 Tokens")
    )
    return 2 * _unrounded_parameters(family, year) * 10**8 * users * 10**8 * queries * tokens / 10**18


def _unrounded_inference_peak(family: str, year: str) -> Fraction:
    """EFLOP/s at the busiest time."""
    return _unrounded_inference(family, year) / DAY * _row(INFERENCE, f"{family} | 最大并发峰值算力乘数")[year].number


def _inference_demand(audit: Audit, family: str) -> None:
    rows = {
        name: _row(INFERENCE, f"{family} | {start}")
        for name, start in (
            *(("users", f"{family}大模型日活用户人数"), ("growth", "日活 | YoY"), ("queries", "每人平均每天查询次数")),
            *(("tokens", "每人平均每次查询 Tokens"), ("once", "单 Tokens 所需"), ("query", "每人每次查询所需")),
            *(("day", "全天计算次数合计"), ("second", "平均每 s"), ("times", "最大并发峰值算力乘数")),
            ("most", "最大并发峰值算力 ("),
        )
    }
    parameters, trained = _parameters(INFERENCE, family), _parameters(TRAINING, family)
    grown = _row(INFERENCE, f"{family} | 参数 | YoY")
    for before, year in PAIRS:
        users = rows["users"]
        audit.follows(
            rows["growth"][year], lambda now, then: (now / then - 1) * 100, Exact(users[year]), Exact(users[before])
        )
        audit.repeats(grown[year], _row(TRAINING, f"{family} | 参数 | YoY")[year])
    for year in YEARS:
        now = {name: row[year] for name, row in rows.items() if year in row}
        unrounded = 2 * _unrounded_parameters(family, year) * 10**8 / 10**12
        audit.repeats(parameters[year], trained[year])
        audit.follows(now["once"], lambda n: 2 * n * 10**8 / 10**12, parameters[year], chain=unrounded)
        audit.follows(
            now["query"], lambda c, k: c * k, now["once"], Exact(now["tokens"]), chain=unrounded * now["tokens"].number
        )
        audit.follows(
            now["day"],
            lambda c, q, u: c * q * u * 10**8 / 10**6,
            *(now["query"], Exact(now["queries"]), Exact(now["users"])),
            chain=_unrounded_inference(family, year),
        )
        audit.follows(now["second"], lambda e: e / DAY, now["day"], chain=_unrounded_inference(family, year) / DAY)
        audit.follows(
            now["most"], lambda e, m: e * m, now["second"], Exact(now["times"]),
            chain=_unrounded_inference_peak(family, year),
        )  # fmt: skip


def _inference_chips(audit: Audit) -> None:
    """The efficiency stands between the busiest second and the total, and once more between the total and the cards."""
    total, use = _row(INFERENCE, "峰值算力总量"), _row(INFERENCE, "算力效率")
    most = [_row(INFERENCE, f"{family} | 最大并发峰值算力 (") for family in FAMILIES]
    cards = {chip: _row(INFERENCE, f"{chip} 需求量") for chip in ("H100", "A100")}
    for year in YEARS:
        peak = sum((_unrounded_inference_peak(family, year) for family in FAMILIES), Fraction())
        audit.follows(
            total[year], lambda a, b: (a + b) * 1000, *(m[year] for m in most), chain=peak * 1000,
            slip=Slip(
                "already divided by the efficiency of 30 %, which is applied again for the cards: once too often",
                accuses=tuple(row[year] for row in cards.values()),
            ),
        )  # fmt: skip
        audit.repeats(use[year], _row(TRAINING, "硬件算力效率")[year])
        for chip, row in cards.items():
            tera = _row(INFERENCE, f"{chip} SXM FP16")[year]
            audit.follows(
                row[year],
                lambda p, t, u: p * 1000 / t / u * 100 / TEN_THOUSAND,
                *(total[year], Exact(tera), Exact(use[year])),
            )
            audit.repeats(tera, R.cell("图表42", "FP16 Tensor", f"训练/推理 / {chip} SXM"))
    for chip, row in cards.items():
        more = _row(INFERENCE, f"{chip} 需求增量")
        for before, year in PAIRS:
            audit.follows(more[year], lambda now, then: now - then, row[year], row[before])


_CARDS = {"A100 80GB": 80, "A800 80GB": 80, "A10 24GB": 24}


def _whole_cards(memory: Fraction, each: Fraction) -> Fraction:
    return Fraction(ceil(memory / each))


def _memory(audit: Audit) -> None:
    """Two bytes a parameter, as much again for what is computed on the way, and whole cards."""
    for size in ("1750", "10000"):
        model, running = R.cell(MEMORY, size, "模型显存需求（E）"), R.cell(MEMORY, size, "推理显存需求（E）")
        audit.follows(model, lambda n: 2 * n / 10, R.cell(MEMORY, size, "参数量（亿）"))
        audit.follows(running, lambda m: 2 * m, model)
        for card, each in _CARDS.items():
            figure = R.cell(MEMORY, size, f"不同型号 GPU 的需求量（E） / {card}")
            audit.follows(figure, _whole_cards, Exact(running), Exact(each))
    for card, table, row, column, part in (
        ("A100 80GB", "图表42", "NVLink", "训练/推理 / A100 SXM", ""),
        ("A800 80GB", "图表58", "互联接口", "英伟达 / A800 (40G PCIE)", "nvlink"),
        ("A10 24GB", "图表42", "PCIe", "推理 / A10 PCIe", ""),
    ):
        figure = R.cell(MEMORY, "互连性能备注", f"不同型号 GPU 的需求量（E） / {card}")
        audit.repeats(figure, R.cell(table, row, column, part))


def _memory_steps(audit: Audit) -> None:
    rows = {name: R.row(MEMORY_STEPS, name) for name in R.rows(MEMORY_STEPS)}
    small, large = "A100 80GB / GPT-3", "A100 80GB / (10000 亿)"
    deployed = rows["模型部署量（万）"][small]
    users, together = rows["最高并发访问量 (万)"][small], rows["模型能同时处理的并发量假设"][small]
    audit.follows(deployed, lambda u, t: u / t, Exact(users), Exact(together))
    for column, size in ((small, "1750"), (large, "10000")):
        parameters, model = rows["参数 (亿)"][column], rows["FP16 推理精度显存预估 (GB)"][column]
        times, running = rows["推理中间参数量倍数预估"][column], rows["推理显存需求 (GB)"][column]
        cards = rows["显卡需求 (张)"][column]
        audit.repeats(parameters, R.cell(MEMORY, size, "参数量（亿）"))
        audit.follows(model, lambda n: 2 * n / 10, parameters)
        audit.follows(running, lambda m, x: m * (1 + x), model, Exact(times))
        audit.follows(cards, _whole_cards, Exact(running), Exact(80))
        audit.follows(rows["显卡需求（万）"][column], lambda c, d: c * d, Exact(cards), Exact(deployed))
        audit.repeats(times, R.text("大模型推理", "中间参数量倍数"))


def _text(audit: Audit) -> None:
    """Growth rates over four years, and what the text says of the assumptions."""
    _growth_rates(audit)
    for figure in R.texts("全球大模型训练端", "全部算力折合 A100 总量"):
        audit.follows(figure, lambda c: c, _row(TRAINING, "A100 需求总量")["2023E"])
    users = {family: _row(INFERENCE, f"{family} | {family}大模型日活用户人数")["2023E"] for family in FAMILIES}
    for family in FAMILIES:
        name, parameters = f"{family}大模型", _parameters(TRAINING, family)["2023E"]
        audit.repeats(
            R.text(name, "平均参数量"),
            parameters,
            slip=Slip(
                "10,000 is the number of tokens, a row further down; the table has 15,000", accuses=(parameters,)
            ),
        )
        audit.repeats(R.text(f"{name}平均参数量", "年增速"), _row(TRAINING, f"{family} | 参数 | YoY")["2024E"])
        audit.repeats(
            R.text(name, "平均日活量"),
            users[family],
            TEN_THOUSAND,
            slip=Slip("half of the 2,000 that the table computes with", accuses=(users[family],)),
        )
    audit.repeats(R.text("多模态大模型", "训练 Token 数量级"), _row(TRAINING, "多模态 | 训练 Tokens")["2023E"])
    audit.repeats(
        R.text("大模型推理", "每位用户平均查询 Token 数"), _row(INFERENCE, "普通 | 每人平均每次查询")["2023E"]
    )
    audit.repeats(R.text("GPU 集群", "算力利用率 (假设)"), _row(TRAINING, "硬件算力效率")["2023E"])
    for chip in ("A100", "H100"):
        audit.repeats(R.text(f"{chip} SXM", "FP16 Tensor 算力 (测算参数)"), _row(TRAINING, f"{chip} SXM")["2023E"])
    forward, backward = R.text("大模型训练前向传播", "运算量"), R.text("大模型训练反向传播", "运算量")
    audit.follows(R.text("大模型训练", "每 token 训练成本"), lambda f, b: f + b, Exact(forward), Exact(backward))
    audit.repeats(
        R.text("大模型训练", "训练算力需求系数 (FLOP per parameter per token)"),
        R.text("大模型训练", "每 token 训练成本"),
    )
    audit.repeats(
        R.text("大模型推理", "推理运算量系数 (FLOP per parameter per token)"), R.text("大模型推理", "每 token 推理成本")
    )
    audit.repeats(R.text("大模型推理", "每 token 推理成本"), forward)


def _growth_rates(audit: Audit) -> None:
    def yearly(*ends: Fraction) -> Fraction:
        half = len(ends) // 2
        return (root(sum(ends[half:], Fraction()) / sum(ends[:half], Fraction()), 4) - 1) * 100

    peaks = [_row(TRAINING, f"{family} | 训练端峰值算力需求") for family in FAMILIES]
    for figure in R.texts("全球大模型训练端峰值算力需求", "年复合增长率"):
        audit.follows(
            figure, yearly, *(p[YEARS[0]] for p in peaks), *(p[YEARS[-1]] for p in peaks),
            slip=Slip("78.0 is the growth of the other models alone: the row of the multimodal ones is left out"),
        )  # fmt: skip
    total = _row(INFERENCE, "峰值算力总量")
    for figure in R.texts("全球大模型云端推理峰值算力需求", "年复合增长率"):
        audit.follows(
            figure, yearly, total[YEARS[0]], total[YEARS[-1]],
            slip=Slip("the fifth root instead of the fourth: five years are counted where four lie between"),
        )  # fmt: skip


def _text_of_the_memory_view(audit: Audit) -> None:
    small = "A100 80GB / GPT-3"
    cell = {name: R.row(MEMORY_STEPS, name)[small] for name in R.rows(MEMORY_STEPS)}
    for subject, measure, source in (
        ("GPT-3 推理", "GPU 显存需求 (参数)", R.cell(MEMORY, "1750", "模型显存需求（E）")),
        ("GPT-3", "参数存储空间", cell["FP16 推理精度显存预估 (GB)"]),
        ("大模型推理", "中间参数量倍数", cell["推理中间参数量倍数预估"]),
        ("1 万亿参数大模型推理", "显存需求", R.cell(MEMORY, "10000", "推理显存需求（E）")),
        ("1 万亿参数大模型推理", "A100 80GB 需求", R.cell(MEMORY, "10000", "不同型号 GPU 的需求量（E） / A100 80GB")),
        ("1 万亿参数大模型推理", "A10 24GB 需求", R.cell(MEMORY, "10000", "不同型号 GPU 的需求量（E） / A10 24GB")),
        ("GPT-3 推理", "最低显存", cell["推理显存需求 (GB)"]),
        ("GPT-3 推理部署", "A100 80GB 张数", cell["显卡需求 (张)"]),
        ("GPT-3 推理部署", "并发任务数量", cell["模型能同时处理的并发量假设"]),
        ("搜索引擎场景", "最高并发访问人数", cell["最高并发访问量 (万)"]),
        ("搜索引擎场景 (GPT-3)", "A100 80GB 需求", cell["显卡需求（万）"]),
    ):
        audit.repeats(R.text(subject, measure), source)
