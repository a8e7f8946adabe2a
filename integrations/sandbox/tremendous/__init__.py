"""A strict twin of Tremendous: e-gifts by e-mail, paid from a balance, each of them once under its external id."""
