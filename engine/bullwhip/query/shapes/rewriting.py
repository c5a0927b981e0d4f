"""The text of a query in which variables are bound beforehand, rewritten so that SPARQL sees them everywhere.

Such a variable is seen also in a nested group with nothing but a filter, where SPARQL would not see it. So the nodes it
stands for are put in front of every group that speaks of it only in an expression. Groups of EXISTS see it anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from bullwhip.errors import BullwhipError
from bullwhip.query.guard import guard
from bullwhip.query.shapes.records import Query, Shape
from bullwhip.query.shapes.terms import ShapeError, Term, UnsupportedError

__all__ = ["BoundQuery"]

_AGGREGATES = frozenset(["count", "sum", "min", "max", "avg", "sample", "group_concat", "having", "group"])
_AFTER_GROUP = frozenset(["having", "order", "limit", "offset"])


@dataclass(slots=True)
class _Frame:
    """What stands between two braces, or at the top."""

    open: int
    """Position behind the opening brace."""
    parent: _Frame | None = None
    in_exists: bool = False
    select: int | None = None
    """Position behind SELECT and DISTINCT, when it is a subquery."""
    words: list[str] = field(default_factory=list)
    """Words and variables directly in it, also in its parentheses."""
    projected: list[tuple[str, int, int]] = field(default_factory=list)
    """Variables that a subquery selects, with their places."""
    speaks_of_this: bool = False
    """Whether an expression directly in it does."""

    @property
    def aggregates(self) -> bool:
        """Whether rows are put together in groups that mix focus nodes."""
        if not self.select or _AGGREGATES.isdisjoint(self.words):
            return False
        if "group" not in self.words:
            return True
        grouped = []
        for word in self.words[self.words.index("group") :]:
            if word in _AFTER_GROUP:
                break
            grouped.append(word)
        return "?this" not in grouped


class BoundQuery:
    """One query of a constraint on one shape."""

    def __init__(self, query: Query, shape: Shape, shapes_graph: str) -> None:
        """Read the text.

        Raises:
            ShapeError: when it does what such a query must not do.
            UnsupportedError: when a parameter has no name.
        """
        self.text, self.shape = query.text, shape
        self._edits: list[tuple[int, int, str]] = []
        self._frames: list[_Frame] = []
        self._top = _Frame(0)
        try:
            self._tokens = [(kind, m[0], m.start(), m.end()) for kind, m in guard("sh:select", query.text)]
        except BullwhipError as error:
            raise ShapeError(error.problems[0].message, shape.node) from None
        terms = dict(query.bound)
        self._terms: dict[str, Callable[[], str]] = {
            **{name: lambda t=t: _written(t) for name, t in terms.items()},  # type: ignore[misc]
            "currentShape": lambda: _written(shape.node),
            "shapesGraph": lambda: self._graph(shapes_graph),
            "PATH": self._path,
        }
        self._reserved = {"?this", "?PATH", "?currentShape", "?shapesGraph", *(f"?{n}" for n in terms)}
        self._reserved |= {f"?{n}" for n in query.free} | ({"?value"} if query.asks else set())
        self._read()
        self._check(query.asks)

    # -- reading ------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        """Find the groups, what they select, and where variables are to be replaced."""
        frame, stack, parens = self._top, [], 0
        selecting = False
        for i, (kind, part, start, end) in enumerate(self._tokens):
            word = _normal(part)
            if part == "{":
                selecting = False
                stack.append((frame, parens))
                exists = self._before(i) == "exists"
                frame = _Frame(end, frame, frame.in_exists or exists)
                self._frames.append(frame)
                parens = 0
            elif part == "}":
                if not stack:
                    raise ShapeError("the query of a constraint has a brace too many", self.shape.node)
                frame, parens = stack.pop()
            elif part in "()":
                parens += 1 if part == "(" else -1
            else:
                frame.words.append(word)
                if word == "select":
                    selecting, frame.select = True, end
                elif selecting and word in ("distinct", "reduced"):
                    frame.select = end
                elif word == "where":
                    selecting = False
                if kind == "variable":
                    self._variable(frame, word, (start, end), (selecting, parens > 0), i)
                if selecting and part == "*" and not parens:
                    frame.projected.append(("*", start, end))

    def _variable(self, frame: _Frame, word: str, place: tuple[int, int], where: tuple[bool, bool], i: int) -> None:
        selecting, in_expression = where
        if word == "?this" and in_expression:
            frame.speaks_of_this = True
        if selecting and not in_expression:
            frame.projected.append((word, *place))
        elif word[1:] in self._terms and "group" not in frame.words:
            if self._before(i, 2) == "bound" and in_expression:
                self._edits.append((self._tokens[i - 2][2], self._tokens[i + 1][3], "(true)"))
            else:
                self._edits.append((*place, self._terms[word[1:]]()))

    def _before(self, i: int, steps: int = 1) -> str:
        return _normal(self._tokens[i - steps][1]) if i >= steps else ""

    def _check(self, asks: bool) -> None:
        """Refuse what would not mean the same with variables bound beforehand."""
        for i, (kind, part, *_) in enumerate(self._tokens):
            word, after = _normal(part), _normal(self._tokens[i + 1][1]) if i + 1 < len(self._tokens) else ""
            if kind != "word":
                continue
            if word in ("minus", "values"):
                raise ShapeError(f"{word.upper()} is not allowed in a constraint", self.shape.node)
            if word == "graph" and after != "?shapesGraph":
                message = "GRAPH is not allowed in a constraint: it reads the union of all graphs"
                raise ShapeError(message, self.shape.node)
            if word == "as" and after in self._reserved:
                raise ShapeError(f"a constraint binds {after} anew, which is bound beforehand", self.shape.node)
        if not self._frames or (not asks and self._top.select is None):
            raise ShapeError("the query of a constraint is no SELECT or ASK", self.shape.node)
        wanted = "?this" if not asks else "?value"
        for frame in self._frames:
            if frame.select is not None and wanted not in [name for name, *_ in frame.projected]:
                raise ShapeError(f"a subquery of a constraint does not select {wanted}", self.shape.node)

    def _graph(self, name: str) -> str:
        if not name:
            raise ShapeError("$shapesGraph is not given", self.shape.node)
        return f"<{name}>"

    def _path(self) -> str:
        if self.shape.path is None:
            raise ShapeError("$PATH is asked for by a shape without a path", self.shape.node)
        return f"({self.shape.path.sparql})"

    # -- writing ------------------------------------------------------------------------------------------------------

    @property
    def is_safe(self) -> bool:
        """Whether one query over all focus nodes gives what a query for each of them would give."""
        whole = {"limit", "offset"}.isdisjoint(_normal(part) for kind, part, *_ in self._tokens if kind == "word")
        return whole and not any(f.aggregates for f in (self._top, *self._frames))

    def condition(self) -> str:
        """Return what stands between the braces of an ASK."""
        begin, end = self._frames[0].open, self._tokens[-1][2]
        return self._edited(self._edits, begin, end)

    def over(self, nodes: str) -> str:
        """Return the query with a pattern that binds `?this` in front of every group that needs it."""
        edits = [*self._edits, *((f.open, f.open, f" {nodes} ") for f in self._groups())]
        for frame in (self._top, *self._frames):
            names = [name for name, *_ in frame.projected]
            if frame.aggregates:  # rows of one focus node are put together: it is the same in all of them
                edits += [(start, end, "") for name, start, end in frame.projected if name == "?this"]
                if names == ["?this"]:
                    edits.append((frame.select or 0, frame.select or 0, " (1 AS ?one) "))
            elif frame is self._top and frame.select and not {"?this", "*"} & set(names):
                edits.append((frame.select, frame.select, " ?this "))
        return self._edited(edits, 0, len(self.text))

    def _groups(self) -> Iterator[_Frame]:
        """Yield the groups in which the focus nodes must be named."""
        for number, frame in enumerate(self._frames):
            of_query = frame.parent if frame.parent is not None and frame.parent.select is not None else None
            spoken = frame.speaks_of_this or (of_query is not None and of_query.speaks_of_this)
            if number == 0 or (frame.select is None and not frame.in_exists and (spoken or _mixes(of_query))):
                yield frame

    def _edited(self, edits: list[tuple[int, int, str]], begin: int, end: int) -> str:
        parts, here = [], begin
        for start, stop, text in sorted(edits):
            if begin <= start and stop <= end:
                parts += [self.text[here:start], text]
                here = stop
        return "".join([*parts, self.text[here:end]])


def _mixes(frame: _Frame | None) -> bool:
    return frame is not None and frame.aggregates


def _normal(part: str) -> str:
    """Return a part as it is compared: `$this` is `?this`, and words are without case."""
    return "?" + part[1:] if part[:1] in "?$" else part.lower()


def _written(term: Term) -> str:
    if isinstance(term, ox.BlankNode):
        raise UnsupportedError("a parameter without a name")
    return str(term)
