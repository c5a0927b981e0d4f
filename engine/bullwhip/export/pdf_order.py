"""A PDF whose objects stand in the order in which they are referred to, with properties of the document.

The writer numbers fonts in the order of a hash table, another one in each run; here the same picture gives the same
bytes. What is no PDF of that simple kind (one classic table of objects, ISO 32000-1 §7.5.4) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["ordered_pdf"]

_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_RESOURCES = re.compile(rb"(/(?:Font|XObject|ExtGState|ColorSpace|Pattern|Shading) <<\n)((?:[ ]*/\w+ \d+ 0 R\n)+)")
_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj\s*\Z", re.DOTALL)
_TABLE = re.compile(rb"xref\n0 \d+\n((?:\d{10} \d{5} [nf][ \r]?\n)+)trailer(.*)", re.DOTALL)
_STREAM = b"\nstream\n"


def ordered_pdf(pdf: bytes, properties: Mapping[str, str]) -> bytes:
    """Return a PDF with its objects in order, and properties such as Title, Subject, Keywords.

    Args:
        pdf: a document with one page and a classic table of objects.
        properties: texts by name.
    """
    objects, root = _objects(pdf)
    if root not in objects:
        return pdf
    numbers = _numbers(objects, root)
    info = len(numbers) + 1
    entries = b"".join(
        b"  /%s <feff%s>\n" % (name.encode(), words.encode("utf-16-be", "replace").hex().encode())
        for name, words in properties.items()
    )
    bodies = [_renumbered(objects[old], numbers) for old in numbers] + [b"<<\n%s>>" % entries]
    out, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\n"), list[int]()
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (info + 1, table)
    out += b"trailer\n<<\n  /Size %d\n  /Root %d 0 R\n  /Info %d 0 R\n>>\n" % (info + 1, numbers[root], info)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _objects(pdf: bytes) -> tuple[dict[int, bytes], int]:
    """Return the objects of a document by number, and the number of its root; none where it is of another kind."""
    start = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", pdf)
    table = _TABLE.match(pdf, int(start[1])) if start else None
    root = re.search(rb"/Root (\d+) 0 R", table[2]) if table else None
    if start is None or table is None or root is None:
        return {}, 0
    begins = sorted(int(line[:10]) for line in table[1].splitlines() if line.rstrip().endswith(b"n"))
    found: dict[int, bytes] = {}
    for begin, end in zip(begins, [*begins[1:], int(start[1])], strict=True):
        match = _OBJECT.match(pdf[begin:end])
        if match is None:
            return {}, 0
        head, stream, data = match[2].partition(_STREAM)
        ordered = _RESOURCES.sub(lambda m: m[1] + b"".join(sorted(m[2].splitlines(keepends=True))), head)
        found[int(match[1])] = ordered + stream + data
    return found, int(root[1])


def _numbers(objects: Mapping[int, bytes], root: int) -> dict[int, int]:
    """Return the new number of every object that the root reaches, in the order in which they are met."""
    numbers: dict[int, int] = {}
    waiting = [root]
    while waiting:
        old = waiting.pop()
        if old in numbers or old not in objects:
            continue
        numbers[old] = len(numbers) + 1
        head = objects[old].partition(_STREAM)[0]
        waiting += [int(n) for n in reversed(_REFERENCE.findall(head))]
    return numbers


def _renumbered(body: bytes, numbers: Mapping[int, int]) -> bytes:
    head, stream, data = body.partition(_STREAM)
    return _REFERENCE.sub(lambda m: b"%d 0 R" % numbers.get(int(m[1]), 0), head) + stream + data
