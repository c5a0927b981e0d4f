"""What a case of the hostile corpus is, and the small sound workspace that most cases are a second file of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

__all__ = ["STANDARD", "Case", "answered", "expression", "rules", "text", "workspace"]

STANDARD = """\
workspace:
  id: standard
time: {first: 2023, last: 2026, default: 2024}
dimensions:
  fam: {members: {a: {en: A}, b: {en: B}}}
  alt: {alternatives: true, members: {p: {en: P}, q: {en: Q}}}
  gen: {members: {200g: {en: 200G}, 800g: {en: 800G}}}
units:
  gpu: {en: gpu, aliases: [张]}
  module: {en: module}
  server: {en: server}
drivers:
  x: {unit: "1", kind: ratio, assume: [{value: "2", note: two}]}
  "y": {unit: "1", kind: ratio, assume: [{value: "3", note: three}]}
  z: {unit: "1", kind: ratio, assume: [{value: "5", note: five}]}
  zero: {unit: "1", kind: ratio, assume: [{value: "0", note: zero}]}
  neg: {unit: "1", kind: ratio, assume: [{value: "-7", note: below zero}]}
  unknown: {unit: "1", kind: ratio}
  share: {unit: "%", kind: ratio, range: ["0", "100"], assume: [{value: "70", note: seventy percent}]}
  part: {unit: "1", kind: ratio, range: ["0", "1"], assume: [{value: "0.7", note: seven tenths}]}
  s:
    unit: "1"
    kind: flow
    foreach: [period]
    assume:
      - {period: 2023, value: "1", note: first}
      - {period: 2024, value: "2", note: second}
      - {period: 2025, value: "4", note: third}
      - {period: 2026, value: "8", note: fourth}
  f:
    unit: "1"
    kind: ratio
    foreach: [fam]
    assume: [{index: {fam: a}, value: "10", note: ten}, {index: {fam: b}, value: "20", note: twenty}]
  c:
    unit: "1"
    kind: ratio
    foreach: [alt]
    assume: [{index: {alt: p}, value: "1", note: one}, {index: {alt: q}, value: "2", note: two}]
  d:
    unit: "1"
    kind: ratio
    foreach: [gen]
    assume: [{index: {gen: 200g}, value: "11", note: eleven}, {index: {gen: 800g}, value: "13", note: thirteen}]
  w:
    unit: "1"
    kind: ratio
    foreach: [fam, alt]
    where: [{fam: a, alt: p}, {fam: b, alt: q}]
    assume: [{index: {fam: a, alt: p}, value: "6", note: six}, {index: {fam: b, alt: q}, value: "9", note: nine}]
  "n": {unit: gpu, kind: stock, assume: [{value: "100", note: a hundred}]}
  nn: {unit: 万 gpu, kind: stock, assume: [{value: "1.00005", note: ten thousand and a half}]}
  m: {unit: module, kind: stock, assume: [{value: "7", note: seven}]}
  per_gpu: {unit: module/gpu, kind: coefficient, assume: [{value: "6", note: six}]}
  usd: {unit: USD, kind: stock, assume: [{value: "1000", note: a thousand}]}
  cny: {unit: CNY, kind: stock, assume: [{value: "7000", note: seven thousand}]}
  fx: {unit: CNY/USD, kind: price, assume: [{value: "7", note: seven}]}
  power: {unit: kW, kind: rate, assume: [{value: "2", note: two}]}
  watts: {unit: W, kind: rate, assume: [{value: "500", note: five hundred}]}
  hours: {unit: h, kind: flow, assume: [{value: "3", note: three}]}
  days: {unit: day, kind: flow, assume: [{value: "1", note: one}]}
  mem: {unit: GB, kind: stock, assume: [{value: "8", note: eight}]}
  bits: {unit: Gbit, kind: stock, assume: [{value: "8", note: eight}]}
  bw: {unit: GB/s, kind: rate, assume: [{value: "2", note: two}]}
  work: {unit: FLOP, kind: stock, assume: [{value: "5", note: five}]}
  speed: {unit: TFLOP/s, kind: rate, assume: [{value: "1", note: one}]}
  yearly: {unit: gpu/year, kind: flow, assume: [{value: "12", note: twelve}]}
rules:
  used.pure:
    unit: "1"
    kind: ratio
    expression: >-
      x + y + z + zero + neg + unknown + share + part + s[period=2023] + sum(f, fam) + c[alt=p] + sum(d, gen)
      + w[fam=a,alt=p]
  used.units:
    unit: "1"
    kind: ratio
    expression: >-
      n/n + nn/nn + m/m + per_gpu/per_gpu + usd/usd + cny/cny + fx/fx + power/power + watts/watts + hours/hours
      + days/days + mem/mem + bits/bits + bw/bw + work/work + speed/speed + yearly/yearly
"""
"""Every driver is used, so a case adds nothing but what it is about."""


@dataclass(frozen=True)
class Case:
    """Files of a workspace and what must come of them."""

    name: str
    files: Mapping[str, str | bytes] = field(repr=False)
    codes: tuple[str, ...] = ()
    """Codes of which the first must be reported; empty for a case that is answered."""
    ask: tuple[str, ...] = ("check",)
    answer: Fraction | None = None
    hint: str = ""
    """A part of what must be printed: the nearest valid name, or what to do."""
    exit: int = 3


def text(name: str, content: str | bytes, *codes: str, hint: str = "") -> Case:
    """Return a refused case whose second file is `content`."""
    return Case(name, {"rules/workspace.yaml": STANDARD, "rules/case.yaml": content}, codes, hint=hint)


def workspace(name: str, content: str | bytes, *codes: str, hint: str = "") -> Case:
    """Return a refused case that is one workspace file."""
    return Case(name, {"rules/workspace.yaml": content}, codes, hint=hint)


def rules(written: str, unit: str = "1", extra: str = "") -> str:
    """Return a file with the rule `r` by this expression."""
    quoted = written.replace("'", "''")
    return f"rules:\n  r:\n    unit: '{unit}'\n    kind: ratio\n{extra}    expression: '{quoted}'\n"


def expression(name: str, written: str, code: str = "BW111", unit: str = "1", extra: str = "", hint: str = "") -> Case:
    """Return a refused case that is one expression."""
    return text(name, rules(written, unit, extra), code, hint=hint)


def answered(name: str, written: str, value: str, unit: str = "1", extra: str = "", cell: str = "r") -> Case:
    """Return a case that is answered, with its value worked by hand."""
    files = {"rules/workspace.yaml": STANDARD, "rules/case.yaml": rules(written, unit, extra)}
    return Case(name, files, (), ("value", cell), Fraction(value))
