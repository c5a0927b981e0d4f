"""What stands beside the name of a company in running text, and what may stand beside any name."""

from __future__ import annotations

from bullwhip.reading.words import listed

__all__ = ["APART", "BESIDE", "LEFT_NAMED", "LEFT_OPEN", "RIGHT_NAMED", "RIGHT_OPEN"]

RIGHT_NAMED = listed(
    "股份; 公司; 集团; 官方; 官网; 发布; 推出; 宣布; 表示; 披露; 公告; 收购; 中标; 签约; 供货; 出货; 研发; 财报",
    "业绩; 营收",
    "收入; 净利; 毛利; 股价; 市值; 首席; 总裁; 董事; 创始人; 高管; 旗下; 服务器; 等公司; 等企业; 等厂商; 等龙头",
    "等客户",
    "等供应商; 等云厂商; 的股价; 的市值; 的财报; 的业绩; 的营收; 的收入; 的净利; 的服务器; 的毛利; 招股; 的招股",
)
"""Words that follow the name of a company."""

LEFT_NAMED = listed(
    "公司; 企业; 厂商; 龙头; 客户; 供应商; 标的; 关注; 推荐; 看好; 代工厂; 巨头; 上市公司; 厂家; 服务商; 来源：",
    "来源:",
)
"""Words before the name of a company."""

RIGHT_OPEN = (
    *RIGHT_NAMED,
    *listed(
        "的; 等; 在; 和; 与; 及; 也; 将; 已; 是; 为; 于; 则; 还; 又; 都; 对; 从; 有; 正; 均; 以; 因; 被; 由; 给",
        "把; 向; 称",
        "合作; 预计; 计划; 采用; 拥有; 占; 自; 通过; 使用; 提供; 开始; 开发; 云; 芯片; 之间; 方面; 新; 最",
    ),
)
"""Words that may follow any name."""

LEFT_OPEN = listed(
    "的; 和; 与; 及; 由; 被; 向; 对; 据; 如; 在; 是; 为; 但; 而; 因; 即; 除; 年; 月; 日; 以及; 包括; 比如; 例如",
    "其中",
    "随着; 来自; 根据; 按照; 相比; 海外; 国内; 美国; 中国; 国产",
)
"""Words that may stand before any name."""

APART = frozenset("、，。；：！？（）()《》“”‘’\"'「」【】[]—-–…·/\\|,.;:!?&+~～ \t\r\n")
"""Characters that part words."""

BESIDE = frozenset(("、", "/", ",", "，", ";", "；", "和", "与", "及", "以及", "&", "+", "|"))
"""What stands between names of one list."""
