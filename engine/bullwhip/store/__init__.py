"""Stores of quads behind one interface: in memory, on disk, in rdflib, at another endpoint."""
