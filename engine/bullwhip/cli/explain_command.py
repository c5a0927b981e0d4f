"""`bullwhip explain`: why a quantity is what it is, and why a fact holds or does not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import click

from bullwhip.cli.kink_lines import first_kinks, kink_lines
from bullwhip.cli.options import computing, period_option
from bullwhip.cli.output import as_printed, say, say_folded, write_json
from bullwhip.errors import Problem, UsageError
from bullwhip.model.label import Language
from bullwhip.numbers import decimal_text
from bullwhip.workspace import Workspace

_INDENT = 14
"""Where the texts begin, behind their titles."""


def _names(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete what can be explained: relations, properties and classes of the rules, and quantities."""
    from bullwhip.workspace.proving import fact_names

    workspace = Workspace.open(context.find_root().params.get("workspace"))
    names = [f"{name}(" for name in fact_names(workspace)] + sorted(workspace.program.quantities)
    return [name for name in names if name.startswith(incomplete)]


@click.command("explain", short_help="Show why a quantity is what it is, or why a fact holds.")
@click.argument("name", metavar="ID|FACT", shell_complete=_names)
@click.option("--driver", default="", metavar="ID", help="Show the path from this driver and the sensitivity to it.")
@click.option("--latex", is_flag=True, help="Write only the closed form as LaTeX.")
@click.option("--proofs", type=click.IntRange(1, 100), metavar="N", help="Of a fact: up to N different proofs.")
@click.option("--prov", "as_prov", is_flag=True, help="Of a fact: write its proofs as PROV-O, in Turtle.")
@click.option(
    "--language", type=click.Choice(("zh", "en")), help="Of a fact: language of the sentences; en when absent."
)
@period_option
@computing
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    name: str,
    driver: str,
    latex: bool,
    proofs: int | None,
    as_prov: bool,
    language: Language | None,
    period: int | None,
    as_json: bool,
) -> None:
    """Show why ID is what it is: rule, closed form, path, sensitivities, and the print each input rests on.

    FACT is what inference rules derive or the graph states, such as 'bw:competesWith(company:a, company:b)': shown is
    its proof down to the prints, or what is missing where it does not hold (exit code 1). With variables, as in
    'bw:suppliesTo(company:a, ?x)', all facts that fit are listed. Where only one thing has an id, its prefix may be
    left out.
    """
    from bullwhip.workspace.proving import is_fact

    of_fact = {"--proofs": proofs, "--prov": as_prov, "--language": language}
    of_quantity = {"--driver": driver, "--latex": latex, "--period": period}
    wrong = [option for option, given in (of_quantity if is_fact(name) else of_fact).items() if given]
    if wrong:
        what = "a fact" if is_fact(name) else "a quantity"
        hint = "a fact has its arguments in parentheses: bw:suppliesTo(company:a, company:b)"
        raise UsageError(Problem("BW514", f"{wrong[0]} does not apply to {what}", hint="" if is_fact(name) else hint))
    if is_fact(name):
        from bullwhip.cli.proof_lines import show_answer

        found = workspace.explain_fact(name, proofs=proofs or 1)
        if as_prov and not found.proofs:
            raise UsageError(
                Problem("BW514", "--prov needs one fact that holds", hint="leave it out to see what is missing")
            )
        context.exit(show_answer(found, language or "en", as_json=as_json, as_prov=as_prov))
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
