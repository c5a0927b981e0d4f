"""Laws of the reader of names: longest first, whole words only, and never an ordinary word for a company."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.load.workspace_files import load
from bullwhip.reading.name import Aliases, Ambiguous, Match, find_names, read_name
from bullwhip.reading.outcome import Missing, Refusal
from bullwhip.validate.companies import read_companies
from bullwhip.validate.periods import read_common_words, spellings
from bullwhip.workspace.opening import open_files

PRODUCTS = {
    "H20": "h20", "H200": "h200", "H100": "h100", "A100": "a100", "B200": "b200", "GB200": "gb200", "MI300": "mi300",
    "MI300X": "mi300x", "HBM3": "hbm3", "HBM3E": "hbm3e", "PCIe 4": "pcie4", "昇腾910": "ascend910",
    "昇腾910B": "ascend910b",
}  # fmt: skip


@pytest.fixture(scope="module")
def names() -> Aliases:
    """The shipped companies and words, and some products."""
    raw = load(open_files(None)[0], "")
    companies = read_companies(raw.companies, [])
    pairs = [*spellings(companies), *PRODUCTS.items(), ("太极", "taiji"), ("光环", "sinnet"), ("网宿", "wangsu"),
             ("万集", "vanjee"), ("Micro", "one"), ("Micro", "two")]  # fmt: skip
    words = read_common_words(raw.catalogues["common_words"], [])
    return Aliases(pairs, words, [(c.ticker, c.id) for c in companies if c.ticker])


SURE = {
    "英伟达发布新一代芯片": ["nvidia"],
    "英伟达、AMD和英特尔": ["nvidia", "amd", "intel"],
    "建议关注浪潮信息、中科曙光、紫光股份": ["inspur", "sugon", "unisplendour"],
    "中科曙光与曙光数创": ["sugon", "dawning_liquid"],
    "华为、浪潮、曙光等厂商": ["huawei", "inspur", "sugon"],
    "浪潮发布新服务器": ["inspur"],
    "曙光股份上涨": ["sugon"],
    "厂商浪潮": ["inspur"],
    "曙光(603019)中标": ["sugon"],
    "微软的云业务": ["microsoft"],
    "2024年谷歌宣布": ["google"],
    "NVIDIA's H200": ["nvidia", "h200"],
    "nvidia and Intel": ["nvidia", "intel"],
    "H20、H200": ["h20", "h200"],
    "H20芯片": ["h20"],
    "H100-SXM": ["h100"],
    "a100": ["a100"],
    "GB200 NVL72": ["gb200"],
    "MI300X": ["mi300x"],
    "昇腾910B": ["ascend910b"],
    "昇腾910": ["ascend910"],
    "是在谷歌设计的": ["google"],
    "以华为手机": ["huawei"],
    "AMD": ["amd"],
    "ＡＭＤ": ["amd"],
    "Applied Materials and Lam Research": ["applied_materials", "lam_research"],
    "SK海力士": ["sk_hynix"],
    "SK 海力士与三星": ["sk_hynix", "samsung"],
    "曙光": ["sugon"],
    " 浪潮 ": ["inspur"],
    "同花顺": ["hithink_royalflush"],
    "META宣布": [],
}  # fmt: skip

NOT_SURE = (
    "部分领域曙光初现", "迎来时代浪潮", "AI浪潮席卷全球", "曙光，就在前方", "人工智能的浪潮", "打出一把同花顺",
    "头顶光环", "明星光环", "练习太极拳", "太极生两仪",
    "网宿一夜", "全剧共万集", "地平线以下", "发现新大陆", "32字节", "海纳百川", "小米加步枪", "海量数据处理能力",
    "中国软件产业", "使用应用材料制成",
    "提高通信效率",
    "美国高通胀", "反思科技伦理", "零下一百度", "高通量测序", "规格芯片",
    "升华为艺术", "推广达到", "上海光电", "深思科技", "完美光学",
    "资深科技人士", "让人联想到", "吃苹果", "阿里山",
    "亚马逊河", "三星级酒店", "甲骨文发现", "寒武纪大爆发", "AMDAHL定律", "Intelligence", "Metadata", "metal",
    "meta learning", "apple pie",
    "H2000", "AH20", "H200X", "XH100", "GB2000", "MI300Y", "HBM3EE", "PCIe 4.0", "A1000", "oracle database",
    "amazon rainforest",
    "trst", "ase", "phrase", "Unintel", "intel_x",
)  # fmt: skip


@pytest.mark.parametrize("text", SURE)
def test_a_name_is_found_where_the_context_is_sure(text: str, names: Aliases) -> None:
    """Names are found from left to right, each with the text that stands at its place."""
    found = [m for m in find_names(text, names) if isinstance(m, Match)]

    assert SURE[text] == [m.id for m in found]
    assert all(text[m.start : m.end] == m.text for m in found)


@pytest.mark.parametrize("text", NOT_SURE)
def test_an_ordinary_word_is_never_a_company(text: str, names: Aliases) -> None:
    """Words of the language, parts of other words and longer model numbers give no sure name."""
    assert [m for m in find_names(text, names) if isinstance(m, Match)] == []


def test_a_doubtful_name_is_told_with_its_reason(names: Aliases) -> None:
    """Where a word may be a name, the answer says of whom, and why it is not sure."""
    found = find_names("人工智能的浪潮", names)

    assert [(m.ids, bool(m.reason)) for m in found if isinstance(m, Ambiguous)] == [(("inspur",), True)]


def test_the_longest_name_wins(names: Aliases) -> None:
    """A name inside a longer one is not found beside it."""
    assert [m.text for m in find_names("曙光数创和HBM3E", names)] == ["曙光数创", "HBM3E"]


def test_the_name_of_two_things_is_ambiguous(names: Aliases) -> None:
    """A spelling of two things is never one of them."""
    found = read_name("Micro", names)

    assert isinstance(found, Ambiguous)
    assert found.ids == ("one", "two")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("英伟达", "nvidia"), ("NVIDIA（英伟达）", "nvidia"), ("英伟达（NVIDIA）", "nvidia"),
        ("中科曙光(603019)", "sugon"),
        ("中科曙光（603019.SH）", "sugon"), ("603019.SH", "sugon"), ("603019", "sugon"), ("曙光", "sugon"),
        ("苹果公司", "apple"),
        ("华为有限公司", "huawei"), ("Dell Inc.", "dell"), ("ｎｖｉｄｉａ", "nvidia"), (" 浪潮 ", "inspur"),
        ("H20", "h20"), ("联想", "lenovo"),
    ],
)  # fmt: skip
def test_a_whole_field_is_a_name(text: str, name: str, names: Aliases) -> None:
    """A field that is a name alone, with its ticker, another spelling or its legal form, is that name."""
    found = read_name(text, names)

    assert isinstance(found, Match)
    assert name == found.id


@pytest.mark.parametrize(
    "text",
    [
        "曙光初现",
        "英伟达和AMD",
        "英伟达（图形）",
        "nvida",
        "H2",
        "部分领域曙光初现",
        "x" * 10_000,
        "英伟\u200b达",
        "123456",
    ],
)
def test_a_field_that_is_no_name_is_refused(text: str, names: Aliases) -> None:
    """A field with anything beside the name is not the name."""
    assert isinstance(read_name(text, names), Refusal)


def test_a_name_with_the_ticker_of_another_is_ambiguous(names: Aliases) -> None:
    """A name and a ticker that contradict each other are both shown."""
    found = read_name("中科曙光(000977.SZ)", names)

    assert isinstance(found, Ambiguous)
    assert found.ids == ("sugon", "inspur")


def test_nothing_is_missing_and_a_misspelling_is_hinted_at(names: Aliases) -> None:
    """An empty field is missing; a near name is named."""
    near = read_name("英伟达公", names)

    assert Missing("empty") == read_name("  ", names)
    assert isinstance(near, Refusal)
    assert "英伟达" in near.hint


def test_without_a_list_of_words_short_names_are_taken_with_care() -> None:
    """A plain mapping says nothing of ordinary words, so every short Chinese name needs a context."""
    plain = {"曙光": "sugon", "同花顺": "flush", "浪潮": "inspur", "中科曙光": "sugon", "H20": "h20"}

    assert [
        m
        for t in ("部分领域曙光初现", "打出同花顺了", "时代浪潮来了", "H200")
        for m in find_names(t, plain)
        if isinstance(m, Match)
    ] == []
    assert [m.text for m in find_names("中科曙光发布H20", plain)] == ["中科曙光", "H20"]


@given(st.text(max_size=60) | st.text("曙光浪潮初现时代中科信息AMDHL20、和的股份公司 ", max_size=30))
def test_any_text_is_answered_and_places_are_right(text: str) -> None:
    """The readers are total; what is found stands in the text, in order, without overlap."""
    aliases = Aliases(
        {"曙光": "a", "中科曙光": "a", "浪潮信息": "b", "浪潮": "b", "AMD": "c", "H20": "d"}, {"曙光": "word"}
    )
    found = find_names(text, aliases)

    assert found == find_names(text, aliases)
    assert all(text[m.start : m.end] == m.text for m in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert isinstance(read_name(text, aliases), Match | Ambiguous | Missing | Refusal)


@given(st.sampled_from(["H20", "AMD", "A100"]), st.text("0123456789ABCXYZabcxyz_", min_size=1, max_size=4))
def test_letters_and_digits_beside_a_latin_name_make_it_another_word(name: str, more: str) -> None:
    """A Latin name never matches inside a longer run of letters and digits, on either side."""
    aliases = Aliases({name: "it"}, {})

    assert find_names(name + more, aliases) == find_names(more + name, aliases) == ()


@given(st.lists(st.sampled_from(["英伟达", "H20", "AMD"]), min_size=1, max_size=6))
def test_a_list_of_names_is_found_whole(listed: list[str]) -> None:
    """Names that stand apart are all found."""
    aliases = Aliases({"英伟达": "n", "H20": "h", "AMD": "a"}, {})

    assert listed == [m.text for m in find_names("、".join(listed), aliases)]


@pytest.mark.parametrize(
    "text", ["曙光" * 100_000, "A" * 200_000, "曙光、" * 60_000, "H20 " * 50_000], ids=lambda t: t[:4]
)
def test_a_long_text_takes_time_in_proportion(text: str, names: Aliases) -> None:
    """Two hundred thousand characters take less than three seconds, whatever they repeat."""
    began = time.process_time()
    find_names(text, names)

    assert time.process_time() - began < 3
