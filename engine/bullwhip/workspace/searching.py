"""Finds companies, tiers, quantities and other things of a workspace by a part of any of their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.model.claim import Claim
from bullwhip.model.label import Label
from bullwhip.model.program import CompiledProgram
from bullwhip.model.search import KINDS, Entry, Found
from bullwhip.query.search import SearchIndex, store_entries
from bullwhip.workspace.cache import read_blob, write_blob

if TYPE_CHECKING:
    from bullwhip.store.interface import Store
    from bullwhip.workspace.facade import Workspace

__all__ = ["index_of", "program_entries", "search"]


def search(
    workspace: Workspace, text: str, kinds: Sequence[str], limit: int, claims: bool, store: Store | None = None
) -> Found:
    """Return the things of a workspace, or of a store, with a name that contains a text.

    Raises:
        UsageError: BW001 for a kind that there is not, BW002 for a text without a character to look for.
    """
    for kind in kinds:
        if kind not in KINDS:
            hint = did_you_mean(kind, KINDS, "kinds")
            raise UsageError(Problem("BW001", f"nothing of the kind {kind!r} can be found", hint=hint))
    if not text.strip():
        raise UsageError(Problem("BW002", "nothing to look for", hint="give a part of a name, one character or more"))
    if store is not None:  # it may have changed since it was asked last: nothing is kept of it
        return SearchIndex(store_entries(store)).find(text, kinds, limit)
    return index_of(workspace.program, claims or "claim" in kinds).find(text, kinds, limit)


def index_of(program: CompiledProgram, claims: bool = False) -> SearchIndex:
    """Return the index of a program, from the cache where nothing has changed.

    Args:
        program: the compiled program.
        claims: whether claims can be found too, by subject and measure as printed.
    """
    kind = "search-claims" if claims else "search"
    stored = read_blob(program.key, kind)
    index = SearchIndex.from_bytes(stored) if stored is not None else None
    if index is None:
        index = SearchIndex(program_entries(program, claims))
        write_blob(program.key, kind, index.to_bytes())
    return index


def program_entries(program: CompiledProgram, claims: bool = False) -> Iterator[Entry]:
    """Yield what can be found in a program."""
    chain = program.chain
    for c in chain.companies:
        local = tuple(name for _, name in c.local)
        yield _entry("company", c.id, c.label, (*c.aliases, *local), c.ticker, (("ticker", c.ticker),))
    for t in chain.tiers:
        yield _entry("tier", t.id, t.label, t.aliases)
    for p in chain.products:
        yield _entry("product", p.id, p.label, (*p.aliases, *(name for _, name in p.local)), p.company)
    for topic in chain.topics:
        yield _entry("topic", topic.id, topic.label, (*topic.aliases, *(name for _, name in topic.local)))
    for q in program.quantities.values():
        yield _entry("quantity", q.id, q.label, (), q.unit)
    for m in chain.measures:
        yield _entry("measure", m.id, m.label, (*m.aliases, *(name for _, name in m.local)))
    for d in program.dimensions.values():
        for member, label in zip(d.members, d.member_labels, strict=True):
            yield _entry("member", f"{d.id}={member}", label, (), d.id)
    for document in program.documents:
        extra = (("alias", document.slug), *(("publisher", text) for text in _both(document.publisher)))
        yield _entry("document", document.id, document.title, (), document.published, extra)
    for s in program.scenarios.values():
        yield _entry("scenario", s.id, s.label, ())
    yield from (_claim(claim) for claim in program.claims if claims)


def _claim(c: Claim) -> Entry:
    figure = " ".join(part for part in (c.lexical, c.unit) if part)
    note = f"{figure} ({', '.join(part for part in (c.document, c.locator, c.row, c.column) if part)})"
    names = (("subject", c.subject), ("measure", c.measure), ("id", c.id))
    return Entry("claim", c.id, f"{c.subject} · {c.measure}", "", names, note)


def _both(label: Label) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in (label.zh, label.en) if text))


def _entry(
    kind: str, name: str, label: Label, aliases: Sequence[str], note: str = "", extra: Sequence[tuple[str, str]] = ()
) -> Entry:
    names = (("id", name), *(("label", text) for text in _both(label)), *(("alias", text) for text in aliases), *extra)
    return Entry(kind, name, label.zh, label.en, tuple((what, text) for what, text in names if text), note)
