"""Reading a mapping against its declared form: known keys, required keys, typed values, all problems collected."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.label import Label
from bullwhip.model.source import MapNode, Node, ScalarNode, SequenceNode
from bullwhip.numbers import NumberFormatError, fraction_text, read_decimal
from bullwhip.validate.format import TABLES
from bullwhip.validate.keys import Group, Keys, Listed, Named, Scalar, Value

__all__ = ["Form", "plain_digits", "scalar_text"]


def scalar_text(node: Node | None) -> str:
    """Return the text of a scalar node, or an empty string for anything else."""
    return node.value if isinstance(node, ScalarNode) else ""


def plain_digits(text: str) -> str:
    """Return a hint how to write a number that cannot be read as it stands.

    >>> plain_digits("5%"), plain_digits("5,200"), plain_digits("many")
    ('write plain digits: 0.05', 'write plain digits: 5200', 'write plain digits')
    """
    plain = text.translate(_MARKS)
    part = plain.removesuffix("%").strip()
    try:
        value = read_decimal(part)
    except NumberFormatError:
        return "write plain digits"
    return f"write plain digits: {fraction_text(value / 100) if plain.endswith('%') else part}"


_TRUTH = {
    "yes": "true",
    "on": "true",
    "1": "true",
    "no": "false",
    "off": "false",
    "0": "false",
    "是": "true",
    "否": "false",
}
"""Words for true and false that are not read, to the one that is."""

_MARKS = {ord("，"): None, ord(","): None, ord(" "): None, ord("％"): "%", ord("。"): "."}


def _follows_comma(value: Node, place: Place) -> bool:
    """Return whether a key without value stands behind a comma: a piece of a text or number that holds one."""
    return scalar_text(value) == "" and place.text[: place.column - 1].rstrip().endswith(",")


class Form:
    """One mapping being read; every accessor reports what is wrong and returns a neutral value."""

    def __init__(
        self,
        node: Node,
        problems: list[Problem],
        what: str,
        keys: str | Iterable[str],
    ) -> None:
        """Check the keys of `node`.

        Args:
            node: what should be a mapping.
            problems: where problems are added.
            what: names the thing in messages, e.g. "rule 'hbm.value'".
            keys: the name of a table of keys; or names of the workspace, where the keys are no part of the format.
        """
        self.problems, self.what = problems, what
        self.table: Keys | None = TABLES[keys] if isinstance(keys, str) else None
        self.node = node if isinstance(node, MapNode) else MapNode({}, {}, node.place)
        self.unknown: list[str] = []
        """Keys that the table does not have."""
        if not isinstance(node, MapNode):
            problems.append(Problem("BW110", f"{what} must be a mapping", node.place, "write key: value lines"))
            return
        known = list(keys if self.table is None else self.table.names)
        self.unknown = [key for key in self.node.keys if key not in known]
        for key, place in self.node.keys.items():
            if key not in known:
                hint = did_you_mean(key, known) or f"keys of {what.split(' ')[0]}: {', '.join(known)}"
                if _follows_comma(self.node.items[key], place):
                    hint = "a comma begins a new key: quote a text that holds one, and write 5200 for 5,200"
                problems.append(Problem("BW108", f"{what} has no key {key!r}", place, hint))
        if self.table is None:
            return
        for key in self.table.required:
            if key not in self.node.items and not any(did_you_mean(k, [key]) for k in self.unknown):
                problems.append(Problem("BW109", f"{what} needs the key {key!r}", node.place, f"add {key}: …"))
        some = self.table.some
        if some and not any(k in self.node.items or did_you_mean(u, [k]) for k in some for u in (*self.unknown, "")):
            wanted = " or ".join(f"{key}:" for key in some)
            problems.append(Problem("BW109", f"{what} needs {wanted}", node.place, self.says(some[0])))

    def says(self, key: str) -> str:
        """Return what a key of the format says, for a hint."""
        if self.table is None:
            return ""
        options = [o for value in self.table.form(key) if isinstance(value, Scalar) for o in value.options]
        return f"one of {', '.join(options)}" if options else f"{key}: {self.table.by_name[key].en}"

    def declared(self, key: str, kind: type[Value], form: str = "") -> Value | None:
        """Return the form that the table gives a key; reading it in another way is an error of the program."""
        if self.table is None or key not in self.table.by_name:
            return None  # where it is written all the same, that has been reported
        for value in self.table.form(key):
            if isinstance(value, kind) and (not form or (isinstance(value, Scalar) and value.form == form)):
                return value
        raise AssertionError(f"{key} of {self.what} is not declared as {form or kind.__name__}")

    def has(self, key: str) -> bool:
        """Return whether the key is written."""
        return key in self.node.items

    def get(self, key: str) -> Node | None:
        """Return the node under a key."""
        return self.node.items.get(key)

    def place(self, key: str) -> Place:
        """Return the place of the value under a key, or of the mapping."""
        node = self.node.items.get(key)
        return node.place if node is not None else self.node.place

    def item_place(self, key: str, text: str) -> Place:
        """Return the place of an item of a list, or of the value under the key."""
        node = self.get(key)
        found = (i for i in node.items if scalar_text(i).strip() == text) if isinstance(node, SequenceNode) else ()
        return next((item.place for item in found), self.place(key))

    def wrong(self, key: str, expected: str, hint: str = "") -> None:
        """Report that the value under a key has the wrong form."""
        node = self.get(key)
        shown = f", not {node.value!r}" if isinstance(node, ScalarNode) else ""
        self.problems.append(Problem("BW110", f"{key} of {self.what} must be {expected}{shown}", self.place(key), hint))

    def text(self, key: str, default: str = "") -> str:
        """Return a scalar as written, without outer space."""
        self.declared(key, Scalar)
        node = self.get(key)
        if node is None:
            return default
        if not isinstance(node, ScalarNode):
            self.wrong(key, "one value", "quote a text that begins with a bracket or brace")
            return default
        return node.value.strip()

    def choice(self, key: str, default: str = "") -> str:
        """Return a scalar that is one of the options that the table names."""
        declared = self.declared(key, Scalar, "choice")
        value = self.text(key, default)
        if not isinstance(declared, Scalar):
            return default
        options = declared.options
        if self.has(key) and isinstance(self.get(key), ScalarNode) and value not in options:
            self.wrong(key, f"one of {', '.join(options)}", did_you_mean(value, options))
            return default
        return value

    def flag(self, key: str) -> bool:
        """Return a scalar that is `true` or `false`; false when absent."""
        value = scalar_text(self.get(key)).strip().lower()
        if value in _TRUTH:
            self.wrong(key, "one of true, false", f"write {_TRUTH[value]}")
            return _TRUTH[value] == "true"
        return self.choice(key, "false") == "true"

    def integer(self, key: str, default: int | None = None) -> int | None:
        """Return a whole number of at most four digits."""
        self.declared(key, Scalar, "whole")
        text = self.text(key)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            self.wrong(key, "a whole number such as 2025")
            return default
        return int(text)

    def items(self, key: str) -> tuple[Node, ...]:
        """Return the items of a list; empty when absent."""
        self.declared(key, Listed)
        node = self.get(key)
        if node is None:
            return ()
        if not isinstance(node, SequenceNode):
            self.wrong(key, "a list", f"write [{scalar_text(node)}]" if isinstance(node, ScalarNode) else "")
            return ()
        return node.items

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of scalars as written."""
        found = []
        for item in self.items(key):
            if isinstance(item, ScalarNode):
                found.append(item.value.strip())
            else:
                self.problems.append(
                    Problem("BW110", f"{key} of {self.what} must be a list of plain values", item.place)
                )
        return tuple(found)

    def integers(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        texts = self.texts(key)
        if not all(t.isascii() and t.isdigit() and len(t) <= 4 for t in texts):
            self.wrong(key, "a list of periods such as [2023]")
            return ()
        return tuple(int(t) for t in texts)

    def number(self, key: str) -> Fraction | None:
        """Return an exact number."""
        self.declared(key, Scalar, "number")
        text = self.text(key)
        if not text:
            if isinstance(self.get(key), ScalarNode):
                self.wrong(key, "a number")
            return None
        try:
            return read_decimal(text)
        except NumberFormatError as error:
            message = f"{key} of {self.what}: {error}"
            self.problems.append(Problem("BW112", message, self.place(key), plain_digits(text)))
            return None

    def label(self, key: str = "label") -> Label:
        """Return a `{zh: …, en: …}` label."""
        node = self.get(key)
        if node is None:
            return Label()
        self.declared(key, Group)
        form = Form(node, self.problems, f"{key} of {self.what}", "label")
        return Label(form.text("zh"), form.text("en"))

    def mapping(self, key: str) -> MapNode:
        """Return a mapping; empty when absent."""
        self.declared(key, Named)
        node = self.get(key)
        if node is None:
            return MapNode({}, {}, self.node.place)
        if not isinstance(node, MapNode):
            self.wrong(key, "a mapping")
            return MapNode({}, {}, node.place)
        return node
