"""Read by every Python process that a test starts, before anything else: closes the ways from text to code there."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import evaluation_guard

sys.path.pop(0)
evaluation_guard.install()
