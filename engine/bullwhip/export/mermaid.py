"""The tiers of the chain as Mermaid text: companies would be too many for it to stay legible."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bullwhip.export.escape import clean_text
from bullwhip.export.map_content import MapLanguage, label_lines
from bullwhip.model.chain import Chain

__all__ = ["mermaid_quoted", "to_mermaid"]

_PLAIN = re.compile(r"[0-9A-Za-z \u00c0-\u024f\u0400-\u04ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af，。、（）·-]")


def mermaid_quoted(*lines: str) -> str:
    """Return texts as a quoted label, one line of it each.

    Whatever is not a letter, digit, space or plain mark is written as the number of its character, which Mermaid turns
    back into the character after it has read the diagram and made its markup safe.

    >>> mermaid_quoted('HBM "3e"', "<b>")
    '"HBM #34;3e#34;<br/>#60;b#62;"'
    """
    return '"' + "<br/>".join("".join(map(_character, clean_text(line))) for line in lines) + '"'


def _character(character: str) -> str:
    return character if _PLAIN.fullmatch(character) else f"#{ord(character)};"


def to_mermaid(chain: Chain, language: MapLanguage, comments: Iterable[str] = ()) -> str:
    """Return the tiers and the direction of supply as a flow chart from left to right.

    Args:
        chain: tiers and edges.
        language: of labels.
        comments: lines that stand before the chart.

    >>> from bullwhip.model.chain import Edge, Tier
    >>> from bullwhip.model.label import Label
    >>> tiers = (Tier("hbm", Label("HBM"), 2), Tier("chip", Label("AI 芯片"), 3))
    >>> print(to_mermaid(Chain(tiers, (Edge("hbm", "chip"),), (), (), ()), "zh"), end="")
    flowchart LR
      t0["HBM"]
      t1["AI 芯片"]
      t0 --> t1
    """
    tiers = tuple({t.id: t for t in chain.tiers}.values())
    numbers = {tier.id: f"t{number}" for number, tier in enumerate(tiers)}
    lines = [f"%% {_comment(line)}" for line in comments] + ["flowchart LR"]
    for tier in tiers:
        label = mermaid_quoted(*label_lines(tier.label, tier.id, language))
        lines.append(f"  {numbers[tier.id]}" + (f"([{label}])" if tier.demand else f"[{label}]"))
    for edge in dict.fromkeys((e.source, e.target, e.pulls) for e in chain.edges):
        source, target, pulls = edge
        if source in numbers and target in numbers:
            lines.append(f"  {numbers[source]} {'-.->' if pulls else '-->'} {numbers[target]}")
    return "\n".join(lines) + "\n"


def _comment(line: str) -> str:
    """Return a comment; one with braces could be read as a directive."""
    return clean_text(line).replace("{", "(").replace("}", ")").replace("%%", "% %")
