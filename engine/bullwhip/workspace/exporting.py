"""Exports of a workspace, and writing a file so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from bullwhip.errors import Place, Problem, UsageError, did_you_mean
from bullwhip.numbers import decimal_text

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["FORMATS", "export", "write_file"]

FORMATS: dict[str, str] = {
    "svg": "the chain map as a picture",
    "dot": "the chain as Graphviz text",
    "graphml": "the chain with its quantities as GraphML",
    "turtle": "the whole graph as Turtle, named graphs merged",
    "trig": "the whole graph as TriG, one named graph a document",
    "nquads": "the whole graph as sorted N-Quads",
    "rules-sparql": "the inference rules as SPARQL CONSTRUCT queries",
    "rules-nemo": "the inference rules as a program of Nemo",
    "rules-clingo": "the inference rules, with the facts they read, as a program of clingo",
}


_RDF = ("turtle", "trig", "nquads")


def export(workspace: Workspace, form: str, language: str, period: int | None, along: Sequence[str] = ()) -> bytes:
    """Return an export as bytes; the same inputs give the same bytes.

    Args:
        workspace: the workspace.
        form: one of `FORMATS`.
        language: of labels in pictures: zh, en or both.
        period: of figures in pictures and of answers that are written along; the default period when absent.
        along: answers that are written along in RDF, see `bullwhip.workspace.materialising.KINDS`.

    Raises:
        UsageError: BW001 for a format, language or kind of answers that does not exist; BW002 where a format has no
            place for them.
    """
    if along and form not in _RDF and form in FORMATS:
        raise UsageError(Problem("BW002", f"{form} has no place for {along[0]}", hint=f"formats: {', '.join(_RDF)}"))
    for word, noun, known in ((form, "format", FORMATS), (language, "language", ("zh", "en", "both"))):
        if word not in known:
            raise UsageError(Problem("BW001", f"no {noun} {word!r}", hint=did_you_mean(word, known, f"{noun}s")))
    program = workspace.program
    lingua = cast(Literal["zh", "en", "both"], language)
    if form == "svg":
        from bullwhip.export.chainmap import chain_map

        at = period if period is not None else program.header.default_period
        title = program.header.label.zh if language == "zh" else program.header.label.en
        if language == "both":
            title = f"{program.header.label.zh} · {program.header.label.en}"
        return chain_map(
            program.chain, lingua, title, _subtitle(workspace, at), _values(workspace, at, language), _stamp(workspace)
        ).encode()
    if form == "dot":
        from bullwhip.export.graphs import to_dot

        return to_dot(program.chain, program.quantities, lingua).encode()
    if form == "graphml":
        from bullwhip.export.graphs import to_graphml

        return to_graphml(program.chain, program.quantities).encode()
    if form.startswith("rules-"):
        return _rules(workspace, form)
    from bullwhip.query.dataset import to_format

    if not along:
        return to_format(workspace.nquads(), form)
    from bullwhip.query.serialize import to_nquads

    answers = to_nquads(workspace.materialise(along, periods=() if period is None else (period,)))
    lines = sorted({*workspace.nquads().splitlines(keepends=True), *answers.splitlines(keepends=True)})
    return to_format(b"".join(lines), form)


def _rules(workspace: Workspace, form: str) -> bytes:
    """Return the inference rules as a program of another engine, for cross-checks."""
    rules = workspace.program.inference
    if form == "rules-sparql":
        from bullwhip.export.rules_sparql import to_sparql

        return to_sparql(rules).encode()
    from bullwhip.export.rules_logic import to_clingo, to_nemo

    if form == "rules-nemo":
        return to_nemo(rules).encode()
    from bullwhip.export.rule_forms import graph_keys
    from bullwhip.workspace.inferring import stated

    read = stated(workspace).read(graph_keys(rules.rules))
    facts = {key: zip(*rows.columns, strict=True) for key, rows in read.items()}
    return to_clingo(rules, facts).encode()


def _subtitle(workspace: Workspace, period: int) -> str:
    documents = ", ".join(f"{d.publisher.text('en')} {d.published}" for d in workspace.program.documents)
    return f"{period}, scenario {workspace.scenario_id}; shares as printed by {documents}"


def _stamp(workspace: Workspace) -> str:
    receipt = workspace.receipt()
    documents = ", ".join(receipt["documents"])
    return f"bullwhip {receipt['bullwhip']} · inputs {_inputs(workspace)[:12]} · documents {documents}"


def _inputs(workspace: Workspace) -> str:
    """Return a hash of the input files alone, so that the picture changes with the data and not with the engine."""
    import hashlib

    digest = hashlib.sha256()
    for name in sorted(workspace.files):
        digest.update(name.encode() + b"\0" + workspace.files[name])
    return digest.hexdigest()


def _values(workspace: Workspace, period: int, language: str) -> dict[str, str]:
    """Return a short figure for each tier: the primary quantity that sizes it, where its value is known."""
    shown: dict[str, str] = {}
    program = workspace.program
    for position, cell in enumerate(program.cells):
        quantity = program.quantities[cell.quantity]
        if not quantity.primary or quantity.tier in shown or cell.period not in (None, period):
            continue
        value = workspace.evaluation.value(position)
        if value is not None:
            members = f" ({', '.join(m for _, m in cell.index)})" if cell.index else ""
            shown[quantity.tier] = f"{_short(value, language)} {quantity.unit}{members}"
    return shown


def _short(value: Fraction, language: str) -> str:
    """Return a figure of four digits with the scale that readers of the language expect.

    >>> _short(Fraction(160_125_588_697), "en"), _short(Fraction(160_125_588_697), "zh"), _short(Fraction(35), "en")
    ('160.1 bn', '1,601 亿', '35')
    """
    scales = ((10**8, " 亿"), (10**4, " 万")) if language == "zh" else ((10**9, " bn"), (10**6, " m"))
    for size, word in scales:
        if abs(value) >= size:
            return decimal_text(value / size, 4) + word
    return decimal_text(value, 4)


def write_file(path: Path, data: bytes) -> None:
    """Write a file beside its name, flush it to disk, and rename it into place."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent or Path(), prefix=f".{path.name}.")
    except OSError as error:
        raise UsageError(Problem("BW003", f"cannot be written: {error.strerror}", Place(str(path)))) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise UsageError(Problem("BW003", f"cannot be written: {error.strerror}", Place(str(path)))) from None
