"""Which tests are to notice a slip in which module: one line a module, quick tests first."""

from __future__ import annotations

__all__ = ["TARGETS"]

_ANSWERS = "tests/test_algebra_answers.py"
_HOSTILE = "tests/test_hostile.py"
_DERIVATIVES = "tests/property/test_derivatives.py"
_SLOPES = "tests/test_slopes_answers.py"
_FORMS = "tests/unit/test_forms.py"
_INTERVALS = (
    "tests/unit/test_interval_answers.py",
    "tests/unit/test_intervals.py",
    "tests/unit/test_interval_oracles.py",
)

TARGETS: dict[str, tuple[str, ...]] = {
    "numbers.py": ("tests/unit/test_numbers.py", _ANSWERS),
    "units.py": ("tests/unit/test_units.py", _ANSWERS),
    "expr/grammar.py": ("tests/unit/test_grammar.py", _ANSWERS, _HOSTILE),
    "expr/tree.py": ("tests/unit/test_grammar.py", _ANSWERS),
    "expr/dag.py": ("tests/unit/test_dag.py", _ANSWERS, _DERIVATIVES),
    "compile/expand.py": (_ANSWERS, _HOSTILE),
    "propagate/evaluate.py": (_ANSWERS, _DERIVATIVES, _HOSTILE),
    "propagate/directional.py": (_SLOPES, _DERIVATIVES),
    "propagate/derive.py": (_SLOPES, _DERIVATIVES),
    "propagate/forms.py": (_SLOPES, _FORMS, _DERIVATIVES, "tests/test_algebra_forms.py"),
    "propagate/tidy.py": (_FORMS, _DERIVATIVES, "tests/test_algebra_forms.py"),
    "propagate/interval.py": _INTERVALS,
    "propagate/intervals.py": _INTERVALS,
    "propagate/slopes.py": _INTERVALS,
    "reading/number.py": ("tests/unit/test_reading_number.py",),
}
"""Module under `engine/bullwhip/` to the test files run for its mutants, besides the examples in its own docstrings."""
