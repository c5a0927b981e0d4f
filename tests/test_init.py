"""`bullwhip init`: the workspace it writes is sound, answers every command, and is there whole or not at all."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from bullwhip import Workspace, cli
from bullwhip.cli import COMMANDS
from bullwhip.workspace import starting
from bullwhip.workspace.starting import Language, starter_files, write_workspace
from test_golden_workspace import PAGE, _columns, _keys

ASKED: dict[str, list[str]] = {
    "exposure": ["--driver", "cafe.opened"],
    "explain": ["paper_cup.market", "--driver", "cafe.closing_rate"],
    "value": ["roastery.roasted", "--scenario", "no_limit"],
    "sensitivity": ["green.revenue", "--driver", "exchange.cny_per_usd"],
    "diff": ["base", "no_limit", "roastery.roasted", "--period", "2026"],
    "solve": ["cafe.revenue=160000000000 CNY", "--for", "cafe.closing_rate"],
    "bottleneck": ["roastery.roasted", "--period", "2026"],
    "simulate": ["cafe.revenue", "--vary", "cafe.closing_rate=0.04..0.06", "--samples", "1000"],
    "list": ["companies"],
    "facts": ["--report", "example"],
    "read": ["number", "9.5万吨"],
    "audit": [],
    "conflicts": [],
    "query": ["chain/companies", "--param", "tier=cafe"],
    "search": ["烘焙"],
    "build": ["-o", "STORE"],
    "load": ["RDF", "--create", "--store", "STORE"],
    "doctor": [],
    "check": ["--shapes"],
    "export": ["turtle"],
    "schema": ["scenario"],
}
"""Something to ask of the new workspace by every command."""

ELSEWHERE = {
    "import": "needs a workbook that was changed: tests/test_workbook_import.py",
    "init": "writes it",
    "push": "needs an endpoint: tests/test_store_commands.py",
    "mcp": "does not end: tests/test_mcp.py",
    "serve": "does not end: tests/test_serve_command.py",
}
"""Commands that are not asked of it, and why."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a freshly written workspace."""
    path = tmp_path_factory.mktemp("init") / "coffee"
    write_workspace(path, "both")
    return path


def test_every_command_is_asked() -> None:
    """No command is left out but the one that writes the folder, one that needs an endpoint, and one that is one."""
    assert set(ELSEWHERE) == set(COMMANDS) - set(ASKED)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ELSEWHERE])
def test_every_command_works_on_it(
    command: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command answers; only the misprint and the disagreement that are planted end with exit code 1."""
    files = {"STORE": tmp_path / "store", "RDF": Path(__file__).parent / "rdf" / "turbines.ttl"}
    code = cli.run(["--workspace", str(folder), command, *(str(files.get(a, a)) for a in ASKED[command])])

    captured = capsys.readouterr()
    assert (1 if command in ("audit", "conflicts") else 0, "") == (code, re.sub(r"(?m)^[^B].*\n", "", captured.err))
    assert captured.out != ""


def test_what_it_suggests_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The commands that are printed can be typed as they stand."""
    for line in starting.commands(folder):
        assert cli.run(line.split()[1:]) in (0, 1), line
        assert capsys.readouterr().out != ""


def test_it_is_sound_and_its_graph_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`check --shapes` finds neither problem nor violation nor warning."""
    assert 0 == cli.run(["--workspace", str(folder), "check", "--shapes"])
    assert "graph: 0 violations, 0 warnings" in capsys.readouterr().out


def test_its_numbers_are_those_worked_by_hand(folder: Path) -> None:
    """Cafés carry forward less 5 %; 60 + 180 + 30 cups a day; the cap of 100,000 t binds in 2026; a discount begins."""
    ws = Workspace.open(str(folder))
    cafes = (Fraction(60000) * Fraction("0.95") + 9000) * Fraction("0.95") + 10000
    next_year = cafes * Fraction("0.95") + 12000
    grams = 60 * 9 + 180 * 14 + 30 * 16
    money = 60 * 16 + 180 * 24 + 30 * 30

    assert cafes * 350 * money == ws.demand("cafe.revenue", period=2025).value
    assert cafes * 350 * grams / 10**6 == ws.demand("roastery.roasted", period=2025).value
    assert Fraction(100_000) == ws.demand("roastery.roasted", period=2026).value
    assert next_year * 350 * grams / 10**6 - 100_000 == ws.demand("roastery.shortage", period=2026).value
    green = Fraction(100_000) * Fraction("0.3") / Fraction("0.84") * Fraction("0.9") / Fraction("2.4")
    area = ws.demand("plantation.area[origin=vietnam,bean=robusta]", period=2026)
    assert (green, "ha") == (area.value, area.unit)
    cups = cafes * 350 * 270
    assert cups * Fraction("0.24") == ws.demand("paper_cup.market", period=2025).value
    assert next_year * 350 * 270 * Fraction("0.216") == ws.demand("paper_cup.market", period=2026).value


def test_what_is_planted_is_found(folder: Path) -> None:
    """One growth rate has its digits swapped, and two figures on openings in 2024 disagree."""
    ws = Workspace.open(str(folder))

    assert [("growth", "2025E")] == [(r.claim.row, r.claim.column) for r in ws.audit() if r.verdict == "contradicted"]
    assert ["cafe.opened[period=2024]"] == [c.about for c in ws.conflicts() if c.kind == "value"]


def test_the_scenario_lifts_the_cap(folder: Path) -> None:
    """Without the cap what is roasted is what is required."""
    ws = Workspace.open(str(folder), scenario="no_limit")

    assert [Fraction(0)] * 6 == [ws.demand("roastery.shortage", period=p).value for p in range(2023, 2029)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_comments_are_in_the_language_asked_for(language: Language, tmp_path: Path) -> None:
    """One language leaves the other out, both keep both, and no mark of a language is left."""
    one, both = starter_files(language), starter_files("both")
    chinese = {
        n for n, d in one.items() if re.search("(?m)^ *# .*[\u4e00-\u9fff]", re.sub("(?m)^# title.*", "", d.decode()))
    }

    assert bool(chinese) == (language == "zh")
    assert [] == [n for n, d in (one | both).items() if re.search(rb"(?m)^\s*# (en|zh): ", d)]
    assert one.keys() == both.keys()
    assert [yaml.safe_load(d) for n, d in one.items() if n.endswith(".yaml")] == [
        yaml.safe_load(d) for n, d in both.items() if n.endswith(".yaml")
    ]
    write_workspace(tmp_path / "w", language)
    assert 0 == cli.run(["--workspace", str(tmp_path / "w"), "check"])


def test_every_explanation_stands_in_both_languages() -> None:
    """Comments come in pairs: a block in English, then one in Chinese."""
    from bullwhip.resources import data

    alone = []
    for path in sorted(p for p in data("starter").rglob("*") if p.is_file()):
        runs = re.findall(r"(?m)(?:^ *# (?:en|zh): .*\n)+", path.read_text(encoding="utf-8"))
        for run in runs:
            order = re.sub(r"(.+?)\1*", r"\1", "".join(m[0] for m in re.findall(r"# (en|zh): ", run)))
            if re.sub(r"(.)\1+", r"\1", order) != "ez":
                alone.append((path.name, run))

    assert [] == alone


def test_it_uses_nothing_that_is_not_documented(folder: Path) -> None:
    """Every column and key stands in docs/workspace.md."""
    page = re.sub(r"^```.*?^```$", "", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    files = [*(folder / "rules").rglob("*.yaml"), *(folder / "ontology").rglob("document.yaml")]
    words = {key for file in files for key in _keys(yaml.safe_load(file.read_text(encoding="utf-8")))}
    shown = set(re.findall(r"[a-z][a-z_]*", " ".join(re.findall(r"`[^`]+`", page))))

    assert set() == (words | set(_columns(folder / "ontology"))) - shown


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """BW451 ends with exit code 2 and names what is there; a file in the way is no folder."""
    (tmp_path / "mine.txt").write_text("mine")

    assert 2 == cli.run(["init", str(tmp_path)])
    assert "BW451 the folder holds mine.txt" in capsys.readouterr().err
    assert 2 == cli.run(["init", str(tmp_path / "mine.txt")])
    assert "BW451 it is no folder" in capsys.readouterr().err
    assert ["mine.txt"] == [p.name for p in tmp_path.rglob("*")]


def test_an_empty_folder_is_filled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is there and empty takes the files; --json names them."""
    target = tmp_path / "here"
    target.mkdir()

    assert 0 == cli.run(["init", str(target), "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert sorted(answer["files"]) == sorted(p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file())
    assert ["here"] == [p.name for p in tmp_path.iterdir()]


@pytest.mark.parametrize("exists", [False, True], ids=["new", "empty"])
@pytest.mark.parametrize("fails_at", range(1, 4))
def test_a_failure_leaves_nothing(
    exists: bool, fails_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When moving or writing fails, the folder is as it was and nothing lies beside it."""
    target = tmp_path / "here"
    if exists:
        target.mkdir()
    calls = {"n": 0}
    operation = "rename" if exists else "write_bytes"
    real = getattr(Path, operation)

    def failing(self: Path, argument: object) -> object:
        calls["n"] += 1
        if calls["n"] == fails_at:
            raise OSError(28, "No space left on device")
        return real(self, argument)

    monkeypatch.setattr(Path, operation, failing)
    code = cli.run(["init", str(target)])

    assert "BW003 cannot be written: No space left on device" in capsys.readouterr().err
    assert (2, ["here"] if exists else []) == (code, [p.name for p in tmp_path.rglob("*")])
