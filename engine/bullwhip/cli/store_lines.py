"""Says what became of a store."""

from __future__ import annotations

from bullwhip.cli.output import Column, note, say, table, write_json
from bullwhip.export.escape import terminal_text
from bullwhip.model.storing import Published, StoreCheck

__all__ = ["tell", "tell_check"]

_DONE = {
    "published": "is now current",
    "unchanged": "is current as before, nothing has changed",
    "rebuilt": "is made anew and now current",
    "rolled_back": "is current again",
}


def tell(told: Published, as_json: bool) -> None:
    """Write what a command did to a store: a line for each graph that has changed, then one for all."""
    if as_json:
        write_json(told.as_dict())
        return
    if told.changes:
        columns = [Column("graph", "graph", False), Column("change", "change", False), Column("quads", "quads", True)]
        table(columns, [[c.graph, c.change, f"{c.quads:,}"] for c in told.changes])
    counts = _counts(told)
    say(f"generation {told.generation} of {terminal_text(told.store)} {_DONE[told.done]}: {counts}")
    if told.large:
        note(f"{told.large:,} numbers are kept as text that no query adds up")


def tell_check(found: StoreCheck, as_json: bool) -> int:
    """Write what a check of a store found and return the exit code."""
    if as_json:
        write_json(found.as_dict())
        return 3 if found.findings else 0
    for problem in found.problems:
        say(terminal_text(problem.render()) if "\n" not in problem.render() else problem.render())
    if not found.findings:
        store = terminal_text(found.store)
        say(f"sound: generation {found.generation} of {store}, {_counts(found)}, as written to the byte")
    return 3 if found.findings else 0


def _counts(told: Published | StoreCheck) -> str:
    """Return how much a store holds.

    >>> _counts(StoreCheck("s", 1, 1200, 1, ()))
    '1,200 quads in 1 graph'
    """
    return (
        f"{told.quads:,} quad{'' if told.quads == 1 else 's'} in {told.graphs} graph{'' if told.graphs == 1 else 's'}"
    )
