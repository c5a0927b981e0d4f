"""What was known on a date: no command shows or uses what a later document says, and no date is guessed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bullwhip import Workspace
from bullwhip.cli import run
from bullwhip.errors import UsageError

_DATE = "2023-12-31"
_KNOWN = "003"
_LATER = ("000", "001", "002", "004")
_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("facts", "--json"),
    ("audit", "--json"),
    ("conflicts", "--json"),
    ("list", "reports", "--json"),
    ("list", "relations", "--json"),
    ("query", "provenance/conflicting_claims", "--json"),
    ("query", "provenance/sources_behind_quantity", "--param", "quantity=hbm.value", "--json"),
    ("export", "nquads"),
    ("export", "trig"),
    ("exposure", "--driver", "model.parameters", "--json"),
    ("value", "hbm.value", "--json"),
    ("explain", "hbm.value", "--json"),
    ("sensitivity", "hbm.value", "--json"),
)


@pytest.fixture(scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_cache(_no_cache: None, _folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile the workspace once for all tests of this file."""
    monkeypatch.setenv("BULLWHIP_CACHE", str(_folder))


def _asked(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str, str]:
    code = run(list(arguments))
    out, err = capfdbinary.readouterr()
    return code, out.decode("utf-8"), err.decode("utf-8")


@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
def test_no_command_knows_a_later_document(command: tuple[str, ...], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Neither a document, nor a place in one, nor a claim of one appears before the day of its publication."""
    code, out, err = _asked(capfdbinary, *command, "--as-of", _DATE)
    later = {c.id for c in Workspace.open().program.claims if c.document != _KNOWN}
    places = re.findall(r'document/(\d{3})\b|locator/(\d{3})~|"report": ?"(\d{3})"', out)

    assert code in (0, 1), err
    assert out
    assert {d for found in places for d in found if d} <= {_KNOWN}
    assert [c for c in re.findall(r"\b[0-9a-f]{16}\b", out) if c in later] == []
    assert f"as known on {_DATE}" in err


def test_a_driver_of_a_later_document_is_unknown_and_named(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """An assumption that rests on a later print is not known either."""
    _, out, _ = _asked(capfdbinary, "value", "export.h20_price", "--json", "--as-of", _DATE)
    _, now, _ = _asked(capfdbinary, "value", "export.h20_price", "--json")

    assert json.loads(out)["value"] is None
    assert json.loads(now)["value"] is not None


def test_before_the_first_document_nothing_is_known() -> None:
    """Without documents there are no claims, verdicts, conflicts or relations; assumptions without sources stay."""
    workspace = Workspace.open(as_of="1999-12-31")

    assert (list(workspace.facts()), list(workspace.audit()), list(workspace.conflicts())) == ([], [], [])
    assert list(workspace.list("relations")) == []
    assert list(workspace.list("reports")) == []


def test_on_a_date_after_all_documents_everything_is_known() -> None:
    """The date changes nothing where nothing is later."""
    now, then = Workspace.open(), Workspace.open(as_of="2030-01-01")

    assert now.program.claims == then.program.claims
    assert now.program.given == then.program.given
    assert now.program.chain == then.program.chain


@pytest.mark.parametrize(
    "text",
    ["2024-13-01", "2024-02-30", "2023-02-29", "0000-00-00", "2024-1-1", "2024-01", "2024", "yesterday", "2024-W01-1",
     "20240101", "2024-01-01T00:00", " 2024-01-01", "２０２４-01-01", "2024/01/01", "-024-01-01"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    """A day that does not exist, or is written otherwise, is never taken for another."""
    with pytest.raises(UsageError, match=f"BW002 {re.escape(repr(text))} is not a date"):
        Workspace.open(as_of=text)


@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
def test_no_command_answers_for_a_day_that_does_not_exist(
    command: tuple[str, ...], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A wrong date or policy is refused before anything is answered."""
    code, out, err = _asked(capfdbinary, *command, "--as-of=2023-02-29")
    again, more, said = _asked(capfdbinary, *command, "--policy=newest")

    assert (code, out, again, more) == (2, "", 2, "")
    assert "BW002 '2023-02-29' is not a date" in err
    assert "BW002 no criterion 'newest'" in said


@pytest.mark.parametrize("policy", ["newest", "actual,,later", "document:999", "LATER", "actual;later"])
def test_what_is_no_policy_is_refused(policy: str) -> None:
    """An unknown criterion is refused with the known ones."""
    with pytest.raises(UsageError, match="BW002 no criterion"):
        Workspace.open(policy=policy)
