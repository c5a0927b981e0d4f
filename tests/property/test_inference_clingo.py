"""Inference against clingo, an engine by others, over random programs without numbers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import Rows
from bullwhip.model.inference import Aggregate, Atom, Compare, Constant, Head, HeadTerm, InferenceProgram, Skolem
from inference_programs import integer
from inferred_models import known, model
from naive_inference import Model
from random_inference import Rows as Drawn
from random_inference import facts, programs

clingo = pytest.importorskip("clingo")


def text_of(term: HeadTerm) -> str:
    """Return a term: variables are capitals, all other terms texts."""
    assert not isinstance(term, Aggregate | Skolem)
    return json.dumps(term.text) if isinstance(term, Constant) else term.name


def atom_text(atom: Atom | Head) -> str:
    """Return an atom."""
    terms = f"({','.join(text_of(t) for t in atom.terms)})" if atom.terms else ""
    return f"{'not ' if isinstance(atom, Atom) and atom.negated else ''}{atom.predicate}{terms}"


def written(program: InferenceProgram, drawn: Drawn) -> str:
    """Return a program and its facts as clingo reads them; a count is of the different values that the body gives."""
    lines = [f"{name}({','.join(map(json.dumps, row))})." for name, rows in drawn.items() for row in rows]
    for rule in program.rules:
        body = []
        for part in rule.body:
            if isinstance(part, Compare):
                assert not isinstance(part.left, Constant)
                body.append(f"{part.left.name} {part.operator} {part.right.name}")  # type: ignore[union-attr]
            else:
                assert isinstance(part, Atom)
                body.append(atom_text(part))
        for head in rule.heads:
            *fixed, last = head.terms or (None,)
            if isinstance(last, Aggregate):
                group = [t for t in fixed if t is not None]
                grouped = ",".join(text_of(t) for t in group)
                inner = [f"{_renamed(b)}" for b in body] + [
                    f"{text_of(t)} = _{text_of(t)}" for t in group if _is_name(t)
                ]
                counted = f"N = #count {{ _{last.variable} : {', '.join(inner)} }}"
                lines.append(f"{head.predicate}({grouped}{',' if grouped else ''}N) :- {', '.join([*body, counted])}.")
            else:
                lines.append(f"{atom_text(head)} :- {', '.join(body)}.")
    return "\n".join(lines)


def _is_name(term: HeadTerm) -> bool:
    return not isinstance(term, Constant)


def _renamed(text: str) -> str:
    """Return a part of a body with variables of its own."""
    pieces = text.split('"')
    for place in range(0, len(pieces), 2):
        for name in "XYZW":
            pieces[place] = pieces[place].replace(name, f"_{name}")
    return '"'.join(pieces)


def solved(text: str) -> Model:
    """Return the one stable model of a stratified program."""
    control = clingo.Control(["--warn=none"])
    control.add("base", [], text)
    control.ground([("base", [])])
    found: Model = {}
    with control.solve(yield_=True) as handle:
        for symbol in handle.model().symbols(atoms=True):
            row = tuple(integer(a.number) if a.type == clingo.SymbolType.Number else a.string for a in symbol.arguments)
            found.setdefault((symbol.name, len(row)), set()).add(row)
    return found


@given(programs(numbers=False), facts())
def test_clingo_derives_the_same(program: InferenceProgram, drawn: Drawn) -> None:
    """Recursion, negation, comparisons of terms and counts give what the stable model holds."""
    inferred = evaluate(program, Rows(drawn))

    assert known(solved(written(program, drawn)), inferred) == model(inferred)
