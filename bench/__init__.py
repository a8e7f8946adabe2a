"""Measures what we promise, each figure beside its reference in the same run. Outside the rooms, as the launcher is."""
