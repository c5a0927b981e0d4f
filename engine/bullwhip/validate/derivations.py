"""Reads the derivations of a workspace and ties each to the printed figures that it is about (convention §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.expr.grammar import IDENTIFIER, RESERVED, ExpressionError, parse
from bullwhip.expr.tree import Call, Expr, Reference, references, walk
from bullwhip.model.claim import Claim, Document
from bullwhip.model.derivation import Derivation, Figure, Instance
from bullwhip.model.source import MapNode, Node, ScalarNode, SequenceNode
from bullwhip.units import Dimension as UnitDimension
from bullwhip.units import Unit, UnitError, Vocabulary, show
from bullwhip.validate.form import Form, scalar_text
from bullwhip.validate.selecting import CELL_KEYS, TEXT_KEYS, Figures, Selector
from bullwhip.validate.unit_check import UnitCheck

__all__ = ["read_derivations"]

_KEYS = (
    *("label", "report", "unit", "each", "result", "reads", "expression", "as_published", "exact", "edge", "source"),
    "note",
)
_LISTS = ("rows", "columns", "except_rows", "except_columns")
_SELECTOR = ("report", *CELL_KEYS, *TEXT_KEYS, *_LISTS, "back", "unit")
_TIME = ("lag", "delta", "yoy", "cum", "cagr", "index")
_MAX_INSTANCES = 100_000


def read_derivations(
    files: Sequence[tuple[str, MapNode]],
    claims: Iterable[Claim],
    documents: Iterable[Document],
    quantities: Mapping[str, object],
    printed_units: Mapping[tuple[str, str], str],
    vocabulary: Vocabulary,
    problems: list[Problem],
) -> tuple[Derivation, ...]:
    """Return every derivation with its instances, in order of id; report all that does not fit.

    Args:
        files: rule files by name.
        claims: every claim of the workspace.
        documents: the documents that may be named.
        quantities: ids that derivations may not take.
        printed_units: the unit that a document gives a printed unit. A derivation reads figures in it whether or not
            the model reads them too, so that a new mapping to the model leaves derivations as they are.
        vocabulary: the units.
        problems: where problems are added.
    """
    sections = [(name, root.items["derivations"]) for name, root in files if "derivations" in root.items]
    if not sections:
        return ()
    figures = Figures(claims)
    known = {d.id for d in documents}
    found: dict[str, Derivation] = {}
    places: dict[str, Place] = {}
    for file, section in sections:
        if not isinstance(section, MapNode):
            problems.append(Problem("BW110", "derivations must be a mapping from id to derivation", section.place))
            continue
        for name, body in section:
            place = section.keys[name]
            if name in places or name in quantities:
                first = f"first declared in {places[name].file}:{places[name].line}" if name in places else ""
                problems.append(Problem("BW202", f"{name!r} is declared twice", place, first or "it is a quantity"))
                continue
            places[name] = place
            derivation = _Reader(name, body, place, figures, known, printed_units, vocabulary, problems).read(file)
            if derivation is not None:
                found[name] = derivation
    return tuple(found[name] for name in sorted(found))


class _Reader:
    """Reads one derivation."""

    def __init__(
        self,
        name: str,
        body: Node,
        place: Place,
        figures: Figures,
        documents: set[str],
        printed_units: Mapping[tuple[str, str], str],
        vocabulary: Vocabulary,
        problems: list[Problem],
    ) -> None:
        self.name, self.place, self.figures, self.documents = name, place, figures, documents
        self.printed_units, self.vocabulary, self.problems = printed_units, vocabulary, problems
        self.form = Form(
            body, problems, f"derivation {name!r}", _KEYS, ("report", "unit", "result", "reads", "expression", "source")
        )
        self.reads: dict[str, Selector] = {}
        self.trees: dict[str, Expr] = {}
        self.checked: set[tuple[object, ...]] = set()
        self.reported: set[tuple[str, str]] = set()

    def read(self, file: str) -> Derivation | None:
        """Return the derivation, or None where it cannot be read."""
        before = len(self.problems)
        form = self.form
        self.check_id()
        document = self.document(form.text("report"), form.place("report")) if form.has("report") else ""
        unit = self.unit(form.text("unit"), form.place("unit")) if form.has("unit") else None
        result = self.selector("result", form.get("result"), read=False) if form.has("result") else None
        for name, node in form.mapping("reads"):
            selector = self.selector(name, node, read=True)
            if selector is not None:
                self.reads[name] = selector
        for key in ("expression", "as_published"):
            self.parse(key)
        exact = form.texts("exact")
        for name in exact:
            if name not in self.reads:
                self.report("BW201", f"exact names {name!r}, which is not read", form.place("exact"), name)
        combinations = self.combinations()
        edge = self.edge()
        if len(self.problems) > before or unit is None or result is None or "expression" not in self.trees:
            return None
        instances = self.instances(document, result, combinations, unit)
        return Derivation(
            self.name, form.label(), document, unit.text, form.text("expression"), form.text("as_published"), exact,
            edge, form.text("source"), form.text("note"), file, self.place.line, tuple(instances),
        )  # fmt: skip

    # -- what is written --------------------------------------------------------------------------------------------

    def check_id(self) -> None:
        if not IDENTIFIER.fullmatch(self.name) or len(self.name) > 100 or self.name in RESERVED:
            hint = "ids are dotted snake_case in ASCII, e.g. equity.price_earnings"
            self.problems.append(Problem("BW203", f"the id of derivation {self.name!r} is malformed", self.place, hint))

    def document(self, name: str, place: Place) -> str:
        if name not in self.documents:
            hint = did_you_mean(name, self.documents, "documents")
            self.problems.append(Problem("BW201", f"no document {name!r} for derivation {self.name!r}", place, hint))
        return name

    def unit(self, text: str, place: Place) -> Unit | None:
        try:
            return self.vocabulary.parse(text)
        except UnitError as error:
            self.report("BW206", str(error), place, error.hint)
            return None

    def edge(self) -> tuple[str, str] | None:
        node = self.form.get("edge")
        if node is None:
            return None
        inner = Form(node, self.problems, f"edge of derivation {self.name!r}", ("from", "to"), ("from", "to"))
        return inner.text("from"), inner.text("to")

    def selector(self, name: str, node: Node | None, *, read: bool) -> Selector | None:
        if node is None:
            return None
        what = (
            f"{'read' if read else 'result'} {name!r} of derivation {self.name!r}"
            if read
            else f"result of {self.name!r}"
        )
        form = Form(node, self.problems, what, _SELECTOR)
        fixed = {k: form.text(k) for k in ("report", *CELL_KEYS, *TEXT_KEYS) if form.has(k)}
        lists = {k: form.texts(k) for k in _LISTS if form.has(k)}
        selector = Selector(form.node.place, fixed, lists, form.integer("back") or 0, form.text("unit"))
        if "report" in fixed:
            self.document(fixed["report"], form.place("report"))
        if selector.unit:
            self.unit(selector.unit, form.place("unit"))
        mixed = selector.is_text and (any(k in fixed for k in CELL_KEYS) or lists or selector.back)
        if mixed:
            self.report("BW110", f"the {what} mixes a table cell with a statement", form.node.place)
        if not selector.is_text and not read and "table" not in fixed:
            self.report("BW109", f"the {what} needs table:, or subject: and measure:", form.node.place)
        return selector

    def parse(self, key: str) -> None:
        text, node = self.form.text(key), self.form.get(key)
        if not text or not isinstance(node, ScalarNode):
            return
        try:
            tree = parse(text)
        except ExpressionError as error:
            self.problems.append(Problem("BW111", f"in {self.name!r}: {error}", node.locate(*error.span), error.hint))
            return
        self.trees[key] = tree
        several = {n for n, s in self.reads.items() if "rows" in s.lists or "columns" in s.lists}
        summed = {
            part.name
            for call in walk(tree)
            if isinstance(call, Call) and call.function == "sum"
            for part in references(call.arguments[0])
        }
        for call in walk(tree):
            if isinstance(call, Call) and call.function in _TIME:
                hint = "read the figures of both periods"
                message = f"in {self.name!r}: {call.function}() has no periods to look at"
                self.problems.append(Problem("BW207", message, node.locate(*call.span), hint))
        for reference in references(tree):
            self.check_reference(reference, node, several, summed)
        if key == "expression":
            for name in sorted(set(self.reads) - {r.name for r in references(tree)}):
                self.report("BW208", f"{self.name!r} does not use the figure {name!r} that it reads", self.place, name)

    def check_reference(self, reference: Reference, node: ScalarNode, several: set[str], summed: set[str]) -> None:
        name, place = reference.name, node.locate(*reference.span)
        if name not in self.reads:
            hint = did_you_mean(name, self.reads, "figures") or "name it under reads:"
            self.problems.append(Problem("BW201", f"in {self.name!r}: no figure {name!r} is read", place, hint))
        elif reference.select or reference.lag:
            self.problems.append(Problem("BW207", f"in {self.name!r}: a printed figure takes no brackets", place))
        elif name in several and name not in summed:
            message = f"in {self.name!r}: {name!r} reads several figures"
            self.problems.append(Problem("BW207", message, place, f"write sum({name}, rows) or sum({name}, columns)"))

    def combinations(self) -> list[dict[str, str]]:
        """Return the values of the placeholders, one mapping for each time the derivation is done."""
        node = self.form.get("each")
        if node is None:
            return [{}]
        if isinstance(node, SequenceNode):
            return [{k: scalar_text(v) for k, v in n} for n in node.items if isinstance(n, MapNode)]
        if not isinstance(node, MapNode):
            self.form.wrong("each", "a mapping of lists, or a list of mappings")
            return []
        axes = []
        for name, values in node:
            if not isinstance(values, SequenceNode):
                self.report("BW110", f"each {name!r} of derivation {self.name!r} must be a list", values.place)
                continue
            axes.append([(name, scalar_text(v)) for v in values.items])
        return [dict(pairs) for pairs in product(*axes)]

    # -- what it meets ----------------------------------------------------------------------------------------------

    def instances(
        self, document: str, result: Selector, combinations: list[dict[str, str]], unit: Unit
    ) -> list[Instance]:
        done: list[Instance] = []
        met: set[str] = set()
        silent = dict.fromkeys(self.reads, 0)
        for values in combinations:
            selector = result.filled(values)
            reads = {n: s.filled(values) for n, s in self.reads.items()}
            for claim in self.figures.results(selector, document):
                met.add(claim.id)
                instance = self.instance(claim, selector, reads, document, unit, silent)
                if instance is not None and len(done) < _MAX_INSTANCES:
                    done.append(instance)
        if not done and not self.reported:
            self.report_idle(met, silent)
        return done

    def report_idle(self, met: set[str], silent: Mapping[str, int]) -> None:
        missing = max(silent, key=lambda n: silent[n], default="")
        if not met:
            message, hint = "its result meets no printed figure", "copy table, row and column, or subject and measure"
        elif missing and silent[missing]:
            message, hint = f"the figure {missing!r} is printed at none of its results", "copy its texts exactly"
        else:
            message, hint = "no result is a number", "only numbers can be recomputed"
        place = self.reads[missing].place if met and missing in self.reads and silent[missing] else self.place
        self.problems.append(Problem("BW217", f"derivation {self.name!r} is never done: {message}", place, hint))

    def instance(
        self,
        claim: Claim,
        selector: Selector,
        reads: Mapping[str, Selector],
        document: str,
        unit: Unit,
        silent: dict[str, int],
    ) -> Instance | None:
        if claim.value is None and claim.low is None:
            return None
        target = self.figure("result", claim, selector)
        figures: list[Figure] = []
        dimensions: dict[str, UnitDimension] = {}
        for name, read in reads.items():
            for prints in self.figures.read(read, claim, document, selector.lists.get("columns", ())):
                chosen = self.choose(name, [c for c in prints if c.value is not None or c.low is not None], read)
                if chosen is None:
                    silent[name] += 1
                    return None
                if chosen.id == claim.id:
                    message = f"derivation {self.name!r} reads its own result {_where(claim)} as {name!r}"
                    self.report("BW217", message, read.place, "name the other print: locator, table, row or column")
                    return None
                found = self.figure(name, chosen, read)
                if found is None:
                    return None
                figure, dimension = found
                if dimensions.setdefault(name, dimension) != dimension:
                    message = f"{name!r} reads {show(dimensions[name])} and {show(dimension)}"
                    self.report("BW205", f"in {self.name!r}: {message}", read.place)
                    return None
                figures.append(figure)
        if target is None or not self.fits(dimensions, target[1], unit):
            return None
        return Instance(target[0], tuple(figures))

    def choose(self, name: str, prints: list[Claim], read: Selector) -> Claim | None:
        """Return the print to read; several are no trouble when all print the same."""
        if len({self.content(c, read) for c in prints}) > 1:
            shown = "; ".join(f"{_where(c)} {c.lexical}" for c in prints[:4])
            hint = "add what tells them apart: locator, period, basis, part"
            message = f"the figure {name!r} of derivation {self.name!r} has different prints: {shown}"
            self.report("BW217", message, read.place, hint)
            return None
        return prints[0] if prints else None

    def unit_of(self, claim: Claim, selector: Selector) -> str:
        """Return the unit in which a figure is read; an empty text where nobody gives one."""
        return selector.unit or self.printed_units.get((claim.document, claim.unit), "") or claim.unit_id

    def content(self, claim: Claim, selector: Selector) -> tuple[object, ...]:
        """Return what a print says, in coherent units where its unit is known."""
        text = self.unit_of(claim, selector)
        if not text:
            return claim.value, claim.low, claim.high, claim.unit
        factor = self.vocabulary.parse(text).factor
        return tuple(None if v is None else v * factor for v in (claim.value, claim.low, claim.high))

    def figure(self, name: str, claim: Claim, selector: Selector) -> tuple[Figure, UnitDimension] | None:
        text = self.unit_of(claim, selector)
        if not text:
            message = f"the printed unit {claim.unit!r} of {_where(claim)} has no counterpart"
            hint = "give the selector a unit:, or map the printed unit in the document file"
            self.report("BW206", f"in {self.name!r}: {message}", selector.place, hint)
            return None
        unit = self.vocabulary.parse(text)
        return Figure(name, claim.id, unit.factor), unit.dimension

    def fits(self, dimensions: Mapping[str, UnitDimension], printed: UnitDimension, unit: Unit) -> bool:
        """Check the units of the expressions once for every combination of units that occurs."""
        if printed != unit.dimension:
            message = f"the result is printed in {show(printed)}, the derivation gives {unit.text}"
            self.report("BW205", f"in {self.name!r}: {message}", self.form.place("unit"))
            return False
        key = tuple(sorted(dimensions.items()))
        if key not in self.checked:
            self.checked.add(key)
            for name, tree in self.trees.items():
                UnitCheck(dimensions, self.reporter(name), self.form.text(name)).expect(tree, unit.dimension, unit.text)
        return True

    def reporter(self, key: str) -> Callable[[str, str, tuple[int, int], str], None]:
        node = self.form.get(key)

        def report(code: str, message: str, span: tuple[int, int], hint: str = "") -> None:
            place = node.locate(*span) if isinstance(node, ScalarNode) else self.place
            self.report(code, f"in {self.name!r}: {message}", place, hint)

        return report

    def report(self, code: str, message: str, place: Place, hint: str = "") -> None:
        if (code, message) not in self.reported:
            self.reported.add((code, message))
            self.problems.append(Problem(code, message, place, hint))


def _where(claim: Claim) -> str:
    parts = [
        claim.locator,
        *((claim.row, claim.column) if claim.table else (claim.subject, claim.measure, claim.period)),
    ]
    return f"{claim.document} {', '.join(p for p in parts if p)}"
