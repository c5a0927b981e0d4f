"""The words, units and measures of the made-up supply chain of `synthetic.py`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

BW, BASE = "https://w3id.org/bullwhip/ontology#", "https://w3id.org/bullwhip/id/"
XSD, UNIT = "http://www.w3.org/2001/XMLSchema#", "http://qudt.org/vocab/unit/"
PREFIXES = {
    "bw": BW, "dct": "http://purl.org/dc/terms/", "org": "http://www.w3.org/ns/org#", "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#", "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}  # fmt: skip
YEARS = range(2022, 2028)
INDUSTRIES = {
    "compute": (
        "光模块 液冷 服务器 芯片 封装 交换机 存储 电源 机柜 基板 铜连接 晶圆 云计算 算力 光纤 散热 主板 内存 变压器"
    ),
    "dairy": "牛奶 奶粉 奶酪 酸奶 黄油 牧场 饲料 冷链 灌装 包材 乳清 菌种 挤奶机 巴氏 奶罐 检测 超市 烘焙 婴配",
}
"""Words of the labels by industry; the ids of things have nothing to do with them."""
CHARACTERS = "鑫华天海国东方新中科联安德信通达宏博瑞泰恒远金龙江南北京"
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that claims are printed in."""

    id: str
    """In the unit vocabulary."""
    text: str
    """As printed."""
    iri: str
    factor: tuple[int, int]
    """What one is in coherent units, as whole number and number of decimal places."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is measured of a company every year."""

    id: str
    zh: str
    en: str
    allows: str
    dimension: str
    units: tuple[Unit, ...]
    scale: int
    """Power of ten by which the six digits of a true value are multiplied to be in coherent units."""
    signed: bool = False


def _scaled(text: str, scale: int, currency: str) -> Unit:
    name = f"{text} {currency}"
    return Unit(name, f"{text}元", f"{BASE}unit/{quote(name, safe='')}", (scale, 0))


MONEY = (_scaled("亿", 10**8, "CNY"), _scaled("百万", 10**6, "CNY"))
_POWER = (Unit("kW", "kW", f"{UNIT}KiloW", (10**6, 0)), Unit("MW", "MW", f"{UNIT}MegaW", (10**9, 0)))
_MASS = (Unit("t", "t", f"{UNIT}TONNE", (10**6, 0)), Unit("kt", "kt", f"{UNIT}KiloTONNE", (10**9, 0)))
_TIME = (Unit("h", "h", f"{UNIT}HR", (3600, 0)), Unit("day", "天", f"{UNIT}DAY", (86400, 0)))
_PART = (Unit("%", "%", f"{UNIT}PERCENT", (1, 2)),)
MEASURES = (
    Measure("turnover", "营业收入", "turnover", "money", "money_cny", MONEY, 4),
    Measure("surplus", "净利润", "surplus", "money", "money_cny", MONEY, 3, signed=True),
    Measure("outlay", "资本开支", "outlay", "money", "money_cny", MONEY, 3),
    Measure("load", "用电负荷", "load", "W", "length^2*mass/time^3", _POWER, 5),
    Measure("tonnage", "出货量", "tonnage", "t", "mass", _MASS, 5),
    Measure("waiting", "交货期", "waiting", "h", "time", _TIME, 1),
    Measure("part", "占有率", "part", "1", "dimensionless", _PART, -6),
    Measure("use", "利用率", "use", "1", "dimensionless", _PART, -6),
)
