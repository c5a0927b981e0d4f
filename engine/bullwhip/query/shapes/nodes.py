"""Sets of nodes as patterns of a query: the targets of a shape, and the values of a path from them.

Blank nodes cannot be named in a query; a pattern that leads to them can.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bullwhip.query.shapes.paths import Path

__all__ = ["Nodes", "connects", "either", "same"]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes that a variable stands for; each branch is a pattern that binds it, and all before it on the way."""

    branches: tuple[str, ...]
    depth: int = 0

    @property
    def variable(self) -> str:
        """The variable of the nodes.

        >>> Nodes(("?n0 a <urn:C> .",)).variable
        '?n0'
        """
        return f"?n{self.depth}"

    def along(self, path: Path | None) -> Nodes:
        """Return the values of a path from these nodes; the nodes themselves without one.

        >>> Nodes(("?n0 a <urn:C> .",)).along(Path("*", parts=(Path("iri", "urn:p"),))).branches
        ('?n0 a <urn:C> . ?n0 <urn:p>+ ?n1 .', '?n0 a <urn:C> . BIND(?n0 AS ?n1)')
        """
        if path is None:
            return self
        here, there = self.variable, f"?n{self.depth + 1}"
        steps, branches = path.steps, []
        if path.kind == "iri" and f"{here} <{path.iri}> ?t{self.depth} ." in self.branches:
            branches.append(f"{here} <{path.iri}> {there} .")  # whatever has the property is among the nodes
        elif steps is not None:
            branches += [f"{b} {here} {steps.sparql} {there} ." for b in self.branches]
        if path.nullable:
            branches += [f"{b} BIND({here} AS {there})" for b in self.branches]
        return Nodes(tuple(branches), self.depth + 1)

    def where(self, *patterns: str) -> Nodes:
        """Return those of the nodes for which patterns hold."""
        return replace(self, branches=tuple(" ".join((b, *patterns)) for b in self.branches))

    @property
    def pattern(self) -> str:
        """The pattern of all branches."""
        if len(self.branches) == 1:
            return self.branches[0]
        return " UNION ".join(f"{{ {b} }}" for b in self.branches)

    def select(self, *variables: str) -> str:
        """Return the query for the distinct values of variables."""
        return f"SELECT DISTINCT {' '.join(variables)} WHERE {{ {self.pattern} }}"


def same(one: str, other: str) -> str:
    """Return the expression that two terms are the same one."""
    return f"sameTerm({one}, {other})"


def either(expressions: list[str]) -> str:
    """Return the expression that one of several holds."""
    return " || ".join(expressions) if expressions else "false"


def connects(path: Path | None, one: str, other: str) -> str:
    """Return the expression that a path leads from one term to another.

    >>> connects(Path("?", parts=(Path("iri", "urn:p"),)), "?a", "?b")
    '(sameTerm(?a, ?b) || EXISTS { ?a <urn:p> ?b })'
    """
    ways = [same(one, other)] if path is None or path.nullable else []
    if path is not None and path.steps is not None:
        ways.append(f"EXISTS {{ {one} {path.steps.sparql} {other} }}")
    return f"({either(ways)})"
