"""Tremendous: e-gifts by e-mail, paid from a balance that the merchant fills there."""
