"""Makes eval, exec and compile raise wherever the engine runs them, itself or through a library, in the whole test run.

Imports compile and run code, and so do some decorators when first used; these are known by where they come from.
All else that has the engine on its stack is refused. The tests may evaluate texts of their own.
"""

import builtins
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["TextEvaluatedError", "install", "subprocess_path"]

_GENERATORS = frozenset({"dataclasses", "collections", "enum", "functools", "networkx.utils.decorators", "typing"})
"""Modules that run code which they have written themselves, of names in a program and not of a text that was read."""
_IMPORTERS = frozenset({"_frozen_importlib", "_frozen_importlib_external", "importlib", "zipimport"})
"""First parts of the names of the modules that import; they go by their frozen names until importlib is loaded."""
_TESTS = str(Path(__file__).parent)


class TextEvaluatedError(BaseException):
    """Text was about to become code; no handler of the engine may swallow this."""


def _forbidden(frame: FrameType | None) -> str:
    """Return the engine function on whose behalf a frame evaluates, or nothing where it may."""
    if frame is not None and frame.f_globals.get("__name__") in _GENERATORS:
        return ""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name.partition(".")[0] in _IMPORTERS or frame.f_code.co_filename.startswith(_TESTS):
            return ""
        if name.partition(".")[0] == "bullwhip":
            return "" if frame.f_code.co_name == "<module>" else f"{name}.{frame.f_code.co_name}"
        frame = frame.f_back
    return ""


def _guarded(original: Callable[..., Any]) -> Callable[..., Any]:
    name = original.__name__

    def call(*arguments: Any, **keywords: Any) -> Any:
        frame = sys._getframe(1)
        culprit = _forbidden(frame)
        if culprit:
            raise TextEvaluatedError(f"{name}() on behalf of {culprit}: {str(arguments[0])[:80]!r}")
        if name != "compile" and len(arguments) == 1 and not keywords:
            arguments = (*arguments, frame.f_globals, frame.f_locals)  # what it would have taken without us
        return original(*arguments, **keywords)

    call.__name__ = name
    call.guarded = True  # type: ignore[attr-defined]
    return call


def install() -> None:
    """Close the ways from text to code in this process; once is enough."""
    for name in ("eval", "exec", "compile"):
        original = getattr(builtins, name)
        if not hasattr(original, "guarded"):
            setattr(builtins, name, _guarded(original))


def subprocess_path() -> str:
    """Return a PYTHONPATH with which the processes that tests start close them too."""
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    own = str(Path(_TESTS) / "guard")
    return os.pathsep.join([own, *(k for k in known if k and k != own)])
