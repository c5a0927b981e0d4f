"""`bullwhip simulate`: the distribution of quantities when inputs vary."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import Any

import click

from bullwhip.cli.options import computing, period_option
from bullwhip.cli.output import Column, note, say, table, write_json
from bullwhip.cli.progress import progress_bar
from bullwhip.model.quantity import index_text
from bullwhip.model.simulation import PERCENTS, Part, Simulated, Simulation
from bullwhip.numbers import decimal_text
from bullwhip.workspace import Workspace

_OUTPUTS = (
    Column("quantity", "quantity", False),
    Column("period", "period", True),
    Column("value", "value", True),
    Column("mean", "mean", True),
    Column("deviation", "sd", True),
    Column("p5", "5 %", True),
    Column("p50", "50 %", True),
    Column("p95", "95 %", True),
    Column("low", "least", True),
    Column("high", "greatest", True),
    Column("kind", "ends", False),
    Column("unit", "unit", False),
    Column("invalid", "invalid", True),
)
_PART = (Column("output", "output", False), Column("input", "input", False))
_TORNADO = (Column("at_p10", "at 10 %", True), Column("at_p90", "at 90 %", True))
_SHARE = (Column("share", "share near value", True),)
_SOBOL = (
    Column("first", "first order", True),
    Column("first_error", "±", True),
    Column("total", "total", True),
    Column("total_error", "±", True),
)

_FEW, _DOMINANT = 100, 0.2
"""Samples from which one alone should not make so large a part of the variance."""


@click.command("simulate", short_help="Show the distribution of quantities when inputs vary.")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@click.option("--samples", type=click.IntRange(1, 10**12), default=10_000, show_default=True, help="How many.")
@click.option(
    "--seed", type=click.IntRange(0, 2**64 - 1), default=1, show_default=True, help="The same seed, the same answer."
)
@click.option(
    "--vary",
    "vary",
    multiple=True,
    metavar="ID[…]=DISTRIBUTION",
    help="LOW..HIGH, ±10%, normal(MEAN, SD), triangular(LOW, MODE, HIGH), lognormal(MEDIAN, SIGMA) or "
    "discrete(A, B, …), numbers with units; repeatable, on top of the scenario's. Periods move as one, members do not.",
)
@click.option(
    "--printed", is_flag=True, help="Vary every other input as its print allows: range, rounding, rival claims."
)
@click.option(
    "--correlate", "correlate", multiple=True, metavar="A,B=NUMBER", help="Rank correlation of two inputs; repeatable."
)
@click.option("--tornado", is_flag=True, help="Show each input alone at its 10th and 90th percentile.")
@click.option("--sobol", is_flag=True, help="Show first-order and total Sobol indices.")
@click.option(
    "--backend",
    type=click.Choice(("auto", "numpy", "fast")),
    default="auto",
    show_default=True,
    help="What evaluates: NumPy, or compiled code (bullwhip[fast]).",
)
@click.option(
    "--executor",
    default="threads",
    show_default=True,
    metavar="NAME",
    help="threads, processes, serial, or dask://HOST:PORT (bullwhip[cluster]).",
)
@click.option(
    "--workers", type=click.IntRange(1, 4096), help="How many threads or processes; all processors when absent."
)
@period_option
@computing
@click.pass_context
def command(
    context: click.Context,
    /,
    workspace: Workspace,
    names: tuple[str, ...],
    period: int | None,
    as_json: bool,
    **request: Any,
) -> None:
    """Show how each ID is distributed when inputs vary as --vary, the scenario or the prints say.

    Least and greatest are exact where every derivative keeps its sign between the ends of all inputs; elsewhere they
    are those of the samples, beside an outer bound. The same seed gives the same answer with any number of workers.
    """
    from bullwhip.sweep.executors import Interrupted

    try:
        with progress_bar("samples") as tell:
            answer = workspace.simulate(names, period, progress=tell, **request)
    except Interrupted as done:
        note(f"interrupted: {done}; nothing is shown of them")
        context.exit(130)
    if as_json:
        write_json(answer.as_dict())
        return
    table(_OUTPUTS, [_row(o) for o in answer.outputs])
    if request["tornado"] or request["sobol"]:
        say("")
        _say_parts(answer, tornado=request["tornado"], sobol=request["sobol"])
    say("")
    _say_inputs(answer)
    _notes(answer)


def _row(o: Simulated) -> list[str]:
    low, high, kind = o.low, o.high, o.range_kind
    if kind != "exact" and o.least is not None:
        low, high, kind = o.least, o.greatest, "samples"
    shown = dict(zip(PERCENTS, o.percentiles, strict=False))
    value = "unknown" if o.value is None else decimal_text(o.value, 6)
    return [
        index_text(o.quantity, o.index), str(o.period or ""), value, _number(o.mean), _number(o.deviation),
        *(_number(shown.get(p)) for p in (5, 50, 95)), _number(low), _number(high), kind, o.unit,
        f"{sum(n for _, n in o.invalid):,}" if o.invalid else "",
    ]  # fmt: skip


def _say_parts(answer: Simulation, *, tornado: bool, sobol: bool) -> None:
    """Show what each input does to each output, the one that does most first."""
    columns = (*_PART, *(_TORNADO if tornado else ()), *_SHARE, *(_SOBOL if sobol else ()))
    rows = []
    for o in answer.outputs:
        for p in sorted(o.parts, key=_weight):
            row = [index_text(o.quantity, o.index, o.period), p.name]
            row += [_number(p.at_low), _number(p.at_high)] if tornado else []
            row.append(_percent(p.share))
            row += [_index(x) for x in (p.first, p.first_error, p.total, p.total_error)] if sobol else []
            rows.append(row)
    table(columns, rows)


def _weight(part: Part) -> tuple[float | Fraction, ...]:
    swing = None if part.at_low is None or part.at_high is None else abs(part.at_high - part.at_low)
    return -(part.total or 0.0), -(swing or 0), -(part.share or 0)


def _say_inputs(answer: Simulation) -> None:
    for i in answer.inputs:
        unit = "" if i.unit == "1" else f" {i.unit}"
        moved = f", {len(i.cells)} cells as one" if len(i.cells) > 1 else ""
        source = f"; {i.note}" if i.note else ""
        say(f"  {i.name} = {' | '.join(i.distributions)}{unit}  ({i.origin}{moved}{source})")
    for one, other, rank in answer.correlations:
        say(f"  {one} ~ {other}: rank correlation {decimal_text(rank, 6)}")


def _part_of_one(o: Simulated) -> float:
    """Return the part of the variance that the farthest sample makes; a divisor drawn near zero makes nearly all."""
    if o.count < _FEW or not o.deviation or o.mean is None or o.least is None or o.greatest is None:
        return 0.0
    return max((e - o.mean) / o.deviation for e in (o.greatest, 2 * o.mean - o.least)) ** 2 / o.count


def _notes(answer: Simulation) -> None:
    note(f"{answer.samples:,} samples, seed {answer.seed}, scenario {answer.scenario}")
    if all(o.missing for o in answer.outputs):
        note("nothing was simulated")
    worst = max((o.percentile_error for o in answer.outputs), default=0.0)
    note("percentiles are exact" if worst == 0 else f"percentiles are within {worst:.2g} of themselves")
    for o in answer.outputs:
        name = index_text(o.quantity, o.index, o.period)
        for reason, count in o.invalid:
            note(f"{name}: {count:,} of {answer.samples:,} samples have no value: {reason}")
        if o.sobol_invalid:
            note(f"{name}: {o.sobol_invalid:,} of {answer.sobol_rows:,} rows have a sample without value and no index")
        if o.range_kind == "outer" and o.count and any(e is not None and isfinite(e) for e in (o.low, o.high)):
            note(f"{name}: no sample lies outside {_number(o.low)} … {_number(o.high)}")
        part = _part_of_one(o)
        if part > _DOMINANT:
            note(f"{name}: one sample makes {100 * part:.0f} % of the variance; mean and sd may not exist")
        if o.missing:
            note(f"{name} is unknown because of {', '.join(o.missing)}")
    if answer.sobol_rows:
        note(f"Sobol indices from {answer.sobol_rows:,} rows of {len(answer.inputs) + 2} samples, ± is 95 %")
    for n in answer.not_varied:
        note(f"not varied: {n.name}: {n.reason}")


def _number(value: float | Fraction | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        if not isfinite(value):
            return "∞" if value > 0 else "-∞"
        value = Fraction(f"{value:.12g}")
    return decimal_text(value, 6)


def _percent(value: Fraction | None) -> str:
    return "" if value is None else f"{decimal_text(value * 100, 3)} %"


def _index(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
