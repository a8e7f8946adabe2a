"""What is known of one customer at a glance: for the merchant's page, and for the agents' desk."""

from datetime import datetime
from typing import Any

from app.store import reports
from app.store.base import Session
from app.store.shops import Merchant
from jobs import card
from jobs.runtime import purse


def facts(session: Session, merchant: Merchant, customer_id: int, now: datetime) -> dict[str, Any] | None:
    """Return what a template needs to draw the card; None for whom the ledger does not know."""
    known = card.facts(session, merchant, customer_id, now)
    if known is None:
        return None
    return {
        "standing": known.standing,
        "measure": known.yardstick,
        "times": known.times,
        "active": known.active,
        "last": known.last,
        "pending": known.pending,
        "lead_first": known.lead_first,
        "pools": reports.pools_left(session, shop_id=merchant.id, purse=purse(merchant, now)),
    }
