"""The store's customers, as far as the helpdesk's sync with the store knows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.town import PRACTICE_SHOP

_KIND = "customers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    id: int
    email: str | None
    first_name: str
    last_name: str
    since: datetime

    @property
    def name(self) -> str:
        """Return the full name."""
        return f"{self.first_name} {self.last_name}".strip()


def customer(turn: Turn, key: int) -> Shopper | None:
    """Return the store's customer of this number, or None."""
    found = turn.get(_KIND, key)
    return _shopper(found) if found is not None and found["shop"] == PRACTICE_SHOP else None


def customer_by_email(turn: Turn, email: str) -> Shopper | None:
    """Return the store's customer with this e-mail, in lower case, or None."""
    found = [doc for doc in turn.find(_KIND, "email", email) if doc["shop"] == PRACTICE_SHOP]
    return _shopper(found[0]) if found else None


def _shopper(doc: dict[str, Any]) -> Shopper:
    return Shopper(
        id=int(doc["id"]),
        email=doc["email"],
        first_name=doc["first_name"] or "",
        last_name=doc["last_name"] or "",
        since=datetime.fromisoformat(doc["created_at"]),
    )
