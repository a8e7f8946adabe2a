"""Remembers: rows and queries. The only room that knows the database; every function names its shop."""
