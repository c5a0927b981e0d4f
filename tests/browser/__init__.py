"""Tests that drive the explorer in a browser."""
