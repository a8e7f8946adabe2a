"""Shopify: GraphQL Admin API out, signed webhooks in."""
