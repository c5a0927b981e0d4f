"""The command line as programs and people meet it: exit codes, streams, JSON, and one wrong input per command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bullwhip import cli
from bullwhip.cli import COMMANDS


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code = cli.run([*arguments, "--json"])
    captured = capsys.readouterr()

    assert code == 0, captured.err
    return json.loads(captured.out)


def test_facts_json_has_the_promised_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """Every fact carries the keys that other programs rely on, and the report, locator and row as printed."""
    facts = _json(capsys, "facts", "--report", "003", "--locator", "图表109")

    keys = {"report", "locator", "row", "column", "lexical", "value", "low", "high", "bound", "unit", "status",
            "period", "subject", "measure", "quantity", "index"}  # fmt: skip
    assert [keys - set(f) for f in facts] == [set()] * 20
    assert {f["locator"] for f in facts} == {"图表109"}
    assert facts[2]["lexical"] == "395.2"
    assert facts[2]["quantity"] == "server.market"


def test_every_claim_of_the_report_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    """All 1,076 table cells and 519 statements of report 003 are facts."""
    facts = _json(capsys, "facts", "--report", "003")

    assert sum(f["row"] is not None for f in facts) == 1076
    assert sum(f["row"] is None for f in facts) == 519
    assert len({f["id"] for f in facts}) == 1595


def test_value_is_an_object_for_one_cell_and_a_list_for_several(capsys: pytest.CaptureFixture[str]) -> None:
    """`value` answers with an object when one cell is selected, and with a list otherwise."""
    one = _json(capsys, "value", "cooling.market")
    several = _json(capsys, "value", "accelerator.count", "--period", "2025")

    assert (one["value"], one["exact"], one["unit"], one["period"]) == (31500000000, "31500000000", "CNY", None)
    assert [v["index"]["chip"] for v in several] == ["a100_sxm", "h100_sxm", "gh200"]
    assert several[2]["value"] is None
    assert several[2]["missing"] == ["accelerator.throughput[chip=gh200,period=2025]"]


def test_sensitivity_sums_over_families(capsys: pytest.CaptureFixture[str]) -> None:
    """Elasticities of accelerators to both families' parameters sum to 2, to their vendors to 1, to utilization −1."""
    name = "accelerator.count[chip=a100_sxm]"
    parameters = _json(capsys, "sensitivity", name, "--driver", "model.parameters", "--period", "2025")
    vendors = _json(capsys, "sensitivity", name, "--driver", "model.vendors", "--period", "2025")
    utilization = _json(capsys, "sensitivity", name, "--driver", "training.utilization", "--period", "2025")

    assert [s["elasticity_exact"] for s in parameters] == ["30/17", "4/17"]
    assert [s["elasticity_exact"] for s in vendors] == ["15/17", "2/17"]
    assert utilization["elasticity_exact"] == "-1"
    assert utilization["elasticity_form"] == "-1"


def test_second_order_is_shown_once_for_every_two_drivers(capsys: pytest.CaptureFixture[str]) -> None:
    """Both families of parameters and utilization: six pairs, the derivative by both families zero but not theirs."""
    arguments = ["sensitivity", "accelerator.count[chip=a100_sxm]", "--second"]
    drivers = ["--driver", "training.utilization", "--driver", "model.parameters"]
    cli.run([*arguments, *drivers])
    lines = capsys.readouterr().out.splitlines()
    answers = _json(capsys, *arguments, *drivers)

    assert len(lines) == 1 + 6
    assert [[s["elasticity_exact"] for s in a["second"]] for a in answers] == [
        ["0", "0", "0"], ["0", "120/289", "-120/289"], ["0", "-120/289", "120/289"],
    ]  # fmt: skip


def test_explain_shows_one_closed_form_over_both_families(capsys: pytest.CaptureFixture[str]) -> None:
    """The closed form of accelerators names both model families and every driver, and SymPy-readable text has latex."""
    answer = _json(capsys, "explain", "accelerator.count[chip=a100_sxm]", "--period", "2025")

    drivers = {s["quantity"] for s in answer["symbols"]}
    assert drivers == {
        "accelerator.throughput", "model.models_per_vendor", "model.parameter_growth", "model.parameters",
        "model.vendors", "training.days", "training.flop_per_parameter_token", "training.tokens_per_parameter",
        "training.utilization",
    }  # fmt: skip
    assert all(s["symbol"] in answer["closed_form"] for s in answer["symbols"])
    assert "multimodal" in answer["closed_form"]
    assert "language" in answer["closed_form"]
    assert answer["latex"].startswith(r"\frac")


def test_exposure_rows_have_the_promised_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """Every exposure row carries its path, sources and shares; unknown is null and never zero."""
    answer = _json(capsys, "exposure", "--driver", "cooling.liquid_penetration")

    keys = {
        "company",
        "label_zh",
        "label_en",
        "ticker",
        "tier",
        "path",
        "elasticity",
        "value",
        "unit",
        "share",
        "sources",
    }
    assert [keys - set(r) for r in answer["rows"]] == [set()] * len(answer["rows"])
    assert {r["value"] for r in answer["rows"]} == {None}
    assert {r["elasticity"] for r in answer["rows"]} == {1}
    assert "envicool" in {r["company"] for r in answer["rows"]}
    assert all(r["path"][-1]["rule"] == "supplies" for r in answer["rows"])


def test_a_company_is_exposed_only_through_the_members_it_is_named_for(capsys: pytest.CaptureFixture[str]) -> None:
    """The share of domestic accelerators reaches makers named as domestic or without origin, never foreign ones."""
    found = {}
    for origin in ("domestic", "foreign"):
        cli.run(["exposure", "--driver", f"accelerator.origin_share[origin={origin}]", "--json"])
        found[origin] = {r["company"] for r in json.loads(capsys.readouterr().out)["rows"] if r["tier"] == "ai_chip"}

    assert {"cambricon", "hygon"} <= found["domestic"]
    assert {"nvidia", "amd"} <= found["foreign"]
    assert found["domestic"] & {"nvidia", "amd", "google"} == set()


def test_a_base_year_carries_forward(capsys: pytest.CaptureFixture[str]) -> None:
    """Setting the base year of a growing quantity moves every later year by the same factor."""
    name = "model.parameters[family=multimodal]"
    before = _json(capsys, "value", name)
    after = _json(capsys, "value", name, "--set", f"{name}=30000 亿 param/model")

    assert [b["period"] for b in before] == [2023, 2024, 2025, 2026, 2027]
    assert [2 * b["value"] for b in before] == [a["value"] for a in after]


def test_tables_in_a_pipe_are_tab_separated(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal a table is a header line and tab-separated rows; messages go to the other stream."""
    code = cli.run(["exposure", "--driver", "model.parameters", "--top", "1"])
    captured = capsys.readouterr()

    assert code == 0
    assert [line.count("\t") for line in captured.out.splitlines()] == [12, 12]
    assert "scenario base" in captured.err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["exposure", "--driver", "model.parameter"], 2, "did you mean 'model.parameters'"),
        (["exposure"], 2, "Missing option '--driver'"),
        (["push", "localhost:7878"], 2, "'localhost:7878' is no URL of an endpoint"),
        (["query", "chain/tiers", "--store", "no_such"], 3, "there is no folder 'no_such'"),
        (["query", "chain/tiers", "--store", "ftp://example.org"], 2, "'ftp://example.org' is no URL of an endpoint"),
        (["doctor", "no_such"], 3, "there is no folder 'no_such'"),
        (["exposure", "--driver", "model.parameters", "--period", "2050"], 2, "2050 is not a period"),
        (["exposure", "--driver", "model.parameters", "--at", "chip"], 2, "DIM=MEMBER"),
        (["exposure", "--driver", "model.parameters", "--at", "chip=a100"], 2, "did you mean 'a100_sxm'"),
        (["exposure", "--driver", "model.parameters", "--scenario", "liquid_3"], 2, "did you mean 'liquid_30'"),
        (["explain", "hbm.valeu"], 2, "did you mean 'hbm.value'"),
        (["explain", "bw:suppliesTo(nvidai, ?x)"], 2, "did you mean 'nvidia'"),
        (["export", "rules-nemmo"], 2, "did you mean 'rules-nemo'"),
        (["value", "hbm.value[chip=a100]"], 2, "did you mean 'a100_sxm'"),
        (["value", "hbm.value[chip]"], 2, "dimension=member"),
        (["value", "hbm.value", "--set", "training.utilization=abc"], 2, "plain decimal number"),
        (["value", "hbm.value", "--set", "training.utilization=1e999"], 2, "exponent"),
        (["value", "hbm.value", "--set", "training.utilization=40"], 2, "write 40 %"),
        (["value", "hbm.value", "--set", "accelerator.price=1 CNY/accelerator"], 2, "give the value in USD"),
        (["value", "hbm.value", "--set", "training.utilization"], 2, "a value is missing"),
        (["value", "hbm.value", "--set", "server.market=1 USD"], 2, "name the period"),
        (["value", "hbm.value", "--as-of", "June"], 2, "YYYY-MM-DD"),
        (["sensitivity", "hbm.value", "--driver", "nosuch"], 2, "no quantity 'nosuch'"),
        (["diff", "base", "liquid_3"], 2, "did you mean 'liquid_30'"),
        (["diff", "base"], 2, "two sides to compare are missing"),
        (["diff", *["--as-of", "2023-01-01"] * 3], 2, "--as-of is given 3 times"),
        (["diff", "2024", "2025", "cooling.market"], 3, "BW417 'cooling.market' has no periods"),
        (["schema", "rulez"], 2, "did you mean 'rules'"),
        (["init", str(Path(__file__).parent)], 2, "BW451 the folder holds"),
        (["build", "-o", str(Path(__file__).parent)], 3, "BW531 the folder is not empty and no store"),
        (["build", "-o", str(Path(__file__))], 3, "BW531 a file is in its place"),
        (["load", "--store", "nosuch"], 2, "BW002 a file is missing"),
        (["load", str(Path(__file__)), "--store", "nosuch"], 2, "names no format that is read"),
        (["solve", "hbm.valeu=1", "--for", "training.utilization"], 2, "did you mean 'hbm.value'"),
        (["simulate", "hbm.value"], 2, "nothing varies"),
        (["simulate", "hbm.value", "--vary", "training.utilization=1..2"], 2, "2 is outside 0 … 1"),
        (["bottleneck", "hbm.valeu"], 2, "did you mean 'hbm.value'"),
        (["bottleneck", "cooling.market", "--driver", "hbm.value"], 2, "BW411 'hbm.value' does not reach"),
        (["list", "drivres"], 2, "did you mean 'drivers'"),
        (["facts", "--report", "009"], 2, "did you mean"),
        (["facts", "--locator", "图表999"], 2, "no claim has the locator"),
        (["facts", "--quantity", "hbm.foo"], 2, "bullwhip list quantities"),
        (["facts", "--as-of", "2023-13-01"], 2, "is not a date"),
        (["list", "nosuch"], 2, "known kinds: companies"),
        (["read", "figure", "3"], 2, "'number', 'unit', 'period', 'name'"),
        (["read", "period", "FY25Q2", "--company", "nvidea"], 2, "did you mean 'nvidia'"),
        (["read", "unit", "亿个", "--report", "009"], 2, "no document '009'"),
        (["audit", "--report", "009"], 2, "did you mean"),
        (["audit", "--verdict", "wrong"], 2, "not_derivable"),
        (["conflicts", "--kind", "wrong"], 2, "'value', 'identity', 'whole'"),
        (["conflicts", "--policy", "newest"], 2, "no criterion 'newest'"),
        (["conflicts", "--as-of", "yesterday"], 2, "YYYY-MM-DD"),
        (["query", "chain/tier"], 2, "did you mean 'chain/tiers'"),
        (["query", "nosuch.rq"], 2, "no query file"),
        (["search", "液冷", "--kind", "companies"], 2, "did you mean 'company'"),
        (["search", " "], 2, "nothing to look for"),
        (["check", "nosuch.yaml"], 2, "no such file"),
        (["export", "svgg"], 2, "did you mean 'svg'"),
        (["import", "nosuch.xlsx"], 3, "cannot be read: No such file or directory"),
        (["export", "svg", "-o", "/nonexistent/folder/x.svg"], 2, "cannot be written"),
        (["export", "latex", "--of", "training.utilization"], 2, "it is read by accelerator.count"),
        (["--workspace", "/nonexistent", "list", "tiers"], 2, "does not exist"),
        (["serve", "--port", "70000"], 2, "0<=x<=65535"),
        (["serve", "--port", "0", "--allow-host", "a b"], 2, "BW002 'a b' is no name of a server"),
        (["serve", "--token-file", "token.txt"], 2, "BW002 --token-file without --allow-update"),
        (["serve", "--allow-update", "--token-file", str(Path(__file__))], 2, "BW587 what"),
        (["mcp", "--limit-seconds", "0"], 2, "0.1<=x<="),
        (["exposures"], 2, "did you mean 'exposure'"),
        (["value", "server.market", "--set", "server.gpu_cost_share=0"], 3, "BW401 division by zero"),
    ],
)
def test_a_wrong_input_is_refused_with_what_to_do(
    arguments: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each wrong input ends with its exit code, one clear message, nothing on stdout, and never a traceback."""
    result = cli.run(arguments)
    captured = capsys.readouterr()

    assert result == code
    assert says in captured.err
    assert captured.err.startswith(("BW", "argument:", "rules/", "/", "nosuch"))
    assert "Traceback" not in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("arguments", [[], ["--workspace", "anywhere"]])
def test_no_command_shows_what_there_is(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Without a command the help goes to stderr, once and without an error code."""
    code = cli.run(arguments)
    captured = capsys.readouterr()

    assert (2, "") == (code, captured.out)
    assert captured.err.startswith("Usage: bullwhip [OPTIONS] COMMAND")
    assert 1 == captured.err.count("Usage:")


def test_facts_about_a_company_are_found_by_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    """An id finds what the documents call by different names, with who says so."""
    found = _json(capsys, "facts", "--subject", "amazon")
    quarter = [f for f in found if f["concept"] == "capex" and f["period_end"] == "2024-06-30"]

    assert {"Amazon", "亚马逊"} <= {f["subject"] for f in found}
    assert found == _json(capsys, "facts", "--subject", "company/amazon")
    assert {("002", "176", "Amazon"), ("004", "165", "天风证券"), ("004", "172 亿美元", None)} <= {
        (f["report"], f["lexical"], f["by"] or f["basis"]) for f in quarter
    }


def test_a_bound_that_the_print_carries_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A cell that prints `>5000 GB/s` is shown as printed."""
    code = cli.run(["facts", "--report", "003", "--locator", "图表83"])
    shown = capsys.readouterr().out

    assert code == 0
    assert (2, 0) == (shown.count("\t>5000 GB/s\t"), shown.count(">>"))


def test_explain_names_what_a_scenario_computes_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    """Behind a figure that the report prints otherwise stand the rule of the report and the reason against it."""
    cell = "inference.accelerators[chip=a100_sxm,period=2025]"
    base = _json(capsys, "explain", cell)["variants"]
    published = _json(capsys, "explain", cell, "--scenario", "as_published")["variants"]

    assert [("inference.peak_compute_total", "as_published")] == [(v["quantity"], v["scenario"]) for v in base]
    assert base[0]["rule"].endswith("/ inference.utilization")
    assert [] == published


def test_every_command_has_a_wrong_input_above() -> None:
    """No command is without a test of a wrong input."""
    marks = test_a_wrong_input_is_refused_with_what_to_do.pytestmark  # type: ignore[attr-defined]
    tried = {argument for case in marks[0].args[1] for argument in case[0]}

    assert set(COMMANDS) - tried == set()


def test_an_export_never_replaces_a_file_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Writing to an existing file needs --force, and leaves no other file beside it."""
    target = tmp_path / "chain.dot"
    first = cli.run(["export", "dot", "-o", str(target)])
    before = target.read_bytes()
    second = cli.run(["export", "dot", "-o", str(target)])
    third = cli.run(["export", "dot", "-o", str(target), "--force"])
    capsys.readouterr()

    assert (first, second, third) == (0, 2, 0)
    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["chain.dot"]


def test_an_unforeseen_error_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bug in the product is reported as one, in one line, without a traceback."""
    import bullwhip.workspace.facade as facade

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.delenv("BULLWHIP_DEBUG", raising=False)
    monkeypatch.setattr(facade, "open_program", fail)
    code = cli.run(["list", "tiers"])

    assert code == 70
    assert capsys.readouterr().err.splitlines()[0] == "internal error: ZeroDivisionError: planted"


def test_explain_folds_on_a_terminal_under_its_own_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal a long line goes on under its text, formulas excepted; what is said is the same as in a pipe."""
    arguments = ["explain", "inference.accelerators[chip=a100_sxm,period=2025]"]
    cli.run(arguments)
    piped = capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    cli.run(arguments)
    shown = capsys.readouterr().out

    assert "".join(piped.split()) == "".join(shown.split())
    assert ["  closed form"] == [line[:13] for line in shown.splitlines() if len(line) > 100]


def test_a_policy_of_one_criterion_is_completed_by_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    """A document that is preferred decides, and what it leaves open is decided as ever."""
    code = cli.run(["conflicts", "--subject", "amazon", "--policy", "document:002", "--json"])
    groups = [g for g in json.loads(capsys.readouterr().out) if g["kind"] == "value" and "capex" in g["about"]]

    assert code == 1
    assert {c["report"] for g in groups for c in g["claims"] if c["selected"]} == {"002"}


def _process(*arguments: str, stdout: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bullwhip", *arguments], stdout=stdout, stderr=subprocess.PIPE, env=dict(os.environ)
    )


@pytest.mark.parametrize("command", [["explain", "server.market"], ["list", "drivers"], ["facts", "--json"]])
def test_a_reader_that_has_gone_is_no_finding(command: list[str]) -> None:
    """Into a closed pipe, as `| head -1` leaves it, every command ends with 0 and says nothing of it."""
    reading, writing = os.pipe()
    os.close(reading)
    process = _process(*command, stdout=writing)
    os.close(writing)
    said = process.communicate()[1]

    assert (0, b"") == (process.returncode, said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_no_bug() -> None:
    """Output that cannot be written is told as such, with exit code 2."""
    with open("/dev/full", "wb") as full:
        process = _process("list", "drivers", stdout=full)
        said = process.communicate()[1].decode()

    assert (2, "BW003 standard output cannot be written: No space left on device\n") == (process.returncode, said)


@pytest.mark.parametrize("option", ["--report", "--subject"])
def test_a_misspelt_filter_is_not_an_absence_of_conflicts(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`conflicts` refuses what no claim has; nothing found would read as agreement."""
    code = cli.run(["conflicts", option, "nobody"])
    captured = capsys.readouterr()

    assert (2, "") == (code, captured.out)
    assert "BW001 no claim has the" in captured.err


def test_explain_says_that_a_driver_does_not_reach(capsys: pytest.CaptureFixture[str]) -> None:
    """A driver that was asked for is in the answer with 0, not left out of it."""
    cli.run(["explain", "server.market", "--driver", "cooling.liquid_penetration"])

    assert "elasticity  0 to cooling.liquid_penetration" in capsys.readouterr().out
