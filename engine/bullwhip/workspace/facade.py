"""`Workspace`: open once, ask many times; it wires the stages and holds no logic of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.model.answer import Exposure, Sensitivity, Value
from bullwhip.model.policy import POLICY
from bullwhip.model.program import CompiledProgram
from bullwhip.model.shown import Shown
from bullwhip.propagate import Evaluation
from bullwhip.workspace import answering, listing
from bullwhip.workspace.demand import Demand
from bullwhip.workspace.naming import parse_set, read_date, select_cells
from bullwhip.workspace.opening import open_program
from bullwhip.workspace.showing import lists_show_as_tables

if TYPE_CHECKING:
    from rdflib import Dataset

    from bullwhip.audit import AuditRow
    from bullwhip.audit.conflicts import Conflict
    from bullwhip.datalog.inferred import Inferred
    from bullwhip.model.attribution import Difference
    from bullwhip.model.bottleneck import Bottleneck
    from bullwhip.model.exposure import CompanyExposure
    from bullwhip.model.fact_answer import FactAnswer
    from bullwhip.model.readback import ReadBack
    from bullwhip.model.search import Found
    from bullwhip.model.simulation import Simulation
    from bullwhip.model.solution import Solution
    from bullwhip.model.storing import Published
    from bullwhip.numeric.kernel import Backend, Kernel
    from bullwhip.query.sparql import Table
    from bullwhip.store.interface import Store
    from bullwhip.sweep.executors import Progress
    from bullwhip.workspace.reading import Outcome
    from bullwhip.workspace.solving import Unknown

__all__ = ["Workspace"]


@lists_show_as_tables
class Workspace(Shown):
    """An opened workspace under one scenario.

    >>> ws = Workspace.open()
    >>> ws.demand("accelerator.count[chip=a100_sxm]", period=2023).value
    Fraction(2265625000, 819)
    >>> ws.with_values("training.utilization=0.6").demand("accelerator.count[chip=a100_sxm]", period=2023).value * 2
    Fraction(2265625000, 819)
    """

    def __init__(
        self,
        program: CompiledProgram,
        files: Mapping[str, bytes],
        scenario: str = "base",
        values: Sequence[str] = (),
        as_of_date: str = "",
        policy: str = "",
    ) -> None:
        """Use `Workspace.open`; this takes an already compiled program, as known on a date where one is given."""
        self.program = program
        self.files = files
        self.scenario_id = scenario
        self.values = tuple(values)
        self.as_of_date = as_of_date
        self.policy = policy
        overrides, variants = self._scenario(scenario)
        for text in self.values:
            selection, value = parse_set(program, text)
            overrides.update(dict.fromkeys(selection.positions, value))
        self.evaluation = Evaluation(program, overrides, variants)

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        scenario: str = "base",
        values: Sequence[str] = (),
        as_of: str = "",
        policy: str = "",
    ) -> Workspace:
        """Open a workspace: the shipped one, or the folder at `path`.

        Args:
            path: a folder that holds `rules/`, and `ontology/` and `queries/` beside it.
            scenario: id of a scenario; `base` is the facts and assumptions as they are.
            values: changes on top of the scenario, `ID[dimension=member,…]=NUMBER[ UNIT]`.
            as_of: an ISO date; only documents published by then are known.
            policy: criteria that choose among claims on one input, the first decides first, e.g. `actual,later,table`,
                which is the default; also `estimate`, `earlier`, `text`, `document:ID`.

        Raises:
            BullwhipError: with every problem found.
        """
        program, files = open_program(Path(path) if path is not None else None)
        if as_of or policy:
            from bullwhip.compile import reselect

            program = reselect(program, read_date(as_of), policy or POLICY)
        return cls(program, files, scenario, values, as_of, policy)

    def scenario(self, scenario: str) -> Workspace:
        """Return the same workspace under another scenario."""
        return Workspace(self.program, self.files, scenario, self.values, self.as_of_date, self.policy)

    def with_values(self, *values: str) -> Workspace:
        """Return the same workspace with more inputs set; this one is unchanged."""
        both = (*self.values, *values)
        return Workspace(self.program, self.files, self.scenario_id, both, self.as_of_date, self.policy)

    def known_on(self, date: str) -> Workspace:
        """Return the same workspace as it was known on a date: only documents published by then count.

        Raises:
            UsageError: BW002 for a text that is no date, or where this workspace knows one date only.
        """
        if self.as_of_date:
            message = f"this workspace is opened as known on {self.as_of_date}"
            raise UsageError(Problem("BW002", message, hint="open it without a date, then choose one"))
        from bullwhip.compile import reselect

        wanted = read_date(date)
        program = reselect(self.program, wanted, self.policy or POLICY)
        return Workspace(program, self.files, self.scenario_id, self.values, wanted, self.policy)

    def _scenario(self, name: str) -> tuple[dict[int, Fraction], dict[str, str]]:
        if name == "base":
            return {}, {}
        scenario = self.program.scenarios.get(name)
        if scenario is None:
            known = ["base", *self.program.scenarios]
            raise UsageError(Problem("BW001", f"no scenario {name!r}", hint=did_you_mean(name, known, "scenarios")))
        overrides: dict[int, Fraction] = {}
        for cell, text, _ in scenario.values:
            selection, value = parse_set(self.program, f"{cell}={text}")
            overrides.update(dict.fromkeys(selection.positions, value))
        return overrides, dict(scenario.variants)

    # -- questions --------------------------------------------------------------------------------------------------

    def cells(self, name: str, period: int | None = None) -> tuple[int, ...]:
        """Return the positions of the cells that a name selects."""
        return select_cells(self.program, name, period).positions

    def demand(self, name: str, period: int | None = None) -> Demand:
        """Return one quantity at one index and period; without a period, at the default one.

        Raises:
            UsageError: BW001 when the name selects several cells.
        """
        selection = select_cells(self.program, name, period)
        positions = selection.positions
        if len(positions) > 1 and period is None and selection.period is None:
            positions = select_cells(self.program, name, self.program.header.default_period).positions
        if len(positions) > 1:
            cells = [self.program.cells[p] for p in positions]
            members = "; ".join(",".join(f"{d}={m}" for d, m in c.index) for c in cells[:6])
            raise UsageError(
                Problem("BW001", f"{name!r} selects {len(positions)} cells", hint=f"choose one: {members}")
            )
        return Demand(self, positions[0])

    def value(self, name: str, period: int | None = None) -> Sequence[Value]:
        """Return the values of every cell that a name selects, index by index, period by period."""
        return [answering.value(self.evaluation, p, self.scenario_id) for p in self.cells(name, period)]

    def sensitivity(
        self,
        name: str,
        drivers: Iterable[str] = (),
        period: int | None = None,
        *,
        forms: bool = True,
        second: bool = False,
    ) -> Sequence[Sensitivity]:
        """Return derivative and elasticity of cells to drivers; without drivers, to every driver that reaches them.

        Args:
            name: the quantity, with members where wanted.
            drivers: drivers, or any other quantity, with members where wanted; a driver with several members gives
                one answer for each.
            period: the period of the quantity; the default period when absent.
            forms: whether closed forms are built.
            second: whether each answer also says how it changes with every other one: second derivatives.
        """
        from bullwhip.workspace.switching import with_kinks

        at = self.at_period(name, period)
        named = [*drivers]
        answers = answering.sensitivities(self.evaluation, at, named, self.scenario_id, forms=forms)
        answers = with_kinks(self.evaluation, at, named, answers)
        if second:
            from bullwhip.workspace.curving import with_second_order

            return with_second_order(self.evaluation, at, named, answers, forms=forms)
        return answers

    def solve(
        self,
        target: str,
        driver: str,
        period: int | None = None,
        *,
        claim: str = "",
        unknown: Unknown = "",
        within: str = "",
    ) -> Sequence[Solution]:
        """Return what a driver must be for each cell of a quantity to have a value, or to lie in a range.

        Args:
            target: `ID[…]=NUMBER[ UNIT]` or `ID[…]=LOW..HIGH[ UNIT]`; with a claim, the quantity alone or nothing.
            driver: a driver, or any other quantity, which is cut from its rule; with a period it moves in that one.
            period: the period of the quantity; the default period when absent.
            claim: `REPORT/LOCATOR/ROW/COLUMN` of a printed figure, which stands for its rounding interval.
            unknown: `value` sets all cells of the driver to one value, `factor` scales them; when empty the value,
                where all that reach the quantity have the same.
            within: `LOW..HIGH[ UNIT]`, the range to search.

        Raises:
            UsageError: BW411, BW412, BW414 or BW415, and as arguments are read.
            PropagationError: BW413 or BW416 where the quantity has no value at all.
        """
        from bullwhip.workspace.solving import solve

        return solve(self, target, driver, period, claim, unknown, within)

    def bottlenecks(
        self, name: str = "", period: int | None = None, *, driver: str = "", within: str = ""
    ) -> Sequence[Bottleneck]:
        """Return what caps a quantity: every minimum, maximum and condition it rests on, and what binds there.

        Args:
            name: the quantity, with members where wanted; every quantity that no rule reads when empty.
            period: keep to a period; all of them when absent.
            driver: a driver along which to find where another argument binds.
            within: `LOW..HIGH[ UNIT]`, the range of the driver to search.
        """
        from bullwhip.workspace.bottlenecking import bottlenecks

        return bottlenecks(self, name, period, driver, within)

    def explain(self, name: str, driver: str = "", period: int | None = None) -> Sequence[dict[str, Any]]:
        """Return value, closed form, path, kinks and sources of every cell that a name selects, as plain data."""
        from bullwhip.workspace.switching import kinks_of

        answers = []
        for p in self.at_period(name, period):
            groups = answering.driver_groups(self.evaluation, p, [driver] if driver else [])
            found = [k.as_dict() for k in kinks_of(self.evaluation, p, groups)]
            answers.append(answering.explanation(self.evaluation, p, driver, self.scenario_id) | {"kinks": found})
        return answers

    def explain_fact(self, fact: str, *, proofs: int = 1, why_not: bool = True) -> FactAnswer:
        """Return why a fact holds, e.g. `bw:suppliesTo(company:a, company:b)`, or what it lacks; `?x` asks for all."""
        from bullwhip.workspace.proving import answer

        return answer(self, fact, proofs=proofs, why_not=why_not)

    def at_period(self, name: str, period: int | None) -> tuple[int, ...]:
        """Return the positions of the cells that a name selects, at the default period unless one is named."""
        selection = select_cells(self.program, name, period)
        if period is None and selection.period is None and selection.quantity.timed:
            return select_cells(self.program, name, self.program.header.default_period).positions
        return selection.positions

    def exposure(self, driver: str, period: int | None = None, **asked: Any) -> Exposure:
        """Return the companies exposed to a driver, most exposed first; all its members and periods move together.

        `asked` are the fields of `bullwhip.workspace.ranking.Asked`: top, chosen, by, paths, contributions.
        """
        from bullwhip.workspace.ranking import Asked, exposure

        return exposure(self, driver, period, Asked(**asked))

    def company_exposure(self, company: str, period: int | None = None, **asked: Any) -> CompanyExposure:
        """Return the drivers that a company is exposed to, ranked; arguments as of `exposure`."""
        from bullwhip.workspace.ranking import Asked, company_exposure

        return company_exposure(self, company, period, Asked(**asked))

    def diff(
        self, a: str, b: str, names: Iterable[str] = (), period: int | None = None, by: str = "driver"
    ) -> Difference:
        """Return what differs between two scenarios, periods or dates; of named quantities, what is due to what.

        Args:
            a: a scenario (`base` is the facts as they are), a period as text, or a date: what was known then.
            b: another one of the same kind.
            names: quantities, with members where wanted; the terms of each add up to its difference exactly.
            period: the period of timed quantities, for scenarios and dates; the default period when absent.
            by: what moves as one: `driver` over all its periods, `cell`, or `quantity` with all its members.
        """
        from bullwhip.workspace.differing import difference

        return difference(self, a, b, list(names), period, by)

    def list(self, kind: str) -> Sequence[dict[str, Any]]:
        """Return what there is of a kind, e.g. drivers, quantities, companies, tiers, reports, scenarios, queries."""
        return listing.list_kind(self.program, self.files, kind)

    def facts(
        self, report: str = "", locator: str = "", subject: str = "", quantity: str = ""
    ) -> Sequence[dict[str, Any]]:
        """Return claims as plain data, in order of document and print; each filter is exact."""
        return listing.facts(self.program, report, locator, subject, quantity)

    def read(self, what: str, text: str, *, company: str = "", report: str = "") -> Outcome | tuple[Outcome, ...]:
        """Return what a printed text says: a value, missing with a reason, or a refusal with a reason; never a guess.

        Args:
            what: number, unit, period or name.
            text: any text at all.
            company: whose fiscal calendar counts, for a period.
            report: the document whose units count, for a unit or number.
        """
        from bullwhip.workspace.reading import Readers

        return Readers(self.files).read(what, text, company=company, report=report)

    def audit(self, report: str = "", locator: str = "") -> Sequence[AuditRow]:
        """Return the verdict on every claim, or on those of a document or locator; each filter is exact."""
        from bullwhip.audit import audit

        return audit(self.evaluation, listing.chosen_claims(self.program, report, locator, "", ""))

    def conflicts(self) -> Sequence[Conflict]:
        """Return claims that print different values for the same thing, measure and period, and broken identities."""
        from bullwhip.workspace.conflicting import conflicts

        return conflicts(self)

    def simulate(
        self, names: Sequence[str], period: int | None = None, *, progress: Progress | None = None, **request: Any
    ) -> Simulation:
        """Return the distribution of cells when inputs vary.

        Args:
            names: quantities, with members where wanted.
            period: the period; the default period when absent.
            progress: told how many samples are done of how many.
            request: the fields of `bullwhip.workspace.simulating.Request`: samples, seed, vary, printed, correlate,
                sobol, tornado, backend, executor, workers.
        """
        from bullwhip.workspace.simulating import Request, simulate

        positions = dict.fromkeys(p for name in names for p in self.at_period(name, period))
        return simulate(self, tuple(positions), Request(**request), progress)

    def kernel(
        self,
        outputs: Iterable[str],
        inputs: Iterable[str] = (),
        *,
        backend: Backend = "auto",
        period: int | None = None,
        gradient: bool = False,
    ) -> Kernel:
        """Return cells as a function of others, in floats, for many scenarios at once (convention §19).

        Args:
            outputs: quantities, with members where wanted; a name that selects several cells gives a row for each.
            inputs: what varies, likewise; without inputs, everything stated that the outputs rest on. Any quantity can
                vary: it is cut from its rule. `kernel.tape` holds names and present values of all rows.
            backend: `numpy`, `fast` (needs bullwhip[fast]), or `auto`, the fast one where it is installed.
            period: the period of the outputs; the default period when absent.
            gradient: whether the derivatives of the one output by every input follow its value.

        >>> ws = Workspace.open()
        >>> run = ws.kernel(["cooling.liquid_market"], ["cooling.liquid_penetration"], period=2024, gradient=True)
        >>> run.tape.input_names, run.tape.base, run.tape.output_names[1]
        (('cooling.liquid_penetration',), (0.7,), 'd cooling.liquid_market / d cooling.liquid_penetration')
        >>> run([[0.6, 0.8]]).tolist()
        [[22500000000.0, 30000000000.0], [37500000000.0, 37500000000.0]]
        """
        from bullwhip.workspace.evaluating import named_kernel

        return named_kernel(self.evaluation, outputs, inputs, backend, period, gradient)

    def nquads(self) -> bytes:
        """Return the whole graph as sorted N-Quads: a named graph a document, model, ontology, what is inferred."""
        from bullwhip.workspace.querying import nquads

        return nquads(self.program, self.files, self.as_of_date, self.policy)

    def inferred(self) -> Inferred:
        """Return what follows from the graph by the inference rules, with proofs (convention §21)."""
        from bullwhip.workspace.inferring import inferred

        return inferred(self)

    def dataset(self) -> Dataset:
        """Return the whole graph as an rdflib Dataset."""
        from bullwhip.query.dataset import to_rdflib

        return to_rdflib(self.nquads())

    def store(self) -> Store:
        """Return the whole graph as a store in memory, read-only; built once for one content (convention §23)."""
        from bullwhip.workspace.storing import workspace_store

        return workspace_store(self)

    def build(
        self, store: str | Path, *, rebuild: bool = False, progress: Progress | None = None, along: Sequence[str] = ()
    ) -> Published:
        """Write the whole graph as a store on disk, a generation at once, and say what has changed (convention §24)."""
        from bullwhip.workspace.building import build

        return build(self, Path(store), rebuild, progress, along)

    def query(
        self,
        name: str,
        parameters: Mapping[str, str | Sequence[str]] | None = None,
        text: str | None = None,
        on: Store | None = None,
    ) -> Table:
        """Run a named query of the workspace, or the SPARQL text given, and return its table.

        Args:
            name: id of a query, e.g. `chain/tiers`; with `text`, only its name in messages.
            parameters: values by parameter name, one text or several, read by the types the query's header declares.
            text: SPARQL to run instead of a named query.
            on: where to ask instead of `store()`, e.g. what `bullwhip.store.opening.open_store(URL)` gives.
        """
        from bullwhip.workspace.querying import query

        return query(self, name, parameters or {}, text, on)

    def search(
        self, text: str, kinds: Sequence[str] = (), *, limit: int = 20, claims: bool = False, on: Store | None = None
    ) -> Found:
        """Return the things with a name that contains a text, best first; of claims subject and measure on request."""
        from bullwhip.workspace.searching import search

        return search(self, text, kinds, limit, claims, on)

    def describe(self, name: str, *, limit: int = 50) -> dict[str, Any]:
        """Return all that is known of a thing, a company, tier, quantity, document or other, as plain data."""
        from bullwhip.workspace.knowing import describe

        return describe(self, name, limit)

    def query_help(self, name: str, text: str | None = None) -> Sequence[str]:
        """Return what a query answers, its parameters and an example, line by line."""
        from bullwhip.workspace.querying import query_help

        return query_help(self, name, text)

    def materialise(self, kinds: Sequence[str], **asked: Sequence[Any]) -> Sequence[Any]:
        """Return `sensitivities` or `exposures` as quads; `asked` are periods and scenarios (convention §11.12)."""
        from bullwhip.workspace.materialising import materialised

        return materialised(self, kinds, **asked)

    def export(self, form: str, **asked: Any) -> bytes:
        """Return an export as bytes; formats and the fields of `Asked` are in `bullwhip.workspace.formats`."""
        from bullwhip.workspace.exporting import export
        from bullwhip.workspace.formats import Asked

        return export(self, form, Asked(**asked))

    def read_workbook(self, path: str | Path, name: str = "", *, formulas: bool = False) -> ReadBack:
        """Return what an exported workbook changes, as a scenario on top of the facts (convention §27)."""
        from bullwhip.workspace.importing import read_workbook

        return read_workbook(self, path, name, formulas=formulas)

    def chain_map(self) -> str:
        """Return the chain map as SVG, which is also what a notebook shows of a workspace."""
        return self.export("svg").decode()

    def receipt(self) -> dict[str, Any]:
        """Return what an answer rests on: hash of inputs and engine, version, scenario, values set."""
        return answering.receipt(self.program, self.scenario_id, self.values, self.as_of_date, self.policy)
