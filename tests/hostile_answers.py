"""Rules that look odd and are right: each value was worked by hand from the standard drivers."""

from __future__ import annotations

from fractions import Fraction

from hostile_case import STANDARD, Case, answered

__all__ = ["CASES"]

_TIMED = "    foreach: [period]\n"
_LATER = "    foreach: [period]\n    since: 2024\n"
_GIVEN = "    foreach: [period]\n    given: [2023]\n    assume: [{period: 2023, value: '3', note: base}]\n"
_GIVEN_2 = (
    "    foreach: [period]\n    given: [2023, 2024]\n"
    "    assume: [{period: 2023, value: '1', note: base}, {period: 2024, value: '1', note: base}]\n"
)

ARITHMETIC: tuple[Case, ...] = (
    answered("minus binds weaker than power", "-x^2", "-4"),
    answered("a parenthesis binds stronger", "(-x)^2", "4"),
    answered("minus is left to right", "x - y - z", "-6"),
    answered("division is left to right", "x / y / z", "2/15"),
    answered("division and product are left to right", "x / y * z", "10/3"),
    answered("power before product", "x * y^2", "18"),
    answered("a negative power", "2^-1", "1/2"),
    answered("a negative power in a product", "2^-1 * 3", "3/2"),
    answered("a power of a fraction", "(x/y)^-2", "9/4"),
    answered("minus a minus", "x - -y", "5"),
    answered("two minus signs", "--x", "2"),
    answered("a leading plus", "+x - y", "-1"),
    answered("a power of zero", "x^0", "1"),
    answered("a square root that is rational", "sqrt(y * 12)", "6"),
    answered("a root as a power", "(9/4)^0.5", "3/2"),
    answered("a cube root", "8^(1/3)", "2"),
    answered("a two-thirds power", "27^(2/3)", "9"),
    answered("tenths are tenths", "0.1 + 0.2", "3/10"),
    answered("thirds are thirds", "1/3 + 1/3 + 1/3", "1"),
    answered("a large number keeps its last digit", "1e25 + 1 - 1e25", "1"),
    answered("a large product is exact", "3e23 * 6", "1800000000000000000000000"),
    answered("a small number is not zero", "1e-300 * 1e300", "1"),
    answered("a literal of forty digits", "1" * 40, "1" * 40),
    answered("five hundred terms", "+".join(["x"] * 500), "1000"),
    answered("forty parentheses", "(" * 40 + "x" + ")" * 40, "2"),
    answered("full-width brackets and comma", "min（x，y）＋z", "7"),
    answered("the least of equals", "min(x, x, 2)", "2"),
    answered("the greatest with a negative", "max(neg, -8)", "-7"),
    answered("a floor of a negative", "floor(neg / 2)", "-4"),
    answered("a ceiling of a negative", "ceil(neg / 2)", "-3"),
    answered("a floor of a whole number", "floor(-7)", "-7"),
    answered("an absolute value", "abs(neg)", "7"),
    answered("a logarithm of one", "log(x - 1)", "0"),
    answered("an exponential of zero", "exp(zero)", "1"),
    answered("a boundary that is not below", "where(x < 2, 1, 0)", "0"),
    answered("a boundary that is at most", "where(x <= 2, 1, 0)", "1"),
    answered("a boundary that is not above", "where(x > 2, 1, 0)", "0"),
    answered("a boundary that is at least", "where(x >= 2, 1, 0)", "1"),
    answered("the first condition wins", "piecewise(x < 2, 1, x <= 2, 20, x < 9, 300, 4000)", "20"),
    answered("otherwise", "piecewise(x < 0, 1, x < 1, 2, 3)", "3"),
    answered("a branch that is not taken may be unknown", "where(x < y, x, unknown)", "2"),
)

INDICES: tuple[Case, ...] = (
    answered("a sum over a dimension", "sum(f, fam)", "30"),
    answered("a sum of a product", "sum(f * x, fam)", "60"),
    answered("a sum of constants over members that vary", "sum(f * 0 + 1, fam)", "2"),
    answered("a sum over two dimensions", "sum(sum(f * d, fam), gen)", "720"),
    answered("a sum over periods", "sum(s, period)", "15"),
    answered("a sum of a product over periods", "sum(s * x, period)", "30"),
    answered("a chosen member", "f[fam=b] - f[fam=a]", "10"),
    answered("a member that begins with a digit", "d[gen=200g] + d[gen=800g]", "24"),
    answered("one of the alternatives", "c[alt=q]", "2"),
    answered("one value for all members", "f * x", "40", extra="    foreach: [fam]\n", cell="r[fam=b]"),
    answered("a fixed period", "s[period=2024]", "2"),
    answered("a lag", "s[t-1]", "2", extra=_LATER, cell="r[period=2025]"),
    answered(
        "a lag by a function", "lag(s, 2)", "1", extra="    foreach: [period]\n    since: 2025\n", cell="r[period=2025]"
    ),
    answered("a change", "delta(s)", "4", extra=_LATER, cell="r[period=2026]"),
    answered("a growth rate", "yoy(s)", "1", extra=_LATER, cell="r[period=2024]"),
    answered("a running sum", "cum(s)", "7", extra=_TIMED, cell="r[period=2025]"),
    answered("a running sum in its first period", "cum(s)", "1", extra=_TIMED, cell="r[period=2023]"),
    answered("a compound growth rate", "cagr(s, 2023, 2026)", "1"),
    answered("an index", "index(s, 2024)", "4", extra=_TIMED, cell="r[period=2026]"),
    answered("an index to a later base", "index(s, 2026)", "1/8", extra=_TIMED, cell="r[period=2023]"),
    answered("a circle through a lag", "r[t-1] * 2", "24", extra=_GIVEN, cell="r[period=2026]"),
    answered("a circle through a function", "lag(r, 1) + s", "17", extra=_GIVEN, cell="r[period=2026]"),
    answered("a circle through two lags", "r[t-1] + r[t-2]", "3", extra=_GIVEN_2, cell="r[period=2026]"),
    answered("a base year of its own", "r[t-1] * 2", "3", extra=_GIVEN, cell="r[period=2023]"),
    answered(
        "an index set of another quantity",
        "w * x",
        "18",
        extra="    foreach: [fam, alt]\n    where: w\n",
        cell="r[fam=b,alt=q]",
    ),
    answered("members of a restricted set", "w[fam=a,alt=p] + w[fam=b,alt=q]", "15"),
)

UNITS: tuple[Case, ...] = (
    answered("a percentage is a share", "1 - share", "3/10"),
    answered("a share as a percentage", "x / 4", "50", unit="%"),
    answered("a percentage of a count", "share * n", "70", unit="gpu"),
    answered("ten thousands", "n", "1/100", unit="万 gpu"),
    answered("ten thousands by alias", "n", "1/100", unit="万张"),
    answered("hundred millions of money", "usd * fx", "7/100000", unit="亿 CNY"),
    answered("an exchange rate", "cny / fx", "1000", unit="USD"),
    answered("kilowatts and watts", "power + watts", "5/2", unit="kW"),
    answered("the least of two units", "min(power, watts)", "500", unit="W"),
    answered("kilowatt hours", "power * hours", "6", unit="kWh"),
    answered("kilowatt hours as a product", "power * hours", "6", unit="kW*h"),
    answered("joules", "power * hours", "21600000", unit="J"),
    answered("bytes are eight bits", "mem", "64", unit="Gbit"),
    answered("a transfer time", "mem / bw", "4", unit="s"),
    answered("a speed for a day", "speed * days", "432/5", unit="PFLOP"),
    answered("a comparison across units", "where(power < watts, 1, 2)", "2"),
    answered("counts round in whole things", "floor(nn)", "10000", unit="gpu"),
    answered("counts round in whole things, shown in ten thousands", "ceil(nn)", "10001/10000", unit="万 gpu"),
    answered("a count of one thing per another", "n * per_gpu + m", "607", unit="module"),
    answered("a zero fits any unit", "max(n - n, 0)", "0", unit="gpu"),
    answered("a root of a square", "sqrt(n * n)", "100", unit="gpu"),
    answered("a power of a unit", "n^2 / n", "100", unit="gpu"),
)


def _named(name: str, value: str) -> Case:
    """Return a case with a driver of that name and the value 4."""
    files = {
        "rules/workspace.yaml": STANDARD,
        "rules/case.yaml": (
            f'drivers:\n  {name}: {{unit: "1", kind: ratio, assume: [{{value: "4", note: four}}]}}\n'
            f'rules:\n  r: {{unit: "1", kind: ratio, expression: {name} * 2}}\n'
        ),
    }
    return Case(f"an input named {name}", files, (), ("value", "r"), Fraction(value))


def _files(name: str, content: str, value: str, *ask: str, **more: str) -> Case:
    files = {"rules/workspace.yaml": STANDARD, "rules/case.yaml": content}
    files |= {f"rules/scenarios/{k}.yaml": v for k, v in more.items()}
    return Case(name, files, (), ask, Fraction(value))


_LABELLED = """\
rules:
  r:
    label: {zh: "<script>alert(1)</script>", en: "[red]x[/red] %s {0} $(true) `true` =cmd|'/c'!A1"}
    note: "__import__('os')"
    unit: "1"
    kind: ratio
    expression: x + 1
"""
_MUTUAL = """\
rules:
  a: {unit: "1", kind: stock, foreach: [period], given: [2023], expression: 'b[t-1] + 1',
      assume: [{period: 2023, value: "1", note: base}]}
  b: {unit: "1", kind: stock, foreach: [period], expression: a * 2}
"""
_R = 'rules:\n  r: {unit: "1", kind: ratio, expression: part * 10}\n'

FILES: tuple[Case, ...] = (
    *(_named(n, "8") for n in ("e", "i", "pi", "oo", "nan", "inf", "lambda", "import", "if", "e1", "n.s", "eval")),
    _files("markup in labels is inert", _LABELLED, "3", "value", "r"),
    _files("a circle of two through a lag", _MUTUAL, "15", "value", "a[period=2026]"),
    _files("a byte order mark", "\ufeff" + _R, "7", "value", "r"),
    _files("line ends of another system", _R.replace("\n", "\r\n"), "7", "value", "r"),
    _files("comments and blank lines", f"# a\n\n{_R}\n# b\n", "7", "value", "r"),
    _files("a document start", f"---\n{_R}...\n", "7", "value", "r"),
    _files("a scenario in percent", _R, "3", "value", "r", "--scenario", "low", low="scenario: {set: {part: 30 %}}\n"),
    _files(
        "a scenario as a number", _R, "3", "value", "r", "--scenario", "low", low='scenario: {set: {part: "0.3"}}\n'
    ),
    _files(
        "a scenario of one member",
        'rules:\n  r: {unit: "1", kind: ratio, expression: "sum(f, fam)"}\n',
        "21",
        "value",
        "r",
        "--scenario",
        "one",
        one='scenario: {set: {"f[fam=b]": "11"}}\n',
    ),
    _files(
        "a scenario in another unit",
        "rules:\n  r: {unit: W, kind: rate, expression: power}\n",
        "250",
        "value",
        "r",
        "--scenario",
        "one",
        one="scenario: {set: {power: 0.25 kW}}\n",
    ),
    _files(
        "a variant",
        'rules:\n  r: {unit: "1", kind: ratio, expression: x, variants: {other: z}}\n',
        "5",
        "value",
        "r",
        "--scenario",
        "one",
        one="scenario: {variants: {r: other}}\n",
    ),
    _files("a value set on the command line", _R, "5", "value", "r", "--set", "part=50 %"),
)

CASES = (*ARITHMETIC, *INDICES, *UNITS, *FILES)
