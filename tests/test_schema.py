"""The JSON Schema of the YAML files: what ships fits it, what `check` refuses for its keys does not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bullwhip import cli
from bullwhip.errors import BullwhipError
from bullwhip.load.yaml_reader import read_yaml
from bullwhip.model.source import MapNode, Node, ScalarNode
from bullwhip.validate.form import Form
from bullwhip.validate.format import TABLES
from bullwhip.validate.keys import Scalar
from bullwhip.validate.schema import KINDS, schema
from bullwhip.workspace.opening import check_files
from bullwhip.workspace.starting import starter_files
from documents import ROOT

ROOTS = [ROOT, ROOT / "starter", *sorted(p for p in (ROOT / "tests" / "golden").iterdir() if p.is_dir())]
FILES = [f for r in ROOTS for p in ("rules/**/*.yaml", "ontology/facts/*/document.yaml") for f in sorted(r.glob(p))]
BROKEN = [f for c in ("BW108", "BW109") for f in sorted((ROOT / "tests" / "invalid").glob(f"{c}-*.yaml"))]


def plain(node: Node | None) -> Any:
    """Return what an editor's YAML reader makes of a tree: plain numbers and truth values are no text."""
    if isinstance(node, MapNode):
        return {key: plain(inner) for key, inner in node}
    if isinstance(node, ScalarNode):
        if not node.plain:
            return node.value
        if node.value in ("", "null", "~"):
            return None
        if node.value in ("true", "false"):
            return node.value == "true"
        if re.fullmatch(r"[-+]?\d+", node.value):
            return int(node.value)
        return float(node.value) if re.fullmatch(r"[-+]?\d+\.\d+", node.value) else node.value
    return [plain(inner) for inner in node.items] if node is not None else None


def content(path: Path) -> Any:
    """Return the content of a YAML file as an editor sees it."""
    node, _ = read_yaml(path.name, path.read_bytes())
    return plain(node)


@cache
def validator(kind: str) -> jsonschema.Draft202012Validator:
    """Return the validator of a kind of file."""
    return jsonschema.Draft202012Validator(schema(kind))


def kinds(path: Path, found: Any) -> list[str]:
    """Return the kinds of file that a file is."""
    if path.name == "document.yaml":
        return ["document"]
    return ["rules", *(kind for kind in ("workspace", "scenario") if kind in found)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one(kind: str) -> None:
    """Each schema follows draft 2020-12, and every reference in it leads to a definition that is used."""
    made = schema(kind)

    jsonschema.Draft202012Validator.check_schema(made)
    assert set(made["$defs"]) == set(re.findall(r"#/\$defs/(\w+)", json.dumps(made)))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_fits_its_schema(path: Path) -> None:
    """What ships is valid in every kind that it is."""
    found = content(path)

    assert [] == [e.message for kind in kinds(path, found) for e in validator(kind).iter_errors(found)]


@pytest.mark.parametrize("path", BROKEN, ids=lambda p: p.stem)
def test_what_check_refuses_for_its_keys_does_not_fit(path: Path) -> None:
    """A file with an unknown or a missing key is invalid in an editor, too."""
    assert not validator("rules").is_valid(content(path))


@pytest.mark.parametrize("path", [f for f in FILES if "solar" in f.parts], ids=lambda p: p.name)
def test_schema_and_check_agree_on_every_key(path: Path, tmp_path: Path) -> None:
    """With one key renamed anywhere, the file is refused by both or by none of them."""
    differing = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        match = re.match(r"(\s*(?:- \{)?)([a-z_.]+)(:.*)", line)
        if match is None:
            continue
        text = "\n".join([*lines[:number], f"{match[1]}{match[2]}_zz{match[3]}", *lines[number + 1 :]])
        node, _ = read_yaml(path.name, text.encode())
        found = plain(node)
        by_schema = any(not validator(kind).is_valid(found) for kind in kinds(path, found)[:1])
        if by_schema != _refused(node, path.name == "document.yaml"):
            differing.append(line)

    assert [] == differing


def _refused(node: Node | None, is_document: bool) -> bool:
    """Return whether the reader of a file finds an unknown or a missing key."""
    from bullwhip.model.inference_names import Names
    from bullwhip.units import Vocabulary
    from bullwhip.validate.declarations import read_declarations
    from bullwhip.validate.derivations import read_derivations
    from bullwhip.validate.header import read_dimensions, read_header
    from bullwhip.validate.inference import read_inference
    from bullwhip.validate.mapping import read_mapping

    assert isinstance(node, MapNode)
    problems: list[Any] = []
    vocabulary = Vocabulary.with_counts({})
    if is_document:
        read_mapping(node, vocabulary, problems)
    else:
        files = [("rules/a.yaml", node)]
        dimensions = read_dimensions(files, problems)
        read_declarations(files, dimensions, (2022, 2023, 2024, 2025), vocabulary, problems)
        read_derivations(files, (), (), {}, {}, vocabulary, problems)
        read_inference(files, (), Names({}), problems)
        if "workspace" in node.items or "time" in node.items:
            read_header(files, problems)
    return any(p.code in ("BW108", "BW109") for p in problems)


JUNK = ("[]", "{}", "", "[a]", "{a: b}", "-1", "true", '"x y"')


def _with_junk(text: str) -> Iterator[tuple[str, str]]:
    """Yield a file with the first value of each key replaced, and the line that was."""
    seen: set[str] = set()
    lines = text.splitlines()
    for number, line in enumerate(lines):
        for match in re.finditer(r"([a-z_]+): ([^\s{\[#,}\]][^,}\]#]*)(?=[,}\]]|$)", line):
            if match[1] in seen or line.lstrip().startswith("#"):
                continue
            seen.add(match[1])
            for junk in JUNK:
                changed = line[: match.start(2)] + junk + line[match.end(2) :]
                yield "\n".join([*lines[:number], changed, *lines[number + 1 :]]), changed.strip()


@pytest.mark.parametrize("name", [n for n in starter_files("en") if n.endswith(".yaml")])
def test_what_a_schema_refuses_check_refuses(name: str) -> None:
    """With a value of another form anywhere, no file is invalid in an editor and sound to `check`."""
    files = starter_files("en")
    silent, refused = [], 0
    for text, line in _with_junk(files[name].decode()):
        node, broken = read_yaml(name, text.encode())
        if broken or not isinstance(node, MapNode):
            continue
        found = plain(node)
        if all(validator(kind).is_valid(found) for kind in kinds(Path(name), found)):
            continue
        refused += 1
        try:
            check_files(files | {name: text.encode()}, "")
        except BullwhipError:
            continue
        silent.append(line)

    assert ([], True) == (silent, refused > 0)


def test_every_key_is_explained_in_both_languages() -> None:
    """No key is without a text in English and in Chinese."""
    assert [] == [f"{t}.{k.name}" for t, keys in TABLES.items() for k in keys if not (k.en and k.zh)]


def test_every_key_is_documented() -> None:
    """What the tables know stands in docs/workspace.md."""
    page = (ROOT / "docs" / "workspace.md").read_text(encoding="utf-8")
    page = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    shown = set(re.findall(r"[a-z][a-z_]*", " ".join(re.findall(r"`[^`]+`", page))))

    assert set() == {key.name for keys in TABLES.values() for key in keys} - shown


def test_a_key_is_read_only_as_the_table_says() -> None:
    """Reading a text as a list is an error of the program, so that schema and checks cannot come apart."""
    node, _ = read_yaml("f.yaml", b"first: 2022\nlast: 2025\n")
    assert node is not None
    form = Form(node, [], "time", "time")

    with pytest.raises(AssertionError, match="last of time is not declared"):
        form.texts("last")
    assert 2022 == form.integer("first")


def test_forms_of_values_are_those_of_the_reader() -> None:
    """A wrong kind, a range of one bound and a text for a flag are refused; a bare number is a text."""
    rule: dict[str, Any] = {"unit": 1, "kind": "ratio", "expression": 6, "range": ["0", "none"], "primary": True}
    file = {"rules": {"a.b": rule}}
    wrong = {"kind": "ratios", "range": ["0"], "primary": "yes", "foreach": "period", "since": "next", "unit": None}

    assert validator("rules").is_valid(file)
    assert [] == [k for k, v in wrong.items() if validator("rules").is_valid({"rules": {"a.b": rule | {k: v}}})]
    assert [] == [name for name in ("Ab", "a-b", "sum", "名") if validator("rules").is_valid({"rules": {name: rule}})]


def test_the_command_writes_what_the_tables_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`schema KIND -o FILE` writes a schema whole, keeps a file that exists, and names the nearest kind."""
    target = tmp_path / "rules.json"

    assert 0 == cli.run(["schema", "rules", "-o", str(target)])
    assert schema("rules") == json.loads(target.read_text(encoding="utf-8"))
    assert 2 == cli.run(["schema", "document", "-o", str(target)])
    assert schema("rules") == json.loads(target.read_text(encoding="utf-8"))
    assert 2 == cli.run(["schema", "scenari"])
    assert "did you mean 'scenario'" in capsys.readouterr().err
    assert 0 == cli.run(["schema", "--json"])
    assert list(KINDS) == [k["id"] for k in json.loads(capsys.readouterr().out)]


def test_choices_and_no_other_values_have_options() -> None:
    """A choice without options could not be met."""
    scalars = [k.value for keys in TABLES.values() for k in keys if isinstance(k.value, Scalar)]

    assert [] == [v for v in scalars if (v.form == "choice") != bool(v.options)]
