"""`bullwhip check`: every problem of a workspace at once, and on request what shapes find in its graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from bullwhip.cli.options import json_option
from bullwhip.cli.output import say, write_json
from bullwhip.cli.store_lines import tell_check
from bullwhip.errors import BullwhipError, Problem
from bullwhip.export.escape import terminal_text
from bullwhip.model.violation import SEVERITIES, Violation
from bullwhip.store.generations import is_store
from bullwhip.workspace.checking import Checked, check_graph, check_path

_SHOWN = 3
"""Cases of one check in one document that are shown without --all."""

_WORDS = {
    "zh": {"violation": "违反", "warning": "警告", "info": "提示", "node": "节点", "path": "属性", "value": "实际",
           "expected": "应为", "report": "文献", "locator": "表", "row": "行", "column": "列", "part": "部分",
           "nothing": "（无）", "more": "同类另有 {} 处"},
    "en": {"violation": "violation", "warning": "warning", "info": "info", "node": "node", "path": "path",
           "value": "found", "expected": "expected", "report": "report", "locator": "table", "row": "row",
           "column": "column", "part": "part", "nothing": "(nothing)", "more": "and {} more"},
}  # fmt: skip


@click.command("check", short_help="Check a workspace, a store or a rule file and report every problem.")
@click.argument("path", required=False, metavar="[PATH]")
@click.option("--shapes", is_flag=True, help="Check the whole graph by shapes too.")
@click.option("--all", "everything", is_flag=True, help="With --shapes: show every case and not three of a kind.")
@click.option(
    "--language", type=click.Choice(("zh", "en", "both")), default="both", help="With --shapes: language of the report."
)
@json_option
@click.pass_context
def command(
    context: click.Context, path: str | None, shapes: bool, everything: bool, language: str, as_json: bool
) -> int:
    """Check PATH: a workspace folder, or one rule file on top of the current workspace; the workspace when absent.

    Where PATH is a store (bullwhip build), all of it is read: every byte, graph and index, against its record.

    Nothing is written and no cache is used. Exit code 0: sound; 1: warnings only; 3: problems; 2: PATH is wrong.
    With --shapes the graph is checked by the shipped shapes and by those in ontology/shapes/ of the workspace. Each
    case names document, table, row and column, and the line where it is written. A violation gives exit code 1, a
    warning of a shape does not.
    """
    root = context.find_root().obj
    if path and is_store(Path(path)):
        from bullwhip.workspace.building import check_store

        return tell_check(check_store(Path(path)), as_json)
    problems: tuple[Problem, ...]
    checked: Checked | None = None
    found: tuple[Violation, ...] = ()
    code = 0
    try:
        checked = check_path(Path(path) if path else None, Path(root) if root else None)
        problems = checked.warnings
        found = check_graph(checked) if shapes else ()
        code = 1 if problems or any(v.severity == "violation" for v in found) else 0
    except BullwhipError as error:
        if not as_json:
            raise
        problems, code = error.problems, error.exit_code
        shapes = False
    if as_json:
        summary = checked.summary if checked else None
        answer: dict[str, Any] = {"ok": code == 0, "summary": summary, "problems": [p.as_dict() for p in problems]}
        write_json(answer | ({"shapes": _as_dict(found)} if shapes else {}))
        return code
    for problem in problems:
        say(problem.render())
    for line in _lines(found, everything, language):
        say(terminal_text(line) if line.strip() else line)
    if checked is not None:
        say(checked.summary)
    if shapes:
        say(_summary(found, language))
    return code


def _as_dict(found: Sequence[Violation]) -> dict[str, Any]:
    counts = {f"{s}s": sum(v.severity == s for v in found) for s in SEVERITIES}
    return {"conforms": not counts["violations"], **counts, "results": [v.as_dict() for v in found]}


def _summary(found: Sequence[Violation], language: str) -> str:
    counts = [sum(v.severity == s for v in found) for s in SEVERITIES]
    zh = f"图谱：{counts[0]} 处违反，{counts[1]} 处警告"
    en = f"graph: {counts[0]} violations, {counts[1]} warnings"
    return {"zh": zh, "en": en, "both": f"{en} · {zh}"}[language]


def _lines(found: Sequence[Violation], everything: bool, language: str) -> Iterator[str]:
    """Yield the report: cases of one check in one document stand together, the first few of them unless all."""
    languages = ("en", "zh") if language == "both" else (language,)
    for (_, _, _), group in groupby(found, key=lambda v: (v.severity, v.shape, v.document)):
        cases = list(group)
        for case in cases if everything else cases[:_SHOWN]:
            yield from _case(case, languages)
        more = 0 if everything else len(cases) - _SHOWN
        if more > 0:
            yield f"    … {_both('more', languages).format(*[more] * len(languages))} (--all)"


def _both(word: str, languages: Sequence[str]) -> str:
    return " · ".join(dict.fromkeys(_WORDS[language][word] for language in languages))


def _case(v: Violation, languages: Sequence[str]) -> Iterator[str]:
    """Yield the lines of one case."""
    said = [v.message.text("zh") if language == "zh" else v.message.text("en") for language in languages]
    head = f"{_both(v.severity, languages)} {v.shape}: {' · '.join(dict.fromkeys(said))}"
    yield f"{v.place}: {head}" if v.file else head
    names = dict.fromkeys(v.label.zh if language == "zh" else v.label.en for language in languages)
    printed = (("report", v.document), ("locator", v.locator), ("row", v.row), ("column", v.column), ("part", v.part))
    expected = dict.fromkeys(
        v.expected.text("zh") if language == "zh" else v.expected.text("en") for language in languages
    )
    told = (
        ("node", f"{' · '.join(names)}  <{v.node}>"),
        ("path", v.path), ("value", v.value or (_both("nothing", languages) if v.path else "")),
        ("expected", " · ".join(e for e in expected if e)),
    )  # fmt: skip
    where = ", ".join(f"{_both(word, languages)} {text}" for word, text in printed if text)
    if where:
        yield f"    {where}"
    for word, text in told:
        if text:
            yield f"    {_both(word, languages)}: {text}"
