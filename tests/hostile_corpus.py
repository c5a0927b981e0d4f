"""The hostile corpus: every case that must be refused, and every odd one that must be answered right."""

from __future__ import annotations

import hostile_answers
import hostile_derivations
import hostile_expressions
import hostile_files
import hostile_model

__all__ = ["ANSWERED", "CASES", "REFUSED"]

REFUSED = (*hostile_expressions.CASES, *hostile_files.CASES, *hostile_model.CASES, *hostile_derivations.CASES)
ANSWERED = hostile_answers.CASES
CASES = (*REFUSED, *ANSWERED)
