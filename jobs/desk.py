"""The merchant's desk: what a person may do to a rule or to a deed. The ledger moves first, then the bell rings."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import reduce

import structlog

from app.domain.backtest.asked import Kind, differs
from app.domain.effects import Pool, Sending
from app.domain.moments import RULES as MOMENTS
from app.domain.money import Money
from app.domain.policy import Mode, Policy
from app.domain.ports import Receipt
from app.domain.rules import special_customer
from app.store import alarms, backtests, endings, ledger, lifting, orders, shops, stories, tallies, yardstick
from app.store.alarms import What
from app.store.base import Session, unit_of_work
from app.store.ledger import Deed
from app.store.shops import Merchant
from jobs import purses, way_back
from jobs.carry_out import follow_up
from jobs.carry_out import withdraw as take_back
from jobs.queue import Task
from jobs.runtime import World, purse

log = structlog.get_logger("desk")

RULES = ("special_customer", "nth_order_gift", *MOMENTS, "refund_keep", "flowers")
# A mark says what is true today, so one that was only watched can still go out; last week's parcel cannot.
STILL_TIMELY = {special_customer.RULE: ("tag_customer", "mark_in_helpdesk")}
FEW = 20  # decisions that are approved in one transaction
NEWEST = 2**63 - 1  # no row has a higher number
PERSON = "on the merchant's page"


class Undone(StrEnum):
    """How a deed was undone."""

    HELD = "held"  # it had not left
    COMING_BACK = "coming_back"  # it had, and is being taken back


class NoSuchDeed(LookupError):
    """The shop's ledger has no such row."""


def approve(world: World, merchant: Merchant, effect_id: int) -> list[Deed]:
    """Let a waiting deed, and those decided with it, go ahead; return those that waited, over budget or not."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        _deed(session, merchant, effect_id)
        moved = _approve(session, merchant, effect_id, now)
    _ring(world, merchant, "desk.approved", effects=[deed.id for deed in moved])
    return moved


def approve_all(world: World, merchant: Merchant, rule: str, *, upto: int, count: int) -> list[Deed] | None:
    """Let everything of the rule that waits go ahead, the oldest first; return it, over budget or not.

    What came after the row of the number `upto` goes on waiting: nobody has seen it. None where more wait up to
    it than the `count` that were seen: an older one may have come to wait since, at another price.

    A few decisions a transaction: webhooks are kept meanwhile, and whoever dies half-way has approved half of it.
    """
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        waiting = stories.waiting_ids(session, shop_id=merchant.id, rule=rule, upto=upto)
    if len(waiting) > count:
        return None
    moved: list[Deed] = []
    for start in range(0, len(waiting), FEW):
        with unit_of_work(world.sessions) as session:
            for effect_id in waiting[start : start + FEW]:
                moved += _approve(session, merchant, effect_id, now)
    _ring(world, merchant, "desk.approved_all", rule=rule, count=len(moved))
    return moved


def decline(world: World, merchant: Merchant, effect_id: int, *, where: str = PERSON) -> list[Deed]:
    """Let a waiting deed, and those decided with it, be; return those that waited."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        _deed(session, merchant, effect_id)
        moved = ledger.decline(
            session,
            shop_id=merchant.id,
            effect_id=effect_id,
            why=f"Declined {where}.",
            now=now,
            currency=merchant.currency,
        )
        for deed in moved:
            follow_up(session, merchant, deed, now=now)
    _ring(world, merchant, "desk.declined", effects=[deed.id for deed in moved])
    return moved


def lift(world: World, merchant: Merchant, effect_id: int, *, even_own: bool = False) -> bool:
    """Let a deed go ahead that the pool did not hold; False when it is too late for that, or somebody was faster."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        _deed(session, merchant, effect_id)
        orders.lock(session, shop_id=merchant.id)
        month = purse(merchant, now)
        deed = lifting.lift(session, shop_id=merchant.id, effect_id=effect_id, purse=month, now=now, even_own=even_own)
        if deed is not None:
            purses.watch(session, merchant, [deed])
            follow_up(session, merchant, deed, now=now)
    _ring(world, merchant, "desk.lifted", effect=effect_id, lifted=deed is not None)
    return deed is not None


def grant(world: World, merchant: Merchant, pool: Pool, *, minor: int, seen: int) -> bool:
    """Let this month's purse hold so much more; False where somebody has done so since it was looked at.

    `seen` is how much it had been granted then: a second click, and a second person, change nothing.
    """
    now = world.clock.now()
    month = purse(merchant, now)
    key = f"page:{pool}:{month.month}:{seen}"
    with unit_of_work(world.sessions) as session:
        granted = lifting.grant(session, shop_id=merchant.id, pool=pool, minor=minor, key=key, purse=month, now=now)
    _ring(world, merchant, "desk.granted", pool=pool.value, granted=granted)
    return granted


def withdraw(world: World, merchant: Merchant, effect_id: int) -> Undone | None:
    """Take back a deed before it leaves, and a gift that its vendor still stops; return None when it is too late."""
    now, undone = world.clock.now(), None
    with unit_of_work(world.sessions) as session:
        deed = _deed(session, merchant, effect_id)
        why = f"Taken back {PERSON}."
        if take_back(session, merchant, deed.key, code="withdrawn", why=why, now=now) is not None:
            undone = Undone.HELD
        elif isinstance(deed.effect, Sending) and way_back.begin(session, merchant, deed, why=why, now=now):
            undone = Undone.COMING_BACK
    _ring(world, merchant, "desk.withdrawn", effect=effect_id, gone=undone is not None)
    return undone


def happened(world: World, merchant: Merchant, effect_id: int, *, reference: str, cost: Money | None = None) -> bool:
    """Settle a doubt that only a person could: it was done. False when the row is not in such doubt (any more).

    `cost` is what it truly cost, where they say so.
    """
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        deed = _deed(session, merchant, effect_id)
        settled = _is_doubtful(session, merchant, effect_id) and endings.done(
            session, deed, Receipt(reference=reference, cost=cost, remark=f"confirmed {PERSON}"), now=now
        )
        if settled:
            done = _deed(session, merchant, effect_id)
            follow_up(session, merchant, done, now=now, reference=reference)
    _ring(world, merchant, "desk.happened", effect=effect_id, settled=settled)
    return settled


def did_not_happen(world: World, merchant: Merchant, effect_id: int) -> bool:
    """Settle a doubt that only a person could: it was not done, so it is tried again. False as in `happened`."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        deed = _deed(session, merchant, effect_id)
        settled = _is_doubtful(session, merchant, effect_id) and endings.put_back(
            session, deed, until=now, why=f"It had not happened, said {PERSON}.", afresh=True, vouched=True
        )
    _ring(world, merchant, "desk.did_not_happen", effect=effect_id, settled=settled)
    return settled


def let_be(world: World, merchant: Merchant, effect_id: int) -> bool:
    """Settle what was left to a person's own hands: they will not do it. False as in `happened`."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        deed = _deed(session, merchant, effect_id)
        settled = endings.let_be(session, deed, why=f"Declined {PERSON}.", now=now)
        if settled:
            follow_up(session, merchant, _deed(session, merchant, effect_id), now=now)
    _ring(world, merchant, "desk.let_be", effect=effect_id, settled=settled)
    return settled


def know(world: World, merchant: Merchant, effect_id: int, what: What) -> bool:
    """Put an alarm to rest: the merchant knows, and leaves it at that. False when none stands (any more)."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        rests = alarms.put_to_rest(session, shop_id=merchant.id, effect_id=effect_id, what=what, now=now)
    log.info("desk.known", shop=merchant.id, effect=effect_id, what=what.value, rests=rests)
    return rests


def set_mode(world: World, merchant: Merchant, rule: str, mode: Mode, *, seen: Mode | None = None) -> int | None:
    """Set how far a rule may go; return how many marks it only watched so far are taken up now.

    What is planned stays planned, and what waits for a yes goes on waiting: a mode is about what comes. `seen` is how
    far it went before the eyes of whoever pressed: None, and nothing done, where somebody has set another since.
    """
    return set_modes(world, merchant, (rule,), mode, may=lambda now: seen is None or now.mode_of(rule) in {seen, mode})


def set_modes(
    world: World, merchant: Merchant, rules: Collection[str], mode: Mode, *, may: Callable[[Policy], bool]
) -> int | None:
    """Set how far several rules may go, all or none, as `set_mode` does.

    `may` is told how it stands now, when nobody else can change it: None, and nothing done, where it says no.
    """
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        # The policy is one document: two people changing two rules at once must not undo each other.
        orders.lock(session, shop_id=merchant.id)
        current = (shops.by_id(session, merchant.id) or merchant).policy
        if not may(current):
            return None
        wanted = reduce(lambda policy, rule: with_mode(policy, rule, mode, now), rules, current)
        shops.change_policy(session, shop_id=merchant.id, policy=wanted, now=now)
        taken_up = {rule: _taken_up(session, merchant, rule, mode, now) for rule in rules}
    for rule, count in taken_up.items():
        _ring(world, merchant, "desk.mode_set", rule=rule, mode=mode.value, taken_up=count)
    return sum(taken_up.values())


def set_policy(world: World, merchant: Merchant, change: Callable[[Policy], Policy]) -> bool:
    """Change what the merchant has decided; return whether that made a difference.

    `change` is told how it stands now, when nobody else can change it, and may refuse by raising. A new way to measure
    is measured by at once; who is moved by it is decided in the night's review. What would have been is found out anew.
    """
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)
        current = (shops.by_id(session, merchant.id) or merchant).policy
        policy = change(current)
        if policy == current:
            return False
        shops.change_policy(session, shop_id=merchant.id, policy=policy, now=now)
        if policy.brake != current.brake:
            tallies.judge_anew(session, shop_id=merchant.id)
        measured = shops.history_state(session, shop_id=merchant.id).done_at is not None
        if measured and policy.special_customer != current.special_customer:
            yardstick.measure(session, shop_id=merchant.id, policy=policy.special_customer, now=now)
        walks = measured and differs(current, policy)
        if walks:
            backtests.ask(session, shop_id=merchant.id, kind=Kind.KEPT, policy=policy, now=now)
    _ring(world, merchant, "desk.policy_set")
    if walks:
        world.bell.ring(Task.BACKTEST, merchant.id, at_once=True)
    return True


def release(world: World, merchant: Merchant, rule: str) -> bool:
    """Let a rule go on that has stopped itself, today without an end; return whether it had."""
    with unit_of_work(world.sessions) as session:
        released = tallies.release(session, shop_id=merchant.id, rule=rule, now=world.clock.now()) > 0
    _ring(world, merchant, "desk.released", rule=rule, released=released)
    return released


def pause(world: World, merchant: Merchant, *, paused: bool) -> None:
    """Stop everything that would leave the house, or let it go on."""
    with unit_of_work(world.sessions) as session:
        shops.pause(session, shop_id=merchant.id, paused=paused)
    _ring(world, merchant, "desk.paused" if paused else "desk.resumed")


def with_mode(policy: Policy, rule: str, mode: Mode, now: datetime) -> Policy:
    """Return the policy with one rule's mode changed; raise KeyError for a rule that there is not."""
    gift, recovery = replace(policy.nth_order_gift, mode=mode), replace(policy.recovery, mode=mode)
    if policy.mode_of(rule) is Mode.OBSERVE and mode is not Mode.OBSERVE:
        gift, recovery = replace(gift, began_at=now), replace(recovery, began_at=now)
    changed = {
        "special_customer": replace(policy, special_customer=replace(policy.special_customer, mode=mode)),
        "nth_order_gift": replace(policy, nth_order_gift=gift),
        "anniversary": replace(policy, anniversary=replace(policy.anniversary, mode=mode)),
        "birthday": replace(policy, birthday=replace(policy.birthday, mode=mode)),
        "comeback": replace(policy, comeback=replace(policy.comeback, mode=mode)),
        "recovery": replace(policy, recovery=recovery),
        "refund_keep": replace(policy, team=replace(policy.team, refund_mode=mode)),
        "flowers": replace(policy, team=replace(policy.team, flowers_mode=mode)),
    }
    return changed[rule]


def _taken_up(session: Session, merchant: Merchant, rule: str, mode: Mode, now: datetime) -> int:
    kinds = STILL_TIMELY.get(rule, ())
    if mode is Mode.OBSERVE or not kinds:
        return 0
    measure = yardstick.read(session, shop_id=merchant.id, currency=merchant.currency)
    return ledger.promote_observed(
        session, shop_id=merchant.id, rule=rule, kinds=kinds, mode=mode, now=now, yardstick=measure
    )


def _approve(session: Session, merchant: Merchant, effect_id: int, now: datetime) -> list[Deed]:
    moved = ledger.approve(session, shop_id=merchant.id, effect_id=effect_id, purse=purse(merchant, now), now=now)
    purses.watch(session, merchant, moved)
    for deed in moved:
        follow_up(session, merchant, deed, now=now)
    return moved


def _deed(session: Session, merchant: Merchant, effect_id: int) -> Deed:
    deed = ledger.read(session, shop_id=merchant.id, effect_id=effect_id, currency=merchant.currency)
    if deed is None:
        raise NoSuchDeed(effect_id)
    return deed


def _is_doubtful(session: Session, merchant: Merchant, effect_id: int) -> bool:
    return stories.needs_person(session, shop_id=merchant.id, effect_id=effect_id)


def _ring(world: World, merchant: Merchant, event: str, **facts: object) -> None:
    log.info(event, shop=merchant.id, **facts)
    world.bell.ring(Task.DRAIN, merchant.id, at_once=True)
