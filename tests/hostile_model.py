"""Files that read well and do not hold up: names, units, indices, time, values, scenarios."""

from __future__ import annotations

from hostile_case import STANDARD, Case, expression, rules, text, workspace

__all__ = ["CASES"]

_TIMED = "    foreach: [period]\n"
_LATER = "    foreach: [period]\n    since: 2024\n"


def _rule(name: str) -> str:
    return f"rules:\n  {name}: {{unit: '1', kind: ratio, expression: x}}\n"


def _driver(body: str, used: str = "v") -> str:
    rule = f"rules:\n  r: {{unit: '1', kind: ratio, expression: '{used}'}}\n"
    return f"drivers:\n  v:\n    unit: '1'\n    kind: ratio\n{body}{rule}"


NAMES: tuple[Case, ...] = (
    expression("an unknown name", "nothing.like_it", "BW201", hint="declare it"),
    expression("a misspelt name", "shara * x", "BW201", hint="did you mean 'share'"),
    expression("a dimension as a quantity", "fam + 1", "BW201", hint="is a dimension"),
    expression("an unknown dimension in a sum", "sum(f, famm)", "BW201", hint="did you mean 'fam'"),
    text("an upper-case id", _rule("Hbm.value"), "BW203", hint="snake_case"),
    text("an id with a hyphen", _rule("hbm-value"), "BW203"),
    text("an id with a space", _rule("hbm value"), "BW203"),
    text("an id that begins with a digit", _rule("8gpu"), "BW203"),
    text("an id that begins with an underscore", _rule("_r"), "BW203"),
    text("an id that ends in a point", _rule("r."), "BW203"),
    text("an id in Chinese", _rule("显存"), "BW203", hint="label"),
    text("an id with a look-alike", _rule("hbm.vаlue"), "BW203", hint="U+0430"),
    text("an id in full-width letters", _rule("ｒ"), "BW203"),
    text("an id that is too long", _rule("a" * 101), "BW203", hint="100"),
    text("an id that is a function", _rule("min"), "BW203", hint="reserved"),
    text("an id that is the time", _rule("t"), "BW203", hint="reserved"),
    text("an id that is a path", _rule("../x"), "BW203"),
    text("an id that is code", _rule("__import__('os')"), "BW203"),
    text("an id of another file", _rule("x"), "BW202", hint="rules/workspace.yaml:"),
    Case(
        "an id in two other files",
        {"rules/workspace.yaml": STANDARD, "rules/a.yaml": _rule("r"), "rules/b.yaml": _rule("r")},
        ("BW202",),
    ),
    text("a driver that is also a rule", _driver("").replace("  r:", "  v:"), "BW202"),
    text("a driver that nothing uses", "drivers:\n  v: {unit: '1', kind: ratio}\n", "BW208", hint="use it"),
    text("a driver that only a comment uses", "drivers:\n  v: {unit: '1', kind: ratio}\n# v\n", "BW208"),
)

UNITS: tuple[Case, ...] = (
    expression("FLOP is no FLOP/s", "work + speed", "BW205", hint="per unit of time"),
    expression("a rate declared as a count", "speed", "BW205", unit="TFLOP"),
    expression("a forgotten division by days", "work", "BW205", unit="FLOP/s"),
    expression("bits are no bytes per second", "mem + bw", "BW205"),
    expression("dollars and yuan", "usd + cny", "BW205", unit="USD", hint="exchange rate"),
    expression("an exchange rate upside down", "usd / fx", "BW205", unit="CNY"),
    expression("accelerators and modules", "n + m", "BW205", unit="gpu"),
    expression("accelerators and a number", "n + 1", "BW205", unit="gpu"),
    expression("a number declared as accelerators", "x", "BW205", unit="gpu"),
    expression("accelerators declared as a number", "n", "BW205"),
    expression("the least of two things", "min(n, m)", "BW205", unit="gpu"),
    expression("a condition across things", "where(n < m, 1, 2)", "BW205"),
    expression("a condition against a number", "where(n < 5, 1, 2)", "BW205"),
    expression("branches of two things", "where(x < y, n, m)", "BW205", unit="gpu"),
    expression("an exponential of a unit", "exp(n)", "BW205"),
    expression("a logarithm of money", "log(usd)", "BW205"),
    expression("a floor of money", "floor(usd)", "BW205", unit="USD", hint="depends on the unit"),
    expression("a ceiling of power", "ceil(power)", "BW205", unit="kW"),
    expression("a floor of a yearly rate", "floor(yearly)", "BW205", unit="gpu/year"),
    expression("a square declared as itself", "n * n", "BW205", unit="gpu"),
    expression("a root of a count", "sqrt(n)", "BW205", unit="gpu"),
    expression("zero to the zero has no unit", "0^0", "BW205", unit="USD"),
    expression("one times a thing minus one", "n * 1 - 1", "BW205", unit="gpu"),
    expression("a year is no number of days", "yearly * days", "BW205", unit="gpu"),
    *(
        text(f"the unit {unit}", rules("x", unit), "BW206")
        for unit in (
            "gpus",
            "Gpu",
            "FLOPs",
            "usd",
            "US$",
            "kg/",
            "/s",
            "gpu//s",
            "gpu/s/h",
            "gpu/s*h",
            "gpu^x",
            "gpu^99",
            "gpu^2^2",
            "(gpu",
            "gpu)",
            "万s",
            "亿GB",
            "kUSD",
            "万万 gpu",
            "0 gpu",
            "２ gpu",
            "gpu²",
            "gpu;1",
            "__import__",
            "((((((((((gpu))))))))))",
            "9" * 70,
            "a" * 100,
            "1e999 gpu",
            "gpu\u00d7s",
            "KW",
            "percent",
        )
    ),
    text("an empty unit", rules("x", ""), "BW110", hint="write 1"),
    workspace("a counted thing named like a unit", "workspace: {id: w}\nunits: {W: {en: wafer}}\n", "BW203"),
    workspace("a counted thing named like a base unit", "workspace: {id: w}\nunits: {bit: {en: piece}}\n", "BW202"),
    workspace("a counted thing named like a dimension", "workspace: {id: w}\nunits: {time: {en: times}}\n", "BW202"),
    workspace("a counted thing named like money", "workspace: {id: w}\nunits: {money_usd: {en: money}}\n", "BW202"),
    workspace(
        "an alias of two things", "workspace: {id: w}\nunits: {a: {aliases: [张]}, b: {aliases: [张]}}\n", "BW202"
    ),
    workspace("an alias of a unit", "workspace: {id: w}\nunits: {a: {aliases: [美元]}}\n", "BW202"),
)

INDICES: tuple[Case, ...] = (
    expression("a dimension dropped in silence", "f", "BW207", hint="sum(…, fam)"),
    expression("periods dropped in silence", "s", "BW207", hint="fix one"),
    expression("alternatives added up", "sum(c, alt)", "BW213", hint="choose one"),
    expression("alternatives added up inside", "sum(c * x, alt)", "BW213"),
    expression("a sum over what it runs over", "sum(f, fam)", "BW207", extra="    foreach: [fam]\n"),
    expression("a sum of what does not vary", "sum(x, fam)", "BW207"),
    expression("a sum of a chosen member", "sum(f[fam=a], fam)", "BW207"),
    expression("a sum over periods of what has none", "sum(x, period)", "BW207", hint="multiply"),
    expression("a sum over periods of a fixed one", "sum(s[period=2023], period)", "BW207"),
    expression("a sum over periods twice", "sum(sum(s, period), period)", "BW207"),
    *(
        text(
            f"{what} of a {kind}",
            f"drivers:\n  v: {{unit: '1', kind: {kind}, foreach: [period]}}\n" + rules(written, extra=_TIMED),
            "BW213",
            hint="only flows add up over time",
        )
        for what, written in (("a running sum", "cum(v)"), ("a sum over periods", "v + sum(v, period)"))
        for kind in ("stock", "ratio", "price", "rate", "coefficient")
    ),
    text(
        "a sum of what exists at different members",
        _driver(
            "    foreach: [fam, alt]\n    where: [{fam: a, alt: p}, {fam: b, alt: p}]\n",
            "sum(v[alt=p] + w[alt=p], fam)",
        ),
        "BW214",
        hint="one where list",
    ),
    text(
        "a sum over no member",
        "dimensions: {side: {members: {u: {en: U}, v: {en: V}}}}\n"
        "drivers: {v: {unit: '1', kind: ratio, foreach: [fam, side], where: [{fam: a, side: u}]}}\n"
        "rules: {r: {unit: '1', kind: ratio, foreach: [side], expression: 'sum(v, fam)'}}\n",
        "BW214",
        hint="leaves them out",
    ),
    expression("an unknown member", "f[fam=c]", "BW207", hint="known members: a, b"),
    expression("an unknown dimension", "f[fan=a]", "BW207", hint="its dimensions: fam"),
    expression("a member of what has none", "x[fam=a]", "BW207", hint="it has no dimensions"),
    expression("an unknown period", "s[period=2030]", "BW207", hint="2023 to 2026"),
    expression("a period of what has none", "x[period=2024]", "BW207"),
    expression("a lag of what has no periods", "x[t-1]", "BW207", extra=_LATER),
    expression("a change of what has no periods", "delta(x)", "BW207", extra=_LATER),
    expression("a change without periods", "delta(s)", "BW207"),
    expression("a change of a fixed period", "delta(s[period=2024])", "BW207", extra=_LATER),
    expression("a lag before the first period", "s[t-1]", "BW214", extra=_TIMED, hint="since"),
    expression("a growth rate in the first period", "yoy(s)", "BW214", extra=_TIMED),
    expression("a lag without base period", "r[t-1] * 2", "BW214", extra=_TIMED, hint="given"),
    expression(
        "two lags with one base period", "r[t-1] + r[t-2]", "BW214", extra="    foreach: [period]\n    given: [2023]\n"
    ),
    expression("an index to no period", "index(s, 1999)", "BW207", extra=_TIMED),
    expression("growth between no periods", "cagr(s, 2023, 2050)", "BW207"),
    expression("growth backwards", "cagr(s, 2026, 2023)", "BW207", hint="later"),
    expression("growth over nothing", "cagr(s, 2024, 2024)", "BW207"),
    expression("a member that where leaves out", "w[fam=a,alt=q]", "BW214", hint="the where list of 'w' leaves it out"),
    expression("a rule over members that where leaves out", "w", "BW214", extra="    foreach: [fam, alt]\n"),
    expression("a circle of one", "r + 1", "BW204", hint="r -> r"),
    expression("a circle of one with periods", "r * 2", "BW204", extra=_TIMED),
    text(
        "a circle of two",
        "rules:\n  a: {unit: '1', kind: ratio, expression: b}\n  b: {unit: '1', kind: ratio, expression: a}\n",
        "BW204",
        hint="lag",
    ),
    text(
        "a circle of three",
        "rules:\n  a: {unit: '1', kind: ratio, expression: b}\n"
        "  b: {unit: '1', kind: ratio, expression: c1}\n  c1: {unit: '1', kind: ratio, expression: a}\n",
        "BW204",
    ),
    text(
        "a circle through a variant",
        "rules:\n  a: {unit: '1', kind: ratio, expression: x, variants: {v: b}}\n"
        "  b: {unit: '1', kind: ratio, expression: a}\n",
        "BW204",
    ),
    text("a where with an unknown member", _driver("    foreach: [fam]\n    where: [{fam: c}]\n", "v[fam=a]"), "BW207"),
    text(
        "a where with an unknown dimension", _driver("    foreach: [fam]\n    where: [{fan: a}]\n", "v[fam=a]"), "BW108"
    ),
    text("a where of nothing", _driver("    foreach: [fam]\n    where: []\n", "v[fam=a]"), "BW110"),
    text("a where that repeats", _driver("    foreach: [fam]\n    where: [{fam: a}, {fam: a}]\n", "v[fam=a]"), "BW110"),
    text("a where without dimensions", _driver("    where: [{}]\n"), "BW110"),
    text("a where of an unknown quantity", _driver("    foreach: [fam]\n    where: ff\n", "v[fam=a]"), "BW201"),
    text("a where of another shape", _driver("    foreach: [fam]\n    where: w\n", "v[fam=a]"), "BW207"),
    text("a where of itself", _driver("    foreach: [fam]\n    where: v\n", "v[fam=a]"), "BW207"),
    text(
        "a since outside the time",
        rules("s", extra="    foreach: [period]\n    since: 2030\n"),
        "BW214",
        hint="2023 to 2026",
    ),
    text(
        "an end before the beginning",
        rules("s", extra="    foreach: [period]\n    since: 2025\n    until: 2024\n"),
        "BW110",
    ),
    text(
        "a base year after the end",
        rules("s", extra="    foreach: [period]\n    until: 2024\n    given: [2026]\n"),
        "BW110",
    ),
    text("a since without periods", rules("x", extra="    since: 2024\n"), "BW110"),
)

_V = "    foreach: [fam]\n"

VALUES: tuple[Case, ...] = (
    text(
        "an assumption out of range", _driver("    range: ['0', '1']\n    assume: [{value: '70', note: a}]\n"), "BW209"
    ),
    text("an assumption without index", _driver(_V + "    assume: [{value: '1', note: a}]\n", "v[fam=a]"), "BW109"),
    text(
        "an assumption of no member",
        _driver(_V + "    assume: [{index: {fam: c}, value: '1', note: a}]\n", "v[fam=a]"),
        "BW207",
    ),
    text(
        "an assumption with an index too many",
        _driver("    assume: [{index: {fam: a}, value: '1', note: a}]\n"),
        "BW110",
    ),
    text("an assumption twice", _driver("    assume: [{value: '1', note: a}, {value: '2', note: b}]\n"), "BW202"),
    text("an assumption of no period", _driver("    assume: [{period: 2024, value: '1', note: a}]\n"), "BW110"),
    text(
        "an assumption outside the time",
        _driver("    foreach: [period]\n    assume: [{period: 2030, value: '1', note: a}]\n", "v[period=2024]"),
        "BW110",
    ),
    text("an assumption that a rule would ignore", rules("x", extra="    assume: [{value: '9', note: a}]\n"), "BW110"),
    text("an assumption without a reason", _driver("    assume: [{value: '1'}]\n"), "BW109", hint="'note'"),
    text(
        "an assumption that where leaves out",
        _driver(
            "    foreach: [fam]\n    where: [{fam: a}]\n    assume: [{index: {fam: b}, value: '1', note: a}]\n",
            "v[fam=a]",
        ),
        "BW207",
    ),
)


def _asked(name: str, written: str, code: str, hint: str = "", extra: str = "") -> Case:
    files = {"rules/workspace.yaml": STANDARD, "rules/case.yaml": rules(written, extra=extra)}
    return Case(name, files, (code,), ("value", "r"), hint=hint)


COMPUTED: tuple[Case, ...] = (
    _asked("a division by a literal zero", "1 / 0", "BW401"),
    _asked("a division by a zero driver", "x / zero", "BW401", "zero = 0"),
    _asked("zero by zero", "zero / zero", "BW401"),
    _asked("a division by a difference of equals", "1 / (x - x)", "BW401"),
    _asked("a negative power of zero", "zero^-1", "BW401"),
    Case(
        "a growth rate from nothing",
        {
            "rules/workspace.yaml": STANDARD,
            "rules/case.yaml": rules("yoy(r2)", extra=_LATER)
            + "  r2: {unit: '1', kind: ratio, foreach: [period], expression: s - s}\n",
        },
        ("BW401",),
        ("value", "r"),
    ),
    _asked("a logarithm of zero", "log(zero)", "BW402", "log() of 0"),
    _asked("a logarithm of a negative", "log(neg)", "BW402"),
    _asked("a square root of a negative", "sqrt(neg)", "BW402"),
    _asked("a fractional power of a negative", "neg^0.5", "BW402"),
    _asked("a cube root of a negative", "neg^(1/3)", "BW402"),
    _asked("an exponential that overflows", "exp(1e6)", "BW403"),
    _asked("a power that overflows", "((x^64)^64)^64", "BW403"),
    _asked("a product that overflows", "*".join(["1e300"] * 40), "BW403"),
)


def _scenario(name: str, content: str, *codes: str, hint: str = "") -> Case:
    files = {"rules/workspace.yaml": STANDARD, "rules/scenarios/case.yaml": f"scenario:\n  {content}\n"}
    return Case(name, files, codes, hint=hint)


SCENARIOS: tuple[Case, ...] = (
    _scenario("a scenario of an unknown quantity", "set: {shar: 30 %}", "BW201", hint="'share'"),
    _scenario("a scenario of an unknown variant", "variants: {used.pure: other}", "BW201"),
    _scenario("a scenario of an unknown rule", "variants: {used.pur: other}", "BW201"),
    _scenario("a scenario of an unknown member", "set: {'f[fam=c]': '1'}", "BW207", hint="known members"),
    _scenario("a scenario of an unknown dimension", "set: {'f[fan=a]': '1'}", "BW207", hint="'fam'"),
    _scenario("a scenario of an unknown period", "set: {'s[period=2030]': '1'}", "BW207", hint="2023 to 2026"),
    _scenario("a scenario of a member that where leaves out", "set: {'w[fam=a,alt=q]': '1'}", "BW207"),
    _scenario("a scenario with an open bracket", "set: {'f[fam=a': '1'}", "BW110"),
    _scenario("a scenario out of range", "set: {part: '70'}", "BW209", hint="write 70 %"),
    _scenario("a scenario in a wrong unit", "set: {usd: 5 CNY}", "BW205"),
    _scenario("a scenario in no unit", "set: {usd: 5 bucks}", "BW206"),
    _scenario("a scenario that is no number", "set: {part: lots}", "BW112"),
    _scenario("a scenario with a thousands separator", "set: {usd: '1,000 USD'}", "BW206"),
    _scenario("a scenario with a list", "set: {part: [1]}", "BW110"),
    _scenario("a scenario with very much space", "set: {part: '1" + " " * 500_000 + "x'}", "BW112"),
    _scenario("a scenario with an unknown key", "sets: {}", "BW108", hint="'set'"),
    Case(
        "a scenario twice",
        {
            "rules/workspace.yaml": STANDARD,
            "rules/scenarios/a.yaml": "scenario: {}\n",
            "rules/scenarios/b/a.yaml": "scenario: {}\n",
        },
        ("BW202",),
    ),
    Case(
        "a scenario named base",
        {"rules/workspace.yaml": STANDARD, "rules/scenarios/base.yaml": "scenario: {}\n"},
        ("BW202",),
    ),
    Case(
        "an unknown scenario",
        {"rules/workspace.yaml": STANDARD},
        ("BW001",),
        ("value", "x", "--scenario", "low"),
        exit=2,
    ),
    Case(
        "an unknown quantity", {"rules/workspace.yaml": STANDARD}, ("BW001",), ("value", "shar"), hint="'share'", exit=2
    ),
    Case(
        "an unknown member in a question", {"rules/workspace.yaml": STANDARD}, ("BW001",), ("value", "f[fam=c]"), exit=2
    ),
    Case("a malformed question", {"rules/workspace.yaml": STANDARD}, ("BW002",), ("value", "f[fam"), exit=2),
    Case(
        "a value set out of range",
        {"rules/workspace.yaml": STANDARD},
        ("BW209",),
        ("value", "x", "--set", "part=70"),
        hint="write 70 %",
        exit=2,
    ),
)

CASES = (*NAMES, *UNITS, *INDICES, *VALUES, *COMPUTED, *SCENARIOS)
