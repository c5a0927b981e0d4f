"""Points that fill a cube evenly: randomised digital nets, each a function of seed, replicate and index.

I. M. Sobol', "On the distribution of points in a cube and the approximate evaluation of integrals", USSR
Computational Mathematics and Mathematical Physics 7 (1967) 86-112: one primitive polynomial over GF(2) an axis.
Every replicate is scrambled by random lower triangular matrices and a random shift (J. Matoušek, "On the
L2-discrepancy for anchored boxes", Journal of Complexity 14 (1998) 527-556), so that replicates are independent and
their spread is honest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from bullwhip.sweep.sampling import uniforms

__all__ = ["MAX_DIMENSIONS", "Net", "net"]

_BITS = 32
MAX_DIMENSIONS = 4000
Words = NDArray[np.uint32]

_SALTS = bytes.fromhex(
    "0000000c0107ab1b981a7e149795995f6f02972b7c3e5e3e595d43a0a6d5c49d8d958afe7f6359b85ad9d0bdaa4220a0"
    "5d1c3e70a2007bce618c1e90da101a222e5799a77e6c00b1b8b20792aeeecf9fdcfe040d40066b7df9eb7143f17bf0ff"
    "23da0414209deea6900684e8da224d47610db51c882f896520a88f1a74eb9c7d"
)
"""For the first axes, which of 256 hashes fixes the free direction numbers: the one whose planes with every earlier
axis are filled best, by the t-values of their 2^6 to 2^14 points (S. Joe and F. Y. Kuo, "Constructing Sobol sequences
with better two-dimensional projections", SIAM Journal on Scientific Computing 30 (2008) 2635-2654, ask for this)."""


@lru_cache(maxsize=8)
def _primitive(count: int) -> tuple[int, ...]:
    """Return the first primitive polynomials over GF(2) as bits, x + 1 first."""
    found: list[int] = []
    candidate = 3
    while len(found) < count:
        if _is_primitive(candidate):
            found.append(candidate)
        candidate += 2
    return tuple(found)


def _is_primitive(polynomial: int) -> bool:
    """Return whether x has the full order 2^n - 1 modulo a polynomial of degree n."""
    degree = polynomial.bit_length() - 1
    order = (1 << degree) - 1
    if degree == 1:
        return True
    return _power(order, polynomial) == 1 and all(_power(order // p, polynomial) != 1 for p in _primes(order))


def _power(exponent: int, modulus: int) -> int:
    """Return x to a power modulo a polynomial."""
    result, base = 1, 2
    while exponent:
        if exponent & 1:
            result = _product(result, base, modulus)
        base = _product(base, base, modulus)
        exponent >>= 1
    return result


def _product(a: int, b: int, modulus: int) -> int:
    degree = modulus.bit_length() - 1
    result = 0
    while b:
        if b & 1:
            result ^= a
        a <<= 1
        if a >> degree:
            a ^= modulus
        b >>= 1
    return result


def _primes(number: int) -> list[int]:
    found, factor = [], 3
    while factor * factor <= number:
        if number % factor == 0:
            found.append(factor)
            while number % factor == 0:
                number //= factor
        factor += 2
    return [*found, number] if number > 1 else found


@lru_cache(maxsize=8)
def _directions(dimensions: int) -> Words:
    """Return the direction numbers, `(dimensions, 32)`; the free ones are fixed by a hash of the dimension."""
    numbers = np.zeros((dimensions, _BITS), np.uint32)
    numbers[0] = [1 << (_BITS - 1 - i) for i in range(_BITS)]
    for d, polynomial in enumerate(_primitive(dimensions - 1), 1):
        degree = polynomial.bit_length() - 1
        salt = _SALTS[d] if d < len(_SALTS) else 0
        free = int.from_bytes(blake2b(f"direction {d} {salt}".encode(), digest_size=64).digest(), "little")
        v: list[int] = []
        for i in range(_BITS):
            if i < degree:
                odd = (free >> (i * (i + 1) // 2)) % (1 << i) * 2 + 1 if i else 1
                v.append(odd << (_BITS - 1 - i))
                continue
            word = v[i - degree] ^ (v[i - degree] >> degree)
            for k in range(1, degree):
                if polynomial >> (degree - k) & 1:
                    word ^= v[i - k]
            v.append(word)
        numbers[d] = v
    return numbers


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """2^k points of a cube, for any k up to 32."""

    directions: Words
    """`(dimensions, 32)`."""
    shift: Words
    """`(dimensions,)`."""

    def points(self, start: int, log2: int) -> NDArray[np.float64]:
        """Return 2^log2 points from an index that is a multiple of it: `(dimensions, 2^log2)`, between 0 and 1.

        >>> np.sort(net(1, 0, 2).points(0, 2)[1] * 4).astype(int).tolist()
        [0, 1, 2, 3]
        """
        first = self.shift.copy()
        for bit in range(_BITS):
            if start >> bit & 1:
                first ^= self.directions[:, bit]
        words = first[:, None]
        for bit in range(log2):
            words = np.concatenate([words, words ^ self.directions[:, bit : bit + 1]], axis=1)
        points = words.astype(np.float64)
        points += 0.5
        points *= 2.0**-_BITS
        return points


def net(seed: int, replicate: int, dimensions: int) -> Net:
    """Return one randomised net.

    Args:
        seed: of the sweep.
        replicate: its number.
        dimensions: of the cube, at most MAX_DIMENSIONS.
    """
    generator = uniforms(seed, "net", replicate)
    raw = generator.random_raw(dimensions * (_BITS + 1)).astype(np.uint64) >> np.uint64(32)
    random = raw.astype(np.uint32).reshape(dimensions, _BITS + 1)
    rows = np.arange(_BITS, dtype=np.uint32)
    diagonal = np.uint32(1) << (np.uint32(31) - rows)
    above = ~(diagonal | (diagonal - np.uint32(1)))  # the leading bits: a row of the matrix reads only those
    masks = (random[:, :_BITS] & above) | diagonal
    read = masks[:, None, :] & _directions(dimensions)[:, :, None]  # dimension, direction, row
    for fold in (16, 8, 4, 2, 1):
        read ^= read >> np.uint32(fold)
    scrambled = ((read & np.uint32(1)) << (np.uint32(31) - rows)).sum(axis=2, dtype=np.uint32)
    return Net(scrambled, random[:, _BITS])
