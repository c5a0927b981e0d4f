"""Generated models of any size: n rules over n/10 drivers, each reading what stands closely before it, as chains do.

The same arguments give the same bytes on any machine. Units are consistent, every rule is in the cone of the last one
(`last(n)`), every driver is used, and written coefficients hold all values near 1 (in
units without 万), so that models of ten
and of ten thousand rules are of one kind. With kinks, rules bend (min, max, where) but never jump.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from bullwhip import Workspace
from bullwhip.compile import compile_program
from bullwhip.model.program import CompiledProgram
from bullwhip.workspace.opening import check_files

__all__ = ["drivers", "expressions", "last", "program", "workspace", "workspace_files"]

WINDOW = 6
"""How far back a rule reads."""
FIRST = 2025
"""The first period of a model with periods."""

_UNITS = {"count": "piece", "money": "USD", "price": "USD/piece", "ratio": "1"}
_KINDS = {"count": "flow", "money": "flow", "price": "price", "ratio": "ratio"}
_SORTS = tuple(_UNITS)
_RULES_A_FILE = 500

_HEADER = """\
workspace:
  id: relations
  label: {zh: 生成模型, en: generated relations}

units:
  piece: {zh: 件, en: piece, aliases: [件]}
"""

_CHAIN = """\
@prefix bw: <https://w3id.org/bullwhip/ontology#> .
@prefix tier: <https://w3id.org/bullwhip/id/tier/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

tier:maker a bw:Tier ; bw:order 1 ; skos:prefLabel "制造"@zh , "maker"@en .
tier:buyer a bw:Tier ; bw:isDemand true ; skos:prefLabel "买方"@zh , "buyer"@en .
tier:maker bw:supplies tier:buyer .
"""


def drivers(n: int) -> list[str]:
    """Return the ids of the drivers of a model of n rules.

    >>> drivers(10), len(drivers(1_000))
    (['driver.d1', 'driver.d2', 'driver.d3', 'driver.d4'], 100)
    """
    return [f"driver.d{k + 1}" for k in range(max(len(_SORTS), n // 10))]


def last(n: int) -> str:
    """Return the id of the last rule of a model, which depends on every other rule.

    >>> last(100)
    'rule.r100'
    """
    return f"rule.r{n}"


@dataclass
class _Dice:
    """A small linear congruential generator of integers."""

    state: int

    def below(self, bound: int) -> int:
        """Return a whole number from 0 below a bound."""
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound

    def of(self, *choices: str) -> str:
        """Return one of some texts."""
        return choices[self.below(len(choices))]


@dataclass
class _Rule:
    """A rule, or a driver, with the value it has where dimensions and periods do not matter."""

    id: str
    sort: str
    value: float
    sited: bool
    unit: str = ""
    text: str = ""
    given: bool = False
    read: bool = False


@dataclass
class _Term:
    """A part of an expression and its value; a bracketed one can stand in a product."""

    text: str
    value: float
    sum: bool = False

    @property
    def factor(self) -> str:
        """The text as a factor."""
        return f"({self.text})" if self.sum else self.text


@dataclass
class _Model:
    """A model under construction."""

    n: int
    dice: _Dice
    kinks: bool
    periods: int
    members: int
    drivers: list[_Rule] = field(default_factory=list)
    rules: list[_Rule] = field(default_factory=list)
    pools: dict[str | None, list[_Rule]] = field(default_factory=dict)
    unread: dict[str | None, list[_Rule]] = field(default_factory=dict)
    """Drivers by unit, and those that no rule reads yet; under None those of any unit."""

    def build(self) -> None:
        """Draw all drivers and rules."""
        for k, name in enumerate(drivers(self.n)):
            sited = bool(self.members) and self.dice.below(4) == 0
            self.drivers.append(_Rule(name, _SORTS[k % len(_SORTS)], (80 + self.dice.below(46)) / 100, sited))
        self.pools = {s: [d for d in self.drivers if s in (None, d.sort)] for s in (None, *_SORTS)}
        self.unread = dict(self.pools)
        for number in range(1, self.n + 1):
            self.rules.append(self.rule(number))

    def rule(self, number: int) -> _Rule:
        """Draw one rule."""
        sort = self.dice.of("count", "count", "money", "money", "price", "ratio")
        sited = bool(self.members) and self.dice.below(3) < 2 and number < self.n
        unit = f"万 {_UNITS[sort]}" if sort in ("count", "money") and self.dice.below(20) == 0 else _UNITS[sort]
        rule = _Rule(last(number), sort, 0.0, sited, unit)
        window = self.rules[-WINDOW:]
        if number == self.n:
            term = self.total(rule, [r for r in window if not r.read] or window[-1:])
        else:
            oldest = window[:1] if len(window) == WINDOW and not window[0].read else []
            term = self.shape(rule, oldest, window)
        if self.periods and number < self.n and self.dice.below(12) == 0:
            rule.given = True
            term = _Term(f"0.6 * {rule.id}[t-1] + 0.4 * {term.factor}", term.value)
        rule.text, rule.value = term.text, term.value
        return rule

    # -- what a rule can be -----------------------------------------------------------------------------------------

    def shape(self, rule: _Rule, oldest: list[_Rule], window: list[_Rule]) -> _Term:
        """Draw an expression over a rule about to leave the window, if it is unread, and others; drivers at first."""
        if not window:
            return self.driver_term(rule)
        first = oldest[0] if oldest else window[self.dice.below(len(window))]
        second = window[self.dice.below(len(window))]
        shapes = ["sum", "sum", "product", "product", "quotient", "quotient", "harmonic", "driver", "three"]
        shapes += ["min", "max", "bend"] if self.kinks else ["sum", "product", "quotient"]
        shape = self.dice.of(*shapes)
        if second is first and shape not in ("product", "quotient", "driver"):
            shape = "product"
        a = self.term(first, rule)
        if shape in ("product", "quotient"):
            return self.scaled(self.by_drivers(a, rule, shape))
        if shape == "driver":
            return self.scaled(self.weighted(a, self.driver_term(rule)))
        b = self.term(second, rule)
        if shape == "three":
            third = window[self.dice.below(len(window))]
            return self.scaled(self.weighted(self.weighted(a, b), self.term(third, rule)))
        if shape == "sum":
            return self.scaled(self.weighted(a, b))
        if shape == "harmonic":
            text = f"{a.factor} * {b.factor} / ({a.text} + {b.text})"
            return self.scaled(_Term(text, a.value * b.value / (a.value + b.value)))
        return self.kinked(shape, a, b)

    def kinked(self, shape: str, a: _Term, b: _Term) -> _Term:
        """Return the least or greatest of two terms, or one that goes on more slowly beyond another."""
        share = _decimal((80 + self.dice.below(41)) / 100)
        value = float(share) * b.value
        if shape in ("min", "max"):
            chosen = min(a.value, value) if shape == "min" else max(a.value, value)
            return self.scaled(_Term(f"{shape}({a.text}, {share} * {b.factor})", chosen))
        bent = 0.5 * a.value + 0.5 * value
        limit = f"{share} * {b.factor}"
        text = f"where({a.text} < {limit}, {a.text}, 0.5 * {a.factor} + 0.5 * {limit})"
        return self.scaled(_Term(text, a.value if a.value < value else bent))

    def total(self, rule: _Rule, parts: list[_Rule]) -> _Term:
        """Return the sum of all rules that nothing else reads."""
        terms = [self.term(p, rule) for p in parts]
        return self.scaled(_Term(" + ".join(t.text for t in terms), sum(t.value for t in terms), True))

    def weighted(self, a: _Term, b: _Term) -> _Term:
        """Return a sum of two terms with written weights."""
        first = 20 + self.dice.below(61)
        left, right = _decimal(first / 100), _decimal((100 - first) / 100)
        text = f"{left} * {a.factor} + {right} * {b.factor}"
        return _Term(text, float(left) * a.value + float(right) * b.value, True)

    def by_drivers(self, a: _Term, rule: _Rule, shape: str) -> _Term:
        """Return a term times or over a ratio, or the quotient of two drivers of one unit."""
        one = self.driver(None)
        if one.sort == "ratio":
            by, value = self.name(one, rule), one.value
        else:
            other = self.driver(one.sort, one)
            names = self.name(one, rule), self.name(other, rule)
            by = f"({names[0]} / {names[1]})" if shape == "quotient" else f"{names[0]} / {names[1]}"
            value = one.value / other.value
        if shape == "product":
            return _Term(f"{a.factor} * {by}", a.value * value)
        return _Term(f"{a.factor} / {by}", a.value / value)

    def scaled(self, term: _Term) -> _Term:
        """Return a term with a coefficient that brings its value back between 0.5 and 2, where it has left that."""
        if 0.5 <= term.value <= 2:
            return term
        coefficient = _decimal((70 + self.dice.below(61)) / 100 / term.value)
        return _Term(f"{coefficient} * {term.factor}", float(coefficient) * term.value)

    # -- what a rule reads ------------------------------------------------------------------------------------------

    def name(self, read: _Rule, rule: _Rule) -> str:
        """Return how a rule names what it reads; over the sites it is an average."""
        read.read = True
        return f"(sum({read.id}, site) / {self.members})" if read.sited and not rule.sited else read.id

    def driver(self, sort: str | None, other: _Rule | None = None) -> _Rule:
        """Draw a driver of a unit, not the other one; those that no rule reads yet come first when rules run out."""
        unread = self.unread[sort]
        hurry = len(self.unread[None]) * 10 >= self.n - len(self.rules) - 10
        pool = unread if unread and hurry else self.pools[sort]
        k = self.dice.below(len(pool))
        chosen = pool[k] if pool[k] is not other else pool[(k + 1) % len(pool)]
        if not chosen.read:
            for key in (None, chosen.sort):
                self.unread[key] = [d for d in self.unread[key] if d is not chosen]
        return chosen

    def driver_term(self, rule: _Rule) -> _Term:
        """Return a driver of the unit of a rule."""
        chosen = self.driver(rule.sort)
        return _Term(self.name(chosen, rule), chosen.value)

    def term(self, read: _Rule, rule: _Rule) -> _Term:
        """Return what a rule reads, turned into its own unit by drivers."""
        name = self.name(read, rule)
        if read.sort == rule.sort:
            return _Term(name, read.value)
        over = {"money count": "price", "money price": "count"}.get(f"{read.sort} {rule.sort}")
        times = {"count money": "price", "price money": "count"}.get(f"{read.sort} {rule.sort}")
        if times:
            by = self.driver(times)
            return _Term(f"{name} * {self.name(by, rule)}", read.value * by.value)
        if over:
            by = self.driver(over)
            return _Term(f"{name} / {self.name(by, rule)}", read.value / by.value)
        text, value = name, read.value
        if rule.sort != "ratio":
            by = self.driver(rule.sort)
            text, value = f"{text} * {self.name(by, rule)}", value * by.value
        if read.sort != "ratio":
            by = self.driver(read.sort)
            text, value = f"{text} / {self.name(by, rule)}", value / by.value
        return _Term(text, value)

    # -- files ------------------------------------------------------------------------------------------------------

    def files(self) -> dict[str, bytes]:
        """Return the files of the workspace."""
        header = _HEADER
        if self.periods:
            header += f"\ntime:\n  first: {FIRST}\n  last: {FIRST + self.periods - 1}\n  default: {FIRST}\n"
        if self.members:
            members = "".join(f"      s{m + 1}: {{zh: {m + 1} 号厂, en: site {m + 1}}}\n" for m in range(self.members))
            header += f"\ndimensions:\n  site:\n    label: {{zh: 工厂, en: site}}\n    members:\n{members}"
        parts = {"rules/workspace.yaml": header, "ontology/chain/chain.ttl": _CHAIN}
        parts["rules/drivers.yaml"] = "drivers:\n" + "".join(self.declared(d) for d in self.drivers)
        for start in range(0, self.n, _RULES_A_FILE):
            some = self.rules[start : start + _RULES_A_FILE]
            name = f"rules/part_{start // _RULES_A_FILE + 1:03}.yaml"
            parts[name] = "rules:\n" + "".join(self.declared(r) for r in some)
        return {name: text.encode() for name, text in sorted(parts.items())}

    def declared(self, rule: _Rule) -> str:
        """Return the declaration of a driver or rule."""
        number = rule.id.rpartition(".")[2][1:]
        noun = "规则, en: rule" if rule.text else "因子, en: driver"
        axes = [*(["site"] if rule.sited else []), *(["period"] if self.periods and rule.text else [])]
        lines = [f"  {rule.id}:", f"    label: {{zh: {noun} {number}}}"]
        unit = rule.unit or _UNITS[rule.sort]
        lines += [f'    unit: "{unit}"', f"    kind: {_KINDS[rule.sort]}"]
        if axes:
            lines.append(f"    foreach: [{', '.join(axes)}]")
        if rule.text:
            lines += ["    tier: maker", f"    expression: {rule.text}"]
        if rule.given:
            lines.append(f"    given: [{FIRST}]")
        if rule.given or not rule.text:
            lines.append("    assume:")
            sites = range(self.members) if rule.sited else (None,)
            period = f"period: {FIRST}, " if rule.given else ""
            value = rule.value / (10_000 if unit.startswith("万") else 1)
            for site in sites:
                index = "" if site is None else f"index: {{site: s{site + 1}}}, "
                shown = value if site is None else value * (95 + 3 * (site % 4)) / 100
                lines.append(f'      - {{{index}{period}value: "{_decimal(shown, 8)}", note: generated}}')
        return "\n".join(lines) + "\n"


def _decimal(value: float, places: int = 3) -> str:
    """Return a number as a short decimal text."""
    return f"{value:.{places}f}".rstrip("0").rstrip(".")


@cache
def _model(n: int, seed: int, kinks: bool, periods: int, members: int) -> _Model:
    model = _Model(n, _Dice(seed * 2 + 1), kinks, periods, members)
    model.build()
    return model


def workspace_files(
    n: int, seed: int = 0, kinks: bool = True, *, periods: int = 0, members: int = 0
) -> dict[str, bytes]:
    """Return the files of a workspace of n rules, by name below its folder.

    Args:
        n: how many rules, ten or more.
        seed: another model for every seed.
        kinks: whether some rules are min, max or where().
        periods: how many periods every rule has; without periods when 0. One rule in twelve then reads its own past.
        members: how many members of the dimension `site` two rules in three have; without dimension when 0.

    >>> sorted(workspace_files(10))
    ['ontology/chain/chain.ttl', 'rules/drivers.yaml', 'rules/part_001.yaml', 'rules/workspace.yaml']
    """
    return _model(n, seed, kinks, periods, members).files()


def expressions(n: int, seed: int = 0, kinks: bool = True) -> list[str]:
    """Return the expressions of the rules of a model, in order."""
    return [r.text for r in _model(n, seed, kinks, 0, 0).rules]


@cache
def program(n: int, seed: int = 0, kinks: bool = True, *, periods: int = 0, members: int = 0) -> CompiledProgram:
    """Return the compiled program of a generated model."""
    files = workspace_files(n, seed, kinks, periods=periods, members=members)
    return compile_program(check_files(files, ""))


def workspace(n: int, seed: int = 0, kinks: bool = True, *, periods: int = 0, members: int = 0) -> Workspace:
    """Return an opened workspace of a generated model."""
    files = workspace_files(n, seed, kinks, periods=periods, members=members)
    return Workspace(program(n, seed, kinks, periods=periods, members=members), files)
