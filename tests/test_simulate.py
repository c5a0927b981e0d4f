"""`simulate` on the shipped workspace and on another chain: what varies, whence, and what comes out."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bullwhip import Workspace, cli
from bullwhip.errors import UsageError
from bullwhip.sweep.executors import Progress

SOLAR = Path(__file__).parent / "golden" / "solar"
MARKET = "server.market[period=2025]"
UTILIZATION = "training.utilization=triangular(20 %, 30 %, 50 %)"

ROUNDED = """
workspace: {id: rounded}
drivers:
  a.x: {unit: "1", kind: coefficient, range: ["0", "10"], assume: [{value: "2", note: for the test}]}
rules:
  a.y: {unit: "1", kind: coefficient, expression: exp(a.x)}
  a.w: {unit: "1", kind: coefficient, expression: 2 * a.x}
"""


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    """Return the shipped workspace."""
    return Workspace.open()


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code = cli.run(["simulate", *arguments, "--json"])
    captured = capsys.readouterr()

    assert code == 0, captured.err
    return json.loads(captured.out)


def test_a_product_with_one_uniform_input_has_the_moments_it_must_have(shipped: Workspace) -> None:
    """What is proportional to one uniform input is uniform: mean, deviation and percentiles scaled, the range exact."""
    value = shipped.demand("cooling.liquid_market").value
    answer = shipped.simulate(
        ["cooling.liquid_market"], vary=("cooling.liquid_penetration=60 %..80 %",), samples=50_000
    )
    found = answer.outputs[0]

    assert value is not None
    assert found.range_kind == "exact"
    assert (found.low, found.high) == (value * 6 / 7, value * 8 / 7)
    assert found.mean == pytest.approx(float(value), rel=1e-3)
    assert found.deviation == pytest.approx(float(value) * 0.2 / 0.7 / 12**0.5, rel=0.01)
    assert found.percentiles[4] == pytest.approx(float(value), rel=0.005)
    assert found.low is not None and found.high is not None  # noqa: PT018
    assert float(found.low) <= (found.least or 0) < (found.greatest or 0) <= float(found.high) * (1 + 1e-12)


def test_workers_and_executors_give_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    """The whole answer is the same with one worker and with several, in threads and in this thread."""
    wanted = [MARKET, "--vary", UTILIZATION, "--samples", "300000", "--sobol", "--tornado"]
    answers = []
    for more in (["--executor", "serial"], ["--workers", "1"], ["--workers", "3"]):
        assert cli.run(["simulate", *wanted, *more, "--json"]) == 0
        answers.append(capsys.readouterr().out)

    assert answers[0] == answers[1] == answers[2]


def test_a_tornado_is_what_setting_the_input_gives(shipped: Workspace) -> None:
    """Each end of a swing is the exact value that the workspace has with the input set there."""
    answer = shipped.simulate(["server.market"], vary=("training.utilization=0.2..0.4",), tornado=True, samples=100)
    part = answer.outputs[0].parts[0]

    ends = [shipped.with_values(f"training.utilization={v}").demand(MARKET).value for v in ("0.22", "0.38")]
    assert [part.at_low, part.at_high] == ends


def test_ends_and_percentiles_that_were_rounded_have_no_exact_text(tmp_path: Path) -> None:
    """exp(x) at 1 and 3 is rounded, and so are percentiles of a triangle; 2 x is 2.4 and 5.6 at those of 1 to 3."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "workspace.yaml").write_text(ROUNDED)
    ws = Workspace.open(tmp_path)
    a, b = (ws.simulate(["a.y", "a.w"], samples=10, vary=(f"a.x={text}",), tornado=True).as_dict()["outputs"]
            for text in ("1..3", "triangular(1, 2, 3)"))  # fmt: skip
    keys = [("range", "low_exact"), ("range", "high_exact"), ("inputs", "at_p10_exact"), ("inputs", "at_p90_exact")]
    shown = [[o[k][0][name] if k == "inputs" else o[k][name] for k, name in keys] for o in (*a, *b)]

    assert [[None] * 4, ["2", "6", "2.4", "5.6"], [None] * 4, ["2", "6", None, None]] == shown


def test_shares_near_the_value_agree_with_sobol_indices_of_narrow_inputs(shipped: Workspace) -> None:
    """Where inputs hardly move, the share by derivatives is the first-order and the total index."""
    answer = shipped.simulate(
        ["server.market"], vary=("training.utilization=±2%", "model.vendors[family=multimodal]=±5%"), sobol=True,
        samples=8192,
    )  # fmt: skip

    for part in answer.outputs[0].parts:
        assert part.share is not None
        assert [part.first, part.total] == [pytest.approx(float(part.share), abs=0.005)] * 2


def test_periods_move_as_one_and_members_do_not(shipped: Workspace) -> None:
    """One distribution on a quantity with families and periods is one draw for each family, over all its periods."""
    answer = shipped.simulate(
        ["accelerator.count[chip=a100_sxm]"], vary=("model.vendors=±20%",), samples=64, sobol=True
    )

    assert ["model.vendors[family=multimodal]", "model.vendors[family=language]"] == [i.name for i in answer.inputs]
    assert [("model.vendors[family=multimodal,period=2025]",)] == [i.cells for i in answer.inputs[:1]]


def test_a_base_year_varies_and_carries_forward(shipped: Workspace) -> None:
    """A quantity that grows from a base year is varied in it, as --set sets it."""
    answer = shipped.simulate(["server.market"], vary=("model.parameters[family=multimodal]=±10%",), samples=64)

    assert [("model.parameters[family=multimodal,period=2023]",)] == [i.cells for i in answer.inputs]


def test_a_scenario_brings_its_distributions_and_the_command_line_overrides_them(shipped: Workspace) -> None:
    """What a scenario says varies with its correlation; the same input on the command line takes its place."""
    scenario = shipped.scenario("uncertain")
    own = scenario.simulate(["server.market"], samples=64)
    changed = scenario.simulate(["server.market"], samples=64, vary=("training.utilization=0.25..0.35",))

    assert {"scenario"} == {i.origin for i in own.inputs}
    assert [("model.vendors[family=multimodal]", "model.vendors[family=language]", Fraction(1, 2))] == [
        *own.correlations
    ]  # fmt: skip
    assert ["0.25..0.35"] == [d for i in changed.inputs if i.name == "training.utilization" for d in i.distributions]
    assert len(own.inputs) == len(changed.inputs)


def test_prints_give_rounding_ranges_and_rival_claims(shipped: Workspace) -> None:
    """A printed 30 % is 29.5 % to 30.5 %, two claims that disagree are rival values, a count is exact."""
    answer = shipped.simulate(["server.market"], printed=True, samples=64)
    found = {i.name: (i.distributions[0], i.note) for i in answer.inputs}
    rest = {n.name: n.reason for n in answer.not_varied}

    assert "0.295..0.305" == found["training.utilization[period=2025]"][0]
    rivals = found["model.parameters[family=multimodal,period=2023]"]
    assert "discrete(1000000000000, 1500000000000)" == rivals[0]
    assert "rival claims: 15000 亿个 (003 图表49" in rivals[1]
    assert rest["model.vendors[family=language,period=2025]"].startswith("counted one by one: 25 个")
    assert rest["training.tokens_per_parameter[family=language]"] == "an assumption; nothing is printed"


def test_a_bound_is_never_guessed(shipped: Workspace) -> None:
    """An input printed only as more or less than a figure is listed as not varied, with its print."""
    from dataclasses import replace

    program = shipped.program
    chosen = next(p for p, c in enumerate(program.cells) if c.quantity == "cooling.liquid_penetration")
    winners = program.given[chosen].claims
    claims = tuple(replace(c, bound=">") if c.id in winners else c for c in program.claims)
    bounded = Workspace(replace(program, claims=claims), shipped.files)
    answer = bounded.simulate(["cooling.liquid_market"], printed=True, samples=64)

    reasons = [n.reason for n in answer.not_varied if n.name == "cooling.liquid_penetration"]
    assert [r[:20] for r in reasons] == ["printed as a bound: "]


def test_an_unknown_output_names_what_is_missing_and_others_are_answered(shipped: Workspace) -> None:
    """An input without value or distribution leaves an output unknown; with a distribution it is known."""
    names = ["accelerator.count[chip=gh200]", "accelerator.count[chip=a100_sxm]"]
    unknown, known = shipped.simulate(names, vary=("training.utilization=±10%",), samples=64).outputs
    given = shipped.simulate(
        names[:1], vary=("accelerator.throughput[chip=gh200]=900..1100 TFLOPS/accelerator",), samples=64
    )

    assert (("accelerator.throughput[chip=gh200,period=2025]",), 0, None) == (
        unknown.missing,
        unknown.count,
        unknown.mean,
    )
    assert ((), 64) == (known.missing, known.count)
    assert ((), 64) == (given.outputs[0].missing, given.outputs[0].count)


def test_invalid_samples_are_counted_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Samples at which a rule has no value are counted by reason and not shown as if they had not been drawn."""
    answer = _json(capsys, MARKET, "--vary", "server.gpu_cost_share=discrete(0, 0.5)", "--samples", "1000")
    output = answer["outputs"][0]

    assert 1000 == output["samples"] + output["invalid"][0]["samples"]
    assert output["invalid"][0]["reason"].startswith("division by zero in server.market[period=2025] = ")
    assert output["invalid"][0]["samples"] == pytest.approx(500, abs=80)


def test_the_json_has_the_promised_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """Every key that docs/json.md names is there, for answer, input, output and part."""
    answer = _json(capsys, MARKET, "--vary", UTILIZATION, "--samples", "128", "--sobol", "--tornado")
    page = (Path(__file__).parents[1] / "docs" / "json.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| `simulate"))
    keys = {*answer, *answer["inputs"][0], *answer["outputs"][0], *answer["outputs"][0]["inputs"][0],
            *answer["outputs"][0]["range"]}  # fmt: skip

    assert sorted(k for k in keys if k not in row) == []


def test_a_normal_far_wider_than_its_range_is_uniform_in_it(shipped: Workspace) -> None:
    """Where the density is flat between the ends, mean and deviation are those of the range, not of the mode."""
    market = "cooling.liquid_market"
    (wide,) = shipped.simulate([market], vary=["cooling.liquid_penetration=normal(0.7, 1e20)"], samples=1000).outputs
    (flat,) = shipped.simulate([market], vary=["cooling.liquid_penetration=0..1"], samples=1000).outputs

    assert (wide.mean, wide.deviation) == (flat.mean, flat.deviation)


def test_a_part_of_an_input_is_taken_in_the_periods_where_it_has_a_value(shipped: Workspace) -> None:
    """Nobody states the share of GPUs in 2026: ±10% varies it in the years that are known, and 2025 is answered."""
    (found,) = shipped.simulate([MARKET], vary=["server.gpu_cost_share=±10%"], samples=100).outputs
    (alone,) = shipped.simulate([MARKET], vary=["server.gpu_cost_share[period=2025]=±10%"], samples=100).outputs

    assert (found.low, found.high) == (alone.low, alone.high)
    assert found.range_kind == "exact"


def test_correlated_inputs_widen_a_product(shipped: Workspace) -> None:
    """Two inputs that pull one way spread an output more when they move together, less when against each other."""
    vary = ("model.vendors[family=multimodal]=±40%", "training.utilization=±40%")
    spread = [
        shipped.simulate(["server.market"], vary=vary, samples=40_000, correlate=correlate).outputs[0].deviation or 0
        for correlate in (
            ("model.vendors[family=multimodal],training.utilization=0.8",), (),
            ("training.utilization,model.vendors[family=multimodal]=-0.8",),
        )
    ]  # fmt: skip

    assert spread[0] < 0.9 * spread[1] < 0.8 * spread[2]


def test_correlations_that_contradict_each_other_name_the_pair(shipped: Workspace) -> None:
    """BW432 names two inputs and what their correlation could be beside the others."""
    vary = ("training.utilization=±10%", "model.vendors[family=multimodal]=±10%", "model.vendors[family=language]=±10%")
    one, two, three = (v.partition("=±")[0] for v in vary)
    pairs = (f"{one},{two}=0.9", f"{two},{three}=0.9", f"{one},{three}=-0.9")

    with pytest.raises(UsageError, match=r"BW432 .*contradict the others\n.*lies between 0\.631 and 1\.000"):
        shipped.simulate(["server.market"], vary=vary, correlate=pairs)


def test_a_simulation_in_which_nothing_varies_says_how_to_give_a_range(capsys: pytest.CaptureFixture[str]) -> None:
    """BW433 shows how a distribution is written, and the inputs whose prints allow a range."""
    code = cli.run(["simulate", MARKET])
    said = capsys.readouterr().err

    assert (2, "BW433") == (code, said[:5])
    assert "--vary 'ID=LOW..HIGH" in said
    assert "--printed: accelerator.throughput[chip=a100_sxm,period=2025]=311.5..312.5" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--vary", "training.utilization=0.2..1.2"], "1.2 is outside 0 … 1"),
        (["--vary", "training.utilization=gauss(1,2)"], "is not a distribution"),
        (["--vary", "training.utilisation=0.2..0.3"], "did you mean 'training.utilization'"),
        (["--vary", "training.utilization"], "a value is missing"),
        (["--vary", "server.market=±10%"], "name the period"),
        (["--vary", "accelerator.throughput[chip=gh200]=±10%"], "has no value"),
        (["--vary", UTILIZATION, "--vary", "training.utilization[period=2025]=0.2..0.3"], "varies twice"),
        (["--vary", UTILIZATION, "--correlate", "training.utilization=0.5"], "two inputs that vary"),
        (["--vary", UTILIZATION, "--correlate", "training.utilization,model.vendors=0.5"], "does not vary"),
        (["--vary", UTILIZATION, "--correlate", "training.utilization,training.utilization=0.5"], "name two inputs"),
        (["--vary", UTILIZATION, "--vary", "model.vendors=±10%", "--correlate",
          "training.utilization,model.vendors=0.5"], "'model.vendors' is 2 inputs"),
        (["--scenario", "uncertain", "--correlate",
          "model.vendors[family=language],model.vendors[family=multimodal]=2"], "between -1 and 1"),
        (["--scenario", "uncertain", "--sobol"], "Sobol indices of inputs that are correlated"),
        (["--vary", UTILIZATION, "--executor", "fibers"], "no executor 'fibers'"),
        (["--vary", UTILIZATION, "--executor", "dask://"], "'' is no address"),
        (["--vary", UTILIZATION, "--executor", "dask://one host:1"], "write dask://HOST:PORT"),
        (["--vary", UTILIZATION, "--samples", "0"], "0 is not in the range"),
        (["--vary", UTILIZATION, "--backend", "gpu"], "'auto', 'numpy', 'fast'"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_refused(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every wrong option ends with exit code 2, what was found, and what to do, before anything is drawn."""
    code = cli.run(["simulate", MARKET, *arguments])
    captured = capsys.readouterr()

    assert (2, "") == (code, captured.out)
    assert says in captured.err


def test_ctrl_c_ends_with_130_and_what_had_been_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupt is no traceback: exit code 130, and how many samples had been done."""
    from bullwhip.sweep import plan
    from bullwhip.sweep.executors import ordered as true

    def interrupted(*arguments: Any) -> Any:
        yield next(true(*arguments))
        raise KeyboardInterrupt

    monkeypatch.setattr(plan, "ordered", interrupted)
    code = cli.run(["simulate", MARKET, "--vary", UTILIZATION, "--samples", "1000000"])
    captured = capsys.readouterr()

    assert (130, "") == (code, captured.out)
    assert "interrupted: 131,072 of 1,000,000 samples done" in captured.err


def test_progress_is_told_up_to_the_end(shipped: Workspace) -> None:
    """Whoever listens is told how many samples are done, rising to all of them."""
    told: list[tuple[int, int]] = []
    listen: Progress = lambda done, total: told.append((done, total))  # noqa: E731
    shipped.simulate(["server.market"], vary=(UTILIZATION,), samples=300_000, progress=listen)

    assert [(131_072, 300_000), (262_144, 300_000), (300_000, 300_000)] == told


def test_another_chain_is_simulated_by_the_same_engine(capsys: pytest.CaptureFixture[str]) -> None:
    """On a solar chain the market follows price and power, and prints give their rounding."""
    code = cli.run([
        "--workspace", str(SOLAR), "simulate", "module.market", "polysilicon.demand[route=topcon]", "--vary",
        "plant.installed=±10%", "--printed", "--tornado", "--sobol", "--samples", "1024", "--json",
    ])  # fmt: skip
    answer = json.loads(capsys.readouterr().out)

    assert code == 0
    assert {"vary", "print"} == {i["origin"] for i in answer["inputs"]}
    for output in answer["outputs"]:
        assert output["range"]["kind"] == "exact"
        assert sum(p["total"] for p in output["inputs"]) == pytest.approx(1, abs=0.02)


def test_a_printed_table_of_parts_shows_only_what_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --sobol there are no columns for its indices, without --tornado none for swings."""
    shown = []
    for option in ("--tornado", "--sobol"):
        cli.run(["simulate", MARKET, "--vary", UTILIZATION, "--samples", "128", option])
        shown.append(capsys.readouterr().out.split("\n\n")[1].splitlines()[0].split("\t"))

    assert ["output", "input", "at 10 %", "at 90 %", "share near value"] == shown[0]
    assert ["output", "input", "share near value", "first order", "±", "total", "±"] == shown[1]


def test_compiled_code_and_numpy_give_the_same_answer(shipped: Workspace) -> None:
    """Whatever evaluates, every number of the answer is the same."""
    pytest.importorskip("llvmlite")
    answers = [
        shipped.simulate(["server.market"], vary=(UTILIZATION,), samples=5000, sobol=True, backend=b).as_dict()
        for b in ("numpy", "fast")
    ]

    assert ["numpy", "fast"] == [a.pop("backend") for a in answers]
    assert answers[0] == answers[1]


def test_a_signal_ends_the_process_with_130(tmp_path: Path) -> None:
    """Ctrl-C in a long sweep of threads ends the process soon, with 130, a count, and no traceback."""
    command = [sys.executable, "-m", "bullwhip", "simulate", MARKET, "--vary", UTILIZATION, "--samples", "100000000000"]

    def hear() -> None:  # what runs in the background of a shell is started deaf to it
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, preexec_fn=hear
    ) as process:
        time.sleep(6)
        process.send_signal(signal.SIGINT)
        try:
            said = process.communicate(timeout=60)[1]
        finally:
            process.kill()

    assert 130 == process.returncode
    assert said.startswith("interrupted")
    assert "Traceback" not in said


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_is_shown_on_a_terminal_only_and_on_stderr(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Work that takes its time shows a bar on stderr where that is a terminal, and nothing in a pipe."""
    from bullwhip.cli import progress

    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress.progress_bar("samples") as tell:
        for k in range(1, 4):
            tell(k, 3)
    captured = capsys.readouterr()

    assert "" == captured.out
    assert terminal == ("samples" in captured.err)


def test_a_bound_that_is_none_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A normal price without a declared range has no ends: that no sample lies outside them says nothing."""
    code = cli.run(["--workspace", str(SOLAR), "simulate", "module.market", "--vary", "module.price=normal(1, 0.1)",
                    "--samples", "100"])  # fmt: skip

    assert (0, False) == (code, "∞ … ∞" in capsys.readouterr().err)


@pytest.mark.parametrize(("low", "told"), [("0", True), ("0.2", False)])
def test_moments_that_may_not_exist_are_told(low: str, told: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """A divisor drawn down to zero has no finite mean: one sample makes much of the variance, and it is said."""
    code = cli.run(["simulate", "server.market", "--vary", f"training.utilization={low}..1"])

    assert (0, told) == (code, "mean and sd may not exist" in capsys.readouterr().err)
