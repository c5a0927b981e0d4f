"""Writes tests/workbooks/solar_changed.xlsx, the workbook that README.md and docs/workbook.md read back."""

from __future__ import annotations

from bullwhip import Workspace
from documents import ROOT
from workbook_files import edited

CHANGED = ROOT / "tests" / "workbooks" / "solar_changed.xlsx"
CHANGES = {"module.price[period=2025]": 0.65, "plant.installed[period=2025]": 610}
VARIANTS = {"polysilicon.demand": "as_published"}


def main() -> None:
    """Export the workspace and type over two values and a variant."""
    data = Workspace.open(ROOT / "tests" / "golden" / "solar").export("xlsx")
    CHANGED.write_bytes(edited(data, CHANGES, VARIANTS))


if __name__ == "__main__":
    main()
