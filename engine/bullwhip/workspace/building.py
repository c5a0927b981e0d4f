"""Workspaces and RDF files into stores on disk: what is built, loaded and removed, graph by graph."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bullwhip.errors import LoadError, Place, Problem, UsageError, did_you_mean
from bullwhip.model.storing import Published
from bullwhip.store.canonical import split_graphs
from bullwhip.store.manifest import Manifest, Origin
from bullwhip.store.parsing import Parsed, parse_file
from bullwhip.store.processes import Progress
from bullwhip.store.rdf_files import RdfFile, form_of, graph_of, read_file, require_file
from bullwhip.store.rdf_input import Limits
from bullwhip.store.verifying import check_store
from bullwhip.store.writing import Change, publish, roll_back

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["LoadRequest", "build", "check_store", "load", "make_anew", "remove", "roll_back"]


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What to load and how."""

    files: Sequence[Path]
    graph: str = ""
    """The graph of statements that name none; derived from the name of each file when empty."""
    base: str = ""
    """What relative IRIs are resolved against; they are refused when empty."""
    form: str = ""
    """The format; that of each file's ending when empty."""
    expected: int | None = None
    """How many statements the file must hold: a file that is cut at the end of a line looks like a whole one."""
    keep_large: bool = False
    create: bool = False
    """Whether to make the store where there is none."""
    limits: Limits = field(default_factory=Limits)


def build(
    workspace: Workspace,
    store: Path,
    rebuild: bool = False,
    progress: Progress | None = None,
    along: Sequence[str] = (),
) -> Published:
    """Publish the graph of a workspace in a store; graphs that files brought stay, and so does all that is unchanged.

    Answers that an earlier build wrote along go where they are not asked for again, for inputs may have changed.

    Args:
        workspace: what to build.
        store: the folder of the store; made where there is none.
        rebuild: whether to make the database anew from all texts.
        progress: told how much is written of how much.
        along: answers to write along as nodes, some of `workspace.materialising.KINDS`.

    Raises:
        BullwhipError: BW001 for answers that do not exist, BW531 to BW534, BW540, BW541; the store is as it was then.
    """
    text = _with_answers(workspace, along)
    origin = Origin("workspace", workspace.program.header.id, hashlib.sha256(text).hexdigest())
    wanted = {name: Change(part, origin) for name, part in split_graphs(text).items()}

    def changes(manifest: Manifest) -> Mapping[str, Change | None]:
        mine = {n for n, g in manifest.graphs.items() if (g.origin.kind, g.origin.name) == ("workspace", origin.name)}
        _refuse_foreign(store, manifest, set(wanted), origin)
        return wanted | dict.fromkeys(sorted(mine - set(wanted)))

    return publish(store, changes, create=True, rebuild=rebuild, progress=progress)


def _with_answers(workspace: Workspace, along: Sequence[str]) -> bytes:
    """Return the graph of a workspace as sorted N-Quads, with answers in graphs of their own."""
    if not along:
        return workspace.nquads()
    from bullwhip.query.serialize import to_nquads

    answers = to_nquads(workspace.materialise(along))
    lines = {*workspace.nquads().splitlines(keepends=True), *answers.splitlines(keepends=True)}
    return b"".join(sorted(lines))


def load(store: Path, request: LoadRequest, progress: Progress | None = None) -> Published:
    """Read RDF files, each in a process of its own, and publish what they say: all of them or none.

    A file takes the place of what an earlier edition of the same name brought.

    Args:
        store: the folder of the store.
        request: the files, and how to read them.
        progress: told how much is done of how much: each file is a part of it, and writing is one.

    Raises:
        BullwhipError: with every problem of the first file that has any; the store is as it was then.
    """
    graphs = [_graph(path, request) for path in request.files]
    _refuse_twice(request.files, graphs)
    found: dict[str, Change | None] = {}
    origins: dict[str, Origin] = {}
    large, steps = 0, len(graphs) + 1
    for number, (path, graph) in enumerate(zip(request.files, graphs, strict=True)):
        file = RdfFile(str(path), read_file(path, request.limits), form_of(path, request.form), graph, request.base)
        step = _step(progress, number, steps)
        parsed = parse_file(file, request.limits, keep_large=request.keep_large, progress=step)
        _expect(file, parsed, request.expected)
        large += parsed.large
        origin = Origin("file", f"{path.name} as {graph}" if request.graph else path.name, file.sha256)
        for name, text in parsed.graphs.items():
            if name in found:
                message = f"{file.name} and {origins[name].name} both bring the graph <{name}>"
                raise LoadError(Problem("BW541", message, hint="keep each graph in one file"))
            found[name], origins[name] = Change(text, origin), origin

    def changes(manifest: Manifest) -> Mapping[str, Change | None]:
        for name, origin in origins.items():
            _refuse_foreign(store, manifest, {name}, origin, unnamed=graphs)
        files = {origin.name for origin in origins.values()}
        old = [n for n, g in manifest.graphs.items() if g.origin.kind == "file" and g.origin.name in files]
        return dict.fromkeys(n for n in old if n not in found) | found

    told = publish(store, changes, create=request.create, progress=_step(progress, len(graphs), steps))
    return replace(told, large=large)


def _step(progress: Progress | None, number: int, steps: int) -> Progress | None:
    """Return what tells of one step as a part of all."""
    if progress is None:
        return None

    def tell(done: int, total: int) -> None:
        progress(1000 * number + 1000 * done // max(1, total), 1000 * steps)

    return tell


def _graph(path: Path, request: LoadRequest) -> str:
    """Return the graph of what names none in a file; that it exists is told before anything takes time."""
    if request.expected is not None and len(request.files) > 1:
        raise UsageError(Problem("BW002", "a number of statements is that of one file", hint="load files one by one"))
    require_file(path)
    form_of(path, request.form)
    if request.base:
        _named(request.base)
    return _named(request.graph or graph_of(path))


def _refuse_twice(files: Sequence[Path], graphs: Sequence[str]) -> None:
    twice = next((g for g in graphs if graphs.count(g) > 1), None)
    if twice is not None:
        which = ", ".join(str(f) for f, g in zip(files, graphs, strict=True) if g == twice)
        hint = "load them one by one, each with its own --graph"
        raise LoadError(Problem("BW541", f"several files bring the graph <{twice}>: {which}", hint=hint))


def _named(graph: str) -> str:
    """Return the name of a graph, which is an absolute IRI."""
    import pyoxigraph as ox

    try:
        return ox.NamedNode(graph).value
    except ValueError as error:
        hint = "write it in full, such as https://example.org/prices"
        raise UsageError(Problem("BW002", f"{graph!r} is no IRI: {error}", hint=hint)) from None


def _expect(file: RdfFile, parsed: Parsed, expected: int | None) -> None:
    if expected is not None and parsed.statements != expected:
        message = f"the file holds {parsed.statements:,} statements, {expected:,} were expected"
        hint = "it may be cut; fetch it again, or correct --expect"
        raise LoadError(Problem("BW539", message, Place(file.name), hint))


def _refuse_foreign(
    store: Path, manifest: Manifest, names: set[str], origin: Origin, unnamed: Collection[str] = ()
) -> None:
    """Refuse to write over a graph that came from elsewhere: it would be lost without a word.

    What to do instead depends on both: a graph of a workspace comes back with the next build, and `--graph` names the
    graph of statements that name none, `unnamed`.
    """
    for name in sorted(names):
        record = manifest.graphs.get(name)
        if record is None or (record.origin.kind, record.origin.name) == (origin.kind, origin.name):
            continue
        message = f"the graph <{name}> is there already, from the {record.origin.kind} {record.origin.name!r}"
        removes = f"bullwhip load --remove '{name}' --store {store} removes it, or "
        if origin.kind == "workspace":
            hint = f"{removes}build in a store of its own"
        elif name in unnamed:
            hint = (
                "choose another with --graph"
                if record.origin.kind == "workspace"
                else f"{removes}choose another with --graph"
            )
        elif record.origin.kind == "workspace":
            hint = (
                f"bullwhip build -o {store} brings it up to date, with answers by --with; another store takes the file"
            )
        else:
            hint = f"{removes}load the file into another store (--create makes one)"
        raise LoadError(Problem("BW541", message, Place(str(store)), hint))


def remove(store: Path, graph: str) -> Published:
    """Publish a generation without one graph.

    Args:
        store: the folder of the store.
        graph: its IRI, or the end of it where only one graph ends so.

    Raises:
        UsageError: BW001 where there is no such graph.
    """

    def changes(manifest: Manifest) -> Mapping[str, Change | None]:
        ends = [name for name in manifest.graphs if name.endswith(f"/{graph}")]
        if graph not in manifest.graphs and len(ends) != 1:
            hint = did_you_mean(graph, manifest.graphs, "graphs")
            raise UsageError(Problem("BW001", f"the store has no graph {graph!r}", Place(str(store)), hint))
        return {graph if graph in manifest.graphs else ends[0]: None}

    return publish(store, changes)


def make_anew(store: Path) -> Published:
    """Publish a generation whose database is made from the texts in the store, whatever state the last one is in.

    Raises:
        LoadError: BW532 where a text is not what was written.
    """
    return publish(store, lambda _: {}, rebuild=True)
