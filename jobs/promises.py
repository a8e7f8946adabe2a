"""Whether all is well with a customer: no kindness goes to somebody to whom something else is still owed."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import KeyRefused
from app.domain.facts import Order
from app.domain.moments import Due
from app.domain.rules import moments as rule
from app.store import late_orders, orders
from app.store.base import reading
from app.store.shops import Merchant
from jobs.runtime import Outside, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The order to whose address something would go, and which promise is not kept yet, as a sentence."""

    order: Order | None
    broken: str = ""


def look(world: World, merchant: Merchant, outside: Outside, due: Due, now: datetime) -> Seen:
    """Ask the store for the order that a moment is about, else for the customer's latest, and how it stands with it."""
    customer_id = due.customer_id
    with reading(world.sessions) as session:
        latest = orders.latest_order(session, shop_id=merchant.id, customer_id=customer_id)
        late = late_orders.is_waiting(session, shop_id=merchant.id, customer_id=customer_id)
    order_id = due.order_id or latest
    order = None if order_id is None else outside.shop.order(order_id)
    if late is not None:
        return Seen(order=order, broken=f"{late} is late, and has not arrived.")
    broken = "" if order is None else rule.not_left(order, merchant.policy.recovery.late_days, now)
    return Seen(order=order, broken=broken or complaint(outside, due))


def complaint(outside: Outside, due: Due) -> str:
    """Return that the customer waits for the team in a helpdesk, as a sentence; "" where they do not."""
    emails = outside.shop.emails(due.customer_id) if outside.desks else ()
    try:
        told = [desk.has_open_ticket(emails) for desk in outside.desks.values()] if emails else []
    except KeyRefused as problem:
        if not problem.lasts:
            raise
        # It may stay so for weeks, and nobody else need wait for that.
        return "A helpdesk does not let us in, so nobody knows whether a ticket of theirs is open."
    if any(told):
        return "A ticket of theirs is open."
    if due.when_solved and False not in told:
        return "No helpdesk says whether their ticket is solved."
    return ""
