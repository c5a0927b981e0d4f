"""From what a user types to cells of the program: names with members and periods, and values to set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bullwhip.errors import Place, Problem, UsageError, did_you_mean
from bullwhip.model.amount import AmountError, read_amount
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import Quantity, index_text, parse_cell_name
from bullwhip.units import Vocabulary

__all__ = [
    "Selection",
    "amount_of",
    "parse_set",
    "quantity_of",
    "read_date",
    "select_cells",
    "settable",
    "split_setting",
    "vocabulary_of",
    "wrong",
    "wrong_amount",
]


@dataclass(frozen=True, slots=True)
class Selection:
    """Cells that a name selects."""

    quantity: Quantity
    members: tuple[tuple[str, str], ...]
    """The members that were named."""
    period: int | None
    """The period that was named, or None."""
    positions: tuple[int, ...]


def wrong(text: str, message: str, hint: str = "", start: int = 0, length: int = 0, code: str = "BW001") -> UsageError:
    """Return the refusal of an argument, with a caret under what is wrong in it."""
    place = Place("argument", 1, start + 1, text, max(1, length or len(text)))
    return UsageError(Problem(code, message, place, hint))


def quantity_of(program: CompiledProgram, name: str, text: str = "") -> Quantity:
    """Return the quantity of an id.

    Raises:
        UsageError: BW001, with the nearest ids.
    """
    quantity = program.quantities.get(name)
    if quantity is None:
        hint = did_you_mean(name, program.quantities) or "bullwhip list quantities shows every id"
        raise wrong(text or name, f"no quantity {name!r}", hint, 0, len(name))
    return quantity


def select_cells(program: CompiledProgram, text: str, period: int | None = None) -> Selection:
    """Return the cells that `ID` or `ID[dimension=member,…,period=YEAR]` selects.

    Args:
        program: the compiled program.
        text: the name as typed.
        period: a period to keep to when the name gives none; quantities without periods ignore it.

    Raises:
        UsageError: BW001 or BW002 with a caret under what is wrong.
    """
    try:
        name, pairs = parse_cell_name(text)
    except ValueError as error:
        raise wrong(text, str(error), code="BW002") from None
    quantity = quantity_of(program, name, text)
    members, named = [], None
    for dimension, member in pairs:
        start = text.find(f"{dimension}", len(name))
        if dimension == "period":
            named = _period(program, quantity, member, text)
            continue
        if dimension not in quantity.dimensions:
            known = [*quantity.dimensions, *(["period"] if quantity.timed else [])]
            hint = did_you_mean(dimension, known) or f"its dimensions: {', '.join(known) or 'none'}"
            raise wrong(text, f"{name!r} has no dimension {dimension!r}", hint, start, len(dimension))
        known_members = program.dimensions[dimension].members
        if member not in known_members:
            hint = did_you_mean(member, known_members, "members")
            raise wrong(
                text,
                f"{member!r} is not a member of {dimension!r}",
                hint,
                text.find(member, start),
                len(member),
            )
        members.append((dimension, member))
    wanted = named if named is not None else period
    chosen = set(members)
    positions = tuple(
        i
        for i in program.positions(name)
        if chosen <= set(program.cells[i].index) and (wanted is None or program.cells[i].period in (None, wanted))
    )
    if not positions:
        raise wrong(text, f"{_shown(name, members, wanted)} does not exist", _existing(program, quantity, members))
    return Selection(quantity, tuple(members), named, _in_order(program, positions))


def _in_order(program: CompiledProgram, positions: tuple[int, ...]) -> tuple[int, ...]:
    """Return cells of one quantity index by index, period by period; the program has them in order of computation."""

    def place(position: int) -> tuple[list[int], int]:
        cell = program.cells[position]
        return [program.dimensions[d].members.index(m) for d, m in cell.index], cell.period or 0

    return tuple(sorted(positions, key=place))


def _period(program: CompiledProgram, quantity: Quantity, member: str, text: str) -> int:
    periods = program.header.periods
    if not quantity.timed:
        raise wrong(text, f"{quantity.id!r} has no periods", "leave the period out", text.find("period"), 6)
    if not (member.isascii() and member.isdigit()) or int(member) not in periods:
        span = f"periods: {periods[0]} to {periods[-1]}" if periods else "no periods are declared"
        raise wrong(text, f"{member!r} is not a period", span, text.rfind(member), len(member))
    return int(member)


def _shown(name: str, members: list[tuple[str, str]], period: int | None) -> str:
    return index_text(name, tuple(members), period)


def _existing(program: CompiledProgram, quantity: Quantity, members: list[tuple[str, str]]) -> str:
    cells = [program.cells[i] for i in program.positions(quantity.id)]
    fitting = [c for c in cells if set(members) <= set(c.index)]
    if not fitting:
        shown = "; ".join(dict.fromkeys(index_text(quantity.id, c.index) for c in cells[:40]))
        return f"it exists at {shown}"
    periods = sorted({c.period for c in fitting if c.period is not None})
    return f"it exists in {periods[0]} to {periods[-1]}" if periods else ""


def vocabulary_of(program: CompiledProgram) -> Vocabulary:
    """Return the unit vocabulary of a compiled program."""
    return Vocabulary.with_counts({name: aliases for name, _, aliases in program.header.counts})


def parse_set(program: CompiledProgram, text: str) -> tuple[Selection, Fraction]:
    """Read `ID[dimension=member,…]=NUMBER[ UNIT]` into cells and a value in the quantity's own unit.

    A name without members or period sets every cell it selects. A quantity that grows from one base year is set in
    that year, and the change carries forward through its rule; any other rule needs a period.

    Raises:
        UsageError: BW001, BW002, BW205, BW206 or BW209, with a caret under what is wrong.
    """
    name, amount, start = split_setting(text, "NUMBER[ UNIT]")
    selection = settable(program, name, text)
    return selection, amount_of(program, selection.quantity, amount, text, start)


def amount_of(program: CompiledProgram, quantity: Quantity, amount: str, text: str, start: int) -> Fraction:
    """Return a typed amount in the unit of a quantity.

    Args:
        program: gives the unit vocabulary.
        quantity: whose value it is.
        amount: `NUMBER[ UNIT]`.
        text: all that was typed, for messages.
        start: where in it the amount begins.

    Raises:
        UsageError: BW002, BW205, BW206 or BW209, with a caret under what is wrong.
    """
    vocabulary = vocabulary_of(program)
    try:
        return read_amount(amount, quantity, vocabulary.parse(quantity.unit), vocabulary)
    except AmountError as error:
        raise wrong_amount(error, text, start, len(amount)) from None


def split_setting(text: str, form: str) -> tuple[str, str, int]:
    """Split `ID[…]=WHAT` at the equals sign outside the brackets: the name, what is set, and where that begins.

    Raises:
        UsageError: BW002 without an equals sign.
    """
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if character == "=" and depth == 0:
            rest = text[position + 1 :]
            return text[:position].strip(), rest.strip(), position + 1 + len(rest) - len(rest.lstrip())
    raise wrong(text, "a value is missing", f"write ID[dimension=member,…]={form}", code="BW002")


def settable(program: CompiledProgram, name: str, text: str = "") -> Selection:
    """Return the cells that a name sets: all it selects, or the base year of a quantity that grows from it.

    Raises:
        UsageError: BW001, or BW002 where a rule defines the quantity in each period and none is named.
    """
    selection = select_cells(program, name)
    quantity = selection.quantity
    if quantity.is_driver or not quantity.timed or selection.period is not None:
        return selection
    first = min(p for p in (program.cells[i].period for i in selection.positions) if p is not None)
    if len(quantity.given) == 1:
        return select_cells(program, _at_period(name, first))
    hint = f"name the period, e.g. {quantity.id}[period={first}]; later periods follow from it"
    raise wrong(text or name, f"{quantity.id!r} is defined by a rule in each period", hint, 0, len(name), "BW002")


def wrong_amount(error: AmountError, text: str, start: int, length: int) -> UsageError:
    """Return the refusal of an amount in an argument, with a caret under it."""
    code = "BW002" if error.code in ("BW112", "BW431") else error.code
    return wrong(text, str(error), error.hint, start + error.start, error.length or length, code)


def _at_period(name: str, period: int) -> str:
    return f"{name[:-1]},period={period}]" if name.endswith("]") else f"{name}[period={period}]"


def read_date(text: str) -> str:
    """Return a day as it is written, or an empty text for none.

    Raises:
        UsageError: BW002 for what is no day.
    """
    if not text:
        return ""
    try:
        written = date.fromisoformat(text).isoformat()
    except ValueError:
        written = ""
    if written != text:
        raise UsageError(Problem("BW002", f"{text!r} is not a date", hint="write a day that exists as YYYY-MM-DD"))
    return text
