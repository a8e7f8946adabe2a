"""What the desk shows to whoever is signed in. The page is by our own books alone; only a preview asks outside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import abort, render_template

from app.domain.agents import Role, first_name
from app.domain.card import of as card_of
from app.domain.delivery_days import MOST_DAYS_AHEAD
from app.domain.effects import Effect, State
from app.domain.facts import GiftOption
from app.domain.refunds import SoldLine
from app.domain.rules import team_gift
from app.store import (
    acts,
    agents,
    attentions,
    card_templates,
    lifting,
    people,
    stories,
    switch,
    veil,
    vendor_accounts,
)
from app.store.agent_sessions import Visitor
from app.store.attentions import Attention
from app.store.base import Session, reading
from app.store.shops import Merchant
from app.store.stories import MADE_BY_AGENTS, Search
from app.web import language, phrases
from app.web.language import N_, _
from integrations.own_desk import presses
from jobs import agent_desk, card, gift_choice, way_back
from jobs.agent_preview import Preview
from jobs.passes import Pass
from jobs.runtime import World, local, month_start

ORDERS, DEEDS = 10, 8
_UNDER_WAY = (State.AWAITING, State.PLANNED, State.SENDING, State.UNCERTAIN)
# As an agent reads them; the others are called what the merchant calls them.
_PREPARED = {
    "refund_keep": N_("a refund"),
    "flowers": N_("flowers"),
    "card": N_("a card"),
    "gift": N_("a gift"),
    "send": N_("a gift"),
}
_SOMETHING = N_("something kind")
_STATES = {State.AWAITING: N_("waits for a lead"), State.OVER_BUDGET: N_("beyond the pool")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who looks, at whose desk, about which of the shop's customers, and when."""

    world: World
    visitor: Visitor
    merchant: Merchant
    ticket_id: str
    customer_id: int | None
    now: datetime

    @property
    def who(self) -> str:
        """By what name the trail knows whoever looks."""
        return self.world.agent(self.merchant, self.visitor.agent.email)


def scene(world: World, visitor: Visitor, about: Pass) -> Scene:
    """Return what the desk is about, as it is today: customers are merged, and forgotten."""
    merchant, customer_id = world.merchant(visitor.shop_id), about.customer_id
    if merchant is None:
        abort(404)
    language.prefer(merchant.policy.language)
    if customer_id is not None:
        with reading(world.sessions) as session:
            customer_id = people.home_of(session, shop_id=merchant.id, customer_id=customer_id)
            hidden = veil.drawn(session, shop_id=merchant.id, seal=world.seal).hides(customer_id)
        customer_id = None if hidden else customer_id
    return Scene(
        world=world,
        visitor=visitor,
        merchant=merchant,
        ticket_id=about.ticket_id,
        customer_id=customer_id,
        now=world.clock.now(),
    )


def nobody(world: World, visitor: Visitor) -> str:
    """Return what a desk says that is about nobody: who is signed in, and how kind they were."""
    merchant = world.merchant(visitor.shop_id)
    if merchant is None:
        abort(404)
    language.prefer(merchant.policy.language)
    with reading(world.sessions) as session:
        given = _given(session, visitor, merchant, world.clock.now())
    return render_template("_desk_nobody.html", agent=visitor.agent, **given)


def desk(seen: Scene) -> str:
    """Return the whole desk."""
    who, facts = seen.who, dict[str, Any](known=None)
    with reading(seen.world.sessions) as session:
        facts |= _given(session, seen.visitor, seen.merchant, seen.now)
        facts["halt"] = _halt(session, seen)
        known = seen.customer_id and card.facts(session, seen.merchant, seen.customer_id, seen.now)
        if known:
            facts |= {"known": known, "card": card_of(known, card.team_pool(session, seen.merchant, seen.now))}
            facts |= _days_ahead(seen)
            bought = {"customer_id": seen.customer_id, "limit": ORDERS, **_shop(seen)}
            facts["orders"] = stories.orders_of(session, **bought)
            facts |= _deeds(session, seen, who)
            facts["templates"] = card_templates.offered(session, shop_id=seen.merchant.id)
            facts["gifts"] = gift_choice.offered(session, seen.merchant, known.standing, seen.now)
            facts["sandboxes"] = vendor_accounts.in_sandbox(session, shop_id=seen.merchant.id)
            asked: dict[str, Any] = {"customer_id": seen.customer_id, "agent_id": seen.visitor.agent.id}
            theirs = attentions.of_others(session, shop_id=seen.merchant.id, now=seen.now, **asked)
            facts["colleague"] = _at_it(session, seen, theirs)
    return _drawn("_desk.html", seen, facts)


def preview(seen: Scene, found: Preview, colleague: Attention | None) -> str:
    """Return what a press would do, the button that does it, and what colleagues are doing of the same kind."""
    kinds = tuple({effect.kind for effect in found.effects}.intersection(MADE_BY_AGENTS))
    search = Search(customer_id=seen.customer_id, kinds=kinds, states=_UNDER_WAY, by_agents=True)
    with reading(seen.world.sessions) as session:
        rows = stories.ledger_rows(session, search=search, limit=DEEDS, **_shop(seen)) if kinds else []
        at_it = _at_it(session, seen, colleague)
        sandboxes = vendor_accounts.in_sandbox(session, shop_id=seen.merchant.id)
    # What is on this ticket the rules have seen.
    beside = [(_first_name(row.effect), row) for row in rows if row.ticket_id != seen.ticket_id]
    return _drawn(
        "_desk_preview.html", seen, {"it": found, "beside": beside, "colleague": at_it, "sandboxes": sandboxes}
    )


def lines(sold: tuple[SoldLine, ...]) -> str:
    """Return the lines of an order, for choosing how many pieces of each."""
    return render_template("_desk_lines.html", sold=sold)


def gifts(seen: Scene, options: tuple[GiftOption, ...]) -> str:
    """Return what may be given, for choosing one."""
    policy = seen.merchant.policy.nth_order_gift
    there = [(option, team_gift.can_be_given(option, policy)) for option in options]
    return render_template("_desk_gifts.html", there=there)


def outcome(seen: Scene, press: str) -> str | None:
    """Return what became of a press so far; None where none was kept under that name."""
    with reading(seen.world.sessions) as session:
        found = stories.of_press(session, source=presses.SOURCE, press=press, **_shop(seen))
    rows = [] if found is None else [row for row in found.rows if row.effect.kind in (*MADE_BY_AGENTS, "mute")]
    return (
        None if found is None else _drawn("_desk_outcome.html", seen, {"it": found, "deeds": rows, "states": _STATES})
    )


def _at_it(session: Session, seen: Scene, theirs: Attention | None) -> dict[str, Any] | None:
    """Return who is preparing what for this customer, as colleagues read it."""
    if theirs is None:
        return None
    name = agents.names(session, shop_id=seen.merchant.id).get(theirs.agent_id, "")
    who = first_name(name) or _("A colleague")
    return {"who": who, "what": _PREPARED.get(theirs.what, _SOMETHING), "since": theirs.since}


def _first_name(effect: Effect) -> str:
    return first_name(getattr(effect, "agent_name", "")) or _("A colleague")


def _deeds(session: Session, seen: Scene, who: str) -> dict[str, Any]:
    """Return what agents did for this customer, on any ticket, and to what of it this one may say yes."""
    search = Search(customer_id=seen.customer_id, by_agents=True)
    rows = stories.ledger_rows(session, search=search, limit=DEEDS, **_shop(seen))
    agent = seen.visitor.agent
    ids = [row.id for row in rows] if agent.role is Role.LEAD else []
    asked = lifting.allowable(session, shop_id=seen.merchant.id, effect_ids=ids, now=seen.now)
    alone = bool(asked) and agent_desk.leads_alone(session, seen.merchant, seen.visitor)
    may = {number for number, asker in asked.items() if alone or asker != who}
    own = {row.id for row in rows if agent.role is Role.LEAD or row.agent_id in {None, agent.id}}
    names = agents.names(session, shop_id=seen.merchant.id) if len(own) < len(rows) else {}
    back = way_back.still_open(session, seen.merchant, rows, seen.now)
    asked_by_them = set(asked) - may
    return {
        "deeds": rows,
        "may": may,
        "asked": asked_by_them,
        "own": own,
        "names": names,
        "back": back,
        "states": _STATES,
    }


def _days_ahead(seen: Scene) -> dict[str, Any]:
    """Return from which day to which flowers can be sent."""
    today = local(seen.merchant, seen.now).date()
    return {"first_day": today + timedelta(days=1), "last_day": today + timedelta(days=MOST_DAYS_AHEAD)}


def _given(session: Session, visitor: Visitor, merchant: Merchant, now: datetime) -> dict[str, Any]:
    """Return what whoever looks gave this month; a lead sees the whole team's."""
    asked: dict[str, Any] = {**_books(merchant), "since": month_start(merchant, now)}
    mine = acts.given_by(session, agent_id=visitor.agent.id, **asked)
    if visitor.agent.role is not Role.LEAD:
        return {"mine": mine}
    names, given = agents.names(session, shop_id=merchant.id), acts.given_by_agents(session, **asked)
    team = [(names.get(agent or 0, _("Whoever is not in the team")), theirs) for agent, theirs in given.items()]
    return {"mine": mine, "team_gave": sorted(team, key=lambda each: (-each[1].cost.minor, each[0]))}


def _halt(session: Session, seen: Scene) -> str | None:
    """Return why nothing can be pressed now, if that is so."""
    standstill = switch.standstill(session)
    if standstill is not None:
        return _("Lagniappe is stopped for every store: %(because)s", because=standstill.because)
    if seen.merchant.paused:
        return _(
            "Everything is stopped here, by whoever looks after Lagniappe in your store. Nothing leaves the house."
        )
    if seen.merchant.held_since is not None:
        return _("Our books were put back from a copy, and your store is being asked what it does not know.")
    if seen.merchant.is_shut(seen.now):
        return _("The store lets nobody in just now: %(because)s", because=seen.merchant.closed_because)
    return None


def _shop(seen: Scene) -> dict[str, Any]:
    return _books(seen.merchant)


def _books(merchant: Merchant) -> dict[str, Any]:
    return {"shop_id": merchant.id, "currency": merchant.currency}


def _drawn(template: str, seen: Scene, facts: dict[str, Any]) -> str:
    zone = seen.merchant.timezone
    return render_template(
        template,
        agent=seen.visitor.agent,
        merchant=seen.merchant,
        team=seen.merchant.policy.team,
        ticket_id=seen.ticket_id,
        now=seen.now,
        when=partial(phrases.moment, zone=zone, now=seen.now),
        day=partial(phrases.day, zone=zone),
        **facts,
    )
