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
    ended, and a second one sends nothing. Graphs that only the other store has are left alone.

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
        yield Sent(graph, number, "same" if same else "sent")
