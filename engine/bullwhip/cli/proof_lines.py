"""How `explain` shows what is known of a fact."""

from __future__ import annotations

import sys

from bullwhip.cli.output import Column, note, say, table, write_json
from bullwhip.export.proofs import to_prov, to_tree, why_not_lines
from bullwhip.model.fact_answer import FactAnswer, fact_text, term_text
from bullwhip.model.label import Language

__all__ = ["show_answer"]

_NOTED = 5
"""Rules without a value somewhere that are told of."""


def show_answer(answer: FactAnswer, language: Language, *, as_json: bool, as_prov: bool) -> int:
    """Write an answer and return the exit code: 1 where nothing holds."""
    if as_json:
        write_json(answer.as_dict())
    elif as_prov:
        sys.stdout.write(to_prov(answer).decode())
    elif answer.variables:
        _show_facts(answer, language)
    else:
        _show_proofs(answer, language)
    for rule, reason, count in answer.undefined[:_NOTED]:
        note(f"{rule} does not match at {count:,} place{'s' if count > 1 else ''}: {reason}")
    return 0 if answer.holds else 1


def _show_facts(answer: FactAnswer, language: Language) -> None:
    """Write the facts that fit a pattern: what stands for each variable, and what each fact means."""
    columns = [Column(name, name.lstrip("_"), False) for name in answer.variables]
    rows = []
    for fact in answer.facts:
        bound = dict(zip(_arguments(answer), fact.terms, strict=True))
        said = answer.sentence(fact, language) or fact_text(fact)
        rows.append([*(term_text(bound[name]) for name in answer.variables), said])
    notes = [f"{len(rows):,} {'fact fits' if len(rows) == 1 else 'facts fit'} {answer.question}"]
    if answer.facts:
        notes.append(f"why one holds: bullwhip explain '{fact_text(answer.facts[0])}'")
    table([*columns, Column("fact", "fact", False)], rows, notes)


def _arguments(answer: FactAnswer) -> list[str]:
    """Return for each argument of the question the variable that stands there, or a name that none has."""
    inside = answer.question[answer.question.index("(") + 1 : -1]
    written = inside.split(", ")
    return [text[1:] if text.startswith("?") else f"={number}" for number, text in enumerate(written)]


def _show_proofs(answer: FactAnswer, language: Language) -> None:
    if not answer.holds:
        say(f"{answer.question} does not hold")
        for line in why_not_lines(answer):
            say(line)
        return
    for number, proof in enumerate(answer.proofs):
        if number:
            say("")
        for line in to_tree(answer, proof, language):
            say(line)
    if len(answer.proofs) > 1:
        note(f"{len(answer.proofs)} proofs" + ("" if answer.complete else "; there may be more"))
