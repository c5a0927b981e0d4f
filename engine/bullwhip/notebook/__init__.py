"""What a notebook shows beside answers: sliders whose results follow in the browser."""

from bullwhip.notebook.sliding import sliders

__all__ = ["sliders"]
