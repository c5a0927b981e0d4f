"""`bullwhip explain`: why a quantity is what it is."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import click

from bullwhip.cli.kink_lines import first_kinks, kink_lines
from bullwhip.cli.options import computing, period_option
from bullwhip.cli.output import as_printed, say, say_folded, write_json
from bullwhip.numbers import decimal_text
from bullwhip.workspace import Workspace

_INDENT = 14
"""Where the texts begin, behind their titles."""


@click.command("explain", short_help="Show closed form, path, sensitivities and sources of a quantity.")
@click.argument("name", metavar="ID")
@click.option("--driver", default="", metavar="ID", help="Show the path from this driver and the sensitivity to it.")
@click.option("--latex", is_flag=True, help="Write only the closed form as LaTeX.")
@period_option
@computing
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    name: str,
    driver: str,
    latex: bool,
    period: int | None,
    as_json: bool,
) -> None:
    """Show why ID is what it is: rule, closed form, path, sensitivities, and the print each input rests on."""
    answers = workspace.explain(name, driver, period)
    if as_json:
        write_json(answers[0] if len(answers) == 1 else answers)
        return
    for number, answer in enumerate(answers):
        if latex:
            say(answer["latex"] or "")
            continue
        if number:
            say("")
        heading, *lines = _lines(answer, every=bool(driver))
        say(heading)
        for line in lines:  # a formula stays on one line, to be copied
            say(line) if line.startswith("  closed form") else say_folded(line, _INDENT)


def _lines(a: dict[str, Any], *, every: bool) -> list[str]:
    index = ",".join(f"{d}={m}" for d, m in a["index"].items())
    name = a["quantity"] + (f"[{index}]" if index else "")
    at = f" in {a['period']}" if a["period"] else ""
    label = " · ".join(x for x in (a["label_en"], a["label_zh"]) if x)
    lines = [f"{name}{at}: {label}" if label else f"{name}{at}"]
    lines.append(f"  value       {_value(a)}")
    if a["rule"]:
        lines.append(f"  rule        {a['rule']}")
        lines.append(
            f"              {a['rule_file']}, after {a['rule_source']}"
            if a["rule_source"]
            else f"              {a['rule_file']}"
        )
    if a["note"]:
        lines.append(f"  note        {a['note']}")
    for v in a["variants"]:
        lines.append(f"  otherwise   {v['quantity']} = {v['rule']}  with --scenario {v['scenario']}")
        if v["note"] and v["quantity"] != a["quantity"]:
            lines.append(f"              {v['note']}")
    form = a["closed_form"].splitlines()
    lines += [f"  {'closed form' if k == 0 else '':<11} {line}" for k, line in enumerate(form)]
    path = a["path"]
    lines += [f"  {'path' if k == 0 else '':<11} {_step(s)}" for k, s in enumerate(path)]
    # of a driver that was asked for a zero is told, too
    moving = [s for s in a["sensitivities"] if every or s["elasticity"] != 0 or s["derivative"] != 0]
    lines += [f"  {'elasticity' if k == 0 else '':<11} {_sensitivity(s)}" for k, s in enumerate(moving)]
    for found in first_kinks([kink_lines(kink) for kink in a["kinks"]]):
        lines += [f"  {'kink' if k == 0 else '':<11} {line}" for k, line in enumerate(found)]
    lines += [f"  {'inputs' if k == 0 else '':<11} {_source(s)}" for k, s in enumerate(a["sources"])]
    lines += [f"  {'printed' if k == 0 else '':<11} {_printed(p)}" for k, p in enumerate(a["printed"])]
    return lines


def _value(a: dict[str, Any]) -> str:
    if a["value"] is None:
        return f"unknown; no value for {', '.join(a['missing'])}"
    exact = f"  (exactly {a['exact']})" if a["exact"] and len(a["exact"]) <= 40 else ""
    return f"{decimal_text(Fraction(a['exact'] or a['value']), 10)} {a['unit']}{exact}"


def _step(s: dict[str, Any]) -> str:
    edge = f"  [{s['edge']['from']} → {s['edge']['to']}]" if s["edge"] else ""
    return f"{s['from']} → {s['to']}{edge}"


def _sensitivity(s: dict[str, Any]) -> str:
    index = ",".join(m for m in s["driver_index"].values())
    name = s["driver"] + (f"[{index}]" if index else "")
    value = (
        "unknown" if s["elasticity"] is None else decimal_text(Fraction(s["elasticity_exact"] or s["elasticity"]), 6)
    )
    return f"{value} to {name}"


def _source(s: dict[str, Any]) -> str:
    if s["kind"] != "claim":
        return f"{s['cell']} ← {s['kind']}: {s['note']}"
    where = ", ".join(p for p in (s["report"], s["locator"], s["row"], s["column"]) if p)
    disputed = f"; disputed by {'; '.join(s['disputed_by'])}" if s["disputed_by"] else ""
    return f"{s['cell']} ← {_figure(s)}  ({where}; {s['status']}, {s['as_of']}){disputed}"


def _figure(s: dict[str, Any]) -> str:
    """Return the figure as printed, with its unit unless the print carries it."""
    unit = s["unit"] or ""
    figure = as_printed(s["bound"], s["lexical"])
    return figure if figure.endswith(unit) else f"{figure} {unit}"


def _printed(p: dict[str, Any]) -> str:
    where = ", ".join(x for x in (p["report"], p["locator"], p["row"], p["column"]) if x)
    return f"{_figure(p)}  ({where}; {p['status']})"
