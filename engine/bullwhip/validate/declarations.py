"""Reads the drivers and rules of a workspace into quantities; parses expressions; checks ids, units and forms."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.expr.grammar import IDENTIFIER, RESERVED, ExpressionError, parse
from bullwhip.expr.tree import Expr, references
from bullwhip.model.claim import Index
from bullwhip.model.program import Assumption, Scenario
from bullwhip.model.quantity import Dimension, Quantity, index_text
from bullwhip.model.source import MapNode, Node, ScalarNode, SequenceNode
from bullwhip.numbers import NumberFormatError, fraction_text, read_decimal
from bullwhip.units import Unit, UnitError, Vocabulary
from bullwhip.validate.form import Form, scalar_text
from bullwhip.validate.settings import Setting, check_setting
from bullwhip.validate.uncertainty import Uncertainty, check_uncertainty, read_uncertainty

__all__ = ["Declarations", "read_declarations"]


@dataclass
class Declarations:
    """What the rule files declare, with the nodes needed to place later messages."""

    quantities: dict[str, Quantity] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    expressions: dict[str, Expr] = field(default_factory=dict)
    variants: dict[str, dict[str, Expr]] = field(default_factory=dict)
    nodes: dict[str, MapNode] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    unread: bool = False
    """Whether a rule could not be read, so that nobody knows which names it uses."""
    unaligned: set[str] = field(default_factory=set)
    """Quantities whose dimensions could not be read, so that nobody knows what fits them."""

    def place(self, quantity: str, key: str = "") -> Place:
        """Return where a quantity, or one of its keys, is written."""
        node = self.nodes.get(quantity)
        if node is not None and key in node.items:
            return node.items[key].place
        return self.places[quantity]


def read_declarations(
    files: list[tuple[str, MapNode]],
    dimensions: dict[str, Dimension],
    periods: tuple[int, ...],
    vocabulary: Vocabulary,
    problems: list[Problem],
) -> Declarations:
    """Return all drivers, rules, assumptions and scenarios of the rule files."""
    found = Declarations()
    timeless = not periods and any("time" in root.items for _, root in files)
    reader = _Reader(found, dimensions, periods, vocabulary, problems, timeless=timeless)
    for name, root in files:
        Form(root, problems, "file", "file")
        for section in ("drivers", "rules"):
            if section not in root.items:
                continue
            node = root.items[section]
            if not isinstance(node, MapNode):
                problems.append(Problem("BW110", f"{section} must be a mapping from id to declaration", node.place))
                continue
            for quantity, body in node:
                reader.quantity(quantity, body, node.keys[quantity], section == "rules", name)
        if "scenario" in root.items:
            reader.scenario(name, root.items["scenario"])
    reader.finish()
    return found


class _Reader:
    """Reads one declaration after another into a Declarations record."""

    def __init__(
        self,
        found: Declarations,
        dimensions: dict[str, Dimension],
        periods: tuple[int, ...],
        vocabulary: Vocabulary,
        problems: list[Problem],
        *,
        timeless: bool,
    ) -> None:
        """Take what declarations are read against; `timeless` says that there is a time axis, but it is wrong."""
        self.found, self.dimensions, self.periods, self.timeless = found, dimensions, periods, timeless
        self.vocabulary, self.problems = vocabulary, problems
        self.where_of: dict[str, tuple[str, Place]] = {}
        self.assumed: list[tuple[str, Index, Place]] = []
        self.settings: list[Setting] = []
        self.chosen: list[tuple[str, str, str, Place, Place]] = []
        self.uncertain: list[Uncertainty] = []

    def quantity(self, name: str, body: Node, place: Place, is_rule: bool, file: str) -> None:
        what = f"{'rule' if is_rule else 'driver'} {name!r}"
        if not self.good_id(name, what, place):
            self.found.unread = True
            return
        if name in self.found.quantities:
            first = self.found.places[name]
            hint = f"first declared in {first.file}:{first.line}"
            self.problems.append(Problem("BW202", f"{name!r} is declared twice", place, hint))
            return
        form = Form(body, self.problems, what, "rule" if is_rule else "driver")
        foreach = form.texts("foreach")
        before = len(self.problems)
        dims = self.dims(form, foreach)
        lost = not foreach and (form.has("foreach") or any(did_you_mean(k, ["foreach"]) for k in form.unknown))
        if len(self.problems) > before or lost:
            self.found.unaligned.add(name)
        timed = "period" in foreach
        since, until = self.span(form, timed, lost=lost)
        low, high = self.range(form)
        expression = form.text("expression")
        edge = self.edge(form)
        variants = tuple((k, scalar_text(v).strip()) for k, v in form.mapping("variants"))
        self.found.quantities[name] = Quantity(
            name, form.label(), form.text("unit"), form.choice("kind", "stock"), dims, timed,
            self.where(form, name, dims), since, until, form.integers("given"), low, high, expression, variants, edge,
            form.text("tier"), form.choice("measure"), form.flag("primary"),
            form.text("note"), form.text("source"), file, place.line, _written(form.place("expression")),
        )  # fmt: skip
        if isinstance(body, MapNode):
            self.found.nodes[name] = body
        self.found.places[name] = place
        self.unit(form, name)
        self.expressions(form, name, expression)
        self.assume(form, name, file)
        if is_rule and name not in self.found.expressions:
            self.found.unread = True

    def good_id(self, name: str, what: str, place: Place) -> bool:
        if IDENTIFIER.fullmatch(name) and len(name) <= 100 and name not in RESERVED:
            return True
        why = "is a reserved word" if name in RESERVED else "is malformed"
        hint = "ids are dotted snake_case in ASCII, e.g. tier.amount; put other scripts into the label"
        foreign = next((c for c in name if not c.isascii()), "")
        if len(name) > 100:
            hint = "an id has at most 100 characters"
        elif foreign:
            hint = f"{foreign!r} is U+{ord(foreign):04X}; {hint}"
        self.problems.append(Problem("BW203", f"the id of {what} {why}", place, hint))
        return False

    def dims(self, form: Form, foreach: tuple[str, ...]) -> tuple[str, ...]:
        known = [*self.dimensions, "period"]
        for dimension in foreach:
            if dimension not in known:
                hint = did_you_mean(dimension, known, "dimensions")
                if "，" in dimension or "、" in dimension:
                    hint = "part the dimensions by an ASCII comma: [drink, period]".replace("drink", known[0])
                place = form.item_place("foreach", dimension)
                self.problems.append(Problem("BW201", f"no dimension {dimension!r} for {form.what}", place, hint))
        if len(set(foreach)) < len(foreach):
            form.wrong("foreach", "a list without repetition")
        if not self.timeless and "period" in foreach and not self.periods:
            self.problems.append(
                Problem(
                    "BW109",
                    f"{form.what} has periods, but no time: section is declared",
                    form.place("foreach"),
                )
            )
        return tuple(d for d in dict.fromkeys(foreach) if d in self.dimensions)

    def span(self, form: Form, timed: bool, *, lost: bool) -> tuple[int | None, int | None]:
        given = form.integers("given")
        for key in ("since", "until", "given"):
            if form.has(key) and not timed and not lost:
                self.problems.append(
                    Problem("BW110", f"{form.what} has {key} but no period in foreach", form.place(key))
                )
        since = form.integer("since", min(given) if given else None)
        until = form.integer("until")
        if since is not None and until is not None and since > until:
            form.wrong("until", f"no earlier than {since}, its first period")
        elif any(p < (since or 0) or p > (until or 9999) for p in given):
            form.wrong("given", "a list of periods within since and until")
        values = [v for v in (since, until, *given) if v is not None]
        if self.periods and any(v not in self.periods for v in values):
            bad = next(v for v in values if v not in self.periods)
            key = "since" if bad == since and form.has("since") else "until" if bad == until else "given"
            message = f"{bad} of {form.what} is outside the periods {self.periods[0]} to {self.periods[-1]}"
            self.problems.append(Problem("BW214", message, form.place(key)))
        return since, until

    def range(self, form: Form) -> tuple[Fraction | None, Fraction | None]:
        if not form.has("range"):
            return None, None
        if isinstance(form.get("range"), ScalarNode):
            form.wrong("range", "a list of two bounds", 'e.g. ["0", "1"] or ["0", none]')
            return None, None
        texts = form.texts("range")
        if len(texts) != 2:
            form.wrong("range", "a list of two bounds; none for an open end", 'e.g. ["0", "1"] or ["0", none]')
            return None, None
        bounds: list[Fraction | None] = []
        for text in texts:
            try:
                bounds.append(None if text == "none" else read_decimal(text))
            except NumberFormatError as error:
                self.problems.append(Problem("BW112", f"range of {form.what}: {error}", form.place("range")))
                bounds.append(None)
        if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
            form.wrong("range", "a list of two bounds, the lower one first")
            return None, None
        return bounds[0], bounds[1]

    def edge(self, form: Form) -> tuple[str, str] | None:
        if not form.has("edge"):
            return None
        inner = Form(form.get("edge") or form.node, self.problems, f"edge of {form.what}", "edge")
        return inner.text("from"), inner.text("to")

    def where(self, form: Form, name: str, dims: tuple[str, ...]) -> tuple[Index, ...]:
        node = form.get("where")
        if isinstance(node, ScalarNode):
            self.where_of[name] = (node.value.strip(), node.place)
            return ()
        if form.has("where") and not dims:
            form.wrong("where", "absent, because foreach names no dimension")
            return ()
        before = len(self.problems)
        indices = tuple(self.index(n, dims, f"where of {form.what}", whole=True) for n in form.items("where"))
        if len(self.problems) > before:
            return ()  # which indices are meant is not known
        if isinstance(node, SequenceNode) and len(set(indices)) != max(1, len(indices)):
            form.wrong("where", "a list of one or more indices without repetition")
        return indices

    def index(self, node: Node, dims: tuple[str, ...], what: str, *, whole: bool) -> Index:
        form = Form(node, self.problems, what, dims)
        pairs = []
        for dimension in dims:
            if not form.has(dimension):
                if whole:
                    self.problems.append(
                        Problem("BW207", f"{what} does not choose a member of {dimension!r}", node.place)
                    )
                continue
            member = form.text(dimension)
            members = self.dimensions[dimension].members
            if member not in members:
                hint = did_you_mean(member, members, "members")
                message = f"{member!r} is not a member of dimension {dimension!r}"
                self.problems.append(Problem("BW207", message, form.place(dimension), hint))
            pairs.append((dimension, member))
        return tuple(pairs)

    def unit(self, form: Form, name: str) -> None:
        text = form.text("unit")
        if not text:
            if form.has("unit"):
                form.wrong("unit", "a unit", "write 1 for a plain number")
            return
        try:
            self.found.units[name] = self.vocabulary.parse(text)
        except UnitError as error:
            message = f"unit of {form.what}: {error}"
            self.problems.append(Problem("BW206", message, form.place("unit"), error.hint))

    def expressions(self, form: Form, name: str, expression: str) -> None:
        inputs: tuple[str, ...] = ()
        if form.has("expression"):
            tree = self.tree(form.get("expression"), f"expression of {form.what}")
            if tree is not None:
                self.found.expressions[name] = tree
                inputs = _names(tree)
        trees = {}
        for variant, node in form.mapping("variants"):
            tree = self.tree(node, f"variant {variant!r} of {form.what}")
            if tree is not None:
                trees[variant] = tree
        self.found.variants[name] = trees
        by_variant = tuple((v, _names(t)) for v, t in trees.items())
        quantity = self.found.quantities[name]
        self.found.quantities[name] = replace(quantity, inputs=inputs, variant_inputs=by_variant)

    def tree(self, node: Node | None, what: str) -> Expr | None:
        if not isinstance(node, ScalarNode):
            if node is not None and what.startswith("variant"):  # of an expression it has been reported
                self.problems.append(Problem("BW110", f"{what} must be one text", node.place, "quote it"))
            return None
        line, column = node.end
        rest = node.source.lines[line][column:] if line < len(node.source.lines) else ""
        if node.plain and rest.lstrip().startswith("#"):
            hint = "quote the expression, or put the comment on a line of its own"
            self.problems.append(
                Problem("BW104", f"a comment cuts {what} short", node.source.place(line + 1, column + 1), hint)
            )
            return None
        try:
            return parse(node.value)
        except ExpressionError as error:
            place = node.locate(*error.span)
            self.problems.append(Problem("BW111", f"{what}: {error}", place, error.hint))
            return None

    def assumed_index(self, form: Form, quantity: Quantity) -> Index:
        node = form.get("index")
        if not quantity.dimensions:
            if node is not None:
                form.wrong("index", "absent, because the quantity has no dimensions")
            return ()
        if node is None:
            hint = f"index: {{{', '.join(f'{d}: …' for d in quantity.dimensions)}}}"
            self.problems.append(Problem("BW109", f"{form.what} needs the key 'index'", form.node.place, hint))
            return ()
        return self.index(node, quantity.dimensions, form.what, whole=True)

    def assume(self, form: Form, name: str, file: str) -> None:
        quantity = self.found.quantities[name]
        if form.has("assume") and form.has("expression") and not quantity.given:
            hint = "declare given: the periods in which an assumption stands in for the rule"
            form.wrong("assume", "absent, because the rule gives every value", hint)
            return
        span = [p for p in self.periods if (quantity.since or 0) <= p <= (quantity.until or 9999)]
        existing: list[int | None] = list(quantity.given if form.has("expression") else span)
        seen: set[tuple[Index, int | None]] = set()
        for node in form.items("assume"):
            what = f"assumption of {form.what}"
            inner = Form(node, self.problems, what, "assumption")
            index = self.assumed_index(inner, quantity)
            self.assumed.append((name, index, inner.place("index")))
            period = inner.integer("period")
            if period is not None and not quantity.timed:
                inner.wrong("period", "absent, because the quantity has no periods")
            elif period is not None and existing and period not in existing:
                kind = "one of the given periods" if form.has("expression") else "one of its periods"
                inner.wrong("period", f"{kind}, {existing[0]} to {existing[-1]}")
            value = inner.number("value")
            if value is None:
                continue
            below = quantity.low is not None and value < quantity.low
            if below or (quantity.high is not None and value > quantity.high):
                low, high = (b if b is None else fraction_text(b) for b in (quantity.low, quantity.high))
                message = f"the value {inner.text('value')} of {what} is outside its range {low} … {high}"
                hint = f"the unit is {quantity.unit}"
                if quantity.unit == "1" and 1 < value <= 100:
                    hint += f"; write {inner.text('value')} % as {fraction_text(value / 100)}"
                self.problems.append(Problem("BW209", message, inner.place("value"), hint))
                continue
            periods: list[int | None] = [period]
            if quantity.timed and period is None:
                periods = existing
            for each in periods:
                if (index, each) in seen:
                    hint = "keep one of the values; change it by a scenario or by --set"
                    self.problems.append(Problem("BW202", f"{what} is given twice for one cell", node.place, hint))
                    break
                seen.add((index, each))
                self.found.assumptions.append(
                    Assumption(
                        name,
                        index,
                        each,
                        value,
                        inner.text("note"),
                        file,
                        node.place.line,
                        inner.texts("source"),
                    )
                )

    def scenario(self, file: str, node: Node) -> None:
        name = file.rsplit("/", 1)[-1].removesuffix(".yaml").removesuffix(".yml")
        form = Form(node, self.problems, f"scenario {name!r}", "scenario")
        if name in self.found.scenarios or name == "base":
            self.problems.append(Problem("BW202", f"the scenario {name!r} is declared twice", node.place))
        settings = form.mapping("set")
        for cell, value in settings:
            if isinstance(value, SequenceNode | MapNode):
                self.problems.append(
                    Problem("BW110", f"the value of {cell} must be one number with its unit", value.place)
                )
                continue
            self.settings.append(Setting(cell, value.value, settings.keys[cell], value.place, name))
        chosen = form.mapping("variants")
        for rule, variant in chosen:
            self.chosen.append((name, rule, scalar_text(variant), chosen.keys[rule], variant.place))
        self.found.scenarios[name] = Scenario(name, form.label(), (), ())
        if form.has("uncertainty"):
            self.uncertain.append(read_uncertainty(form.get("uncertainty") or node, name, self.problems))

    def finish(self) -> None:
        """Resolve `where: other.quantity` to the index set of that quantity; then check what names cells."""
        for name, (other, place) in self.where_of.items():
            target = self.found.quantities.get(other)
            mine = self.found.quantities[name]
            if target is None:
                hint = did_you_mean(other, self.found.quantities)
                self.problems.append(Problem("BW201", f"no quantity {other!r} in where of {name!r}", place, hint))
            elif target.dimensions != mine.dimensions or other in self.where_of:
                message = f"where of {name!r} needs a quantity with the same dimensions and a list of its own"
                self.problems.append(Problem("BW207", message, place))
            else:
                self.found.quantities[name] = replace(mine, where=target.where)
        for name, index, place in self.assumed:
            where = self.found.quantities[name].where
            if where and index and index not in where:
                message = f"the assumption is for {index_text(name, index)}, which does not exist"
                self.problems.append(Problem("BW207", message, place, f"the where list of {name!r} leaves it out"))
        self.finish_scenarios()

    def finish_scenarios(self) -> None:
        """Give every scenario the settings and variants that hold up."""
        found = self.found
        for setting in self.settings:
            if setting.cell.partition("[")[0] in found.unaligned:
                continue
            wrong = check_setting(
                setting, found.quantities, self.dimensions, self.periods, found.units, self.vocabulary
            )
            self.problems += wrong
            if not wrong:
                scenario = found.scenarios[setting.scenario]
                kept = (setting.cell, setting.amount, str(setting.amount_place))
                found.scenarios[setting.scenario] = replace(scenario, values=(*scenario.values, kept))
        for name, rule, variant, rule_place, place in self.chosen:
            known = found.variants.get(rule, {})
            if variant in known:
                scenario = found.scenarios[name]
                found.scenarios[name] = replace(scenario, variants=(*scenario.variants, (rule, variant)))
                continue
            hint = did_you_mean(variant, known, "variants")
            if rule not in found.quantities:
                hint = did_you_mean(rule, [q for q, variants in found.variants.items() if variants], "rules")
                message = f"no rule {rule!r} to choose a variant of"
                self.problems.append(Problem("BW201", message, rule_place, hint))
                continue
            if not known:
                hint = f"{rule!r} has no variants"
            self.problems.append(Problem("BW201", f"no variant {variant!r} of {rule!r}", place, hint))
        for block in self.uncertain:
            scenario = found.scenarios[block.scenario]
            vary, correlations = check_uncertainty(
                block, found.quantities, self.dimensions, self.periods, found.units, self.vocabulary, self.problems
            )
            found.scenarios[block.scenario] = replace(scenario, vary=vary, correlations=correlations)


def _names(tree: Expr) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r.name for r in references(tree)))


def _written(place: Place) -> tuple[int, int, str]:
    return place.line, place.column, place.text
