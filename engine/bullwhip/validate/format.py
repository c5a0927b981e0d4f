"""What the YAML files of a workspace may say: the tables of keys of rule files and of document files.

The texts are what an editor shows beside a key; docs/workspace.md says the same at more length.
"""

from __future__ import annotations

from collections.abc import Mapping

from bullwhip.expr.grammar import IDENTIFIER, MEMBER, RESERVED
from bullwhip.model.label import Label
from bullwhip.model.quantity import KINDS
from bullwhip.validate.keys import Either, Group, Key, Keys, Listed, Named, Scalar, Value

__all__ = ["ROLES", "TABLES"]

_TEXT = Scalar()
_NAME = Scalar(empty=False)
_WHOLE = Scalar("whole")
_NUMBER = Scalar("number")
_FLAG = Scalar("choice", ("true", "false"))
_TEXTS = Listed(_TEXT)
_LABEL = Group("label")
_INDEX = Named(_NAME, MEMBER.pattern)
_RESERVED = tuple(sorted(RESERVED))


def _choice(*options: str) -> Scalar:
    return Scalar("choice", options)


def _ids(of: Value) -> Named:
    return Named(of, IDENTIFIER.pattern, _RESERVED)


def _keys(en: str, zh: str, *keys: Key, some: tuple[str, ...] = ()) -> Keys:
    return Keys(Label(zh, en), keys, some)


_label = Key("label", _LABEL, "what it is called, in Chinese and English", "名称，中文和英文")
_note = Key("note", _TEXT, "a remark for people", "给人看的说明")
_source = Key("source", _TEXT, "where it is printed: document/locator", "出处：文献/位置")
_edge = Key("edge", Group("edge"), "the edge of the chain, in the direction of demand", "产业链上的边，沿需求方向")
_index = Key("index", _INDEX, "dimension to member, where the print does not say it", "维度到成员，原文未写明时填写")

_WORKSPACE: dict[str, Keys] = {
    "label": _keys(
        "A name in two languages; one may be missing", "两种语言的名称，可缺其一",
        Key("zh", _TEXT, "in Chinese", "中文"),
        Key("en", _TEXT, "in English", "英文"),
    ),
    "workspace": _keys(
        "What the workspace is", "工作区是什么",
        Key("id", _TEXT, "its id", "标识", required=True),
        _label,
    ),
    "time": _keys(
        "The time axis, in years", "时间轴，以年计",
        Key("first", _WHOLE, "the first year", "首年", required=True),
        Key("last", _WHOLE, "the last year", "末年", required=True),
        Key("default", _WHOLE, "the year answered when none is asked for", "未指定时回答的年份"),
    ),
    "dimension": _keys(
        "A named axis with its closed list of members", "维度及其全部成员",
        _label,
        Key("members", Named(_LABEL, MEMBER.pattern, least=1), "member to its label", "成员及其名称", required=True),
        Key("alternatives", _FLAG, "true where the members are rival readings that are never added up",
            "成员互为替代方案、不得相加时为 true"),
    ),
    "count": _keys(
        "A counted thing, a unit of its own", "计数单位",
        Key("zh", _TEXT, "in Chinese", "中文"),
        Key("en", _TEXT, "in English", "英文"),
        Key("aliases", _TEXTS, "other spellings", "其他写法"),
    ),
}  # fmt: skip

_QUANTITY = (
    _label,
    Key("unit", _NAME, "the unit in which values are held", "数值所用的单位", required=True),
    Key("kind", _choice(*KINDS), "what kind of number it is", "数值的类别", required=True),
    Key("foreach", Listed(_NAME, distinct=True), "its dimensions, and period where there is a value per year",
        "维度；逐年取值时加上 period"),
    Key("where", Either((Listed(_INDEX, least=1), _NAME)),
        "the indices that exist, where not all do: a list of them, or the id of a quantity to take them from",
        "并非都存在时，列出存在的下标，或取自另一指标"),
    Key("since", _WHOLE, "its first year", "首年"),
    Key("until", _WHOLE, "its last year", "末年"),
    Key("range", Listed(Scalar(empty=False), 2, 2), 'two bounds, e.g. ["0", "1"]; none for an open end',
        "上下界；无界写 none"),
    Key("tier", _TEXT, "the tier where it belongs", "所属层级"),
    _note,
    _source,
)  # fmt: skip
_assume = Key("assume", Listed(Group("assumption")), "values where nobody prints one", "无人给出数值时的假设")

_RULES: dict[str, Keys] = {
    "driver": _keys("A quantity that no rule defines", "驱动因素：没有规则定义的指标", *_QUANTITY, _assume),
    "rule": _keys(
        "A quantity and the expression that defines it", "规则：由表达式定义的指标",
        *_QUANTITY,
        Key("given", Listed(_WHOLE), "the years in which facts stand in for the rule", "以事实代替规则的年份"),
        _edge,
        Key("expression", _NAME, "what it is, over other quantities; read by a grammar, nothing is evaluated",
            "由其他指标构成的表达式", required=True),
        Key("variants", Named(_NAME), "variant to another expression, which a scenario chooses",
            "另一种算法，由情景选用"),
        Key("measure", _choice("revenue", "volume"), "the rule sizes its tier: companies there are exposed through it",
            "该规则衡量其层级的规模（金额或数量）"),
        Key("primary", _FLAG, "true for the one rule that the tier answers with", "层级以哪条规则作答"),
        _assume,
    ),
    "assumption": _keys(
        "A value that the author states", "作者给定的假设值",
        Key("index", _INDEX, "dimension to member; required where there are dimensions", "维度到成员"),
        Key("period", _WHOLE, "the year; all years when absent", "年份；缺省为所有年份"),
        Key("value", _NUMBER, "the number, in the unit of the quantity", "数值，以该指标的单位计", required=True),
        Key("note", _TEXT, "why", "理由", required=True),
        Key("source", _TEXTS, "what it rests on, each document/locator/row/column", "依据"),
    ),
    "edge": _keys(
        "Two tiers, from where demand comes to where it goes", "两个层级，沿需求方向",
        Key("from", _TEXT, "the tier where demand comes from", "需求来自的层级", required=True),
        Key("to", _TEXT, "the tier where it goes", "需求去往的层级", required=True),
    ),
    "scenario": _keys(
        "Changed values and chosen variants; named like its file", "情景：改变的数值与选用的算法，名称即文件名",
        _label,
        _note,
        Key("set", Named(_NAME), "cell to a number with its unit", "指标到数值和单位"),
        Key("variants", Named(_NAME), "rule to one of its variants", "规则到选用的算法"),
        Key("uncertainty", Group("uncertainty"), "which inputs vary, and how", "哪些输入变动及其分布"),
    ),
    "uncertainty": _keys(
        "Inputs that vary, and which of them go together", "变动的输入及其相关",
        Key("inputs", Named(_NAME), "cell to a distribution: 0.2..0.4, normal(…), triangular(…), lognormal(…), ±10 %",
            "指标到分布", required=True),
        Key("correlations", Listed(Group("correlation")), "pairs that go together", "相关的输入对"),
    ),
    "correlation": _keys(
        "Two inputs that go together", "两个相关的输入",
        Key("between", _TEXTS, "the two inputs", "两个输入", required=True),
        Key("rank", _NUMBER, "their rank correlation, between -1 and 1", "秩相关系数", required=True),
    ),
}  # fmt: skip

_SELECTED = (
    Key("report", _TEXT, "another document", "另一文献"),
    Key("table", _TEXT, "the table, by its locator", "表"),
    Key("row", _TEXT, "one row", "行"),
    Key("column", _TEXT, "one column", "列"),
    Key("part", _TEXT, "one part of cells with several figures", "单元格的部分"),
    Key("subject", _TEXT, "of a statement: what it is about", "陈述的对象"),
    Key("measure", _TEXT, "of a statement: what of it", "陈述的度量"),
    Key("period", _TEXT, "the period as printed", "期间"),
    Key("locator", _TEXT, "the section", "章节"),
    Key("basis", _TEXT, "after whom it is said", "依据何人"),
    Key("by", _TEXT, "who says it", "何人所说"),
    Key("status", _TEXT, "A, E or spec", "状态：A、E 或 spec"),
    Key("line", _TEXT, "the line of the text", "行号"),
    Key("printed_unit", _TEXT, "the unit as printed", "原文单位"),
    Key("rows", _TEXTS, "several rows", "多行"),
    Key("columns", _TEXTS, "several columns, in order", "多列，按顺序"),
    Key("except_rows", _TEXTS, "rows left out", "除外的行"),
    Key("except_columns", _TEXTS, "columns left out", "除外的列"),
    Key("back", _WHOLE, "so many columns before that of the result", "结果列之前第几列"),
    Key("unit", _TEXT, "the unit to read the figure in", "读取所用单位"),
)

_DERIVATIONS: dict[str, Keys] = {
    "derivation": _keys(
        "How printed figures follow from other printed figures", "推导：印出的数字如何由其他印出的数字得出",
        _label,
        Key("report", _TEXT, "the document, quoted", "文献，加引号", required=True),
        Key("unit", _TEXT, 'the unit of the result: "1" for a growth rate', "结果的单位", required=True),
        Key("each", Either((Named(Listed(_TEXT)), Listed(Named(_TEXT)))),
            "placeholder to list: done once for each value; or a list of mappings", "占位符及其各个取值"),
        Key("result", Group("selector"), "which printed figures follow", "哪些数字是结果", required=True),
        Key("reads", Named(Group("selector"), least=1), "name to selector: the figures that the expression uses",
            "名称到所读数字", required=True),
        Key("expression", _NAME, "over the names of reads", "由所读数字构成的表达式", required=True),
        Key("as_published", _NAME, "the expression that the document uses where it is wrong", "原文有误时其算法"),
        Key("exact", _TEXTS, "reads that the document computes with as printed, not as rounded", "按原样使用的数字"),
        _edge,
        Key("source", _TEXT, "where it is printed: document/locator", "出处：文献/位置", required=True),
        _note,
    ),
    "selector": _keys("Names printed figures by table cell or by statement", "指明印出的数字", *_SELECTED),
}  # fmt: skip

_RELATION = r"[a-z][a-z0-9_]*|[a-z][a-z0-9-]*:[A-Za-z][A-Za-z0-9_]*"
"""Names of relations of rules, and of properties and classes that rules derive."""
_says = Key(
    "says", _LABEL, "a sentence for each language, with variables in braces", "用自然语言说明，变量放在花括号中"
)

_INFERENCE: dict[str, Keys] = {
    "relation": _keys(
        "A relation that inference rules derive", "推理规则所推出的关系",
        _label,
        Key("arguments", Listed(_NAME, least=1, distinct=True), "names of its arguments", "参数名称",
            required=True),
        Key("says", _LABEL, "what a fact means: a sentence for each language, with arguments in braces",
            "事实的含义，参数放在花括号中"),
        _note,
    ),
    "inference": _keys(
        "An inference rule: what holds wherever the whole body matches", "推理规则：条件全部成立时所推出的事实",
        _label,
        Key("then", Either((_NAME, Listed(_NAME, least=1))), "what it derives: one atom or several",
            "推出的事实：一个或多个", required=True),
        Key("when", Listed(_NAME, least=1), "its body: atoms, not …, comparisons, ?z = …", "条件",
            required=True),
        _says, _note, _source,
    ),
}  # fmt: skip

_SECTIONS = _keys(
    "A file under rules/", "rules/ 下的文件",
    Key("workspace", Group("workspace"), "the name; in one file only", "名称，只在一个文件中"),
    Key("time", Group("time"), "the time axis", "时间轴"),
    Key("dimensions", Named(Group("dimension"), r"[a-z][a-z0-9_]*", _RESERVED), "the dimensions by id", "维度"),
    Key("units", Named(Group("count"), MEMBER.pattern), "the counted things by id", "计数单位"),
    Key("drivers", _ids(Group("driver")), "quantities that no rule defines, by id", "驱动因素"),
    Key("rules", _ids(Group("rule")), "quantities with the expression that defines them, by id", "规则"),
    Key("derivations", _ids(Group("derivation")), "how printed figures follow from printed figures, by id", "推导"),
    Key("relations", Named(Group("relation"), _RELATION), "relations that inference rules derive", "推理关系"),
    Key("inference", Named(Group("inference"), r"[a-z][a-z0-9_]*"), "inference rules by id", "推理规则"),
    Key("scenario", Group("scenario"), "makes the file a scenario", "使该文件成为情景"),
)  # fmt: skip

ROLES = ("supplier", "customer", "investor", "standard_setter")
"""What a company can be at a tier."""
_HOLDS = _choice("subject", "measure", "period", "measure/period", "period/measure")
_AXES = (
    Key("rows", _HOLDS, "what the rows hold", "行是什么"),
    Key("columns", _HOLDS, "what the columns hold", "列是什么"),
    Key("parts", _HOLDS, "what the parts of cells hold", "单元格的部分是什么"),
    Key("about", _TEXT, "the subject that no axis holds", "行列都未写明的对象"),
    Key("measure", _TEXT, "the measure that no axis holds", "行列都未写明的度量"),
    Key("period", _TEXT, "the period that no axis holds", "行列都未写明的期间"),
    Key("entity", _TEXT, "company/ID, product/ID, tier/ID or topic/ID; - for words that do not say", "所指对象"),
    Key("concept", _TEXT, "id of a measure; - for words that do not say", "所指度量"),
    Key("entities", Named(_TEXT), "subject as printed to entity", "原文对象到所指对象"),
    Key("concepts", Named(_TEXT), "measure as printed to concept", "原文度量到所指度量"),
    *(
        Key(f"by_{axis}", Named(Either((_TEXT, Group("axes_of_cells")))),
            f"{axis} to the same keys, for its cells only", f"只对该{zh}的单元格另作说明")
        for axis, zh in (("row", "行"), ("column", "列"), ("part", "部分"))
    ),
)  # fmt: skip
_quantity = Key("quantity", _TEXT, "id of the quantity", "指标", required=True)
_unit_read = Key("unit", _TEXT, "the unit in which the figures are read", "读取所用单位", required=True)
_year = Key("period", _WHOLE, "the year, where the print does not say it", "年份，原文未写明时填写")
_use = Key("use", _choice("feed", "compare"), "feed the model, or only compare with it", "输入模型，或只作比较")
_subject = Key("subject", _TEXT, "as it stands in claims.tsv", "与 claims.tsv 一致", required=True)
_measure = Key("measure", _TEXT, "as it stands in claims.tsv", "与 claims.tsv 一致", required=True)
_rows_of = Named(_INDEX)

_DOCUMENTS: dict[str, Keys] = {
    "document": _keys(
        "A printed source", "文献",
        Key("id", _TEXT, "its id, quoted", "标识，加引号", required=True),
        Key("slug", _TEXT, "a readable id", "可读标识"),
        Key("title", _LABEL, "its title", "标题", required=True),
        Key("publisher", _LABEL, "who published it", "发布者"),
        Key("published", _TEXT, 'the day, quoted: "2023-06-14"', "发布日期，加引号", required=True),
        Key("language", _TEXT, "zh or en", "语言"),
    ),
    "segment": _keys(
        "What a printed list of companies is", "原文公司名单所指",
        Key("tier", _TEXT, "the tier", "层级", required=True),
        Key("role", _choice(*ROLES), "what the companies are there", "角色", required=True),
        Key("product", _TEXT, "id of a product", "产品"),
        Key("index", _INDEX, "members that the companies are named for", "所指成员"),
        Key("topic", _TEXT, "id of a topic", "主题"),
    ),
    "segment_beside": _keys(
        "A printed list of companies beside the chain", "产业链之外的公司名单",
        Key("topic", _TEXT, "id of a topic", "主题", required=True),
    ),
    "axes": _keys("What the axes of a table hold", "表的行列是什么", *_AXES, some=("rows", "columns")),
    "axes_of_cells": _keys("What some cells of a table hold", "部分单元格另作说明", *_AXES),
    "cell_mapping": _keys(
        "Which rows of tables are which quantity", "表中哪些行是哪个指标",
        Key("tables", _TEXTS, "locators of tables", "表", required=True),
        Key("row", _TEXT, "one row", "行"),
        Key("rows", _rows_of, "row to index", "行到下标"),
        Key("column", _TEXT, "one column", "列"),
        Key("columns", _rows_of, "column to index; without them the columns are periods", "列到下标"),
        Key("part", _TEXT, "one part of cells with several figures", "单元格的部分"),
        _quantity, _index, _unit_read, _year, _use, _note,
        some=("row", "rows"),
    ),
    "claim_mapping": _keys(
        "Which statements are which quantity", "哪些陈述是哪个指标",
        _subject, _measure,
        Key("locator", _TEXT, "the section, where it tells statements apart", "章节"),
        Key("printed_period", _TEXT, "the period as printed, likewise", "原文期间"),
        Key("printed_unit", _TEXT, "the unit as printed, likewise", "原文单位"),
        _quantity, _index, _unit_read, _year, _use, _note,
    ),
    "share": _keys(
        "Which statements are a company's share of a tier", "哪些陈述是公司在层级的份额",
        _subject, _measure,
        Key("company", _TEXT, "id of the company", "公司", required=True),
        Key("tier", _TEXT, "id of the tier", "层级", required=True),
        Key("of", _TEXT, "the quantity that it is a share of", "份额所属指标"),
        _note,
    ),
    "meaning": _keys(
        "What a statement is about whose words do not say it one by one", "陈述所指",
        _subject, _measure,
        Key("entity", _TEXT, "company/ID, product/ID, tier/ID or topic/ID", "所指对象"),
        Key("concept", _TEXT, "id of a measure", "所指度量"),
    ),
    "document_file": _keys(
        "The mapping of a document: ontology/facts/<id>/document.yaml", "文献的对应关系",
        Key("document", Group("document"), "what the document is", "文献", required=True),
        Key("segments", Named(Either((Group("segment"), Group("segment_beside"), _choice("null")))),
            "printed heading of a list of companies to what it is", "原文公司名单的标题及所指"),
        Key("units", Named(_TEXT), 'printed unit to unit; "" for none, null for one without counterpart', "原文单位"),
        Key("tables", Named(Either((_TEXT, Group("axes")))), "table to what its axes hold", "表的行列"),
        Key("cells", Listed(Group("cell_mapping")), "which rows of tables are which quantity", "表格数字与指标"),
        Key("claims", Listed(Group("claim_mapping")), "which statements are which quantity", "陈述与指标"),
        Key("shares", Listed(Group("share")), "which statements are shares", "份额"),
        Key("meanings", Listed(Group("meaning")), "what statements are about", "陈述所指"),
        Key("periods", Named(_TEXT), "printed name of a period to the period", "原文期间名称"),
    ),
}  # fmt: skip

TABLES: Mapping[str, Keys] = {**_WORKSPACE, **_RULES, **_DERIVATIONS, **_INFERENCE, "file": _SECTIONS, **_DOCUMENTS}
"""Every table of keys by its name."""
