"""Stage four: numbers, derivatives and closed forms of a compiled program under a scenario."""

from bullwhip.model.sensitivities import Entry, SensitivityTable
from bullwhip.propagate.derive import elasticity_node, gradient
from bullwhip.propagate.directional import Response, Slope, responses
from bullwhip.propagate.evaluate import Evaluation
from bullwhip.propagate.forms import MAX_FORM, Form, form, symbol_names
from bullwhip.propagate.paths import Way, Ways
from bullwhip.propagate.reverse import Gradient, input_derivatives, moves
from bullwhip.propagate.second import Bend, bend, cross_elasticity_node, hessian_node
from bullwhip.propagate.table import KINK, Passes, driver_cells, sensitivity_table

__all__ = [
    "KINK",
    "MAX_FORM",
    "Bend",
    "Entry",
    "Evaluation",
    "Form",
    "Gradient",
    "Passes",
    "Response",
    "SensitivityTable",
    "Slope",
    "Way",
    "Ways",
    "bend",
    "cross_elasticity_node",
    "driver_cells",
    "elasticity_node",
    "form",
    "gradient",
    "hessian_node",
    "input_derivatives",
    "moves",
    "responses",
    "sensitivity_table",
    "symbol_names",
]
