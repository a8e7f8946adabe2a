"""What is known of one customer at a glance: for the merchant's page, and for the agents' desk."""

from datetime import datetime, timedelta
from typing import Any

from app.domain.facts import Standing, Yardstick
from app.store import orders, reports, stories, yardstick
from app.store.base import Session
from app.store.shops import Merchant
from app.web import phrases
from jobs.runtime import purse


def facts(session: Session, merchant: Merchant, customer_id: int, now: datetime) -> dict[str, Any] | None:
    """Return what a template needs to draw the card; None for whom the ledger does not know."""
    shop: dict[str, Any] = {"shop_id": merchant.id, "currency": merchant.currency}
    standing = orders.standing(session, customer_id=customer_id, **shop)
    if standing is None:
        return None
    measure = yardstick.read(session, **shop)
    return {
        "standing": standing,
        "measure": measure,
        "times": phrases.times_average(standing, measure),
        "active": _active(standing, measure, now),
        "last": stories.last_gesture(session, customer_id=customer_id, **shop),
        "pending": stories.pending(session, customer_id=customer_id, **shop),
        "pools": reports.pools_left(session, shop_id=merchant.id, purse=purse(merchant, now)),
    }


def _active(standing: Standing, measure: Yardstick | None, now: datetime) -> bool | None:
    """Whether the customer counts as active; None while the shop was never measured."""
    if measure is None:
        return None
    last = standing.last_order_at
    return last is not None and now - last <= timedelta(days=measure.active_days)
