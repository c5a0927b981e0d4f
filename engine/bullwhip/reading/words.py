"""The words that stand beside printed figures: bounds, directions, scales, and words in place of a figure."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "BOUND_AFTER",
    "BOUND_BEFORE",
    "CHANGE",
    "COMPARED",
    "LEVEL",
    "MISSING_WORDS",
    "NEUTRAL",
    "SCALES",
    "SHARES",
    "listed",
]


def listed(*texts: str) -> tuple[str, ...]:
    """Return the words of texts that list them with semicolons.

    >>> listed("至少; 最少", "at least")
    ('至少', '最少', 'at least')
    """
    return tuple(word for text in texts for word in text.split("; "))


def _each(lists: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return each word with what its list stands for."""
    return {word: meaning for meaning, words in lists.items() for word in words}


SCALES = {
    "万亿": 12, "千亿": 11, "百亿": 10, "十亿": 9, "亿": 8, "千万": 7, "百万": 6, "十万": 5, "万": 4, "千": 3,
    "百": 2, "trillion": 12, "billion": 9, "million": 6, "thousand": 3, "tn": 12, "bn": 9, "mn": 6,
}  # fmt: skip
"""Scale to its power of ten."""

SHARES = {
    "%": -2, "‰": -3, "pct": -2, "pp": -2, "个pct": -2, "个pp": -2, "个百分点": -2, "百分点": -2, "bp": -4,
    "基点": -4, "个基点": -4, "成": -1, "percent": -2, "percentage points": -2, "basis points": -4,
}  # fmt: skip
"""Parts of one, by power of ten; points are differences of such parts."""

BOUND_BEFORE = _each({
    "<=": listed(
        "不超过; 不高于; 不多于; 不大于; 不晚于; 未超过; 至多; 最多; 最高; 高达; 多达; 长达; 小于等于; 小于或等于",
        "≤; <=; =<",
        "at most; up to; no more than",
    ),
    ">=": listed(
        "不低于; 不少于; 不小于; 不早于; 至少; 最少; 最低; 大于等于; 大于或等于; ≥; >=; =>",
        "at least; no less than",
    ),
    ">": listed("超过; 超出; 超; 大于; 高于; 多于; 逾; 突破; 过; >", "over; more than; above; greater than"),
    "<": listed("低于; 小于; 少于; 不足; 不到; 不及; 未达; <", "less than; below; under; fewer than"),
    "~": listed(
        "约为; 约合; 约; 大约; 大概; 大致; 近; 将近; 接近; 几乎; ~",
        "about; approximately; approx.; around; nearly; almost; ca.",
    ),
})  # fmt: skip
"""Words before a figure and the bound they make it."""

BOUND_AFTER = _each({
    ">=": listed("以上; 及以上; 或以上; 或更多; 起; +; or more"),
    "<=": listed("以下; 及以下; 或以下; 以内; 之内; or less"),
    ">": listed("有余; 余; 多"),
    "~": listed("左右; 上下; or so"),
})  # fmt: skip
"""Words after a figure and the bound they make it; 以上 and 以下 include the figure itself."""

_RATES = {"增幅": 1, "涨幅": 1, "增速": 1, "增长率": 1, "降幅": -1, "跌幅": -1}
_UP = listed(
    "增长了; 增长; 增加了; 增加; 提升了; 提升; 提高了; 提高; 上升了; 上升; 上涨了; 上涨; 上浮; 上调; 扩大了; 扩大",
    "增; 升; 涨价; 涨; 高出; 高; 快; 多出; 反弹; ↑; up; increased by; increase of; grew by; rose by",
)
_DOWN = listed(
    "下降了; 下降; 下滑了; 下滑; 下跌了; 下跌; 减少了; 减少; 降低了; 降低; 缩减了; 缩减; 回落; 下调了; 下调; 下浮",
    "降价; 降; 跌; 减; 低; 慢; 节约; 节省; ↓; down; decreased by; decrease of; fell by; declined by",
)

CHANGE = {
    **dict.fromkeys(_UP, 1),
    **dict.fromkeys(_DOWN, -1),
    **{rate + verb: sign for rate, sign in _RATES.items() for verb in ("", "为", "达", "达到", "约为")},
}
"""Words that say the figure is a change, and its direction."""

LEVEL = listed(
    "增长至; 增长到; 增加至; 增加到; 增至; 提升至; 提升到; 提高至; 提高到; 上升至; 上升到; 升至; 升到; 扩大至",
    "扩大到",
    "上涨至; 涨至; 涨到; 下降至; 下降到; 下滑至; 减少至; 减少到; 降低至; 降低到; 降至; 降到; 降价至; 降价到; 跌至",
    "跌到",
    "减至; 回落至; 下调至; 上调至; 达到了; 达到; 已达; 达; 至; 到; 占比为; 占比; 占; 是; 为; to",
)
"""Words that say the figure is what is reached and not the way there."""

COMPARED = listed("同比; 环比; yoy; qoq; YoY; QoQ")
"""Words that say the figure compares with an earlier period."""

NEUTRAL = listed("年均; 年复合; 复合; 平均; 共计; 合计; 总计; 累计; 共; 仅为; 仅; 只有")
"""Words that change neither the figure nor its kind."""

MISSING_WORDS = _each({
    "dash": ("-", "--", "---", "—", "——", "―", "――", "/", "…", "……", "(-)", "–"),
    "not_applicable": listed("n/a; na; n.a.; n.a; #n/a; nm; n.m.; n.m; n/m; null; 不适用; 无; 没有; 无意义; none"),
    "not_disclosed": listed(
        "未披露; 未公布; 未公开; 未提及; 未知; 未透露; 没有披露; 尚未披露; 尚未公布; 暂未披露; 暂未公布; 不详",
        "暂无; 暂缺; 暂无数据; 无数据",
        "待定; 待公布; 待披露; 保密; tbd; tba; n.d.; not disclosed; undisclosed; unknown; not available",
    ),
    "turned_profit": listed("扭亏; 扭亏为盈; 扭亏转盈; 转盈; 由亏转盈; 同比扭亏; 环比扭亏; 扭亏为赢"),
    "turned_loss": listed("转亏; 由盈转亏; 盈转亏; 同比转亏; 环比转亏; 首亏; 由盈利转亏损"),
    "loss": listed(
        "亏损; 亏; 续亏; 持续亏损; 减亏; 增亏; 亏损收窄; 亏损扩大; 亏损减少; 大幅减亏; 大幅亏损; 微亏"
    ),
    "free": listed("免费; 完全免费; 限时免费; 免费开放; free; free of charge"),
})  # fmt: skip
"""What is printed in place of a figure, in lower case, and the reason it stands for."""
