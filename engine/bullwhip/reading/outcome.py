"""What every reader answers with when it has no value: missing with a reason, or a refusal with a reason."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MISSING", "REFUSED", "Missing", "Refusal"]

MISSING = {
    "empty": "nothing is printed",
    "dash": "a dash stands for no figure",
    "not_applicable": "the document says that there is no such figure",
    "not_disclosed": "the document says that the figure is not known or not published",
    "turned_profit": "a loss turned into a profit: a growth rate has no meaning",
    "turned_loss": "a profit turned into a loss: a growth rate has no meaning",
    "loss": "a loss without its amount",
    "free": "free of charge: a word in place of a price",
    "no_counterpart": "the document maps this unit to nothing",
}
"""Reasons for which nothing is printed where a value is looked for."""

REFUSED = {
    "too_long": "longer than any figure that is printed",
    "characters": "a character that has no place in a figure",
    "no_number": "no number is in the text",
    "several": "more than one figure is in the text",
    "separator": "thousands separators that are not well-formed",
    "superscript": "a raised digit that may be an exponent or the mark of a footnote",
    "notation": "a notation that can be read in more than one way",
    "limit": "a number beyond what is read",
    "not_finite": "not a finite number",
    "identifier": "an identifier and not a number",
    "period": "a period or date and not a number",
    "indefinite": "an order of magnitude and not a number",
    "contradiction": "words or signs that contradict each other",
    "words": "words beside the figure that the reader does not know",
    "unknown": "not in the vocabulary",
    "ambiguous": "more than one reading is possible",
    "no_period": "not a period",
    "no_year": "a part of a year that does not say of which year",
    "relative": "a time that depends on when it is said",
    "no_name": "not the name of anything that is known here",
}
"""Reasons for which a text is refused."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing is printed where a value is looked for, and that is what the print says."""

    reason: str
    """A key of `MISSING`."""
    text: str = ""

    @property
    def message(self) -> str:
        """The reason in words."""
        return MISSING[self.reason]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The text is not read, because that would be a guess."""

    reason: str
    """A key of `REFUSED`."""
    text: str = ""
    detail: str = ""
    """What was found, where that says more than the reason."""
    hint: str = ""

    @property
    def message(self) -> str:
        """The reason in words.

        >>> Refusal("several", "3 or 4", "'4' follows the number").message
        "more than one figure is in the text: '4' follows the number"
        """
        return f"{REFUSED[self.reason]}: {self.detail}" if self.detail else REFUSED[self.reason]
