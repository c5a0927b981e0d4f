"""Why a fact holds: proofs, and what is missing for one that does not; and their JSON form (docs/json.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Candidate", "Fact", "Guard", "Match", "Proof", "Step", "WhyNot"]


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """A predicate over terms as N-Triples writes them.

    >>> print(Fact("reaches", ("<urn:a>", '"1"')))
    reaches(<urn:a>, "1")
    """

    predicate: str
    terms: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.predicate}({', '.join(self.terms)})"

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"predicate": self.predicate, "terms": list(self.terms)}


@dataclass(frozen=True, slots=True)
class Guard:
    """A comparison or an assignment of a rule, with the terms it was taken at."""

    text: str
    """As rules write it: `?a > ?b`, `?n = ?a / 2`."""
    values: tuple[tuple[str, str], ...]
    """Its variables, and what is bound to each."""
    holds: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"text": self.text, "values": dict(self.values), "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Match:
    """One match of the body of a rule."""

    bindings: tuple[tuple[str, str], ...]
    """Every variable and its term, in order of name."""
    premises: tuple[int, ...]
    """For each atom that is not negated, in order, the step that proves it."""
    guards: tuple[Guard, ...] = ()
    absent: tuple[Fact, ...] = ()
    """For each negated atom what no fact is."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "bindings": dict(self.bindings), "premises": list(self.premises),
            "guards": [g.as_dict() for g in self.guards], "absent": [f.as_dict() for f in self.absent],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A fact of a proof: stated, or derived by one rule."""

    fact: Fact
    rule: str = ""
    """The id of the rule; empty for a fact that is stated."""
    matches: tuple[Match, ...] = ()
    """The match that derives it; for an aggregate, the matches of its group."""
    matched: int = 0
    """How many matches there are; more than are listed where an aggregate has very many."""
    graphs: tuple[str, ...] = ()
    """The named graphs that state it, as terms; the empty text is the default graph."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "fact": self.fact.as_dict(), "rule": self.rule or None, "matches": [m.as_dict() for m in self.matches],
            "matched": self.matched, "graphs": list(self.graphs),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof: the fact first, and every fact once, before all that it rests on."""

    steps: tuple[Step, ...]

    @property
    def fact(self) -> Fact:
        """What is proved."""
        return self.steps[0].fact

    @property
    def stated(self) -> tuple[Fact, ...]:
        """The stated facts that it rests on, in order."""
        return tuple(sorted(s.fact for s in self.steps if not s.rule))

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules that it uses, in order."""
        return tuple(sorted({s.rule for s in self.steps if s.rule}))

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: shared parts stand once, premises are numbers of steps."""
        return {"fact": self.fact.as_dict(), "steps": [s.as_dict() for s in self.steps]}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What would have to be otherwise for a fact to hold."""

    missing: tuple[Fact, ...] = ()
    """Facts that would have to be stated; a term `<…/any/x>` stands for any node or value."""
    failing: tuple[Guard, ...] = ()
    """Guards that fail at the values they have."""
    blocking: tuple[Fact, ...] = ()
    """Facts that hold, where a rule asks that they do not."""
    rules: tuple[str, ...] = ()
    """The rules by which the fact would then follow, from it downwards."""

    @property
    def size(self) -> int:
        """How many things would have to change."""
        return len(self.missing) + len(self.failing) + len(self.blocking)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "missing": [f.as_dict() for f in self.missing], "failing": [g.as_dict() for g in self.failing],
            "blocking": [f.as_dict() for f in self.blocking], "rules": list(self.rules),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a fact does not hold: the smallest changes under which it would, each tried."""

    fact: Fact
    holds: bool = False
    """Whether it holds after all; there is nothing to explain then."""
    candidates: tuple[Candidate, ...] = field(default_factory=tuple)
    """With the fewest changes first."""
    complete: bool = True
    """Whether the search ended by itself; if not, `limit` says what stopped it."""
    limit: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "fact": self.fact.as_dict(), "holds": self.holds, "candidates": [c.as_dict() for c in self.candidates],
            "complete": self.complete, "limit": self.limit or None,
        }  # fmt: skip
