"""What the tests ask of every format of `export`: options where a format needs some, and its content as plain text."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from bullwhip.workspace.formats import FORMATS

SPOTS = {
    "": {"of": "server.market", "driver": "model.parameters"},
    "vaccines": {"of": "fill.market[vial=single]", "driver": "dose.price"},
    "solar": {"of": "module.market", "driver": "module.price"},
}
"""Of some workspaces, by folder of tests/golden, a quantity and a driver that reaches it."""


def asked(form: str, name: str, **more: Any) -> dict[str, Any]:
    """Return what a format needs, and more where it takes it."""
    needed = {option: SPOTS[name][option] for option in FORMATS[form].needs}
    if form in ("latex", "mathml"):  # a rule has no members
        needed["of"] = needed["of"].partition("[")[0]
    return needed | {option: value for option, value in more.items() if option in FORMATS[form].takes}


def plain(data: bytes) -> bytes:
    """Return a file with what its container packs or encodes laid open: members of archives, properties of PDF."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return b"\n".join(packed.read(name) for name in packed.namelist())
    if data.startswith(b"%PDF"):
        found = re.findall(rb"<feff([0-9a-f]*)>", data)
        return b"\n".join(bytes.fromhex(text.decode()).decode("utf-16-be").encode() for text in found)
    return data
