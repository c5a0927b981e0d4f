"""Several ES modules joined into one script, for a page that stands alone.

No bundler: the modules of the explorer keep to a few forms of `import` and `export`, and everything else is refused,
so that the result means what the modules mean. Each module becomes a function that runs once and returns its exports.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bullwhip.errors import LoadError, Problem

__all__ = ["join_modules"]

_NAME = r"[A-Za-z_$][\w$]*"
_NAMED = re.compile(r"^import\s*\{([^}]*)\}\s*from\s*([\"'])([^\"'\n]+)\2;?[ \t]*$", re.MULTILINE)
_WHOLE = re.compile(rf"^import\s*\*\s*as\s+({_NAME})\s+from\s*([\"'])([^\"'\n]+)\2;?[ \t]*$", re.MULTILINE)
_DECLARED = re.compile(rf"^export\s+((?:const|class|async\s+function|function)\s+({_NAME}))", re.MULTILINE)
_LISTED = re.compile(r"^export\s*\{([^}]*)\};?[ \t]*$", re.MULTILINE)
_LISTED_LAST = re.compile(r"export\s*\{([^}]*)\};?\s*\Z")  # a minified module ends so, on one line with the rest
_LEFT = re.compile(r"^[ \t]*(?:export\b|import\b(?!\s*[(.])).*$", re.MULTILINE)
_RENAMED = re.compile(rf"({_NAME})(?:\s+as\s+({_NAME}))?")
_DOCUMENTATION = re.compile(r"^[ \t]*/\*\*(?:[^*]|\*(?!/))*\*/[ \t]*\n|^[ \t]*//[^\n]*\n", re.MULTILINE)
_BREAKS_OUT = re.compile(r"</script|<!--", re.IGNORECASE)


@dataclass(frozen=True)
class _Need:
    """One import: all exports under one name, or some by their names there and here."""

    target: str
    whole: str = ""
    names: tuple[tuple[str, str], ...] = ()

    def left(self) -> str:
        """Return the left side of the `const` that stands for it."""
        return self.whole or f"{{{', '.join(a if a == b else f'{a}: {b}' for a, b in self.names)}}}"


@dataclass(frozen=True)
class _Module:
    """A module taken apart: what it needs, what it gives by the names outside and inside, and what is left."""

    needs: tuple[_Need, ...]
    gives: tuple[tuple[str, str], ...]
    body: str


def join_modules(sources: Mapping[str, str], entry: str) -> str:
    r"""Return one script that does what an entry module does, with all that it imports.

    Args:
        sources: the text of each module by its path, e.g. `tabs/chain.js`.
        entry: the path of the module to start with.

    Raises:
        LoadError: BW103 where a module imports what is not there, imports in a circle, or has an `import` or
            `export` of another form than those described in docs/explorer.md.

    >>> sources = {"a.js": "import {b as c} from './b.js';\nshow(c);\n", "b.js": "export const b = 1;\n"}
    >>> print(join_modules(sources, "a.js"))
    const m0 = (() => {
    const b = 1;
    return Object.freeze({b: b});
    })();
    const m1 = (() => {
    const {b: c} = m0;
    show(c);
    return Object.freeze({});
    })();
    """
    modules = _reached(sources, entry)
    order = _order(modules, entry)
    number = {path: place for place, path in enumerate(order)}
    written = []
    for path in order:
        module = modules[path]
        lines = [f"const m{number[path]} = (() => {{"]
        lines += [f"const {need.left()} = m{number[need.target]};" for need in module.needs]
        body = module.body.strip("\n")
        lines += [body] if body else []
        given = ", ".join(f"{outside}: {inside}" for outside, inside in module.gives)
        lines += [f"return Object.freeze({{{given}}});", "})();"]
        written.append("\n".join(lines))
    return "\n".join(written)


def _reached(sources: Mapping[str, str], entry: str) -> dict[str, _Module]:
    """Take apart the entry and all that it imports, and check that what is imported is exported."""
    modules: dict[str, _Module] = {}
    waiting = [entry]
    while waiting:
        path = waiting.pop()
        if path in modules:
            continue
        if path not in sources:
            raise _refused(path, "is imported and is not there")
        modules[path] = _taken_apart(path, sources[path])
        waiting += [need.target for need in modules[path].needs]
    for path, module in modules.items():
        for need in module.needs:
            known = {outside for outside, _ in modules[need.target].gives}
            for there, _ in need.names:
                if there not in known:
                    raise _refused(path, f"imports {there}, which {need.target} does not export")
    return modules


def _taken_apart(path: str, text: str) -> _Module:
    needs: list[_Need] = []
    gives: list[tuple[str, str]] = []

    def named(found: re.Match[str]) -> str:
        needs.append(_Need(_target(path, found[3]), names=tuple(_names(path, found[1]))))
        return ""

    def whole(found: re.Match[str]) -> str:
        needs.append(_Need(_target(path, found[3]), whole=found[1]))
        return ""

    def declared(found: re.Match[str]) -> str:
        gives.append((found[2], found[2]))
        return found[1]

    def listed(found: re.Match[str]) -> str:
        gives.extend((outside, inside) for inside, outside in _names(path, found[1]))
        return ""

    body = _DOCUMENTATION.sub("", text)
    for pattern, replace in ((_NAMED, named), (_WHOLE, whole), (_DECLARED, declared), (_LISTED, listed)):
        body = pattern.sub(replace, body)
    body = _LISTED_LAST.sub(listed, body)
    if left := _LEFT.search(body):
        raise _refused(path, f"has a form of import or export that cannot be joined: {left[0].strip()[:80]}")
    if _BREAKS_OUT.search(body):
        raise _refused(path, "holds a text that would end a script inside a page")
    twice = {outside for outside, _ in gives if [o for o, _ in gives].count(outside) > 1}
    if twice:
        raise _refused(path, f"exports {', '.join(sorted(twice))} twice")
    return _Module(tuple(needs), tuple(gives), body)


def _names(path: str, text: str) -> list[tuple[str, str]]:
    """Read the names between braces as pairs: as there, as here."""
    pairs = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        found = _RENAMED.fullmatch(part)
        if found is None:
            raise _refused(path, f"has a name that cannot be read: {part[:40]}")
        pairs.append((found[1], found[2] or found[1]))
    return pairs


def _target(path: str, asked: str) -> str:
    if not asked.startswith(("./", "../")):
        raise _refused(path, f"imports {asked}, which is not one of the explorer's own modules")
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), asked))


def _order(modules: Mapping[str, _Module], entry: str) -> list[str]:
    """Return the modules so that each stands after what it needs."""
    order: list[str] = []
    open_: list[str] = []

    def visit(path: str) -> None:
        if path in order:
            return
        if path in open_:
            raise _refused(path, f"is imported in a circle: {' → '.join([*open_[open_.index(path) :], path])}")
        open_.append(path)
        for need in modules[path].needs:
            visit(need.target)
        open_.pop()
        order.append(path)

    visit(entry)
    return order


def _refused(path: str, what: str) -> LoadError:
    hint = "docs/explorer.md says which forms of import and export the modules of the explorer keep to"
    return LoadError(Problem("BW103", f"module {path} of the explorer {what}", hint=hint))
