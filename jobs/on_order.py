"""An order changed: its ledger is fed, and what that means for the parcel and the customer's standing is decided."""

from app.domain.decisions import Decision
from app.domain.events import OrderChanged
from app.domain.facts import OrderFacts
from app.domain.rules import on_order
from app.store import orders, yardstick
from app.store.base import Session, unit_of_work
from jobs import gather
from jobs.occasion import Occasion, finish
from jobs.runtime import in_force


def order_changed(occasion: Occasion, event: OrderChanged) -> None:
    """Read the order, feed the ledger, decide. What is no news any more only feeds."""
    merchant = occasion.merchant
    about = gather.about_order(occasion.world, merchant, occasion.way_in, event, occasion.now)
    with unit_of_work(occasion.world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)
        order = about.order
        # Looked at again under the lock: they may have been forgotten while we asked.
        forgotten = order is not None and order != occasion.veil(session).over(order)
        silent = about.forgotten or forgotten or occasion.is_old(event.happened_at)
        decided = [] if silent else _decided(session, occasion, about)
        finish(session, occasion, decided, forget_words=about.forgotten or forgotten)


def _decided(session: Session, occasion: Occasion, about: gather.AboutOrder) -> list[Decision]:
    order, merchant, now = about.order, occasion.merchant, occasion.now
    if order is None:
        return []
    standing = None
    if order.customer_id is not None:
        standing = orders.standing(
            session, shop_id=merchant.id, customer_id=order.customer_id, currency=merchant.currency
        )
    history = gather.gift_history(session, merchant, order, now)
    facts = OrderFacts(
        order=order,
        standing=standing,
        yardstick=yardstick.read(session, shop_id=merchant.id, currency=merchant.currency),
        options=about.options,
        history=history,
        granted=merchant.scopes,
    )
    return on_order(facts, in_force(merchant), now)
