"""`bullwhip exposure`: which companies a driver reaches and by how much, and which drivers reach a company."""

from __future__ import annotations

import sys
from typing import Any

import click

from bullwhip.cli import exposure_lines as lines
from bullwhip.cli.options import computing, period_option
from bullwhip.cli.output import aligned, note, say, table, write_json
from bullwhip.errors import Problem, UsageError
from bullwhip.export.tables import to_json_line, to_tsv
from bullwhip.model.answer import Exposure
from bullwhip.model.exposure import CompanyExposure
from bullwhip.workspace import Workspace
from bullwhip.workspace.plain import stamped


@click.command("exposure", short_help="Rank the companies that a driver reaches.")
@click.option("--driver", default="", metavar="ID", help="The driver; with [dim=value] to move only part of it.")
@click.option("--company", default="", metavar="ID", help="The company: rank the drivers that reach it.")
@period_option
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Show only the N most exposed.")
@click.option("--by", default="elasticity", metavar="RANKING", help="What ranks: elasticity, value, weight or reach.")
@click.option(
    "--at", "chosen", multiple=True, metavar="DIM=MEMBER", help="Read alternatives at this member, e.g. chip=h100_sxm."
)
@click.option("--totals", is_flag=True, help="Show the sum of each company over its tiers, or of each driver.")
@click.option("--paths", type=click.IntRange(0, 100), default=0, metavar="K", help="Show the K strongest paths.")
@click.option("--contributions", is_flag=True, help="Show what each edge carries, and what each document decides.")
@click.option(
    "--all", "every", is_flag=True,
    help="Write the whole table, a line a row: all drivers, periods and scenarios that are not named.",
)  # fmt: skip
@computing
@click.pass_context
def command(
    context: click.Context,
    /,
    workspace: Workspace,
    driver: str,
    company: str,
    period: int | None,
    every: bool,
    totals: bool,
    as_json: bool,
    chosen: tuple[str, ...],
    **asked: Any,
) -> None:
    """Rank the companies that a driver reaches, or the drivers that reach a company, most exposed first.

    The elasticity is the change in percent of the quantity that sizes the company's tier, per percent of the driver.
    The value is money per +1 % of the driver: the company's printed share of that quantity times its change. An empty
    cell is unknown, never zero.
    """
    asked["chosen"] = dict(_pair(c) for c in chosen)
    if every:
        _refuse_with_all(context)
        named = context.get_parameter_source("scenario") is not click.core.ParameterSource.DEFAULT
        _every(workspace, driver, company, period, named, as_json, asked)
        return
    if bool(driver) == bool(company):
        found = "Missing option '--driver' or '--company'" if not driver else "--driver and --company name two answers"
        raise UsageError(Problem("BW002", found, hint="name one of them, or write the whole table with --all"))
    answer = (
        workspace.company_exposure(company, period, **asked) if company else workspace.exposure(driver, period, **asked)
    )
    if as_json:
        write_json(stamped(workspace, answer))
        return
    _show(answer, driver, totals)


def _refuse_with_all(context: click.Context) -> None:
    """Refuse what the whole table does not heed, rather than write it as if nothing had been asked."""
    names = ("top", "by", "totals", "paths", "contributions")
    given = [n for n in names if context.get_parameter_source(n) is not click.core.ParameterSource.DEFAULT]
    if given:
        message = f"--all and --{given[0]} exclude each other"
        raise UsageError(Problem("BW002", message, hint="name a --driver or a --company instead of --all"))


def _show(answer: Exposure | CompanyExposure, driver: str, totals: bool) -> None:
    of_company, short = isinstance(answer, CompanyExposure), aligned()
    if totals:
        table(lines.SUMS, [lines.sum_cells(t, of_company=of_company) for t in answer.totals])
    else:
        shown = lines.columns(answer.rows, of_company=of_company, short=short)
        table(shown, [lines.row_cells(r, shown, short=short) for r in answer.rows])
    if short and not totals:
        for line in lines.legend(answer.rows):
            say(line)
    told = lines.carrying_lines(answer.rows, answer.period, of_company=of_company)
    for line in told if short else ():
        say(line)
    name = answer.company if isinstance(answer, CompanyExposure) else driver
    if not answer.rows:
        note(f"no driver reaches {name} in {answer.period}" if of_company else
             f"no company is reached by {name} in {answer.period}")  # fmt: skip
    at = f" in {answer.period}" if answer.period else ""
    note(f"exposure {'of' if of_company else 'to'} {name}{at}, scenario {answer.scenario}; empty is unknown")
    if told and not short:
        note("paths and contributions are shown on a terminal and written by --json")
    for text in answer.notes:
        note(text)


def _every(
    workspace: Workspace,
    driver: str,
    company: str,
    period: int | None,
    named: bool,
    as_json: bool,
    asked: dict[str, Any],
) -> None:
    """Write a line for every row: tab-separated with a heading, or a JSON object each."""
    from bullwhip.workspace.ranking import Asked, every_exposure

    scenarios = [workspace.scenario_id] if named else ["base", *workspace.program.scenarios]
    periods = [] if period is None else [period]
    answers = every_exposure(workspace, periods, scenarios, Asked(**asked), driver=driver, company=company)
    out = sys.stdout
    if not as_json:
        out.write(to_tsv(lines.EVERY, []))
    for answer in answers:
        if as_json:
            head = {"scenario": answer.scenario, "period": answer.period}
            out.writelines(to_json_line(head | r.as_dict()) for r in answer.rows)
        else:
            cells = [lines.every_cells(answer.scenario, answer.period, r) for r in answer.rows]
            out.write(to_tsv(lines.EVERY, cells).partition("\n")[2])


def _pair(text: str) -> tuple[str, str]:
    dimension, equals, member = text.partition("=")
    if not equals or not dimension or not member:
        raise UsageError(Problem("BW002", f"{text!r} is not of the form DIM=MEMBER", hint="e.g. --at chip=h100_sxm"))
    return dimension, member
