"""Who deserves a kindness: net spend above the shop's own threshold, and still active; without flapping at the edge."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.correspondents import Nobody
from app.domain.decisions import Decision
from app.domain.effects import MarkInHelpdesk, Plan, PostNote, TagCustomer, TagTicket
from app.domain.facts import Standing, Yardstick
from app.domain.money import Money
from app.domain.policy import SpecialCustomer
from app.domain.rules import let_alone

RULE = "special_customer"
# Whoever just lost the mark may not win it back on the same day: at most one change a day reaches other people's tools.
BREATH = timedelta(days=1)
# More changes in one night than these are more likely a mistake of ours, or a first day, than a good one.
_FEW_CHANGES, _FEW_PERCENT = 20, 5
_PUT_ON = ("put_on_by_hand", "Somebody put the tag back on in the store.")
_TAKEN_OFF = ("taken_off_by_hand", "Somebody took the tag off in the store; it is not put back.")
_LOST = ("mark_lost", "The mark was lost in the helpdesk, and is put back.")
_TOLD_AT_LAST = ("told_at_last", "The tag is in the store, and the helpdesk is told of it now that one is connected.")
_BY_HAND, _REPAIR = "by-hand-", "repair-"


def decide(standing: Standing, yardstick: Yardstick, policy: SpecialCustomer, now: datetime) -> Decision:
    """Return whether the customer's mark goes on, comes off, or stays, and why."""
    if standing.let_alone:
        return spared(standing, policy, now)
    if standing.special and not standing.marked:
        return _still_propose(standing, yardstick, policy, now)
    if standing.special:
        return _keep_or_leave(standing, yardstick, policy, now)
    decision = _enter_or_not(standing, yardstick, policy, now)
    if standing.marked and decision.special is None:
        return replace(decision, plans=crossed(standing, policy, now).plans)
    return decision


def are_few(changes: int, customers: int) -> bool:
    """Return whether so many changes in one night may go ahead; a person looks at more."""
    return changes <= max(_FEW_CHANGES, customers * _FEW_PERCENT // 100)


def crossed(standing: Standing, policy: SpecialCustomer, now: datetime) -> Decision:
    """Return that a mark comes off which crossed on its way with our change of mind.

    Where it is coming off already, this is that deed.
    """
    plans = _marks(standing, policy, now, special=False, turn=standing.changes)
    because = "The mark went out just when it was no longer deserved, and comes off again."
    return replace(_about(standing, "crossed", because), plans=plans)


def spared(standing: Standing, policy: SpecialCustomer, now: datetime) -> Decision:
    """Return what it means for their mark that a customer is let alone: it comes off, and none goes on."""
    if standing.special and standing.marked:
        return _change(standing, let_alone.CODE, let_alone.WHY, policy, now)
    if standing.special:
        return replace(_never_out(standing, policy, now), code=let_alone.CODE, because=let_alone.WHY)
    plans = _marks(standing, policy, now, special=False, turn=standing.changes) if standing.marked else ()
    return replace(_about(standing, let_alone.CODE, let_alone.WHY), plans=plans)


def touched(standing: Standing, now: datetime, *, shown: bool) -> Decision:
    """Return what it means that somebody else put the tag of a special customer back, or took it off.

    A hand that takes it off knows something that our sums do not: we do not put it back. The helpdesk follows the
    store, for agents must not read there what the merchant would not have.
    """
    code, because = _PUT_ON if shown else _TAKEN_OFF
    ours = MarkInHelpdesk(customer_id=standing.customer_id, special=True, reason="", occasion=_turn(standing.changes))
    occasion = f"{_BY_HAND}{now:%Y-%m-%dT%H:%M:%S.%f}"
    mark = MarkInHelpdesk(customer_id=standing.customer_id, special=shown, reason=because, occasion=occasion)
    return replace(
        _about(standing, code, because),
        plans=(Plan(effect=mark, due_at=now, after=ours.key),),
        withdraw=() if shown else (ours.key,),
    )


def lost(standing: Standing, yardstick: Yardstick | None, now: datetime, *, never_told: bool = False) -> Decision:
    """Return that a mark which the store shows is put back in the helpdesk, where it was lost; once a day.

    Or is put there at last, where no helpdesk was connected when the store was told.
    """
    code, because = _TOLD_AT_LAST if never_told else _LOST
    line = because if yardstick is None else f"{reason_line(standing, yardstick)}."
    mark = MarkInHelpdesk(
        customer_id=standing.customer_id, special=True, reason=line, occasion=f"{_REPAIR}{now:%Y-%m-%d}"
    )
    return replace(_about(standing, code, because), plans=(Plan(effect=mark, due_at=now),))


def follows_the_store(mark: MarkInHelpdesk) -> bool:
    """Return whether the mark follows what the store shows, and not our own sums."""
    return mark.occasion.startswith((_BY_HAND, _REPAIR))


def reason_line(standing: Standing, yardstick: Yardstick) -> str:
    """Return the one line an agent needs: how far above the average, over how many orders, since when."""
    since = f" since {standing.first_order_at:%Y}" if standing.first_order_at else ""
    if yardstick.since is not None:
        since = f" since {yardstick.since.day} {yardstick.since:%B %Y}, where our records begin"
    times = _times(standing.net, yardstick.average)
    return f"{standing.net} net over {_orders(standing.orders)}{since}{times}"


def greet(
    ticket_id: str,
    standing: Standing | None,
    yardstick: Yardstick | None,
    policy: SpecialCustomer,
    now: datetime,
    nobody: Nobody | None = None,
    *,
    tags: frozenset[str] | None = None,
    look: int = 0,
    not_now: bool = False,
) -> Decision:
    """Return the tag and the reason card for a ticket of a special customer: the tag alone, if that was put off.

    Where somebody has looked, the tag is put on whenever it is not there: some helpdesks lose it while agents write.
    """
    if nobody is not None:
        return _decision(f"ticket:{ticket_id}", nobody.code, nobody.because)
    if standing is None:
        return _decision(f"ticket:{ticket_id}", "no_orders", "This customer has not ordered anything yet.")
    if yardstick is None:
        return _decision(f"ticket:{ticket_id}", "no_measure", "The store's own average is not known yet.")
    if standing.let_alone:
        return _decision(f"ticket:{ticket_id}", let_alone.CODE, let_alone.WHY)
    if not standing.special:
        return _decision(f"ticket:{ticket_id}", "not_special", f"{reason_line(standing, yardstick)}: no mark.")
    line = reason_line(standing, yardstick)
    card = f"{policy.tag}: {line}."
    occasion = "" if tags is None else f"look-{look}"
    tag = TagTicket(ticket_id=ticket_id, tag=policy.tag, reason=line, occasion=occasion)
    note = PostNote(ticket_id=ticket_id, text=card, about="reason-card")
    there = tags is not None and policy.tag in tags
    plans = (
        *(() if there else (Plan(effect=tag, due_at=now),)),
        *(() if not_now else (Plan(effect=note, due_at=now),)),
    )
    because = f"{card} An agent wants nothing suggested for now." if not_now else card
    return _decision(f"ticket:{ticket_id}", "not_now" if not_now else "greeted", because, plans=plans)


def _enter_or_not(standing: Standing, yardstick: Yardstick, policy: SpecialCustomer, now: datetime) -> Decision:
    line = reason_line(standing, yardstick)
    if standing.net < yardstick.threshold:
        return _about(standing, "below", f"{line}: below the threshold of {yardstick.threshold}.")
    if not _active(standing, yardstick, now):
        return _about(
            standing,
            "inactive",
            f"{line}: above the threshold, but no order in {yardstick.active_days} days.",
        )
    if standing.changed_at is not None and now - standing.changed_at < BREATH:
        return _about(standing, "too_soon", f"{line}: the mark changed less than a day ago.")
    return _change(
        standing,
        "entered",
        f"{line}, active: above the threshold of {yardstick.threshold}.",
        policy,
        now,
    )


def _still_propose(standing: Standing, yardstick: Yardstick, policy: SpecialCustomer, now: datetime) -> Decision:
    # Nothing is out there yet, or ever was: no hysteresis, no dwell, and nothing to take off.
    line = reason_line(standing, yardstick)
    if yardstick.threshold <= standing.net and _active(standing, yardstick, now):
        return _about(standing, "stays", f"{line}, active: still above {yardstick.threshold}; the mark is not out yet.")
    because = f"{line}: no longer above {yardstick.threshold} and active, before the mark was ever out."
    return replace(_never_out(standing, policy, now), because=because)


def _never_out(standing: Standing, policy: SpecialCustomer, now: datetime) -> Decision:
    marks = _marks(standing, policy, now, special=True, turn=standing.changes)
    withdraw = tuple(plan.effect.key for plan in marks)
    return _decision(f"customer:{standing.customer_id}", "outdated", "", withdraw=withdraw, special=False)


def _keep_or_leave(standing: Standing, yardstick: Yardstick, policy: SpecialCustomer, now: datetime) -> Decision:
    line, floor = reason_line(standing, yardstick), _percent(yardstick.threshold, policy.leave_below_percent)
    active = _active(standing, yardstick, now)
    if active and floor <= standing.net:
        return _about(standing, "stays", f"{line}: not below {floor}, and active.")
    if standing.changed_at is not None and now - standing.changed_at < max(timedelta(days=policy.dwell_days), BREATH):
        return _about(standing, "dwells", f"{line}: the mark stays at least {policy.dwell_days} days.")
    if active:
        return _change(standing, "fell", f"{line}: below {floor}.", policy, now)
    return _change(standing, "lapsed", f"{line}: no order in {yardstick.active_days} days.", policy, now)


def _change(standing: Standing, code: str, because: str, policy: SpecialCustomer, now: datetime) -> Decision:
    special, turn = not standing.special, standing.changes + 1
    plans = _marks(standing, policy, now, special=special, turn=turn, reason=because)
    return _decision(f"customer:{standing.customer_id}", code, because, plans=plans, special=special)


def _marks(
    standing: Standing, policy: SpecialCustomer, now: datetime, *, special: bool, turn: int, reason: str = ""
) -> tuple[Plan, Plan]:
    customer, occasion = standing.customer_id, _turn(turn)
    tag = TagCustomer(customer_id=customer, tag=policy.tag, present=special, occasion=occasion)
    mark = MarkInHelpdesk(customer_id=customer, special=special, reason=reason, occasion=occasion)
    return Plan(effect=tag, due_at=now), Plan(effect=mark, due_at=now)


def _turn(number: int) -> str:
    return f"standing-{number}"


def _about(standing: Standing, code: str, because: str) -> Decision:
    return _decision(f"customer:{standing.customer_id}", code, because)


def _decision(
    subject: str,
    code: str,
    because: str,
    *,
    plans: tuple[Plan, ...] = (),
    withdraw: tuple[str, ...] = (),
    special: bool | None = None,
) -> Decision:
    return Decision(
        rule=RULE, subject=subject, code=code, because=because, plans=plans, withdraw=withdraw, special=special
    )


def _active(standing: Standing, yardstick: Yardstick, now: datetime) -> bool:
    last = standing.last_order_at
    return last is not None and now - last <= timedelta(days=yardstick.active_days)


def _percent(money: Money, percent: int) -> Money:
    return Money(minor=money.minor * percent // 100, currency=money.currency)


def _orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count} orders"


def _times(net: Money, average: Money) -> str:
    if average.minor <= 0 or net.minor < 0:
        return ""
    tenths = net.minor * 10 // average.minor
    return f" ({tenths // 10}.{tenths % 10}× the store's average)"
