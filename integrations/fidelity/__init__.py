"""How we know that the documents, and the twin that answers them in tests, are true to Shopify's real schema."""
