"""A strict twin of Gorgias: customers, fields, tickets, tags, messages, and the calls it makes of its own."""
