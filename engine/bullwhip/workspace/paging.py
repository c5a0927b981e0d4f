"""The explorer of a workspace as one page: its files, its model, and what its tabs would ask a server for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bullwhip.resources import PACKAGE

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace
    from bullwhip.workspace.formats import Asked

__all__ = ["answers", "explorer_files", "page"]

_LEFT_OUT = ("vendor/codemirror.js",)
"""What only a page with a server uses: the editor of queries."""

_READ = ("report", "locator", "row", "column", "part", "printed", "unit")
_JUDGED = (
    "report", "locator", "row", "column", "part", "subject", "measure", "period", "printed", "printed_low",
    "printed_high", "unit", "recomputed", "recomputed_exact", "verdict", "rule", "explanation", "hypotheses",
)  # fmt: skip
_NEEDED = ("needed_low", "needed_high")
_CLAIM = (
    "report", "locator", "row", "column", "part", "subject", "measure", "printed", "unit", "status", "basis", "by",
    "as_of", "selected",
)  # fmt: skip


def explorer_files() -> dict[str, bytes]:
    """Return the files of the explorer by their paths inside its folder.

    >>> b"<!doctype html>" in explorer_files()["index.html"]
    True
    """
    folder = PACKAGE / "explorer"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def answers(workspace: Workspace) -> dict[str, Any]:
    """Return what the tabs ask a server for, smaller: verdicts on figures that nothing reaches are only counted."""
    from bullwhip.export.packing import packed

    judged = [row.as_dict() for row in workspace.audit()]
    shown = [row for row in judged if row["verdict"] != "not_derivable"]
    published = {d.id: d.published for d in workspace.program.documents}
    audit = {
        "summary": _counted(judged),
        "documents": [
            {"document": d.id, **_counted(row for row in judged if row["report"] == d.id)}
            for d in workspace.program.documents
        ],
        "omitted": len(judged) - len(shown),
        "rows": [
            _only(row, _JUDGED)
            | {
                "reads": [_only(one, _READ) for one in row["reads"]],
                "suspects": [_only(one, (*_READ, *_NEEDED)) for one in row["suspects"]],
            }
            for row in shown
        ],
    }
    conflicts = [
        group | {"claims": [_only(claim, _CLAIM) for claim in group["claims"]]}
        for group in (conflict.as_dict(published) for conflict in workspace.conflicts())
    ]
    return {"api/audit": packed(audit), "api/conflicts": packed(conflicts)}


def _counted(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    from bullwhip.audit import VERDICTS

    found = dict.fromkeys(VERDICTS, 0)
    for row in rows:
        found[row["verdict"]] += 1
    return found


def _only(record: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: record[name] for name in names}


def page(workspace: Workspace, asked: Asked) -> bytes:
    """Return the explorer as one page that stands alone."""
    from bullwhip.export.explorer_page import explorer_page
    from bullwhip.workspace.describing import about
    from bullwhip.workspace.modelling import model_json

    model = model_json(workspace, asked.period)
    label = workspace.program.header.label
    said = "; ".join(about(workspace, drivers=False).lines())
    files = {path: text for path, text in explorer_files().items() if path not in _LEFT_OUT}
    return explorer_page(
        files, {"model": model, "answers": answers(workspace)}, f"{label.zh} · {label.en}", said
    ).encode()
