"""What selects among claims on one input: the default policy and the criteria a policy may be made of."""

__all__ = ["CRITERIA", "POLICY"]

POLICY = "actual,later,table"
"""What selects among claims unless something else is asked for."""

CRITERIA = {
    "actual": "an actual before an estimate or specification",
    "estimate": "an estimate or specification before an actual",
    "later": "a later document before an earlier one",
    "earlier": "an earlier document before a later one",
    "table": "a table before running text",
    "text": "running text before a table",
    "document:ID": "the document ID before every other",
}
"""What a policy may be made of."""
