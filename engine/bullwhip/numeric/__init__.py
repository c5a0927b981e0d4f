"""Numeric evaluation: one tape from the graph of cells, run over blocks of scenarios by NumPy or compiled code."""
