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
from bullwhip.units import Unit, UnitError, Vocabulary, named, show
from bullwhip.validate.form import Form, scalar_text
from bullwhip.validate.selecting import CELL_KEYS, PLACEHOLDER, TEXT_KEYS, Figures, Selector
from bullwhip.validate.unit_check import UnitCheck

__all__ = ["read_derivations"]

_LISTS = ("rows", "columns", "except_rows", "except_columns")
_TIME = ("lag", "delta", "yoy", "cum", "cagr", "index")
_MAX_COMBINATIONS = 10_000
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
        self.form = Form(body, problems, f"derivation {name!r}", "derivation")
        self.reads: dict[str, Selector] = {}
        self.results: tuple[Selector, ...] = ()
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
        self.results = () if result is None else (result,)
        for name, node in form.mapping("reads"):
            selector = self.selector(name, node, read=True)
            if selector is not None:
                self.reads[name] = selector
        if form.has("reads") and isinstance(form.get("reads"), MapNode) and not form.mapping("reads").items:
            self.report("BW110", f"reads of {self.name!r} is empty", form.place("reads"), "name the figures it reads")
        for key in ("expression", "as_published"):
            self.parse(key)
        self.check_used()
        if result is not None and not result.lists.get("columns"):
            for selector in (s for s in self.reads.values() if s.back):
                hint = "list the columns of the result in their order, so that there is one before"
                self.report("BW109", f"back: in {self.name!r} needs columns: in its result", selector.place, hint)
        exact = form.texts("exact")
        for name in exact:
            if name not in self.reads:
                hint = did_you_mean(name, self.reads, "figures")
                self.report("BW201", f"exact names {name!r}, which is not read", form.place("exact"), hint)
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
            if self.name in RESERVED:
                hint = f"{self.name} is a word of the expressions; {hint}"
            self.problems.append(Problem("BW203", f"the id of derivation {self.name!r} is malformed", self.place, hint))

    def document(self, name: str, place: Place) -> str:
        """Return a document's id; a derivation over one that is not here is left out, and a warning says so.

        Documents come and go as a whole, and the rules that read them stay.
        """
        if name not in self.documents:
            message = f"derivation {self.name!r} is left out: there is no document {name!r}"
            hint = did_you_mean(name, self.documents, "documents")
            self.problems.append(Problem("BW201", message, place, hint, "warning"))
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
        inner = Form(node, self.problems, f"edge of derivation {self.name!r}", "edge")
        return inner.text("from"), inner.text("to")

    def selector(self, name: str, node: Node | None, *, read: bool) -> Selector | None:
        if node is None:
            return None
        what = (
            f"{'read' if read else 'result'} {name!r} of derivation {self.name!r}"
            if read
            else f"result of {self.name!r}"
        )
        form = Form(node, self.problems, what, "selector")
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
        if selector.is_text and not mixed and not ("subject" in fixed and "measure" in fixed):
            hint = "a statement is found by both, exactly as written"
            self.report("BW109", f"the {what} needs subject: and measure:", form.node.place, hint)
        for key, values in lists.items():
            again = next((v for i, v in enumerate(values) if v in values[:i]), None)
            if not values and form.has(key):
                self.report("BW110", f"{key} of the {what} is empty", form.place(key), "leave it out or name some")
            if again is not None:
                self.report("BW110", f"{key} of the {what} names {again!r} twice", form.place(key), "name each once")
            if key[:-1] in fixed:
                self.report("BW110", f"the {what} has {key[:-1]}: and {key}:", form.place(key), "write one of them")
        if not selector.is_text and not read and "table" not in fixed:
            self.report("BW109", f"the {what} needs table:, or subject: and measure:", form.node.place)
        return selector

    def parse(self, key: str) -> None:
        text, node = self.form.text(key), self.form.get(key)
        if not isinstance(node, ScalarNode):
            return
        try:
            tree = parse(text)
        except ExpressionError as error:
            self.problems.append(Problem("BW111", f"in {self.name!r}: {error}", node.locate(*error.span), error.hint))
            return
        self.trees[key] = tree
        for call in walk(tree):
            if isinstance(call, Call) and call.function in _TIME:
                hint = "read the figures of both periods"
                message = f"in {self.name!r}: {call.function}() has no periods to look at"
                self.problems.append(Problem("BW207", message, node.locate(*call.span), hint))
        for reference in references(tree):
            self.check_reference(reference, node)
        self.check_sums(tree, node)

    def check_used(self) -> None:
        if "expression" not in self.trees:
            return
        used = {r.name for tree in self.trees.values() for r in references(tree)}
        for name in sorted(set(self.reads) - used):
            message = f"{self.name!r} does not use the figure {name!r} that it reads"
            self.report("BW208", message, self.reads[name].place, "use it in the expression or do not read it")

    def check_sums(self, tree: Expr, node: ScalarNode) -> None:
        """Check that figures of a list are added up, once, and along what they are listed in."""
        axes = {n: [key for key in ("rows", "columns") if key in s.lists] for n, s in self.reads.items()}
        summed: set[tuple[int, int]] = set()
        for call in walk(tree):
            if not isinstance(call, Call) or call.function != "sum":
                continue
            inside = [r for r in references(call.arguments[0]) if r.name in self.reads]
            summed |= {r.span for r in inside}
            listed = {r.name: len(self.reads[r.name].listed()) for r in inside if axes[r.name]}
            if not any(call.over in axes[n] for n in listed) or len(set(listed.values())) > 1:
                counts = ", ".join(f"{n} {count}" for n, count in listed.items()) or "one figure only"
                message = f"in {self.name!r}: sum() over {call.over} of {counts}"
                hint = "the figures added up are listed under rows: or columns:, all the same number of them"
                self.problems.append(Problem("BW207", message, node.locate(*call.span), hint))
        for r in references(tree):
            if axes.get(r.name) and r.span not in summed:
                hint = f"write sum({r.name}, {axes[r.name][0]})"
                message = f"in {self.name!r}: {r.name!r} reads several figures"
                self.problems.append(Problem("BW207", message, node.locate(*r.span), hint))

    def check_reference(self, reference: Reference, node: ScalarNode) -> None:
        name, place = reference.name, node.locate(*reference.span)
        if name not in self.reads:
            hint = did_you_mean(name, self.reads, "figures") or "name it under reads:"
            self.problems.append(Problem("BW201", f"in {self.name!r}: no figure {name!r} is read", place, hint))
        elif reference.select or reference.lag:
            self.problems.append(Problem("BW207", f"in {self.name!r}: a printed figure takes no brackets", place))

    def combinations(self) -> list[dict[str, str]]:
        """Return the values of the placeholders, one mapping for each time the derivation is done."""
        found = self.written_combinations()
        if not found:
            return []
        names = {name for values in found for name in values}
        for name in sorted(names):
            if not PLACEHOLDER.fullmatch("{" + name + "}"):
                self.report("BW203", f"each {name!r} of derivation {self.name!r} is no name", self.form.place("each"),
                            "a placeholder is a word in ASCII, e.g. each: {year: [...]} for {year}")  # fmt: skip
        used = {name for s in (*self.reads.values(), *self.results) for name in s.placeholders()}
        for name in sorted(names - used):
            hint = did_you_mean(name, used, "placeholders") or f"write {{{name}}} where its values belong"
            self.report("BW208", f"no selector of {self.name!r} uses {{{name}}}", self.form.place("each"), hint)
        for selector in (*self.reads.values(), *self.results):
            for name in selector.placeholders():
                if any(name not in values for values in found):
                    hint = did_you_mean(name, names, "placeholders") or f"give its values under each: {{{name}: [...]}}"
                    message = f"no value for {{{name}}} in derivation {self.name!r}"
                    self.report("BW201", message, selector.place, hint)
        return found

    def written_combinations(self) -> list[dict[str, str]]:
        """Return what `each` says, either way it can be written."""
        node = self.form.get("each")
        if node is None:
            return [{}]
        what = f"each of derivation {self.name!r}"
        if isinstance(node, SequenceNode):
            for item in node.items:
                if not isinstance(item, MapNode) or not all(isinstance(v, ScalarNode) for _, v in item):
                    message = f"{what} must be a list of mappings from placeholder to text"
                    self.report("BW110", message, item.place, "write - {name: text} lines")
            found = [{k: scalar_text(v) for k, v in n} for n in node.items if isinstance(n, MapNode)]
        elif isinstance(node, MapNode):
            found = self.product(node, what)
        else:
            self.form.wrong("each", "a mapping of lists, or a list of mappings")
            return []
        if not found and not self.reported:
            self.report("BW110", f"{what} is empty", node.place, "leave it out, or give each placeholder its values")
        return found

    def product(self, node: MapNode, what: str) -> list[dict[str, str]]:
        """Return every combination of the values of lists; too many are refused before any is made."""
        axes, size = [], 1
        for name, values in node:
            if not isinstance(values, SequenceNode) or not all(isinstance(v, ScalarNode) for v in values.items):
                self.report("BW110", f"{name!r} in {what} must be a list of plain values", values.place)
                continue
            axes.append([(name, scalar_text(v)) for v in values.items])
            size *= len(values.items)
        if size > _MAX_COMBINATIONS:
            hint = "split it, or write each: as a list of the combinations that are printed"
            message = f"{what} gives {size:,} combinations; at most {_MAX_COMBINATIONS:,} are done"
            self.report("BW901", message, node.place, hint)
            return []
        return [dict(pairs) for pairs in product(*axes)] if axes else []

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
            table = selector.fixed.get("table", "")
            absent = (selector.fixed.get("report", document), table) not in self.figures.rows and not selector.is_text
            if not absent or len(combinations) > 1:  # otherwise the derivation is never done, which says it all
                self.check_printed("result", selector, document, table)
            for name, read in reads.items():
                if not absent or read.is_text or "table" in read.fixed:
                    self.check_printed(name, read, document, table)
            for claim in self.figures.results(selector, document):
                met.add(claim.id)
                instance = self.instance(claim, selector, reads, document, unit, silent)
                if instance is not None:
                    done.append(instance)
                if len(done) > _MAX_INSTANCES:
                    message = f"derivation {self.name!r} is done at more than {_MAX_INSTANCES:,} results"
                    self.report("BW901", message, self.place, "split it into several")
                    return done
        if not done and not self.reported:
            self.report_idle(met, silent)
        return done

    def check_printed(self, name: str, selector: Selector, document: str, table: str) -> None:
        """Report a table, row, column or statement that does not exist: one misspelt among several is easy to miss."""
        for what, text, known in self.figures.missing(selector, document, table):
            hint = did_you_mean(text.strip("'"), known, f"{what}s") or "copy its texts exactly"
            self.report("BW217", f"{name!r} of derivation {self.name!r} names no {what} {text}", selector.place, hint)

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
            message = (
                f"the result is printed in {show(printed)}, the derivation gives {named(unit.text, unit.dimension)}"
            )
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
