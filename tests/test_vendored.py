"""What is vendored is pinned: every file is named with its hash, version, licence and origin."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"explorer": ROOT / "engine/bullwhip/explorer/vendor", "tests": ROOT / "tests/vendor"}
MAY = {"MIT", "Apache-2.0", "Bitstream-Vera"}  # in the wheel; what is only for tests may be MPL-2.0 too


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest of one folder."""
    read: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("where", FOLDERS)
def test_every_vendored_file_is_listed_with_its_hash(where: str) -> None:
    """The files on disk are those of the manifest, byte for byte, and there are no others."""
    folder, manifest = FOLDERS[where], _manifest(FOLDERS[where])
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / "manifest.json"
    }

    assert found == {name: entry["sha256"] for name, entry in manifest["files"].items()} | manifest["licences"]


@pytest.mark.parametrize("where", FOLDERS)
def test_every_package_has_version_licence_and_origin(where: str) -> None:
    """Each file names the packages in it with all that is needed to get them again, and how it was made from them."""
    allowed = MAY | ({"MPL-2.0"} if where == "tests" else set())
    for name, entry in _manifest(FOLDERS[where])["files"].items():
        assert entry["bytes"] == (FOLDERS[where] / name).stat().st_size
        assert set(entry["made"]) >= {"tool", "command"}
        for package in entry["packages"]:
            assert {"name", "version", "licence", "source", "integrity"} == set(package)
            assert package["licence"] in allowed
            assert re.fullmatch(r"\d+(\.\d+)+", package["version"])
            assert package["integrity"].startswith(("sha512-", "sha256:"))


@pytest.mark.parametrize("where", FOLDERS)
def test_every_licence_text_belongs_to_a_file(where: str) -> None:
    """No file without the text of its licences, no text without its file."""
    manifest = _manifest(FOLDERS[where])

    assert set(manifest["licences"]) == {text for entry in manifest["files"].values() for text in entry["licences"]}
    assert all(entry["licences"] for entry in manifest["files"].values())


def test_codemirror_is_version_6() -> None:
    """The npm package codemirror@6 also names a release of version 5; only 6.0.x is the editor that is meant."""
    packages = _manifest(FOLDERS["explorer"])["files"]["codemirror.js"]["packages"]

    assert ["6.0.2"] == [package["version"] for package in packages if package["name"] == "codemirror"]


def test_vendored_scripts_carry_their_notices() -> None:
    """A script that is copied alone, into a page that is sent around, still says whose it is and under what terms."""
    for name, entry in _manifest(FOLDERS["explorer"])["files"].items():
        if name.endswith(".js"):
            head = (FOLDERS["explorer"] / name).read_text(encoding="utf-8").split("*/", 1)[0]
            assert all(f"{package['name']} {package['version']}" in head for package in entry["packages"])
            assert "Permission is hereby granted" in head


def test_vendored_scripts_evaluate_no_text() -> None:
    """No vendored script holds eval, the function constructor or a script end that would break out of a page."""
    for path in FOLDERS["explorer"].glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert None is re.search(r"\beval\s*\(|\bnew Function\b|\bFunction\s*\(|</script|<!--", text)


def test_the_font_is_small() -> None:
    """The font goes into the single page as text, so it has to be small."""
    assert 40_000 > (FOLDERS["explorer"] / "math.woff2").stat().st_size


def test_the_package_holds_what_is_vendored() -> None:
    """What is installed has the same files, so that a wheel cannot lack them."""
    installed = files("bullwhip") / "explorer" / "vendor"
    for name, entry in _manifest(FOLDERS["explorer"])["files"].items():
        assert entry["sha256"] == hashlib.sha256((installed / name).read_bytes()).hexdigest()
