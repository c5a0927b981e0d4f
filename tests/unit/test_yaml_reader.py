"""Laws of the YAML reader: scalars stay as written, every node knows its place, every file is read or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.load.yaml_reader import read_yaml
from bullwhip.model.source import MapNode, Node, ScalarNode, SequenceNode

KEYS = st.text(alphabet="abcdefgh", min_size=3, max_size=6)
VALUES = st.text(alphabet="abcxyz 0123456789.需求", min_size=1, max_size=12)


def _plain(node: Node | None) -> object:
    match node:
        case ScalarNode(value=value):
            return value
        case MapNode(items=items):
            return {k: _plain(v) for k, v in items.items()}
        case SequenceNode(items=entries):
            return [_plain(v) for v in entries]
        case None:
            return None


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=8))
def test_quoted_scalars_stay_as_written(entries: dict[str, str]) -> None:
    """A quoted value is its characters, whatever it looks like."""
    text = "".join(f"{k}: '{v}'\n" for k, v in entries.items())
    node, problems = read_yaml("a.yaml", text.encode())

    assert problems == []
    assert _plain(node) == entries


@given(st.dictionaries(KEYS, st.lists(KEYS, max_size=4), min_size=1, max_size=8))
def test_every_node_knows_its_place(entries: dict[str, list[str]]) -> None:
    """The characters at the place of a key or value are the key or value."""
    text = "# 需求\n" + "".join(f"{k}: [{', '.join(v)}]\n" for k, v in entries.items())
    lines = text.splitlines()
    node, _ = read_yaml("a.yaml", text.encode())

    assert isinstance(node, MapNode)
    for key, place in node.keys.items():
        assert lines[place.line - 1][place.column - 1 :].startswith(key)
        value = node.items[key]
        assert isinstance(value, SequenceNode)
        for item in value.items:
            assert isinstance(item, ScalarNode)
            assert lines[item.place.line - 1][item.place.column - 1 :].startswith(item.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tree_or_problems(data: bytes) -> None:
    """The reader is total: no exception, and no tree without either content or problems."""
    node, problems = read_yaml("a.yaml", data)

    assert node is not None or problems
    assert all(p.code in ("BW102", "BW103", "BW104", "BW105", "BW106", "BW107", "BW110") for p in problems)


@given(st.text(alphabet="ab:-?[]{},&*!|>'\"%@`#~ \n\t<=0.1_e\\", max_size=80))
def test_any_text_of_yaml_characters_is_a_tree_or_problems(text: str) -> None:
    """The reader is total on texts that nearly are YAML, and its places lie within them."""
    node, problems = read_yaml("a.yaml", text.encode())
    lines = text.count("\n") + 2

    assert node is not None or problems
    assert all(p.place is not None and 0 <= p.place.line <= lines for p in problems)


@given(st.text(alphabet="abcdefghij+*/ ", min_size=1, max_size=60).filter(lambda t: t.strip() == t), st.integers(1, 5))
def test_a_character_of_a_folded_scalar_is_found_in_the_file(words: str, indent: int) -> None:
    """`locate` follows folded lines: the character at the place is the character of the value."""
    folded = words.replace(" ", "\n" + " " * indent)
    text = f"k: >-\n{' ' * indent}{folded}\n"
    node, problems = read_yaml("a.yaml", text.encode())
    if problems or not isinstance(node, MapNode):
        return
    scalar = node.items["k"]
    assert isinstance(scalar, ScalarNode)
    for position, character in enumerate(scalar.value):
        if not character.isspace():
            place = scalar.locate(position, position + 1)
            assert place.text[place.column - 1] == character


@pytest.mark.parametrize(
    "text",
    ["NO", "off", "On", "YES", "012", "002371", "-07", "0x1F", "0b1", "0o7", "1:30", "20:30:59.5", "1_000",
     "1e6",
     "2.5E-3", ".5", "5.", "+.5", "2024-01-01", "2024-1-1", "2001-12-14t21:59:43.10-05:00", ".inf", "-.Inf", ".NaN",
     "="],
)  # fmt: skip
def test_a_scalar_that_readers_disagree_about_is_refused_until_it_is_quoted(text: str) -> None:
    """Plain it is BW106 with the remedy; quoted it stays the text that was written."""
    _, problems = read_yaml("a.yaml", f"k: {text}\n".encode())
    node, none = read_yaml("a.yaml", f'k: "{text}"\n'.encode())

    assert [(p.code, p.hint) for p in problems] == [("BW106", f'quote it: "{text}"')]
    assert (_plain(node), none) == ({"k": text}, [])


@pytest.mark.parametrize(
    "text", ["true", "false", "null", "~", "12", "-3", "1.5", "000x", "1.2.3", "12 %", "A100", "1/3", "3 万"]
)
def test_a_scalar_that_readers_agree_about_stays_as_written(text: str) -> None:
    """Nothing is typed by the reader."""
    node, problems = read_yaml("a.yaml", f"k: {text}\n".encode())

    assert (_plain(node), problems) == ({"k": text}, [])


@pytest.mark.parametrize(
    "character", ["\0", "\x07", "\x1b", "\x7f", "\x9b", "\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad"]
)
def test_a_control_or_invisible_character_is_refused_with_its_name(character: str) -> None:
    """The message names the code point and never shows the character itself."""
    _, problems = read_yaml("a.yaml", f"k: a{character}b\n".encode())

    assert [p.code for p in problems] == ["BW103"]
    assert f"U+{ord(character):04X}" in problems[0].message
    assert character not in problems[0].render()


def test_a_quoted_merge_key_is_a_key_and_not_dropped() -> None:
    """Only the plain `<<` is a merge key, and it is refused."""
    quoted, none = read_yaml("a.yaml", b'"<<": a\n')
    _, refused = read_yaml("a.yaml", b"<<: {a: b}\n")

    assert (_plain(quoted), none) == ({"<<": "a"}, [])
    assert [p.code for p in refused] == ["BW104"]
