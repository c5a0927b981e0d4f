"""Expressions: their grammar, their tree, and the graph that they are compiled into."""
