"""Pages that are made from the code, so that they cannot fall behind it."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from bullwhip import Workspace
from bullwhip.cli import COMMANDS, group
from bullwhip.errors import CODES
from bullwhip.numbers import fraction_text
from bullwhip.query.header import read_headers
from bullwhip.query.unit_terms import QUDT
from bullwhip.resources import data
from bullwhip.serve.operations import OPERATIONS
from bullwhip.units import SCALES, SI_PREFIXES, Vocabulary, show
from bullwhip.workspace.formats import FORMATS, OPTIONS

_CLASSES = {
    "0": "Usage (exit 2)",
    "1": "Reading files (exit 3)",
    "2": "What files say (exit 3)",
    "4": "Computing (exit 3)",
    "5": "Queries (exit 3)",
    "6": "Inference (exit 3, at a limit 4)",
    "7": "The API (exit 2)",
    "9": "Limits (exit 4)",
}


def errors_page() -> str:
    """Return docs/errors.md."""
    lines = ["# Errors", "", "Every message has a stable code. `tests/invalid/` has an example of each.", ""]
    for digit, title in _CLASSES.items():
        lines += [f"## {title}", "", "| code | meaning |", "|---|---|"]
        lines += [f"| {code} | {meaning} |" for code, meaning in CODES.items() if code[2] == digit]
        lines.append("")
    return "\n".join(lines)


def cli_page() -> str:
    """Return docs/cli.md."""
    context = click.Context(group, info_name="bullwhip", max_content_width=100)
    lines = [
        "# Command line",
        "",
        "Data goes to standard output, messages to standard error. A table is aligned on a terminal and tab-separated",
        "in a pipe; `--json` gives JSON (json.md). `BULLWHIP_FORMAT=table|tsv` overrides, `NO_COLOR` is honoured,",
        "`BULLWHIP_CACHE=DIR|off` moves or turns off the cache of compiled workspaces.",
        "",
        "Exit codes: 0 fine, 1 findings, 2 usage, 3 bad data or rule, 4 limit or time-out.",
        "",
        "```text",
        group.get_help(context),
        "```",
    ]
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=f"bullwhip {name}", max_content_width=100, terminal_width=100)
        lines += ["", f"## bullwhip {name}", "", "```text", command.get_help(inner), "```"]
    return "\n".join(lines) + "\n"


def units_page() -> str:
    """Return docs/units.md."""
    vocabulary = Vocabulary.with_counts({})
    spellings: dict[str, list[str]] = {}
    for spelling, name in vocabulary.aliases.items():
        spellings.setdefault(name, []).append(spelling)
    lines = [
        "# Units",
        "",
        "The vocabulary is closed (convention §8): these names, their prefixes and scales, products, quotients and",
        "powers of them, and the counted things that a workspace declares. The factor is exact, to the coherent unit",
        "of the dimension: gram, metre, second, bit. In RDF a unit is the QUDT term where one is exactly it; any other",
        "is a `bw:Unit` with its exact factor (`bw:factor`) and its factor units, each with a whole exponent. A `year`",
        "and a `month` are of the calendar and have no fixed length; `pp` is a point of percentage.",
        "`bullwhip read unit TEXT` shows how a text is read.",
        "",
        "| unit | dimension | factor | QUDT | SI prefixes | scales | also written |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, unit in vocabulary.names.items():
        term = f"`unit:{QUDT[name]}`" if name in QUDT else ""
        also = " ".join(f"`{s}`" for s in sorted(spellings.get(name, [])))
        marks = ["yes" if flag else "" for flag in (unit.si, unit.scale)]
        cells = [f"`{name}`", show(unit.dimension), fraction_text(unit.factor), term, *marks, also]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "Further spellings: " + ", ".join(
        f"`{s}` for `{n}`" for s, n in sorted(vocabulary.aliases.items()) if n not in vocabulary.names
    ) + ".", "", "SI prefixes: " + ", ".join(f"`{p}` 10^{e}" for p, e in SI_PREFIXES.items()) + ".", "",
    "Scales: " + ", ".join(f"`{s}` 10^{e}" for s, e in SCALES.items()) + ".", "",
    "## Prefixed and compound units with a QUDT term", "", "| unit | factor | QUDT |", "|---|---|---|"]  # fmt: skip
    for text, term in QUDT.items():
        if text not in vocabulary.names:
            lines.append(f"| `{text}` | {fraction_text(vocabulary.parse(text).factor)} | `unit:{term}` |")
    return "\n".join(lines) + "\n"


def queries_page() -> str:
    """Return docs/queries.md."""
    files = {
        f"queries/{p.relative_to(data('queries')).as_posix()}": p.read_bytes() for p in data("queries").rglob("*.rq")
    }
    headers = read_headers(files)
    lines = [
        "# Queries",
        "",
        f"The {len(headers)} queries of the shipped library; they run on any workspace that has none of its own.",
        "`bullwhip query` lists them, `bullwhip query NAME --help-query` documents one, and",
        "`bullwhip query NAME --param NAME=VALUE` runs it (convention §25). Behind its type, `?` marks a",
        "parameter that may be left out, `+` one that takes several values and `*` one that does both. Rows come in a",
        "total order.",
        "",
        "| query | title | 标题 |",
        "|---|---|---|",
    ]
    lines += [f"| [`{h.id}`](#{_anchor(h.id)}) | {h.title.en} | {h.title.zh} |" for h in headers]
    for h in headers:
        lines += ["", f"## {h.id}", "", f"{h.title.en} · {h.title.zh}", "", _escaped(h.description), ""]
        if h.parameters:
            lines += ["| parameter | type | meaning |", "|---|---|---|"]
            for p in h.parameters:
                sign = {(True, True): "*", (True, False): "?", (False, True): "+"}.get((p.optional, p.several), "")
                default = f" = {p.default}" if p.default is not None else ""
                lines.append(f"| `{p.name}` | {p.type}{sign}{default} | {_escaped(p.description)} |")
            lines.append("")
        lines += ["| column | meaning |", "|---|---|"]
        lines += [f"| `{c}` | {_escaped(h.meaning(c))} |" for c in h.columns]
        if h.needs:
            lines += [
                "",
                f"Needs {' and '.join(h.needs)} as nodes; a workspace writes them along, another store must hold them.",
            ]
        given = "".join(f" --param {shlex.quote(pair)}" for pair in shlex.split(h.example))
        lines += ["", f"Example: `bullwhip query {h.id}{given}`"]
    return "\n".join(lines) + "\n"


def api_page() -> str:
    """Return docs/api.md."""
    lines = [
        "# The JSON API",
        "",
        "`bullwhip serve` answers these questions at `/api/NAME` (convention §31). Every answer is",
        '`{"answer": …, "receipt": …}`: what the command gives with `--json` ([json.md](json.md)), and what that',
        "rests on. `/api/openapi.json` says the same for programs (OpenAPI 3.1), with a JSON Schema of every answer.",
        "`*` marks a parameter that may be repeated, bold one that has to be given.",
        "",
        "```sh",
        "curl -s 'http://127.0.0.1:7077/api/exposure?driver=model.parameters&top=3'",
        "curl -s -G 'http://127.0.0.1:7077/api/value' --data-urlencode 'id=cooling.market' \\",
        "     --data-urlencode 'set=cooling.liquid_penetration=50 %'",
        "```",
        "",
        "| path | answer | 回答 | as |",
        "|---|---|---|---|",
    ]
    for o in OPERATIONS.values():
        command = f"`bullwhip {o.command}`" if o.command else ""
        name = f"[`/api/{o.name}`](#{_anchor(f'api/{o.name}')})"
        lines.append(f"| {name} | {o.title.en} | {o.title.zh} | {command} |")
    for o in OPERATIONS.values():
        lines += ["", f"## /api/{o.name}", "", "| parameter | meaning | 含义 |", "|---|---|---|"]
        for p in o.parameters:
            name = f"`{p.name}{'NAME' if p.kind == 'named' else ''}`{'*' if p.several else ''}"
            choices = f": {', '.join(p.choices)}" if p.choices else ""
            if p.choices == tuple(FORMATS):
                choices = ", one of [exports.md](exports.md)"
            default = f"; {str(p.default).lower()} when absent" if p.default is not None else ""
            told = _escaped(f"{p.says.en}{choices}{default}")
            lines.append(f"| {f'**{name}**' if p.required else name} | {told} | {_escaped(p.says.zh)} |")
        if not o.parameters:
            del lines[-3:]
    return "\n".join(lines) + "\n"


def _anchor(name: str) -> str:
    return name.replace("/", "")


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def exports_page() -> str:
    """Return docs/exports.md with its table of formats as the engine has them."""
    lines = ["| format | what it is for | options | extra | media type |", "|---|---|---|---|---|"]
    for name, form in FORMATS.items():
        options = ", ".join(f"`{OPTIONS[o]}`" + "*" * (o in form.needs) for o in form.takes) or "–"
        lines.append(f"| `{name}` | {form.title} | {options} | {form.extra or '–'} | `{form.media}` |")
    page = (Path(__file__).resolve().parents[1] / "docs" / "exports.md").read_text(encoding="utf-8")
    start = "<!-- formats: written by tests/update_docs.py from workspace/formats.py -->\n"
    before, begin, rest = page.partition(start)
    _, end, after = rest.partition("<!-- end of formats -->\n")
    return "".join([before, begin, "\n", "\n".join(lines), "\n\n", end, after])


def pages() -> dict[str, bytes]:
    """Return every generated file by its path in the repository."""
    return {
        "docs/errors.md": errors_page().encode(),
        "docs/cli.md": cli_page().encode(),
        "docs/units.md": units_page().encode(),
        "docs/queries.md": queries_page().encode(),
        "docs/exports.md": exports_page().encode(),
        "docs/api.md": api_page().encode(),
        "docs/chain-map.svg": Workspace.open().export("svg"),
    }
