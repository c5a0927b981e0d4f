"""`bullwhip schema`: the JSON Schema of each kind of YAML file, made from what the checks read."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bullwhip.cli.options import json_option
from bullwhip.cli.output import Column, note, say, table, write_json
from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.export.escape import terminal_text

_COLUMNS = (Column("kind", "kind", False), Column("zh", "label_zh", False), Column("en", "label_en", False))


@click.command("schema", short_help="Write the JSON Schema of the YAML files, for editors.")
@click.argument("kind", required=False, metavar="[KIND]")
@click.option("-o", "--output", metavar="FILE", help="The file to write; - or nothing is standard output.")
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
@json_option
def command(kind: str | None, output: str | None, force: bool, as_json: bool) -> None:
    """Write the JSON Schema of KIND: workspace, rules, scenario or document; list the kinds when absent.

    An editor that reads it completes keys, explains them, and marks unknown and missing ones as they are typed. It
    comes from the same tables as the checks. Names, units and figures are judged by `bullwhip check` alone.
    """
    from bullwhip.validate.schema import KINDS, schema

    if kind is None:
        rows = [[name, about.zh, about.en] for name, (_, _, about) in KINDS.items()]
        if as_json:
            write_json([dict(zip(("id", "label_zh", "label_en"), row, strict=True)) for row in rows])
        else:
            table(_COLUMNS, rows)
        return
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS, "kinds")
        raise UsageError(Problem("BW001", f"no kind of file {kind!r}", hint=hint))
    if output in (None, "-"):
        say(_text(schema(kind)))
        return
    path = Path(str(output))
    from bullwhip.workspace.outputs import check_target, write_file

    check_target(path, force=force)
    data = f"{_text(schema(kind))}\n".encode()
    write_file(path, data)
    note(f"wrote {terminal_text(str(output))}, {len(data):,} bytes")


def _text(found: dict[str, object]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1)
