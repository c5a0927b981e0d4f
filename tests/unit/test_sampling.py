"""Samples: the distributions they should have, the correlations asked for, and the same values wherever drawn."""

from __future__ import annotations

from fractions import Fraction
from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.model.copula import NotDefiniteError, normal_factor
from bullwhip.model.uncertainty import Distribution
from bullwhip.sweep.nets import net
from bullwhip.sweep.normal import normal_probability, normal_quantile
from bullwhip.sweep.quantiles import deviation, percentile, quantile_of
from bullwhip.sweep.sampling import Variable, chunks, columns_of

F = Fraction
ROWS = 200_000
KINDS = {
    "uniform": (Distribution("uniform", (F(2), F(6))), 4.0, sqrt(16 / 12)),
    "triangular": (Distribution("triangular", (F(0), F(1), F(5))), 2.0, sqrt((1 + 25 - 5) / 18)),
    "normal": (Distribution("normal", (F(10), F(2))), 10.0, 2.0),
    "lognormal": (
        Distribution("lognormal", (F(3), F(1, 2))), 3 * exp(1 / 8), 3 * exp(1 / 8) * sqrt(exp(1 / 4) - 1),
    ),
    "discrete": (Distribution("discrete", (F(1), F(2), F(6))), 3.0, sqrt(14 / 3)),
    "truncated": (Distribution("normal", (F(0), F(1)), F(0), None), sqrt(2 / np.pi), sqrt(1 - 2 / np.pi)),
}  # fmt: skip


def drawn(distribution: Distribution, name: str = "x", seed: int = 1, block: int = 0) -> np.ndarray:
    """Return a sample of one distribution."""
    variable = Variable(name, ((0, distribution),))
    parts = [columns_of([variable], u, 1)[0] for u in chunks([variable], (), (), seed, block, ROWS)]
    return np.concatenate(parts)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_has_the_moments_of_its_distribution(kind: str) -> None:
    """Mean and standard deviation are those of the distribution, within five standard errors."""
    distribution, mean, sd = KINDS[kind]
    sample = drawn(distribution)

    assert sample.mean() == pytest.approx(mean, abs=5 * sd / sqrt(ROWS))
    assert sample.std() == pytest.approx(sd, rel=0.02)
    assert float(deviation(distribution)) == pytest.approx(sd, rel=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_percentile_is_below_that_part_of_the_sample(kind: str) -> None:
    """A tenth of a sample lies below the 10th percentile, and a tenth above the 90th; of rival values none."""
    distribution = KINDS[kind][0]
    sample = drawn(distribution)
    low, high = (float(percentile(distribution, F(p, 10))) for p in (1, 9))
    expected = 0.0 if kind == "discrete" else 0.1

    found = [(sample < low).mean(), (sample > high).mean()]
    assert found == [pytest.approx(expected, abs=0.004)] * 2


def test_truncation_is_no_clipping() -> None:
    """A normal distribution cut off at its mean is the half that is left, with no heap at the edge."""
    sample = drawn(Distribution("normal", (F(0), F(1)), F(0), F(1)))

    assert (sample > 0).all()
    assert (sample < 1).all()
    assert (sample < 0.01).mean() == pytest.approx(0.01 * NormalDist().pdf(0) / (NormalDist().cdf(1) - 0.5), rel=0.1)


@given(st.floats(1e-300, 1 - 2**-53))
def test_the_normal_quantile_is_that_of_the_standard_library(u: float) -> None:
    """AS 241 over arrays gives what `statistics.NormalDist` gives, and the probability undoes it."""
    z = float(normal_quantile(np.array([u]))[0])

    assert z == pytest.approx(NormalDist().inv_cdf(u), rel=1e-14, abs=1e-15)
    assert float(normal_probability(np.array([z]))[0]) == pytest.approx(u, rel=1e-11)


def test_a_sample_depends_on_seed_name_and_block_alone() -> None:
    """The same seed, name and block draw the same values beside other inputs; another of any draws others."""
    x, y = (Variable(n, ((k, Distribution("uniform", (F(0), F(1)))),)) for k, n in enumerate("xy"))
    alone = next(chunks([x], (), (), 1, 4, 100))[0].tolist()

    assert alone == next(chunks([y, x], (), (), 1, 4, 100))[1].tolist()
    others = [next(chunks([v], (), (), s, b, 100))[0].tolist() for v, s, b in ((x, 2, 4), (x, 1, 5), (y, 1, 4))]
    assert [False] * 3 == [set(o) & set(alone) != set() for o in others]


def test_the_stream_is_that_of_philox() -> None:
    """The first probabilities of a seed are known numbers, so that another version draws the same."""
    x = Variable("x", ())

    assert [0.3798, 0.5575, 0.3812] == [round(float(u), 4) for u in next(chunks([x], (), (), 7, 0, 3))[0]]


def ranks(values: np.ndarray) -> np.ndarray:
    """Return the ranks of values that are all different."""
    return np.asarray(np.argsort(np.argsort(values)))


@pytest.mark.parametrize("rank", [-0.9, -0.3, 0.5, 0.95])
def test_the_copula_has_the_rank_correlation_asked_for(rank: float) -> None:
    """Two inputs with different distributions have the Spearman correlation that was asked for."""
    one = Variable("x", ((0, Distribution("lognormal", (F(1), F(1)))),))
    other = Variable("y", ((1, Distribution("triangular", (F(0), F(1), F(4)))),))
    factor = normal_factor(2, {(0, 1): rank})
    parts = [columns_of([one, other], u, 2) for u in chunks([one, other], (0, 1), factor, 3, 0, ROWS)]
    columns = np.concatenate(parts, axis=1)
    found = np.corrcoef(ranks(columns[0]), ranks(columns[1]))[0, 1]

    assert found == pytest.approx(rank, abs=0.01)
    assert columns[1].mean() == pytest.approx(5 / 3, abs=0.01)


def test_what_is_not_correlated_stays_so() -> None:
    """Three inputs, of which two pairs are correlated through the one in the middle: the outer pair as stated, zero."""
    variables = [Variable(n, ((k, Distribution("normal", (F(0), F(1)))),)) for k, n in enumerate("xyz")]
    factor = normal_factor(3, {(0, 1): 0.5, (1, 2): 0.5})
    parts = [columns_of(variables, u, 3) for u in chunks(variables, (0, 1, 2), factor, 3, 0, ROWS)]
    found = np.asarray(np.corrcoef(np.concatenate(parts, axis=1)))

    wanted = 2 * np.sin(np.pi * 0.5 / 6)
    assert [found[0, 1], found[1, 2], found[0, 2]] == [pytest.approx(x, abs=0.01) for x in (wanted, wanted, 0.0)]


def test_correlations_that_cannot_be_name_the_pair_and_what_it_could_be() -> None:
    """Two inputs that each move with a third cannot move against each other; the limits stated are the limits."""
    ranks_of = {(0, 1): 0.9, (1, 2): 0.9, (0, 2): -0.9}
    with pytest.raises(NotDefiniteError) as caught:
        normal_factor(3, ranks_of)

    error = caught.value
    assert (0, 2) == error.pair
    assert error.low is not None
    assert normal_factor(3, {**ranks_of, (0, 2): error.low + 0.001})
    with pytest.raises(NotDefiniteError):
        normal_factor(3, {**ranks_of, (0, 2): error.low - 0.001})


def test_a_net_fills_every_axis_evenly_in_any_pieces() -> None:
    """Each of 2^k intervals of an axis holds one point of 2^k, and points do not depend on how many are asked for."""
    points = net(5, 2, 40).points(0, 10)

    assert all(sorted((axis * 1024).astype(int)) == list(range(1024)) for axis in points)
    assert np.array_equal(points[:, 512:768], net(5, 2, 40).points(512, 8))
    assert not np.array_equal(points, net(5, 3, 40).points(0, 10))


def test_a_net_integrates_better_than_chance() -> None:
    """The error of the mean of a smooth function in 12 dimensions is a tenth of that of random points."""

    def mean(points: np.ndarray) -> float:
        weights = 1.0 / (1 + np.arange(12))[:, None]
        return float(np.prod(1 + (points - 0.5) * weights, axis=0).mean()) - 1.0

    even = [mean(net(s, 0, 12).points(0, 12)) for s in range(12)]
    random = [mean(np.random.default_rng(s).random((12, 4096))) for s in range(12)]

    assert np.std(even) < 0.1 * np.std(random)


def test_a_lognormal_has_its_median_and_sigma() -> None:
    """The logarithm of a lognormal sample is normal around the logarithm of the median."""
    sample = np.log(drawn(Distribution("lognormal", (F(5), F(1, 4)))))

    assert [sample.mean(), sample.std()] == [pytest.approx(log(5), abs=0.005), pytest.approx(0.25, rel=0.01)]


def test_quantiles_of_a_triangle_meet_at_its_mode() -> None:
    """The part below the mode is what the triangle says, and the ends are its ends."""
    quantile = quantile_of(Distribution("triangular", (F(1), F(2), F(5))))

    assert quantile(np.array([1e-300, 0.25, 1 - 2**-53])).tolist() == [1.0, 2.0, pytest.approx(5.0)]
