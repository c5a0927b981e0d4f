"""What a picture says of itself, as an element that programs read and no viewer shows."""

from __future__ import annotations

from bullwhip.export.escape import xml_text
from bullwhip.export.tables import to_json_line
from bullwhip.model.about import About

__all__ = ["svg_metadata"]


def svg_metadata(about: About) -> str:
    """Return the metadata element of an SVG picture: one JSON object with version, data, scenario, sources, drivers.

    >>> from bullwhip.model.label import Label
    >>> said = About("w", Label("W <&>"), "1.0", "ab", "", (), "base", (), "", "actual")
    >>> svg_metadata(said)[:72]
    '<metadata id="about">{"bullwhip": "1.0", "workspace": "w", "label": {"zh'
    """
    return f'<metadata id="about">{xml_text(to_json_line(about.as_dict()).strip())}</metadata>'
