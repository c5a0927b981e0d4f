"""Style and words of the page that documents a rule set."""

from __future__ import annotations

__all__ = ["STYLE", "WORDS"]

WORDS = {
    "title": ("规则文档", "rules"),
    "rules": ("条规则", "rules"),
    "drivers": ("个驱动因素", "drivers"),
    "rule": ("规则", "rule"),
    "driver": ("驱动因素", "driver"),
    "inputs": ("输入", "inputs"),
    "data_of": ("数据截至", "data of"),
    "scenario": ("情景", "scenario"),
    "figures_of": ("数值时期", "figures of"),
    "documents": ("来源文献", "Documents"),
    "index": ("索引", "Index"),
    "variant": ("另一算法", "variant"),
    "reads": ("式中各量", "what the formula reads"),
    "kind": ("类型", "kind"),
    "dimensions": ("维度", "dimensions"),
    "period": ("时期", "period"),
    "base": ("基年", "base years"),
    "bounds": ("范围", "range"),
    "tier": ("环节", "tier"),
    "edge": ("链上的边", "edge"),
    "feeds": ("用于", "feeds"),
    "source": ("出处", "source"),
    "place": ("写在", "written in"),
    "revenue": ("收入", "revenue"),
    "volume": ("数量", "volume"),
    "stock": ("存量", "stock"),
    "flow": ("流量", "flow"),
    "rate": ("速率", "rate"),
    "ratio": ("比率", "ratio"),
    "price": ("价格", "price"),
    "coefficient": ("系数", "coefficient"),
    "at": ("成员与时期", "member and period"),
    "value": ("数值", "value"),
    "status": ("性质", "status"),
    "printed": ("原文", "printed"),
    "from": ("来源", "source"),
    "disputed": ("其他文献", "others print"),
    "unknown": ("未知", "unknown"),
    "given": ("取值与来源", "values and sources"),
    "values": ("按规则算得", "values by the rule"),
    "actual": ("实际", "actual"),
    "estimate": ("估计", "estimate"),
    "specification": ("规格", "specification"),
    "assumption": ("假设", "assumption"),
    "set": ("设定", "set"),
}
"""Every word of the page in Chinese and in English."""

STYLE = """\
:root{--ink:#1a222b;--soft:#4e5965;--line:#d5dbe1;--paper:#fff;--raised:#f6f8fa;--accent:#0b5cad}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#a9b4bf;--line:#323d48;--paper:#12171d;
--raised:#1a2129;--accent:#7cb8f5}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:24px 28px 60px;background:var(--paper);color:var(--ink);
font:14px/1.5 "Helvetica Neue",Arial,"Liberation Sans","PingFang SC","Hiragino Sans GB","Microsoft YaHei",
"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC",sans-serif;overflow-wrap:break-word}
h1{font-size:24px;margin:0 0 4px}
h2{font-size:17px;margin:34px 0 10px;padding-bottom:4px;border-bottom:2px solid var(--line)}
h3{font-size:15px;margin:0 0 6px}
code,pre{font:12px/1.5 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace;
color:var(--soft);font-weight:400}
h2 code{font-size:15px;color:var(--ink)}
pre{margin:4px 0 8px;white-space:pre-wrap}
a{color:var(--accent);text-decoration:none}
a:hover,a:focus-visible{text-decoration:underline}
.stamp,.unit,caption,dt,footer{color:var(--soft)}
.unit{font-weight:400}
.index{columns:3 260px;list-style:none;padding:0;margin:0}
.index>li{break-inside:avoid-column}
.index ul{list-style:none;padding:0 0 12px;margin:0}
.index ul a{display:block;padding:2px 0 3px}
.documents{padding-left:18px;margin:0}
article{padding:14px 16px 12px;margin:0 0 14px;border:1px solid var(--line);border-radius:6px}
article:target{border-color:var(--accent)}
.formula{overflow-x:auto;overflow-y:hidden;padding:6px 0}
math{font-family:"bullwhip math","Latin Modern Math","STIX Two Math","Cambria Math",math;font-size:16px}
math[display=block]{text-align:left;width:max-content;white-space:nowrap}
math mi,math mtext{font-family:"Helvetica Neue",Arial,"Liberation Sans","PingFang SC","Microsoft YaHei",
"Noto Sans CJK SC","bullwhip math",sans-serif}
math mtd{text-align:left;padding:.2em .8em .2em .2em}
math .formula-lines mtd{padding-left:0}
math .formula-lines mtd.formula-more{padding-left:1.5em}
math mfrac mtd{text-align:center}
.variant{margin:8px 0 0;font-weight:600}
.note{margin:6px 0;max-width:80ch}
table{border-collapse:collapse;margin:8px 0}
caption{text-align:left;font-size:12px;padding:2px 0}
td,th{padding:3px 12px 3px 0;text-align:left;vertical-align:top;border-top:1px solid var(--line);font-size:12.5px}
th{font-weight:600;white-space:nowrap}
th.number{text-align:right}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.at{white-space:nowrap;padding-right:22px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:8px 0;font-size:12.5px}
dd{margin:0}
footer{margin-top:40px;border-top:1px solid var(--line);padding-top:10px;font-size:12px}
footer p{margin:0}
@media print{body{max-width:none;padding:0;font-size:9.5pt}tr,.formula,h3,dl{break-inside:avoid}
article{border-width:.5pt;padding:8px 10px}math{font-size:11pt}
td,th,dl,caption{font-size:8pt}td,th{padding:1px 10px 1px 0}
dl{grid-template-columns:max-content 1fr max-content 1fr}
a{color:inherit}h2,h3{break-after:avoid}.formula{overflow:visible}}
"""
"""Read on a screen, light or dark, and on paper."""
