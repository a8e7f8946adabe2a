"""Whoever of the merchant's tools asks to be told whom to leave in peace."""
