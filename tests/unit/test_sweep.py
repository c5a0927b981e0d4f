"""Sweeps: known moments, the same bits from any executor, lanes without a value counted, known Sobol indices."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from math import pi, sqrt
from typing import Any

import numpy as np
import pytest

from bullwhip.errors import PropagationError, UsageError
from bullwhip.model.uncertainty import Distribution
from bullwhip.numeric.ops import Op, Tape
from bullwhip.sweep import plan as plans
from bullwhip.sweep.executors import Interrupted, Running, SerialExecutor, ordered, running
from bullwhip.sweep.plan import Plan, block_size, run, run_block
from bullwhip.sweep.sampling import Variable
from bullwhip.sweep.sobol import Index, SobolPlan, indices, run_sobol
from bullwhip.sweep.summary import Summary

F = Fraction
NORMAL = Distribution("normal", (F(0), F(1)))


def tape(names: str, ops: tuple[tuple[str, tuple[int, ...]], ...], constants: tuple[float, ...] = ()) -> Tape:
    """Return a tape with one input for each letter, whose last operation is its output."""
    count = len(names) + len(constants)
    made = tuple(Op(name, arguments, k, 0) for k, (name, arguments) in enumerate(ops))
    last = count + len(ops) - 1
    return Tape(tuple(range(len(names))), tuple(names), ("y",), (last,), constants, (), made, len(ops), ("y = rule",))


def plan(of: Tape, distributions: tuple[Distribution, ...], samples: int, block: int = 8192) -> Plan:
    """Return a plan of independent inputs."""
    variables = tuple(
        Variable(n, ((k, d),)) for k, (n, d) in enumerate(zip(of.input_names, distributions, strict=True))
    )
    return Plan(of, variables, (), (), samples, block, "numpy").sealed()


def done(of: Plan, seed: int = 1, name: str = "serial", workers: int = 1) -> Summary:
    """Return a sweep's summary."""
    with running(name, workers) as executor:
        return run(of, seed, executor)


SUM = tape("abc", (("+", (0, 1)), ("+", (3, 2))))
RATIO = tape("ab", (("/", (0, 1)), ("log", (2,))))


def test_a_linear_model_has_the_moments_it_must_have() -> None:
    """A sum of a normal, a uniform and a triangular input has the sums of their means and of their variances."""
    parts = (Distribution("normal", (F(5), F(2))), Distribution("uniform", (F(0), F(6))),
             Distribution("triangular", (F(0), F(3), F(6))))  # fmt: skip
    found = done(plan(SUM, parts, 300_000)).outputs[0].moments
    variance = 4 + 36 / 12 + (36 + 9 - 18) / 18

    assert found.mean == pytest.approx(11, abs=5 * sqrt(variance / 300_000))
    assert found.variance == pytest.approx(variance, rel=0.02)
    assert found.skewness == pytest.approx(0, abs=0.03)


def test_a_sum_of_normals_is_normal() -> None:
    """Its percentiles are those of a normal distribution with the root of the sum of squares, its excess is zero."""
    found = done(
        plan(SUM, (NORMAL, Distribution("normal", (F(1), F(2))), Distribution("normal", (F(2), F(2)))), 400_000)
    )
    output = found.outputs[0]

    assert [output.sketch.percentile(p) for p in (15.8655, 50, 84.1345)] == [
        pytest.approx(x, abs=0.03) for x in (0, 3, 6)
    ]
    assert output.moments.kurtosis == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("name", "workers"), [("threads", 1), ("threads", 2), ("threads", 4), ("processes", 2)])
def test_any_executor_gives_the_same_bits(name: str, workers: int) -> None:
    """One worker or several, threads or processes: every byte of the summary is that of the serial run."""
    of = plan(RATIO, (Distribution("normal", (F(1), F(1))), Distribution("uniform", (F(1), F(2)))), 100_000)

    assert done(of).state() == done(of, 1, name, workers).state()


def test_a_dask_cluster_gives_the_same_bits() -> None:
    """A cluster started here, met by its address, gives every byte of the serial run."""
    distributed = pytest.importorskip("distributed")
    of = plan(SUM, (NORMAL, NORMAL, NORMAL), 50_000)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address.removeprefix("tcp://")

        assert done(of).state() == done(of, 1, f"dask://{address}").state()


def test_seeds_differ_and_repeat() -> None:
    """A seed gives the same summary whenever it is used, and another seed another one."""
    of = plan(SUM, (NORMAL, NORMAL, NORMAL), 20_000)

    assert done(of, 7).state() == done(of, 7).state()
    assert done(of, 7).state() != done(of, 8).state()


def test_a_sweep_is_the_union_of_its_blocks() -> None:
    """Blocks evaluated alone, backwards, and merged in order are the sweep; the last has what is left."""
    of = plan(SUM, (NORMAL, NORMAL, NORMAL), 20_000)
    alone = [run_block(of, 1, b) for b in reversed(range(of.blocks))][::-1]
    total = alone[0]
    for block in alone[1:]:
        total = total.merge(block)

    assert [8192, 8192, 3616] == [b.samples for b in alone]
    assert done(of).state() == total.state()


def test_percentiles_do_not_depend_on_the_size_of_blocks() -> None:
    """Merging is exact for all but moments: the sketch of a block of double size is that of two blocks."""
    of = plan(SUM, (NORMAL, NORMAL, NORMAL), 16_384)
    one, two = run_block(of, 1, 0), run_block(of, 1, 1)

    assert one.merge(two).outputs[0].sketch.state() == two.merge(one).outputs[0].sketch.state()


def test_lanes_without_a_value_are_counted_by_reason() -> None:
    """Every sample is either in the moments or counted under what it failed of, in the rule where it failed."""
    parts = (Distribution("normal", (F(1), F(1))), Distribution("discrete", (F(0), F(1))))
    found = done(plan(RATIO, parts, 50_000)).outputs[0]
    reasons = dict(found.invalid)

    assert set(reasons) == {
        "division by zero in y = rule", "log() of a number that is not positive in y = rule",
    }  # fmt: skip
    assert 50_000 == found.moments.count + sum(reasons.values())
    assert reasons["division by zero in y = rule"] == pytest.approx(25_000, rel=0.03)
    assert found.sketch.count == found.moments.count


def test_a_branch_that_is_not_taken_breaks_nothing() -> None:
    """A condition guards the branch it does not take, also when lanes are counted."""
    guarded = tape("ab", (("/", (0, 1)), ("<", (2, 1, 3, 0))), (0.5,))
    found = done(plan(guarded, (NORMAL, Distribution("discrete", (F(0), F(1)))), 20_000)).outputs[0]

    assert ((), 20_000) == (found.invalid, found.moments.count)


def test_the_reason_is_that_of_the_branch_taken() -> None:
    """Where a branch that is not taken has no value either, the sample is counted under what was taken."""
    guarded = tape("ab", (("/", (0, 1)), ("<", (2, 1, 3, 0)), ("log", (4,))), (0.5,))
    negative = Distribution("uniform", (F(-2), F(-1)))
    found = done(plan(guarded, (negative, Distribution("discrete", (F(0), F(1)))), 1000)).outputs[0]

    assert (("log() of a number that is not positive in y = rule", 1000),) == found.invalid


def test_the_size_of_a_block_follows_from_the_number_of_outputs() -> None:
    """Results of a block stay within a bound, and a block never falls below one chunk."""
    assert [1 << 17, 1 << 17, 1 << 16, 8192, 8192] == [block_size(n) for n in (0, 8, 16, 128, 10_000)]


class _Counting(SerialExecutor):
    """Counts what is under way at once."""

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self.submitted += 1
        return super().submit(fn, *args, **kwargs)


def test_few_blocks_are_under_way_and_results_come_in_order() -> None:
    """However many blocks there are, only some for each worker are submitted ahead."""
    executor = _Counting()
    results = ordered(Running(executor, 3), lambda k: k * k, 1000)

    assert [0, 1, 4] == [next(results) for _ in range(3)]
    assert executor.submitted <= 9


def test_ctrl_c_says_what_had_been_done() -> None:
    """An interrupt during a sweep ends it with the number of samples that were done."""
    of = plan(SUM, (NORMAL, NORMAL, NORMAL), 50_000)

    def interrupt(count: int, total: int) -> None:
        if count >= 16_384:
            raise KeyboardInterrupt

    with running("threads", 2) as executor, pytest.raises(Interrupted) as caught:
        run(of, 1, executor, interrupt)
    assert (16_384, 50_000) == (caught.value.done, caught.value.total)


def test_an_unknown_executor_is_refused() -> None:
    """A name that is none is told with the names there are."""
    with pytest.raises(UsageError, match="did you mean 'threads'"), running("thread"):
        pass


def test_a_cluster_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address where nothing listens ends with BW434."""
    pytest.importorskip("distributed")
    monkeypatch.setattr("bullwhip.sweep.executors._CONNECT", "200ms")
    with (
        pytest.raises(PropagationError, match="BW434 no Dask scheduler answers"),
        running("dask://127.0.0.1:9"),
    ):
        pass


def _lost(_: int) -> int:
    os._exit(1)


def test_a_lost_worker_is_told() -> None:
    """A process that dies ends the sweep with BW434, not with a traceback."""
    with running("processes", 1) as executor, pytest.raises(PropagationError, match="BW434 workers were lost"):
        list(ordered(executor, _lost, 3))


# -- Sobol indices -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ishigami(monkeypatch: pytest.MonkeyPatch) -> SobolPlan:
    """Give the design of Ishigami's function, which no rule can write: sin x + 7 sin² y + z⁴ sin x / 10."""

    def evaluate(x: np.ndarray, **_: object) -> np.ndarray:
        return np.array([np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])])

    monkeypatch.setattr(plans, "kernel", lambda *_: evaluate)
    monkeypatch.setattr(plans, "_KERNELS", {})
    uniform = Distribution("uniform", (F(-pi), F(pi)))
    variables = tuple(Variable(n, ((k, uniform),)) for k, n in enumerate("xyz"))
    return SobolPlan.of(SUM, variables, 32_768)


def sobol(of: SobolPlan, seed: int = 1) -> list[Index]:
    """Return the indices of the first output."""
    with running("serial") as executor:
        found = indices(run_sobol(of, seed, executor), 0)

    assert found is not None
    return found


def test_sobol_indices_of_ishigami_are_the_analytic_ones(ishigami: SobolPlan) -> None:
    """First-order and total indices lie within their intervals of the known values, and the intervals are narrow."""
    variance = 0.5 + 49 / 8 + 0.1 * pi**4 / 5 + 0.01 * pi**8 / 18
    first = [(0.5 * (1 + 0.1 * pi**4 / 5) ** 2) / variance, 49 / 8 / variance, 0.0]
    rest = 0.01 * pi**8 * (1 / 18 - 1 / 50) / variance
    total = [first[0] + rest, first[1], rest]
    found = sobol(ishigami)

    for index, s, t in zip(found, first, total, strict=True):
        assert abs(index.first - s) < 2 * index.first_error < 0.02
        assert abs(index.total - t) < 2 * index.total_error < 0.02


def test_nine_intervals_of_ten_hold_the_truth(ishigami: SobolPlan) -> None:
    """Over twenty seeds the 95 % intervals of a first-order index hold its value as often as they should."""
    small = SobolPlan.of(ishigami.tape, ishigami.variables, 1024)
    found = [sobol(small, seed)[1] for seed in range(20)]
    truth = 49 / 8 / (0.5 + 49 / 8 + 0.1 * pi**4 / 5 + 0.01 * pi**8 / 18)

    assert sum(abs(i.first - truth) <= i.first_error for i in found) >= 17


def test_indices_of_a_sum_are_the_shares_of_variance() -> None:
    """In a linear model first-order and total indices are both the share of an input in the variance."""
    variables = tuple(
        Variable(n, ((k, Distribution("normal", (F(0), F(k + 1)))),)) for k, n in enumerate("abc")
    )  # fmt: skip
    found = sobol(SobolPlan.of(SUM, variables, 16_384, "numpy"))

    assert [i.first for i in found] == [pytest.approx(s / 14, abs=0.01) for s in (1, 4, 9)]
    assert [i.total for i in found] == [pytest.approx(s / 14, abs=0.01) for s in (1, 4, 9)]


def test_indices_do_not_depend_on_parts_or_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replicate in several blocks gives the sums of one block to rounding, and threads the same bits."""
    variables = tuple(Variable(n, ((k, NORMAL),)) for k, n in enumerate("abc"))
    whole = sobol(SobolPlan.of(SUM, variables, 1 << 18, "numpy"))
    monkeypatch.setattr("bullwhip.sweep.sobol._PART", 1 << 12)
    parted = SobolPlan.of(SUM, variables, 1 << 18, "numpy")
    with running("threads", 2) as executor:
        threaded = indices(run_sobol(parted, 1, executor), 0)

    assert 64 == parted.blocks
    assert sobol(parted) == threaded
    assert [i.first for i in whole] == [pytest.approx(i.first, rel=1e-9) for i in sobol(parted)]


def test_what_does_not_vary_has_no_indices() -> None:
    """A constant output has no variance to share out."""
    flat = tape("a", (("*", (0, 1)),), (0.0,))
    with running("serial") as executor:
        sums = run_sobol(SobolPlan.of(flat, (Variable("a", ((0, NORMAL),)),), 128, "numpy"), 1, executor)

    assert indices(sums, 0) is None


def test_rows_without_a_value_are_left_out_and_counted() -> None:
    """A row of which one sample has no value counts for no index, and is counted."""
    variables = (Variable("a", ((0, Distribution("normal", (F(2), F(1)))),)),
                 Variable("b", ((1, Distribution("uniform", (F(1), F(2)))),)))  # fmt: skip
    with running("serial") as executor:
        sums = run_sobol(SobolPlan.of(RATIO, variables, 1024, "numpy"), 1, executor)

    invalid, valid = (sum(int(s.invalid[0]) for s in sums), sum(int(s.count[0]) for s in sums))
    assert 1024 == invalid + valid
    assert 20 < invalid < 120
    found = indices(sums, 0)
    assert found is not None
    assert all(0 < i.total < 1.1 for i in found)
