"""The audit beside a second one: plain fractions over the fact tables, by other hands, figure by figure.

`independent_audit` reads the fact tables and nothing else of the project; the workspace reads its rules. Verdicts are
compared for every figure that both derive. Where they differ, the figure stands in one of the lists below with the
reason, and has to go on differing.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Protocol

from bullwhip import Workspace
from bullwhip.model.claim import Claim
from independent_audit.all_reports import findings
from independent_audit.figures import REPORTS, Figure, Key, report
from independent_audit.judging import Finding

SOUND = ("reproduced", "within_rounding")

Place = tuple[str, str, str, str]
"""report, locator, row or subject, column or measure."""

ONLY_INDEPENDENT: dict[Place, str] = {
    (
        "001",
        "2.2 国产模型发展加快，优化方向逐步清晰",
        "Qwen2-72B-Instruct",
        "Hugging Face score (text)",
    ): "the leaderboard is a picture of the report and in no fact table",
    (
        "001",
        "2.2 国产模型发展加快，优化方向逐步清晰",
        "Llama-70B",
        "Hugging Face score (text)",
    ): "the leaderboard is a picture of the report and in no fact table",
}
"""Contradictions that the workspace cannot know, and why."""

ONLY_WORKSPACE: dict[Place, str] = {
    ("003", "3.2.1", "全球 AI 服务器", "同比增长"): (
        "29.8 beside a market printed as 202 is inside its rounding; the workspace takes the table's 202.0 for it"
    ),
    ("003", "图表59", "HBM2 capacity, BW", "NVIDIA A100"): (
        "2035 is inside the rounding of the 2.04 of figure 42; the workspace compares it with the 2039 of figure 83"
    ),
    ("003", "图表58", "时钟频率", "英伟达 / A100 SXM"): (
        "a lowest clock and a base clock; the independent audit does not set figures 58 and 59 beside each other"
    ),
}
"""Contradictions that the workspace finds and the independent audit does not, and why."""


class AuditRow(Protocol):
    """What is read of a row of the workspace's audit."""

    @property
    def claim(self) -> Claim:
        """The figure."""

    @property
    def verdict(self) -> str:
        """The verdict on it."""

    @property
    def explanation(self) -> str:
        """Why."""


def _place(figure: Figure) -> Place:
    return (figure.report, figure.place[0], figure.place[1], figure.place[2])


def _key(c: Claim) -> Key:
    """Return where a figure is printed; a period is left out, as the workspace reads it into a year."""
    ends = "" if c.low is None else f"{c.low}..{c.high}"
    where = (c.row, c.column, c.part) if c.table else (c.subject, c.measure)
    value = ends if c.value is None else str(c.value)
    return (c.document, "cell" if c.table else "text", c.locator, *where, str(c.line), value)


def _own_key(figure: Figure) -> Key:
    report_, kind, locator, first, second, third, line, value = figure.key
    return (report_, kind, locator, first, second, *((third,) if figure.table else ()), line, value)


@cache
def _pairs() -> tuple[tuple[Finding, AuditRow], ...]:
    """Return every figure that the independent audit judges, with the row of the workspace."""
    rows: dict[Key, list[AuditRow]] = {}
    for audited in Workspace.open().audit():
        rows.setdefault(_key(audited.claim), []).append(audited)
    pairs = []
    for name in REPORTS:
        for figure in report(name).figures:
            row = rows[_own_key(figure)].pop(0)
            finding = findings().get(figure.key)
            if finding is not None:
                pairs.append((finding, row))
    return tuple(pairs)


def _contradicted() -> set[Key]:
    """Return the figures that the workspace contradicts."""
    return {_key(row.claim) for row in Workspace.open().audit() if row.verdict == "contradicted"}


def _suspects(finding: Finding) -> set[Key]:
    """Return a figure and those of the same identity, any of which the slip may be in."""
    accused = finding.slip.accuses if finding.slip else ()
    return {_own_key(f) for f in (finding.figure, *accused)}


def test_more_than_a_thousand_figures_follow_from_others() -> None:
    """Over 1,000 printed figures of the five reports follow from other printed ones."""
    reports = Counter(f.figure.report for f in findings().values())

    assert len(findings()) >= 1000
    assert set(REPORTS) == set(reports)


def test_every_contradiction_is_explained() -> None:
    """Whatever the independent audit contradicts comes with the smallest change that would give the print."""
    silent = [str(f.figure) for f in findings().values() if f.verdict == "contradicted" and not f.slip]

    assert silent == []


def test_the_independent_audit_reads_the_fact_tables_alone() -> None:
    """No module of it imports the project, and none opens a file but the reader of the tables."""
    folder = Path(__file__).parent / "independent_audit"
    texts = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.py"))}

    assert [name for name, text in texts.items() if "bullwhip" in text] == []
    assert [name for name, text in texts.items() if ".open(" in text or "read_text" in text] == ["figures.py"]


def test_more_than_a_thousand_verdicts_are_compared() -> None:
    """The workspace has a verdict on at least 1,000 of the figures that the independent audit judges."""
    both = [row for _, row in _pairs() if row.verdict != "not_derivable"]

    assert len(both) >= 1000


def test_both_audits_reach_the_same_verdict() -> None:
    """Sound figures are sound to both but for the listed ones, and 97 % of them carry the very same verdict."""
    both = [(f, row) for f, row in _pairs() if row.verdict != "not_derivable"]
    known = set(ONLY_INDEPENDENT) | set(ONLY_WORKSPACE)
    accused = {key for f in findings().values() for key in _suspects(f) if f.verdict == "contradicted"}
    differing = [
        f"{f.figure}: {f.verdict} here, {row.verdict} there ({row.explanation})"
        for f, row in both
        if (f.verdict in SOUND) != (row.verdict in SOUND) and not {_own_key(f.figure)} & accused
        and _place(f.figure) not in known
    ]  # fmt: skip
    sound = [(f.verdict, row.verdict) for f, row in both if {f.verdict, row.verdict} <= set(SOUND)]
    alike = sum(here == there for here, there in sound)

    assert differing == []
    assert alike >= 0.97 * len(sound)


def test_every_contradiction_is_known_to_both_audits() -> None:
    """Each contradiction of one audit is one of the other, or of a figure in the same identity, or listed.

    Where the report does not say what it means, the workspace may have no rule, but may not call the figure sound.
    """
    theirs = _contradicted()
    ours = [(f, row) for f, row in _pairs() if f.verdict == "contradicted" and not _suspects(f) & theirs]
    known = {key for f in findings().values() if f.verdict == "contradicted" for key in _suspects(f)}
    places = {_own_key(figure): _place(figure) for name in REPORTS for figure in report(name).figures}
    unknown = [
        str(f.figure)
        for f, row in ours
        if _place(f.figure) not in ONLY_INDEPENDENT and (row.verdict in SOUND or (f.slip and f.slip.sure))
    ]

    assert unknown == []
    assert sorted(places[key] for key in theirs - known if places[key] not in ONLY_WORKSPACE) == []


def test_listed_differences_exist() -> None:
    """Every listed difference is one: a list that outlives its reason is a mistake."""
    places = {_own_key(figure): _place(figure) for name in REPORTS for figure in report(name).figures}
    ours = {_place(f.figure) for f in findings().values() if f.verdict == "contradicted"}
    theirs = {places[key] for key in _contradicted()}

    assert set(ONLY_INDEPENDENT) <= ours - theirs
    assert set(ONLY_WORKSPACE) <= theirs - ours
