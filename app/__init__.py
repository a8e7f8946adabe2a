"""Lagniappe: the small extra that a shopkeeper slips into your bag, unasked."""
