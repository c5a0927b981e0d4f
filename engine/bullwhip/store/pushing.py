"""Sends the graphs of one store to another, graph by graph; what is there already is not sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bullwhip.errors import Problem, QueryError
from bullwhip.model.endpoint import Sent
from bullwhip.store.interface import Store

__all__ = ["push"]


def push(
    source: Store, target: Store, *, always: bool = False, progress: Callable[[int, int], None] | None = None
) -> Iterator[Sent]:
    """Make every graph of one store stand in another as it stands here, and yield what was done with each.

    A graph with as many triples there is read back and compared, so that an upload which broke off goes on where it
    ended, and a second one sends nothing. What was sent is read back: an endpoint may keep as many triples with other
    numbers. Graphs that only the other store has are left alone.

    Args:
        source: where the graphs are.
        target: where they go.
        always: whether graphs that are there already are sent as well.
        progress: told how many triples are done of how many.

    Raises:
        QueryError: BW524 where the other store does not hold what it was sent; as the target raises.
    """
    counts, there = source.graphs(), target.graphs()
    done, total = 0, sum(counts.values())
    for graph, number in counts.items():
        lines = source.dump(graph)
        same = not always and there.get(graph) == number and target.dump(graph) == lines
        if not same:
            target.replace(graph, lines)
            held = target.graphs().get(graph, 0)
            if held != number:
                message = f"{target.name} holds {held:,} of the {number:,} triples of <{graph}> that it was sent"
                hint = "it may spell numbers in its own way: see bullwhip doctor URL --write"
                raise QueryError(Problem("BW524", message, hint=hint))
        done += number
        if progress:
            progress(done, total)
        lost = "" if same else _first_lost(lines, target.dump(graph))
        yield Sent(graph, number, "same" if same else "altered" if lost else "sent", lost)


def _first_lost(lines: bytes, held: bytes) -> str:
    r"""Return the first line that a store does not hold, empty where it holds all.

    >>> _first_lost(b"a\nb\n", b"a\nc\n"), _first_lost(b"a\n", b"a\n")
    ('b', '')
    """
    if lines == held:
        return ""
    there = set(held.split(b"\n"))
    return next((line.decode("utf-8", "replace") for line in lines.split(b"\n") if line not in there), "")
