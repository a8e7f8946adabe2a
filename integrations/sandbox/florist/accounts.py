"""Who may order from the town's florist."""

import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    key: str
    password: str
    invoiced: bool  # has an agreement to be invoiced, and may leave the card out


ACCOUNTS = (
    Account(key="practice-florist", password="practice-florist-password", invoiced=True),  # noqa: S106 - a practice town
    Account(key="practice-florist-card", password="practice-florist-password", invoiced=False),  # noqa: S106
)


def account_of(key: str, password: str) -> Account | None:
    """Return the account that these credentials open, or None."""
    for account in ACCOUNTS:
        same_key = hmac.compare_digest(account.key.encode(), key.encode())
        if same_key and hmac.compare_digest(account.password.encode(), password.encode()):
            return account
    return None
