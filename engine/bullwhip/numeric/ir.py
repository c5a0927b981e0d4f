"""Segments of a tape as LLVM assembly: vectors of doubles, every operation rounded as IEEE 754 says, nothing fused.

Each segment is a function over a run of lanes; a group calls its segments for one block of lanes after the other, so
that the rows between them stay in the cache and their code is fetched once a block.
"""

from __future__ import annotations

import math
import struct

from bullwhip.numeric.ops import SELECTS, Op, Tape
from bullwhip.numeric.segments import Plan

__all__ = ["assembly"]

_ARITHMETIC = {"+": "fadd", "-": "fsub", "*": "fmul"}
_INTRINSICS = {"sqrt": "sqrt", "abs": "fabs", "floor": "floor", "ceil": "ceil"}
_SEGMENT = "ptr {0}%x, i64 %xs, ptr {0}%y, i64 %ys, ptr {0}%v, i64 %vs, i64 %n, ptr {0}%f"
_CALL = "ptr %xb, i64 %xs, ptr %yb, i64 %ys, ptr %v, i64 %vs, i64 %m, ptr %f"


def assembly(tape: Tape, cut: Plan, width: int) -> str:
    """Return the module: functions `g0`, `g1`, … for the groups of a plan.

    `gK(x, xs, y, ys, v, vs, n, step, f)` runs n lanes, a multiple of `width`, in blocks of `step`: inputs from `x` with
    rows `xs` doubles apart, outputs to `y`, rows between segments in `v`. `f` holds two vectors of integers; what is
    added to the first is not zero where an input is not finite, to the second where an output is not.
    """
    writer = _Writer(tape, cut, width)
    parts = [f"declare {writer.vector} @llvm.{n}.v{width}f64({writer.vector})" for n in _INTRINSICS.values()]
    for k, group in enumerate(cut.groups):
        parts += [writer.segment(f"g{k}s{m}", part) for m, part in enumerate(group)]
        parts.append(_group(f"g{k}", len(group)))
    return "\n".join(parts)


def _group(name: str, segments: int) -> str:
    calls = "\n".join(f"  call void @{name}s{m}({_CALL})" for m in range(segments))
    return f"""
define void @{name}(ptr %x, i64 %xs, ptr %y, i64 %ys, ptr %v, i64 %vs, i64 %n, i64 %step, ptr %f) {{
entry:
  br label %loop
loop:
  %b = phi i64 [ 0, %entry ], [ %next, %loop ]
  %left = sub i64 %n, %b
  %short = icmp slt i64 %left, %step
  %m = select i1 %short, i64 %left, i64 %step
  %xb = getelementptr double, ptr %x, i64 %b
  %yb = getelementptr double, ptr %y, i64 %b
{calls}
  %next = add i64 %b, %step
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}}"""


def double(value: float) -> str:
    """Return a double as LLVM writes it, all bits.

    >>> double(1.5), double(float("nan"))
    ('0x3FF8000000000000', '0x7FF8000000000000')
    """
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"


class _Writer:
    """Writes segments; it knows which slots are never NaN."""

    def __init__(self, tape: Tape, cut: Plan, width: int) -> None:
        self.tape, self.cut, self.width = tape, cut, width
        self.vector, self.words = f"<{width} x double>", f"<{width} x i64>"
        self.nan = self.splat(math.nan)
        self.zero = self.splat(0.0)
        self.outputs: dict[int, list[int]] = {}
        for k, s in enumerate(tape.results):
            self.outputs.setdefault(s, []).append(k)
        self.lines: list[str] = []
        self.names: dict[int, str] = {}
        self.acc = ["%a0", "%o0"]
        self.count = 0

    def splat(self, value: float) -> str:
        """Return a vector of equal doubles."""
        return "<" + ", ".join([f"double {double(value)}"] * self.width) + ">"

    def sure(self, slot: int) -> bool:
        """Return whether a slot is never NaN: an input, which is checked, or a constant."""
        first = len(self.tape.inputs)
        return slot < first or (slot < self.tape.first_op and not math.isnan(self.tape.constants[slot - first]))

    def segment(self, name: str, part: range) -> str:
        """Return a segment as a function that loops over lanes."""
        self.lines, self.names, self.acc, self.count = [], {}, ["%a0", "%o0"], 0
        for slot in part:
            op = self.tape.ops[slot - self.tape.first_op]
            self.names[slot] = self.operation(op, [self.read(a) for a in op.arguments])
            if slot in self.cut.rows:
                self.store("%v", "%vs", self.cut.rows[slot], self.names[slot])
            for k in self.outputs.get(slot, ()):
                self.write(k, self.names[slot])
        body = "\n".join(self.lines)
        w = self.words
        return f"""
define internal void @{name}({_SEGMENT.format("noalias ")}) {{
entry:
  %fo = getelementptr {w}, ptr %f, i64 1
  %a = load {w}, ptr %f, align 8
  %o = load {w}, ptr %fo, align 8
  br label %loop
loop:
  %s = phi i64 [ 0, %entry ], [ %next, %loop ]
  %a0 = phi {w} [ %a, %entry ], [ {self.acc[0]}, %loop ]
  %o0 = phi {w} [ %o, %entry ], [ {self.acc[1]}, %loop ]
{body}
  %next = add i64 %s, {self.width}
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  store {w} {self.acc[0]}, ptr %f, align 8
  store {w} {self.acc[1]}, ptr %fo, align 8
  ret void
}}"""

    # -- memory -----------------------------------------------------------------------------------------------------

    def line(self, text: str) -> str:
        """Add an instruction; return the name of its result."""
        self.count += 1
        self.lines.append(f"  %t{self.count} = {text}")
        return f"%t{self.count}"

    def place(self, base: str, stride: str, row: int) -> str:
        """Return the address of the lanes at hand in a row."""
        start = self.line(f"mul i64 {stride}, {row}") if row else "0"
        at = self.line(f"add i64 {start}, %s") if row else "%s"
        return self.line(f"getelementptr double, ptr {base}, i64 {at}")

    def read(self, slot: int) -> str:
        """Return a slot as an operand, loaded where it comes from outside the segment."""
        if slot in self.names:
            return self.names[slot]
        first = len(self.tape.inputs)
        if first <= slot < self.tape.first_op:
            self.names[slot] = self.splat(self.tape.constants[slot - first])
        elif slot < first:
            value = self.line(f"load {self.vector}, ptr {self.place('%x', '%xs', slot)}, align 8")
            self.accumulate(0, value)
            self.names[slot] = value
        else:
            at = self.place("%v", "%vs", self.cut.rows[slot])
            self.names[slot] = self.line(f"load {self.vector}, ptr {at}, align 8")
        return self.names[slot]

    def store(self, base: str, stride: str, row: int, value: str) -> None:
        """Write the lanes at hand to a row."""
        self.lines.append(f"  store {self.vector} {value}, ptr {self.place(base, stride, row)}, align 8")

    def write(self, k: int, value: str) -> None:
        """Write an output; adding 0 makes -0 the one zero there is."""
        settled = self.line(f"fadd {self.vector} {value}, {self.zero}")
        self.accumulate(1, settled)
        self.store("%y", "%ys", k, settled)

    def accumulate(self, which: int, value: str) -> None:
        """Note whether a value is finite: only then it is 0 less itself, with all bits clear."""
        rest = self.line(f"fsub {self.vector} {value}, {value}")
        bits = self.line(f"bitcast {self.vector} {rest} to {self.words}")
        self.acc[which] = self.line(f"or {self.words} {self.acc[which]}, {bits}")

    # -- operations -------------------------------------------------------------------------------------------------

    def operation(self, op: Op, v: list[str]) -> str:
        """Add an operation; return the name of its result."""
        t = self.vector
        if op.name in _ARITHMETIC:
            return self.line(f"{_ARITHMETIC[op.name]} {t} {v[0]}, {v[1]}")
        if op.name in _INTRINSICS:
            return self.line(f"call {t} @llvm.{_INTRINSICS[op.name]}.v{self.width}f64({t} {v[0]})")
        if op.name == "neg":
            return self.line(f"fneg {t} {v[0]}")
        if op.name == "/":
            quotient = self.line(f"fdiv {t} {v[0]}, {v[1]}")
            return self.chosen(self.test("oeq", v[1], self.zero), self.nan, quotient)
        if op.name == "sign":
            low = self.chosen(self.test("olt", v[0], self.zero), self.splat(-1.0), v[0])
            return self.chosen(self.test("ogt", v[0], self.zero), self.splat(1.0), low)
        if op.name in SELECTS:
            return self.select(op, v)
        return self.extreme(op, v)

    def select(self, op: Op, v: list[str]) -> str:
        """Add a choice; it has no value where a side of its condition has none."""
        found = self.chosen(self.test("olt" if op.name == "<" else "ole", v[0], v[1]), v[2], v[3])
        doubtful = [v[k] for k in (0, 1) if not self.sure(op.arguments[k])]
        if not doubtful:
            return found
        return self.chosen(self.test("uno", doubtful[0], doubtful[-1]), self.nan, found)

    def extreme(self, op: Op, v: list[str]) -> str:
        """Add the least or greatest of two; the machine's gives the second where either is NaN."""
        a, b = v if self.sure(op.arguments[0]) or not self.sure(op.arguments[1]) else v[::-1]
        found = self.chosen(self.test("olt" if op.name == "min" else "ogt", a, b), a, b)
        if any(self.sure(s) for s in op.arguments):
            return found
        return self.chosen(self.test("uno", a, a), a, found)

    def test(self, condition: str, a: str, b: str) -> str:
        """Add a comparison."""
        return self.line(f"fcmp {condition} {self.vector} {a}, {b}")

    def chosen(self, condition: str, a: str, b: str) -> str:
        """Add a choice lane by lane."""
        return self.line(f"select <{self.width} x i1> {condition}, {self.vector} {a}, {self.vector} {b}")
