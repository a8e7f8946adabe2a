"""Lob: letters and postcards by post, printed for the merchant, and whether the American post knows an address."""
