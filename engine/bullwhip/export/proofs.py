"""Proofs of facts for people, as a tree, and for provenance tools, as PROV-O in Turtle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

from bullwhip.datalog.predicates import iri, is_of_graph
from bullwhip.model.fact_answer import Citation, FactAnswer, fact_text, term_text
from bullwhip.model.inference import InferenceRule
from bullwhip.model.label import Language
from bullwhip.model.proof import Candidate, Fact, Guard, Match, Proof, Step
from bullwhip.terms import BASE, PREFIXES, literal

__all__ = ["to_prov", "to_tree", "why_not_lines"]

_SHOWN = 5
"""Matches of an aggregate that a tree shows."""


def to_tree(answer: FactAnswer, proof: Proof, language: Language) -> list[str]:
    """Return a proof as lines: each fact with the rule that gives it, and below it what that rests on.

    Args:
        answer: whose names, sentences and citations are used.
        proof: the proof.
        language: of the sentences.
    """
    return _Tree(answer, proof, language).lines()


class _Tree:
    """One proof being written; a fact that is used again is not unfolded again."""

    def __init__(self, answer: FactAnswer, proof: Proof, language: Language) -> None:
        self.answer, self.proof, self.language = answer, proof, language
        self.seen: set[int] = set()

    def lines(self) -> list[str]:
        sentence = self.answer.sentence(self.proof.fact, self.language)
        head = fact_text(self.proof.fact)
        return [head + (f": {sentence}" if sentence else ""), *self._below(0, "")]

    def _below(self, number: int, indent: str) -> Iterator[str]:
        """Yield what a fact rests on, under it."""
        step = self.proof.steps[number]
        self.seen.add(number)
        if not step.rule:
            yield f"{indent}   {self._source(step)}"
            return
        reason = self.answer.reason(step, self.language)
        rule = self.answer.rules.get(step.rule)
        place = f" ({rule.file}:{rule.line})" if rule is not None and rule.file else ""
        yield f"{indent}   by {step.rule}{place}" + (f": {reason}" if reason else "")
        children = [child for match in step.matches[:_SHOWN] for child in self._children(match)]
        more = step.matched - min(len(step.matches), _SHOWN)
        if more > 0:
            children.append((f"and {more} more such matches", None))
        for place_in, (text, below) in enumerate(children, 1):
            last = place_in == len(children)
            yield f"{indent}   {'└─' if last else '├─'} {text}"
            if below is not None and below not in self.seen:
                yield from self._below(below, f"{indent}   {'  ' if last else '│ '}")

    def _children(self, match: Match) -> Iterator[tuple[str, int | None]]:
        """Yield each premise of a match with the step to unfold; statements about one node make one line."""
        leaves: dict[str, list[int]] = {}
        for number in dict.fromkeys(match.premises):
            step = self.proof.steps[number]
            if not step.rule:
                leaves.setdefault(step.fact.terms[0], []).append(number)
        for number in dict.fromkeys(match.premises):
            step = self.proof.steps[number]
            if step.rule:
                again = "  (see above)" if number in self.seen else ""
                yield fact_text(step.fact) + again, number
                continue
            about = leaves.pop(step.fact.terms[0], [])
            if about:
                yield self._stated([self.proof.steps[n] for n in about]), None
        for guard in match.guards:
            yield _guard_text(guard), None
        for fact in match.absent:
            yield f"not {fact_text(fact)}", None

    def _stated(self, steps: list[Step]) -> str:
        if len(steps) == 1:
            return f"{fact_text(steps[0].fact)}  {self._source(steps[0])}"
        said = [f"{s.fact.predicate} {', '.join(term_text(t) for t in s.fact.terms[1:])}".strip() for s in steps]
        return f"{term_text(steps[0].fact.terms[0])}: {'; '.join(said)}  {self._source(steps[0])}"

    def _source(self, step: Step) -> str:
        citation = self.answer.citations.get(step.fact)
        if citation is not None:
            return f"[{citation.text}]"
        graphs = [term_text(g).partition(":")[2] or "default graph" for g in step.graphs]
        return f"[{', '.join(graphs)}]" if graphs else "[stated]"


def _guard_text(guard: Guard) -> str:
    """Return a guard with the terms that its variables have."""
    bound = {f"?{name}": term_text(term) for name, term in guard.values}
    return re.sub(r"\?[A-Za-z_][A-Za-z0-9_]*", lambda m: bound.get(m[0], m[0]), _shortened(guard.text))


def _shortened(text: str) -> str:
    """Return the text of a guard with its constants as rules write them."""
    return re.sub(r'"(?:[^"\\]|\\.)*"(?:\^\^<[^>]*>|@[a-zA-Z-]+)?|<[^<>\s]+>', lambda m: term_text(m[0]), text)


def why_not_lines(answer: FactAnswer) -> list[str]:
    """Return what would have to be otherwise for a fact to hold, the fewest changes first."""
    found = answer.why_not
    if found is None:
        return []
    if not found.candidates:
        return ["no rule derives such a fact from anything that could be stated"]
    cases: dict[tuple[object, ...], list[Candidate]] = {}
    for candidate in found.candidates:
        cases.setdefault(_shape(candidate), []).append(candidate)
    lines = ["it would hold" if len(cases) == 1 else "it would hold in any one of these cases:"]
    for number, alike in enumerate(cases.values(), 1):
        mark = f"{number}. " if len(cases) > 1 else ""
        parts = [*_candidate(answer, alike[0]), *([f"by {', '.join(alike[0].rules)}"] if alike[0].rules else [])]
        if len(alike) > 1:
            parts.append(f"or {len(alike) - 1} more of the kind")
        lines.append(f"  {mark}{parts[0]}")
        lines += [f"  {' ' * len(mark)}{part}" for part in parts[1:]]
    if not found.complete:
        lines.append(f"the search stopped: {found.limit}" if found.limit else "there may be other cases")
    return lines


def _shape(candidate: Candidate) -> tuple[object, ...]:
    """Return what tells a case from others of its kind, whatever things it is about."""
    return (
        candidate.rules, tuple(f.predicate for f in candidate.missing), tuple(g.text for g in candidate.failing),
        tuple(f.predicate for f in candidate.blocking),
    )  # fmt: skip


def _candidate(answer: FactAnswer, candidate: Candidate) -> Iterator[str]:
    for fact in candidate.missing:
        citation = answer.citations.get(fact)
        yield f"if it were stated that {fact_text(fact)}" + (f"  [{citation.text}]" if citation is not None else "")
    for guard in candidate.failing:
        bound = ", ".join(f"{'' if '(' in name else '?'}{name} is {term_text(term)}" for name, term in guard.values)
        yield f"if {_shortened(guard.text)} held" + (f"; {bound}" if bound else "")
    for fact in candidate.blocking:
        yield f"if {fact_text(fact)} did not hold"


# -- PROV-O -----------------------------------------------------------------------------------------------------------


def to_prov(answer: FactAnswer) -> bytes:
    """Return all proofs of an answer as PROV-O in Turtle: facts as entities, steps as activities, rules as plans."""
    triples: set[tuple[str, str, str]] = set()
    for proof in answer.proofs:
        for number, step in enumerate(proof.steps):
            triples.update(_step_triples(answer, proof, number, step))
    for name in {s.rule for p in answer.proofs for s in p.steps if s.rule}:
        triples.update(_rule_triples(name, answer.rules.get(name)))
    prefixes = "".join(f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in ("bw", "dct", "prov", "rdf", "rdfs", "xsd"))
    return (prefixes + "\n" + "".join(_blocks(triples))).encode()


def _blocks(triples: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Yield a block for each subject, in order."""
    by_subject: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, value in sorted(triples):
        by_subject.setdefault(subject, []).append((predicate, value))
    for subject, said in by_subject.items():
        lines = " ;\n    ".join(f"{predicate} {value}" for predicate, value in said)
        yield f"{subject}\n    {lines} .\n\n"


def _hashed(kind: str, *parts: str) -> str:
    return f"<{BASE}{kind}/{sha256(chr(10).join(parts).encode()).hexdigest()[:40]}>"


def _entity(fact: Fact) -> str:
    return _hashed("fact", fact.predicate, *fact.terms)


def _step_triples(answer: FactAnswer, proof: Proof, number: int, step: Step) -> Iterator[tuple[str, str, str]]:
    entity = _entity(step.fact)
    yield entity, "a", "prov:Entity"
    yield entity, "dct:identifier", literal(fact_text(step.fact))
    for language in ("zh", "en"):
        sentence = answer.sentence(step.fact, language)
        if sentence:
            yield entity, "rdfs:label", literal(sentence, language)
    yield from _statement(entity, step.fact)
    if not step.rule:
        yield from _origin(entity, step, answer.citations.get(step.fact))
        return
    activity = _hashed("inference", step.rule, step.fact.predicate, *step.fact.terms)
    yield entity, "prov:wasGeneratedBy", activity
    yield activity, "a", "prov:Activity"
    yield activity, "prov:used", _plan(step.rule)
    for match in step.matches:
        for premise in match.premises:
            used = _entity(proof.steps[premise].fact)
            yield entity, "prov:wasDerivedFrom", used
            yield activity, "prov:used", used


def _statement(entity: str, fact: Fact) -> Iterator[tuple[str, str, str]]:
    """Say which triple a fact of the graph is."""
    if not is_of_graph(fact.predicate) or len(fact.terms) > 2:
        return
    yield entity, "a", "rdf:Statement"
    yield entity, "rdf:subject", fact.terms[0]
    yield entity, "rdf:predicate", "rdf:type" if len(fact.terms) == 1 else f"<{iri(fact.predicate)}>"
    yield entity, "rdf:object", f"<{iri(fact.predicate)}>" if len(fact.terms) == 1 else fact.terms[1]


def _origin(entity: str, step: Step, citation: Citation | None) -> Iterator[tuple[str, str, str]]:
    for graph in step.graphs:
        if graph:
            yield entity, "prov:hadPrimarySource" if "/document/" in graph else "dct:isPartOf", graph
    if citation is not None and citation.node:
        yield entity, "prov:wasDerivedFrom", citation.node
    elif citation is not None:
        yield entity, "dct:source", literal(citation.text)


def _plan(rule: str) -> str:
    return f"<{BASE}inference-rule/{rule}>"


def _rule_triples(name: str, rule: InferenceRule | None) -> Iterator[tuple[str, str, str]]:
    yield _plan(name), "a", "prov:Plan"
    yield _plan(name), "dct:identifier", literal(name)
    if rule is None:
        return
    for language, text in (("zh", rule.label.zh), ("en", rule.label.en)):
        if text:
            yield _plan(name), "rdfs:label", literal(text, language)
    if rule.file:
        yield _plan(name), "bw:file", literal(rule.file)
        yield _plan(name), "bw:line", str(rule.line)
