"""What is known of a fact: whether it holds, its proofs, what is missing where it does not, and its sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bullwhip.model.inference import Aggregate, InferenceRule, Relation, Skolem
from bullwhip.model.label import Label, Language
from bullwhip.model.proof import Fact, Proof, Step, WhyNot
from bullwhip.model.shown import Shown
from bullwhip.terms import BASE, PREFIXES, shorten

_LANGUAGES: tuple[Language, Language] = ("zh", "en")

__all__ = ["Citation", "FactAnswer", "fact_text", "term_text"]

_ANY = f"<{BASE}any/"
_XSD = PREFIXES["xsd"]
_IN_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a stated fact is printed, or written."""

    document: str = ""
    locator: str = ""
    row: str = ""
    column: str = ""
    line: int | None = None
    """Line of the document's text, or of the file."""
    file: str = ""
    node: str = ""
    """The locator as a term, where there is one."""

    @property
    def text(self) -> str:
        """The citation in one line.

        >>> Citation("003", "6.2", line=40).text, Citation(file="rules/a.yaml", line=3).text
        ('003, 6.2, line 40', 'rules/a.yaml:3')
        """
        if self.file:
            return f"{self.file}:{self.line}" if self.line else self.file
        parts = [p for p in (self.document, self.locator, self.row, self.column) if p]
        return ", ".join([*parts, *([f"line {self.line}"] if self.line else [])])

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "document": self.document or None, "locator": self.locator or None, "row": self.row or None,
            "column": self.column or None, "line": self.line, "file": self.file or None,
        }  # fmt: skip


def term_text(term: str) -> str:
    """Return a term as questions and rules write it.

    >>> term_text(f"<{BASE}company/dawn>"), term_text(f'"2"^^<{_XSD}integer>'), term_text(f"<{BASE}any/x>")
    ('company:dawn', '2', '?x')
    """
    if term.startswith(_ANY):
        return "?" + re.sub(r"[^A-Za-z0-9_].*", "", term[len(_ANY) : -1])
    if term.startswith("<"):
        return shorten(term[1:-1])
    if term.endswith(f"^^<{_XSD}integer>") or term.endswith(f"^^<{_XSD}decimal>"):
        return term[1 : term.rindex('"')]
    text, mark, datatype = term.partition('"^^<')
    return f'{text}"^^{shorten(datatype[:-1])}' if mark and datatype.endswith(">") else term


def fact_text(fact: Fact) -> str:
    """Return a fact as questions and rules write it.

    >>> fact_text(Fact("bw:suppliesTier", (f"<{BASE}company/dawn>", f"<{BASE}tier/module>")))
    'bw:suppliesTier(company:dawn, tier:module)'
    """
    if fact.predicate == "rdf:type" and len(fact.terms) == 2 and fact.terms[1].startswith("<"):
        return f"{term_text(fact.terms[1])}({term_text(fact.terms[0])})"
    return f"{fact.predicate}({', '.join(map(term_text, fact.terms))})"


@dataclass(frozen=True, slots=True)
class FactAnswer(Shown):
    """The answer to a question about a fact, or about the facts of a pattern."""

    question: str
    """As it is read, with prefixes."""
    variables: tuple[str, ...]
    """The variables of a pattern; none where one fact is asked about."""
    facts: tuple[Fact, ...]
    """The fact, where it holds; of a pattern all that do."""
    proofs: tuple[Proof, ...] = ()
    complete: bool = True
    """Whether there are no other proofs."""
    why_not: WhyNot | None = None
    labels: Mapping[str, Label] = field(default_factory=dict)
    """Names of things, by term."""
    citations: Mapping[Fact, Citation] = field(default_factory=dict)
    """Where stated facts are printed or written."""
    rules: Mapping[str, InferenceRule] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)
    undefined: tuple[tuple[str, str, int], ...] = ()
    """Where rules did not match because a guard or an equation had no value: rule, reason, how many places."""

    @property
    def holds(self) -> bool:
        """Whether the fact holds, or some fact of the pattern does."""
        return bool(self.facts)

    def name(self, term: str, language: Language) -> str:
        """Return what a term is called, in a language where it has a label."""
        label = self.labels.get(term)
        return (label.text(language) if label else "") or term_text(term).strip('"')

    def sentence(self, fact: Fact, language: Language) -> str:
        """Return what a fact means, by the sentence of its relation; empty where that has none."""
        relation = self.relations.get(fact.predicate)
        if relation is None or len(relation.arguments) != len(fact.terms):
            return ""
        return self._filled(relation.says, dict(zip(relation.arguments, fact.terms, strict=True)), language)

    def reason(self, step: Step, language: Language) -> str:
        """Return why a derived fact holds, by the sentence of the rule; empty where that has none."""
        rule = self.rules.get(step.rule)
        if rule is None or not step.matches:
            return ""
        bound = dict(step.matches[0].bindings)
        for head in rule.heads:
            if head.predicate == step.fact.predicate and len(head.terms) == len(step.fact.terms):
                for term, text in zip(head.terms, step.fact.terms, strict=True):
                    if isinstance(term, Aggregate):
                        bound[term.operator] = text
                    elif isinstance(term, Skolem):
                        bound["new"] = text
        return self._filled(rule.says, bound, language)

    def _filled(self, says: Label, bound: Mapping[str, str], language: Language) -> str:
        return _IN_BRACES.sub(
            lambda m: self.name(bound[m[1]], language) if m[1] in bound else m[0], says.text(language)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "question": self.question, "holds": self.holds, "variables": list(self.variables),
            "facts": [self._fact(f) for f in self.facts],
            "proofs": [{"fact": self._fact(p.fact), "steps": [self._step(s) for s in p.steps]} for p in self.proofs],
            "complete": self.complete,
            "undefined": [{"rule": r, "reason": why, "places": count} for r, why, count in self.undefined],
            "why_not": self.why_not.as_dict() if self.why_not is not None else None,
        }  # fmt: skip

    def _fact(self, fact: Fact) -> dict[str, Any]:
        said = {f"says_{language}": self.sentence(fact, language) or None for language in _LANGUAGES}
        return {"text": fact_text(fact), **fact.as_dict(), **said}

    def _step(self, step: Step) -> dict[str, Any]:
        citation = self.citations.get(step.fact)
        reasons = {f"reason_{language}": self.reason(step, language) or None for language in _LANGUAGES}
        return {
            **step.as_dict(), "fact": self._fact(step.fact), **reasons,
            "source": citation.as_dict() if citation is not None else None,
        }  # fmt: skip
