"""Writers of pictures: the chain map, charts of one quantity, and the same as PNG and PDF."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from bullwhip.numbers import decimal_text
from bullwhip.workspace.describing import about

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
    documents = ", ".join(f"{d.publisher.text('en')} {d.published}" for d in program.documents)
    subtitle = f"{at}, scenario {workspace.scenario_id}; shares as printed by {documents}"
    values = _values(workspace, at, language)
    return chain_map(program.chain, language, title, subtitle, values, said).encode()


def _values(workspace: Workspace, period: int, language: str) -> dict[str, str]:
    """Return a short figure for each tier: the primary quantity that sizes it, where its value is known."""
    shown: dict[str, str] = {}
    program = workspace.program
    for position, cell in enumerate(program.cells):
        quantity = program.quantities[cell.quantity]
        if not quantity.primary or quantity.tier in shown or cell.period not in (None, period):
            continue
        value = workspace.evaluation.value(position)
        if value is not None:
            members = f" ({', '.join(m for _, m in cell.index)})" if cell.index else ""
            shown[quantity.tier] = f"{short(value, language)} {quantity.unit}{members}"
    return shown


def short(value: Fraction, language: str) -> str:
    """Return a figure of four digits with the scale that readers of the language expect.

    >>> short(Fraction(160_125_588_697), "en"), short(Fraction(160_125_588_697), "zh"), short(Fraction(35), "en")
    ('160.1 bn', '1,601 亿', '35')
    """
    scales = ((10**8, " 亿"), (10**4, " 万")) if language == "zh" else ((10**9, " bn"), (10**6, " m"))
    for size, word in scales:
        if abs(value) >= size:
            return decimal_text(value / size, 4) + word
    return decimal_text(value, 4)
