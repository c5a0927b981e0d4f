"""SHACL compiled to SPARQL: shapes are read into records, each constraint becomes a query over all focus nodes at once.

A query returns at least what violates a constraint; where a term must be judged more exactly than the store can,
`literals` does it on what the query returned. What cannot be compiled is named, and another engine checks it
(docs/decisions/0016-shapes-to-sparql.md).
"""
