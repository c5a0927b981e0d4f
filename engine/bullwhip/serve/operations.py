"""The table of the API's calls: what each is called, what it takes, and which function of the workspace answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bullwhip.model.label import Label
from bullwhip.serve import functions as f
from bullwhip.serve.arguments import PREFIX, Parameter
from bullwhip.workspace import Workspace

__all__ = ["OPERATIONS", "Operation"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the API."""

    name: str
    title: Label
    parameters: tuple[Parameter, ...]
    function: Callable[[Workspace, Mapping[str, Any]], Any]
    """From the workspace and the values of all parameters to plain data, what is `Written` already, or a `File`."""
    command: str = ""
    """The command whose `--json` gives the same; empty where no command does."""


def _p(name: str, zh: str, en: str, **how: Any) -> Parameter:
    return Parameter(name, Label(zh, en), **how)


def _flag(name: str, zh: str, en: str) -> Parameter:
    return _p(name, zh, en, kind="flag", default=False)


def _several(name: str, zh: str, en: str, **how: Any) -> Parameter:
    return _p(name, f"{zh}；可重复", f"{en}; may be repeated", several=True, **how)


def _needed(name: str, zh: str, en: str, **how: Any) -> Parameter:
    return _p(name, zh, en, required=True, **how)


def _count(name: str, zh: str, en: str, most: int, **how: Any) -> Parameter:
    return _p(name, zh, en, kind="whole", most=most, **how)


_ID = _needed("id", "指标，可带成员：ID[维度=成员,…]", "a quantity, with members where wanted: ID[dimension=member,…]")
_PERIOD = _p("period", "年份；缺省为工作区的默认年份", "the year; the workspace's default when absent", kind="period")
_DRIVER = _p("driver", "驱动因素，或任何其他指标", "a driver, or any other quantity")
_TOP = _count("top", "只给前几行", "only so many of the first", 1_000_000, least=1)
_WITHIN = _p("within", "搜索范围：LOW..HIGH[ 单位]", "the range of the driver to search: LOW..HIGH[ UNIT]")
_REPORT = _p("report", "仅此文献", "only claims of this document")
_LOCATOR = _p("locator", "仅此表、图或章节", "only claims at this table, figure or section")
_SUBJECT = _p("subject", "仅此主题：印刷文字或 id", "only claims about this: as printed, or an id")
_AS_OF = _p("as_of", "只用此日及以前发布的文献", "know only documents published by this day", kind="date")
_POLICY = _p("policy", "同一输入的多个断言如何取舍", "what chooses among claims on one input, e.g. actual,later,table")
_SELECTION = (_AS_OF, _POLICY)
_CHANGES = (
    _p("scenario", "情景；base 为事实与假设原样", "a scenario; base is the facts and assumptions as they are"),
    _several("set", "设定一个值：ID[…]=数值[ 单位]", "a value on top of the scenario: ID[…]=NUMBER[ UNIT]"),
    *_SELECTION,
)
_BOUND = _several(PREFIX, "查询的参数：param.名称=值", "a parameter of the query: param.NAME=VALUE", kind="named")
_RANKED = (
    _PERIOD,
    _TOP,
    _p("by", "按何排序", "what ranks", choices=f.RANKINGS, default="elasticity"),
    _several("at", "备选方案取此成员：维度=成员", "read alternatives at this member: DIMENSION=MEMBER"),
    _count("paths", "每行给出最强的几条路径", "how many of the strongest paths each row tells", 100, default=0),
    _flag("contributions", "给出各边与各文献的贡献", "whether each row tells what every edge and document contributes"),
    *_CHANGES,
)


def _asking() -> tuple[Operation, ...]:
    """Return the calls that ask for numbers of the model."""
    return (
        Operation(
            "exposure", Label("某驱动因素影响哪些公司", "the companies that a driver reaches, most exposed first"),
            (_needed("driver", "驱动因素", "the driver; with [dimension=member] to move only part of it"), *_RANKED),
            f.exposure, "exposure --driver",
        ),
        Operation(
            "company", Label("哪些驱动因素影响某公司", "the drivers that reach a company, strongest first"),
            (_needed("company", "公司 id", "id of the company"), *_RANKED), f.company, "exposure --company",
        ),
        Operation(
            "value", Label("指标的值与来源", "the value of a quantity, with its sources"), (_ID, _PERIOD, *_CHANGES),
            f.value, "value",
        ),
        Operation(
            "sensitivity", Label("指标对驱动因素的导数与弹性", "derivative and elasticity of a quantity to drivers"),
            (_ID, _several("driver", "驱动因素；缺省为全部", "a driver; all that reach the quantity when absent"),
             _PERIOD, _flag("second", "是否给出二阶导数", "whether second derivatives are given"), *_CHANGES),
            f.sensitivity, "sensitivity",
        ),
        Operation(
            "explain", Label("指标为何是此值：规则、路径、来源", "why a quantity is what it is: rule, path, sources"),
            (_ID, _DRIVER, _PERIOD, *_CHANGES), f.explain, "explain ID",
        ),
        Operation(
            "solve", Label("驱动因素须为何值", "what a driver must be for a quantity to have a value"),
            (_p("target", "目标：ID[…]=数值或范围", "what is wanted: ID[…]=NUMBER[ UNIT] or ID[…]=LOW..HIGH[ UNIT]"),
             _needed("for", "驱动因素，或任何其他指标", "the driver, or any other quantity"),
             _p("claim", "以此印刷数字为目标", "the printed figure wanted: REPORT/LOCATOR/ROW/COLUMN"),
             _p("unknown", "求共同的值或倍数", "solve for one value or one factor", choices=("value", "factor")),
             _PERIOD, _WITHIN, *_CHANGES),
            f.solve, "solve",
        ),
        Operation(
            "bottleneck", Label("何者为瓶颈，放宽它值多少", "which capacity binds, and what relaxing it is worth"),
            (_p("id", "指标；缺省为全部末端指标", "a quantity; every one that no rule reads when absent"),
             _PERIOD, _DRIVER, _WITHIN, *_CHANGES),
            f.bottleneck, "bottleneck",
        ),
        Operation(
            "diff", Label("两个情景、年份或日期之差", "what differs between two scenarios, periods or dates"),
            (_needed("a", "情景、年份或日期", "a scenario, a period or a date"),
             _needed("b", "另一个同类者", "another one of the same kind"),
             _several("id", "指标", "a quantity whose difference is split"), _PERIOD,
             _p("by", "何者一同变动", "what moves as one", choices=("driver", "cell", "quantity"), default="driver"),
             _TOP, *_CHANGES),
            f.diff, "diff",
        ),
    )  # fmt: skip


def _looking_up() -> tuple[Operation, ...]:
    """Return the calls that look up facts, things and queries."""
    return (
        Operation(
            "explain-fact", Label("某事实为何成立或不成立", "why a fact holds, or what it lacks"),
            (_needed("fact", "事实，变量写作 ?x", "a fact, e.g. bw:suppliesTo(company:a, company:b); ?x asks for all"),
             _count("proofs", "至多几个证明", "up to so many different proofs", 100, least=1, default=1), *_CHANGES),
            f.explain_fact, "explain FACT",
        ),
        Operation(
            "audit", Label("重算印刷数字并判定", "printed figures recomputed and judged"),
            (_REPORT, _LOCATOR, _several("verdict", "仅列此判定", "list only these", choices=f.VERDICTS), *_CHANGES),
            f.audit, "audit",
        ),
        Operation(
            "conflicts", Label("互相矛盾的断言", "claims that disagree, and identities that do not hold"),
            (_REPORT, _SUBJECT, _several("kind", "仅此类", "only these", choices=f.CONFLICTS), *_CHANGES),
            f.conflicts, "conflicts",
        ),
        Operation(
            "facts", Label("文献所印", "what the documents print, as printed"),
            (_REPORT, _LOCATOR, _SUBJECT,
             _p("quantity", "仅与此指标有关", "only claims that feed this quantity or compare with it"), *_SELECTION),
            f.facts, "facts",
        ),
        Operation(
            "search", Label("按名称的一部分查找", "things by a part of any of their names"),
            (_needed("q", "名称的一部分", "a part of a name"),
             _several("kind", "仅此类", "keep to a kind", choices=f.FOUND),
             _flag("claims", "是否也查断言", "whether subject and measure of every claim are looked into"),
             _count("limit", "至多几个", "at most so many", 1_000, least=1, default=20), *_SELECTION),
            f.search, "search",
        ),
        Operation(
            "list", Label("工作区中有什么", "what there is of a kind"),
            (_needed("kind", "种类", "which kind", choices=f.LISTED), *_SELECTION), f.listed, "list",
        ),
        Operation(
            "describe", Label("某物的一切已知内容", "everything known of a company, tier, quantity, document or other"),
            (_needed("id", "id、种类/id 或 IRI", "an id, KIND/ID where several things have it, or an IRI"),
             _count("limit", "每类至多几条", "at most so many facts and statements of a kind", 10_000, default=50),
             *_SELECTION),
            f.describe,
        ),
        Operation("queries", Label("命名查询及其文本", "the named queries, with texts and parameters"), (), f.queries),
        Operation(
            "query-text", Label("命名查询的完整文本", "a named query as a text of its own, parameters bound"),
            (_p("name", "查询 id；缺省为起始文本", "id of the query; a text to start from when absent"),
             _BOUND),
            f.query_text,
        ),
        Operation(
            "query", Label("命名查询的答案", "the answer to a named query"),
            (_needed("name", "查询 id，如 chain/tiers", "id of the query, e.g. chain/tiers"),
             _BOUND, _count("limit", "至多几行", "only so many of the first rows", 1_000_000), *_CHANGES),
            f.query, "query NAME",
        ),
    )  # fmt: skip


def _whole() -> tuple[Operation, ...]:
    """Return the calls that give the whole chain: the model of the explorer, and files."""
    return (
        Operation(
            "model", Label("浏览器的全部数据", "all that the explorer computes with and shows"), (_PERIOD, *_CHANGES),
            f.model,
        ),
        Operation(
            "export", Label("导出为文件", "an export as a file"),
            (_needed("format", "格式", "the format", choices=tuple(f.FORMATS)),
             _p("language", "标签的语言", "language of labels; both when absent", choices=("zh", "en", "both")),
             _several("with", "附带的答案", "answers written along, in RDF", choices=("sensitivities", "exposures")),
             _PERIOD, _p("of", "指标", "the quantity that it is about"),
             _several("driver", "驱动因素", "a driver of a chart or table"),
             _p("picture", "哪一幅图", "which picture"), _p("table", "哪一张表", "which table"),
             _p("swing", "驱动因素变动的百分比", "how far drivers move, as a percentage"),
             _flag("excel", "带 UTF-8 标记", "whether tables begin with a UTF-8 mark, for Excel"),
             *_CHANGES),
            f.export, "export",
        ),
    )  # fmt: skip


OPERATIONS: dict[str, Operation] = {o.name: o for o in (*_asking(), *_looking_up(), *_whole())}
"""Every call by name."""
