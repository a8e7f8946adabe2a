"""The town's store: a strict twin of Shopify's Admin API, its edges sharp where the real ones are."""
