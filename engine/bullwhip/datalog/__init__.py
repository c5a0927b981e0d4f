"""The inference engine: Datalog evaluated semi-naively over columns of interned terms, with proofs.

`evaluate.evaluate` runs a program, `facts` reads base facts, `stratify.program_problems` says why a program cannot run.
Importing the package imports nothing; all but `stratify` need NumPy.
"""
