"""The order in which predicates are derived, and the programs that have none.

Predicates that depend on each other in a circle form one stratum; strata come in an order in which each reads what is
finished. A program is refused where a circle goes through a negation or an aggregate, for its facts would depend on
their own absence; and where a circle makes new terms out of terms that only the circle binds, for it might never end.
Importing this module imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bullwhip.datalog.predicates import Key, key_of, predicates_of, show_key, with_plain_types
from bullwhip.datalog.safety import aggregates, made_from, unsafe
from bullwhip.errors import Place, Problem
from bullwhip.model.inference import Atom, Head, InferenceProgram, InferenceRule, Skolem, Variable

__all__ = ["Stratum", "makes", "program_problems", "strata"]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Predicates that are derived together, and the rules that derive them, by their place in order of id."""

    keys: frozenset[Key]
    rules: tuple[int, ...]
    is_recursive: bool


@dataclass(frozen=True, slots=True)
class _Link:
    """A rule that derives one predicate from another."""

    head: Key
    body: Key
    rule: InferenceRule
    kind: str
    """positive, negation or aggregate."""


def program_problems(program: InferenceProgram) -> tuple[Problem, ...]:
    """Return everything for which a program cannot be evaluated, in order of the rules; nothing where it can.

    BW601: a circle through negation or an aggregate. BW602: a circle that makes new terms. BW603: a variable that
    nothing binds, or that is bound twice. BW604: an operation, a head or a predicate of the wrong form.
    """
    rules = with_plain_types(program.rules)
    found = [p for rule in rules for p in unsafe(rule)]
    links = _links(rules)
    circles = _components(links, predicates_of(rules))
    home = {key: i for i, circle in enumerate(circles) for key in circle}
    told: set[tuple[int, str]] = set()
    for link in links:
        circle = home[link.head]
        if home[link.body] == circle and link.kind != "positive" and (circle, link.rule.id) not in told:
            told.add((circle, link.rule.id))
            found.append(_through(link, _way(links, link.body, link.head, circles[circle])))
    for rule in rules:
        found.extend(_endless(rule, links, circles, home))
    return tuple(found)


def strata(rules: Sequence[InferenceRule]) -> tuple[Stratum, ...]:
    """Return the strata of rules (in order of id) that have no problem, in an order that evaluation can follow.

    >>> from bullwhip.model.inference import Atom, Head, InferenceRule, Variable
    >>> from bullwhip.model.label import Label
    >>> x, y, z = Variable("x"), Variable("y"), Variable("z")
    >>> step = InferenceRule("step", Label(), (Head("path", (x, y)),), (Atom("edge", (x, y)),))
    >>> far = InferenceRule("far", Label(), (Head("path", (x, z)),), (Atom("path", (x, y)), Atom("edge", (y, z))))
    >>> [(sorted(s.keys), s.rules, s.is_recursive) for s in strata([far, step])]
    [([('path', 2)], (0, 1), True)]
    """
    links = _links(rules)
    derived = {key_of(h) for r in rules for h in r.heads}
    loops = {link.head for link in links if link.head == link.body}
    result = []
    for circle in _components(links, predicates_of(rules)):
        if circle & derived:
            own = tuple(i for i, r in enumerate(rules) if any(key_of(h) in circle for h in r.heads))
            result.append(Stratum(circle, own, len(circle) > 1 or bool(circle & loops)))
    return tuple(result)


def _links(rules: Iterable[InferenceRule]) -> list[_Link]:
    """Return what each head depends on."""
    found = []
    for rule in rules:
        for head in rule.heads:
            for atom in rule.body:
                if isinstance(atom, Atom):
                    kind = "negation" if atom.negated else "aggregate" if aggregates(head) else "positive"
                    found.append(_Link(key_of(head), key_of(atom), rule, kind))
    return found


def _components(links: Sequence[_Link], keys: Sequence[Key]) -> list[frozenset[Key]]:
    """Return the strongly connected components, what is read before what reads it (Tarjan, without recursion)."""
    reads: dict[Key, list[Key]] = {key: [] for key in keys}
    for link in links:
        reads[link.head].append(link.body)
    for key in keys:
        reads[key] = sorted(set(reads[key]))
    number: dict[Key, int] = {}
    low: dict[Key, int] = {}
    open_keys: list[Key] = []
    is_open: set[Key] = set()
    result: list[frozenset[Key]] = []
    for root in keys:
        if root in number:
            continue
        work = [(root, iter(reads[root]))]
        number[root] = low[root] = len(number)
        open_keys.append(root)
        is_open.add(root)
        while work:
            key, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[key])
                if low[key] == number[key]:
                    cut = open_keys.index(key)
                    result.append(frozenset(open_keys[cut:]))
                    is_open.difference_update(open_keys[cut:])
                    del open_keys[cut:]
            elif following not in number:
                number[following] = low[following] = len(number)
                open_keys.append(following)
                is_open.add(following)
                work.append((following, iter(reads[following])))
            elif following in is_open:
                low[key] = min(low[key], number[following])
    return result


def _way(links: Sequence[_Link], start: Key, goal: Key, inside: frozenset[Key]) -> list[_Link]:
    """Return the shortest chain of links by which one predicate depends on another within a circle."""
    if start == goal:
        return []
    before: dict[Key, _Link] = {}
    front = [start]
    while goal not in before:
        following = []
        for key in front:
            for link in links:
                if link.head == key and link.body in inside and link.body not in before and link.body != start:
                    before[link.body] = link
                    following.append(link.body)
        front = following
    way = [before[goal]]
    while way[0].head != start:
        way.insert(0, before[way[0].head])
    return way


def _circle_text(chain: Sequence[_Link]) -> str:
    words = {"positive": "from", "negation": "from the absence of", "aggregate": "from an aggregate over"}
    steps = [f"{words[k.kind]} {show_key(k.body)} (rule {k.rule.id})" for k in chain]
    return f"{show_key(chain[0].head)} " + ", ".join(steps)


def _place(rule: InferenceRule) -> Place | None:
    return Place(rule.file, rule.line) if rule.file else None


def _through(link: _Link, way: Sequence[_Link]) -> Problem:
    what = "a negation" if link.kind == "negation" else "an aggregate"
    message = f"rule {link.rule.id!r} derives in a circle through {what}: {_circle_text([link, *way])}"
    hint = "derive what is negated or aggregated by rules that do not read the result"
    return Problem("BW601", message, _place(link.rule), hint)


def _endless(
    rule: InferenceRule, links: Sequence[_Link], circles: Sequence[frozenset[Key]], home: Mapping[Key, int]
) -> Iterable[Problem]:
    """Yield a problem for each head that makes terms out of what only its own circle binds."""
    for head in rule.heads:
        circle = circles[home[key_of(head)]]
        inner = [p for p in rule.body if isinstance(p, Atom) and not p.negated and key_of(p) in circle]
        if not inner:
            continue
        outside = {
            t.name for p in rule.body if isinstance(p, Atom) and not p.negated and key_of(p) not in circle
            for t in p.terms if isinstance(t, Variable)
        }  # fmt: skip
        loose = {t.name for p in inner for t in p.terms if isinstance(t, Variable)} - outside
        made = makes(rule, head, loose)
        if made:
            link = next(k for k in links if k.rule is rule and k.head == key_of(head) and k.body in circle)
            chain = [link, *_way(links, link.body, link.head, circle)]
            message = f"rule {rule.id!r} makes {made} in a circle, which might never end: {_circle_text(chain)}"
            hint = "bind what it is made of by an atom outside the circle, or derive the new term by a rule after it"
            yield Problem("BW602", message, _place(rule), hint)


def makes(rule: InferenceRule, head: Head, loose: set[str]) -> str:
    """Return what a head makes out of loose variables, for people; nothing where it makes nothing."""
    assigned = made_from(rule)
    for term in head.terms:
        if isinstance(term, Skolem):
            names = {t.name for t in term.arguments if isinstance(t, Variable)}
            if any(n in loose or assigned.get(n, (frozenset(), False))[0] & loose for n in names):
                return f"the new node {term.kind!r}"
        if isinstance(term, Variable) and term.name in assigned:
            sources, is_new = assigned[term.name]
            if is_new and sources & loose:
                return f"the new number ?{term.name}"
    return ""
