"""The exception tree, the problem record, and the catalogue of error codes.

BullwhipError                 what every face catches; carries one or more problems
├── UsageError       BW0xx    the command line or a Python argument is wrong      exit 2
│                    BW70x    … or a request to the API is                          exit 2
├── LoadError        BW1xx    a file cannot be read as what it claims to be       exit 3
├── ValidationError  BW2xx    files were read, their content does not hold up     exit 3
├── CompileError     BW3xx    rules cannot be turned into a program               exit 3
├── PropagationError BW4xx    a number cannot be computed                         exit 3
│   └── NumericError BW42x    … in floats, over a block of scenarios              exit 3
├── QueryError       BW5xx    a query cannot be answered                          exit 3
│                    BW60x    … or a rule of inference cannot be evaluated
└── LimitError       BW9xx    a limit on time, size or depth was reached          exit 4
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

__all__ = [
    "CODES",
    "BullwhipError",
    "CompileError",
    "LimitError",
    "LoadError",
    "NumericError",
    "Place",
    "Problem",
    "PropagationError",
    "QueryError",
    "UsageError",
    "ValidationError",
    "did_you_mean",
]

CODES: dict[str, str] = {
    "BW001": "an argument does not name anything in this workspace",
    "BW002": "an argument cannot be read",
    "BW003": "an output file cannot be written",
    "BW004": "an optional package is not installed",
    "BW101": "a file or folder is missing or cannot be read",
    "BW102": "a file is not UTF-8 text",
    "BW103": "a file is not well-formed",
    "BW104": "a YAML feature is not allowed here",
    "BW105": "a key appears twice",
    "BW106": "a scalar reads differently in YAML 1.1 and 1.2",
    "BW107": "a file exceeds a limit",
    "BW108": "a key is unknown",
    "BW109": "a required key is missing",
    "BW110": "a value has the wrong form",
    "BW111": "an expression cannot be parsed",
    "BW112": "a number cannot be read exactly",
    "BW113": "a table row does not fit its header",
    "BW201": "a name is not declared",
    "BW202": "a name is declared twice",
    "BW203": "an identifier is malformed or reserved",
    "BW204": "rules depend on each other in a circle within one period",
    "BW205": "units do not fit",
    "BW206": "a unit is not in the vocabulary",
    "BW207": "an index does not fit the declared dimensions",
    "BW208": "a driver is used by no rule",
    "BW209": "a value lies outside the declared range",
    "BW210": "two facts give different values for one driver",
    "BW211": "a fact does not map to a declared quantity",
    "BW212": "an edge does not connect nodes of the chain",
    "BW213": "alternatives, and what is no flow over time, may not be added up",
    "BW214": "a reference reaches a period or member at which the quantity does not exist",
    "BW215": "a company is unknown or ambiguous",
    "BW216": "a query header is wrong",
    "BW217": "a derivation does not fit the printed figures",
    "BW219": "a figure is not what its print says",
    "BW220": "a shape cannot be used",
    "BW221": "a part of an inference rule cannot be parsed",
    "BW222": "an inference rule names something that does not exist",
    "BW223": "a relation, property or class has another number of arguments",
    "BW224": "nothing binds a variable of an inference rule",
    "BW225": "a variable of an inference rule stands nowhere else",
    "BW226": "an aggregate does not fit its head",
    "BW227": "inference rules run in a circle through negation or an aggregate",
    "BW228": "inference rules run in a circle through arithmetic or a new node",
    "BW229": "no rule derives a relation",
    "BW401": "a division by zero",
    "BW402": "a function is undefined at this value",
    "BW403": "a number grows beyond the exact limit",
    "BW421": "a numeric evaluation needs an input that has no value",
    "BW422": "a numeric evaluation has no value at some of its inputs",
    "BW423": "what a numeric evaluation is given does not fit",
    "BW451": "a folder for a new workspace is not empty",
    "BW431": "a distribution or correlation cannot be read or does not exist",
    "BW432": "correlations contradict each other",
    "BW433": "a simulation has no input that varies",
    "BW434": "the executor of a sweep cannot be reached or lost its workers",
    "BW417": "a quantity does not exist on both sides of a difference",
    "BW411": "a driver does not reach a quantity",
    "BW412": "what moves is not plain: several cells with different values",
    "BW413": "a quantity is unknown whatever the driver is",
    "BW414": "a printed figure can be no target",
    "BW415": "a range is turned round or has no ends",
    "BW416": "a quantity has no value anywhere in the range that is searched",
    "BW501": "a query cannot be parsed or run",
    "BW502": "a query parameter is wrong",
    "BW521": "a function that a query calls fails",
    "BW522": "an endpoint cannot be reached",
    "BW523": "an endpoint refuses a request",
    "BW524": "an endpoint's answer is not what was asked for",
    "BW525": "a store cannot do what it is asked to",
    "BW526": "a store cannot be opened",
    "BW527": "data for a store is not well-formed",
    "BW511": "a question about a fact cannot be parsed",
    "BW512": "a question about a fact names something that does not exist",
    "BW513": "a question about a fact has another number of arguments",
    "BW514": "what is asked cannot be given in this form",
    "BW571": "a quantity has no rule that could be written as a formula",
    "BW581": "a request is not well-formed, or for what is not there",
    "BW582": "a request is for another server, or comes from another site",
    "BW583": "a request is beyond a limit of the server",
    "BW584": "a request has a method or format that is not taken",
    "BW585": "a request may not write",
    "BW586": "a server cannot listen on an address",
    "BW587": "a token for updates cannot be used",
    "BW588": "a request is none of the SPARQL Protocol",
    "BW589": "the server fails to answer",
    "BW601": "rules of inference depend on themselves through a negation or an aggregate",
    "BW602": "rules of inference make new numbers or nodes in a circle",
    "BW603": "a variable of a rule of inference is bound by nothing, or twice",
    "BW604": "a part of a rule of inference has a form that cannot be evaluated",
    "BW605": "inference grows beyond a limit",
    "BW606": "a question about inferred facts cannot be answered",
    "BW531": "there is no store at this path",
    "BW532": "a store is damaged",
    "BW533": "another process writes to the store",
    "BW534": "a store cannot be written",
    "BW541": "a graph comes from elsewhere",
    "BW542": "there is no generation to go back to",
    "BW535": "an RDF file asks for something outside of it",
    "BW536": "a literal is not one of its datatype",
    "BW537": "a number is beyond what a store computes with",
    "BW538": "a feature of RDF is not read",
    "BW539": "a file is not the one that was expected",
    "BW540": "a process that reads RDF or writes a store died",
    "BW591": "this system cannot run what serves",
    "BW592": "an endpoint that only reads is asked to change something",
    "BW561": "a file is no plain workbook",
    "BW562": "a workbook is not one that an export wrote",
    "BW563": "a row of a workbook names nothing in this workspace",
    "BW564": "a cell of a workbook holds no number",
    "BW565": "a cell of a workbook holds a formula in place of a number",
    "BW566": "a value of a workbook was emptied",
    "BW567": "a workbook was made from another state of the workspace",
    "BW568": "a unit of a workbook is not that of the workspace",
    "BW503": "a query parameter takes one value and is given several",
    "BW504": "a store does not hold the nodes that a query needs",
    "BW701": "the API has no call or parameter of this name",
    "BW702": "a parameter of the API is missing or given twice",
    "BW703": "a parameter of the API cannot be read",
    "BW551": "no font with Chinese letters is found",
    "BW552": "a picture or table of a quantity would not be true",
    "BW704": "a query of this form is not answered to agents",
    "BW901": "a size or time limit was reached",
}
"""Every stable code with its one-line meaning; docs/errors.md lists them, tests/invalid has a fixture for each."""


_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal would act on; shown as a replacement character."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a text something was found; lines and columns count from 1."""

    file: str
    line: int = 0
    column: int = 0
    text: str = ""
    """The source line, for the caret."""
    length: int = 1

    def __str__(self) -> str:
        parts = [self.file]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what was found, what was expected, where, and what to do."""

    code: str
    message: str
    place: Place | None = None
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def render(self) -> str:
        """Return the problem as text for people, with the source line and a caret where the place is known.

        >>> print(Problem("BW201", "no quantity 'hbm.valeu'", Place("r.yaml", 3, 5, "  a: hbm.valeu", 9),
        ...               "did you mean 'hbm.value'?").render())
        r.yaml:3:5: BW201 no quantity 'hbm.valeu'
            |   a: hbm.valeu
            |     ^~~~~~~~~
            = did you mean 'hbm.value'?
        """
        kind = "" if self.severity == "error" else "warning: "
        head = f"{self.place}: {kind}{self.code} {self.message}" if self.place else f"{kind}{self.code} {self.message}"
        lines = [head]
        if self.place and self.place.text:
            source = self.place.text.replace("\t", " ")
            column = self.place.column
            start = max(0, column - 81)  # a very long line is shown around the caret only
            shown = source[start : start + 160]
            lines.append(f"    | {shown}")
            if column:
                pad = "".join("\u3000" if ord(c) > 0x2E80 else " " for c in shown[: column - 1 - start])
                lines.append(f"    | {pad}^" + "~" * max(0, min(self.place.length, len(shown)) - 1))
        if self.hint:
            lines.append(f"    = {self.hint}")
        return "\n".join(_CONTROL.sub("\ufffd", line) for line in lines)

    def as_dict(self) -> dict[str, object]:
        """Return the problem as plain data for `--json`."""
        place = self.place
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "file": place.file if place else None,
            "line": place.line or None if place else None,
            "column": place.column or None if place else None,
            "hint": self.hint or None,
        }


class BullwhipError(Exception):
    """Base of every error this package raises on purpose; holds all problems found, never only the first."""

    exit_code: ClassVar[int] = 3

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(p.render() for p in self.problems))


class UsageError(BullwhipError):
    """A command-line or Python argument is wrong."""

    exit_code = 2


class LoadError(BullwhipError):
    """A file cannot be read as what it claims to be."""


class ValidationError(BullwhipError):
    """Files were read, but their content does not hold up."""


class CompileError(BullwhipError):
    """Checked rules cannot be turned into a program."""


class PropagationError(BullwhipError):
    """A number cannot be computed."""


class NumericError(PropagationError):
    """A number cannot be computed in floats, in at least one of many scenarios."""


class QueryError(BullwhipError):
    """A query cannot be answered."""


class LimitError(BullwhipError):
    """A limit on time, size or depth was reached."""

    exit_code = 4


def did_you_mean(name: str, known: Iterable[str], noun: str = "") -> str:
    """Return a hint naming the nearest of the known names, or an empty string when none is near.

    >>> did_you_mean("hbm.valeu", ["hbm.value", "server.market"])
    "did you mean 'hbm.value'?"
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if not near:
        tail = name.rsplit(".", 1)[-1]
        near = [n for n in names if tail and tail in n.split(".")][:3]
    if near:
        return f"did you mean {' or '.join(repr(n) for n in near)}?"
    if noun and 0 < len(names) <= 16:
        return f"known {noun}: {', '.join(names)}"
    return ""
