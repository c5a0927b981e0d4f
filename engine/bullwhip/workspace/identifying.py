"""Finds the one thing that a name means: `company/nvidia`, `company:nvidia`, its IRI, or its id alone."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.model.search import KINDS
from bullwhip.terms import BASE

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["identify"]


def identify(workspace: Workspace, name: str) -> tuple[str, str]:
    """Return kind and id of the thing that a name means.

    Args:
        workspace: where it is looked for.
        name: `KIND/ID`, `KIND:ID`, an IRI, or an id alone where only one thing has it. A quantity may have members:
            they stay part of the id.

    Raises:
        UsageError: BW001 where there is no such thing, with those that are called so, or several have the id; BW002
            for an empty name.
    """
    text = name.strip()
    if not text:
        raise UsageError(Problem("BW002", "nothing to describe", hint="give an id; bullwhip search finds one"))
    if text.startswith(BASE):
        text = unquote(text.removeprefix(BASE))
    if text == "base":
        text = "scenario/base"
    known = _ids(workspace)
    for sign in ("/", ":"):
        kind, found, local = text.partition(sign)
        if found and kind in known:
            return kind, _of_kind(workspace, kind, local, known[kind])
    plain = text.partition("[")[0].strip()
    kinds = [k for k in known if (plain if k == "quantity" else text) in known[k]]
    if not kinds:
        raise UsageError(Problem("BW001", f"nothing is called {text[:100]!r}", hint=_near(workspace, text, known)))
    if len(kinds) > 1:
        hint = f"one of {', '.join(f'{k}/{text}' for k in kinds)}"
        raise UsageError(Problem("BW001", f"{len(kinds)} things have the id {text[:100]!r}", hint=hint))
    return kinds[0], text


def _of_kind(workspace: Workspace, kind: str, local: str, ids: Collection[str]) -> str:
    if (local.partition("[")[0].strip() if kind == "quantity" else local) in ids:
        return local
    hint = did_you_mean(local, ids) or _called(workspace, local, [kind]) or f"bullwhip search finds one of kind {kind}"
    raise UsageError(Problem("BW001", f"no {kind} {local[:100]!r}", hint=hint))


def _near(workspace: Workspace, text: str, known: dict[str, Collection[str]]) -> str:
    names = [i for kind, ids in known.items() if kind != "claim" for i in ids]
    return _called(workspace, text, []) or did_you_mean(text, names) or "bullwhip search finds things by their names"


def _called(workspace: Workspace, text: str, kinds: list[str]) -> str:
    """Return a hint of things that are called by a text, or an empty one."""
    hits = workspace.search(text, kinds, limit=3).hits
    return f"did you mean {' or '.join(f'{h.entry.kind}/{h.entry.id}' for h in hits)}?" if hits else ""


def _ids(workspace: Workspace) -> dict[str, Collection[str]]:
    """Return the ids of all things by kind, in the order of kinds."""
    program, chain = workspace.program, workspace.program.chain
    found: dict[str, Collection[str]] = {
        "company": {c.id for c in chain.companies},
        "tier": {t.id for t in chain.tiers},
        "product": {p.id for p in chain.products},
        "topic": {t.id for t in chain.topics},
        "quantity": set(program.quantities),
        "measure": {m.id for m in chain.measures},
        "member": {f"{d.id}={m}" for d in program.dimensions.values() for m in d.members},
        "document": {d.id for d in program.documents},
        "scenario": {"base", *program.scenarios},
        "claim": {c.id for c in program.claims},
    }
    return {kind: found[kind] for kind in KINDS}
