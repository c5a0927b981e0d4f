"""Questions about facts: does it hold, why, why not, and which facts fit a pattern."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bullwhip.datalog.predicates import Key, canonical, is_of_graph
from bullwhip.datalog.values import literal
from bullwhip.errors import Place, Problem, UsageError, did_you_mean
from bullwhip.expr.clauses import Clause, Name, Written, parse_fact
from bullwhip.expr.grammar import ExpressionError
from bullwhip.model.fact_answer import Citation, FactAnswer, term_text
from bullwhip.model.inference import Atom, Variable
from bullwhip.model.inference_names import Names, UnknownNameError
from bullwhip.model.label import Label
from bullwhip.model.proof import Fact, Proof, Step, WhyNot
from bullwhip.terms import BASE, PREFIXES
from bullwhip.workspace.inferring import inferred, stated

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["answer", "fact_names", "is_fact"]


def is_fact(text: str) -> bool:
    """Return whether a question is about a fact, and not about a quantity: it has arguments, or a prefix.

    >>> is_fact("reaches(?d, ?q)"), is_fact("bw:suppliesTo"), is_fact("hbm.value[chip=a100_sxm]")
    (True, True, False)
    """
    return any(mark in text for mark in "(（:")


def answer(workspace: Workspace, text: str, *, proofs: int = 1, why_not: bool = True) -> FactAnswer:
    """Return what is known of a fact, or of the facts that fit a pattern.

    Args:
        workspace: whose rules and graph are asked.
        text: a fact as rules write it; with variables a pattern.
        proofs: how many different proofs are wanted, smaller ones first.
        why_not: whether what is missing is looked for where the fact does not hold.

    Raises:
        UsageError: BW511, BW512 or BW513 where the question cannot be read; BW514 where values are set, which no
            fact depends on.
    """
    if workspace.values or workspace.scenario_id != "base":
        hint = "leave --set and --scenario out, or ask for a quantity"
        raise UsageError(Problem("BW514", "facts do not depend on values or scenarios", hint=hint))
    question = _read(workspace, text)
    rules = {r.id: r for r in workspace.program.inference.rules}
    relations = {r.id: r for r in workspace.program.inference.relations}
    if question.variables:
        facts = tuple(_matching(workspace, question))
        labels = _labels(workspace, [t for f in facts for t in f.terms])
        return FactAnswer(
            question.text, question.variables, facts, labels=labels, rules=rules, relations=relations,
            undefined=_undefined(workspace),
        )  # fmt: skip
    fact = Fact(question.predicate, tuple(t for t in question.terms if isinstance(t, str)))
    found, complete = _proofs(workspace, fact, proofs)
    lacking = inferred(workspace).why_not(fact.predicate, fact.terms) if why_not and not found else None
    leaves = [step.fact for proof in found for step in proof.steps if not step.rule]
    leaves += [f for c in (lacking.candidates if lacking is not None else ()) for f in c.missing]
    return FactAnswer(
        question.text, (), (fact,) if found else (), found, complete, lacking,
        _labels(workspace, [*fact.terms, *_terms_in(found, lacking)]), _citations(workspace, leaves), rules, relations,
        _undefined(workspace),
    )  # fmt: skip


def fact_names(workspace: Workspace) -> list[str]:
    """Return the predicates that can be asked about, for completion."""
    program = workspace.program.inference
    return sorted({r.id for r in program.relations} | {h.predicate for r in program.rules for h in r.heads})


# -- reading a question -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Question:
    predicate: str
    terms: tuple[str | Variable, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t.name for t in self.terms if isinstance(t, Variable)))

    @property
    def text(self) -> str:
        written = (f"?{t.name}" if isinstance(t, Variable) else term_text(t) for t in self.terms)
        return f"{self.predicate}({', '.join(written)})"


def _read(workspace: Workspace, text: str) -> _Question:
    try:
        clause = parse_fact(text)
    except ExpressionError as error:
        raise UsageError(Problem("BW511", str(error), _place(text, error.span), error.hint)) from None
    names = _names(workspace)
    predicate = _predicate(workspace, clause, text)
    terms: list[str | Variable] = []
    problems: list[Problem] = []
    for number, written in enumerate(clause.terms, 1):
        try:
            term = names.term(_with_kind(written, names, workspace))
        except UnknownNameError as error:
            problems.append(Problem("BW512", str(error), _place(text, written.span), error.hint))
            continue
        terms.append(term.text if not isinstance(term, Variable) else Variable(term.name or f"_{number}"))
    if problems:
        raise UsageError(problems)
    return _Question(predicate, tuple(terms))


def _place(text: str, span: tuple[int, int]) -> Place:
    return Place("argument", 1, span[0] + 1, text, max(1, span[1] - span[0]))


def _names(workspace: Workspace) -> Names:
    program, chain = workspace.program, workspace.program.chain
    things = {
        "company": chain.companies, "tier": chain.tiers, "product": chain.products, "topic": chain.topics,
        "measure": chain.measures, "document": program.documents,
    }  # fmt: skip
    ids: dict[str, Collection[str]] = {kind: {thing.id for thing in some} for kind, some in things.items()}  # type: ignore[attr-defined]
    ids |= {
        "quantity": set(program.quantities), "scenario": set(program.scenarios), "dimension": set(program.dimensions),
        "rule": {q.id for q in program.quantities.values() if not q.is_driver},
        "member": {f"{d.id}={m}" for d in program.dimensions.values() for m in d.members},
    }  # fmt: skip
    return Names({}, ids)


_BARE = ("company", "tier", "quantity", "product", "topic", "measure", "document", "scenario")
"""Kinds of things whose ids may lack their kind."""


def _with_kind(written: Written, names: Names, workspace: Workspace) -> Written:
    """Return a name with its kind of thing, where it is an id or a label of one thing only.

    Raises:
        UnknownNameError: where nothing is called so, or several things are.
    """
    if not isinstance(written, Name) or ":" in written.text:
        return written
    found = [f"{kind}:{written.text}" for kind in _BARE if written.text in names.things[kind]]
    found = found or _labelled(workspace, written.text)
    if len(found) == 1:
        return Name(found[0], written.span)
    if found:
        raise UnknownNameError(f"{written.text!r} names several things", f"write {' or '.join(found)}")
    known = {i: f"{kind}:{i}" for kind, some in names.things.items() if kind != "member" for i in some}
    hint = did_you_mean(written.text, known) or 'ids have a prefix, company:dawn; texts stand in quotes, "revenue"'
    raise UnknownNameError(f"nothing is called {written.text!r}", hint)


def _labelled(workspace: Workspace, text: str) -> list[str]:
    """Return the things, with their kinds, that have a label or another spelling."""
    chain = workspace.program.chain
    spelled = [
        *((f"company:{c.id}", (c.label.zh, c.label.en, *c.aliases)) for c in chain.companies),
        *((f"tier:{t.id}", (t.label.zh, t.label.en, *t.aliases)) for t in chain.tiers),
        *((f"quantity:{q.id}", (q.label.zh, q.label.en)) for q in workspace.program.quantities.values()),
        *((f"product:{p.id}", (p.label.zh, p.label.en, *p.aliases)) for p in chain.products),
        *((f"topic:{t.id}", (t.label.zh, t.label.en, *t.aliases)) for t in chain.topics),
    ]
    return [name for name, spellings in spelled if text in spellings]


def _predicate(workspace: Workspace, clause: Clause, text: str) -> str:
    """Return the predicate of a question, with its prefix where that was left out."""
    program = workspace.program.inference
    arities: dict[str, set[int]] = {}
    for name, arity in [
        *((h.predicate, len(h.terms)) for r in program.rules for h in r.heads),
        *((p.predicate, len(p.terms)) for r in program.rules for p in r.body if isinstance(p, Atom)),
        *((r.id, len(r.arguments)) for r in program.relations),
    ]:
        arities.setdefault(canonical(name), set()).add(arity)
    name, given = clause.predicate.text, len(clause.terms)
    if name not in arities:  # perhaps a name of the vocabulary that no rule speaks of
        from bullwhip.load.vocabulary import read_terms

        for term, kind in read_terms({}).items():
            arities.setdefault(term, {1} if kind == "class" else {2, 3})
    if name not in arities and f"bw:{name}" in arities:
        name = f"bw:{name}"
    place = _place(text, clause.predicate.span)
    if name not in arities and (":" not in name or name.partition(":")[0] not in PREFIXES or name.startswith("bw:")):
        hint = did_you_mean(name, arities) or did_you_mean(f"bw:{name}", arities)
        hint = hint or "bullwhip list inference shows what rules derive"
        raise UsageError(Problem("BW512", f"no relation, property or class {name!r}", place, hint))
    known = arities.get(name, {given})
    if given not in known:
        wanted = " or ".join(map(str, sorted(known)))
        relation = next((r for r in program.relations if r.id == name), None)
        shown = f"{name}({', '.join(f'?{a}' for a in relation.arguments)})" if relation else ""
        message = f"{name} has {wanted} argument{'s' if known != {1} else ''}, not {given}"
        raise UsageError(Problem("BW513", message, place, shown))
    return name


# -- answering it -----------------------------------------------------------------------------------------------------


def _is_derivable(workspace: Workspace, key: Key) -> bool:
    """Return whether inference knows a predicate: some rule reads or derives it."""
    return key in inferred(workspace).predicates


def _rows(workspace: Workspace, key: Key) -> Iterator[tuple[str, ...]]:
    if _is_derivable(workspace, key) or not is_of_graph(key[0]):
        yield from inferred(workspace).facts(*key)
        return
    columns = stated(workspace).read([key])[key].columns
    yield from sorted(set(zip(*columns, strict=True)))


def _matching(workspace: Workspace, question: _Question) -> Iterator[Fact]:
    """Yield the facts that fit a pattern; a variable that stands twice is one term."""
    for row in _rows(workspace, (question.predicate, len(question.terms))):
        bound: dict[str, str] = {}
        if all(
            bound.setdefault(t.name, text) == text if isinstance(t, Variable) else t == text
            for t, text in zip(question.terms, row, strict=True)
        ):
            yield Fact(question.predicate, row)


def _proofs(workspace: Workspace, fact: Fact, wanted: int) -> tuple[tuple[Proof, ...], bool]:
    if not _is_derivable(workspace, (fact.predicate, len(fact.terms))) and is_of_graph(fact.predicate):
        key = (fact.predicate, len(fact.terms))
        found = stated(workspace).read([key])[key]
        graphs = [g for *row, g in zip(*found.columns, found.graphs, strict=True) if tuple(row) == fact.terms]
        return ((Proof((Step(fact, graphs=tuple(sorted(set(graphs)))),)),) if graphs else ()), True
    if wanted > 1:
        return inferred(workspace).proofs(fact.predicate, fact.terms, wanted)
    one = inferred(workspace).proof(fact.predicate, fact.terms)
    return ((one,) if one is not None else ()), one is None


def _terms_in(proofs: Iterable[Proof], lacking: WhyNot | None) -> list[str]:
    """Return the terms that an answer shows."""
    steps = [step for proof in proofs for step in proof.steps]
    found = [t for step in steps for t in step.fact.terms]
    found += [t for step in steps for match in step.matches for _, t in match.bindings]
    for candidate in lacking.candidates if lacking is not None else ():
        found += [t for fact in (*candidate.missing, *candidate.blocking) for t in fact.terms]
    return found


def _undefined(workspace: Workspace) -> tuple[tuple[str, str, int], ...]:
    return tuple((u.rule, u.reason, u.count) for u in inferred(workspace).undefined)


def _labels(workspace: Workspace, terms: Iterable[str]) -> dict[str, Label]:
    """Return the labels of terms, by the graph: the preferred ones, else those of the vocabulary."""
    wanted = {t for t in terms if t.startswith("<")}
    found: dict[str, dict[str, str]] = {}
    keys: list[Key] = [("skos:prefLabel", 2), ("rdfs:label", 2)]
    read = stated(workspace).read(keys)
    for key in keys:
        for subject, text in zip(*read[key].columns, strict=True):
            parts = literal(text) if subject in wanted else None
            if parts is not None:
                found.setdefault(subject, {}).setdefault(parts[2], parts[0])
    return {term: Label(said.get("zh", ""), said.get("en", "")) for term, said in sorted(found.items())}


_PLACED = (
    "dct:isPartOf",
    "bw:place",
    "bw:row",
    "bw:column",
    "bw:line",
    "bw:file",
    "bw:parentSource",
    "bw:tickerSource",
)


def _citations(workspace: Workspace, facts: Sequence[Fact]) -> dict[Fact, Citation]:
    """Return where stated facts are printed or written: by the node that they are about, or by their rule's file."""
    keys: list[Key] = [("prov:wasDerivedFrom", 2), *((name, 2) for name in _PLACED)]
    said: dict[str, dict[str, str]] = {key[0]: {} for key in keys}
    for key, rows in stated(workspace).read(keys).items():
        for subject, value in zip(*rows.columns, strict=True):
            said[key[0]].setdefault(subject, value)
    return {fact: found for fact in dict.fromkeys(facts) if (found := _citation(fact, said)) is not None}


def _citation(fact: Fact, said: Mapping[str, Mapping[str, str]]) -> Citation | None:
    node = fact.terms[0]
    for _ in range(3):  # a share is from a claim, a claim from its place
        following = said["prov:wasDerivedFrom"].get(node)
        if following is None:
            break
        node = following
    if node in said["dct:isPartOf"]:
        document = term_text(said["dct:isPartOf"][node]).partition(":")[2]
        place, row, column, line = (
            _plain(said[p].get(node, "")) for p in ("bw:place", "bw:row", "bw:column", "bw:line")
        )
        return Citation(document, place, row, column, int(line) if line else None, node=node)
    if fact.predicate == "org:subOrganizationOf" and fact.terms[0] in said["bw:parentSource"]:
        document, _, locator = _plain(said["bw:parentSource"][fact.terms[0]]).partition(":")
        return Citation(document, locator)
    rule = fact.terms[0].replace(f"{BASE}quantity/", f"{BASE}rule/")
    if rule in said["bw:file"]:
        line = _plain(said["bw:line"].get(rule, ""))
        return Citation(file=_plain(said["bw:file"][rule]), line=int(line) if line else None)
    return None


def _plain(term: str) -> str:
    parts = literal(term)
    return parts[0] if parts is not None else ""
