"""Reads rules/workspace.yaml: the name, the time axis, the dimensions and the counted units of a workspace."""

from __future__ import annotations

from bullwhip.errors import Place, Problem
from bullwhip.expr.grammar import MEMBER, RESERVED
from bullwhip.model.label import Label
from bullwhip.model.program import Header
from bullwhip.model.quantity import Dimension
from bullwhip.model.source import MapNode
from bullwhip.units import UnitError, Vocabulary
from bullwhip.validate.form import Form

__all__ = ["read_dimensions", "read_header", "read_vocabulary"]

_MAX_PERIODS = 200


def read_header(files: list[tuple[str, MapNode]], problems: list[Problem]) -> Header:
    """Return the header; exactly one file must have a `workspace` section."""
    holders = [(n, f) for n, f in files if "workspace" in f.items]
    if not holders and any(p.place and p.place.file.startswith("rules/") for p in problems):
        return Header("", Label(), (), 0, ())  # it may well stand in a file that could not be read
    if not holders:
        hint = "add rules/workspace.yaml with workspace: and time:"
        problems.append(Problem("BW109", "no rule file has a workspace: section", Place("rules/workspace.yaml"), hint))
        return Header("", Label(), (), 0, ())
    for _, extra in holders[1:]:
        problems.append(
            Problem(
                "BW202",
                f"a second workspace: section; the first is in {holders[0][0]}",
                extra.keys["workspace"],
            )
        )
    root = holders[0][1]
    for name, other in files:
        if "time" in other.items and other is not root:
            message = f"a time: section outside {holders[0][0]}"
            hint = f"{name} shares the time axis of the workspace"
            problems.append(Problem("BW202", message, other.keys["time"], hint))
    form = Form(root.items["workspace"], problems, "workspace", "workspace")
    first, last, default = 0, -1, 0
    if "time" in root.items:
        time = Form(root.items["time"], problems, "time", "time")
        begin, end = time.integer("first"), time.integer("last")
        if begin is not None and end is not None:
            first, last = begin, end
        default = time.integer("default", last) or last
        if last - first >= _MAX_PERIODS:
            time.wrong("last", f"at most {_MAX_PERIODS} periods after first")
            last = first
        elif begin == 0:
            time.wrong("first", "a year such as 2025")
        elif begin is not None and end is not None and end < begin:
            time.wrong("last", "no earlier than first")
        elif begin is not None and end is not None and not first <= default <= last:
            time.wrong("default", f"between {first} and {last}")
    counts = _read_counts(files, problems)
    return Header(form.text("id"), form.label(), tuple(range(first, last + 1)), default, counts)


def _read_counts(
    files: list[tuple[str, MapNode]], problems: list[Problem]
) -> tuple[tuple[str, Label, tuple[str, ...]], ...]:
    counts: list[tuple[str, Label, tuple[str, ...]]] = []
    for _, root in files:
        if "units" not in root.items:
            continue
        section = Form(root, [], "file", root.items).mapping("units")
        if not section.items and not isinstance(root.items["units"], MapNode):
            problems.append(Problem("BW110", "units must be a mapping", root.items["units"].place))
        for name, node in section:
            form = Form(node, problems, f"unit {name!r}", "count")
            if not MEMBER.fullmatch(name):
                problems.append(
                    Problem("BW203", f"the unit name {name!r} is malformed", section.keys[name], "use snake_case")
                )
                continue
            if name in {c[0] for c in counts}:
                message = f"unit {name!r} is declared twice"
                problems.append(Problem("BW202", message, section.keys[name], "keep one of them"))
                continue
            counts.append((name, Label(form.text("zh"), form.text("en")), form.texts("aliases")))
    return tuple(counts)


def read_vocabulary(header: Header, files: list[tuple[str, MapNode]], problems: list[Problem]) -> Vocabulary:
    """Return the unit vocabulary: the base units and the workspace's counted things."""
    try:
        return Vocabulary.with_counts({name: aliases for name, _, aliases in header.counts})
    except UnitError as error:
        sections = [s for _, f in files if isinstance(s := f.items.get("units"), MapNode)]
        place = next((s.keys[error.unknown] for s in sections if error.unknown in s.keys), None)
        problems.append(Problem("BW202", str(error), place, "choose another name or drop the alias"))
        return Vocabulary.with_counts({})


def read_dimensions(files: list[tuple[str, MapNode]], problems: list[Problem]) -> dict[str, Dimension]:
    """Return the declared dimensions by id."""
    dimensions: dict[str, Dimension] = {}
    for _, root in files:
        if "dimensions" not in root.items:
            continue
        section = Form(root, problems, "file", root.items).mapping("dimensions")
        for name, node in section:
            what = f"dimension {name!r}"
            form = Form(node, problems, what, "dimension")
            if not MEMBER.fullmatch(name) or not name[0].isalpha() or name in RESERVED:
                problems.append(
                    Problem(
                        "BW203",
                        f"{what} has a malformed or reserved id",
                        section.keys[name],
                        "use snake_case",
                    )
                )
                continue
            if name in dimensions:
                problems.append(Problem("BW202", f"{what} is declared twice", section.keys[name]))
                continue
            members, labels = [], []
            for member, label in form.mapping("members"):
                if not MEMBER.fullmatch(member):
                    place = form.mapping("members").keys[member]
                    hint = "members are snake_case in ASCII, e.g. member_1; put other scripts into the label"
                    problems.append(Problem("BW203", f"the member {member!r} of {what} is malformed", place, hint))
                    member = member.lower()  # what names it in small letters names this one
                text = Form(label, problems, f"member {member!r}", "label")
                members.append(member)
                labels.append(Label(text.text("zh"), text.text("en")))
            if not members and form.has("members"):
                problems.append(Problem("BW110", f"{what} has no members", form.place("members")))
            dimensions[name] = Dimension(name, form.label(), tuple(members), tuple(labels), form.flag("alternatives"))
    return dimensions
