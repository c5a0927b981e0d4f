"""The façade: one object that opens a workspace and answers; every face of the product goes through it."""

from bullwhip.workspace.demand import Demand
from bullwhip.workspace.facade import Workspace

__all__ = ["Demand", "Workspace"]
