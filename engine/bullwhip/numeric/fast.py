"""The compiled backend: a tape as vector code by llvmlite, the same bits as the NumPy one."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt

from bullwhip.numeric.ir import assembly
from bullwhip.numeric.lanes import fitting, output, refuse_columns, settle
from bullwhip.numeric.ops import Tape
from bullwhip.numeric.segments import LIBRARY, Plan, plan
from bullwhip.numeric.steps import Columns, Flags, Places, Step, perform, step

__all__ = ["FastKernel"]

_SMALL, _LARGE = 1_000, 10_000
"""Up to so many operations a tape is one segment of double width; beyond so many, compiling would take too long."""
_SEGMENT = 100
"""Operations of a segment of a larger tape."""
_BLOCK = 128
"""Lanes of a block between segments; the rows of a tape of ten thousand rules then fit a second-level cache."""
_LIBRARY_BLOCK = 8192
"""Lanes of a block where NumPy takes part."""

_Words = npt.NDArray[np.int64]
_P, _I = ctypes.c_void_p, ctypes.c_int64
_GROUP = ctypes.CFUNCTYPE(None, _P, _I, _P, _I, _P, _I, _I, _I, _P)


class _Code:
    """Compiled groups; the engine lives as long as they do."""

    def __init__(self, tape: Tape, cut: Plan) -> None:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        features = llvm.get_host_cpu_features()
        self.width = 8 if features.get("avx512f") else 4 if features.get("avx") else 2
        if len(tape.ops) <= _SMALL:
            self.width *= 2  # two independent chains of operations keep the processor busy
        module = llvm.parse_assembly(assembly(tape, cut, self.width))
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=features.flatten(), opt=0 if len(tape.ops) > _LARGE else 2
        )
        self.engine = llvm.create_mcjit_compiler(module, machine)
        self.engine.finalize_object()
        self.groups = [_GROUP(self.engine.get_function_address(f"g{k}")) for k in range(len(cut.groups))]


@dataclass
class FastKernel:
    """A tape run by compiled code."""

    tape: Tape
    backend: str = "fast"
    _plan: Plan = field(init=False, repr=False)
    _code: _Code = field(init=False, repr=False)
    _library: list[Step] = field(default_factory=list, init=False, repr=False)
    """What NumPy does, and the outputs it makes: place and number."""
    _filed: list[list[tuple[int, int]]] = field(default_factory=list, init=False, repr=False)
    _copied: list[tuple[int, int]] = field(default_factory=list, init=False, repr=False)
    """Outputs that are inputs or constants."""
    _apart: list[int] = field(default_factory=list, init=False, repr=False)
    """Inputs that no compiled code reads, and so checks."""

    def __post_init__(self) -> None:
        tape = self.tape
        self._plan = plan(tape, _SEGMENT if len(tape.ops) > _SMALL else _SMALL)
        self._code = _Code(tape, self._plan)
        rows = {s: tape.first_op + r for s, r in self._plan.rows.items()}
        for slot in self._plan.library:
            op = tape.ops[slot - tape.first_op]
            self._library.append(step(op, [rows.get(a, a) for a in op.arguments], rows[slot]))
            self._filed.append([(rows[slot], k) for k, s in enumerate(tape.results) if s == slot])
        self._copied = [(s, k) for k, s in enumerate(tape.results) if s < tape.first_op]
        read = {a for op in tape.ops if op.name not in LIBRARY for a in op.arguments}
        self._apart = [k for k in range(len(tape.inputs)) if k not in read]

    def __reduce__(self) -> tuple[Any, ...]:
        return (FastKernel, (self.tape,))

    def __call__(self, columns: Columns, *, allow_invalid: bool = False, out: Columns | None = None) -> Columns:
        """Evaluate the tape at every lane; see `Kernel`."""
        columns = fitting(self.tape, columns)
        count, width = columns.shape[1], self._code.width
        result = output(self.tape, count, out)
        regular = columns.strides[1] == 8 and columns.strides[0] % 8 == 0
        given = columns if regular else np.ascontiguousarray(columns)
        flags = np.zeros((2, width), dtype=np.int64)
        if 0 < count < width:
            padded = np.repeat(given[:, -1:], width, axis=1)
            padded[:, :count] = given
            found = np.empty((len(self.tape.results), width))
            self._run(padded, found, flags)
            result[:] = found[:, :count]
        elif count:
            whole = count // width * width
            self._run(given[:, :whole], result[:, :whole], flags)
            if whole < count:  # the last lanes once more: the same code, the same bits
                self._run(given[:, -width:], result[:, -width:], flags)
        if flags[0].any() or not np.isfinite(given[self._apart]).all():
            refuse_columns(self.tape, columns)
        if flags[1].any():
            settle(self.tape, columns, result, allow_invalid)
        return result

    def _run(self, given: Columns, result: Columns, flags: _Words) -> None:
        """Run a whole number of vectors."""
        count = given.shape[1]
        several = len(self._plan.groups) > 1 or bool(self._copied)
        if several:
            for start in range(0, count, _LIBRARY_BLOCK):
                stop = min(start + _LIBRARY_BLOCK, count)
                self._mixed(given[:, start:stop], result[:, start:stop], flags)
        else:
            lanes = min(count, _BLOCK if len(self._plan.groups[0]) > 1 else count)
            self._group(0, given, result, np.empty((self._plan.height, lanes)), flags)

    def _mixed(self, given: Columns, result: Columns, flags: _Words) -> None:
        """Run one block, compiled groups and what NumPy does in turn."""
        rows = np.empty((self._plan.height, given.shape[1]))
        places: Places = [*given, *self.tape.constants, *rows]
        for k in range(len(self._plan.groups)):
            self._group(k, given, result, rows, flags)
            if k < len(self._library):
                with np.errstate(all="ignore"):
                    perform(self._library[k], places, Flags())
                self._fill(self._filed[k], places, result, flags)
        self._fill(self._copied, places, result, flags)

    def _group(self, k: int, given: Columns, result: Columns, rows: Columns, flags: _Words) -> None:
        if self._plan.groups[k]:
            across, down = given.strides[0] // 8, result.strides[0] // 8
            x, y, v, f = given.ctypes.data, result.ctypes.data, rows.ctypes.data, flags.ctypes.data
            self._code.groups[k](x, across, y, down, v, rows.shape[1], given.shape[1], rows.shape[1], f)

    def _fill(self, copies: list[tuple[int, int]], places: Places, result: Columns, flags: _Words) -> None:
        """Write outputs that no compiled code makes."""
        for place, k in copies:
            np.add(places[place], 0.0, out=result[k])
            flags[1, 0] |= not np.isfinite(result[k]).all()
