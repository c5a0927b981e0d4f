"""Which values the parameters of a query may have: the ids that a workspace holds, by type."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from bullwhip.model.program import CompiledProgram
from bullwhip.model.search import KINDS

__all__ = ["known_values", "suggest_value"]

_THINGS = ("company", "product", "tier", "topic")
"""What a claim or a relation can be about."""


def known_values(program: CompiledProgram, kinds: Iterable[str]) -> Mapping[str, Collection[str]]:
    """Return the ids there are, in order, by type of parameter; types whose values cannot be listed are left out.

    Args:
        program: the compiled program.
        kinds: the types that are asked for; the others are not looked at.
    """
    chain = program.chain
    things: dict[str, Callable[[], Iterable[str]]] = {
        "quantity": lambda: program.quantities,
        "company": lambda: (c.id for c in chain.companies),
        "product": lambda: (p.id for p in chain.products),
        "tier": lambda: (t.id for t in chain.tiers),
        "topic": lambda: (t.id for t in chain.topics),
        "measure": lambda: (m.id for m in chain.measures),
        "document": lambda: (d.id for d in program.documents),
        "claim": lambda: (c.id for c in program.claims),
        "relation": lambda: (r.id for r in chain.relations),
        "scenario": lambda: program.scenarios,
        "cell": lambda: (c.name for c in program.cells),
        "period": lambda: (c.period for c in program.claims if c.period),
        "entity": lambda: _entities(program),
    }
    return {kind: dict.fromkeys(sorted(things[kind]())) for kind in dict.fromkeys(kinds) if kind in things}


def suggest_value(program: CompiledProgram) -> Callable[[str, str], str]:
    """Return what names the ids of things that are called like a value: a label, another spelling or a ticker.

    >>> from bullwhip import Workspace
    >>> suggest_value(Workspace.open().program)("company", "英伟达")
    "did you mean 'nvidia'?"
    """

    def suggest(kind: str, value: str) -> str:
        from bullwhip.workspace.searching import index_of

        kinds = _THINGS if kind == "entity" else (kind,) if kind in KINDS else ()
        if not kinds or not value.strip():
            return ""
        index = index_of(program)
        hits = index.find(value, kinds, limit=3).hits
        if not hits:
            near = index.find(value, kinds).suggestions
            hits = index.find(near[0], kinds, limit=1).hits if near else ()
        best = [h for h in hits if h.fit == hits[0].fit]
        names = [f"{h.entry.kind}/{h.entry.id}" if kind == "entity" else h.entry.id for h in best]
        return f"did you mean {' or '.join(map(repr, names))}?" if names else ""

    return suggest


def _entities(program: CompiledProgram) -> Iterable[str]:
    chain = program.chain
    yield from (f"company/{c.id}" for c in chain.companies)
    yield from (f"product/{p.id}" for p in chain.products)
    yield from (f"tier/{t.id}" for t in chain.tiers)
    yield from (f"topic/{t.id}" for t in chain.topics)
