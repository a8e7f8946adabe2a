"""Gorgias: REST out, HTTP-integration calls in."""
