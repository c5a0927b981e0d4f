"""Laws of the reader of numbers: known prints by hand, total on any text, exact, and quick on hostile ones."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.numbers import fraction_text
from bullwhip.reading.number import Value, read_number, try_number
from bullwhip.reading.outcome import MISSING, REFUSED, Missing, Refusal
from bullwhip.reading.words import SCALES

# print | value or low..high | bound | scale | unit | sense
VALUES = """
276.6 | 276.6 | | | | level
0 | 0 | | | | level
-3.2% | -3.2 | | | % | level
−3.2% | -3.2 | | | % | level
－3.2％ | -3.2 | | | % | level
–3.2% | -3.2 | | | % | level
+12% | 12 | | | % | level
-224% | -224 | | | % | level
.5 | 0.5 | | | | level
(0.04) | -0.04 | | | | level
（0.04） | -0.04 | | | | level
(5%) | -5 | | | % | level
（3.5）% | -3.5 | | | % | level
(1.2)亿元 | -1.2 | | 亿 | 元 | level
(1,234)万元 | -1234 | | 万 | 元 | level
3.2- | -3.2 | | | | level
3.2%- | -3.2 | | | % | level
1,234 | 1234 | | | | level
1,234,567.5 | 1234567.5 | | | | level
1，234，567 | 1234567 | | | | level
-1,000 | -1000 | | | | level
２０２４ | 2024 | | | | level
１２．５％ | 12.5 | | | % | level
３，０００ | 3000 | | | | level
1.5万 | 1.5 | | 万 | | level
1.2万亿 | 1.2 | | 万亿 | | level
3千万 | 3 | | 千万 | | level
6千亿 | 6 | | 千亿 | | level
200百万元 | 200 | | 百万 | 元 | level
1亿2000万元 | 1.2 | | 亿 | 元 | level
276.6亿美元 | 276.6 | | 亿 | 美元 | level
276.6亿美金 | 276.6 | | 亿 | 美金 | level
3800亿新台币 | 3800 | | 亿 | 新台币 | level
2.3万亿元 | 2.3 | | 万亿 | 元 | level
5.6亿元人民币 | 5.6 | | 亿 | 元人民币 | level
人民币5亿元 | 5 | | 亿 | 人民币 | level
$3.2 | 3.2 | | | $ | level
-$5 | -5 | | | $ | level
$(5) | -5 | | | $ | level
US$3.2bn | 3.2 | | bn | US$ | level
US$ 3.2 billion | 3.2 | | billion | US$ | level
$3.2B | 3.2 | | billion | $ | level
NT$300亿 | 300 | | 亿 | NT$ | level
3.5 million | 3.5 | | million | | level
2.1 trillion | 2.1 | | trillion | | level
$3-4bn | 3..4 | | bn | $ | level
$100-200 | 100..200 | | | $ | level
7B参数 | 7 | | | B参数 | level
1.8T tokens | 1.8 | | | T tokens | level
约25年 | 25 | ~ | | 年 | level
10-15 年 | 10..15 | | | 年 | level
-40℃~85℃ | -40..85 | | | ℃ | level
↑5% | 5 | | | % | change
↓5% | -5 | | | % | change
约合2.5亿元 | 2.5 | ~ | 亿 | 元 | level
２．５×１０⁹ | 2500000000 | | | | level
2.5×10²³ FLOP | 250000000000000000000000 | | | FLOP | level
1.5亿~2.0亿元 | 1.5..2 | | 亿 | 元 | level
增长2-3倍 | 2..3 | | | 倍 | change
1000日元 | 1000 | | | 日元 | level
9.9元/月 | 9.9 | | | 元/月 | level
2.5元/百万tokens | 2.5 | | | 元/百万tokens | level
24元/kW | 24 | | | 元/kW | level
3.2万片/月 | 3.2 | | 万 | 片/月 | level
1.5‰ | 1.5 | | | ‰ | level
25bp | 25 | | | bp | level
25bps | 25 | | | bps | level
2.3个百分点 | 2.3 | | | 个百分点 | level
−0.3 pp | -0.3 | | | pp | level
10²⁴ | 1000000000000000000000000 | | | | level
10⁻³ | 0.001 | | | | level
9.0×10⁹ | 9000000000 | | | | level
9.0×10^9 | 9000000000 | | | | level
9.0 × 10^9 | 9000000000 | | | | level
1.3×10^{10} | 13000000000 | | | | level
1.0×10^(−5) | 0.00001 | | | | level
10^{-3} | 0.001 | | | | level
$9.0 \\times 10^{9}$ | 9000000000 | | | | level
10<sup>24</sup> | 1000000000000000000000000 | | | | level
3e23 | 300000000000000000000000 | | | | level
3.15e25 | 31500000000000000000000000 | | | | level
1.3E+10 | 13000000000 | | | | level
1.5e-5 | 0.000015 | | | | level
2500mm² | 2500 | | | mm² | level
2500mm2 | 2500 | | | mm2 | level
5W/m² | 5 | | | W/m² | level
3nm | 3 | | | nm | level
120EFLOPS | 120 | | | EFLOPS | level
7.2 TB/s | 7.2 | | | TB/s | level
5 GB / s | 5 | | | GB/s | level
300W | 300 | | | W | level
1024-bit | 1024 | | | -bit | level
800G | 800 | | | G | level
7B | 7 | | | B | level
128K | 128 | | | K | level
105 days | 105 | | | days | level
2 years | 2 | | | years | level
120 英里 | 120 | | | 英里 | level
14家新客户 | 14 | | | 家新客户 | level
500亿个晶体管 | 500 | | 亿 | 个晶体管 | level
60万个 token | 60 | | 万 | 个token | level
150 万开发人员 | 150 | | 万 | 开发人员 | level
150,000 名员工 | 150000 | | | 名员工 | level
4核 | 4 | | | 核 | level
12次/秒 | 12 | | | 次/秒 | level
5年 | 5 | | | 年 | level
超过50% | 50 | > | | % | level
超过 77,000 家 | 77000 | > | | 家 | level
超10亿美元 | 10 | > | 亿 | 美元 | level
逾五成 | 5 | > | | 成 | level
约100 | 100 | ~ | | | level
约 800 美元 | 800 | ~ | | 美元 | level
近5倍 | 5 | ~ | | 倍 | multiple
近95万架 | 95 | ~ | 万 | 架 | level
≈30% | 30 | ~ | | % | level
~50TOPS | 50 | ~ | | TOPS | level
30左右 | 30 | ~ | | | level
1.10 左右 | 1.1 | ~ | | | level
约30左右 | 30 | ~ | | | level
100以上 | 100 | >= | | | level
50kW 以上 | 50 | >= | | kW | level
10kW以下 | 10 | <= | | kW | level
1%以内 | 1 | <= | | % | level
不低于10% | 10 | >= | | % | level
至少3家 | 3 | >= | | 家 | level
大于等于 10,000 席位 | 10000 | >= | | 席位 | level
最低16GB | 16 | >= | | GB | level
至多3家 | 3 | <= | | 家 | level
不超过30% | 30 | <= | | % | level
最高512GB | 512 | <= | | GB | level
长达5年 | 5 | <= | | 年 | level
>30 | 30 | > | | | level
＞100亿 | 100 | > | 亿 | | level
≥30 | 30 | >= | | | level
≧5 | 5 | >= | | | level
<5% | 5 | < | | % | level
≤100W | 100 | <= | | W | level
不到两成 | 2 | < | | 成 | level
100多家 | 100 | > | | 家 | level
200多万 | 200 | > | 万 | | level
32万余家 | 32 | > | 万 | 家 | level
30,000 多个 | 30000 | > | | 个 | level
600余 | 600 | > | | | level
3年多 | 3 | > | | 年 | level
50%多 | 50 | > | | % | level
30+ | 30 | >= | | | level
100+家 | 100 | >= | | 家 | level
10万+ | 10 | >= | 万 | | level
超过100万以上 | 100 | >= | 万 | | level
approximately 30% | 30 | ~ | | % | level
up to 5 years | 5 | <= | | years | level
at least 3 | 3 | >= | | | level
40.8-42亿美元 | 40.8..42 | | 亿 | 美元 | level
370-400 亿 | 370..400 | | 亿 | | level
20-50kW | 20..50 | | | kW | level
7W-45W | 7..45 | | | W | level
1.2~1.4 | 1.2..1.4 | | | | level
1.5—2.0 | 1.5..2 | | | | level
10−15 | 10..15 | | | | level
30%-50% | 30..50 | | | % | level
30% 至 40% | 30..40 | | | % | level
10%～15% | 10..15 | | | % | level
5-10% | 5..10 | | | % | level
-18~-10% | -18..-10 | | | % | level
-5~10% | -5..10 | | | % | level
-2684.99至-1790万元 | -2684.99..-1790 | | 万 | 元 | level
0.25-0.5pp | 0.25..0.5 | | | pp | level
100万-1亿 | 0.01..1 | | 亿 | | level
2000-3000倍 | 2000..3000 | | | 倍 | multiple
2-3 个月 | 2..3 | | | 个月 | level
10 - 20 公里 | 10..20 | | | 公里 | level
1 to 3 years | 1..3 | | | years | level
~9-10GB | 9..10 | ~ | | GB | level
大于40-45% | 40..45 | > | | % | level
5-8倍左右 | 5..8 | ~ | | 倍 | multiple
1/3 | 1/3 | | | | level
2/3 | 2/3 | | | | level
1/100 | 0.01 | | | | level
½ | 0.5 | | | | level
1½ | 1.5 | | | | level
三分之一 | 1/3 | | | | level
百分之三十 | 30 | | | % | level
百分之12.5 | 12.5 | | | % | level
千分之五 | 5 | | | ‰ | level
一半 | 0.5 | | | | level
过半 | 0.5 | > | | | level
超过一半 | 0.5 | > | | | level
三成 | 3 | | | 成 | level
近三成 | 3 | ~ | | 成 | level
十倍 | 10 | | | 倍 | multiple
原来的30% | 30 | | | % | multiple
1899-1905 | 1899..1905 | | | | level
2099-2101 | 2099..2101 | | | | level
1899年 | 1899 | | | 年 | level
两倍以上 | 2 | >= | | 倍 | multiple
十余家 | 10 | > | | 家 | level
三千万元 | 3000 | | 万 | 元 | level
三百五十亿元 | 350 | | 亿 | 元 | level
一千零五 | 1005 | | | | level
3X | 3 | | | X | multiple
2.5X | 2.5 | | | X | multiple
3倍 | 3 | | | 倍 | multiple
增长2倍 | 2 | | | 倍 | change
增长了近 2 倍 | 2 | ~ | | 倍 | change
上涨1.5倍 | 1.5 | | | 倍 | change
快1000+倍 | 1000 | >= | | 倍 | change
是去年的2倍 | 2 | | | 倍 | multiple
约为上一代的3倍 | 3 | | | 倍 | multiple
去年同期的2倍 | 2 | | | 倍 | multiple
提升至原来的3倍 | 3 | | | 倍 | multiple
增至2倍 | 2 | | | 倍 | multiple
翻番 | 2 | | | 倍 | multiple
同比翻倍 | 2 | | | 倍 | multiple
近翻番 | 2 | ~ | | 倍 | multiple
翻两番 | 4 | | | 倍 | multiple
减半 | -50 | | | % | change
降价87.5% | -87.5 | | | % | change
下降12% | -12 | | | % | change
同比下降12% | -12 | | | % | change
跌幅5% | -5 | | | % | change
下降5%-10% | -10..-5 | | | % | change
下降超过30% | -30 | < | | % | change
下降10%左右 | -10 | ~ | | % | change
增长超过30% | 30 | > | | % | change
增长-12% | -12 | | | % | change
同比增长 180% | 180 | | | % | change
同比+12.3% | 12.3 | | | % | change
增幅达30% | 30 | | | % | change
提高了 22% | 22 | | | % | change
提高3个百分点 | 3 | | | 个百分点 | change
降至5元 | 5 | | | 元 | level
降低至少30% | -30 | <= | | % | change
提升至30% | 30 | | | % | level
占比约30% | 30 | ~ | | % | level
<b>5.3%</b> | 5.3 | | | % | level
**39** | 39 | | | | level
30%。 | 30 | | | % | level
"""

MARKED = {"35%⁶": "⁶", "276.6亿美元³": "³", "276.6①": "①", "276.6[1]": "[1]", "276.6*": "*", "12.5%注1": "注1"}

MISSED = {
    "": "empty", "   ": "empty", "　": "empty", "-": "dash", "--": "dash", "—": "dash", "——": "dash", "–": "dash",
    "/": "dash", "…": "dash", "N/A": "not_applicable", "n/a": "not_applicable", "NA": "not_applicable",
    "N.A.": "not_applicable", "NM": "not_applicable", "不适用": "not_applicable", "无": "not_applicable",
    "扭亏": "turned_profit", "扭亏为盈": "turned_profit", "转亏": "turned_loss", "由盈转亏": "turned_loss",
    "亏损": "loss", "减亏": "loss", "免费": "free", "未披露": "not_disclosed", "暂无": "not_disclosed",
    "TBD": "not_disclosed", "not disclosed": "not_disclosed", "N / A": "not_applicable",
    "Not Available": "not_disclosed",
}  # fmt: skip

REFUSALS = {
    "superscript": ("12³", "5.2⁶", "276.6¹", "100²", "Google⁶2019", "12<sup>3</sup>", "2019⁶", "826 mm ²"),
    "separator": ("1,23", "1,2345", "12,34,567", "0,123", "1,000,00", "1.234.567", "1.234,5", "1.2.3", "192.168.1.1"),
    "notation": ("24E2", "1E10", "9E9", "2e3", "5-3", "5%-10", "5%-10亿", "5亿-10", "-5-10", "降低2倍"),
    "identifier": ("H100", "GB200", "N7P", "PCIe4.0", "MI300X", "002371", "000977", "007", "00", "3D", "4A", "5G", "4G",
                   "v2.0", "0571-88888888", "x16", "FP8"),
    "period": ("2024E", "24Q2", "2024H1", "2024年", "2024年5月", "2024-08-18", "20240818", "2023-2027", "2014-2024M1~5",
               "1900-1905", "2098-2100", "1900年",
               "2024-2027年", "2019-", "August 2015", "FY25Q2", "十四五"),
    "several": ("5~约6", "3、4", "3 or 4", "8bit、16bit", "16小时56分钟", "6:4", "24×7", "8×7B", "1 234", "1'234",
                "30/31", "8/10核",
                "4/5nm", "1/12", "100MHz-2GHz", "1-2-3", "2.5 (8b/10b)", "4GB/8GB/16GB", "5TFLOPS/10TFLOPS",
                "13:30", "2^10",
                "1万2", "10±0.5", "1. 2-1.4", "5月8日", "1_000", "0x10", "1/0"),
    "not_finite": ("Inf", "-inf", "NaN", "nan", "∞", "Infinity"),
    "indefinite": ("数十亿", "几十", "上百家", "千亿级", "若干", "百万", "亿元", "数百万"),
    "no_number": ("大幅增长", "%", "元", "免费试用", "两三家", "一百二", "Ⅳ", "٣", "१२", "AAPL", "八折", "nm"),
    "contradiction": ("约30+", "下降-12%", "超过30左右", "不超过30以上", "$5亿美元", "增长下降5%", "不超过超过30",
                      "增至下降5%", "增速下降5%", "增长去年的2倍", "上年的上年的2倍"),
    "ambiguous": ("24年", "20-25年"),
    "limit": ("1e400", "10^400", "10^-400", "9" * 61),
    "words": ("(0.04", "((1))", "(-0.04)", "5.", "±5%", "PUE 为 1.07", "毛利率30%", "第3", "12月", "3点", "- 5",
              "--5", "+-5",
              "600519.SH", "图3", "3家以上的亏损", "100,", ",100", "不增长30%"),
    "characters": ("5\u200b0", "\u200b5", "1\n2", "5\x00", "\ud8005", "\u202e21", "5\ufeff", "1\u00ad0"),
    "too_long": ("1" * 201, "一" * 300, "1 " * 500),
}  # fmt: skip


ROWS = [[cell.strip() for cell in line.split("|")] for line in VALUES.strip().split("\n")]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r[0])
def test_a_print_reads_as_worked_by_hand(row: list[str]) -> None:
    """Value or range, bound, scale, unit and sense are the ones written beside the print."""
    text, number, bound, scale, unit, sense = row
    low, dots, high = number.partition("..")
    expected = (
        Value(None, Fraction(low), Fraction(high), bound, scale, unit, sense)  # type: ignore[arg-type]
        if dots
        else Value(Fraction(number), None, None, bound, scale, unit, sense)  # type: ignore[arg-type]
    )

    assert expected == read_number(text)


@pytest.mark.parametrize("text", MARKED)
def test_the_mark_of_a_footnote_is_kept_apart(text: str) -> None:
    """A mark behind a unit or in a form of its own is no part of the figure."""
    found = read_number(text)

    assert isinstance(found, Value)
    assert (MARKED[text],) == found.marks
    assert found.value in (Fraction(35), Fraction("276.6"), Fraction("12.5"))


@pytest.mark.parametrize("text", MISSED)
def test_what_stands_in_place_of_a_figure_is_missing_with_its_reason(text: str) -> None:
    """A dash, N/A or 扭亏 is missing, never zero, and says why."""
    assert Missing(MISSED[text], text.strip(" 　") if text.strip(" 　") else text) == read_number(text)


@pytest.mark.parametrize(("reason", "text"), [(r, t) for r, texts in REFUSALS.items() for t in texts])
def test_what_could_be_read_in_two_ways_is_refused_with_the_reason(reason: str, text: str) -> None:
    """Nothing is guessed, and the reason is the right one."""
    found = read_number(text)

    assert isinstance(found, Refusal)
    assert reason == found.reason
    assert found.message


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.5万", "15000"), ("3%", "0.03"), ("1.5‰", "0.0015"), ("25bp", "0.0025"), ("三成", "0.3"),
        ("2.3万亿元", "2300000000000"),
        ("US$3.2bn", "3200000000"), ("-3.2%", "-0.032"), ("3个百分点", "0.03"), ("$5K", "5000"),
        ("276.6亿美元", "27660000000"),
    ],
)  # fmt: skip
def test_an_amount_is_without_scale_and_as_a_part_of_one(text: str, amount: str) -> None:
    """Scales multiply, percent and its kin divide; other units do neither."""
    found = read_number(text)

    assert isinstance(found, Value)
    assert Fraction(amount) == found.amount


@pytest.mark.parametrize(
    ("text", "growth"),
    [
        ("增长2倍", "2"), ("是去年的2倍", "1"), ("增至2倍", "1"), ("翻番", "1"), ("翻两番", "3"), ("减半", "-0.5"),
        ("3X", "2"),
        ("降价87.5%", "-0.875"), ("同比增长 180%", "1.8"), ("提高3个百分点", None), ("30%", None), ("5亿元", None),
    ],
)  # fmt: skip
def test_growth_is_the_relative_change_where_the_figure_is_one(text: str, growth: str | None) -> None:
    """By 2 times is +200 %, 2 times as much is +100 %, points are no relative change."""
    found = read_number(text)

    assert isinstance(found, Value)
    assert found.growth == (None if growth is None else Fraction(growth))


def test_the_units_of_a_document_are_read_where_they_are_given() -> None:
    """A unit that nobody else uses is read when the document is known to use it, and refused otherwise."""
    assert isinstance(read_number("64CUs"), Refusal)
    assert Value(Fraction(64), unit="CUs") == read_number("64CUs", {"CUs"})


@given(st.text(max_size=80))
def test_any_text_gives_one_of_three_answers(text: str) -> None:
    """The reader is total, its reasons are declared ones, and asking twice changes nothing."""
    found = read_number(text)

    assert isinstance(found, Value | Missing | Refusal)
    assert found == read_number(text)
    if isinstance(found, Value):
        assert (found.value is None) == (found.low is not None) == (found.high is not None)
    else:
        assert found.reason in (MISSING if isinstance(found, Missing) else REFUSED)


@given(
    st.text(
        "0123456789.,-−+×^{}()（）%％‰eE10²⁴³ ~～至-约超过以上多倍万亿千百成半一二三十分之年月QHFY$元美/", max_size=20
    )
)
def test_any_text_of_the_characters_of_figures_gives_one_of_three_answers(text: str) -> None:
    """The reader is total on texts that nearly are figures, and a range always rises."""
    found = read_number(text)

    assert isinstance(found, Value | Missing | Refusal)
    assert isinstance(found, Value) == isinstance(try_number(text), Value)
    if isinstance(found, Value) and found.low is not None and found.high is not None:
        assert found.low < found.high


decimals = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=4).map(lambda d: Fraction(str(d)))


@given(decimals, st.sampled_from(["", *(s for s in SCALES if not s.isascii())]), st.sampled_from(["", "元", "kW", "%"]))
def test_a_written_value_is_read_back(value: Fraction, scale: str, unit: str) -> None:
    """Reading is the inverse of writing, for any scale and unit that go together."""
    scale = "" if unit == "%" else scale

    assert Value(value, scale=scale, unit=unit) == read_number(f"{fraction_text(value)}{scale}{unit}")


@given(decimals, st.sampled_from([s for s in SCALES if not s.isascii()]))
def test_a_scale_multiplies_the_amount(value: Fraction, scale: str) -> None:
    """The amount of a scaled figure is the figure times the scale."""
    plain, scaled = read_number(fraction_text(value)), read_number(fraction_text(value) + scale)

    assert isinstance(plain, Value)
    assert isinstance(scaled, Value)
    assert plain.value == value
    assert scaled.amount == value * 10 ** SCALES[scale]


@given(st.integers(1000, 10**12))
def test_well_formed_separators_change_nothing(value: int) -> None:
    """Grouping by thousands is read back, in narrow and in wide characters; a group cut short is refused."""
    wide = f"{value:,}".translate({ord(","): "，"} | {48 + i: chr(0xFF10 + i) for i in range(10)})

    assert read_number(f"{value:,}") == read_number(wide) == Value(Fraction(value))
    assert isinstance(read_number(f"{value:,}"[:-1]), Refusal)


@given(decimals, decimals, st.sampled_from(["", "亿美元", "%", "kW"]))
def test_a_range_shares_the_unit(a: Fraction, b: Fraction, unit: str) -> None:
    """`a~b unit` is the range from a to b in that unit, whatever the signs."""
    low, high = sorted((a, b))
    text = f"{fraction_text(low)}~{fraction_text(high)}{unit}"
    found = read_number(text)

    if low == high or (unit == "" and all(1900 <= v <= 2100 and v.denominator == 1 for v in (low, high))):
        assert isinstance(found, Refusal)
    else:
        assert isinstance(found, Value)
        assert (found.low, found.high, found.printed_unit) == (low, high, unit)


@pytest.mark.parametrize(
    "text",
    ["9" * 1_000_000, " " * 1_000_000, "(" * 1_000_000, "1," * 500_000, "约" * 1_000_000, "1-" * 500_000,
     "²" * 1_000_000,     "<b>" * 300_000, "$" * 1_000_000, "\x00" * 1_000_000, "10^" * 300_000,
     "是" + "的" * 198, "约" * 199, "1/" * 100,
     "百分之" * 60, "(" * 199, "同比" * 99, "1~" * 99, "a1" * 99],
    ids=lambda t: f"{t[:4]!r}*{len(t)}",
)  # fmt: skip
def test_a_hostile_text_is_answered_at_once(text: str) -> None:
    """A text of a megabyte, or one made to make a pattern go back and forth, takes less than a fifth of a second."""
    began = time.process_time()
    found = read_number(text)

    assert isinstance(found, Missing | Refusal)
    assert time.process_time() - began < 0.2
