"""Sliders for a notebook: inputs to move, and quantities that follow in the browser without asking Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

from bullwhip.errors import Problem, UsageError
from bullwhip.export.model_graph import Numbering, exact_number
from bullwhip.export.script_modules import join_modules
from bullwhip.resources import PACKAGE
from bullwhip.workspace.importing import typed_decimal
from bullwhip.workspace.slider_ranges import slider_ranges

if TYPE_CHECKING:
    from bullwhip.workspace import Workspace

__all__ = ["changed", "slider_data", "slider_script", "sliders"]

_DRIVERS = 12
"""Sliders that are made where no drivers are named: of what moves the first target most."""


def sliders(
    workspace: Workspace, targets: str | Sequence[str], drivers: str | Sequence[str] = (), period: int | None = None
) -> Any:
    """Return a widget: sliders for drivers, and targets that follow them.

    Args:
        workspace: the workspace, under its scenario.
        targets: quantities, with members where wanted.
        drivers: inputs with a value, with members where wanted; those that move the first target most when empty.
        period: the period of both; the default period when absent.

    The widget's `values` are numbers by name of the input, in the unit of its quantity, and can be set; `results` are
    the numbers of the targets; `workspace` is the workspace with the values set, exactly.

    Raises:
        UsageError: BW004 without anywidget; BW001 for names, and where there is nothing to move.
    """
    data = slider_data(workspace, _texts(targets), _texts(drivers), period)
    try:
        import anywidget
        import traitlets
    except ImportError:
        hint = "pip install 'bullwhip[notebook]'"
        raise UsageError(Problem("BW004", "sliders need the package anywidget", hint=hint)) from None

    class Sliders(anywidget.AnyWidget):
        """Sliders for inputs, two-way: what is set here moves them, what is moved there arrives here."""

        _esm = slider_script()
        _css = (PACKAGE / "notebook" / "sliders.css").read_text(encoding="utf-8")
        data = traitlets.Dict().tag(sync=True)
        values = traitlets.Dict().tag(sync=True)
        results = traitlets.Dict().tag(sync=True)

        @property
        def workspace(self) -> Workspace:
            """The workspace with the values of the sliders set."""
            return changed(workspace, self.values)

    return Sliders(data=data, results={t["name"]: t["base"] for t in data["targets"]})


def changed(workspace: Workspace, values: Mapping[str, Any]) -> Workspace:
    """Return a workspace with values set by name; what is no finite number is left as it is."""
    usable = {n: v for n, v in values.items() if isinstance(v, int | float) and not isinstance(v, bool) and isfinite(v)}
    return workspace.with_values(*(f"{name}={typed_decimal(value)}" for name, value in usable.items()))


def slider_script() -> str:
    """Return the script of the widget as one module, with the explorer's model inside.

    >>> "import" in slider_script().split("//")[0], slider_script().rstrip().endswith("};")
    (False, True)
    """
    paths = [*sorted((PACKAGE / "explorer").glob("*.js")), PACKAGE / "notebook" / "sliders.js"]
    script = join_modules({path.name: path.read_text(encoding="utf-8") for path in paths}, "sliders.js")
    last = re.findall(r"(?m)^const (m\d+) = ", script)[-1]
    return f"{script}\nexport default {{ render: {last}.render }};\n"


def slider_data(
    workspace: Workspace, targets: Sequence[str], drivers: Sequence[str] = (), period: int | None = None
) -> dict[str, Any]:
    """Return what the widget computes with: the graph, inputs, and what is shown; no sources, no chain."""
    program, evaluation = workspace.program, workspace.evaluation
    numbering = Numbering(program)
    wanted = list(dict.fromkeys(p for name in targets for p in workspace.at_period(name, period)))
    ranges = {p: (low, high, log) for p, low, high, log in zip(*_columns(slider_ranges(workspace)), strict=True)}
    moved = _moved(workspace, wanted, drivers, period, ranges)
    given = sorted(program.given.items())
    stamp = workspace.receipt()
    return {
        "model": {
            "format": "bullwhip-explorer/1", "workspace": {"period": program.header.default_period},
            "quantities": [{"id": q} for q in program.quantities], "dimensions": [], "companies": [],
            **numbering.columns(),
            "given": {"cell": [p for p, _ in given], "value": [exact_number(g.value) for _, g in given]},
        },
        "start": {str(p): exact_number(v) for p, v in sorted(evaluation.overrides.items())},
        "variants": dict(evaluation.variants),
        "targets": [_said(workspace, p) for p in wanted],
        "drivers": [_said(workspace, p) | _range(ranges[p], evaluation.value(p)) for p in moved],
        "about": f"{stamp['workspace']}, scenario {workspace.scenario_id}, bullwhip {stamp['bullwhip']}, inputs "
        f"{stamp['inputs'][:12]}; documents {', '.join(stamp['documents'])}",
    }  # fmt: skip


def _texts(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _columns(ranges: Mapping[str, list[Any]]) -> Iterable[list[Any]]:
    return (ranges[key] for key in ("cell", "low", "high", "log"))


def _moved(
    workspace: Workspace, targets: list[int], drivers: Sequence[str], period: int | None, ranges: Mapping[int, Any]
) -> list[int]:
    """Return the positions of the inputs that get a slider."""
    if drivers:
        return list(dict.fromkeys(p for name in drivers for p in _inputs(workspace, name, period, ranges)))
    reached = [p for p in (workspace.evaluation.inputs(targets[0]) if targets else []) if p in ranges]
    if not reached:
        raise UsageError(Problem("BW001", "nothing moves what is asked for", hint="name drivers, or another quantity"))
    name = workspace.program.cells[targets[0]].name
    strength: dict[int, Fraction] = {}
    for p in reached:
        answers = workspace.sensitivity(name, [workspace.program.cells[p].name], forms=False)
        strength[p] = max((abs(a.elasticity) for a in answers if a.elasticity is not None), default=Fraction(0))
    return sorted(reached, key=lambda p: (-strength[p], reached.index(p)))[:_DRIVERS]


def _inputs(workspace: Workspace, name: str, period: int | None, ranges: Mapping[int, Any]) -> list[int]:
    """Return the inputs that a name selects at the period, or in the base years of what grows from them."""
    here = [p for p in workspace.at_period(name, period) if p in ranges]
    found = here or [p for p in workspace.cells(name) if p in ranges]
    if not found:
        hint = "name inputs with a value"
        raise UsageError(Problem("BW001", f"no slider for {name!r}: it is no input with a value", hint=hint))
    return found


def _said(workspace: Workspace, position: int) -> dict[str, Any]:
    cell = workspace.program.cells[position]
    quantity = workspace.program.quantities[cell.quantity]
    label = " · ".join(t for t in (quantity.label.zh, quantity.label.en) if t)
    value = workspace.evaluation.value(position)
    base = None if value is None else float(value)
    return {"name": cell.name, "cell": position, "label": label, "unit": quantity.unit, "base": base}


def _range(ends: tuple[Any, Any, Any], value: Fraction | None) -> dict[str, Any]:
    low, high = (float(Fraction(str(end))) for end in ends[:2])
    now = low if value is None else float(value)
    return {"low": min(low, now), "high": max(high, now), "log": bool(ends[2])}
