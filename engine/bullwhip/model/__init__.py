"""Frozen records of every stage and of every answer."""
