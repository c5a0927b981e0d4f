"""Checks what scenarios say of uncertainty: inputs with distributions that can be, correlations that hold together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.amount import AmountError, read_amount
from bullwhip.model.claim import Index
from bullwhip.model.copula import NotDefiniteError, normal_factor
from bullwhip.model.quantity import Dimension, Quantity, index_text, parse_cell_name
from bullwhip.model.source import Node, ScalarNode
from bullwhip.model.uncertainty import Correlation, Varied, read_distribution, read_rank
from bullwhip.units import Unit, Vocabulary
from bullwhip.validate.form import Form
from bullwhip.validate.settings import Setting, check_cell

__all__ = ["Uncertainty", "check_uncertainty", "read_uncertainty"]

_Draw = tuple[str, Index, int | None]
"""A quantity at an index, and its period where one is named: what is drawn once, all periods moving as one."""


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """An `uncertainty:` block as written."""

    scenario: str
    inputs: tuple[tuple[Setting, ScalarNode], ...]
    correlations: tuple[tuple[str, str, str, Place], ...]
    """Two names, the rank correlation as text, and where."""


def read_uncertainty(node: Node, scenario: str, problems: list[Problem]) -> Uncertainty:
    """Return an `uncertainty:` block: `inputs:` with a distribution for each, and `correlations:` between two."""
    what = f"uncertainty of scenario {scenario!r}"
    form = Form(node, problems, what, "uncertainty")
    inputs = []
    written = form.mapping("inputs")
    for cell, value in written:
        if isinstance(value, ScalarNode):
            inputs.append((Setting(cell, value.value, written.keys[cell], value.place, scenario), value))
        else:
            message = f"the distribution of {cell} must be one text"
            problems.append(Problem("BW110", message, value.place, "e.g. 0.2..0.4, or triangular(0.2, 0.3, 0.5)"))
    correlations = []
    for item in form.items("correlations"):
        inner = Form(item, problems, f"correlation in {what}", "correlation")
        names = inner.texts("between")
        if inner.has("between") and len(names) != 2:
            inner.wrong("between", "a list of two inputs")
        elif len(names) == 2:
            place = inner.place("rank") if inner.has("rank") else item.place
            correlations.append((names[0], names[1], inner.text("rank"), place))
    return Uncertainty(scenario, tuple(inputs), tuple(correlations))


def check_uncertainty(
    block: Uncertainty,
    quantities: Mapping[str, Quantity],
    dimensions: Mapping[str, Dimension],
    periods: tuple[int, ...],
    units: Mapping[str, Unit],
    vocabulary: Vocabulary,
    problems: list[Problem],
) -> tuple[tuple[Varied, ...], tuple[Correlation, ...]]:
    """Return the distributions and correlations that hold up; report what does not."""
    kept: list[Varied] = []
    draws: dict[_Draw, str] = {}
    before = len(problems)
    for setting, node in block.inputs:
        quantity, wrong = check_cell(setting, quantities, dimensions, periods)
        if quantity is not None and not wrong:
            wrong = _distribution(setting, node, quantity, units, vocabulary) or _twice(
                setting, quantity, dimensions, draws
            )
        problems += wrong
        if not wrong:
            kept.append(Varied(setting.cell, setting.amount.strip(), str(setting.amount_place)))
    if len(problems) > before:
        return tuple(kept), ()  # a correlation with an input that was refused would only be told a second time
    return tuple(kept), _correlations(block, quantities, dimensions, list(draws), problems)


def _distribution(
    setting: Setting, node: ScalarNode, quantity: Quantity, units: Mapping[str, Unit], vocabulary: Vocabulary
) -> list[Problem]:
    own = units.get(quantity.id)
    if own is None:
        return []  # a unit that could not be read has been reported where it is declared

    def amount(text: str) -> Fraction:
        return read_amount(text, quantity, own, vocabulary)

    def spread(text: str) -> Fraction:
        return read_amount(text, quantity, own, vocabulary, ranged=False)

    try:
        read_distribution(node.value, amount, spread, (quantity.low, quantity.high))
    except AmountError as error:
        place = node.locate(error.start, error.start + (error.length or len(node.value)))
        return [Problem(error.code, f"in {setting.cell}: {error}", place, error.hint)]
    return []


def _indices(quantity: Quantity, pairs: Mapping[str, str], dimensions: Mapping[str, Dimension]) -> list[Index]:
    every = quantity.where or tuple(
        tuple(zip(quantity.dimensions, members, strict=True))
        for members in product(*(dimensions[d].members for d in quantity.dimensions))
    )
    return [i for i in every if all(pairs.get(d, m) == m for d, m in i)]


def _period(pairs: Mapping[str, str]) -> int | None:
    return int(pairs["period"]) if pairs.get("period", "").isdecimal() else None


def _twice(
    setting: Setting, quantity: Quantity, dimensions: Mapping[str, Dimension], draws: dict[_Draw, str]
) -> list[Problem]:
    """Note what a setting draws; report a cell that is drawn already."""
    pairs = dict(parse_cell_name(setting.cell)[1])
    period = _period(pairs)
    for index in _indices(quantity, pairs, dimensions):
        for (name, at, other), cell in draws.items():
            if (name, at) == (quantity.id, index) and (period == other or None in (period, other)):
                message = f"{index_text(quantity.id, index)} varies twice"
                return [Problem("BW202", message, setting.cell_place, f"also by {cell}; keep one of them")]
        draws[quantity.id, index, period] = setting.cell
    return []


def _correlations(
    block: Uncertainty,
    quantities: Mapping[str, Quantity],
    dimensions: Mapping[str, Dimension],
    draws: list[_Draw],
    problems: list[Problem],
) -> tuple[Correlation, ...]:
    kept: list[Correlation] = []
    ranks: dict[tuple[int, int], tuple[float, Place]] = {}
    for one, other, text, place in block.correlations:
        pair = [_draw(name, quantities, dimensions, draws, place, problems) for name in (one, other)]
        if pair[0] is None or pair[1] is None:
            continue
        if pair[0] == pair[1]:
            problems.append(Problem("BW431", f"{one} and {other} are the same input", place, "name two inputs"))
            continue
        try:
            rank = read_rank(text)
        except AmountError as error:
            problems.append(Problem(error.code, str(error), place, error.hint))
            continue
        key = (min(pair[0], pair[1]), max(pair[0], pair[1]))
        if key in ranks:
            problems.append(Problem("BW202", f"{one} and {other} are correlated twice", place, "keep one of them"))
            continue
        ranks[key] = (float(rank), place)
        kept.append(Correlation(one, other, rank, str(place)))
    try:
        normal_factor(len(draws), {key: rank for key, (rank, _) in ranks.items()})
    except NotDefiniteError as error:
        names = " and ".join(index_text(*draws[k]) for k in error.pair)
        hint = "weaken the correlations"
        if error.low is not None and error.high is not None:
            hint = f"beside the others it lies between {error.low:.3f} and {error.high:.3f}"
        message = f"the rank correlation of {names} contradicts the others"
        problems.append(Problem("BW432", message, ranks[error.pair][1], hint))
    return tuple(kept)


def _draw(
    name: str,
    quantities: Mapping[str, Quantity],
    dimensions: Mapping[str, Dimension],
    draws: list[_Draw],
    place: Place,
    problems: list[Problem],
) -> int | None:
    """Return the number of the one input that a name in a correlation means."""
    try:
        identifier, pairs = parse_cell_name(name)
    except ValueError as error:
        problems.append(Problem("BW110", f"{name!r}: {error}", place))
        return None
    quantity = quantities.get(identifier)
    wanted = [] if quantity is None else _indices(quantity, dict(pairs), dimensions)
    at = _period(dict(pairs))
    met = [
        k for k, (q, index, period) in enumerate(draws)
        if q == identifier and index in wanted and (period == at or None in (period, at))
    ]  # fmt: skip
    if len(met) == 1:
        return met[0]
    listed = [index_text(*draws[k]) for k in met] or [index_text(*d) for d in draws]
    hint = f"inputs that vary: {', '.join(listed[:8])}"
    if not met:
        message, hint = f"{name!r} does not vary", did_you_mean(name, listed) or hint
    else:
        message = f"{name!r} is {len(met)} inputs"
    problems.append(Problem("BW431", message, place, hint))
    return None
