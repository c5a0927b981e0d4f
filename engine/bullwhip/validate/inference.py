"""Reads the inference rules of a workspace and of the library; checks every rule by itself and all together (§22)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bullwhip.datalog.stratify import program_problems
from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.expr.clauses import FUNCTIONS, Clause, Comparison, parse_head, parse_part
from bullwhip.expr.grammar import ExpressionError
from bullwhip.model.inference import AGGREGATES, InferenceProgram, InferenceRule, Relation
from bullwhip.model.inference_names import Names, UnknownNameError
from bullwhip.model.label import Label
from bullwhip.model.source import MapNode, Node, ScalarNode
from bullwhip.validate.form import Form
from bullwhip.validate.inference_body import Body, Spot
from bullwhip.validate.inference_order import check_order, check_used

__all__ = ["read_inference"]

Files = Sequence[tuple[str, MapNode]]

_RESERVED = frozenset({*FUNCTIONS, *AGGREGATES, "new", "not", "true", "false", "and", "or"})
_RELATION = re.compile(r"[a-z][a-z0-9_]*")
_IN_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass
class _Found:
    """What the files declare, with the places that later messages need."""

    relations: dict[str, Relation] = field(default_factory=dict)
    rules: dict[str, InferenceRule] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    spots: dict[str, tuple[list[Spot], list[Spot]]] = field(default_factory=dict)
    """Of each rule where its heads and the parts of its body stand, as they are numbered in the record."""
    unread: bool = False
    """Whether a rule could not be read, so that nobody knows what it derives."""


def read_inference(files: Files, library: Files, names: Names, problems: list[Problem]) -> InferenceProgram:
    """Return every inference rule and relation, in order of id; report all that does not hold.

    Args:
        files: rule files of the workspace by name.
        library: the rule files that every workspace gets.
        names: what names mean in this workspace.
        problems: where problems are added.
    """
    found = _Found()
    both = [*library, *files]
    for file, root in both:
        for name, body, place in _section(root, "relations", problems):
            _relation(found, name, body, place, names, problems, file)
    for file, root in both:
        for name, body, place in _section(root, "inference", problems):
            if name in found.rules:
                hint = f"first declared in {found.rules[name].file}:{found.rules[name].line}"
                problems.append(Problem("BW202", f"the inference rule {name!r} is declared twice", place, hint))
                continue
            _Reader(found, names, problems).read(name, body, place, file)
    program = InferenceProgram(
        tuple(found.rules[n] for n in sorted(found.rules)), tuple(found.relations[n] for n in sorted(found.relations))
    )
    if not found.unread:
        before = len(problems)
        check_used(program, found.places, problems)
        check_order(program, found.spots, problems)
        if len(problems) == before:  # the engine has the last word
            problems += program_problems(program)
    return program


def _section(root: MapNode, section: str, problems: list[Problem]) -> Iterator[tuple[str, Node, Place]]:
    node = root.items.get(section)
    if node is None:
        return
    if not isinstance(node, MapNode):
        problems.append(Problem("BW110", f"{section} must be a mapping from id to declaration", node.place))
        return
    for name, body in node:
        yield name, body, node.keys[name]


def _relation(
    found: _Found, name: str, body: Node, place: Place, names: Names, problems: list[Problem], file: str
) -> None:
    form = Form(body, problems, f"relation {name!r}", "relation")
    arguments = form.texts("arguments")
    label, says = form.label(), form.label("says")
    form.text("note")
    if name in found.relations:
        first = found.relations[name]
        hint = f"first declared in {first.file}:{first.line}"
        problems.append(Problem("BW202", f"the relation {name!r} is declared twice", place, hint))
        return
    found.places[name] = place
    found.relations[name] = Relation(name, label, arguments, says, file, place.line)
    for argument in arguments:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", argument):
            message = f"the argument {argument!r} of {form.what} is no name"
            hint = "letters, digits and underscores, as in ?driver"
            problems.append(Problem("BW203", message, form.item_place("arguments", argument), hint))
    if len(set(arguments)) < len(arguments):
        form.wrong("arguments", "a list without repetition")
    if ":" in name:
        try:
            names.predicate(name, len(arguments) or 2)
        except UnknownNameError as error:
            code = "BW223" if "argument" in str(error) else "BW222"
            problems.append(Problem(code, f"{form.what}: {error}", place, error.hint))
    elif not _RELATION.fullmatch(name) or name in _RESERVED:
        why = "is a reserved word" if name in _RESERVED else "is malformed"
        hint = "a word in lower case, e.g. reaches; a property has its prefix: bw:suppliesTo"
        problems.append(Problem("BW203", f"the name of {form.what} {why}", place, hint))
    _sentences(form, [*arguments], problems)


def _sentences(form: Form, known: Sequence[str], problems: list[Problem]) -> None:
    """Report what stands in braces in a sentence and is none of the names that it may use."""
    node = form.get("says")
    for language, text in node if isinstance(node, MapNode) else ():
        if not isinstance(text, ScalarNode):
            continue
        for match in _IN_BRACES.finditer(text.value):
            if match[1] not in known:
                message = f"says of {form.what} ({language}) has {{{match[1]}}}, which is none of its variables"
                hint = did_you_mean(match[1], known) or f"variables: {', '.join(dict.fromkeys(known))}"
                problems.append(Problem("BW222", message, text.locate(*match.span(1)), hint))
        if re.search("[{}]", _IN_BRACES.sub("", text.value)):
            message = f"says of {form.what} ({language}) has a brace without its counterpart"
            problems.append(Problem("BW222", message, text.place, "{company} stands for the variable ?company"))


class _Reader:
    """Reads one rule."""

    def __init__(self, found: _Found, names: Names, problems: list[Problem]) -> None:
        self.found, self.names, self.problems = found, names, problems

    def read(self, name: str, body: Node, place: Place, file: str) -> None:
        form = Form(body, self.problems, f"inference rule {name!r}", "inference")
        if not _RELATION.fullmatch(name) or len(name) > 100:
            hint = "ids are snake_case in ASCII, e.g. reaches_through_edges"
            self.problems.append(Problem("BW203", f"the id of {form.what} is malformed", place, hint))
        before = len(self.problems)
        heads = [(spot, tree) for spot, tree in self.trees(form, "then") if isinstance(tree, Clause)]
        parts = self.trees(form, "when")
        label, says, source, note = form.label(), form.label("says"), form.text("source"), form.text("note")
        if len(self.problems) > before or not heads or not parts:
            self.found.unread = True
            return
        made = Body(form.what, self.names, self.found.relations, self.problems)
        made.read(heads, parts, _named(says))
        _sentences(form, made.speaks_of, self.problems)
        if len(self.problems) > before:
            self.found.unread = True
        self.found.rules[name] = InferenceRule(
            name, label, tuple(made.heads), tuple(made.parts), says, source, note, file, place.line
        )
        self.found.spots[name] = (made.head_spots, made.part_spots)

    def trees(self, form: Form, key: str) -> list[tuple[Spot, Clause | Comparison]]:
        """Return the trees of the texts under a key."""
        found: list[tuple[Spot, Clause | Comparison]] = []
        node = form.get(key)
        if isinstance(node, ScalarNode) and key == "then":
            form.text(key)
            items: tuple[Node, ...] = (node,)
        else:
            items = form.items(key)
            if form.has(key) and not items and not isinstance(node, ScalarNode | MapNode):
                form.wrong(key, "a list of one part or more")
        open_one = False
        for item in items:
            if open_one:
                continue  # the rest of a part that a comma has cut
            if not isinstance(item, ScalarNode):
                message = f"{key} of {form.what} must be a list of texts"
                hint = "quote a part that holds a colon followed by a space, or that begins with a bracket"
                self.problems.append(Problem("BW110", message, item.place, hint))
                continue
            try:
                tree = parse_head(item.value) if key == "then" else parse_part(item.value)
            except ExpressionError as error:
                hint = error.hint
                open_one = item.value.count("(") > item.value.count(")") and len(items) > 1
                if open_one and item is not items[-1]:
                    hint = "a comma in […] begins a new item: quote the part, or write one part a line"
                place = item.locate(*error.span)
                self.problems.append(Problem("BW221", f"{key} of {form.what}: {error}", place, hint))
                continue
            found.append((Spot(item, tree.span), tree))
        return found


def _named(says: Label) -> list[str]:
    return [name for text in (says.zh, says.en) for name in _IN_BRACES.findall(text)]
