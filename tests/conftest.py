"""What all tests share: the property-test profiles, a cache that is off, and no way from text to code."""

from __future__ import annotations

import os

import pytest
from hypothesis import Phase, settings

import evaluation_guard

settings.register_profile("ci", derandomize=True, max_examples=60, deadline=None, database=None)
settings.register_profile("quick", settings.get_profile("ci"), phases=(Phase.explicit, Phase.generate))
settings.register_profile("long", max_examples=2_000, deadline=None, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

evaluation_guard.install()
os.environ["PYTHONPATH"] = evaluation_guard.subprocess_path()


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests from reading or writing the user's cache."""
    monkeypatch.setenv("BULLWHIP_CACHE", "off")
