"""Looking for a gift among what the store sells."""

import re

from app.domain.facts import GiftOption
from integrations.shopify import reading
from integrations.shopify.client import AdminApi

_WORD = re.compile(r"[^\W_]{1,40}")  # nothing that means something to the store's search
_MOST_WORDS = 6


def candidates(api: AdminApi, words: str) -> tuple[GiftOption, ...]:
    """Return the variants of products on sale in whose title every word begins some word, by title."""
    begun = [f"title:{word}*" for word in _WORD.findall(words)[:_MOST_WORDS]]
    reply = api.ask("gift_candidates", {"query": " ".join([*begun, "status:active"])})
    products = (reply.one("products") or {"nodes": []})["nodes"]
    reply.complete(but=("unitCost",))
    currency = reply.data["shop"]["currencyCode"]
    return tuple(
        reading.gift_option(variant | {"product": product}, currency)
        for product in products
        for variant in product["variants"]["nodes"]
    )
