"""Answers as a notebook shows them: what stands in which column, with units and sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from bullwhip.model.answer import Exposure, Sensitivity, Source, Value
from bullwhip.model.exposure import CompanyExposure
from bullwhip.model.quantity import index_text
from bullwhip.model.shown import Answers, show_by
from bullwhip.numbers import decimal_text
from bullwhip.workspace.answering import closed_form
from bullwhip.workspace.demand import Demand

if TYPE_CHECKING:
    from bullwhip.export.shown_tables import View
    from bullwhip.workspace.facade import Workspace

__all__ = ["forms", "lists_show_as_tables"]

_LISTS = ("value", "sensitivity", "solve", "bottlenecks", "explain", "list", "facts", "audit", "conflicts")
"""Methods of the façade whose lists are shown as tables."""
_SOURCES = 4
_FORM = 200
"""Parts of a closed form that is shown as a formula."""
_C = TypeVar("_C", bound=type)


def lists_show_as_tables(facade: _C) -> _C:
    """Let the methods of a façade that return lists return lists that a notebook shows."""

    def showing(method: Callable[..., Sequence[Any]]) -> Callable[..., Sequence[Any]]:
        @wraps(method)
        def asked(*arguments: Any, **named: Any) -> Sequence[Any]:
            return Answers(method(*arguments, **named))

        return asked

    for name in _LISTS:
        setattr(facade, name, showing(getattr(facade, name)))
    return facade


def forms(answer: object) -> dict[str, Any]:
    """Return an answer by media type: plain text, HTML, LaTeX and JSON; a workspace also as its chain map."""
    from bullwhip.export.shown_tables import to_html, to_latex, to_plain

    views = _views(answer)
    made: dict[str, Any] = {"text/plain": to_plain(views), "text/html": to_html(views), "text/latex": to_latex(views)}
    data = _data(answer)
    if data is not None:
        made["application/json"] = data
    if hasattr(answer, "chain_map"):
        made["image/svg+xml"] = answer.chain_map()
    if isinstance(answer, Demand):
        written = closed_form(answer.workspace.evaluation, answer.position)
        if written.unwritten is None and written.size <= _FORM:
            made["text/latex"] = rf"$\displaystyle {written.latex}$"
    return made


def _data(answer: object) -> Any:
    """Return plain data: what `--json` gives."""
    if isinstance(answer, Demand):
        return answer.answer.as_dict()
    if isinstance(answer, list):
        return [_data(a) for a in answer]
    if isinstance(answer, dict):
        return answer
    try:
        return answer.as_dict()  # type: ignore[attr-defined]
    except (AttributeError, TypeError):  # some need more than themselves to be plain data
        return None


def _views(answer: object) -> list[View]:
    if isinstance(answer, list):
        return _listed(answer)
    if isinstance(answer, Exposure | CompanyExposure):
        return _exposure(answer)
    special = _SPECIAL.get(type(answer).__name__)
    return special(answer) if special is not None else _listed([answer])


def _listed(answers: Sequence[Any]) -> list[View]:
    """Return one table for answers of one kind."""
    first = answers[0] if answers else None
    if isinstance(first, Value):
        return [_table("", _VALUE, [_value(a) for a in answers])]
    if isinstance(first, Sensitivity):
        return [_table("", _SENSITIVITY, [_sensitivity(a) for a in answers])]
    special = _SPECIAL.get(type(first).__name__)
    if special is not None:
        return [view for a in answers for view in special(a)]
    if first is not None and _row_of(first) is not None:
        return [_plain("", [_row_of(a) or {} for a in answers])]
    return [_table("", (), [], ["nothing"] if first is None else [repr(a) for a in answers])]


_VALUE = (
    ("quantity", False), ("name", False), ("period", False), ("value", True), ("unit", False), ("sources", False),
)  # fmt: skip
_SENSITIVITY = (
    ("quantity", False), ("driver", False), ("elasticity", True), ("derivative", True), ("unit", False),
    ("note", False),
)  # fmt: skip
_COMPANY = (
    ("#", True), ("company", False), ("公司", False), ("ticker", False), ("driver", False), ("through", False),
    ("elasticity", True), ("share", True), ("value per +1%", True), ("unit", False), ("sources", False),
)  # fmt: skip


def _table(
    title: str, columns: Iterable[tuple[str, bool]], rows: Iterable[Sequence[str]], notes: Iterable[str] = ()
) -> View:
    from bullwhip.export.shown_tables import View
    from bullwhip.export.tables import Column

    heads = tuple(Column(name, name, numeric) for name, numeric in columns)
    written = [tuple(row) for row in rows]
    kept = [k for k in range(len(heads)) if not written or any(row[k] for row in written)]  # the rest says nothing
    return View(
        title, tuple(heads[k] for k in kept), tuple(tuple(row[k] for k in kept) for row in written), tuple(notes)
    )


def _number(value: Fraction | None) -> str:
    return "" if value is None else decimal_text(value, 10)


def _period(period: int | None) -> str:
    return "" if period is None else str(period)


def _cited(sources: Iterable[Source]) -> str:
    """Return where a number comes from, in short."""
    told = list(dict.fromkeys(" ".join(p for p in (s.report, s.locator) if p) or s.kind for s in sources))
    more = f"; {len(told) - _SOURCES} more" if len(told) > _SOURCES else ""
    return "; ".join(told[:_SOURCES]) + more


def _value(a: Value) -> list[str]:
    rests = _cited(a.sources) if a.value is not None else f"unknown because of {', '.join(a.missing[:3])}"
    name = " · ".join(t for t in (a.label.zh, a.label.en) if t)
    return [index_text(a.quantity, a.index), name, _period(a.period), _number(a.value), a.unit, rests]


def _sensitivity(a: Sensitivity) -> list[str]:
    unit = f"{a.unit} per {a.driver_unit}"
    quantity, driver = index_text(a.quantity, a.index, a.period), index_text(a.driver, a.driver_index)
    return [quantity, driver, _number(a.elasticity), _number(a.derivative), unit, a.note]


def _exposure(a: Exposure | CompanyExposure) -> list[View]:
    of = a.company if isinstance(a, CompanyExposure) else index_text(a.driver, a.driver_index)
    rows = [
        [
            str(r.rank), r.label.en or r.company, r.label.zh, r.ticker, r.driver, index_text(r.quantity, r.index),
            _number(r.elasticity), _share(r.share, r.share_range, r.share_bound),
            _number(r.value) or _ends(r.value_range), r.unit if r.has_amount else "", _cited(r.sources),
        ]
        for r in a.rows
    ]  # fmt: skip
    return [_table(f"exposure of {of}, {_period(a.period)}, scenario {a.scenario}", _COMPANY, rows, a.notes)]


def _share(share: Fraction | None, ends: tuple[Fraction | None, Fraction | None], bound: str) -> str:
    if share is not None:
        return f"{bound}{decimal_text(share * 100, 4)}%"
    return _ends(tuple(None if e is None else e * 100 for e in ends), "%")


def _ends(ends: Sequence[Fraction | None], unit: str = "") -> str:
    if all(e is None for e in ends):
        return ""
    return "–".join("" if e is None else decimal_text(e, 10) for e in ends) + unit


def _row_of(answer: object) -> dict[str, Any] | None:
    data = _data(answer)
    return data if isinstance(data, dict) else None


def _plain(title: str, rows: Sequence[Mapping[str, Any]], notes: Iterable[str] = ()) -> View:
    """Return rows of plain data as a table of what is single in them; columns that are empty are left out."""
    named = dict.fromkeys(k for row in rows for k in row if k != "exact" and not k.endswith("_exact"))
    keys = [k for k in named if any(_single(row.get(k)) for row in rows)]
    numeric = {k: all(isinstance(row.get(k), int | float | None) for row in rows) for k in keys}
    shown = [[_single(row.get(k), k not in _PLAIN) for k in keys] for row in rows]
    return _table(title, [(k, numeric[k]) for k in keys], shown, notes)


_PLAIN = ("period", "period_a", "period_b", "rank", "order", "line")
"""Numbers that are no amounts: written without separators."""


def _single(value: Any, grouped: bool = True) -> str:
    """Return a single value as text; nothing of what has parts of its own."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return decimal_text(Fraction(str(value)), 10) if grouped else str(value)
    if value is None or (isinstance(value, list) and not all(isinstance(v, str) for v in value)):
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{k}={v}" for k, v in value.items() if isinstance(v, str | int))
    if isinstance(value, list):
        return ", ".join(value[:6]) + (" …" if len(value) > 6 else "")
    return str(value)


def _demand(a: Any) -> list[View]:
    return _listed([a.answer])


def _solution(a: Any) -> list[View]:
    data = a.as_dict()
    found = [*data["roots"], *data["ranges"]]
    wanted = f"{index_text(a.quantity, a.index, a.period)} as wanted, by {index_text(a.driver, a.driver_index)} in "
    return [_plain(wanted + (a.driver_unit or "1"), found, a.notes if found else [*a.notes, "no value gives it"])]


def _difference(a: Any) -> list[View]:
    data = a.as_dict()
    views = [_plain(f"{a.a} against {a.b}", data["changes"])]
    for change in a.changes:
        if change.terms:
            name = index_text(change.quantity, change.index)
            views.append(
                _plain(f"{name}: what the difference is due to, in {change.unit}", [t.as_dict() for t in change.terms])
            )
    return views


def _bottleneck(a: Any) -> list[View]:
    rows = [{"cap": cap["cell"], **argument} for cap in a.as_dict()["caps"] for argument in cap["arguments"]]
    name = index_text(a.quantity, a.index, a.period)
    return [_plain(f"{name} = {_number(a.value)} {a.unit}", rows, a.notes)]


def _query(a: Any) -> list[View]:
    rows = [["" if text is None else text for text in row] for row in a.rows]
    return [_table("", [(name, False) for name in a.columns], rows, [w.message for w in a.warnings])]


def _conflict(a: Any) -> list[View]:
    rows = [
        [c.document, c.locator, c.row or c.subject, c.column or c.measure, c.bound + c.lexical, c.unit, c.status]
        for c in a.claims
    ]
    heads = [(n, False) for n in ("document", "table", "row", "column", "printed", "unit", "status")]
    return [_table(f"{a.kind}: {a.about}", heads, rows, [a.note] if a.note else [])]


def _nested(key: str) -> Callable[[Any], list[View]]:
    def views(a: Any) -> list[View]:
        data = a.as_dict()
        about = ", ".join(f"{k} {v}" for k, v in data.items() if isinstance(v, str | int) and not isinstance(v, bool))
        rows = data.get(key) or []
        return [_plain(about, [r if isinstance(r, dict) else {key: str(r)} for r in rows], data.get("notes") or [])]

    return views


def _workspace(a: Workspace) -> list[View]:
    stamp = a.receipt()
    rows = [[key, _single(value)] for key, value in stamp.items() if _single(value)]
    return [_table(a.program.header.label.text("en"), [("what", False), ("of", False)], rows)]


_SPECIAL: dict[str, Callable[[Any], list[View]]] = {
    "Demand": _demand, "Solution": _solution, "Difference": _difference, "Bottleneck": _bottleneck, "Table": _query,
    "Conflict": _conflict, "Found": _nested("hits"), "Simulation": _nested("outputs"), "FactAnswer": _nested("facts"),
    "Workspace": _workspace,
}  # fmt: skip

show_by(forms)
