"""The inference engine: Datalog evaluated semi-naively over interned terms, with proofs."""
