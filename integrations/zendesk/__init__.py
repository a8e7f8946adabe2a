"""Zendesk: one that signs its calls with a secret of its own choice, and says who wrote what."""
