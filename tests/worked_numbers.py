"""Tiny workspaces whose every answer was worked by hand: functions at exact points, refusals, the unknown, units."""

from __future__ import annotations

from collections.abc import Mapping

from worked_algebra import Worked, one, rule

__all__ = ["NUMBERS"]

_SMALL = "drivers:\n" + one("two", "2") + one("three", "3") + one("zero", "0") + one("less", "-2") + one("half", "0.5")
_USED = rule("used", "two + three + zero + less + half")


def _pure(name: str, answers: Mapping[str, str], drivers: str = "") -> Worked:
    """Return a workspace with a rule for each expression over five numbers: 2, 3, 0, -2, 0.5."""
    rules = "".join(rule(f"r{k}", written) for k, written in enumerate(answers))
    return Worked(
        name, _SMALL + drivers + "rules:\n" + _USED + rules, {f"r{k}": v for k, v in enumerate(answers.values())}
    )


PURE = (
    _pure(
        "powers",
        {
            "zero^0": "1",  # by convention, as in polynomials
            "0^0": "1",
            "two^0": "1",
            "zero^1": "0",
            "zero^2": "0",
            "zero^0.5": "0",
            "zero^-1": "BW401",
            "zero^-0.5": "BW401",
            "less^2": "4",
            "less^3": "-8",
            "less^-3": "-1/8",
            "-two^2": "-4",
            "-less^2": "-4",
            "(-two)^2": "4",
            "less^0.5": "BW402",
            "(4 * less)^(1/3)": "BW402",  # no branch of a root is guessed
            "(4 * less)^(2/3)": "BW402",
            "(4 * two)^(1/3)": "2",
            "(4 * two)^(-2/3)": "1/4",
            "(half * half)^0.5": "1/2",
            "(three / two)^-2": "4/9",
            "two^10": "1024",
            "(two^3)^2": "64",
            "half^64 * two^64": "1",
            "(two * 0.125)^1.5": "1/8",  # (1/4)^(3/2)
        },
    ),
    _pure(
        "roots, logarithms and exponentials where they are whole",
        {
            "sqrt(zero)": "0",
            "sqrt(two * two)": "2",
            "sqrt(2.25)": "3/2",
            "sqrt(less)": "BW402",
            "sqrt(less * less)": "2",
            "exp(zero)": "1",
            "exp(two + less)": "1",
            "log(three - two)": "0",
            "log(half * two)": "0",
            "log(zero)": "BW402",
            "log(less)": "BW402",
            "exp(log(1) + zero)": "1",
            "two * exp(0)": "2",
        },
    ),
    _pure(
        "quotients",
        {
            "zero / zero": "BW401",
            "0 / 0": "BW401",
            "0 / 2": "0",
            "0 + 0": "0",
            "1 * 1": "1",
            "two / zero": "BW401",
            "0 / zero": "BW401",
            "zero / two": "0",
            "two / three / half": "4/3",
            "two / (three / half)": "1/3",
            "-two / three": "-2/3",
            "two * three / less": "-3",
            "1 / (1 / three)": "3",
            "zero * (1 / zero)": "BW401",  # no zero hides it
            "two - -three": "5",
            "two - three - half": "-3/2",
            "two - (three - half)": "-1/2",
            "1/3 + 1/3 + 1/3": "1",
            "0.1 + 0.2 - 0.3": "0",
        },
    ),
    _pure(
        "steps at whole numbers",
        {
            "floor(two)": "2",
            "ceil(two)": "2",
            "floor(less)": "-2",
            "ceil(less)": "-2",
            "floor(less - half)": "-3",
            "ceil(less - half)": "-2",
            "floor(less + half)": "-2",
            "ceil(less + half)": "-1",
            "floor(half)": "0",
            "ceil(half)": "1",
            "floor(-half)": "-1",
            "ceil(-half)": "0",
            "floor(zero)": "0",
            "ceil(zero)": "0",
            "ceil(0.1 * three * 10)": "3",  # 3.0000000000000004 in doubles, so 4
            "ceil(1.1 * 1.1 * 100)": "121",  # 121.00000000000001 in doubles, so 122
            "floor((0.1 + 0.7) * 10)": "8",  # 7.999999999999999 in doubles, so 7
            "ceil(three - 1e-30)": "3",
            "floor(three - 1e-30)": "2",
            "ceil(three + 1e-30)": "4",
        },
    ),
    _pure(
        "sizes and extremes",
        {
            "abs(less)": "2",
            "abs(two)": "2",
            "abs(zero)": "0",
            "abs(two - three)": "1",
            "min(two, three)": "2",
            "max(two, three)": "3",
            "min(two, three, less)": "-2",
            "max(less, zero, half)": "1/2",
            "min(two, two)": "2",
            "max(two, -less)": "2",
            "min(two, abs(less), 2)": "2",
            "max(min(two, three), min(three, half))": "2",
            "min(1/3, 0.3333333333)": "3333333333/10000000000",
        },
    ),
    _pure(
        "conditions",
        {
            "where(two < three, 10, 20)": "10",
            "where(three < two, 10, 20)": "20",
            "where(two < 2, 10, 20)": "20",
            "where(two <= 2, 10, 20)": "10",
            "where(two > 2, 10, 20)": "20",
            "where(two >= 2, 10, 20)": "10",
            "where(three > two, 10, 20)": "10",
            "where(two >= three, 10, 20)": "20",
            "piecewise(two < 1, 1, two < 2, 2, two < 3, 3, 4)": "3",
            "piecewise(two <= 2, 1, two <= 2, 2, 3)": "1",
            "piecewise(two > 3, 1, two > 2, 2, 3)": "3",
            "piecewise(two < 1, 1 / zero, 5)": "5",  # a branch that is not taken may be undefined
            "where(two < 1, 5, 1 / zero)": "BW401",
            "where(zero < 1, log(1), log(zero))": "0",
            "where(1 / zero < 1, 5, 5)": "5",  # both branches are one number, so nothing is asked
            "where(1 / zero < 1, 5, two)": "BW401",
            "where(1 < 1 / zero, 5, two)": "BW401",
            "where(two < three, where(three < two, 1, 2), 3)": "2",
        },
    ),
    _pure(
        "the unknown",
        {
            "nobody + two": "unknown",
            "nobody * zero": "unknown",  # zero times what nobody printed is not said to be zero
            "zero / nobody": "unknown",
            "nobody - nobody": "unknown",
            "nobody^0": "unknown",  # nor is this said to be one
            "min(nobody, two)": "unknown",
            "where(two < three, two, nobody)": "2",
            "where(three < two, two, nobody)": "unknown",
            "where(nobody < two, three, 3)": "3",
            "where(nobody < two, three, two)": "unknown",
            "max(nobody, nobody)": "unknown",
            "abs(nobody)": "unknown",
        },
        one("nobody", ""),
    ),
)

_THINGS = (
    "drivers:\n"
    + one("cards", "2.5", "万 card")
    + one("single", "-3", "card")
    + one("lamps", "7", "lamp")
    + one("per", "4", "lamp/card")
    + one("watts", "500", "W/card")
    + one("hours", "8", "h")
    + one("tariff", "0.6", "CNY/kWh")
    + one("rate", "7", "CNY/USD")
    + one("price", "1.5", "万 USD/card")
    + one("share", "70", "'%'")
    + one("speed", "2", "TFLOP/s/card".replace("/s/card", "/(s*card)"))
    + one("work", "8.64", "EFLOP")
    + one("store", "80", "GB/card")
    + one("budget", "0.1", "亿 CNY")
    + one("part", "0.25")
    + one("rooms", "10000.25", "card")
)

UNITS = (
    Worked(
        "one of everything, in its unit",
        _THINGS
        + "rules:\n"
        + rule("needed", "cards * per + lamps", "lamp")
        + rule("negative", "abs(single)", "card")
        + rule("least", "min(cards, -single)", "card")
        + rule("most", "max(cards, single, 0)", "万 card")
        + rule("load", "cards * watts", "MW")
        + rule("energy", "cards * watts * hours", "MWh")
        + rule("bill", "cards * watts * hours * tariff", "CNY")
        + rule("dollars", "cards * price", "亿 USD")
        + rule("yuan", "cards * price * rate", "亿 CNY")
        + rule("back", "budget / rate", "USD")
        + rule("rest", "1 - share", "'%'")
        + rule("bare", "share * part")
        + rule("taken", "share * cards", "card")
        + rule("time", "work / (cards * speed)", "s")
        + rule("a_day", "cards * speed * hours", "EFLOP")
        + rule("bits", "single * store", "Gbit")
        + rule("area", "sqrt(cards * cards)", "card")
        + rule("square", "single^2", "card^2")
        + rule("inverse", "single^-1", "1/card")
        + rule("whole", "floor(rooms)", "card")
        + rule("shown", "ceil(rooms)", "万 card")
        + rule("down", "floor(single * part)", "card")
        + rule("compared", "where(cards > 100 * single, part, share)")
        + rule("cheaper", "where(budget < cards * price * rate, budget, cards * price * rate)", "CNY")
        + rule("stepped", "piecewise(single < 0, -single, single < cards, cards, 0)", "card")
        + rule("ratio", "log(cards / cards) + exp(single / single - 1)"),
        {
            "needed": "100007",  # 25000 * 4 + 7
            "negative": "3",
            "least": "3",
            "most": "5/2",
            "load": "25/2",  # 25000 * 500 W
            "energy": "100",  # 12.5 MW * 8 h
            "bill": "60000",  # 100000 kWh * 0.6
            "dollars": "15/4",  # 25000 * 15000 = 375,000,000
            "yuan": "105/4",
            "back": "10000000/7",
            "rest": "30",
            "bare": "7/40",
            "taken": "17500",
            "time": "864/5",  # 8.64e18 / (25000 * 2e12 = 5e16)
            "a_day": "1440",  # 5e16 * 28800
            "bits": "-1920",  # -3 * 80 * 8
            "area": "25000",
            "square": "9",
            "inverse": "-1/3",
            "whole": "10000",
            "shown": "10001/10000",
            "down": "-1",  # floor(-0.75)
            "compared": "1/4",  # 25000 > -300
            "cheaper": "10000000",
            "stepped": "3",
            "ratio": "1",  # 0 + 1
        },
    ),
)

NUMBERS = (*PURE, *UNITS)
