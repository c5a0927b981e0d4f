"""A small program made by hand: two drivers, two rules, five companies, two documents that disagree once."""

from __future__ import annotations

from fractions import Fraction

from bullwhip.expr.dag import Dag
from bullwhip.model.chain import Chain, Company, Edge, Share, Supply, Tier
from bullwhip.model.claim import Claim, Document, Index
from bullwhip.model.entity import Measure, Mention, Product, Relation, Topic
from bullwhip.model.label import Label
from bullwhip.model.program import Assumption, Cell, CompiledProgram, Given, Header, Scenario
from bullwhip.model.quantity import Dimension, Quantity
from bullwhip.query.dataset import build_quads, to_nquads
from bullwhip.resources import data

__all__ = ["sample_nquads", "sample_program", "vocabulary"]

_CHAIN = b"""
@prefix bw: <https://w3id.org/bullwhip/ontology#> .
@prefix tier: <https://w3id.org/bullwhip/id/tier/> .
tier:ai_chip bw:pulls tier:liquid_cooling .
"""


def vocabulary() -> dict[str, bytes]:
    """Return the shipped vocabulary and shapes, by file name."""
    return {name: (data("ontology") / name).read_bytes() for name in ("core.ttl", "shapes.ttl")}


def sample_nquads() -> bytes:
    """Return the dataset of the sample."""
    return to_nquads(build_quads(sample_program(), {**vocabulary(), "chain.ttl": _CHAIN}))


def sample_program() -> CompiledProgram:
    """Return the sample."""
    dag = Dag()
    cells = [
        Cell("model.vendors", (("family", "language"),), 2023, dag.cell(0), -1),
        Cell("accelerator.memory", (), None, dag.cell(1), -1),
        Cell("accelerator.count", (), 2023, dag.cell(2), dag.mul(dag.cell(0), dag.num(7))),
        Cell("hbm.capacity", (), 2023, dag.cell(3), dag.mul(dag.cell(2), dag.cell(1))),
    ]
    given = {
        0: Given(Fraction(15), ("c1",), "the later document", ("c2",)),
        1: Given(Fraction(80), (), "of one product"),
    }
    return CompiledProgram(
        "key", Header("sample", Label("样例", "sample"), (2023,), 2023, ()), _dimensions(), _quantities(), {}, dag,
        tuple(cells), given,
        (Assumption("accelerator.memory", (), None, Fraction(80), "of one product", "rules/a.yaml", 4, ("003/图1",)),),
        {"more": Scenario("more", Label("更多", "more"), (("model.vendors", "20 vendor", "a.yaml:1:1"),),
                          (("hbm.capacity", "half"),))},
        (Document("002", "early", Label("早报告"), Label("券商"), "2022-05-01"),
         Document("003", "late", Label("晚报告", "late report"), Label("券商", "broker"), "2023-06-14")),
        _claims(), (), _chain(),
    )  # fmt: skip


def _dimensions() -> dict[str, Dimension]:
    members = ("language", "multimodal")
    labels = (Label("语言", "language"), Label("多模态", "multimodal"))
    return {"family": Dimension("family", Label("类别", "family"), members, labels)}


def _quantity(
    name: str, label: Label, unit: str, tier: str, expression: str = "", *, inputs: tuple[str, ...] = (),
    edge: tuple[str, str] | None = None, measure: str = "", variants: tuple[tuple[str, str], ...] = (),
    dimensions: tuple[str, ...] = (),
) -> Quantity:  # fmt: skip
    return Quantity(
        id=name, label=label, unit=unit, kind="stock", dimensions=dimensions, timed=True, where=(), since=None,
        until=None, given=(), low=None, high=None, expression=expression, variants=variants, edge=edge, tier=tier,
        measure=measure, primary=bool(measure), note="", source="", file="rules/a.yaml", line=3, written=(3, 1, ""),
        inputs=inputs,
    )  # fmt: skip


def _quantities() -> dict[str, Quantity]:
    found = (
        _quantity("model.vendors", Label("厂商数", "vendors"), "vendor", "model_developer", dimensions=("family",)),
        _quantity("accelerator.memory", Label("显存", "memory"), "GB/accelerator", "ai_chip"),
        _quantity(
            "accelerator.count", Label("加速卡", "accelerators"), "accelerator", "ai_chip", "7 * sum(model.vendors)",
            inputs=("model.vendors",), edge=("model_developer", "ai_chip"), measure="volume",
        ),
        _quantity(
            "hbm.capacity", Label("HBM 容量", "HBM capacity"), "GB", "hbm", "accelerator.count * accelerator.memory",
            inputs=("accelerator.count", "accelerator.memory"), edge=("ai_chip", "hbm"), measure="volume",
            variants=(("half", "accelerator.count * accelerator.memory / 2"),),
        ),
    )  # fmt: skip
    return {q.id: q for q in found}


def _claim(
    name: str, document: str, lexical: str, value: str | None, *, row: str = "厂商个数", unit: str = "个",
    unit_id: str = "vendor", period: str = "2023", quantity: str = "", index: Index = (), by: str = "",
    limits: tuple[str, str] | None = None,
) -> Claim:  # fmt: skip
    number = None if value is None else Fraction(value)
    low, high = (None, None) if limits is None else (Fraction(limits[0]), Fraction(limits[1]))
    return Claim(
        name, document, True, "图1", row, "2023E", "", lexical, number, low, high, "", unit, unit_id, "E", period,
        "大模型", row, by, "", 12, quantity, index, 2023 if quantity else None, number if quantity else None,
        bool(quantity), entity="topic/models", concept="vendors" if quantity else "",
        factor=Fraction(1) if unit_id else None, dimension="dimensionless" if unit_id else "",
    )  # fmt: skip


def _claims() -> tuple[Claim, ...]:
    index = (("family", "language"),)
    return (
        _claim("c1", "003", "15", "15", quantity="model.vendors", index=index),
        _claim("c2", "002", "12", "12", quantity="model.vendors", index=index),
        _claim("c3", "003", "41.0", "41", row="份额", unit="%", unit_id="%", by="某机构"),
        _claim("c4", "003", "40~42", None, row="区间", unit="%", unit_id="%", limits=("40", "42")),
        _claim("c5", "003", "若干", None, row="文字", unit="", unit_id=""),
        _claim("c6", "003", "3.15e25", "3.15e25", row="运算量", unit="FLOP", unit_id="FLOP"),
        _claim("c7", "003", "276.6", "276.6", row="市场", unit="亿美元", unit_id="亿 USD"),
    )


def _supply(company: str, tier: str, role: str = "supplier", segment: str = "") -> Supply:
    return Supply(company, tier, role, segment or tier, "003", "摘要", 7)


def _chain() -> Chain:
    tiers = (
        Tier("hbm", Label("内存", "HBM"), 2),
        Tier("ai_chip", Label("芯片", "AI chip"), 3),
        Tier("liquid_cooling", Label("液冷", "liquid cooling"), 7),
        Tier("ai_server", Label("服务器", "AI server"), 8),
        Tier("model_developer", Label("厂商", "model developers"), None, True),
    )
    edges = (Edge("hbm", "ai_chip"), Edge("ai_chip", "model_developer"), Edge("liquid_cooling", "ai_chip"))
    companies = (
        Company("envicool", Label("英维克", "Envicool"), "002837", "SZ", "003:图9"),
        Company("nvidia", Label("英伟达", "NVIDIA"), aliases=("NV",)),
        Company("samsung", Label("三星", "Samsung"), parent="group", parent_source="003:1"),
        Company("sk_hynix", Label("SK 海力士", "SK hynix")),
        Company("group", Label("集团", "group"), kind="group", members=("samsung",)),
    )
    supplies = (
        _supply("sk_hynix", "hbm"), _supply("sk_hynix", "hbm", segment="HBM IP"), _supply("samsung", "hbm"),
        _supply("nvidia", "ai_chip"), _supply("nvidia", "hbm", "customer"), _supply("envicool", "liquid_cooling"),
    )  # fmt: skip
    shares = (Share("sk_hynix", "hbm", "hbm.capacity", (), Fraction("0.41"), None, None, "", "2023", "c3"),)
    products = (
        Product("card", Label("加速卡", "card"), "nvidia", "chip", "ai_chip", aliases=("GPU",)),
        Product("card_sxm", Label("", "card SXM"), "nvidia", "chip", "ai_chip", "SXM", "card", local=(("003", "卡"),)),
    )
    topics = (Topic("ai", Label("人工智能", "AI")), Topic("models", Label("大模型", "models"), "ai", "model_developer"))
    measures = (Measure("vendors", Label("厂商数", "vendors"), ("count",), aliases=("厂商个数",)),)
    mentions = (Mention("envicool", "ai", "AI 链", "003", "摘要", 8, "温控", "建议关注"),)
    relations = (
        Relation("r1", "003", "2.1", 9, "英伟达", "HBM", "uses", ("company/nvidia",), ("tier/hbm",), Fraction(80),
                 "GB/颗", "GB", "A", "2023"),
    )  # fmt: skip
    return Chain(tiers, edges, companies, supplies, shares, products, topics, measures, mentions, relations)
