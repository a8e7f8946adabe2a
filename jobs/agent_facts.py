"""What our own books say about an agent's act, beside what the outside was asked."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.agents import Member
from app.domain.events import Act, AgentAction
from app.domain.facts import AgentFacts, DoneElsewhere, FlowersBefore, RefundsBefore, Treat
from app.domain.rules import send_acts
from app.domain.tags import folded
from app.store import acts, agents, care, catalogue, decisions, gifts, orders, treats
from app.store.base import Session
from app.store.decisions import Earlier
from app.store.gifts import TeamGifts
from app.store.shops import Merchant
from jobs import gift_choice
from jobs.gather import AboutAction
from jobs.runtime import midnight, month_start

A_YEAR = timedelta(days=365)
_KINDS = {Act.REFUND_KEEP: "refund_order", Act.CARD: "write_card", Act.COMPASSION: "mute", Act.SEND: "send_gift"}


def gathered(
    session: Session,
    merchant: Merchant,
    action: AgentAction,
    asked: AboutAction,
    now: datetime,
    *,
    email_digest: str,
    presses: int = 0,
    press: int = 0,
) -> AgentFacts:
    """Return all that the rules look at. Whoever holds the shop's lock may act on it; others may only show it."""
    told: dict[str, Any] = {"email_digest": email_digest, "presses": presses, "press": press}
    if action.act is Act.COMPASSION and action.with_flowers:
        flowers = gathered(session, merchant, replace(action, act=Act.FLOWERS), asked, now, **told)
        alone = gathered(session, merchant, replace(action, with_flowers=False), asked, now, **told)
        return replace(alone, flowers=flowers)
    if action.act is Act.COMPASSION and action.with_refund:
        return gathered(session, merchant, replace(action, act=Act.REFUND_KEEP), asked, now, **told)
    refund = action.act is Act.REFUND_KEEP
    before, given = _earlier(session, merchant, action, asked)
    member = agents.member(session, shop_id=merchant.id, email_digest=email_digest)
    return AgentFacts(
        order=asked.order,
        customer_id=asked.customer_id,
        offer=asked.offer,
        pieces=asked.pieces,
        quote=asked.quote,
        trouble=asked.trouble,
        keep_refunds_this_year=decisions.keep_refunds(
            session, shop_id=merchant.id, customer_id=asked.customer_id, since=now - A_YEAR
        ),
        before=_refunds_before(session, merchant, asked, now),
        elsewhere=_elsewhere(session, action, asked, merchant.id),
        never=care.tastes_of(session, shop_id=merchant.id, customer_id=asked.customer_id).never,
        in_a_hard_time=_in_a_hard_time(session, merchant, asked, now),
        known=asked.known,
        paper=asked.paper,
        flowers_before=_flowers_before(session, merchant, asked, now) if not refund else FlowersBefore(),
        presses=presses,
        withdrawable=decisions.waiting_flowers(session, shop_id=merchant.id, ticket_id=action.ticket_id),
        live=before.live,
        ended=before.ended,
        options=asked.options,
        chosen=gift_choice.chosen(session, merchant, asked.sent, asked.customer_id, now),
        egifts=catalogue.egifts(
            session, shop_id=merchant.id, customer_id=asked.customer_id, since=now - send_acts.EGIFT_PAUSE
        ),
        given=given,
        press=press,
        granted=merchant.scopes,
        treat=_treat(session, merchant, asked, now) if not refund else None,
        tags=asked.tags | _mark(session, merchant, asked),
        given_minor=_given(session, merchant, member, now),
        member=member,
        listened=asked.listened,
        reorders=asked.reorders,
    )


def _earlier(
    session: Session, merchant: Merchant, action: AgentAction, asked: AboutAction
) -> tuple[Earlier | TeamGifts, frozenset[int]]:
    """Return what came of the same act before, and which gifts the customer has had where it is about a gift."""
    if action.act is not Act.GIFT:
        order_id = asked.order.id if asked.order and action.act is Act.REFUND_KEEP else None
        kind = _KINDS.get(action.act, "send_flowers")
        what = asked.sent.entry.kind if asked.sent is not None and asked.sent.entry is not None else None
        before = decisions.earlier(
            session, shop_id=merchant.id, gesture=kind, ticket_id=action.ticket_id, order_id=order_id, what=what
        )
        return before, frozenset()
    if asked.order is None or asked.customer_id is None:
        return TeamGifts(), frozenset()
    order_id, customer_id = asked.order.id, asked.customer_id
    given = gifts.of_team(session, shop_id=merchant.id, order_id=order_id, customer_id=customer_id)
    return given, given.given


def _treat(session: Session, merchant: Merchant, asked: AboutAction, now: datetime) -> Treat | None:
    since = now - timedelta(days=merchant.policy.team.cooldown_days + 1)
    return treats.latest(session, shop_id=merchant.id, customer_id=asked.customer_id, since=since)


def _in_a_hard_time(session: Session, merchant: Merchant, asked: AboutAction, now: datetime) -> bool:
    until = care.sensitive_until(session, shop_id=merchant.id, customer_id=asked.customer_id)
    return until is not None and now < until


def _mark(session: Session, merchant: Merchant, asked: AboutAction) -> frozenset[str]:
    """Return our own mark, where a rule names it and the customer bears it."""
    tag = folded(merchant.policy.special_customer.tag)
    if asked.customer_id is None or tag not in {folded(rule.tag) for rule in merchant.policy.team.tag_rules}:
        return frozenset()
    customer_id, currency = asked.customer_id, merchant.currency
    standing = orders.standing(session, shop_id=merchant.id, customer_id=customer_id, currency=currency)
    return frozenset({tag}) if standing is not None and standing.marked else frozenset()


def _given(session: Session, merchant: Merchant, member: Member | None, now: datetime) -> int:
    """Return what whoever pressed gave this month, where they may not give all that they like."""
    if member is None or member.month_minor is None:
        return 0
    since, currency = month_start(merchant, now), merchant.currency
    return acts.given_by(session, shop_id=merchant.id, agent_id=member.id, currency=currency, since=since).cost.minor


def _refunds_before(session: Session, merchant: Merchant, asked: AboutAction, now: datetime) -> RefundsBefore:
    if asked.order is None:
        return RefundsBefore()
    return decisions.refunds_before(
        session,
        shop_id=merchant.id,
        order_id=asked.order.id,
        customer_id=asked.customer_id,
        since=now - A_YEAR,
        day_start=midnight(merchant, now),
    )


def _elsewhere(session: Session, action: AgentAction, asked: AboutAction, shop_id: int) -> tuple[DoneElsewhere, ...]:
    if action.act is Act.REFUND_KEEP:
        return _refunded(session, action, asked, shop_id)
    return () if action.act in {Act.GIFT, Act.CARD, Act.SEND} else _sent(session, action, asked, shop_id)


def _refunded(session: Session, action: AgentAction, asked: AboutAction, shop_id: int) -> tuple[DoneElsewhere, ...]:
    order, here = asked.order, action.ticket_id
    if order is None:
        return ()
    return decisions.refunds_elsewhere(session, shop_id=shop_id, order_id=order.id, ticket_id=here)


def _sent(session: Session, action: AgentAction, asked: AboutAction, shop_id: int) -> tuple[DoneElsewhere, ...]:
    customer_id, here = asked.customer_id, action.ticket_id
    if customer_id is None:
        return ()
    return decisions.flowers_elsewhere(session, shop_id=shop_id, customer_id=customer_id, ticket_id=here)


def _flowers_before(session: Session, merchant: Merchant, asked: AboutAction, now: datetime) -> FlowersBefore:
    return decisions.flowers_before(
        session,
        shop_id=merchant.id,
        customer_id=asked.customer_id,
        since=now - A_YEAR,
        day_start=midnight(merchant, now),
    )
