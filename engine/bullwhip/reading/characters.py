"""Makes the characters of a print plain without losing what they say: raised digits first, then widths and dashes.

Compatibility normalization (NFKC) would turn `10²⁴` into 1024 and `mm²` into mm2; here a raised digit either becomes an
explicit power of ten or stays raised for the readers to judge.
"""

from __future__ import annotations

import re
import unicodedata

from bullwhip.reading.outcome import Refusal

__all__ = ["MAX_LENGTH", "RAISED", "clean", "excerpt", "folded", "plain_digits"]

MAX_LENGTH = 200
"""A longer text is no printed figure; nothing in it is looked at."""

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_SPACES = " \t\r\n\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Controls, zero-width and bidirectional marks, lone surrogates: they would let two different texts look alike."""
_WIDE = {0xFF01 + i: chr(0x21 + i) for i in range(94)} | {
    0xFFE5: "¥", 0xFFE0: "¢", 0xFFE1: "£", 0xFE6A: "%", 0xFF61: "。",
    **dict.fromkeys((0x2212, 0xFE63, 0x2010, 0x2011, 0x2012, 0x2013), "-"),
    **dict.fromkeys((0x301C, 0x223C, 0x02DC, 0x2053), "~"),
    **dict.fromkeys((0x2266, 0x2A7D), "≤"), **dict.fromkeys((0x2267, 0x2A7E), "≥"),
    **dict.fromkeys((0x2715, 0x2716, 0x2A2F), "×"), 0x2248: "~", 0x2243: "~", 0x2245: "~", 0x3000: " ",
}  # fmt: skip
_WIDE |= {ord(c): " " for c in _SPACES}
_DIGITS = dict(zip(map(ord, RAISED), "0123456789+-", strict=True))
_MATHEMATICS = re.compile(r"\$([^$]{1,80})\$")
_MARKUP = re.compile(r"</?(?:b|strong|i|em|u|span|p)>", re.IGNORECASE)
_RAISED_MARKUP = re.compile(r"<sup>\s*([+-]?[0-9]{1,4})\s*</sup>|\$\^\{?([+-]?[0-9]{1,4})\}?\$", re.IGNORECASE)
_POWER = re.compile(rf"(?<![0-9.,{RAISED}])10([{RAISED}]{{1,5}})(?![{RAISED}])")
_NOT_RAISED = re.compile(f"[^{RAISED}]+")
_RAISE = {c: r for r, c in zip(RAISED, "0123456789+-", strict=True)}


def clean(text: str, limit: int = MAX_LENGTH) -> str | Refusal:
    r"""Return the text with plain digits, signs and spaces, powers of ten written out, and markup removed.

    The work is linear in the length of the text and stops at the limit.

    >>> clean(" １．５％ "), clean("1.3×10²⁴"), clean("2500 mm²"), clean("<b>−39</b>")
    ('1.5%', '1.3×10^24', '2500 mm²', '-39')
    >>> clean("5\u200b0").reason
    'characters'
    """
    text = text.strip(_SPACES)
    if len(text) > limit:
        return Refusal("too_long", excerpt(text), f"{len(text):,} characters")
    bad = _FORBIDDEN.search(text)
    if bad:
        return Refusal("characters", excerpt(text), f"U+{ord(bad[0]):04X}")
    if "<" in text or "$" in text or "\\" in text or "**" in text:
        text = _without_markup(text)
    text = text.translate(_WIDE)
    if not text.isascii():
        text = _POWER.sub(lambda m: f"10^{m[1].translate(_DIGITS)}", text)
    return text.strip()


def _without_markup(text: str) -> str:
    """Return the text without bold and mathematics markup; what markup raises stays raised."""
    if "\\" in text:
        text = _MATHEMATICS.sub(r"\1", text)
    text = text.replace("\\times", "×").replace("\\%", "%").replace("\\sim", "~")
    text = _MARKUP.sub("", _RAISED_MARKUP.sub(lambda m: "".join(_RAISE[c] for c in (m[1] or m[2])), text))
    for mark in ("**", "$"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            text = text[len(mark) : -len(mark)]
    return text


def plain_digits(text: str) -> str:
    """Return raised digits and signs as plain ones.

    >>> plain_digits("⁻³")
    '-3'
    """
    return text.translate(_DIGITS)


def folded(text: str) -> str:
    """Return a text as names are compared in a search: narrow, in lower case, with plain dashes and single spaces.

    A raised digit stays raised, so that `mm²` is not `mm2`. Any text can be folded, and a folded one stays as it is.

    >>> folded("  ＮＶＩＤＩＡ　Ｈ１００ "), folded("ﬁber–optic mm²")
    ('nvidia h100', 'fiber-optic mm²')
    """
    text = text.translate(_WIDE)
    if text.isascii():
        return " ".join(text.lower().split())
    folding = text
    for _ in range(4):  # what case folding gives can be composed differently, and what that gives have a case again
        before = folding
        folding = _NOT_RAISED.sub(lambda m: unicodedata.normalize("NFKC", m[0]).casefold(), folding).translate(_WIDE)
        if folding == before:
            break
    return " ".join(folding.split())


def excerpt(text: str) -> str:
    """Return at most 60 characters of a text, for a message, without what a terminal would act on."""
    return _FORBIDDEN.sub("\ufffd", text if len(text) <= 60 else f"{text[:59]}…")
