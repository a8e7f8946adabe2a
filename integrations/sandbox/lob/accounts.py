"""Who may order: a key and no password, and what is ordered with the one for tests is in another world."""

import hmac

from werkzeug.datastructures import Authorization

from integrations.sandbox.lob.refusals import Refused

PRACTICE_KEY = "test_practice-lob"
HOOK_TOKEN = "practice-lob-hook"  # noqa: S105 - where a practice town calls us
HOOK_SECRET = "practice-lob-webhook-secret"  # noqa: S105
PRACTICE_SENDER = {
    "name": "Lagniappe practice",
    "street": "1 Practice Lane",
    "city": "Springfield",
    "region": "IL",
    "postcode": "62701",
}
_LIVE_KEY = "live_practice-lob"


def world_of(login: Authorization | None, *, key: str) -> str:
    """Return which world the key opens, "test" or "live"; `key` is the test one of today. Raises Refused."""
    if login is None or login.type != "basic" or login.password:
        raise Refused(401, "Your API key must be the user of basic authentication, without a password.", "unauthorized")
    for world, right in (("test", key), ("live", _LIVE_KEY)):
        if hmac.compare_digest((login.username or "").encode(), right.encode()):
            return world
    raise Refused(401, "Your API key is not valid. Please sign up on lob.com to get a valid api key.", "unauthorized")
