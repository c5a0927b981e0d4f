"""A strict reader of YAML: every scalar stays the text that was written, every node knows its place (safety R1).

Refused with a place and a remedy: anything but UTF-8, tags, anchors, aliases, merge keys, several documents, keys that
are not plain text, duplicate keys, scalars that YAML 1.1 and 1.2 read differently, and files beyond the limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from bullwhip.errors import LoadError, Place, Problem
from bullwhip.model.source import MapNode, Node, ScalarNode, SequenceNode, Source

__all__ = ["read_yaml"]

MAX_BYTES = 2_000_000
MAX_DEPTH = 20
MAX_NODES = 200_000

_BASE: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_YAML_1_1 = re.compile(
    r"(?P<bool>[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)"
    r"|(?P<octal>[-+]?0[0-9_]+)|(?P<base>[-+]?0[bxo][0-9a-fA-F_]+)|(?P<sexagesimal>[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)"
    r"|(?P<underscore>[-+]?[0-9][0-9]*_[0-9_]*(?:\.[0-9_]*)?)|(?P<date>\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?)"
    r"|(?P<exponent>[-+]?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+)|(?P<special>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|=|<<)"
    r"|(?P<point>[-+]?\.\d+|[-+]?\d+\.)"
)
"""Plain scalars that a YAML 1.1 reader takes for something else than a YAML 1.2 reader, or than was meant."""

_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff"
_HIDDEN = r"\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufeff\U000e0000-\U000e007f"
_NOT_IN_TEXT = re.compile(f"[{_CONTROL}{_HIDDEN}]")
"""Characters that no file may hold as they are: they steer a terminal, or make a text look like another."""
_NOT_IN_VALUE = re.compile(rf"[\r{_CONTROL}]")
"""Characters that no value may hold, not even written as an escape in double quotes."""

_CHANGED = {
    "bool": "a YAML 1.1 reader takes it for true or false",
    "octal": "readers disagree whether leading zeros mean an octal number, a decimal one or a text",
    "base": "readers disagree whether it is a number",
    "sexagesimal": "a YAML 1.1 reader takes it for a number in base 60",
    "underscore": "a YAML 1.1 reader drops the underscore",
    "date": "a YAML 1.1 reader takes it for a date",
    "exponent": "readers disagree whether it is a number",
    "special": "it is a special value in YAML 1.1",
    "point": "readers disagree whether it is a number",
}


def read_yaml(name: str, data: bytes) -> tuple[Node | None, list[Problem]]:
    """Return the tree of one YAML document and the problems found; the tree is None when it cannot be built.

    Args:
        name: the file's name for messages.
        data: its bytes.
    """
    text, problems = _decode(name, data)
    if text is None:
        return None, problems
    source = Source(name, tuple(text.splitlines()))
    composer = _Composer(source)
    try:
        return composer.compose(text), composer.problems
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if mark and not "".join(source.lines[mark.line :]).strip():  # at the end: show what was never closed
            mark = getattr(error, "context_mark", None) or mark
        place = source.place(mark.line + 1, mark.column + 1) if mark else Place(name)
        found = getattr(error, "problem", None) or str(error)
        if "nesting" in found:  # the parser's own limit, reached before ours
            message = f"nested deeper than {MAX_DEPTH}"
            return None, [*composer.problems, Problem("BW107", message, place, "split the file, or flatten it")]
        hint = "check indentation, colons and quotes on this line and the one before"
        if "mapping values are not allowed" in found:
            hint = "quote a text that holds a colon and a space, or check the indentation"
        wide = next((n for n in (place.line, place.line - 1) if n > 0 and "：" in source.place(n, 1).text), 0)
        if wide:
            place = source.place(wide, source.place(wide, 1).text.index("：") + 1)
            hint = "write an ASCII colon and a space behind a key"
        if mark and "\t" in place.text:
            hint = "indent with spaces, not with tabs"
        return None, [*composer.problems, Problem("BW103", f"not well-formed YAML: {found}", place, hint)]
    except LoadError as error:
        return None, [*composer.problems, *error.problems]


def _decode(name: str, data: bytes) -> tuple[str | None, list[Problem]]:
    if len(data) > MAX_BYTES:
        return None, [Problem("BW107", f"a file of {len(data):,} bytes; at most {MAX_BYTES:,} are read", Place(name))]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, [Problem("BW102", "the file is UTF-16", Place(name, 1, 1), "save the file as UTF-8")]
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[start : error.start].decode("utf-8")) + 1
        shown = _NOT_IN_TEXT.sub("\ufffd", data[start : start + 400].split(b"\n")[0].decode("utf-8", "replace"))
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        return None, [Problem("BW102", message, Place(name, line, column, shown), "save the file as UTF-8")]
    for line, content in enumerate(text.split("\n"), 1):
        bad = _NOT_IN_TEXT.search(content)
        if bad:
            message = f"the control or invisible character U+{ord(bad[0]):04X} is not allowed"
            place = Place(name, line, bad.start() + 1, _NOT_IN_TEXT.sub("\ufffd", content))
            return None, [Problem("BW103", message, place, "remove it")]
    return text, []


class _Composer:
    """Builds the tree from parser events and refuses what the project does not want in its files."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.count = 0

    def compose(self, text: str) -> Node | None:
        events = yaml.parse(text, Loader=_BASE)
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(event, "BW104", "a second document in one file", "split it into two files")
                if event.tags or event.version:
                    self.refuse(event, "BW104", "a directive", "remove the line that begins with %")
            elif isinstance(event, yaml.NodeEvent):
                root = self.node(event, events, 1)
        if root is None:
            self.problems.append(
                Problem(
                    "BW103",
                    "the file is empty",
                    Place(self.source.name, 1, 1),
                    "remove it, or write drivers: or rules:",
                )
            )
        return root

    def refuse(self, event: yaml.Event, code: str, what: str, hint: str) -> None:
        self.problems.append(Problem(code, what, self.place(event), hint))

    def place(self, event: yaml.Event, length: int = 1) -> Place:
        mark = event.start_mark
        return self.source.place(mark.line + 1, mark.column + 1, length) if mark else Place(self.source.name)

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_NODES:
            what = f"nested deeper than {MAX_DEPTH}" if depth > MAX_DEPTH else f"more than {MAX_NODES:,} values"
            raise LoadError(Problem("BW107", what, self.place(event), "split the file, or flatten it"))
        if isinstance(event, yaml.AliasEvent):
            raise LoadError(Problem("BW104", f"the alias *{event.anchor}", self.place(event), "write the value out"))
        if getattr(event, "anchor", None):
            self.refuse(event, "BW104", f"the anchor &{event.anchor}", "remove it; aliases are not read")  # type: ignore[attr-defined]
        tag = getattr(event, "tag", None)
        if tag:
            self.refuse(event, "BW104", f"the tag {tag!r}", "remove it; every value is read as text")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            place = self.place(event)
            items = []
            while not isinstance(inner := next(events), yaml.SequenceEndEvent):
                items.append(self.node(inner, events, depth + 1))
            return SequenceNode(tuple(items), place)
        return self.mapping(event, events, depth)

    def mapping(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> MapNode:
        items: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not isinstance(inner := next(events), yaml.MappingEndEvent):
            place = self.place(inner)
            key = self.node(inner, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            if not isinstance(key, ScalarNode):
                self.problems.append(Problem("BW110", "a key must be plain text", place))
                continue
            place = Place(place.file, place.line, place.column, place.text, len(key.value))
            if key.value == "<<" and key.plain:
                continue  # already refused by scalar()
            if key.value in items:
                first = keys[key.value]
                hint = f"first on line {first.line}; keep one of them"
                self.problems.append(Problem("BW105", f"the key {key.value!r} appears twice", place, hint))
                continue
            items[key.value], keys[key.value] = value, place
        return MapNode(items, keys, self.place(event))

    def scalar(self, event: yaml.ScalarEvent) -> ScalarNode:
        plain = not event.style
        place = self.place(event, max(1, len(event.value)))
        match = _YAML_1_1.fullmatch(event.value) if plain else None
        if match:
            why = _CHANGED[str(match.lastgroup)]
            hint = (
                f'quote it: "{event.value}"' if event.value != "<<" else "merge keys are not read; write the keys out"
            )
            code = "BW106" if event.value != "<<" else "BW104"
            self.problems.append(Problem(code, f"the unquoted value {event.value}: {why}", place, hint))
        bad = _NOT_IN_VALUE.search(event.value)
        if bad:
            message = f"the value holds the control character U+{ord(bad[0]):04X}"
            self.problems.append(Problem("BW103", message, place, "remove the escape"))
        end = (event.end_mark.line, event.end_mark.column) if event.end_mark else (0, 0)
        return ScalarNode(event.value, place, plain, self.source, end)
