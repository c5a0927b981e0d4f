"""Rewrites what the docs show from what the code does: console examples, errors, cli, units, the picture."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from documents import ROOT, rewrite
from generated import pages


def main() -> None:
    """Rewrite everything that is generated."""
    for path, content in pages().items():
        (ROOT / path).write_bytes(content)
    with tempfile.TemporaryDirectory() as folder:
        rewrite(Path(folder))


if __name__ == "__main__":
    main()
