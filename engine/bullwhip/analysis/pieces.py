"""A range of the unknown cut into pieces: on each, a quantity is one quotient of polynomials.

Pieces are open intervals and the points between them, in order, both ends of the range included. Nothing is sampled: a
piece ends exactly where a border of its reading has its next root.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bullwhip.analysis.line import Gap, Line, Reading
from bullwhip.analysis.polynomial import Polynomial
from bullwhip.analysis.real import Real, between, roots

__all__ = ["MAX_PIECES", "NotCutError", "Piece", "TooManyPiecesError", "cut"]

MAX_PIECES = 400
"""Open pieces up to which a range is cut; a quantity of more steps is bracketed first."""


class NotCutError(ArithmeticError):
    """A range has a piece on which the quantity is no quotient of polynomials; the message says why."""


class TooManyPiecesError(NotCutError):
    """A range has more pieces than are cut."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An open interval, or a point where both ends are the same, with what the quantity is there."""

    low: Real
    high: Real
    reading: Reading

    @property
    def is_point(self) -> bool:
        """Whether it is a point."""
        return self.low is self.high


def cut(line: Line, low: Fraction, high: Fraction) -> list[Piece]:
    """Return the pieces of a closed range, in order.

    Raises:
        NotCutError: where one needs another function than a quotient of polynomials, or there are too many.
    """
    ends = Real.rational(low), Real.rational(high)
    known: dict[Polynomial, list[Real]] = {}
    found: list[Piece] = []
    todo = [ends] if low < high else []
    while todo:
        a, b = todo.pop()
        piece = _around(line, a, b, known, ends)
        found.append(piece)
        if len(found) > MAX_PIECES:
            raise TooManyPiecesError(f"it has more than {MAX_PIECES} pieces")
        if piece.high is not b:
            todo.append((piece.high, b))
        if piece.low is not a:
            todo.append((a, piece.low))
    found.sort(key=lambda p: p.low)
    points = [ends[0], *(p.high for p in found)]
    result = [_at(line, points[0])]
    for piece, point in zip(found, points[1:], strict=True):
        result += [piece, _at(line, point)]
    return result


def _at(line: Line, place: Real) -> Piece:
    return Piece(place, place, _checked(line.read(place)))


def _checked(reading: Reading) -> Reading:
    if isinstance(reading.output, Gap) and not reading.output.code:
        raise NotCutError(reading.output.message)
    return reading


def _around(line: Line, a: Real, b: Real, known: dict[Polynomial, list[Real]], ends: tuple[Real, Real]) -> Piece:
    """Return the piece around some place between two numbers."""
    low, high = a, b
    while True:
        place = Real.rational(between(low, high))
        reading = _checked(line.read(place))
        met = [p for p in reading.borders if place.sign_of(p) == 0]
        if not met:
            break
        low = place  # a border passes through the place itself: the next one is to its right
    for border in reading.borders:
        if border not in known:
            known[border] = roots(border, ends[0].low, ends[1].high)
        for root in known[border]:
            if root < place:
                a = root if a < root else a
            elif root < b:
                b = root
    return Piece(a, b, reading)
