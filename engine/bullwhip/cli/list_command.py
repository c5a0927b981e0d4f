"""`bullwhip list`: what the workspace holds."""

from __future__ import annotations

from typing import Any

import click

from bullwhip.cli.options import json_option, selecting
from bullwhip.cli.output import Column, table, write_json
from bullwhip.workspace import Workspace

_SHOWN = {
    "drivers": ("id", "label_zh", "label_en", "unit", "dimensions", "tier", "known"),
    "quantities": ("id", "kind", "label_zh", "label_en", "unit", "dimensions", "tier"),
    "rules": ("id", "label_zh", "unit", "expression", "source"),
    "companies": ("id", "label_zh", "label_en", "ticker", "tiers", "parent"),
    "products": ("id", "label_zh", "label_en", "company", "kind", "form", "variant_of", "tier", "claims"),
    "topics": ("id", "label_zh", "label_en", "broader", "tier", "claims"),
    "measures": ("id", "label_zh", "label_en", "units", "timed", "claims"),
    "relations": ("report", "from", "relation", "to", "coefficient", "unit", "period"),
    "inference": ("id", "arguments", "says_zh", "says_en", "rules"),
    "tiers": ("order", "id", "label_zh", "label_en", "demand"),
    "dimensions": ("id", "label_zh", "label_en", "members", "alternatives"),
    "reports": ("id", "label_zh", "publisher", "published", "claims"),
    "scenarios": ("id", "label_zh", "label_en", "set", "variants"),
    "queries": ("id", "label_zh", "label_en", "parameters"),
}


@click.command("list", short_help="List drivers, quantities, companies, products, tiers, reports, queries.")
@click.argument("kind", metavar="KIND")
@json_option
@selecting
@click.pass_context
def command(context: click.Context, workspace: Workspace, kind: str, as_json: bool) -> None:
    """List what there is of KIND.

    Kinds: drivers, quantities, rules, companies, products, topics, measures, relations, inference (what rules
    derive), tiers, dimensions, reports, scenarios, queries.
    """
    entries = workspace.list(kind)
    if as_json:
        write_json(entries)
        return
    shown = _SHOWN[kind]
    table(
        [Column(k, k, k in ("order", "known", "claims", "coefficient")) for k in shown],
        [[_text(e.get(k)) for k in shown] for e in entries],
    )


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{k}={v}" for k, v in value.items())
    return "yes" if value is True else str(value)
