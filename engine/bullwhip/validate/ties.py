"""Checks what rules and derivations are tied to: tiers and edges of the chain that exist, drivers that are used."""

from __future__ import annotations

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.derivation import Derivation
from bullwhip.model.source import RawProgram
from bullwhip.validate.declarations import Declarations
from bullwhip.validate.expressions import unused_names

__all__ = ["check_derivation_edges", "check_ties"]


def check_ties(found: Declarations, raw: RawProgram, problems: list[Problem]) -> None:
    """Check that edges and tiers named by quantities exist, and that every driver is used."""
    tiers = {t.id for t in raw.tiers}
    links = {(e.target, e.source) for e in raw.edges}  # demand runs against supply
    for name, quantity in found.quantities.items():
        if quantity.tier and tiers and quantity.tier not in tiers:
            hint = did_you_mean(quantity.tier, tiers, "tiers")
            problems.append(
                Problem("BW212", f"no tier {quantity.tier!r} for {name!r}", found.place(name, "tier"), hint)
            )
        if quantity.edge and tiers:
            _check_edge(name, quantity.edge, found.place(name, "edge"), tiers, links, problems)
    for name in sorted(unused_names(found)):
        if found.quantities[name].is_driver:
            message = f"no rule uses the driver {name!r}"
            problems.append(Problem("BW208", message, found.places[name], "use it in a rule or remove it"))


def check_derivation_edges(derivations: tuple[Derivation, ...], raw: RawProgram, problems: list[Problem]) -> None:
    """Check that the edges named by derivations exist."""
    tiers = {t.id for t in raw.tiers}
    links = {(e.target, e.source) for e in raw.edges}
    for derivation in derivations:
        if derivation.edge and tiers:
            place = Place(derivation.file, derivation.line)
            _check_edge(derivation.id, derivation.edge, place, tiers, links, problems)


def _check_edge(
    name: str,
    edge: tuple[str, str],
    place: Place,
    tiers: set[str],
    links: set[tuple[str, str]],
    problems: list[Problem],
) -> None:
    unknown = [end for end in edge if end not in tiers]
    for end in unknown:
        problems.append(
            Problem(
                "BW212",
                f"the edge of {name!r} names {end!r}, which is not in the chain",
                place,
                did_you_mean(end, tiers),
            )
        )
    if not unknown and edge[0] != edge[1] and edge not in links:
        hint = f"reachable from {edge[0]}: {', '.join(sorted(b for a, b in links if a == edge[0])) or 'nothing'}"
        if edge[::-1] in links:
            hint = f"an edge runs with demand, against supply: {{from: {edge[1]}, to: {edge[0]}}}"
        problems.append(
            Problem("BW212", f"the chain has no edge from {edge[0]!r} to {edge[1]!r} for {name!r}", place, hint)
        )
