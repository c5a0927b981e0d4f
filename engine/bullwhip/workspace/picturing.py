"""Writers of pictures: the chain map, charts of one quantity, and the same as PNG and PDF."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from bullwhip.model.label import Language
from bullwhip.workspace.describing import about, edge_kinds, short, tier_figures

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace
    from bullwhip.workspace.formats import Asked

__all__ = ["chain_map", "exposure_bars", "pdf", "png", "sankey", "tornado"]


def chain_map(workspace: Workspace, asked: Asked) -> bytes:
    """Return the chain map as SVG."""
    from bullwhip.export.chainmap import chain_map

    program, language = workspace.program, asked.lingua
    at = asked.period if asked.period is not None else program.header.default_period
    title = program.header.label.text(language) if language != "both" else ""
    title = title or " · ".join(dict.fromkeys(t for t in (program.header.label.zh, program.header.label.en) if t))
    said = about(workspace)
    subtitle = _subtitle(workspace, at, language)
    values = tier_figures(workspace, at, language)
    estimates = {c.id for c in program.claims if c.status == "E"}
    edges = edge_kinds(workspace, at)
    return chain_map(program.chain, language, title, subtitle, values, said, estimates, edges).encode()


def sankey(workspace: Workspace, asked: Asked) -> bytes:
    """Return what flows to and from a quantity as SVG, in its unit."""
    from bullwhip.export.picture import Heading
    from bullwhip.export.sankey import sankey
    from bullwhip.workspace.flowing import flows

    found = flows(workspace, asked.of, asked.period, asked.lingua)
    en = asked.lingua == "en"
    title = f"{found.stages[0].name} [{found.unit}]"
    notes = [
        "All bands are in one unit and to one scale; the bands of each bar add up to it exactly. "
        "Dashed: what no other band accounts for."
        if en
        else "所有流量同一单位、同一比例；每一柱的各条流量之和恰为该柱。虚线：其余流量未能说明的部分。"
    ]
    if found.left_out:
        notes.append(("Not drawn: " if en else "未画出：") + "; ".join(found.left_out))
    heading = Heading(title, _under(workspace, asked), notes, asked.lingua)
    return sankey(heading, about(workspace), found.stages).encode()


def tornado(workspace: Workspace, asked: Asked) -> bytes:
    """Return the swings of a quantity by its drivers as SVG, widest first."""
    from bullwhip.export.bars import Bar, bars
    from bullwhip.export.picture import Heading
    from bullwhip.numbers import decimal_text
    from bullwhip.workspace.swinging import swings

    found = swings(workspace, asked.of, asked.drivers, asked.period, asked.swing, asked.lingua)
    en, percent = asked.lingua == "en", f"±{decimal_text(found.part * 100)} %"
    rows = [
        Bar(
            s.name + " †" * s.clipped, s.driver, s.low, s.high,
            f"↓ {short(s.low, asked.lingua)}", f"↑ {short(s.high, asked.lingua)}",
        )
        for s in found.shown
    ]  # fmt: skip
    notes = [
        f"Each driver alone, all its periods together, moved by {percent}; all others as they are. "
        "Computed exactly, not from slopes. ↓ red: driver lower; ↑ blue: driver higher."
        if en
        else f"每次只变动一个驱动因素（其各期一起），幅度 {percent}，其余不变；数值为精确重算。↓ 红：调低；↑ 蓝：调高。"
    ]
    if any(s.clipped for s in found.shown):
        notes.append("†: moved to the end of its declared range only." if en else "†：只变动到其声明范围的端点。")
    if found.left_out:
        notes.append(("Not drawn: " if en else "未画出：") + "; ".join(found.left_out))
    heading = Heading(f"{found.label} [{found.unit}], {percent}", _under(workspace, asked), notes, asked.lingua)
    axis = f"{short(found.value, asked.lingua)} {found.unit}"
    return bars(heading, about(workspace), found.value, axis, rows).encode()


def exposure_bars(workspace: Workspace, asked: Asked) -> bytes:
    """Return the money of the companies that a driver reaches, per +1 % of it, as SVG, in one currency."""
    from bullwhip.export.bars import bars
    from bullwhip.export.picture import Heading
    from bullwhip.workspace.swinging import exposed

    found = exposed(workspace, asked.drivers, asked.period, asked.lingua)
    en = asked.lingua == "en"
    title = f"{found.label} +1 % [{found.unit}]"
    notes = [
        "One bar a company and market: money per +1 % of the driver, share times response; dashed: a printed range or "
        "bound. The same money can pass several tiers: bars are not to be added up."
        if en
        else "每条为一家公司在一个市场：驱动因素 +1 % 对应的金额（份额乘响应）；虚线：印出的是区间或界限。"
        "同一笔钱可经过多个环节，不可相加。"
    ]
    if found.left_out:
        notes.append(("Not drawn: " if en else "未画出：") + "; ".join(found.left_out))
    heading = Heading(title, _under(workspace, asked), notes, asked.lingua)
    return bars(heading, about(workspace), Fraction(0), "0", found.rows).encode()


def png(workspace: Workspace, asked: Asked) -> bytes:
    """Return one of the pictures as PNG."""
    from bullwhip.export.raster import to_png

    return to_png(_picture(workspace, asked), about(workspace))


def pdf(workspace: Workspace, asked: Asked) -> bytes:
    """Return one of the pictures as PDF."""
    from bullwhip.export.raster import to_pdf

    return to_pdf(_picture(workspace, asked), about(workspace))


def _picture(workspace: Workspace, asked: Asked) -> str:
    """Return the picture that is asked for as SVG, having checked that it takes what is asked."""
    from bullwhip.workspace.exporting import check
    from bullwhip.workspace.formats import FORMATS, PICTURES

    name = PICTURES[asked.picture or "map"]
    alone = replace(asked, picture="")
    check(workspace, name, FORMATS[name], alone)
    draw = {"svg": chain_map, "sankey": sankey, "tornado": tornado, "bars": exposure_bars}[name]
    return draw(workspace, alone).decode()


def _under(workspace: Workspace, asked: Asked) -> str:
    """Return the line under a title: period and scenario."""
    period = asked.period if asked.period is not None else workspace.program.header.default_period
    scenario = "; ".join((workspace.scenario_id, *workspace.values))
    return f"{period}, scenario {scenario}" if asked.lingua == "en" else f"{period} 年，情景 {scenario}"


def _subtitle(workspace: Workspace, period: int, language: str) -> str:
    code: Language = "zh" if language == "zh" else "en"
    named = [f"{d.publisher.text(code)} {d.published}" for d in workspace.program.documents]
    if code == "zh":
        return f"{period} 年，情景 {workspace.scenario_id}" + f"；份额据：{'、'.join(named)}" * bool(named)
    return f"{period}, scenario {workspace.scenario_id}" + f"; shares as printed by {', '.join(named)}" * bool(named)
