"""Sketches and moments: the same whatever the split, right to the promised error."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bullwhip.sweep import sketch as sketches
from bullwhip.sweep.moments import Moments
from bullwhip.sweep.sketch import Sketch

VALUES = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=60)
TAME = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)
CUTS = st.lists(st.integers(0, 60), max_size=6)
LARGE = np.random.default_rng(3).normal(2.0, 3.0, 3 * sketches.EXACT)


def merged(values: np.ndarray, cuts: list[int], *, backwards: bool = False) -> Sketch:
    """Return the sketch of values that were cut into parts and merged again."""
    parts = [Sketch.of(p) for p in np.split(values, sorted(cuts))]
    total = Sketch.of(np.empty(0))
    for part in reversed(parts) if backwards else parts:
        total = part.merge(total) if backwards else total.merge(part)
    return total


@given(VALUES, CUTS, st.booleans(), st.sampled_from([4, 1 << 16]))
@example([2.0**k for k in range(25)], [20], False, 4)
@example([2.0**k for k in range(25)], [20], True, 4)
def test_a_sketch_does_not_depend_on_the_split(values: list[float], cuts: list[int], turn: bool, exact: int) -> None:
    """Any parts merged in any order give the bits of the whole, while values are kept and when they are counted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sketches, "EXACT", exact)
        patch.setattr(sketches, "_BUCKETS", 8)
        array = np.array(values, float)

        assert Sketch.of(array).state() == merged(array, cuts, backwards=turn).state()


@pytest.mark.parametrize("cuts", [[5], [70_000, 70_001], list(range(0, 190_000, 13_337))])
def test_many_values_merge_to_the_same_bits(cuts: list[int]) -> None:
    """The same holds for more values than are kept one by one."""
    whole = Sketch.of(LARGE)

    assert whole.state() == merged(LARGE, cuts).state()
    assert whole.count == LARGE.size


@pytest.mark.parametrize("percent", [0.0, 0.001, 1.0, 10.0, 33.3, 50.0, 90.0, 99.9, 100.0])
@pytest.mark.parametrize("kind", ["normal", "lognormal", "negative", "spread"])
def test_a_percentile_is_right_to_the_promised_error(percent: float, kind: str) -> None:
    """A percentile of a sketch differs from the value of that rank by no more than the error it states."""
    values = {
        "normal": LARGE, "lognormal": np.exp(LARGE), "negative": -np.exp(LARGE / 9) * 1e25,
        "spread": np.sign(LARGE) * 10.0 ** (15 * LARGE),
    }[kind]  # fmt: skip
    sketch = Sketch.of(values)
    true = np.sort(values)[max(1, ceil(percent * values.size / 100)) - 1]

    assert abs(sketch.percentile(percent) - true) <= sketch.error * abs(true)
    assert 0 < sketch.error <= 2.0**-7


def test_few_values_give_exact_percentiles() -> None:
    """Below the limit a percentile is one of the values, with no error."""
    sketch = Sketch.of(LARGE[:1000])

    assert (float(np.sort(LARGE[:1000])[499]), 0.0) == (sketch.percentile(50), sketch.error)


def test_a_percentile_of_nothing_is_refused() -> None:
    """No values have no percentile, not a zero."""
    with pytest.raises(ValueError, match="no values"):
        Sketch.of(np.empty(0)).percentile(50)


@settings(deadline=None)
@given(TAME, CUTS)
def test_moments_do_not_depend_on_the_split(values: list[float], cuts: list[int]) -> None:
    """Parts merged have the count and ends of the whole exactly, and its sums to rounding."""
    array = np.array(values)
    whole, total = Moments.of(array), Moments()
    for part in np.split(array, sorted(cuts)):
        total = total.merge(Moments.of(part))

    assert (whole.count, whole.least, whole.greatest) == (total.count, total.least, total.greatest)
    scale = max(1e-30, float(np.abs(array - array.mean()).max()), abs(whole.mean) * 1e-3)
    for power, name in ((1, "mean"), (2, "second"), (3, "third"), (4, "fourth")):
        assert getattr(whole, name) == pytest.approx(getattr(total, name), rel=1e-9, abs=1e-9 * scale**power * 60)


def test_moments_are_those_of_the_distribution() -> None:
    """Mean, variance, skewness and excess kurtosis of an exponential sample are near 1, 1, 2 and 6, all by merging."""
    values = -np.log1p(-np.random.default_rng(1).random(400_000))
    total = Moments()
    for part in np.array_split(values, 7):
        total = total.merge(Moments.of(part))

    found = [total.mean, total.variance, total.skewness, total.kurtosis]
    assert found == [pytest.approx(m, rel=r) for m, r in ((1, 0.01), (1, 0.02), (2, 0.03), (6, 0.15))]


def test_a_constant_has_no_skewness() -> None:
    """What does not vary has variance 0 and no shape; one value has no variance."""
    constant = Moments.of(np.full(5, 3.0))

    assert (0.0, None, None) == (constant.variance, constant.skewness, constant.kurtosis)
    assert Moments.of(np.array([3.0])).variance is None
