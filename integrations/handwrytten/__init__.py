"""Handwrytten: cards that a machine writes with a pen and posts for the merchant."""
