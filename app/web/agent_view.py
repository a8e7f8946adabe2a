"""What the desk shows to whoever is signed in: one ticket's customer, by our own books; nobody outside is asked."""

from functools import partial

from flask import render_template

from app.store import people, veil
from app.store.agent_sessions import Visitor
from app.store.base import reading
from app.web import customer_card, phrases
from jobs.passes import Pass
from jobs.runtime import World


def shown(world: World, visitor: Visitor, about: Pass) -> str:
    """Return the desk about one ticket, to be put into the page."""
    now, merchant = world.clock.now(), world.merchant(visitor.shop_id)
    facts = None
    with reading(world.sessions) as session:
        if merchant is not None and about.customer_id is not None:
            customer_id = people.home_of(session, shop_id=merchant.id, customer_id=about.customer_id)
            if not veil.drawn(session, shop_id=merchant.id, seal=world.seal).hides(customer_id):
                facts = customer_card.facts(session, merchant, customer_id, now)
    zone = merchant.timezone if merchant is not None else "UTC"
    return render_template(
        "_desk.html",
        agent=visitor.agent,
        ticket_id=about.ticket_id,
        card=facts,
        when=partial(phrases.moment, zone=zone, now=now),
        day=partial(phrases.day, zone=zone),
        now=now,
    )
