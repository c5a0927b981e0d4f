"""What is installed is what is in the checkout."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import bullwhip
from bullwhip.resources import Kind, data

ROOT = Path(__file__).resolve().parents[1]


def test_installed_data_equals_the_checkout() -> None:
    """Every shipped file of ontology/, rules/ and queries/ is installed, byte for byte, and nothing else is."""
    for kind in get_args(Kind):
        installed = {p.relative_to(data(kind)): p.read_bytes() for p in data(kind).rglob("*") if p.is_file()}
        checkout = {p.relative_to(ROOT / kind): p.read_bytes() for p in (ROOT / kind).rglob("*") if p.is_file()}

        assert installed == checkout


def test_versions_agree() -> None:
    """The version of the package is the version of the project."""
    assert f'version = "{bullwhip.__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_package_is_typed() -> None:
    """The package ships its marker for type checkers."""
    assert (Path(bullwhip.__file__).parent / "py.typed").is_file()
