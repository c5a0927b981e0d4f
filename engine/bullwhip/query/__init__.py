"""The graph of a workspace, SPARQL over it, exposure, checks by shapes."""
