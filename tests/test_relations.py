"""The generated models are what benchmarks and laws take them for: the same everywhere, of one kind at every size."""

from __future__ import annotations

import hashlib

import pytest

from bullwhip.propagate import Evaluation
from relations import drivers, last, program, workspace, workspace_files

SHAPES: tuple[dict[str, int], ...] = ({}, {"periods": 4}, {"members": 3}, {"periods": 3, "members": 2})


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kinks", [True, False])
def test_everything_is_in_the_cone_of_the_last_rule(shape: dict[str, int], kinks: bool) -> None:
    """The last rule of a generated model depends on every driver and every other rule."""
    model = program(120, 3, kinks, **shape)
    outputs = [c.node for c in model.cells if c.quantity == last(120)]
    cone = Evaluation(model).cone(outputs)
    found = {model.cells[model.dag.nodes[i][1]].quantity for i in cone if model.dag.nodes[i][0] == "cell"}
    assert set(model.quantities) == found
    assert {*drivers(120)} == {q.id for q in model.quantities.values() if q.is_driver}


def test_values_stay_near_one() -> None:
    """A model of a thousand rules has values of the size that one of a hundred has."""
    for n in (100, 1_000):
        answers = workspace(n).value(last(n))
        assert all(a.value is not None and 0.2 < a.value < 5 for a in answers)


def test_the_bytes_are_the_same_everywhere() -> None:
    """The same arguments give the same bytes on any machine."""
    digest = hashlib.sha256(b"".join(workspace_files(200, 7, periods=3, members=2).values()))
    assert "e95ce3aba09104d7" == digest.hexdigest()[:16]


def test_kinks_are_left_out() -> None:
    """A smooth model has no min, max or condition; the other has all three."""
    kinked, smooth = ({n[0] for n in program(200, 1, kinks).dag.nodes} for kinks in (True, False))
    assert {"min", "max", "<"} <= kinked
    assert not {"min", "max", "<", "<="} & smooth
