"""Who may order: one key, one balance, and a card to pay with instead."""

import hmac

from integrations.sandbox.goody.refusals import Refused

PRACTICE_KEY = "practice-goody-key"
HOOK_TOKEN = "practice-goody-hook"  # noqa: S105 - where a practice town calls us
HOOK_SECRET = "whsec_cHJhY3RpY2UtZ29vZHktc2VjcmV0LTAwMQ=="  # noqa: S105
PRACTICE_CARD = "c5f0a1de-0000-4000-8000-00000000ca4d"
# What the merchant of the practice shop has said, as one says it of the sandbox.
PRACTICE_OPTIONS = {"card": PRACTICE_CARD, "host": "api.sandbox.ongoody.com"}
BALANCE, VISA = "account-balance", "d04d4c1e-0000-4000-8000-0000000c0de0"


def let_in(borne: str, *, key: str) -> None:
    """Raise Refused for whoever does not bear the account's key of today."""
    if not hmac.compare_digest(borne.encode(), f"Bearer {key}".encode()):
        raise Refused(401, "Unauthorized")


def payment_methods(balance: int) -> list[dict[str, object]]:
    """Return what can be paid with, first what is used unless another is named."""
    return [
        {"id": BALANCE, "name": "Account balance", "balance": balance},
        {"id": VISA, "name": "Visa 0000", "cardholder_name": "Practice Goods"},
    ]
