"""Writes decisions down: effects planned, money set aside, agents told, all in the caller's one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from app.domain.decisions import Decision
from app.domain.effects import Effect, MarkInHelpdesk, Plan, PostNote, PushCard, State, TagCustomer, Undoing, Unmute
from app.domain.policy import Mode
from app.domain.rules import address_words, afterwards, gift_order, special_customer
from app.store import asks, care, connections, decisions, ledger, marks, orders, trials
from app.store.base import Session
from app.store.ledger import Deed, Draft
from app.store.shops import Merchant
from integrations.registry import BY_HAND, HELPDESKS
from jobs import braking, otherwise, purses
from jobs.runtime import in_force, local, purse
from jobs.sending_deeds import goes_by_email

_ENDED = (State.DONE, State.REFUSED, State.WITHDRAWN, State.OVER_BUDGET)


def carry_out(
    session: Session,
    merchant: Merchant,
    decision: Decision,
    *,
    now: datetime,
    delivery_id: int | None = None,
    most: Mode = Mode.AUTO,
    mode: Mode | None = None,
) -> None:
    """Keep the decision, plan its effects, take back what it withdraws. `most` holds a rule below its own mode.

    With `mode` a person has said how far it goes, and the rule's own does not matter.
    """
    pressed, mode = mode is not None, mode or merchant.policy.mode_of(decision.rule)
    mode = _at_most(mode, most)
    _write_down(session, merchant, [(decision, delivery_id)], {decision.rule: mode}, now, pressed=pressed)


def carry_out_all(
    session: Session,
    merchant: Merchant,
    said: Sequence[tuple[Decision, int | None]],
    *,
    now: datetime,
    most: Mode = Mode.AUTO,
) -> None:
    """Carry out decisions of different deliveries as `carry_out` does, no two about one subject by one rule."""
    modes = {decision.rule: _at_most(merchant.policy.mode_of(decision.rule), most) for decision, _ in said}
    _write_down(session, merchant, said, modes, now)


def _at_most(mode: Mode, most: Mode) -> Mode:
    return most if mode is Mode.AUTO and most is Mode.APPROVE else mode


def _write_down(
    session: Session,
    merchant: Merchant,
    said: Sequence[tuple[Decision, int | None]],
    modes: Mapping[str, Mode],
    now: datetime,
    *,
    pressed: bool = False,
) -> None:
    # Whoever is held out enters although nothing follows, and was perhaps told so before. Watching alone tries nothing.
    tried = [each for each, _ in said if each.place is not None and modes[each.rule] is not Mode.OBSERVE]
    trials.enter(session, shop_id=merchant.id, decided=tried, now=now)
    news = _unsaid(session, merchant, said, modes)
    ids = decisions.keep_all(session, news, shop_id=merchant.id, modes=modes, now=now)
    kept = [(decision, number) for (decision, _), number in zip(news, ids, strict=True) if decision.changes_anything]
    for special in (True, False):
        whose = [int(each.subject.removeprefix("customer:")) for each, _ in kept if each.special is special]
        if whose:
            orders.set_special(session, shop_id=merchant.id, customer_ids=whose, special=special, now=now)
    for each, _ in kept:
        if (hard := each.hard_time) is not None and modes[each.rule] is not Mode.OBSERVE:
            known = {"shop_id": merchant.id, "customer_id": hard.customer_id}
            care.mark_sensitive(session, until=hard.until, now=now, **known)
    follows = [decision for decision, _ in kept]
    weighed = follows if pressed else braking.weighed(session, merchant, follows, modes, now)
    drafts = [
        _draft(each.rule, each.because, plan, decision_id=number, mode=modes[each.rule])
        for each, (_, number) in zip(weighed, kept, strict=True)
        for plan in each.plans
        if not _has_no_desk(merchant, plan.effect)
    ]
    new = {deed.decision_id for deed in _plan_all(session, merchant, drafts, now=now)}
    for each, (_, number) in zip(weighed, kept, strict=True):
        if number not in new and not pressed:
            braking.came_to_nothing(session, merchant, each, modes[each.rule], now)
        for key in each.withdraw:
            withdraw(session, merchant, key, code="withdrawn", why=each.because, now=now)


def _has_no_desk(merchant: Merchant, effect: Effect) -> bool:
    """Return whether an effect is for a helpdesk, and the shop has none: who connects one later is told by night."""
    return isinstance(effect, MarkInHelpdesk) and merchant.connected.isdisjoint(HELPDESKS)


def _unsaid(
    session: Session, merchant: Merchant, said: Sequence[tuple[Decision, int | None]], modes: Mapping[str, Mode]
) -> list[tuple[Decision, int | None]]:
    """Leave out what would only repeat the last word about its subject, and from which nothing follows.

    One deed comes back as a handful of webhooks.
    """
    quiet = [decision for decision, _ in said if not decision.changes_anything]
    repeated = set(decisions.just_said(session, quiet, shop_id=merchant.id, modes=modes)) if quiet else set()
    return [(each, delivery_id) for each, delivery_id in said if each.changes_anything or each not in repeated]


def withdraw(session: Session, merchant: Merchant, key: str, *, code: str, why: str, now: datetime) -> Deed | None:
    """Take back a deed that has not left, and tell the agent."""
    deed = ledger.withdraw(
        session, shop_id=merchant.id, key=key, code=code, why=why, now=now, currency=merchant.currency
    )
    if deed is not None:
        note_dropped(session, merchant, deed, now)
        follow_up(session, merchant, deed, now=now)
    return deed


def note_dropped(session: Session, merchant: Merchant, deed: Deed, now: datetime) -> None:
    """Count a mark whose first try was never answered as out, and take it off again.

    Not so one that was coming off: whoever deserves it again has another deed that puts it on.
    """
    tag = deed.effect
    if isinstance(tag, TagCustomer) and tag.present and deed.first_sent_at is not None:
        note_marks(session, merchant, [tag.customer_id], marked=True, now=now)


def note_marks(
    session: Session, merchant: Merchant, customer_ids: Collection[int], *, marked: bool, now: datetime
) -> None:
    """Write down whose marks the store shows now, or no longer; plan that those come off which nobody deserves.

    The shop's lock is not needed for that: a mark comes off only if it is still not deserved when its turn has come.
    """
    shop_id, policy = merchant.id, merchant.policy.special_customer
    crossed = marks.shown(session, shop_id=shop_id, customer_ids=customer_ids, marked=marked, now=now)
    known = orders.standings(session, shop_id=shop_id, customers=crossed, currency=merchant.currency) if crossed else {}
    for standing in known.values():
        carry_out(session, merchant, special_customer.crossed(standing, policy, now), now=now)


def give_otherwise(session: Session, merchant: Merchant, deed: Deed, *, code: str, now: datetime) -> None:
    """Plan what is given instead of a deed that was dropped under that code, if anything is."""
    policy = in_force(merchant).nth_order_gift
    plan = gift_order.instead(deed.effect, code, policy, cost=deed.cost, now=now)
    because = "The parcel had left without its gift, so the gift travels by itself."
    if plan is None:
        plan = otherwise.instead(session, merchant, deed, code=code, now=now)
        because = "What was to be sent could not be had, so the next that fits is."
    if plan is not None:
        _plan_instead(session, merchant, deed, because, plan, now)


def give_at_no_door(session: Session, merchant: Merchant, deed: Deed, *, now: datetime) -> None:
    """Plan what is given instead of a deed that was dropped for want of a door, if anything needs none."""
    plan = otherwise.at_no_door(session, merchant, deed, now)
    if plan is not None:
        because = "Nobody said where it should go, so what needs no address is sent."
        _plan_instead(session, merchant, deed, because, plan, now)


def _plan_instead(session: Session, merchant: Merchant, deed: Deed, because: str, plan: Plan, now: datetime) -> None:
    mode = merchant.policy.mode_of(deed.rule)
    _plan(session, merchant, deed.rule, because, plan, decision_id=deed.decision_id, mode=mode, now=now)


def follow_up(
    session: Session, merchant: Merchant, deed: Deed, *, now: datetime, reference: str = "", remark: str = ""
) -> None:
    """Plan what follows from what became of a deed: the note to the agent, if there is one; a draft's end.

    And let the address be looked at of what leaves in some days, as long as it may leave.
    """
    if address_words.what(deed.effect) is not None and not goes_by_email(deed.effect):
        _see_to_address(session, deed, now)
    note = afterwards.tell(
        deed.effect,
        deed.state,
        now=now,
        due_at=local(merchant, deed.due_at),
        cost=deed.cost,
        why=deed.because,
        reference=reference,
        remark=remark,
        pending=deed.pending,
        by_hand=deed.by_hand or getattr(deed.effect, "vendor", "") == BY_HAND,
        let_alone=_is_let_alone(session, merchant, deed.effect),
        all_of_it=deed.code in afterwards.ALL_OF_IT,
    )
    tidying = gift_order.tidying(
        deed.effect, deed.state, key=deed.key, draft=deed.request, begun=deed.attempts > 0, now=now
    )
    if note is not None:
        tell(session, merchant, deed, note, now=now)
    if tidying is not None:
        _follow(session, merchant, deed, tidying, merchant.policy.mode_of(deed.rule), now)


def tell(session: Session, merchant: Merchant, deed: Deed, note: Plan, *, now: datetime) -> None:
    """Plan a note about a deed, and that the customer's card is shown anew with it."""
    shown = _shown(session, merchant, deed, note, now)
    for plan in (note, shown):
        if plan is not None:
            _follow(session, merchant, deed, plan, Mode.AUTO, now)


def _follow(session: Session, merchant: Merchant, deed: Deed, plan: Plan, mode: Mode, now: datetime) -> None:
    _plan(session, merchant, deed.rule, deed.because, plan, decision_id=deed.decision_id, mode=mode, now=now)


def _see_to_address(session: Session, deed: Deed, now: datetime) -> None:
    about = {"shop_id": deed.shop_id, "effect_id": deed.id}
    customer_id = getattr(deed.effect, "customer_id", None)
    if deed.state in (State.AWAITING, State.PLANNED) and customer_id is not None:
        asks.hand_on(session, customer_id=customer_id, **about)
    if deed.state is State.PLANNED and deed.due_at - now >= address_words.AHEAD:
        asks.begin(session, now=now, **about)
    elif deed.state in _ENDED:
        asks.let_go(session, **about)


def _shown(session: Session, merchant: Merchant, deed: Deed, note: Plan, now: datetime) -> Plan | None:
    """Return that the customer's card is shown anew, where a helpdesk is told of what a note tells as well."""
    customer_id, kinds = getattr(deed.effect, "customer_id", None), connections.public_ids(session, shop_id=merchant.id)
    told = any(kind in HELPDESKS and HELPDESKS[kind].pushes for kind in kinds)
    if customer_id is None or not told or not isinstance(note.effect, PostNote):
        return None
    return Plan(effect=PushCard(customer_id=customer_id, about=note.effect.about), due_at=now)


def _is_let_alone(session: Session, merchant: Merchant, effect: Effect) -> bool:
    """Return whether an agent's act is for somebody for whom nothing else is done."""
    customer, currency = getattr(effect, "customer_id", None), merchant.currency
    if afterwards.ticket_of(effect) is None or customer is None:
        return False
    standing = orders.standing(session, shop_id=merchant.id, customer_id=customer, currency=currency)
    return standing is not None and standing.let_alone


def _plan(
    session: Session,
    merchant: Merchant,
    rule: str,
    because: str,
    plan: Plan,
    *,
    decision_id: int | None,
    mode: Mode,
    now: datetime,
) -> None:
    _plan_all(session, merchant, [_draft(rule, because, plan, decision_id=decision_id, mode=mode)], now=now)


def _draft(rule: str, because: str, plan: Plan, *, decision_id: int | None, mode: Mode) -> Draft:
    words = isinstance(plan.effect, PostNote) and plan.after is None  # those about a deed wait for a yes as it does
    if mode is Mode.APPROVE and (words or isinstance(plan.effect, Undoing | Unmute)):
        mode = Mode.AUTO  # words among colleagues need no approval, and the way back is the one that was approved
    return Draft(plan=plan, rule=rule, because=because, mode=mode, decision_id=decision_id)


def _plan_all(session: Session, merchant: Merchant, drafts: Sequence[Draft], *, now: datetime) -> list[Deed]:
    """Write plans into the ledger, and what follows from them; return those that are new there."""
    if not drafts:
        return []
    found = ledger.plan_all(session, shop_id=merchant.id, drafts=drafts, purse=purse(merchant, now), now=now)
    meant = [
        deed for draft, deed in zip(drafts, found, strict=True) if deed is not None and draft.mode is not Mode.OBSERVE
    ]
    purses.watch(session, merchant, meant)
    for deed in meant:
        follow_up(session, merchant, deed, now=now)
    return [deed for deed in found if deed is not None]
