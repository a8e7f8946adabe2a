"""Goody: flowers and gifts by e-mail, whose recipients say themselves where they should go."""
