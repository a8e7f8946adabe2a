"""Decides: pure functions over facts. Standard library only; no clock, no network, no rows."""
