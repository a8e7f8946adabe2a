"""Customers who are let alone: what rules have coming for them is taken back, and their marks come off."""

import structlog

from app.domain.moments import RULES as MOMENTS
from app.domain.policy import Mode
from app.domain.rules import let_alone, nth_order_gift, special_customer
from app.store import follow, orders
from app.store.base import Session, unit_of_work
from app.store.shops import Merchant
from jobs.carry_out import carry_out, withdraw
from jobs.queue import Task
from jobs.runtime import World

AUTOMATIC = (special_customer.RULE, nth_order_gift.RULE, *MOMENTS)  # the other rules carry out what an agent presses

log = structlog.get_logger("desk")


def let_be(world: World, merchant: Merchant, customer_id: int, *, alone: bool) -> bool:
    """Do nothing automatic for the customer any more, or let the rules look at them again; False for a stranger.

    What is under way comes to its end, and what agents planned stays: it was a person who wanted it.
    """
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)
        now = world.clock.now()
        since = now if alone else None
        if not orders.let_alone(session, shop_id=merchant.id, customer_id=customer_id, since=since):
            return False
        spare(session, world, merchant, customer_id)
    log.info("desk.let_alone" if alone else "desk.no_longer_let_alone", shop=merchant.id)
    world.bell.ring(Task.DRAIN, merchant.id)
    return True


def spare(session: Session, world: World, merchant: Merchant, customer_id: int) -> None:
    """Take back what waits for the customer and take their marks off, if they are to be let alone.

    Whatever the rule's mode: a person has said so. The caller holds the shop's lock.
    """
    standing = orders.standing(session, shop_id=merchant.id, customer_id=customer_id, currency=merchant.currency)
    if standing is None or not standing.let_alone:
        return
    now = world.clock.now()
    coming = follow.coming(session, shop_id=merchant.id, customer_id=customer_id, currency=merchant.currency)
    for deed in coming:
        if deed.rule in AUTOMATIC and let_alone.gives_or_marks(deed.effect):
            withdraw(session, merchant, deed.key, code=let_alone.CODE, why=let_alone.WHY, now=now)
    decision = special_customer.spared(standing, merchant.policy.special_customer, now)
    carry_out(session, merchant, decision, now=now, mode=Mode.AUTO)
