"""Finds the names of companies and products in text: longest first, whole words only, never an ordinary word.

Chinese is written without spaces, so a short name can be a part of other words, and some names are words themselves
(曙光, dawn). Such a name counts where the context is that of a company, or where it is the whole field; elsewhere the
answer is that it may be the name, and that it may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bullwhip.errors import did_you_mean
from bullwhip.reading.characters import clean, excerpt
from bullwhip.reading.contexts import APART, BESIDE, LEFT_NAMED, LEFT_OPEN, RIGHT_NAMED, RIGHT_OPEN
from bullwhip.reading.outcome import Missing, Refusal

__all__ = ["Aliases", "Ambiguous", "Match", "NameReading", "find_names", "read_name"]


@dataclass(frozen=True, slots=True)
class Match:
    """A name, where it stands and whose it is."""

    id: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """What may be the name of one of several things, or a name or an ordinary word."""

    ids: tuple[str, ...]
    text: str
    start: int
    end: int
    reason: str


NameReading = Match | Ambiguous | Missing | Refusal

_NARROW = {0xFF01 + i: chr(0x21 + i) for i in range(94)} | {0x3000: " ", 0xA0: " "}
_FOLD = {0xFF01 + i: chr(0x21 + i).lower() for i in range(94)} | {0x3000: " ", 0xA0: " "}
_FOLD |= {ord(c): c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_NOTED = re.compile(r"(.+?)\s*\(([^()]+)\)")
_TICKER = re.compile(r"[0-9]{4,6}(?:\.[A-Z]{1,4})?|[A-Z]{1,5}\.[A-Z]{1,3}")
_FORM = re.compile(r"(?:股份有限公司|有限责任公司|有限公司|公司|,? ?(?:Inc|Corp|Corporation|Ltd|Co)\.?)$")
_WORD, _TWO = "an ordinary word, unless the context is that of a company", "the name of more than one thing"
_PART = "a short name that may be a part of other words here"


def _fold(text: str) -> str:
    """Return a text in narrow lower-case letters, character by character, so that positions stay."""
    return text.translate(_FOLD)


class Aliases:
    """All spellings of all names, and which of them are words of the language.

    Args:
        spellings: pairs of a spelling and the id of what it names; a spelling of two things is kept as such.
        words: what is an ordinary word, and how: `word` for an alias that counts in the context of a company only,
            `case` for one that counts in exactly this case only, `phrase` for a text in which no name is looked for,
            `name` for a short one that is a part of no other word.
            Where nothing is said of words, every Chinese name of up to three characters counts as one.
        tickers: pairs of a ticker and an id; read where the ticker is the whole field or stands behind a name.
    """

    def __init__(
        self,
        spellings: Mapping[str, str] | Iterable[tuple[str, str]],
        words: Mapping[str, str] | None = None,
        tickers: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.ids: dict[str, tuple[str, ...]] = {}
        self.exact: dict[str, set[str]] = {}
        pairs = spellings.items() if isinstance(spellings, Mapping) else spellings
        for spelling, name in pairs:
            for form in {spelling, spelling.replace(" ", "") if not spelling.isascii() else spelling}:
                if not form:
                    continue
                key = _fold(form)
                self.ids[key] = tuple(dict.fromkeys((*self.ids.get(key, ()), name)))
                self.exact.setdefault(key, set()).add(form)
        self.words = {_fold(w): rule for w, rule in (words or {}).items()}
        self.short = 2 if words is not None else 3
        self.tickers = {t.split(".")[0]: name for t, name in tickers} | dict(tickers)
        self._by_start: dict[str, list[str]] = {}
        phrases = {w for w, rule in self.words.items() if rule == "phrase"}
        for key in sorted(phrases | set(self.ids), key=lambda k: (-len(k), k)):
            self._by_start.setdefault(key[:2], []).append(key)

    def at(self, folded: str, start: int) -> Iterable[str]:
        """Yield the names and phrases that begin at a position, longest first."""
        for head in (folded[start : start + 2], folded[start : start + 1]):
            for key in self._by_start.get(head, ()):
                if folded.startswith(key, start):
                    yield key

    def written_right(self, key: str, text: str) -> bool:
        """Return whether the case of a text is one in which the name is written."""
        if not any("a" <= c <= "z" for c in key) or text.translate(_NARROW) in self.exact[key]:
            return True
        capitals = key.isalpha() and len(key) <= 4 and any(form.isupper() for form in self.exact[key])
        return not capitals and self.words.get(key) not in ("case", "word")


def find_names(text: str, aliases: Aliases | Mapping[str, str]) -> tuple[Match | Ambiguous, ...]:
    """Return the names in a running text, from left to right; time is linear in its length.

    Args:
        text: any text.
        aliases: all names, or a plain mapping from spelling to id.

    >>> names = Aliases({"曙光": "sugon", "H20": "h20", "英伟达": "nvidia"}, {"曙光": "word"})
    >>> [m.text for m in find_names("英伟达的H200和H20", names)]
    ['英伟达', 'H20']
    >>> [type(m).__name__ for m in find_names("部分领域曙光初现", names) + find_names("英伟达、曙光", names)]
    ['Ambiguous', 'Match', 'Match']
    """
    if not isinstance(aliases, Aliases):
        aliases = Aliases(aliases)
    folded = _fold(text)
    found: list[tuple[str, int, int]] = []
    at = 0
    while at < len(folded):
        key = next((k for k in aliases.at(folded, at) if _fits(aliases, folded, text, k, at)), "")
        if key in aliases.ids and aliases.words.get(key) != "phrase":
            found.append((key, at, at + len(key)))
        at += len(key) or 1
    return _judge(found, folded, text, aliases)


def _fits(aliases: Aliases, folded: str, text: str, key: str, at: int) -> bool:
    """Return whether the letters and digits of a name are not those of a longer word or number."""
    end = at + len(key)
    if _joins(key[0]) and at and _joins(folded[at - 1]):
        return False
    after = folded[end : end + 2]
    longer = after and (_joins(after[0]) or (key[-1].isdigit() and after[0] in ".," and after[1:].isdigit()))
    if _joins(key[-1]) and longer:
        return False
    return key not in aliases.ids or aliases.written_right(key, text[at:end])


def _joins(character: str) -> bool:
    return (character.isascii() and (character.isalnum() or character == "_")) or "\u00c0" <= character <= "\u024f"


def _judge(
    found: list[tuple[str, int, int]], folded: str, text: str, aliases: Aliases
) -> tuple[Match | Ambiguous, ...]:
    """Tell the names that are sure from those that are not; one that is listed beside a sure one is sure."""
    whole = len(folded.strip())
    doubts = ["" if end - start == whole else _doubt(key, folded, start, end, aliases) for key, start, end in found]
    for order in (range(1, len(found)), range(len(found) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for i in order:
            near, far = sorted((i, i + step))
            beside = folded[found[near][2] : found[far][1]].strip() in BESIDE
            if doubts[i] and not doubts[i + step] and beside:
                doubts[i] = ""
    result: list[Match | Ambiguous] = []
    for (key, start, end), doubt in zip(found, doubts, strict=True):
        ids = aliases.ids[key]
        if doubt or len(ids) > 1:
            result.append(Ambiguous(ids, text[start:end], start, end, doubt or _TWO))
        else:
            result.append(Match(ids[0], text[start:end], start, end))
    return tuple(result)


def _doubt(key: str, folded: str, start: int, end: int, aliases: Aliases) -> str:
    """Return why a name may be none here, or nothing where it is sure."""
    left, right = folded[max(0, start - 6) : start], folded[end : end + 8]
    named = left.rstrip(" ").endswith(LEFT_NAMED) or right.lstrip(" ").startswith(RIGHT_NAMED)
    if named or re.match(r"\s?\([0-9]{4,6}", right):
        return ""
    if aliases.words.get(key) == "word":
        return _WORD
    if any(_joins(c) for c in key) or len(key) > aliases.short or aliases.words.get(key) == "name":
        return ""
    open_left = not left or left[-1] in APART or not _is_han(left[-1]) or left.endswith(LEFT_OPEN)
    open_right = not right or right[0] in APART or not _is_han(right[0]) or right.startswith(RIGHT_OPEN)
    return "" if open_left and open_right else _PART


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character >= "\U00020000"


def read_name(text: str, aliases: Aliases | Mapping[str, str]) -> NameReading:
    """Return whose name a whole field is: a match, several, or a refusal; a field is a name and nothing else.

    >>> names = Aliases({"曙光": "sugon", "中科曙光": "sugon"}, {"曙光": "word"}, [("603019.SH", "sugon")])
    >>> read_name("曙光", names).id, read_name("中科曙光（603019）", names).id, read_name("曙光初现", names).reason
    ('sugon', 'sugon', 'no_name')
    """
    if not isinstance(aliases, Aliases):
        aliases = Aliases(aliases)
    cleaned = clean(text)
    if isinstance(cleaned, Refusal):
        return cleaned
    if not cleaned:
        return Missing("empty")
    ids = _ids(cleaned, aliases)
    noted = _NOTED.fullmatch(cleaned)
    if not ids and noted:
        ids = _ids(noted[1], aliases)
        note = _ids(noted[2], aliases)
        if note and ids:
            ids = tuple(i for i in ids if i in note) or (*ids, *note)
        elif ids and not _TICKER.fullmatch(noted[2]):
            ids = ()
    if not ids:
        return Refusal(
            "no_name", excerpt(text), hint=did_you_mean(cleaned, (f for e in aliases.exact.values() for f in e))
        )
    if len(ids) > 1:
        return Ambiguous(ids, cleaned, 0, len(cleaned), _TWO)
    return Match(ids[0], cleaned, 0, len(cleaned))


def _ids(text: str, aliases: Aliases) -> tuple[str, ...]:
    if text in aliases.tickers:
        return (aliases.tickers[text],)
    for form in (text, _FORM.sub("", text).rstrip()):
        key = _fold(form)
        if key in aliases.ids:
            return aliases.ids[key]
    return ()
