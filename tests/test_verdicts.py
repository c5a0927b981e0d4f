"""Verdicts against an oracle that knows nothing of intervals: it tries values and looks what they print as."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random

import pytest

from bullwhip import Workspace
from bullwhip.audit import AuditRow

_HEAD = "locator\trow\tcolumn\tpart\tlexical\tvalue\tlow\thigh\tbound\tunit\tstatus\tline"
_RULES = """\
workspace: {id: oracle}
time: {first: 2023, last: 2024}
units: {card: {en: card, aliases: [张]}}
derivations:
"""
_DERIVATION = """\
  {name}:
    label: {{en: {name}}}
    report: "900"
    unit: "{unit}"
    result: {{table: {name}, row: r}}
    reads: {{{reads}}}
    expression: {expression}
    source: 900/{name}
"""
_DOCUMENT = """\
document: {id: "900", title: {en: A report}, published: "2024-01-31"}
units: {"": "1", "%": "%", pp: pp, 张: card}
"""


@dataclass(frozen=True)
class Print:
    """A figure as a table prints it."""

    text: str
    value: str = ""
    bound: str = ""
    low: str = ""
    high: str = ""
    unit: str = ""

    def line(self, table: str, row: str, column: str) -> str:
        """Return the line of a fact table."""
        value = "" if self.low else self.value or self.text
        parts = [table, row, column, "", self.text, value, self.low, self.high, self.bound, self.unit, "A", "1"]
        return "\t".join(parts)


def audited(folder: Path, cases: dict[str, tuple[str, str, list[dict[str, Print]]]]) -> dict[str, list[AuditRow]]:
    """Return the rows of the results of each derivation, column by column.

    Args:
        folder: where the workspace is written.
        cases: derivation to its expression, its unit, and the prints of each column by row, the result under `r`.
    """
    facts = folder / "ontology" / "facts" / "900"
    facts.mkdir(parents=True)
    (folder / "rules").mkdir()
    rules, lines = _RULES, [_HEAD]
    for name, (expression, unit, columns) in cases.items():
        reads = ", ".join(f"{row}: {{row: {row}}}" for row in columns[0] if row != "r")
        rules += _DERIVATION.format(name=name, unit=unit, reads=reads, expression=expression)
        lines += [p.line(name, row, f"c{k}") for k, prints in enumerate(columns) for row, p in prints.items()]
    (folder / "rules" / "workspace.yaml").write_text(rules, encoding="utf-8")
    (facts / "document.yaml").write_text(_DOCUMENT, encoding="utf-8")
    (facts / "cells.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = [r for r in Workspace.open(folder).audit() if r.claim.row == "r"]
    return {name: [r for r in rows if r.claim.locator == name] for name in cases}


# -- an oracle that rounds -------------------------------------------------------------------------------------------


def _digits(value: Fraction, step: Fraction, mode: str) -> Fraction:
    """Return what a value prints as, away from zero at a half, or cut towards zero."""
    size = abs(value) / step + (Fraction(1, 2) if mode == "half-up" else 0)
    size = Fraction(size.numerator // size.denominator) * step
    return size if value >= 0 else -size


def _step(text: str) -> Fraction:
    return Fraction(1, 10 ** len(text.partition(".")[2]))


def _meant(text: str, mode: str) -> list[Fraction]:
    """Return values that print as the text: those near both ends, and some between."""
    value, step, tiny = Fraction(text), _step(text), Fraction(1, 10**15)
    tried = {value + step * Fraction(k, 4) + d for k in range(-6, 7) for d in (-tiny, Fraction(0), tiny)}
    return sorted(v for v in tried if _digits(v, step, mode) == value)


_EXPRESSIONS: dict[str, Callable[..., Fraction]] = {
    "a + b": lambda a, b: a + b,
    "a - b": lambda a, b: a - b,
    "a * b": lambda a, b: a * b,
    "a / (b + 40)": lambda a, b: a / (b + 40),
    "a / (b + 40) - 1": lambda a, b: a / (b + 40) - 1,
    "(a - b) / (b + 40)": lambda a, b: (a - b) / (b + 40),
    "a ^ 2 - b": lambda a, b: a**2 - b,
    "a * (1 - a) + b": lambda a, b: a * (1 - a) + b,
    "max(a, b) - min(a, b)": lambda a, b: max(a, b) - min(a, b),
    "abs(a) * b": lambda a, b: abs(a) * b,
    "where(a < b, a, 2 * b)": lambda a, b: a if a < b else 2 * b,
}


def _expected(function: Callable[..., Fraction], inputs: Sequence[str], result: str) -> tuple[str, bool]:
    """Return the best verdict that tried values show, and whether the result is near what they reach."""
    value, step = Fraction(result), _step(result)
    point = function(*(Fraction(t) for t in inputs))
    modes = ("half-up", "cut")
    if any(_digits(point, step, mode) == value for mode in modes):
        return "reproduced", True
    near = False
    for mode in modes:
        reached = [function(*values) for values in product(*(_meant(t, mode) for t in inputs))]
        if any(_digits(v, step, mode) == value for v in reached):
            return "within_rounding", True
        prints = _meant(result, mode)
        near = near or (min(reached) <= max(prints) and min(prints) <= max(reached))
    return "contradicted", near


def _text(random: Random) -> str:
    places = random.choice([0, 0, 1])
    value = random.randint(-30, 30)
    text = f"{abs(value)}" if places == 0 else f"{abs(value) // 10}.{abs(value) % 10}"
    return f"-{text}" if value < 0 and Fraction(text) else text


@pytest.mark.parametrize("expression", _EXPRESSIONS)
def test_verdicts_agree_with_trying_values_out(expression: str, tmp_path: Path) -> None:
    """Whatever is printed, the verdict is what values that print as the inputs show, to the last tie."""
    random, function = Random(expression), _EXPRESSIONS[expression]  # noqa: S311  not a secret
    columns = []
    for _ in range(100):
        a, b = _text(random), _text(random)
        point = function(Fraction(a), Fraction(b))
        places = random.choice([0, 1])
        step = Fraction(1, 10**places)
        near = _digits(point + Fraction(random.randint(-25, 25), 10) * step, step, "half-up")
        result = f"{float(near):.{places}f}"
        columns.append({"a": Print(a), "b": Print(b), "r": Print(result if Fraction(result) else result.lstrip("-"))})
    rows = audited(tmp_path, {"table": (expression, "1", columns)})["table"]
    wrong = []
    for prints, row in zip(columns, rows, strict=True):
        best, close = _expected(function, (prints["a"].text, prints["b"].text), prints["r"].text)
        if best != row.verdict and not (best == "contradicted" and close):
            wrong.append((prints["a"].text, prints["b"].text, prints["r"].text, best, row.verdict))

    assert len(rows) == 100
    assert wrong == []


# -- cases worked by hand --------------------------------------------------------------------------------------------

_HAND: dict[str, tuple[str, str, dict[str, Print], str]] = {
    "a sum of counts": ("a + b", "card", {"a": Print("3", unit="张"), "b": Print("4", unit="张"),
                        "r": Print("7", unit="张")}, "reproduced"),
    "a sum of counts that is one short": ("a + b", "card", {"a": Print("3", unit="张"), "b": Print("4", unit="张"),
                                          "r": Print("6", unit="张")}, "contradicted"),
    "a figure said again one step up": ("a", "1", {"a": Print("0.7"), "r": Print("0.8")}, "contradicted"),
    "a figure said again one step down": ("a", "1", {"a": Print("-0.7"), "r": Print("-0.6")}, "contradicted"),
    "a finer print of a figure": ("a", "1", {"a": Print("0.7"), "r": Print("0.74")}, "within_rounding"),
    "the figure at which the next one begins": ("a", "1", {"a": Print("0.7"), "r": Print("0.85")}, "contradicted"),
    "a scale taken into the value": ("a", "1", {"a": Print("95万", "950000"), "r": Print("947000")}, "within_rounding"),
    "beyond a scale taken into the value": ("a", "1", {"a": Print("95万", "950000"), "r": Print("940000")},
                                            "contradicted"),
    "a division by nothing": ("a / b", "1", {"a": Print("3", unit="张"), "b": Print("0", unit="张"), "r": Print("2")},
                              "not_derivable"),
    "a root of a negative figure": ("sqrt(a)", "1", {"a": Print("-4.0"), "r": Print("2.0")}, "not_derivable"),
    "a growth on a negative base": ("(a / b) ^ (1/3) - 1", "1", {"a": Print("8.0"), "b": Print("-1.0"),
                                    "r": Print("1.0")}, "not_derivable"),
    "a root of what may be nothing": ("sqrt(a)", "1", {"a": Print("0.0"), "r": Print("0.2")}, "within_rounding"),
    "a division by what is rounded to nothing": ("a / b", "1", {"a": Print("1.0"), "b": Print("0.0"),
                                                 "r": Print("50")}, "within_rounding"),
    "over a figure that is reached": ("a", "1", {"a": Print("5.2"), "r": Print("5", bound=">")}, "reproduced"),
    "over a figure that is the value": ("a", "1", {"a": Print("5"), "r": Print("5", bound=">")}, "reproduced"),
    "over a figure that only rounds to it": ("a", "1", {"a": Print("4.8"), "r": Print("5", bound=">")}, "contradicted"),
    "under a figure that is passed": ("a", "1", {"a": Print("5.9"), "r": Print("5", bound="<")}, "contradicted"),
    "at most a figure that is passed": ("a", "1", {"a": Print("5.2"), "r": Print("5", bound="<=")}, "contradicted"),
    "at most a figure that rounds to it": ("a", "1", {"a": Print("5.0"), "r": Print("4.98", bound="<=")},
                                           "within_rounding"),
    "about a figure": ("a", "1", {"a": Print("760"), "r": Print("800", bound="~")}, "within_rounding"),
    "not even about a figure": ("a", "1", {"a": Print("740"), "r": Print("800", bound="~")}, "contradicted"),
    "a zero of either side": ("a", "1", {"a": Print("-0.03"), "r": Print("0.0")}, "reproduced"),
    "a zero below": ("a", "1", {"a": Print("0.03"), "r": Print("-0.0", "0")}, "contradicted"),
    "a zero below in parentheses": ("a", "1", {"a": Print("0.03"), "r": Print("(0.0)", "0")}, "contradicted"),
    "a zero above": ("a", "1", {"a": Print("-0.03"), "r": Print("+0.0", "0")}, "contradicted"),
    "a zero above that is right": ("a", "1", {"a": Print("0.03"), "r": Print("+0.0", "0")}, "reproduced"),
    "inside a range": ("a", "1", {"a": Print("25"), "r": Print("20-30", low="20", high="30")}, "reproduced"),
    "outside a range": ("a", "1", {"a": Print("31.5"), "r": Print("20-30", low="20", high="30")}, "contradicted"),
    "twice a range": ("2 * a", "1", {"a": Print("10-15", low="10", high="15"),
                      "r": Print("20-30", low="20", high="30")}, "reproduced"),
    "percent and points": ("a - b", "1", {"a": Print("12.5%", "12.5", unit="%"), "b": Print("10.2%", "10.2", unit="%"),
                           "r": Print("2.3", unit="pp")}, "reproduced"),
    "a percent as a ratio": ("a / b", "1", {"a": Print("1"), "b": Print("2"), "r": Print("50.0%", "50.0", unit="%")},
                             "reproduced"),
    "the inside of a hill": ("a * (1 - a)", "1", {"a": Print("0.5"), "r": Print("0.2475")}, "within_rounding"),
    "the top of a hill": ("a * (1 - a)", "1", {"a": Print("0.5"), "r": Print("0.2500")}, "reproduced"),
    "above the top of a hill": ("a * (1 - a)", "1", {"a": Print("0.5"), "r": Print("0.2502")}, "contradicted"),
    "the top of a hill between prints": ("a * (1 - a)", "1", {"a": Print("0.48"), "r": Print("0.25")}, "reproduced"),
    "the top of a hill inside a print": ("a * (1.05 - a)", "1", {"a": Print("0.5"), "r": Print("0.275625")},
                                         "within_rounding"),
}  # fmt: skip


@pytest.mark.parametrize("name", _HAND)
def test_verdicts_worked_by_hand(name: str, tmp_path: Path) -> None:
    """Ties, signs, bounds, ranges, counts and gaps are judged as a careful person would."""
    expression, unit, prints, expected = _HAND[name]

    assert audited(tmp_path, {"table": (expression, unit, [prints])})["table"][0].verdict == expected


_MODEL = """\
workspace: {id: oracle}
time: {first: 2023, last: 2024}
drivers:
  x: {unit: "1", kind: ratio}
  w: {unit: "1", kind: ratio}
rules:
  z: {unit: "1", kind: ratio, expression: x * w}
"""
_TIED = """\
document: {{id: "{id}", title: {{en: A report}}, published: "{date}"}}
units: {{"": "1"}}
cells:
"""


def _modelled(folder: Path, prints: dict[str, dict[str, Print]]) -> dict[str, AuditRow]:
    """Return the rows of the results of a model that several documents feed, by document."""
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "workspace.yaml").write_text(_MODEL, encoding="utf-8")
    for number, (document, rows) in enumerate(prints.items(), 1):
        facts = folder / "ontology" / "facts" / document
        facts.mkdir(parents=True)
        lines = [_HEAD, *(p.line("T", row, "c") for row, p in rows.items())]
        tied = _TIED.format(id=document, date=f"2024-0{number}-01")
        tied += "".join(f"  - {{tables: [T], row: {row}, column: c, quantity: {row}, unit: '1'}}\n" for row in rows)
        (facts / "document.yaml").write_text(tied, encoding="utf-8")
        (facts / "cells.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {r.claim.document: r for r in Workspace.open(folder).audit() if r.claim.row == "z"}


@pytest.mark.parametrize(
    ("x", "w", "z", "expected"),
    [
        ("2.00", "3.00", "6.00", "reproduced"),
        ("2.00", "3.00", "5.00", "contradicted"),
        ("2.00", "3.00", "12.00", "contradicted"),
        ("0.00", "3.00", "0.00", "reproduced"),
        ("2.00", "3.00", "0.00", "contradicted"),
        ("2.0", "3.0", "6.2", "within_rounding"),
    ],
)
def test_a_result_of_the_model_is_judged_by_its_own_document(
    x: str, w: str, z: str, expected: str, tmp_path: Path
) -> None:
    """What another document prints for an input, which the policy chooses, excuses no result of this one."""
    prints = {
        "900": {"x": Print(x), "w": Print(w), "z": Print(z)},
        "901": {"x": Print("4.00")},
    }
    found = _modelled(tmp_path, prints)["900"]

    assert found.verdict == expected
    assert expected != "contradicted" or found.recomputed == Fraction(x) * Fraction(w)
