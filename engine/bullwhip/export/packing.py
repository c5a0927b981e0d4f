"""Lists of records as columns, so that many records with the same keys take little room in a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["packed"]


def packed(value: Any) -> Any:
    """Return plain data with every list of two or more records of the same keys as columns; `answers.js` undoes it.

    A list `[{"a": 1}, {"a": 2}]` becomes `{"length": 2, "packed": {"a": [1, 2]}}`, all the way down.

    >>> packed({"rows": [{"a": 1, "b": [{"c": 2}]}, {"a": 3, "b": []}]})
    {'rows': {'length': 2, 'packed': {'a': [1, 3], 'b': [[{'c': 2}], []]}}}
    """
    if isinstance(value, Mapping):
        return {key: packed(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) > 1 and all(isinstance(one, Mapping) and one.keys() == value[0].keys() for one in value):
            return {"length": len(value), "packed": {key: [packed(one[key]) for one in value] for key in value[0]}}
        return [packed(one) for one in value]
    return value
