"""Tables and JSON as text."""
from __future__ import annotations
import json
from dataclasses import dataclass
from typing import Any, Sequence
@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: str
    numeric: bool
def to_tsv(columns, rows): return "\t".join(c.title for c in columns)+"\n"+"".join("\t".join(r)+"\n" for r in rows)
def to_json(value: Any) -> str: return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)+"\n"
def to_terminal(columns, rows, width, color): return to_tsv(columns, rows)
