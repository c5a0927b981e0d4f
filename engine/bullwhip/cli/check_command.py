"""`bullwhip check`: every problem of a workspace at once, and on request what shapes find in its graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click

from bullwhip import __version__
from bullwhip.cli.options import json_option
from bullwhip.cli.output import note, say, write_json
from bullwhip.cli.progress import progress_bar
from bullwhip.cli.store_lines import tell_check
from bullwhip.errors import BullwhipError, Problem, UsageError
from bullwhip.export.escape import terminal_text
from bullwhip.export.sarif import to_sarif
from bullwhip.model.violation import SEVERITIES, ShapeReport, Violation
from bullwhip.store.generations import is_store
from bullwhip.workspace.checking import Checked, check_graph, check_path
from bullwhip.workspace.opening import input_folders
from bullwhip.workspace.outputs import check_target, write_file

_SHOWN = 3
"""Cases of one check in one document that are shown without --all."""

_WORDS = {
    "zh": {"violation": "违反", "warning": "警告", "info": "提示", "node": "节点", "path": "属性", "value": "实际",
           "expected": "应为", "report": "文献", "locator": "表", "row": "行", "column": "列", "part": "部分",
           "nothing": "（无）", "fix": "建议", "more": "同类另有 {} 处"},
    "en": {"violation": "violation", "warning": "warning", "info": "info", "node": "node", "path": "path",
           "value": "found", "expected": "expected", "report": "report", "locator": "table", "row": "row",
           "column": "column", "part": "part", "nothing": "(nothing)", "fix": "fix", "more": "and {} more"},
}  # fmt: skip


@click.command("check", short_help="Check a workspace, a store or a rule file and report every problem.")
@click.argument("path", required=False, metavar="[PATH]")
@click.option("--shapes", is_flag=True, help="Check the whole graph by shapes too.")
@click.option("--document", default="", metavar="ID", help="With --shapes: only what this document speaks of.")
@click.option("--all", "everything", is_flag=True, help="With --shapes: show every case and not three of a kind.")
@click.option(
    "--language", type=click.Choice(("zh", "en", "both")), default="both", help="With --shapes: language of the report."
)
@click.option("--report", metavar="FILE", help="With --shapes: write the sh:ValidationReport as Turtle.")
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
@click.option("--sarif", is_flag=True, help="Write SARIF 2.1.0, which editors show at the lines.")
@json_option
@click.pass_context
def command(
    context: click.Context, path: str | None, shapes: bool, document: str, everything: bool, language: str,
    report: str | None, force: bool, sarif: bool, as_json: bool,
) -> int:  # fmt: skip
    """Check PATH: a workspace folder, or one rule file on top of the current workspace; the workspace when absent.

    Where PATH is a store (bullwhip build), all of it is read: every byte, graph and index, against its record; with
    --shapes it is checked by shapes instead.

    Nothing but FILE is written and no cache is used. Exit code 0: sound; 1: warnings only; 3: problems; 2: wrong PATH.
    With --shapes the graph is checked by the shipped shapes and by those in ontology/shapes/ of the workspace. Each
    case names document, table, row and column, and the line where it is written. A violation gives exit code 1, a
    warning of a shape does not.
    """
    root = context.find_root().obj
    if path and is_store(Path(path)) and not shapes:
        from bullwhip.workspace.building import check_store

        with progress_bar("reading") as progress:
            read = check_store(Path(path), progress=progress)
        return tell_check(read, as_json)
    asked = _Asked(Path(path) if path else None, Path(root) if root else None, shapes, document, report, force)
    answer = asked.answer(told=as_json or sarif)
    if sarif:
        write_json(to_sarif(answer.problems, answer.found.violations if answer.found else (), __version__))
    elif as_json:
        summary = answer.checked.summary if answer.checked else None
        problems = [p.as_dict() for p in answer.problems]
        shaped = {"shapes": answer.found.as_dict()} if answer.found else {}
        write_json({"ok": answer.code == 0, "summary": summary, "problems": problems} | shaped)
    else:
        _say(answer, everything, language)
    return answer.code


@dataclass(frozen=True, slots=True)
class _Answer:
    code: int
    problems: tuple[Problem, ...]
    checked: Checked | None = None
    found: ShapeReport | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line asks for."""

    path: Path | None
    root: Path | None
    shapes: bool
    document: str
    report: str | None
    force: bool

    def _read(self) -> tuple[Path, ...]:
        """Return what is checked: a file, a store, or the folders of a workspace."""
        if self.path is not None and (is_store(self.path) or not self.path.is_dir()):
            return (self.path,)
        return input_folders(self.path or self.root)

    def answer(self, told: bool) -> _Answer:
        """Check; problems are part of the answer when programs are told, and raised otherwise.

        Raises:
            UsageError: BW002 for what needs --shapes, BW003 when the file of the report exists.
        """
        if (self.document or self.report) and not self.shapes:
            raise UsageError(Problem("BW002", "--document and --report need --shapes"))
        if self.report:
            check_target(Path(self.report), self._read(), force=self.force)
        checked: Checked | None = None
        try:
            if self.path and is_store(self.path):
                from bullwhip.workspace.store_shapes import store_shapes

                found: ShapeReport | None = store_shapes(self.path, self.root, self.document)
            else:
                checked = check_path(self.path, self.root)
                found = check_graph(checked, self.document) if self.shapes else None
        except BullwhipError as error:
            if not told:
                raise
            return _Answer(error.exit_code, error.problems)
        if found and self.report:
            write_file(Path(self.report), found.graph)
            note(f"wrote {terminal_text(self.report)}, {len(found.graph):,} bytes")
        warnings = checked.warnings if checked else ()
        bad = warnings or (found and any(v.severity == "violation" for v in found.violations))
        return _Answer(1 if bad else 0, warnings, checked, found)


def _say(answer: _Answer, everything: bool, language: str) -> None:
    """Write the answer for people."""
    for problem in answer.problems:
        say(problem.render())
    found = answer.found
    for line in _lines(found.violations, everything, language) if found else ():
        say(terminal_text(line) if line.strip() else line)
    if answer.checked is not None:
        say(answer.checked.summary)
    if found:
        say(_summary(found.violations, language))
        if found.fallback:
            note(f"{found.fallback} is not compiled: pyshacl checked these shapes")


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
    fixes = dict.fromkeys(v.fix.zh if language == "zh" else v.fix.en for language in languages)
    told = (
        ("node", f"{' · '.join(names)}  <{v.node}>"),
        ("path", v.path), ("value", v.value or (_both("nothing", languages) if v.path else "")),
        ("expected", " · ".join(e for e in expected if e)),
        ("fix", " · ".join(f for f in fixes if f)),
    )  # fmt: skip
    where = ", ".join(f"{_both(word, languages)} {text}" for word, text in printed if text)
    if where:
        yield f"    {where}"
    for word, text in told:
        if text:
            yield f"    {_both(word, languages)}: {text}"
