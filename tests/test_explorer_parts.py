"""The parts of the page that need no browser: texts, numbers, names, search, files, and what no part may do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import bullwhip
from bullwhip import Workspace
from bullwhip.workspace.describing import edge_kinds
from bullwhip.workspace.modelling import model_json

ROOT = Path(__file__).parent
FOLDER = Path(bullwhip.__file__).parent / "explorer"
OWN = sorted(path for path in FOLDER.rglob("*.js") if "vendor" not in path.parts)
PARTS = re.compile(r'\btext\(\s*(?:\w+ \? )?"(\w+)"(?: : "(\w+)")?')


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    """A small chain."""
    return Workspace.open(ROOT / "golden" / "solar")


@pytest.fixture(scope="module")
def answers(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the parts say of it."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here: the browser tests try the same parts on the page")
    file = tmp_path_factory.mktemp("model") / "model.json"
    file.write_bytes(model_json(workspace))
    command = [node, str(ROOT / "explorer_parts.mjs"), str(FOLDER), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (0, "") == (done.returncode, done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_both_languages_say_the_same(answers: dict[str, Any]) -> None:
    """Every text stands in Chinese and in English, with the same places for values, and none is empty."""
    zh, en = answers["texts"]["zh"], answers["texts"]["en"]
    assert sorted(zh) == sorted(en)
    braces = re.compile(r"\{(\w+)\}")
    assert [] == [key for key in zh if sorted(braces.findall(zh[key])) != sorted(braces.findall(en[key]))]
    assert [] == [key for key in zh if not (zh[key] and en[key])]


def test_every_text_that_is_asked_for_is_there(answers: dict[str, Any]) -> None:
    """No part asks for a text by a key that does not exist; tabs that bring texts of their own are asked elsewhere."""
    own = [path for path in OWN if "addTexts" not in path.read_text(encoding="utf-8")]
    asked = {key for path in own for pair in PARTS.findall(path.read_text(encoding="utf-8")) for key in pair if key}
    assert asked
    assert set() == asked - set(answers["texts"]["en"])


def test_numbers_are_read_as_people_type_them(answers: dict[str, Any]) -> None:
    """Percent, powers, thousands, 万 and 亿, K and M are read; what is no finite number is none."""
    read = [0.3, 1.5e12, 1200, 1.5e12, 2.5e6, -3, 0.7, None, None, None, None, None]
    assert read == answers["typed"]
    assert [0.7, 0.7, 0.005] == answers["typedInPercent"]


def test_what_a_field_shows_can_be_typed_back(answers: dict[str, Any]) -> None:
    """A field shows a number in a form that it reads as that number, to four digits where it is large."""
    assert [0.7, 70, 1.465e11, 1.5e24] == answers["typable"]


def test_numbers_are_shown_in_the_words_of_a_language(answers: dict[str, Any]) -> None:
    """万 and 亿 in Chinese, K and B in English, powers of ten beyond; no zeros are lost, and unknown is a word."""
    assert answers["shown"] == {
        "zh": ["2,000", "1.421万", "1601亿", "0.3", "1.05 × 10²⁴", "−9.191亿", "1.234 × 10⁻⁵", "未知"],
        "en": ["2,000", "14.21K", "160.1B", "0.3", "1.05 × 10²⁴", "−919.1M", "1.234 × 10⁻⁵", "unknown"],
    }
    assert ["30%", "125%", "−2%"] == answers["percents"]


def test_a_change_has_an_arrow_and_not_a_colour_alone(answers: dict[str, Any]) -> None:
    """What rises and falls is told by a sign; what stays, and what is unknown, by none."""
    assert ["▲ 10%", "▼ 10%", "", "", "▲", "▼ 100%", "▲ 50%"] == answers["differences"]


def test_cells_have_the_names_of_the_engine(workspace: Workspace, answers: dict[str, Any]) -> None:
    """A cell is called as a command calls it, and its name leads back to it, so that a link can be typed."""
    assert [cell.name for cell in workspace.program.cells] == answers["names"]
    assert answers["namesOfModel"] == answers["names"]
    assert answers["back"]


def test_sources_are_those_of_all_inputs(answers: dict[str, Any]) -> None:
    """The given cells that a card lists are those that the evaluator reads."""
    assert answers["inputsOfModel"] == answers["inputs"]


def test_only_what_the_model_has_is_selected(answers: dict[str, Any]) -> None:
    """A selection that names nothing of the model is none."""
    assert [True, True, True, True, False, False, False, False] == answers["selections"]


def test_names_are_found_however_they_are_written(answers: dict[str, Any]) -> None:
    """Case and spaces do not matter; a tier stands before what belongs to it; nothing is found for nothing."""
    found = answers["found"]
    assert found["HAIDAI"] == found["hai dai"] == ["company:haidai"]
    assert "tier:module" == found["module"][0]
    assert [] == found["zzzz"] + found["<script>"]


def test_shares_read_as_they_were_printed(workspace: Workspace, answers: dict[str, Any]) -> None:
    """A share is written as the picture writes it."""
    from bullwhip.export.share_text import share_text

    assert [share_text(share) for share in workspace.program.chain.shares] == answers["shares"]


def test_files_say_what_they_are_of_and_run_nothing(answers: dict[str, Any]) -> None:
    """A CSV opens with its stamp, and no text in it is a formula; JSON has the same rows and the same stamp."""
    lines = answers["csv"].removeprefix("\ufeff").split("\r\n")
    stamp = [line.strip('"').removeprefix("# ").split(":")[0] for line in lines if line.startswith('"#')]
    assert list(answers["json"]["stamp"]) == stamp
    assert ["'=1+1,1.5", "'+a,", '"say ""x"", y",-2', "ordinary,0", ""] == lines[len(stamp) + 1 :]
    assert {"name": "=1+1", "value": 1.5} == answers["json"]["rows"][0]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_nothing_is_read_as_markup_or_as_a_program(path: Path) -> None:
    """No part of the page writes markup, evaluates a text, sets a style in markup, or asks another machine."""
    source = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerously|\beval\(|new Function"
        r"|setAttribute\(\"style|\sstyle=|\son[a-z]+=\"|createContextualFragment|parseFromString"
        r"|https?://(?!www\.w3\.org/)"
    )
    assert [] == forbidden.findall(source)


def test_parts_are_short() -> None:
    """No part is longer than 500 lines."""
    sheets = sorted(FOLDER.glob("*.css"))
    assert [] == [path.name for path in (*OWN, *sheets) if len(path.read_text(encoding="utf-8").splitlines()) > 500]


def test_page_and_picture_say_the_same_of_edges(workspace: Workspace, answers: dict[str, Any]) -> None:
    """What the figures of an edge rest on, actual, estimate or no rule, is the same on the page and in the picture."""
    kinds = edge_kinds(workspace, workspace.program.header.default_period)

    assert answers["edges"]
    assert {(source, target): kind for source, target, kind in answers["edges"]} == kinds
