"""The endpoint: SPARQL, graphs, a JSON API and the explorer over HTTP, computed in processes that may be killed."""
