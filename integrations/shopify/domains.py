"""A shop's name, `something.myshopify.com`: the one text that decides whose shop a call is about."""

import re
from functools import lru_cache

from shopify.utils.shop_url import sanitize_shop_domain

_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_LONGEST = 100


@lru_cache(maxsize=1024)  # each webhook asks, and a shop has many
def proper(claimed: str) -> str | None:
    """Return the domain in lower case; None when it is no shop's."""
    domain = claimed.strip().lower()
    if not claimed.isascii() or len(domain) > _LONGEST or not _DOMAIN.fullmatch(domain):
        return None
    # The library completes "evil" to "evil.myshopify.com", so it only has the second word.
    return domain if sanitize_shop_domain(domain) == domain else None
