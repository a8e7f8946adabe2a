"""Who may order: a key opens its own host alone, and what is ordered on the one is unknown on the other."""

import hmac
from dataclasses import dataclass

from integrations.sandbox.tremendous.refusals import Refused

PRACTICE_KEY = "TEST_practice-tremendous"
HOOK_TOKEN = "practice-tremendous-hook"  # noqa: S105 - where a practice town calls us
HOOK_SECRET = "practice-tremendous-private-key"  # noqa: S105
_LIVE_KEY = "PROD_practice-tremendous"
_BEGINS = {"testflight": "TEST_", "live": "PROD_"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    host: str  # testflight or live


def account_of(host: str, borne: str, *, key: str) -> Account:
    """Return whose account the bearer's key opens on this host; `key` is the sandbox's of today. Raises Refused."""
    wanted = {"testflight": key, "live": _LIVE_KEY}.get(host)
    if wanted is None or not hmac.compare_digest(borne.encode(), f"Bearer {wanted}".encode()):
        raise Refused(401, f"The API key is invalid on this host, where keys begin with {_BEGINS.get(host, 'nothing')}")
    return Account(host=host)
