"""Writers of pictures: the chain map, charts of one quantity, and the same as PNG and PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bullwhip.model.label import Language
from bullwhip.workspace.describing import about, tier_figures

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace
    from bullwhip.workspace.formats import Asked

__all__ = ["chain_map"]


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
    return chain_map(program.chain, language, title, subtitle, values, said, estimates).encode()


def _subtitle(workspace: Workspace, period: int, language: str) -> str:
    code: Language = "zh" if language == "zh" else "en"
    named = [f"{d.publisher.text(code)} {d.published}" for d in workspace.program.documents]
    if code == "zh":
        return f"{period} 年，情景 {workspace.scenario_id}" + f"；份额据：{'、'.join(named)}" * bool(named)
    return f"{period}, scenario {workspace.scenario_id}" + f"; shares as printed by {', '.join(named)}" * bool(named)
