"""The tables of keys: for every mapping of a YAML file its keys, which are required, and the form of each value.

What a file may say stands here and nowhere else. `Form` reads a mapping by its table and refuses to read a key in
another way than the table says; `schema` writes the same tables as JSON Schema. So the two cannot come apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bullwhip.model.label import Label

__all__ = ["Either", "Group", "Key", "Keys", "Listed", "Named", "Scalar", "Value"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, kept as written."""

    form: Literal["text", "whole", "number", "choice"] = "text"
    options: tuple[str, ...] = ()
    """What may stand there, of a choice."""
    empty: bool = True
    """Whether the value may be left out behind the colon."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list."""

    of: Value
    least: int = 0
    most: int | None = None
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping whose keys are names or texts of the workspace."""

    of: Value
    names: str = ""
    """The pattern of its keys; any text when empty."""
    reserved: tuple[str, ...] = ()
    """Names that fit the pattern and may not be used."""
    least: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A mapping with a table of keys of its own, by the name of the table."""

    table: str


@dataclass(frozen=True, slots=True)
class Either:
    """A value that can be written in several forms."""

    options: tuple[Value, ...]


Value = Scalar | Listed | Named | Group | Either


@dataclass(frozen=True, slots=True)
class Key:
    """One key: the form of its value, and what it says in both languages."""

    name: str
    value: Value
    en: str
    zh: str
    required: bool = False

    @property
    def label(self) -> Label:
        """What the key says."""
        return Label(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one kind of mapping."""

    about: Label
    keys: tuple[Key, ...]
    some: tuple[str, ...] = ()
    """Keys of which at least one is written."""
    by_name: Mapping[str, Key] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {key.name: key for key in self.keys})

    def __iter__(self) -> Iterator[Key]:
        return iter(self.keys)

    @property
    def names(self) -> tuple[str, ...]:
        """Every key, in the order in which messages list them."""
        return tuple(self.by_name)

    @property
    def required(self) -> tuple[str, ...]:
        """The keys that must be written."""
        return tuple(key.name for key in self.keys if key.required)

    def form(self, key: str) -> tuple[Value, ...]:
        """Return the forms in which the value of a key can be written."""
        value = self.by_name[key].value
        return value.options if isinstance(value, Either) else (value,)
