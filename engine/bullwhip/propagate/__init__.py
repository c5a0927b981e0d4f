"""Stage four: numbers, derivatives and closed forms of a compiled program under a scenario."""

from bullwhip.propagate.derive import elasticity_node, gradient
from bullwhip.propagate.directional import Response, Slope, responses
from bullwhip.propagate.evaluate import Evaluation
from bullwhip.propagate.forms import MAX_FORM, Form, form, symbol_names

__all__ = [
    "MAX_FORM",
    "Evaluation",
    "Form",
    "Response",
    "Slope",
    "elasticity_node",
    "form",
    "gradient",
    "responses",
    "symbol_names",
]
