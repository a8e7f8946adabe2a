"""A strict twin of Lob: letters and postcards by post, each once under its key for a day, and checks of addresses."""
