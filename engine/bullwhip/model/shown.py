"""Answers that a notebook shows: the protocol of Jupyter; how they are shown is said by a layer above."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, SupportsIndex, TypeVar, overload

__all__ = ["Answers", "Shown", "show_by"]

_T = TypeVar("_T")
_renderers: list[Callable[[object], dict[str, Any]]] = []


class Shown:
    """Something that is shown as text, HTML, LaTeX and JSON, whichever the notebook prefers."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None) -> Any:
        """Return the answer by media type; a front end takes the richest that it knows."""
        made = _renderers[-1](self) if _renderers else {"text/plain": repr(self)}
        return {k: v for k, v in made.items() if (not include or k in include) and k not in (exclude or ())}


class Answers(list[_T], Shown):
    """A list of answers, which a notebook shows as one table; so is a part of it."""

    @overload
    def __getitem__(self, key: SupportsIndex) -> _T: ...
    @overload
    def __getitem__(self, key: slice) -> Answers[_T]: ...
    def __getitem__(self, key: SupportsIndex | slice) -> _T | Answers[_T]:
        """Return one answer, or some of them."""
        return Answers(super().__getitem__(key)) if isinstance(key, slice) else super().__getitem__(key)


def show_by(renderer: Callable[[object], dict[str, Any]]) -> None:
    """Say how answers are shown: a function from an answer to its forms by media type."""
    _renderers[:] = [renderer]
