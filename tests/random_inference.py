"""Random programs of inference and facts for them, over few nodes and numbers so that much of it meets."""

from __future__ import annotations

from hypothesis import strategies as st

from bullwhip.datalog.stratify import program_problems
from bullwhip.model.inference import InferenceProgram
from inference_programs import integer, node, program

__all__ = ["Rows", "facts", "programs"]

Rows = dict[str, list[tuple[str, ...]]]
_VARIABLES = ("X", "Y", "Z", "W")
_BASE = {"e": 2, "f": 2, "n": 1, "v": 2, "t": 3}
"""Relations with facts; the second argument of `v` is a number."""
_DERIVED = {"p": 2, "q": 2, "r": 1, "s": 3, "u": 0}
_SEEDS = (
    "p(X, Y) :- e(X, Y)",
    "q(X, Y) :- f(X, Y)",
    "p(X, Z) :- p(X, Y), p(Y, Z)",
    "r(X) :- n(X)",
    "s(X, Y, Z) :- t(X, Y, Z)",
)
"""What fills the derived relations, so that more follows."""
_NODES = tuple(node(c) for c in "abcd")
_NUMBERS = (
    integer(0),
    integer(1),
    integer(2),
    '"0.5"^^<http://www.w3.org/2001/XMLSchema#decimal>',
    integer(-3),
    _NODES[0],
)


def facts() -> st.SearchStrategy[Rows]:
    """Return rows for all base relations, and now and then for one that rules derive as well."""
    nodes, numbers = st.sampled_from(_NODES), st.sampled_from(_NUMBERS)
    row = {
        "e": st.tuples(nodes, nodes), "f": st.tuples(nodes, nodes), "n": st.tuples(nodes),
        "v": st.tuples(nodes, numbers), "t": st.tuples(nodes, nodes, nodes), "p": st.tuples(nodes, nodes),
    }  # fmt: skip
    return st.fixed_dictionaries({
        name: st.lists(r, min_size={"p": 0, "n": 1}.get(name, 4), max_size=2 if name == "p" else 9, unique=True)
        for name, r in row.items()
    })  # fmt: skip


@st.composite
def _atom(draw: st.DrawFn, known: dict[str, int]) -> str:
    name = draw(st.sampled_from(sorted(known)))
    terms = [draw(st.sampled_from((*_VARIABLES, *_VARIABLES, "a", "b"))) for _ in range(known[name])]
    return f"{name}({', '.join(terms)})"


@st.composite
def _rule(draw: st.DrawFn, *, aggregates: bool, numbers: bool) -> str:
    known = {**_BASE, **_DERIVED}
    body = [draw(_atom(known)) for _ in range(draw(st.integers(1, 3)))]
    bound = sorted({c for atom in body for c in _VARIABLES if c in atom})
    if bound and draw(st.integers(0, 3)) == 0:
        name = draw(st.sampled_from(sorted(known)))
        terms: list[str] = [draw(st.sampled_from([*bound, "a"])) for _ in range(known[name])]
        body.append(f"not {name}({', '.join(terms)})")
    if bound and draw(st.integers(0, 2)) == 0:
        operators = ["=", "!=", "<", "<=", ">", ">="] if numbers else ["=", "!="]
        body.append(f"{draw(st.sampled_from(bound))} {draw(st.sampled_from(operators))} {draw(st.sampled_from(bound))}")
    if numbers and bound and draw(st.integers(0, 2)) == 0:
        operation = draw(st.sampled_from(("{0} + {1}", "{0} * {1} - 1", "{0} / {1}", "max({0}, 1) / 3", "abs({0})")))
        body.append("N := " + operation.format(draw(st.sampled_from(bound)), draw(st.sampled_from(bound))))
        bound.append("N")
    head = draw(st.sampled_from(sorted(_DERIVED)))
    choices: list[str] = [*bound, *bound, "a"] if bound else ["a"]
    terms = [draw(st.sampled_from(choices)) for _ in range(_DERIVED[head])]
    if terms and bound and aggregates and draw(st.integers(0, 3)) == 0:
        aggregate = draw(st.sampled_from(["count", "sum", "min", "max"] if numbers else ["count"]))
        terms[-1] = f"{aggregate}({draw(st.sampled_from(bound))})"
    elif terms and bound and numbers and draw(st.integers(0, 5)) == 0:
        terms[0] = f"new(thing, {', '.join(draw(st.lists(st.sampled_from(bound), min_size=1, max_size=2)))})"
    return f"{head}({', '.join(terms)}) :- {', '.join(draw(st.permutations(body)))}"


@st.composite
def programs(draw: st.DrawFn, *, aggregates: bool = True, numbers: bool = True) -> InferenceProgram:
    """Return a program that may be evaluated: of the rules drawn, each that still leaves it so."""
    texts = list(_SEEDS[: draw(st.integers(0, len(_SEEDS)))])
    for text in draw(st.lists(_rule(aggregates=aggregates, numbers=numbers), min_size=1, max_size=6)):
        if not program_problems(program(*texts, text)):
            texts.append(text)
    return program(*texts)
