"""Writes what the engine knows in formats that others read: SVG, DOT, GraphML, TSV, JSON, terminal tables."""
