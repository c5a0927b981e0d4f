"""Finds where the printed unit behind a number ends; what it means is for the unit reader to say."""

from __future__ import annotations

import re
from collections.abc import Collection

from bullwhip.reading.words import SCALES, SHARES, listed

__all__ = ["NO_UNITS", "UNIT_TIMES", "match_unit"]

NO_UNITS: frozenset[str] = frozenset()
UNIT_TIMES = frozenset(("倍", "X", "x", "×", "times", "fold"))
"""Units that say how many times."""

_COUNTED = listed(
    "个; 家; 台; 张; 颗; 片; 块; 只; 枚; 条; 套; 件; 项; 款; 种; 次; 名; 人; 位; 户; 辆; 架; 座; 栋; 层; 核; 路; 端口",
    "股; 笔; 单; 份; 席位; 席; 场; 组; 对; 卡; 柜; 机柜; 机架; 块卡; 张卡; 倍; 人次; 台次; 参数; 个参数; 字; 词; 页",
    "分; 用户; 并发用户; 堆栈; 封装; 通道; token; tokens; Token; Tokens; 个token; 个tokens; 个Token; 个Tokens; 个芯片",
    "个晶体管; 名员工; 名用户; 名客户; 名开发者; 名开发人员; 家客户; 家新客户; 家企业; 家公司; 家厂商; 家机构; 家组织",
    "个用户; 个国家; 个城市; 个地区; 个省份; 个项目; 个节点; 个核心; 个模型; 个样本; 个席位; 台设备; 颗芯片; 张显卡",
    "块显卡; 开发人员; 开发者; 员工; 客户; 晶体管",
)
_MONEY = listed(
    "元; 美元; 美金; 欧元; 日元; 日圆; 港元; 港币; 英镑; 韩元; 新台币; 新台币元; 元新台币; 台币; 元台币; 人民币",
    "人民币元; 元人民币; 加元; 瑞士法郎; USD; CNY; RMB; EUR; JPY; TWD; NTD; HKD; GBP; KRW",
)
_MEASURED = listed(
    "年; 个月; 天; 周; 个季度; 小时; 个小时; 分钟; 秒; 毫秒; 微秒; 纳秒; 吨; 万吨; 公斤; 千克; 克; 公里; 千米; 米",
    "厘米; 毫米; 微米; 纳米; 平方米; 平方公里; 平方英尺; 亩; 公顷; 立方米; 升; 瓦; 千瓦; 兆瓦; 吉瓦; 瓦时; 千瓦时",
    "兆瓦时; 度; 伏; 赫兹; 兆赫; 字节; 比特; 摄氏度; ℃; °C; 英里; 英尺; days; day; years; year; months; month; weeks",
    "week; hours; hour; minutes; minute; seconds; hrs; hr; min; sec; ms; us; ns; s; h; t; L; ha; rpm; dB; dBm; ft",
    "bits; people; users; times; fold",
)
_LATIN = (
    r"(?:[KkMBT]\s?(?:参数|params?|parameters|tokens?)"
    r"|[kKMGTPEZmnupµμc]?(?:Wh|W|V|Hz|[Bb]ytes?|B|bits?|b|[bB]ps|J|j|g|Ah|eV|(?:FLOP|Flop|flop)[Ss]?|OP[Ss]?|ops)(?:-s)?"
    r"|[kcmuµμn]?m(?:\^?[23]|[²³])?|-bit|MT|GT|[KkMGT](?![A-Za-z²³])|[Xx×])"
)


def _longest_first(words: Collection[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))


_END = r"(?![A-Za-z0-9_])"
_SPACED = r"个\s(?:token|Token)s?(?![A-Za-z0-9_])"
_SHARE = f"(?:(?:{_longest_first([s for s in SHARES if s != '成'])})(?![A-Za-z])|成(?!本|立|为|交|员|功|长))"
_FIRST = f"(?:{_longest_first([*_COUNTED, *_MONEY, *_MEASURED])}|{_LATIN}){_END}"
_BELOW = (
    rf"(?:{_longest_first([s for s in SCALES if not s.isascii()])})?\s?"
    rf"(?:{_longest_first([*_COUNTED, *_MONEY, *_MEASURED, '月', '日', '季', '季度', '周'])}|{_LATIN}|S){_END}"
)
_UNIT = re.compile(rf"(?:{_SHARE}|{_SPACED}|{_FIRST})(?:\s?(?:/|·|每|\s?per\s)\s?{_BELOW})*")


def match_unit(text: str, start: int, more: Collection[str] = NO_UNITS) -> int:
    """Return where the unit that begins at `start` ends, or `start` where none begins there.

    Args:
        text: cleaned text.
        start: position behind the number, its scale and any space.
        more: further printed units that the document is known to use, exactly as printed.

    >>> text = "800 万片/月以上"
    >>> text[5:match_unit(text, 5)], match_unit("H100", 1)
    ('片/月', 1)
    """
    if more and text[start:] in more:
        return len(text)
    match = _UNIT.match(text, start)
    return match.end() if match else start
