"""Stage one: files to a raw program that knows where everything is written."""

from bullwhip.load.workspace_files import load

__all__ = ["load"]
