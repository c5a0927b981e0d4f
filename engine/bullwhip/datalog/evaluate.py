"""`evaluate`: a program and its base facts in, everything that follows out."""

from __future__ import annotations

from bullwhip.datalog.base import Base, read_base
from bullwhip.datalog.facts import Facts
from bullwhip.datalog.inferred import Inferred, infer
from bullwhip.datalog.limits import Limits
from bullwhip.model.inference import InferenceProgram

__all__ = ["evaluate"]


def evaluate(
    program: InferenceProgram, facts: Facts | Base, *, explain: bool = True, limits: Limits | None = None
) -> Inferred:
    """Return everything that follows from base facts by the rules of a program.

    Args:
        program: rules that may be evaluated (`stratify.program_problems`).
        facts: where base facts are read from, or what `read_base` has read of it for the same program.
        explain: whether each fact keeps its first derivation, for `Inferred.proof`.
        limits: how far evaluation may go.

    Raises:
        ValidationError: BW601 to BW604, if the program cannot be evaluated.
        LimitError: BW605, if a limit is reached.

    >>> from bullwhip.datalog.facts import Rows
    >>> from bullwhip.model.inference import Atom, Head, InferenceRule, Variable
    >>> from bullwhip.model.label import Label
    >>> x, y, z = Variable("x"), Variable("y"), Variable("z")
    >>> step = InferenceRule("step", Label(), (Head("path", (x, y)),), (Atom("edge", (x, y)),))
    >>> far = InferenceRule("far", Label(), (Head("path", (x, z)),), (Atom("path", (x, y)), Atom("edge", (y, z))))
    >>> inferred = evaluate(InferenceProgram((step, far)), Rows({"edge": [("<a>", "<b>"), ("<b>", "<c>")]}))
    >>> list(inferred.facts("path"))
    [('<a>', '<b>'), ('<a>', '<c>'), ('<b>', '<c>')]
    """
    base = facts if isinstance(facts, Base) else read_base(program, facts)
    return infer(program, base, explain=explain, limits=limits or Limits())
