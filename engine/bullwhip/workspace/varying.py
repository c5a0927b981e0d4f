"""From what a user, a scenario and the prints say to the things that vary: cells, distributions, correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.errors import Problem, UsageError
from bullwhip.model.amount import AmountError, read_amount
from bullwhip.model.claim import Claim
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import index_text
from bullwhip.model.simulation import NotVaried
from bullwhip.model.uncertainty import Distribution, read_distribution, read_rank
from bullwhip.propagate import Evaluation
from bullwhip.workspace.naming import Selection, settable, split_setting, vocabulary_of, wrong_amount

__all__ = [
    "Draw",
    "correlations_of",
    "draws_of",
    "printed_draws",
    "split_correlation",
    "without_range",
]

_FORM = "LOW..HIGH, ±10%, normal(MEAN, SD), triangular(LOW, MODE, HIGH), lognormal(MEDIAN, SIGMA) or discrete(A, B, …)"


@dataclass(frozen=True, slots=True)
class Draw:
    """One thing that varies: cells that move as one."""

    name: str
    cells: tuple[tuple[int, Distribution], ...]
    origin: str
    """vary, scenario or print."""
    note: str = ""

    def within(self, cone: frozenset[int]) -> Draw:
        """Return it with only the cells that matter."""
        return Draw(self.name, tuple(c for c in self.cells if c[0] in cone), self.origin, self.note)


def draws_of(evaluation: Evaluation, texts: Sequence[str], origin: str, notes: Sequence[str] = ()) -> list[Draw]:
    """Read `ID[dimension=member,…]=DISTRIBUTION` texts: one draw for each index, whose periods move as one.

    Raises:
        UsageError: BW001, BW002, BW205, BW206 or BW209 with a caret under what is wrong.
    """
    found: list[Draw] = []
    taken: dict[int, str] = {}
    for number, text in enumerate(texts):
        name, written, start = split_setting(text, _FORM)
        selection = settable(evaluation.program, name, text)
        distribution = _distribution(evaluation.program, selection, written, text, start)
        for draw in _by_index(evaluation, selection, distribution, text, notes[number] if notes else ""):
            for position, _ in draw.cells:
                if position in taken:
                    message = f"{evaluation.program.cells[position].name} varies twice"
                    hint = f"{taken[position]} and {text}: keep one"
                    raise UsageError(Problem("BW002", message, hint=hint))
                taken[position] = text
            found.append(Draw(draw.name, draw.cells, origin, draw.note))
    return found


def _distribution(program: CompiledProgram, selection: Selection, written: str, text: str, start: int) -> Distribution:
    quantity = selection.quantity
    vocabulary = vocabulary_of(program)
    own = vocabulary.parse(quantity.unit)

    def amount(part: str) -> Fraction:
        return read_amount(part, quantity, own, vocabulary)

    def spread(part: str) -> Fraction:
        return read_amount(part, quantity, own, vocabulary, ranged=False)

    try:
        return read_distribution(written, amount, spread, (quantity.low, quantity.high))
    except AmountError as error:
        raise wrong_amount(error, text, start, len(written)) from None


def _by_index(
    evaluation: Evaluation, selection: Selection, distribution: Distribution, text: str, note: str
) -> list[Draw]:
    program = evaluation.program
    groups: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for p in selection.positions:
        groups.setdefault(program.cells[p].index, []).append(p)
    found = []
    quantity = selection.quantity
    relative = distribution.kind == "relative"
    known = {i for i, at in groups.items() if relative and any(evaluation.value(p) is not None for p in at)}
    for index, positions in groups.items():
        cells = []
        for p in positions:
            value = evaluation.value(p) if relative else None
            if value is None and index in known:
                continue  # what rests on it is unknown, whatever varies
            if relative and not value:
                name = program.cells[p].name
                why = "has no value" if value is None else "is 0"
                hint = f"write {name}=LOW..HIGH"
                raise UsageError(Problem("BW002", f"{text}: {name} {why}, so there is no part of it", hint=hint))
            cells.append((p, distribution.around(value or Fraction(0), quantity.low, quantity.high)))
        period = program.cells[positions[0]].period if selection.period is not None else None
        found.append(Draw(index_text(quantity.id, index, period), tuple(cells), "", note))
    return found


def printed_draws(evaluation: Evaluation, inputs: Sequence[int]) -> tuple[list[Draw], list[NotVaried]]:
    """Return a draw for every input whose print allows more than one value, and why the others have none."""
    from bullwhip.workspace.printed_ranges import printed_distribution

    program = evaluation.program
    claims, ranges = {c.id: c for c in program.claims}, _ranges(program, inputs)
    draws, rest = [], []
    for p in inputs:
        name = program.cells[p].name
        if p in evaluation.overrides:
            rest.append(NotVaried(name, "set by hand or by the scenario"))
            continue
        found = printed_distribution(program, p, claims, ranges)
        if isinstance(found, str):
            rest.append(NotVaried(name, found))
        else:
            draws.append(Draw(name, ((p, found[0]),), "print", found[1]))
    return draws, rest


def _ranges(program: CompiledProgram, inputs: Sequence[int]) -> dict[int, Claim]:
    """Return for inputs without a value the one claim that prints a range of it; several say nothing certain."""
    wanted = {(program.cells[p].quantity, program.cells[p].index, program.cells[p].period): p for p in inputs}
    found: dict[int, list[Claim]] = {}
    for c in program.claims:
        key = (c.quantity, c.index, c.model_period)
        if c.quantity and c.value is None and (c.low is not None or c.high is not None) and key in wanted:
            found.setdefault(wanted[key], []).append(c)
    return {p: several[0] for p, several in found.items() if len(several) == 1}


def correlations_of(
    program: CompiledProgram, draws: Sequence[Draw], texts: Sequence[tuple[str, str, str, str]]
) -> dict[tuple[int, int], Fraction]:
    """Return the rank correlations by numbers of draws, the later text first where two are on one pair.

    Args:
        program: the compiled program.
        draws: what varies.
        texts: two names, the number as text, and the whole as written, for messages.

    Raises:
        UsageError: BW001 or BW002.
    """
    found: dict[tuple[int, int], Fraction] = {}
    for one, other, number, text in texts:
        pair = tuple(sorted((_draw(program, draws, one, text), _draw(program, draws, other, text))))
        if pair[0] == pair[1]:
            raise UsageError(Problem("BW002", f"{text}: both are {draws[pair[0]].name}", hint="name two inputs"))
        try:
            found[pair[0], pair[1]] = read_rank(number)
        except AmountError as error:
            raise UsageError(Problem("BW002", f"{text}: {error}", hint=error.hint)) from None
    return found


def split_correlation(text: str) -> tuple[str, str, str, str]:
    """Split `A,B=0.5` at the comma and the equals sign outside brackets.

    >>> split_correlation("a[x=1,y=2], b=0.5")
    ('a[x=1,y=2]', 'b', '0.5', 'a[x=1,y=2], b=0.5')
    """
    names, number, _ = split_setting(text, "")
    depth = 0
    for position, character in enumerate(names):
        depth += (character == "[") - (character == "]")
        if character == "," and depth == 0:
            return names[:position].strip(), names[position + 1 :].strip(), number, text
    raise UsageError(Problem("BW002", f"{text!r} names one input", hint="write A,B=0.5 with two inputs that vary"))


def _draw(program: CompiledProgram, draws: Sequence[Draw], name: str, text: str) -> int:
    positions = set(settable(program, name, name).positions)
    met = [k for k, d in enumerate(draws) if any(p in positions for p, _ in d.cells)]
    if len(met) == 1:
        return met[0]
    if not met:
        message, hint = f"{name!r} does not vary", f"inputs that do: {', '.join(d.name for d in draws[:12])}"
    else:
        message, hint = f"{name!r} is {len(met)} inputs", f"name one: {', '.join(draws[k].name for k in met[:6])}"
    raise UsageError(Problem("BW002", f"{text}: {message}", hint=hint))


def without_range(draws: Mapping[str, str]) -> UsageError:
    """Return the refusal of a simulation in which nothing varies, with what the prints would allow."""
    shown = "; ".join(f"{name}={text}" for name, text in list(draws.items())[:6])
    more = f"; {len(draws) - 6} more" if len(draws) > 6 else ""
    hint = f"give one with --vary 'ID={_FORM}', or choose a scenario that has some"
    if draws:
        hint += f"; or take what the prints allow with --printed: {shown}{more}"
    return UsageError(Problem("BW433", "nothing varies: no input has a distribution", hint=hint))
