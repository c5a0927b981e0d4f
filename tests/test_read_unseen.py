"""Prints invented without a look at the other tables; each answer was read over by hand before it was kept.

Expected outcomes are written short: a number as `bound value scale unit sense marks`, a range as `low..high`, a period
as `period kind first/last status` (a fiscal one of NVIDIA), a unit as `factor dimension`, the rest as `kind reason`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from bullwhip.workspace.opening import open_files
from bullwhip.workspace.reading import Readers, as_data

NUMBERS: tuple[tuple[str, str], ...] = (
    ("3,200.5亿元", "3200.5 亿 元"), ("1,23亿元", "refusal separator"), ("12,345,67", "refusal separator"),
    ("约3.2万亿元", "~3.2 万亿 元"), ("近三成", "~3 成"), ("三成五", "refusal no_number"), ("超六成", ">6 成"),
    ("逾5000台", ">5000 台"), ("50余家", ">50 家"), ("几十家", "refusal indefinite"),
    ("数千台", "refusal indefinite"), ("十几亿", "refusal indefinite"), ("3.5亿-4.2亿元", "3.5..4.2 亿 元"),
    ("3.5-4.2亿元", "3.5..4.2 亿 元"), ("35%-40%", "35..40 %"), ("35-40%", "35..40 %"), ("25%～30%", "25..30 %"),
    ("100~120亿美元", "100..120 亿 美元"), ("不低于1.25", ">=1.25"), ("PUE≤1.25", "refusal words"),
    ("1.25以下", "<=1.25"), ("20kW以上", ">=20 kW"), ("+15.3%", "15.3 %"), ("-12.5%", "-12.5 %"),
    ("(12.5%)", "-12.5 %"), ("（3.2）", "-3.2"), ("▲15%", "refusal words"), ("－8.6%", "-8.6 %"),
    ("同比增长35.6%", "35.6 % change"), ("同比下降12pct", "-12 pct change"),
    ("环比提升3.2个百分点", "3.2 个百分点 change"), ("同比+12.3pct", "12.3 pct change"),
    ("增长近2倍", "~2 倍 change"), ("增长了3倍", "3 倍 change"), ("增至3倍", "3 倍 multiple"),
    ("翻了两番", "4 倍 multiple"), ("翻倍", "2 倍 multiple"), ("翻一番以上", ">=2 倍 multiple"),
    ("下降一半", "-0.5 change"), ("减少1/3", "-1/3 change"), ("扭亏为盈", "missing turned_profit"),
    ("由亏转盈", "missing turned_profit"), ("亏损", "missing loss"), ("N/A", "missing not_applicable"),
    ("—", "missing dash"), ("--", "missing dash"), ("/", "missing dash"), ("免费", "missing free"),
    ("未披露", "missing not_disclosed"), ("待定", "missing not_disclosed"), ("1.2.3", "refusal separator"),
    ("12.", "refusal words"), (".5", "0.5"), ("005", "refusal identifier"), ("1e5", "refusal notation"),
    ("1E10", "refusal notation"), ("2.5×10^21", "2500000000000000000000"), ("3.14×1023", "refusal several"),
    ("10^25", "10000000000000000000000000"), ("10²³", "100000000000000000000000"),
    ("1.5x10^24 FLOPs", "1500000000000000000000000 FLOPs"), ("16,384 GPU", "refusal words"), ("1.8T", "1.8 T"),
    ("175B", "175 B"), ("405B参数", "405 B参数"), ("15T tokens", "15 T tokens"), ("80GB", "80 GB"),
    ("80 GB HBM3", "refusal several"), ("8x H100", "refusal several"), ("H100", "refusal identifier"),
    ("H20", "refusal identifier"), ("24E2", "refusal notation"), ("24E", "refusal period"),
    ("2024E", "refusal period"), ("300W~350W", "300..350 W"), ("300-350W TDP", "refusal several"),
    ("700 W", "700 W"), ("1.2 kW/柜", "1.2 kW/柜"), ("2.4TB/s", "2.4 TB/s"), ("900GB/s", "900 GB/s"),
    ("400G", "400 G"), ("800G光模块", "refusal identifier"), ("12.8Tbps", "12.8 Tbps"), ("4nm", "4 nm"),
    ("5纳米", "5 纳米"), ("7 nm", "7 nm"), ("100万片/月", "100 万 片/月"), ("5万-6万片", "5..6 万 片"),
    ("三分之一", "1/3"), ("四分之三", "0.75"), ("约1/3", "~1/3"), ("百分之二十", "20 %"),
    ("百分之12.5", "12.5 %"), ("千分之三", "3 ‰"), ("半数", "0.5"), ("一半以上", ">=0.5"),
    ("两倍", "2 倍 multiple"), ("2.5倍", "2.5 倍 multiple"), ("1:9", "refusal several"),
    ("8:1", "refusal several"), ("2-3年", "2..3 年"), ("3个月", "3 个月"), ("6~9个月", "6..9 个月"),
    ("100ms", "100 ms"), ("0.5元/千tokens", "0.5 元/千tokens"), ("1元/百万tokens", "1 元/百万tokens"),
    ("$3.5", "3.5 $"), ("US$2.5 billion", "2.5 billion US$"), ("$30B", "30 billion $"),
    ("HK$1,200万", "1200 万 HK$"), ("¥7.2", "7.2 ¥"), ("NT$ 580", "580 NT$"),
    ("2.5亿美元（约合18亿元）", "refusal several"), ("120[1]", "120 [1]"), ("120①", "120 ①"),
    ("120注", "120 注"), ("120*", "120 *"), ("35.2%³", "35.2 % ³"), ("12³", "refusal superscript"),
    ("１２３．４亿元", "123.4 亿 元"), ("３５％", "35 %"), ("12 345", "refusal several"),
    ("12 345.6", "refusal several"), ("1.234,56", "refusal separator"), ("1'234", 'refusal several'),
    ("五百万", "500 万"), ("一千二百", "1200"), ("二十三亿", "23 亿"), ("1亿2千万", "refusal several"),
    ("3万5千", "refusal several"), ("1亿2000万元", "1.2 亿 元"), ("2万亿", "2 万亿"), ("2万万", "refusal words"),
    ("百万亿次", "refusal indefinite"), ("1.5 亿 元", "1.5 亿 元"), ("0", "0"), ("0.0%", "0 %"), ("-0", "0"),
    ("+0", "0"), ("－0.0", "0"), ("(0)", "0"), ("∞", "refusal not_finite"), ("NaN", "refusal not_finite"),
    ("inf", "refusal not_finite"), ("1/0", "refusal several"), ("0x10", "refusal several"),
    ("1_000", "refusal several"), ("٣٤", "refusal no_number"), ("½", "0.5"), ("2½", "2.5"),
    ("1.5~", "refusal words"), ("~1.5", "~1.5"), ("<5%", "<5 %"), (">80%", ">80 %"), ("≥90%", ">=90 %"),
    ("≈3.5", "~3.5"), ("小于5%", "<5 %"), ("不超过 30 天", "<=30 天"), ("至少 8 张", ">=8 张"),
    ("仅 3 家", "3 家"), ("共计 25 家", "25 家"), ("累计 1.2 亿元", "1.2 亿 元"), ("前5名", "refusal words"),
    ("第3", "refusal words"), ("Top 10", "refusal words"), ("10+", ">=10"), ("10多", ">10"), ("10余万", ">10 万"),
    ("100来家", "refusal words"), ("30上下", "~30"), ("30左右", "~30"), ("30出头", "refusal words"),
    ("接近 100%", "~100 %"), ("100%", "100 %"), ("120 %", "120 %"), ("12 pp", "12 pp"), ("25个基点", "25 个基点"),
    ("0.25 bp", "0.25 bp"), ("50%以内", "<=50 %"), ("一至两年", "1..2 年"), ("2至3倍", "2..3 倍 multiple"),
    ("从20%提升至35%", "refusal several"), ("20%→35%", "refusal several"), ("由1.5降至1.2", "refusal several"),
    ("-5~10", "-5..10"), ("-5--3", "-5..-3"), ("5~-3", "refusal notation"), ("10-5", "refusal notation"),
    ("8×8", "refusal several"), ("4*400G", "refusal several"), ("2 x 400", "refusal several"),
)  # fmt: skip
PERIODS: tuple[tuple[str, str], ...] = (
    ("2024E", "2024 2024-01-01/2024-12-31 E"), ("2024A", "2024 2024-01-01/2024-12-31 A"),
    ("24E", "2024 2024-01-01/2024-12-31 E"), ("24A", "2024 2024-01-01/2024-12-31 A"),
    ("24Q2", "2024Q2 2024-04-01/2024-06-30"), ("2Q24", "2024Q2 2024-04-01/2024-06-30"),
    ("Q2 2024", "2024Q2 2024-04-01/2024-06-30"), ("Q2'24", '2024Q2 2024-04-01/2024-06-30'),
    ("2024Q2E", "2024Q2 2024-04-01/2024-06-30 E"), ("2024年二季度", "2024Q2 2024-04-01/2024-06-30"),
    ("2024年第二季度", "2024Q2 2024-04-01/2024-06-30"), ("24年Q2", "2024Q2 2024-04-01/2024-06-30"),
    ("二季度", "refusal no_year"), ("2024H1", "2024H1 2024-01-01/2024-06-30"),
    ("1H24", "2024H1 2024-01-01/2024-06-30"), ("24H1", "2024H1 2024-01-01/2024-06-30"),
    ("H1 2024", "2024H1 2024-01-01/2024-06-30"), ("2024上半年", "2024H1 2024-01-01/2024-06-30"),
    ("2024年上半年", "2024H1 2024-01-01/2024-06-30"), ("2024年下半年", "2024H2 2024-07-01/2024-12-31"),
    ("2024年前三季度", "2024-01..2024-09 2024-01-01/2024-09-30"),
    ("9M24", "2024-01..2024-09 2024-01-01/2024-09-30"), ("2024M7", "2024-07 2024-07-01/2024-07-31"),
    ("2024年7月", "2024-07 2024-07-01/2024-07-31"), ("2024-07", "2024-07 2024-07-01/2024-07-31"),
    ("2024/07", "2024-07 2024-07-01/2024-07-31"), ("2024.07", "2024-07 2024-07-01/2024-07-31"),
    ("7月", "refusal no_year"), ("2024年7月31日", "2024-07-31 2024-07-31/2024-07-31"),
    ("2024-07-31", "2024-07-31 2024-07-31/2024-07-31"), ("20240731", "2024-07-31 2024-07-31/2024-07-31"),
    ("2024年7月底", "2024-07-end 2024-07-31/2024-07-31"), ("2024年末", "2024-end 2024-12-31/2024-12-31"),
    ("2024年底", "2024-end 2024-12-31/2024-12-31"), ("年底", "refusal no_period"),
    ("2024年初", "refusal relative"), ("FY25", "FY2025 fiscal 2024-01-29/2025-01-26"),
    ("FY2025", "FY2025 fiscal 2024-01-29/2025-01-26"), ("FY25Q1", "FY2025Q1 fiscal 2024-01-29/2024-04-28"),
    ("FY25 Q1", "FY2025Q1 fiscal 2024-01-29/2024-04-28"), ("FY25Q5", "refusal no_period"),
    ("FY2025H1", "FY2025H1 fiscal 2024-01-29/2024-07-28"), ("2025财年", "FY2025 fiscal 2024-01-29/2025-01-26"),
    ("2025财年第一季度", "FY2025Q1 fiscal 2024-01-29/2024-04-28"),
    ("25财年Q1", "FY2025Q1 fiscal 2024-01-29/2024-04-28"), ("Q1 FY25", "FY2025Q1 fiscal 2024-01-29/2024-04-28"),
    ("1QFY25", "FY2025Q1 fiscal 2024-01-29/2024-04-28"), ("F1Q25", "FY2025Q1 fiscal 2024-01-29/2024-04-28"),
    ("FQ1 2025", "refusal no_period"), ("CY24", "2024 2024-01-01/2024-12-31"),
    ("CY2024Q3", "2024Q3 2024-07-01/2024-09-30"), ("2019-2023", "2019..2023 2019-01-01/2023-12-31"),
    ("2019~2023年", "2019..2023 2019-01-01/2023-12-31"), ("2020至2022年", "2020..2022 2020-01-01/2022-12-31"),
    ("2023-2027E", "2023..2027 2023-01-01/2027-12-31 E"), ("2023E-2027E", "2023..2027 2023-01-01/2027-12-31 E"),
    ("2024-2025年", "2024..2025 2024-01-01/2025-12-31"), ("2024/2025", "refusal several"),
    ("2024/25", "refusal ambiguous"), ("2023-24", "refusal no_period"),
    ("十四五", "2021..2025 2021-01-01/2025-12-31"), ("十四五期间", "2021..2025 2021-01-01/2025-12-31"),
    ("“十四五”", "2021..2025 2021-01-01/2025-12-31"), ("十三五末", "refusal no_period"),
    ("十五五", "2026..2030 2026-01-01/2030-12-31"), ("2025年前", "refusal no_period"),
    ("2025年后", "refusal no_period"), ("2030年以前", "refusal no_period"), ("2025年以来", "2025.. 2025-01-01/"),
    ("2024年至今", "2024.. 2024-01-01/"), ("去年", "refusal relative"), ("今年", "refusal relative"),
    ("明年", "refusal relative"), ("上半年", "refusal no_year"),
    ("截至2024年6月30日", "..2024-06-30 /2024-06-30"), ("截至 2024Q2", "..2024Q2 /2024-06-30"),
    ("2024YTD", "refusal no_period"), ("近三年", "refusal no_period"), ("未来5年", "refusal relative"),
    ("2024年1-6月", "2024-01..2024-06 2024-01-01/2024-06-30"),
    ("2024年7-8月", "2024-07..2024-08 2024-07-01/2024-08-31"), ("2024年春节", "refusal no_period"),
    ("每年", "refusal relative"), ("2024年以后每年", "refusal relative"), ("T+1", "refusal no_period"),
    ("2099", "2099 2099-01-01/2099-12-31"), ("1899", "refusal no_period"), ("3024", "refusal no_period"),
    ("99", "refusal ambiguous"), ("24", "refusal ambiguous"), ("2024年13月", "refusal no_period"),
    ("2024年2月30日", "refusal no_period"), ("2023年2月29日", "refusal no_period"),
    ("2024年2月29日", "2024-02-29 2024-02-29/2024-02-29"), ("2024Q5", "refusal no_period"),
    ("2024H3", "refusal no_period"), ("24Q0", "refusal no_period"), ("2024e", "2024 2024-01-01/2024-12-31 E"),
    ("2024 E", "2024 2024-01-01/2024-12-31 E"), ("2024（E）", "2024 2024-01-01/2024-12-31 E"),
    ("2024年（预测）", "2024 2024-01-01/2024-12-31 E"), ("2024TTM", "refusal no_period"),
    ("LTM", "refusal no_period"), ("2024W30", "refusal no_period"), ("第30周", "refusal no_period"),
    ("2024.7.29-2024.8.16", "2024-07-29..2024-08-16 2024-07-29/2024-08-16"),
    ("7月29日-8月16日", "refusal no_period"),
    ("2024年7月29日至8月16日", "2024-07-29..2024-08-16 2024-07-29/2024-08-16"),
    ("二零二四年", "2024 2024-01-01/2024-12-31"), ("二〇二四年", "2024 2024-01-01/2024-12-31"),
    ("24年", "2024 2024-01-01/2024-12-31"), ("'24", 'refusal ambiguous'),
    ("May 2024", "2024-05 2024-05-01/2024-05-31"), ("May-24", "refusal no_period"),
    ("Aug 2015", "2015-08 2015-08-01/2015-08-31"), ("August 2015", "2015-08 2015-08-01/2015-08-31"),
    ("Jul-24", "refusal no_period"), ("2024年五一", "refusal no_period"), ("Q1-Q3 2024", "refusal no_period"),
    ("2024Q1-Q3", "2024-01..2024-09 2024-01-01/2024-09-30"),
    ("2024Q1~2024Q3", "2024Q1..2024Q3 2024-01-01/2024-09-30"), ("1-2Q24", "refusal no_period"),
    ("2024年Q1及Q2", "refusal no_period"), ("2024FY", "FY2024 fiscal 2023-01-30/2024-01-28"),
    ("2024财政年度", "FY2024 fiscal 2023-01-30/2024-01-28"), ("2024年度", "2024 2024-01-01/2024-12-31"),
    ("FY", "refusal no_period"), ("N/A", "missing not_applicable"), ("-", "missing dash"),
    ("未知", "missing not_disclosed"), ("２０２４年", "2024 2024-01-01/2024-12-31"),
    ("2024年上半年末", "refusal no_period"), ("2024年Q2末", "2024Q2-end 2024-06-30/2024-06-30"),
    ("H2 FY24", "FY2024H2 fiscal 2023-07-31/2024-01-28"),
)  # fmt: skip
UNITS: tuple[tuple[str, str], ...] = (
    ("亿元", "100000000 money_cny"), ("百万美元", "1000000 money_usd"), ("元/张", "1 money_cny/accelerator"),
    ("GBps", "refusal unknown"), ("Gbps", "1000000000 data/time"), ("TOPS", "1000000000000 operation/time"),
    ("B", "refusal ambiguous"), ("M", "refusal ambiguous"), ("bps", "refusal ambiguous"),
    ("台", "refusal ambiguous"), ("颗", "refusal ambiguous"), ("TFLOPs", "refusal ambiguous"),
    ("％", "0.01 dimensionless"), ("‰", "0.001 dimensionless"), ("bp", "0.0001 dimensionless"),
    ("mm²", "0.000001 length^2"), ("亿千瓦", "100000000000000 length^2*mass/time^3"),
    ("元/小时/卡", "refusal unknown"), ("foo", "refusal unknown"), ("100", "refusal unknown"),
    ("N/A", "missing not_applicable"), ("万架", "10000 rack"), ("元/百万token", "0.000001 money_cny/token"),
)  # fmt: skip
NAMES: tuple[tuple[str, str], ...] = (
    ("寒武纪生命大爆发", "ambiguous cambricon"), ("寒武纪发布2024年中报", "match cambricon"),
    ("寒武纪", "match cambricon"), ("甲骨文考古", "ambiguous oracle"), ("甲骨文", "match oracle"),
    ("阿里地区", "refusal no_name"), ("阿里山", "refusal no_name"), ("微软雅黑", "refusal no_name"),
    ("微软", "match microsoft"), ("新一轮浪潮", "ambiguous inspur"), ("浪潮发布服务器", "match inspur"),
    ("黎明前的曙光", "ambiguous sugon"), ("每个参数占2字节", "ambiguous bytedance"),
    ("字节旗下豆包", "match bytedance"), ("三星级酒店", "refusal no_name"), ("联想到未来", "refusal no_name"),
    ("H1000", "refusal no_name"), ("H200", "match h200"), ("H20", "match h20"), ("AMDs", "refusal no_name"),
    ("meta-learning", "refusal no_name"), ("高通量", "refusal no_name"), ("摩尔定律", "refusal no_name"),
    ("移动支付", "refusal no_name"), ("ＨＢＭ３", "match hbm3"), ("688041.SH", "match hygon"),
    ("英伟达H100", "match h100"), ("英伟达、AMD和英特尔", "match nvidia, match amd, match intel"),
    ("n v i d i a", "refusal no_name"), ("一个苹果", "ambiguous apple"),
)  # fmt: skip


@cache
def _readers() -> Readers:
    return Readers(open_files(None)[0])


def _answers(what: str, text: str, company: str = "") -> list[dict[str, Any]]:
    found = _readers().read(what, text, company=company)
    return [as_data(each) for each in (found if isinstance(found, tuple) else (found,))]


def _words(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part)


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_unseen_numbers(text: str, expected: str) -> None:
    """A figure is read with its bound, scale, unit and sense, or refused; nothing is guessed."""
    (a,) = _answers("number", text)
    if a["kind"] != "value":
        said = _words(a["kind"], a["reason"])
    else:
        figure = a["exact"] if a["value"] is not None else f"{a['low_exact'] or ''}..{a['high_exact'] or ''}"
        sense = a["sense"] if a["sense"] != "level" else ""
        said = _words((a["bound"] or "") + figure, a["scale"], a["unit"], sense, *a["marks"])

    assert said == expected


@pytest.mark.parametrize(("text", "expected"), PERIODS)
def test_unseen_periods(text: str, expected: str) -> None:
    """A period has its first and last day, by the fiscal calendar where it is fiscal, or is refused."""
    (a,) = _answers("period", text, "nvidia" if "F" in text or "财" in text else "")
    if a["kind"] != "value":
        said = _words(a["kind"], a["reason"])
    else:
        fiscal = "fiscal" if a["period_kind"] == "fiscal" else ""
        said = _words(a["period"], fiscal, f"{a['start'] or ''}/{a['end'] or ''}", a["status"])

    assert said == expected


@pytest.mark.parametrize(("text", "expected"), UNITS)
def test_unseen_units(text: str, expected: str) -> None:
    """A unit is one of the vocabulary; a spelling that says nothing definite without its document is refused."""
    (a,) = _answers("unit", text)

    assert (_words(a["factor"], a["dimension"]) if a["kind"] == "value" else _words(a["kind"], a["reason"])) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_unseen_names(text: str, expected: str) -> None:
    """A name is no part of another word, and an ordinary word is a name only where a company is meant."""
    said = [
        _words(a["kind"], a.get("id") or ", ".join(a.get("ids", [])) or a.get("reason")) for a in _answers("name", text)
    ]

    assert ", ".join(said) == expected
