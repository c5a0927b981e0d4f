"""Functions that a query can call: values, derivatives and elasticities of the model, at the scenario of the workspace.

They look up what one forward pass a driver has computed for all cells, so that a call costs no more than a dictionary.
What has no answer raises with its reason, and the answer of the query carries it as a warning (convention §25).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING
from urllib.parse import unquote
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from bullwhip.errors import Problem, QueryError
from bullwhip.model.quantity import parse_cell_name
from bullwhip.numbers import fraction_text
from bullwhip.propagate import Evaluation
from bullwhip.propagate.directional import Response
from bullwhip.propagate.table import Passes
from bullwhip.store.interface import Cell, Function
from bullwhip.terms import BASE, BW, PREFIXES
from bullwhip.workspace.answering import driver_groups
from bullwhip.workspace.naming import select_cells

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["SIGNATURES", "functions_of", "number_term"]

SIGNATURES: dict[str, str] = {
    "value": "what [, period] [, member …]: the value in the unit of the quantity",
    "valueText": "the same as exact text, a decimal or a fraction",
    "derivative": "what, driver [, period] [, member …]: by a parallel move of the driver in all its periods",
    "derivativeText": "the same as exact text",
    "elasticity": "what, driver [, period] [, member …]: by a proportional move of the driver in all its periods",
    "elasticityText": "the same as exact text",
}
"""The functions by their name in our vocabulary, with their arguments."""

_KEPT = 500_000
"""How many answers are kept; beyond that they are looked up anew."""
_QUANTITY, _MEMBER = f"{BASE}quantity/", f"{BASE}member/"
_DECIMAL = ox.NamedNode(f"{PREFIXES['xsd']}decimal")
_LARGEST, _PLACES = Fraction(10) ** 20, 10**18
"""What a decimal can hold in every store: below 10^20, with up to 18 places."""
_YEAR = re.compile(r"[0-9]{1,4}")


def functions_of(workspace: Workspace) -> dict[str, Function]:
    """Return the functions that queries over a workspace can call, by IRI."""
    found = _known.get(workspace)
    if found is None:
        lookup = _Lookup(workspace.evaluation)
        found = _known[workspace] = {f"{BW}{name}": lookup.function(name) for name in SIGNATURES}
    return found


_known: WeakKeyDictionary[Workspace, dict[str, Function]] = WeakKeyDictionary()
"""Of every open workspace its functions, with what they have looked up."""


def number_term(value: Fraction) -> ox.Literal:
    """Return a number as a term: a decimal where one holds it exactly in every store, else the nearest double.

    >>> number_term(Fraction(7, 4)), number_term(Fraction(1, 3)).datatype.value.rpartition("#")[2]
    (<Literal value=1.75 datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#decimal>>, 'double')
    """
    if abs(value) < _LARGEST and _PLACES % value.denominator == 0:
        return ox.Literal(fraction_text(value), datatype=_DECIMAL)
    try:
        return ox.Literal(float(value))
    except OverflowError:
        raise _refusal(f"{fraction_text(value)[:12]}… is beyond what a double can hold") from None


class _Lookup:
    """What functions look up: names as cells, and one pass a driver and period."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.program, self.evaluation = evaluation.program, evaluation
        self._cells: dict[tuple[Cell, ...], int] = {}
        self._passes: dict[int | None, Passes] = {}
        self._columns: dict[tuple[int | None, str], tuple[dict[int, Response], dict[int, Response]]] = {}

    def function(self, name: str) -> Function:
        """Return a function of SIGNATURES; equal arguments are looked up once."""
        kept: dict[tuple[Cell, ...], ox.Literal | Problem] = {}
        answer = self._value if name.startswith("value") else self._slope(derivative=name.startswith("derivative"))
        text = name.endswith("Text")

        def function(*terms: Cell) -> Cell:
            found = kept.get(terms)
            if found is None:
                if len(kept) >= _KEPT:
                    kept.clear()
                found = kept[terms] = _as_term(answer, terms, text)
            if isinstance(found, Problem):
                raise QueryError(found)
            return found

        return function

    def _value(self, terms: Sequence[Cell]) -> tuple[Fraction, bool]:
        position = self._cell(terms)
        value = self.evaluation.value(position)
        if value is None:
            raise _refusal(f"{self._name(position)} is unknown for want of {self._missing(position)}")
        return value, self.evaluation.is_exact(position)

    def _slope(self, *, derivative: bool) -> Callable[[Sequence[Cell]], tuple[Fraction, bool]]:
        def slope(terms: Sequence[Cell]) -> tuple[Fraction, bool]:
            if len(terms) < 2:
                raise _refusal("it needs a quantity and a driver")
            position, driver = self._cell((terms[0], *terms[2:])), _text_of(terms[1])
            period = self.program.cells[position].period
            parallel, relative = self._column(period, driver)
            if position not in parallel:  # it does not move
                return self._still(position, derivative=derivative)
            response = (parallel if derivative else relative)[position]
            found = response.derivative if derivative else response.elasticity
            if found is None:
                raise _refusal(f"{self._name(position)} by {driver}: {self._why(position, response)}")
            return found, response.exact and self.evaluation.is_exact(position)

        return slope

    def _still(self, position: int, *, derivative: bool) -> tuple[Fraction, bool]:
        """Return the answer of a cell that a driver does not move: zero, where the cell has a value at all."""
        self.evaluation.value(position)
        return Fraction(0), True

    def _why(self, position: int, response: Response) -> str:
        if response.is_kink:
            return "at a kink, where the two sides differ"
        missing = self._missing(position)
        if missing:
            return f"unknown for want of {missing}"
        if self.evaluation.value(position) == 0:
            return "the value is 0, so it has no elasticity"
        return "at a jump, where there is no derivative"

    def _column(self, period: int | None, driver: str) -> tuple[dict[int, Response], dict[int, Response]]:
        """Return how all cells of a period respond to a driver, all of its members moving together."""
        key = (period, driver)
        if key not in self._columns:
            groups = driver_groups(self.evaluation, 0, [driver])
            if period not in self._passes:
                cells = enumerate(self.program.cells)
                self._passes[period] = Passes(self.evaluation, [p for p, c in cells if c.period in (None, period)])
            self._columns[key] = self._passes[period].responses([p for _, _, cells in groups for p in cells])
        return self._columns[key]

    def _cell(self, terms: Sequence[Cell]) -> int:
        """Return the position of the one cell that arguments name."""
        key = tuple(terms)
        if key not in self._cells:
            self._cells[key] = self._found(terms)
        return self._cells[key]

    def _found(self, terms: Sequence[Cell]) -> int:
        if not terms:
            raise _refusal("it needs a quantity")
        text, members, period = _text_of(terms[0]), list[tuple[str, str]](), None
        for term in terms[1:]:
            written = _written(term)
            if _YEAR.fullmatch(written):
                if period is not None:
                    raise _refusal(f"two periods are given, {period} and {written}")
                period = int(written)
            elif "=" in written:
                dimension, _, member = written.partition("=")
                members.append((dimension, member))
            else:
                raise _refusal(f"{written!r} is neither a period nor a member, dimension=member")
        if members:
            try:
                name, named = parse_cell_name(text)
            except ValueError as error:
                raise _refusal(f"{text!r}: {error}") from None
            text = f"{name}[{','.join(f'{d}={m}' for d, m in (*named, *members))}]"
        default = self.program.header.default_period
        selection = select_cells(self.program, text, default if period is None else period)
        if period is not None and selection.period not in (None, period):
            raise _refusal(f"{text} is asked for in {period}")
        if len(selection.positions) > 1:
            raise _refusal(f"{text} is {len(selection.positions)} cells; name the members of its dimensions")
        return selection.positions[0]

    def _name(self, position: int) -> str:
        return self.program.cells[position].name

    def _missing(self, position: int) -> str:
        names = [self._name(p) for p in self.evaluation.unknown(position)]
        return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _as_term(
    answer: Callable[[Sequence[Cell]], tuple[Fraction, bool]], terms: Sequence[Cell], text: bool
) -> ox.Literal | Problem:
    """Return what a function answers as a term, or the problem that it has."""
    from bullwhip.errors import BullwhipError

    try:
        value, exact = answer(terms)
        if not text:
            return number_term(value)
        if not exact:
            raise _refusal("the number was rounded to 60 digits on the way and has no exact text")
        return ox.Literal(fraction_text(value))
    except BullwhipError as error:
        return error.problems[0]


def _refusal(message: str) -> QueryError:
    return QueryError(Problem("BW521", message))


def _text_of(term: Cell) -> str:
    """Return the name of a quantity or cell: an IRI of a quantity, or text as typed."""
    if isinstance(term, ox.NamedNode):
        if not term.value.startswith(_QUANTITY):
            raise _refusal(f"<{term.value}> is no quantity")
        return unquote(term.value.removeprefix(_QUANTITY))
    if isinstance(term, ox.Literal):
        return term.value
    raise _refusal("a blank node is no quantity")


def _written(term: Cell) -> str:
    """Return what a further argument says: a member as dimension=member, or a period."""
    if isinstance(term, ox.NamedNode):
        if not term.value.startswith(_MEMBER):
            raise _refusal(f"<{term.value}> is no member")
        return unquote(term.value.removeprefix(_MEMBER))
    return term.value if isinstance(term, ox.Literal) else ""
