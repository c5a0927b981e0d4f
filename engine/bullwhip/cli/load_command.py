"""`bullwhip load`: RDF files into a store on disk, and graphs out of it."""

from __future__ import annotations

from pathlib import Path

import click

from bullwhip.cli.options import json_option
from bullwhip.cli.progress import progress_bar
from bullwhip.cli.store_lines import tell
from bullwhip.errors import Problem, UsageError


@click.command("load", short_help="Load RDF files into a store, or remove a graph from it.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--store", metavar="STORE", required=True, help="The folder of the store.")
@click.option(
    "--graph", default="", metavar="IRI", help="The graph of statements that name none; after the file if absent."
)
@click.option("--format", "form", default="", metavar="FORMAT", help="turtle, trig, ntriples, nquads, jsonld, rdfxml.")
@click.option("--base", default="", metavar="IRI", help="What relative IRIs are resolved against.")
@click.option("--expect", type=click.IntRange(min=0), metavar="N", help="Refuse FILE unless it holds N statements.")
@click.option("--keep-large", is_flag=True, help="Keep numbers as text that a store cannot add up.")
@click.option("--create", is_flag=True, help="Make STORE where there is none.")
@click.option("--timeout", type=click.FloatRange(min=0.1), default=300, metavar="SECONDS", help="For each file.")
@click.option("--max-bytes", type=click.IntRange(min=1), metavar="N", help="The largest file that is read.")
@click.option("--remove", "removed", metavar="GRAPH", help="Remove this graph and nothing else.")
@click.option("--rebuild", is_flag=True, help="Make the database anew from the texts in STORE.")
@click.option("--rollback", is_flag=True, help="Go back to the generation before.")
@json_option
def command(
    files: tuple[str, ...],
    store: str,
    graph: str,
    base: str,
    form: str,
    expect: int | None,
    keep_large: bool,
    create: bool,
    timeout: float,
    max_bytes: int | None,
    removed: str | None,
    rebuild: bool,
    rollback: bool,
    as_json: bool,
) -> None:
    """Load FILEs into STORE: Turtle, TriG, N-Triples, N-Quads, JSON-LD, RDF/XML. All of them or none.

    A file takes the place of what an earlier edition of the same name brought. It is checked byte by byte and parsed
    in a process of its own, without network. A hash in FILE.sha256 beside it is compared with.
    """
    from bullwhip.store.rdf_input import Limits
    from bullwhip.workspace import building

    path = Path(store)
    other = [name for name, asked in (("remove", removed), ("rebuild", rebuild), ("rollback", rollback)) if asked]
    if len(other) + bool(files) > 1:
        hint = "do one after the other"
        raise UsageError(Problem("BW002", f"--{other[0]} takes no files and no other change", hint=hint))
    if other:
        acts = {"remove": lambda: building.remove(path, removed or ""), "rebuild": lambda: building.make_anew(path)}
        tell(acts.get(other[0], lambda: building.roll_back(path))(), as_json)
        return
    if not files:
        raise UsageError(Problem("BW002", "a file is missing", hint="bullwhip load FILE --store STORE"))
    limits = Limits(seconds=timeout, **({} if max_bytes is None else {"size": max_bytes}))
    request = building.LoadRequest(
        tuple(map(Path, files)),
        graph=graph,
        base=base,
        form=form,
        expected=expect,
        keep_large=keep_large,
        create=create,
        limits=limits,
    )
    with progress_bar("loading") as progress:
        told = building.load(path, request, progress)
    tell(told, as_json)
