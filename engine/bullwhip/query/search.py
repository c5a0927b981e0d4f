"""Finds things by a part of a name, however short: an index of pairs of characters over all names.

Chinese is written without spaces and its names are short, so that an index of words or of three characters finds
nothing for 液冷. Every two neighbouring characters of a folded name lead to the names they stand in; the names that all
pairs of a text have in common are looked at, and those that contain it are the hits: exactly those that CONTAINS gives
on folded texts (docs/convention.md §25).
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from heapq import nsmallest
from typing import TYPE_CHECKING

from bullwhip.model.search import KINDS, Entry, Found, Hit
from bullwhip.reading.characters import folded

if TYPE_CHECKING:
    from bullwhip.store.interface import Store

__all__ = ["SearchIndex", "store_entries"]

_END = "\0"
"""Stands behind every name, so that each of its characters begins a pair."""
_FITS = ("exact", "prefix", "part")
_MAGIC = b"bullwhip search 1\n"
_NEAR = 0.5
"""How alike a suggested name is at least, from 0 to 1."""


class SearchIndex:
    """The names of things, found by any part of them.

    >>> index = SearchIndex([Entry("tier", "liquid_cooling", "液冷", "liquid cooling", (("label", "液冷"),))])
    >>> [hit.entry.id for hit in index.find("液冷").hits], index.find("冷").total, index.find("風冷").total
    (['liquid_cooling'], 1, 0)
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Index things; of equal names of one thing the first is kept."""
        self.entries = sorted(entries, key=_place)
        self.owners, self.names, self.whats = array("I"), list[str](), list[str]()
        self.texts: list[str] = []
        for number, entry in enumerate(self.entries):
            kept: dict[str, tuple[str, str]] = {}
            for what, name in entry.names:
                kept.setdefault(folded(name), (what, name))
            for text, (what, name) in kept.items():
                if text:
                    self.owners.append(number)
                    self.names.append(name)
                    self.whats.append(what)
                    self.texts.append(text)
        self.postings: Mapping[str, Sequence[int]] = _pairs(self.texts)
        self._starts: dict[str, list[str]] | None = None

    def find(self, text: str, kinds: Sequence[str] = (), limit: int = 20) -> Found:
        """Return the things with a name that contains a text, however it is spelt in width and case.

        Args:
            text: at least one character.
            kinds: keep to these kinds; all when empty.
            limit: how many hits are given, the best first.
        """
        wanted = folded(text)
        best: dict[int, tuple[int, int]] = {}
        kept = set(kinds)
        for position in self._containing(wanted) if wanted else ():
            owner, found = self.owners[position], self.texts[position]
            if kept and self.entries[owner].kind not in kept:
                continue
            fit = 0 if found == wanted else 1 if found.startswith(wanted) else 2
            if owner not in best or best[owner] > (fit, position):
                best[owner] = (fit, position)
        ranked = nsmallest(max(limit, 0), ((fit, owner, at) for owner, (fit, at) in best.items()))
        hits = tuple(Hit(self.entries[o], _FITS[fit], self.whats[at], self.names[at]) for fit, o, at in ranked)
        return Found(text, len(best), hits, () if best or not wanted else self._near(wanted, kept))

    def _containing(self, wanted: str) -> Iterable[int]:
        """Yield the positions of the names that contain a folded text."""
        if len(wanted) == 1:
            return sorted({p for pair in self._beginning(wanted) for p in self.postings[pair]})
        lists = sorted((self.postings.get(wanted[i : i + 2], ()) for i in range(len(wanted) - 1)), key=len)
        if len(wanted) == 2 or not lists[0]:
            return lists[0]
        texts = self.texts
        return [p for p in lists[0] if wanted in texts[p]]

    def _beginning(self, character: str) -> Sequence[str]:
        """Return the pairs that begin with a character."""
        if self._starts is None:
            self._starts = {}
            for pair in self.postings:
                self._starts.setdefault(pair[0], []).append(pair)
        return self._starts.get(character, ())

    def _near(self, wanted: str, kinds: set[str]) -> tuple[str, ...]:
        """Return up to three names that are near a text in which nothing is found."""
        shared: dict[int, int] = {}
        pairs = {wanted[i : i + 2] for i in range(len(wanted) - 1)} & self.postings.keys()
        for pair in sorted(pairs or {pair for character in wanted for pair in self._beginning(character)}):
            for position in self.postings[pair]:
                shared[position] = shared.get(position, 0) + 1
        some = [p for p in shared if not kinds or self.entries[self.owners[p]].kind in kinds]
        likely = nsmallest(40, some, key=lambda p: (-2 * shared[p] / (len(wanted) + len(self.texts[p])), p))
        scored = [(-SequenceMatcher(None, wanted, self.texts[p]).ratio(), p) for p in likely]
        near = [self.names[p] for score, p in sorted(scored) if -score >= _NEAR]
        return tuple(dict.fromkeys(near))[:3]

    def to_bytes(self) -> bytes:
        """Return the index as bytes, the same for the same things on every machine."""
        pairs = sorted(self.postings)
        sizes, numbers = array("I"), array("I")
        for pair in pairs:
            sizes.append(len(self.postings[pair]))
            numbers.extend(self.postings[pair])
        head = {
            "entries": self.entries, "names": self.names, "whats": self.whats, "texts": self.texts,
            "owners": self.owners.tolist(), "pairs": pairs,
        }  # fmt: skip
        text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        return b"".join((_MAGIC, len(text).to_bytes(8, "little"), text, _little(sizes), _little(numbers)))

    @classmethod
    def from_bytes(cls, stored: bytes) -> SearchIndex | None:
        """Return the index that bytes hold, or None where they hold none."""
        start = len(_MAGIC) + 8
        if stored[: len(_MAGIC)] != _MAGIC:
            return None
        end = start + int.from_bytes(stored[len(_MAGIC) : start], "little")
        head = json.loads(stored[start:end].decode("utf-8", "surrogatepass"))
        index = cls.__new__(cls)
        index.entries = [
            Entry(kind, name, zh, en, tuple((what, text) for what, text in names), note)
            for kind, name, zh, en, names, note in head["entries"]
        ]
        index.names, index.whats, index.texts = head["names"], head["whats"], head["texts"]
        index.owners, index._starts = array("I", head["owners"]), None
        body = array("I")
        body.frombytes(stored[end:])
        if sys.byteorder == "big":
            body.byteswap()
        view, at, postings = memoryview(body), len(head["pairs"]), {}
        for pair, size in zip(head["pairs"], body, strict=False):
            postings[pair] = view[at : at + size]
            at += size
        index.postings = postings
        return index


def _place(entry: Entry) -> tuple[int, str, str]:
    known = entry.kind in KINDS
    return (KINDS.index(entry.kind) if known else len(KINDS), "" if known else entry.kind, entry.id)


def _pairs(texts: Sequence[str]) -> dict[str, array[int]]:
    """Return the positions of the texts in which each pair of neighbouring characters stands, in order."""
    found: dict[str, list[int]] = {}
    for position, text in enumerate(texts):
        ended = text + _END
        for pair in {ended[i : i + 2] for i in range(len(text))}:
            try:
                found[pair].append(position)
            except KeyError:
                found[pair] = [position]
    return {pair: array("I", positions) for pair, positions in found.items()}


def _little(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers = array("I", numbers)
        numbers.byteswap()
    return numbers.tobytes()


_TITLES = {"skos:prefLabel": "label", "skos:altLabel": "alias", "schema:tickerSymbol": "ticker", "dct:title": "title",
           "rdfs:label": "label"}  # fmt: skip


def store_entries(store: Store) -> Iterator[Entry]:
    """Yield the things of a store that have a name: by labels, other labels, tickers, titles and ids.

    The kind is the class of our vocabulary in small letters, and `thing` where there is none; the id is the
    identifier, or the IRI.
    """
    import pyoxigraph as ox

    from bullwhip.terms import BW, PREFIXES

    def said(curie: str) -> Iterator[ox.Quad]:
        prefix, _, name = curie.partition(":")
        return store.match(None, ox.NamedNode(PREFIXES[prefix] + name), None, None)

    names: dict[str, dict[tuple[str, str], set[str]]] = {}
    for curie, what in _TITLES.items():
        for quad in said(curie):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                known = names.setdefault(quad.subject.value, {})
                known.setdefault((what, quad.object.value), set()).add(quad.object.language or "")
    kinds, ids = dict[str, str](), dict[str, str]()
    for quad in said("rdf:type"):
        kind = quad.object.value if isinstance(quad.object, ox.NamedNode) else ""
        if isinstance(quad.subject, ox.NamedNode) and kind.startswith(BW):
            kind = kind.removeprefix(BW).lower()
            kinds[quad.subject.value] = min(kinds.get(quad.subject.value, kind), kind, key=_known_first)
    for quad in said("dct:identifier"):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
            ids[quad.subject.value] = min(ids.get(quad.subject.value, quad.object.value), quad.object.value)
    for iri in sorted(names):
        called = sorted(names[iri].items(), key=lambda item: item[0])
        labels = {tag: text for (what, text), tags in reversed(called) if what in ("label", "title") for tag in tags}
        name = ids.get(iri, iri)
        texts = [("id", name), *(pair for pair, _ in called)]
        zh, en = labels.get("zh", ""), labels.get("en", labels.get("", ""))
        yield Entry(kinds.get(iri, "thing"), name, zh, en, tuple(texts))


def _known_first(kind: str) -> tuple[int, str]:
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)
