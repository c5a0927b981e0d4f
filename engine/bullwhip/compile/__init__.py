"""Stage three: a checked program to one DAG of cells in topological order, with the values of its inputs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from bullwhip.compile.cells import Key, keys
from bullwhip.compile.expand import Expander, MissingCellError
from bullwhip.compile.select import check_policy, select_inputs
from bullwhip.errors import CompileError, LimitError, Problem, UsageError
from bullwhip.expr.dag import Dag
from bullwhip.expr.tree import Expr
from bullwhip.model.chain import Chain
from bullwhip.model.claim import Claim, Document
from bullwhip.model.derivation import Derivation
from bullwhip.model.policy import POLICY
from bullwhip.model.program import Cell, CheckedProgram, CompiledProgram
from bullwhip.model.quantity import index_text

__all__ = ["MAX_CELLS", "compile_program", "reselect"]

MAX_CELLS = 200_000


def compile_program(program: CheckedProgram) -> CompiledProgram:
    """Return the compiled program.

    Raises:
        CompileError: with a BW204 for every circle of rules, a BW214 for every reference to a cell that does not
            exist, a BW210 for every tie between facts.
        LimitError: BW901 when there are too many cells.
    """
    problems: list[Problem] = []
    wanted = {q.id: keys(q, program.dimensions, program.header.periods) for q in program.quantities.values()}
    total = sum(len(k) for k in wanted.values())
    if total > MAX_CELLS:
        raise LimitError(Problem("BW901", f"{total:,} cells; at most {MAX_CELLS:,} are compiled"))
    order = _order(program, wanted, problems)
    if problems:
        raise CompileError(problems)
    builder = _Builder(program, wanted)
    for key in order:
        builder.cell(key)
    given = select_inputs(program.claims, program.assumptions, program.documents, problems)
    if problems:
        raise CompileError(problems)
    return CompiledProgram(
        program.key,
        program.header,
        program.dimensions,
        program.quantities,
        {name: unit.factor for name, unit in program.units.items()},
        builder.dag,
        tuple(builder.cells),
        {builder.position[k]: v for k, v in sorted(given.items(), key=_sortable) if k in builder.position},
        program.assumptions,
        program.scenarios,
        program.documents,
        program.claims,
        program.derivations,
        program.chain,
        program.inference,
    )


def reselect(
    program: CompiledProgram, date: str = "", policy: str = POLICY, without: Collection[str] = ()
) -> CompiledProgram:
    """Return the program as it was known on a date, its inputs chosen among the claims known then by a policy.

    Args:
        program: the compiled program.
        date: an ISO date; only documents published by then are known. Everything is known when empty.
        policy: criteria of selection, see `bullwhip.compile.select`.
        without: ids of documents that are left out, with the assumptions that are read from them.

    Raises:
        UsageError: BW002 for a criterion that does not exist.
        CompileError: BW210 where the policy leaves two claims with different values equal.
    """
    wrong = check_policy(policy, [d.id for d in program.documents])
    if wrong:
        raise UsageError(wrong)
    documents = tuple(d for d in program.documents if (not date or d.published <= date) and d.id not in without)
    known = {d.id for d in documents}
    claims = tuple(c for c in program.claims if c.document in known)
    position = {(c.quantity, c.index, c.period): i for i, c in enumerate(program.cells)}
    problems: list[Problem] = []
    later = {d.id for d in program.documents} - known
    assumptions = tuple(a for a in program.assumptions if not later & {c.partition("/")[0] for c in a.claims})
    given = select_inputs(claims, assumptions, program.documents, problems, policy)
    if problems:
        raise CompileError(problems)
    kept = {position[k]: v for k, v in sorted(given.items(), key=_sortable) if k in position}
    return replace(
        program,
        given=kept,
        assumptions=assumptions,
        claims=claims,
        derivations=_derivations_as_of(program, claims),
        documents=documents,
        chain=_chain_as_of(program, claims, documents),
    )


def _derivations_as_of(program: CompiledProgram, claims: tuple[Claim, ...]) -> tuple[Derivation, ...]:
    """Keep the instances whose result and reads were all printed by then."""
    printed = {c.id for c in claims}
    return tuple(
        replace(
            d,
            instances=tuple(
                i for i in d.instances if i.result.claim in printed and all(f.claim in printed for f in i.reads)
            ),
        )
        for d in program.derivations
    )


def _chain_as_of(program: CompiledProgram, claims: tuple[Claim, ...], documents: tuple[Document, ...]) -> Chain:
    chain, known, printed = program.chain, {d.id for d in documents}, {c.id for c in claims}
    return replace(
        chain,
        supplies=tuple(s for s in chain.supplies if s.document in known),
        shares=tuple(s for s in chain.shares if s.claim in printed),
        mentions=tuple(m for m in chain.mentions if m.document in known),
        relations=tuple(r for r in chain.relations if r.document in known),
    )


def _sortable(item: tuple[Key, object]) -> tuple[str, tuple[tuple[str, str], ...], int]:
    (name, index, period), _ = item
    return name, index, period or 0


def _definitions(program: CheckedProgram, key: Key) -> list[tuple[str, Expr]]:
    """Return the default expression of a cell, named "", and its variants; nothing for an input."""
    name, _, period = key
    rule = program.rules.get(name)
    if rule is None or period in program.quantities[name].given:
        return []
    return [("", rule.expression), *rule.variants]


def _order(program: CheckedProgram, wanted: dict[str, tuple[Key, ...]], problems: list[Problem]) -> list[Key]:
    """Return all cells, those that a cell reads before it; report circles and missing cells."""
    number: dict[Key, int] = {k: i for i, k in enumerate(key for name in wanted for key in wanted[name])}
    listed = list(number)
    found: list[int] = []

    def node_of(key: Key) -> int | None:
        position = number.get(key)
        if position is not None:
            found.append(position)
        return position

    scout = Expander(program.quantities, program.dimensions, program.units, program.header.periods, _Scout(), node_of)
    sorter: TopologicalSorter[int] = TopologicalSorter()
    reads: dict[int, list[int]] = {}
    reported: set[tuple[str, tuple[int, int]]] = set()
    for key, position in number.items():
        found.clear()
        for _, tree in _definitions(program, key):
            try:
                scout.expand(key, tree)
            except MissingCellError as error:
                if (key[0], error.span) not in reported:
                    reported.add((key[0], error.span))
                    problems.append(_missing(program, key, error))
        reads[position] = sorted(set(found))
        sorter.add(position, *reads[position])
    try:
        return [listed[i] for i in _by_level(list(sorter.static_order()), reads)]
    except CycleError as error:
        circle = [listed[i] for i in error.args[1]]
        path = " -> ".join(index_text(*k) for k in reversed(circle))
        names = list(dict.fromkeys(k[0] for k in circle))
        hint = "break the circle with a lag, x[t-1], or make one of them a driver"
        problems.append(
            Problem("BW204", f"rules depend on each other in a circle: {path}", program.places[names[0]], hint)
        )
        return []


def _by_level(order: list[int], reads: dict[int, list[int]]) -> list[int]:
    """Return cells by the longest way to them from inputs, then by name: rules beside the point do not change it."""
    level: dict[int, int] = {}
    for i in order:
        level[i] = 1 + max((level[j] for j in reads[i]), default=0)
    return sorted(order, key=lambda i: (level[i], i))


class _Scout(Dag):
    """A DAG that keeps nothing: used to learn which cells an expression reads."""

    def node(self, *node: object) -> int:
        return 0

    def constant(self, i: int) -> None:
        return None


def _missing(program: CheckedProgram, key: Key, error: MissingCellError) -> Problem:
    place, written = program.places[key[0]], program.quantities[key[0]].expression
    if place.text[place.column - 1 :].startswith(written):  # on one line, so that the reference can be pointed at
        start, end = error.span
        place = replace(place, column=place.column + start, length=end - start)
    return Problem("BW214", f"in {index_text(*key)}: {error}", place, error.hint)


class _Builder:
    """Builds cells in order; every definition exists before the node of its cell."""

    def __init__(self, program: CheckedProgram, wanted: dict[str, tuple[Key, ...]]) -> None:
        self.program = program
        self.dag = Dag()
        self.cells: list[Cell] = []
        self.position: dict[Key, int] = {}
        self.expander = Expander(
            program.quantities,
            program.dimensions,
            program.units,
            program.header.periods,
            self.dag,
            self._node,
        )

    def _node(self, key: Key) -> int | None:
        position = self.position.get(key)
        return None if position is None else self.cells[position].node

    def cell(self, key: Key) -> None:
        definitions = [(name, self.expander.expand(key, tree)) for name, tree in _definitions(self.program, key)]
        position = self.position[key] = len(self.cells)
        node = self.dag.cell(position)
        default = definitions[0][1] if definitions else -1
        self.cells.append(Cell(*key, node, default, tuple(definitions[1:])))
