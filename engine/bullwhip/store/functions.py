"""Functions that a query calls: what they raise is recorded, for the engines leave the cell unbound and say nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import overload

from bullwhip.errors import BullwhipError, Problem, QueryError, did_you_mean
from bullwhip.store.interface import Cell, Function
from bullwhip.terms import PREFIXES

__all__ = ["Failures", "refuse_functions", "short", "unknown_function"]


class Failures(Sequence[Problem]):
    """What functions raised while a query ran: one problem a function, with the first message and their number.

    >>> failures = Failures()
    >>> half = failures.watch("urn:half", lambda x: 1 / 0)
    >>> half(1)
    Traceback (most recent call last):
    ZeroDivisionError: division by zero
    >>> [p.message for p in failures]
    ['the function <urn:half> fails: ZeroDivisionError: division by zero']
    """

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, int]] = {}

    def watch(self, iri: str, function: Function) -> Callable[..., Cell]:
        """Return a function that does the same, and keeps what it raises."""

        def watched(*terms: Cell) -> Cell:
            try:
                return function(*terms)
            except Exception as error:
                own = isinstance(error, BullwhipError)
                message = error.problems[0].message if own else f"{type(error).__name__}: {error}"  # type: ignore[attr-defined]
                first, times = self._found.get(iri, (message, 0))
                self._found[iri] = (first, times + 1)
                raise

        return watched

    @overload
    def __getitem__(self, index: int) -> Problem: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Problem]: ...
    def __getitem__(self, index: int | slice) -> Problem | Sequence[Problem]:
        """Return the problem of a function, in order of first failure."""
        return [_problem(iri, *found) for iri, found in self._found.items()][index]

    def __len__(self) -> int:
        """Return how many functions failed."""
        return len(self._found)


def _problem(iri: str, first: str, times: int) -> Problem:
    message = f"the function {short(iri)} fails: {first}"
    if times > 1:
        message = f"the function {short(iri)} fails {times:,} times, first: {first}"
    return Problem("BW521", message, hint="the cells that need it are empty", severity="warning")


def short(iri: str) -> str:
    """Return an IRI with its prefix, where it has one.

    >>> short("https://w3id.org/bullwhip/ontology#value"), short("urn:x")
    ('bw:value', '<urn:x>')
    """
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return f"<{iri}>"


def unknown_function(iri: str, known: Mapping[str, Function]) -> QueryError:
    """Return the error of a query that calls a function that is not there."""
    names = sorted(short(name) for name in known)
    hint = did_you_mean(short(iri), names) or (f"functions: {', '.join(names)}" if names else "")
    return QueryError(Problem("BW525", f"no function {short(iri)}", hint=hint))


def refuse_functions(store: str, functions: Mapping[str, Function] | None) -> None:
    """Raise BW525 where a store that cannot call functions is asked to."""
    if functions:
        names = ", ".join(sorted(map(short, functions)))
        hint = "ask the nodes bw:Exposure and bw:Sensitivity, which hold the same numbers, or the store in memory"
        raise QueryError(Problem("BW525", f"{store} cannot call {names}", hint=hint))
