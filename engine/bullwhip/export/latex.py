r"""Formulas as LaTeX: names are text in which nothing can begin a command; `\usepackage{amsmath}` is all they need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bullwhip.export.escape import clean_text
from bullwhip.export.formulas import Element, Name, Part
from bullwhip.export.mathml import Names

__all__ = ["latex_document", "latex_formula", "latex_text"]

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': "''", "`": r"\textasciigrave{}", "\u00a0": "~",
}  # fmt: skip
"""Characters that would mean something to LaTeX, or be set as others."""

_SIGNS = {
    "×": r"\times", "−": "-", "=": "=", "+": "+", ",": ",", "<": "<", ">": ">", "≤": r"\le", "≥": r"\ge",
    "∑": r"\sum", "(": r"\left(", ")": r"\right)",
}  # fmt: skip
_PAIRS = {"(": (r"\left(", r"\right)"), "⌊": (r"\left\lfloor", r"\right\rfloor"),
          "⌈": (r"\left\lceil", r"\right\rceil"), "|": (r"\left|", r"\right|")}  # fmt: skip
_WORDS = {"min": r"\min", "max": r"\max", "ln": r"\ln", "e": r"\mathrm{e}", "t": "t", "s": "s"}


def latex_text(text: str) -> str:
    r"""Return a text as LaTeX text: one line, in which nothing is a command.

    >>> latex_text("R&D \\input{x} 50%")
    'R\\&D \\textbackslash{}input\\{x\\} 50\\%'
    """
    return "".join(_SPECIAL.get(character, character) for character in clean_text(text))


def latex_formula(part: Part, names: Names) -> str:
    r"""Return a layout as LaTeX, for math mode.

    >>> from bullwhip.export.formulas import layout
    >>> from bullwhip.expr.grammar import parse
    >>> latex_formula(layout(parse("6 * a.b / 2")), Names({}, {}, "en"))
    '\\frac{6 \\times \\text{a.b}}{2}'
    """
    if not isinstance(part, Element):
        return rf"\text{{{latex_text(names.text(part))}}}"
    parts = part.parts
    match part.tag:
        case "mn":
            return names.text(parts[0]).replace("−", "-")
        case "mo":
            return _SIGNS.get(names.text(parts[0]), names.text(parts[0]))
        case "mi":
            return _name(parts[0], names)
        case "mtext":
            return rf"\text{{{latex_text(''.join(names.text(p) for p in parts))}}}"
        case "mrow" | "mtd":
            return _row(parts, names)
        case "mtable":
            rows = (r" & ".join(_cells(row, names)) for row in parts if isinstance(row, Element))
            return r" \\ ".join(rows)
    inner = [latex_formula(p, names) for p in parts]
    return _FORMS[part.tag](inner)


_FORMS = {
    "mfrac": lambda p: rf"\frac{{{p[0]}}}{{{p[1]}}}",
    "msqrt": lambda p: rf"\sqrt{{{' '.join(p)}}}",
    "msub": lambda p: rf"{{{p[0]}}}_{{{p[1]}}}",
    "msup": lambda p: rf"{{{p[0]}}}^{{{p[1]}}}",
    "munder": lambda p: rf"{p[0]}_{{{p[1]}}}",
}


def _name(part: Part, names: Names) -> str:
    text = names.text(part)
    if isinstance(part, str) and text in _WORDS:
        return _WORDS[text]
    return rf"\text{{{latex_text(text)}}}"


def _row(parts: Sequence[Part], names: Names) -> str:
    """Return parts side by side; brackets grow with what they hold, and branches stand in a `cases`."""
    first = parts[0] if parts else ""
    sign = names.text(first.parts[0]) if isinstance(first, Element) and first.tag == "mo" else ""
    if sign == "{":
        return rf"\begin{{cases}} {latex_formula(parts[1], names)} \end{{cases}}"
    if sign in _PAIRS and len(parts) == 3:
        left, right = _PAIRS[sign]
        return f"{left} {latex_formula(parts[1], names)} {right}"
    return " ".join(latex_formula(p, names) for p in parts)


def _cells(row: Element, names: Names) -> list[str]:
    return [latex_formula(cell, names) for cell in row.parts]


def latex_document(
    equations: Sequence[tuple[Part, Part]], names: Names, legend: Iterable[tuple[str, str]], comments: Iterable[str]
) -> str:
    r"""Return equations as LaTeX to be read by `\input`, with a legend, and comments in front.

    Args:
        equations: left and right side of each, aligned at their signs.
        names: what things are called.
        legend: id of a quantity and what is said of it.
        comments: lines in front.
    """
    lines = [f"% {clean_text(c)}" for c in comments]
    lines += ["% needs amsmath; Chinese names need ctex or xeCJK", r"\begin{align*}"]
    rows = [f"  {latex_formula(left, names)} &= {latex_formula(right, names)}" for left, right in equations]
    lines.append(" \\\\\n".join(rows))
    lines.append(r"\end{align*}")
    entries = list(legend)
    if entries:
        lines.append(r"\begin{description}")
        lines += [
            rf"  \item[{{{latex_formula(Name(name), names)}}}] \texttt{{{latex_text(name)}}}: {latex_text(said)}"
            for name, said in entries
        ]
        lines.append(r"\end{description}")
    return "\n".join(lines) + "\n"
