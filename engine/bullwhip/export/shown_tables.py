r"""Tables as a notebook shows them: plain text, HTML and LaTeX, every text in them inert.

A notebook has no policy against scripts: whatever is not escaped here runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bullwhip.export.escape import terminal_text, xml_attribute, xml_text
from bullwhip.export.latex import latex_text
from bullwhip.export.tables import Column, to_terminal

__all__ = ["View", "to_html", "to_latex", "to_plain"]

_ROWS = 200
"""Rows that are shown; how many more there are is said."""
_STYLE = (
    "<style>.bullwhip{font-size:13px}.bullwhip table{border-collapse:collapse}.bullwhip caption{text-align:left;"
    "font-weight:600;padding:.2em 0}.bullwhip th,.bullwhip td{padding:.15em .6em;text-align:left;vertical-align:top}"
    ".bullwhip thead th{border-bottom:1px solid}.bullwhip .n{text-align:right;font-variant-numeric:tabular-nums}"
    ".bullwhip p{margin:.3em 0;opacity:.75}</style>"
)


@dataclass(frozen=True, slots=True)
class View:
    """A table to be shown, all of it text."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The rows that are shown."""
        return self.rows[:_ROWS]

    @property
    def said(self) -> tuple[str, ...]:
        """The notes, and how many rows are not shown."""
        more = len(self.rows) - len(self.shown)
        return (*self.notes, *([f"{more:,} more rows"] if more else []))


def to_plain(views: Sequence[View]) -> str:
    """Return tables as aligned text."""
    parts = []
    for view in views:
        head = [terminal_text(view.title)] if view.title else []
        body = to_terminal(view.columns, view.shown, 160, color=False).rstrip("\n") if view.columns else ""
        parts.append("\n".join([*head, *([body] if body else []), *map(terminal_text, view.said)]))
    return "\n\n".join(parts)


def to_html(views: Sequence[View]) -> str:
    """Return tables as HTML, without scripts, addresses and ids.

    >>> view = View("<b>", (Column("a", "A", False),), (("<img onerror=x>",),))
    >>> "<b>" in to_html([view]) or "<img" in to_html([view])
    False
    """
    return f'<div class="bullwhip">{_STYLE}{"".join(map(_html, views))}</div>'


def _html(view: View) -> str:
    def cell(column: Column, text: str) -> str:
        kind = ' class="n"' if column.numeric else ""
        return f"<td{kind}>{xml_text(text)}</td>"

    caption = f"<caption>{xml_text(view.title)}</caption>" if view.title else ""
    head = "".join(f'<th scope="col"{" class=n" * c.numeric}>{xml_text(c.title)}</th>' for c in view.columns)
    rows = "".join(
        f"<tr>{''.join(cell(c, t) for c, t in zip(view.columns, row, strict=True))}</tr>" for row in view.shown
    )
    label = f' aria-label="{xml_attribute(view.title)}"' if view.title else ""
    table = f"<table{label}>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return (table if view.columns else caption) + "".join(f"<p>{xml_text(note)}</p>" for note in view.said)


def to_latex(views: Sequence[View]) -> str:
    """Return tables as LaTeX, in which no text is a command."""
    return "\n\n".join(map(_latex, views))


def _latex(view: View) -> str:
    lines = [rf"\textbf{{{latex_text(view.title)}}}\\"] if view.title else []
    if view.columns:
        lines.append(rf"\begin{{tabular}}{{{''.join('r' if c.numeric else 'l' for c in view.columns)}}}")
        lines.append(" & ".join(latex_text(c.title) for c in view.columns) + r" \\ \hline")
        lines += [" & ".join(map(latex_text, row)) + r" \\" for row in view.shown]
        lines.append(r"\end{tabular}")
    return "\n".join([*lines, *(rf"\par {latex_text(note)}" for note in view.said)])
