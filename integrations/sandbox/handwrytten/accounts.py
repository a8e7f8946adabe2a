"""Who may order: whoever brings the account's key, alone in the header and without a word before it."""

import hmac

from integrations.sandbox.handwrytten.refusals import Refused

PRACTICE_KEY = "practice-handwrytten"
PRACTICE_CARD = 7_700  # a payment card that is stored there
PRACTICE_TERMS = {
    "handwriting": "Casual David",
    "name": "Lagniappe practice",
    "street": "1 Practice Lane",
    "city": "Springfield",
    "region": "IL",
    "postcode": "62701",
    "postage": "1.50",
    "testing": "yes",
}


def turn_away(borne: str, *, key: str) -> None:
    """Raise Refused for whoever does not bring the key of today; a bearer's is another kind, which nobody has here."""
    if not hmac.compare_digest(borne.encode(), key.encode()):
        raise Refused(401, "no auth")
