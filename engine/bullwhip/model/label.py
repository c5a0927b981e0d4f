"""A name in the two languages of the product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Label", "Language"]

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Label:
    """What a thing is called, in Chinese and in English; either may be empty.

    >>> Label("光模块", "optical module").text("en"), Label("光模块").text("en")
    ('optical module', '光模块')
    """

    zh: str = ""
    en: str = ""

    def text(self, language: Language) -> str:
        """Return the label in a language, or in the other one where it is missing."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)
