"""Marks that a helpdesk has lost are put back: looked for with each ticket, and at night customer by customer.

So is put there what no helpdesk could be told when the store was: one that is connected later learns of all in a night.
The tag on the store's customer is the truth, and only what it says is put back. Who takes it off there is followed, not
fought; what stands in a helpdesk of somebody else's making is never taken away.
"""

from datetime import timedelta

import structlog

from app.domain import tickets
from app.domain.errors import Closed, Unavailable
from app.domain.policy import Mode
from app.domain.ports import Helpdesk
from app.domain.rules import special_customer
from app.store import marks, orders, yardstick
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from jobs import doors
from jobs.carry_out import carry_out
from jobs.queue import Task
from jobs.runtime import Outside, World, midnight

log = structlog.get_logger("helpdesk")

# Of the few calls that a helpdesk grants, agents' notes need most: so these are its look every twenty seconds, and it
# is through with 3,000 customers in half a night.
AT_ONCE = 5
SOON = timedelta(seconds=15)
SHORTEST_PAUSE = timedelta(minutes=1)  # after the helpdesk had no time, or gave no answer


def look_through(world: World, shop_id: int) -> None:
    """Look at the next few customers in each of the shop's helpdesks, where it is time."""
    world.bell.heard(Task.LOST_MARKS, shop_id)
    inside = world.enter(shop_id)
    if inside is None:
        return
    merchant, outside = inside
    try:
        found = [_look_on(world, merchant, outside, kind, desk) for kind, desk in outside.desks.items()]
    except Closed as problem:
        doors.shut(world, merchant, problem)
        return
    if any(found):
        world.bell.ring(Task.DRAIN, shop_id)


def look_with(world: World, merchant: Merchant, outside: Outside, ticket_id: str, customer_id: int) -> None:
    """Look whether the helpdesk of a ticket has lost its writer's mark; for that ticket itself it is seen to already.

    Where it gives no answer the night will tell.
    """
    kind, number = tickets.apart(ticket_id)
    desk = outside.desk_of(ticket_id)
    if desk is None or not _is_to_look(world, merchant, customer_id):
        return
    try:
        _put_back(world, merchant, outside, desk[0], customer_id, but=number)
    except Unavailable as problem:
        log.info("helpdesk.not_looked_at", shop=merchant.id, kind=kind, problem=str(problem))


def _look_on(world: World, merchant: Merchant, outside: Outside, kind: str, desk: Helpdesk) -> int:
    """Return how many marks were lost among the next few."""
    now, found = world.clock.now(), 0
    with unit_of_work(world.sessions) as session:
        after = marks.begin_look(session, shop_id=merchant.id, kind=kind, now=now, lease=world.lease)
        if after is None:
            return 0
        some = marks.to_look_at(session, shop_id=merchant.id, after=after, limit=AT_ONCE)
    watches = merchant.policy.special_customer.mode is Mode.OBSERVE
    ends = watches or len(some) < AT_ONCE
    to, look_at = (0, midnight(merchant, now) + timedelta(days=1)) if ends else (some[-1], now + SOON)
    for customer_id in () if watches else some:
        try:
            if _is_to_look(world, merchant, customer_id):
                found += _put_back(world, merchant, outside, desk, customer_id)
        except Closed:
            raise
        except Unavailable as problem:
            log.info("helpdesk.not_looked_at", shop=merchant.id, kind=kind, problem=str(problem))
            pause = timedelta(seconds=problem.retry_after or 0.0)
            to, look_at = customer_id - 1, now + max(SHORTEST_PAUSE, pause)
            break
    with unit_of_work(world.sessions) as session:
        marks.looked(session, shop_id=merchant.id, kind=kind, to=to, look_at=look_at)
    if found:
        log.info("helpdesk.lost_marks", shop=merchant.id, kind=kind, found=found)
    return found


def _is_to_look(world: World, merchant: Merchant, customer_id: int) -> bool:
    """Return whether the customer's mark is out for good: neither changing, nor put back today already."""
    if merchant.policy.special_customer.mode is Mode.OBSERVE:
        return False
    about = {"shop_id": merchant.id, "customer_id": customer_id}
    with reading(world.sessions) as session:
        standing = orders.standing(session, currency=merchant.currency, **about)
        if standing is None or not (standing.special and standing.marked) or standing.let_alone:
            return False
        (plan,) = special_customer.lost(standing, None, world.clock.now()).plans
        return not marks.is_coming(session, key=plan.effect.key, **about)


def _put_back(
    world: World, merchant: Merchant, outside: Outside, desk: Helpdesk, customer_id: int, *, but: str = ""
) -> bool:
    """Look, and plan to put the mark back where it was lost, or was never told of; return whether it was."""
    with reading(world.sessions) as session:
        never_told = not marks.was_told(session, shop_id=merchant.id, customer_id=customer_id)
    if not never_told and not _has_lost(merchant, outside, desk, customer_id, but):
        return False
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)
        # Looked at again under the lock: somebody may have taken the tag off in the store while we asked.
        standing = orders.standing(session, shop_id=merchant.id, customer_id=customer_id, currency=merchant.currency)
        if standing is None or not (standing.special and standing.marked):
            return False
        measure = yardstick.read(session, shop_id=merchant.id, currency=merchant.currency)
        decision = special_customer.lost(standing, measure, now, never_told=never_told)
        # It was allowed when it was put on: whoever lost it is not asked again.
        carry_out(session, merchant, decision, now=now, mode=Mode.AUTO)
    return True


def _has_lost(merchant: Merchant, outside: Outside, desk: Helpdesk, customer_id: int, but: str) -> bool:
    emails, tag = outside.shop.emails(customer_id), merchant.policy.special_customer.tag
    return desk.mark_shown(emails, tag=tag, but=but) is False
