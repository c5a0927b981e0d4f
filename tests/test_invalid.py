"""Every error code has a broken workspace in tests/invalid that shows its message, its place and its remedy.

A fixture is one file, which becomes rules/workspace.yaml, or a folder that is a whole workspace. What is expected
stands in leading comments of the file, or in the folder's expect.txt:

    # expect: CODE first words of the message
    # at: line:column                            of the file; with its name in a folder
    # hint: a part of the remedy
    # ask: value r                               the command, where it is not `check`
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bullwhip.cli import run
from bullwhip.errors import CODES

FOLDER = Path(__file__).parent / "invalid"
FIXTURES = sorted(p for p in FOLDER.iterdir() if p.suffix == ".yaml" or (p / "expect.txt").is_file())
NOT_A_FILE: dict[str, str] = {
    "BW001": "an argument: test_an_argument_that_names_nothing_is_usage",
    "BW002": "an argument: test_an_argument_that_cannot_be_read_is_usage",
    "BW003": "an output file: test_an_output_file_that_exists_is_kept",
    "BW004": "an installation: test_a_missing_package_is_told_with_its_remedy",
    "BW421": "columns of scenarios: test_an_unknown_input_is_refused_by_name",
    "BW422": "columns of scenarios: test_lanes_without_a_value_are_counted_and_the_rule_is_named",
    "BW423": "columns of scenarios: test_columns_of_another_shape_are_refused",
    "BW551": "a machine: test_export_pictures.py, test_what_the_packages_lack_is_said",
    "BW552": "a picture: test_export_pictures.py, test_a_picture_that_would_not_be_true_is_refused",
    "BW451": "an argument: tests/test_init.py",
    "BW433": "an argument: test_a_simulation_in_which_nothing_varies_says_how_to_give_a_range",
    "BW434": "a cluster: test_a_cluster_that_does_not_answer_is_told",
    "BW417": "an argument: test_diff.test_what_is_not_on_both_sides_is_refused",
    "BW411": "a question: test_solve.py, test_a_wrong_question_is_refused_with_what_to_do",
    "BW412": "a question: test_solve.py, test_a_wrong_question_is_refused_with_what_to_do",
    "BW413": "a question: test_solve.py, test_a_quantity_without_any_value_is_refused",
    "BW414": "a question: test_solve.py, test_a_wrong_question_is_refused_with_what_to_do",
    "BW415": "a question: test_solve.py, test_a_wrong_question_is_refused_with_what_to_do",
    "BW416": "a question: test_solve.py, test_a_quantity_without_any_value_is_refused",
    "BW501": "a query text: test_a_query_that_cannot_be_parsed_is_refused",
    "BW502": "a query parameter: test_a_query_parameter_that_is_unknown_is_refused",
    "BW503": "a query parameter: test_query_headers.py",
    "BW504": "a store: test_query_library.py, test_a_store_without_the_nodes_says_so",
    "BW521": "a function of a query: test_store_oxigraph.py, test_what_a_function_raises_is_told",
    "BW522": "an endpoint: test_store_remote.py",
    "BW523": "an endpoint: test_store_remote.py",
    "BW524": "an endpoint: test_store_remote.py",
    "BW525": "a store: test_store_oxigraph.py, test_a_frozen_store_is_not_written",
    "BW526": "a folder: test_store_oxigraph.py, test_a_folder_without_a_store_is_told",
    "BW527": "quads: test_store_oxigraph.py, test_quads_that_are_not_well_formed_change_nothing",
    "BW511": "a question: test_explain_fact.py, test_a_question_that_cannot_be_read_is_refused",
    "BW512": "a question: test_explain_fact.py, test_a_question_that_cannot_be_read_is_refused",
    "BW513": "a question: test_explain_fact.py, test_a_question_that_cannot_be_read_is_refused",
    "BW514": "a question: test_explain_fact.py, test_a_question_that_cannot_be_read_is_refused",
    "BW571": "an export: test_formulas.py, test_a_driver_and_a_period_have_no_formula",
    "BW581": "a request: test_hostile_http.py",
    "BW582": "a request: test_hostile_http.py",
    "BW583": "a request: test_hostile_http.py",
    "BW584": "a request: test_hostile_http.py",
    "BW585": "a request: test_hostile_http.py",
    "BW586": "an address: test_serve_command.py, test_a_port_in_use_is_told",
    "BW587": "a token: test_cli.py, test_a_wrong_input_is_refused_with_what_to_do",
    "BW588": "a request: test_serve_protocol.py",
    "BW589": "a bug: test_serve_protocol.py, test_a_bug_is_told_without_a_traceback",
    "BW601": "a program: tests/unit/test_stratify.py",
    "BW602": "a program: tests/unit/test_stratify.py",
    "BW603": "a program: tests/unit/test_stratify.py",
    "BW604": "a program: tests/unit/test_stratify.py",
    "BW605": "a size: tests/unit/test_inference.py, test_a_limit_names_the_rule_that_grows",
    "BW606": "a question: tests/unit/test_inference.py, test_a_triple_about_a_literal_is_refused",
    "BW531": "a path: test_store_faults.py, test_a_mistyped_path_makes_no_store",
    "BW532": "a folder: test_store_faults.py, test_every_damage_of_every_file_is_found",
    "BW533": "a process: test_store_faults.py, test_a_second_writer_is_told_and_the_first_goes_on",
    "BW534": "a disk: test_store_faults.py, test_a_full_disk_leaves_the_store_as_it_was",
    "BW541": "an RDF file: test_build.py, test_a_graph_from_elsewhere_is_not_written_over",
    "BW542": "a store: test_store_generations.py, test_rolling_back_gives_the_generation_before",
    "BW535": "an RDF file: test_hostile_rdf.py",
    "BW536": "an RDF file: test_hostile_rdf.py",
    "BW537": "an RDF file: test_hostile_rdf.py",
    "BW538": "an RDF file: test_hostile_rdf.py",
    "BW539": "an RDF file: test_rdf_files.py, test_a_file_is_compared_with_the_hash_beside_it",
    "BW591": "a system: test_pool.py, test_a_system_without_fork_is_told",
    "BW592": "a request: test_pool.py, test_a_pool_that_only_reads_refuses_changes",
    "BW540": "a parser: test_rdf_files.py, test_a_parser_that_dies_is_a_problem_and_no_more",
    "BW701": "a request: test_api_calls.py, test_a_wrong_argument_is_refused_with_what_to_do",
    "BW702": "a request: test_api_calls.py, test_a_wrong_argument_is_refused_with_what_to_do",
    "BW703": "a request: test_api_calls.py, test_a_wrong_argument_is_refused_with_what_to_do",
    "BW561": "a workbook: test_workbook_import.py",
    "BW562": "a workbook: test_workbook_import.py",
    "BW563": "a workbook: test_workbook_import.py",
    "BW564": "a workbook: test_workbook_import.py",
    "BW565": "a workbook: test_workbook_import.py",
    "BW566": "a workbook: test_workbook_import.py",
    "BW567": "a workbook: test_workbook_import.py, test_another_state_of_the_workspace_is_a_warning",
    "BW568": "a workbook: test_workbook_import.py",
    "BW704": "a request: test_mcp.py, test_each_wrong_question_is_an_error_with_code_and_remedy",
    "BW901": "a size: test_too_many_cells_reach_a_limit",
}
"""Codes that no file raises, or not in a form that fits a fixture, and where they are tested."""


def _expected(fixture: Path) -> dict[str, str]:
    source = fixture if fixture.is_file() else fixture / "expect.txt"
    found: dict[str, str] = {}
    for line in source.read_bytes().decode("utf-8", "replace").splitlines():
        key, colon, value = line.removeprefix("# ").partition(": ")
        if not colon or key not in ("expect", "at", "hint", "ask"):
            break
        found[key] = value
    return found


def _workspace(fixture: Path, folder: Path) -> Path:
    if fixture.is_dir():
        shutil.copytree(fixture, folder, ignore=shutil.ignore_patterns("expect.txt"))
    else:
        (folder / "rules").mkdir(parents=True)
        shutil.copy(fixture, folder / "rules" / "workspace.yaml")
    return folder


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda p: p.stem)
def test_a_broken_workspace_is_refused_as_its_fixture_says(
    fixture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 3, and code, message, place and remedy are the expected ones."""
    expected = _expected(fixture)
    folder = _workspace(fixture, tmp_path / "workspace")

    code = run(["--workspace", str(folder), *expected.get("ask", "check").split()])

    captured = capsys.readouterr()
    place = expected.get("at", "")
    if place and fixture.is_file():
        place = f"rules/workspace.yaml:{place}"
    assert captured.err.startswith(f"{place}: {expected['expect']}" if place else expected["expect"])
    assert expected.get("hint", "") in captured.err
    assert fixture.name[:5] == expected["expect"][:5]
    assert (code, captured.out) == (3, "")


def test_every_code_has_a_fixture_or_a_reason() -> None:
    """No code is without a test, and no reason outlives the fixture that replaces it."""
    covered = {p.name[:5] for p in FIXTURES}

    assert covered | set(NOT_A_FILE) == set(CODES)
    assert covered & set(NOT_A_FILE) == set()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["valeu"], "BW001 no command 'valeu'\n    = did you mean 'value'"),
        (["value", "hbm.valeu"], "BW001 no quantity 'hbm.valeu'"),
        (["value", "hbm.value[chip=a100]"], "BW001 'a100' is not a member of 'chip'"),
        (["value", "hbm.value", "--scenario", "liquid"], "BW001 no scenario 'liquid'"),
        (["list", "driver"], "BW001"),
        (["export", "sgv"], "BW001 no format 'sgv'\n    = did you mean 'svg'"),
        (["query", "exposures"], "BW001"),
    ],
)
def test_an_argument_that_names_nothing_is_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """BW001 ends with exit code 2 and the nearest name where there is one."""
    code = run(arguments)

    captured = capsys.readouterr()
    assert message in captured.err
    assert (code, captured.out) == (2, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["value", "hbm.value[chip"], "BW002 the brackets do not close"),
        (["value", "hbm.value", "--period", "soon"], "BW002"),
        (["value", "hbm.value", "--as-of", "yesterday"], "BW002 'yesterday' is not a date"),
        (["value", "hbm.value", "--set", "training.utilization"], "BW002 a value is missing"),
        (["value", "hbm.value", "--set", "training.utilization=half"], "BW002"),
        (["value", "hbm.value", "--no-such-option"], "BW002"),
        (["value"], "BW002"),
    ],
)
def test_an_argument_that_cannot_be_read_is_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """BW002 ends with exit code 2 and says what was expected."""
    code = run(arguments)

    captured = capsys.readouterr()
    assert message in captured.err
    assert (code, captured.out) == (2, "")


def test_an_output_file_that_exists_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """BW003 leaves the file as it was."""
    target = tmp_path / "map.svg"
    target.write_text("mine")

    code = run(["export", "svg", "-o", str(target)])

    assert "BW003 the file exists" in capsys.readouterr().err
    assert (code, target.read_text()) == (2, "mine")


def test_a_query_that_cannot_be_parsed_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """BW501 ends with exit code 3."""
    query = tmp_path / "q.rq"
    query.write_text("SELECT ?s WHERE { ?s ?p \n")

    code = run(["query", str(query)])

    assert "BW501" in capsys.readouterr().err
    assert code == 3


def test_a_query_parameter_that_is_unknown_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """BW502 names the parameter; a query that is known is asked with one that is not."""
    run(["query"])
    name = capsys.readouterr().out.splitlines()[1].split("\t")[0]

    code = run(["query", name, "--param", "no_such_parameter=1"])

    assert "BW502" in capsys.readouterr().err
    assert code in (2, 3)


def test_too_many_cells_reach_a_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """BW901 ends with exit code 4 before anything is built."""
    members = ", ".join(f"m{i}: {{}}" for i in range(700))
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "workspace.yaml").write_text(
        f"workspace: {{id: w}}\ndimensions:\n  a: {{members: {{{members}}}}}\n  b: {{members: {{{members}}}}}\n"
        'rules:\n  r: {unit: "1", kind: ratio, foreach: [a, b], expression: "1"}\n'
    )

    code = run(["--workspace", str(tmp_path), "check"])

    assert "BW901 490,000 cells" in capsys.readouterr().err
    assert code == 4
