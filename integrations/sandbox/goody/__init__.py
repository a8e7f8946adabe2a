"""A strict twin of Goody: gifts by e-mail, whose recipients say where they should go, and which are paid only then."""
