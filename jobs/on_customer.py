"""A customer changed in the store: their standing is looked at again, and what is theirs follows them."""

import json

from app.domain import correspondents
from app.domain.decisions import Decision
from app.domain.events import (
    CustomerChanged,
    CustomerGone,
    CustomersMerged,
    CustomerTagged,
    SpendingChanged,
)
from app.domain.facts import Standing
from app.domain.mail import digest
from app.domain.policy import Mode
from app.domain.rules import holdout, special_customer
from app.store import contacts, follow, inbox, marks, orders, people, yardstick
from app.store.base import Session, reading, unit_of_work
from app.store.contacts import Kind
from integrations import registry
from jobs.carry_out import carry_out, follow_up, withdraw
from jobs.let_alone import spare
from jobs.occasion import Occasion, finish
from jobs.shown import SHOWN_WITHIN, not_yet

# A store's readings lag behind what it tells by some seconds. Who believed them would take a tag that has just been
# put on for one that a person took off, and never put it back.


def spending_changed(occasion: Occasion, event: SpendingChanged) -> None:
    """Look at the customer's standing again; a latest order that nobody has told us of is told of here."""
    with unit_of_work(occasion.world.sessions) as session:
        orders.lock(session, shop_id=occasion.merchant.id)
        decided: list[Decision] = []
        if event.order_id is not None and not _is_known(session, occasion, event.order_id):
            _stand_in_for(session, occasion, event.order_id, event)
        elif not occasion.is_old(event.happened_at):
            decided = _reviewed(session, occasion, event)
        finish(session, occasion, decided, forget_words=occasion.veil(session).hides(event.customer_id))


def tags_changed(occasion: Occasion, event: CustomerTagged) -> None:
    """Note what the store shows of a customer's standing, should somebody else have touched our tag.

    Our own tagging comes back here as well: while it is under way its own end says what is shown, and after that the
    books are as they should be. Raises Unavailable while the store shows the opposite of what it has just told.
    """
    tag = occasion.merchant.policy.special_customer.tag
    with reading(occasion.world.sessions) as session:
        standing = _standing(session, occasion, event.customer_id)
    ours = tag.strip().lower() in event.tags and standing is not None and standing.special
    shown = occasion.way_in.shop.has_tag(event.customer_id, tag=tag) if ours and standing else None
    if shown is not None and shown is not event.added and occasion.now - occasion.letter.received_at < SHOWN_WITHIN:
        raise not_yet()
    with unit_of_work(occasion.world.sessions) as session:
        orders.lock(session, shop_id=occasion.merchant.id)
        if shown is not None:
            _note(session, occasion, event.customer_id, shown=shown)
        finish(session, occasion, forget_words=occasion.veil(session).hides(event.customer_id))


def customers_merged(occasion: Occasion, event: CustomersMerged) -> None:
    """Let orders, sums, gestures and reasons follow the customer to the name that is left."""
    with unit_of_work(occasion.world.sessions) as session:
        shop_id = occasion.merchant.id
        orders.lock(session, shop_id=shop_id)
        forgotten = occasion.veil(session).hides
        if not forgotten(event.gone_id):  # what was theirs is nobody's by now
            gone = event.gone_id
            for deed in orders.rehome(session, shop_id=shop_id, kept=event.kept_id, deleted=gone, now=occasion.now):
                follow_up(session, occasion.merchant, deed, now=occasion.now)
            kept = people.home_of(session, shop_id=shop_id, customer_id=event.kept_id)
            spare(session, occasion.world, occasion.merchant, kept)  # if either of the two is let alone, they are
        finish(session, occasion, forget_words=forgotten(event.gone_id) or forgotten(event.kept_id))


def customer_gone(occasion: Occasion, event: CustomerGone) -> None:
    """Take back whatever was still to come for somebody who is no longer a customer; their orders are nobody's now."""
    merchant, customer_id = occasion.merchant, event.customer_id
    why = "The customer no longer exists in the store."
    with unit_of_work(occasion.world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)
        for deed in follow.coming(session, shop_id=merchant.id, customer_id=customer_id, currency=merchant.currency):
            withdraw(session, merchant, deed.key, code="gone", why=why, now=occasion.now)
        orders.orphan(session, shop_id=merchant.id, customer_id=customer_id)
        finish(session, occasion, forget_words=occasion.veil(session).hides(event.customer_id))


def customer_changed(occasion: Occasion, event: CustomerChanged) -> None:
    """Note by digest what they go by now, and keep no particulars; of who was forgotten nothing is kept at all."""
    ways = _ways(occasion)
    with unit_of_work(occasion.world.sessions) as session:
        shop_id, hidden = occasion.merchant.id, occasion.veil(session).hides(event.customer_id)
        if ways and not hidden:
            home = people.home_of(session, shop_id=shop_id, customer_id=event.customer_id)
            contacts.learn(session, shop_id=shop_id, customer_id=home, ways=ways)
        finish(session, occasion, forget_words=hidden)


def _ways(occasion: Occasion) -> dict[str, Kind]:
    """Return the digests of the address and the telephone that the delivery tells of."""
    words = registry.PEOPLE[occasion.letter.source](occasion.letter.topic, occasion.letter.body).words
    said = {email: Kind.MAIL for word in words if (email := correspondents.address(word)) is not None}
    said |= {phone: Kind.PHONE for word in words if (phone := correspondents.telephone(word)) is not None}
    key = occasion.world.mail_key(occasion.merchant) if said else b""
    return {digest(word, key): kind for word, kind in said.items()}


def _is_known(session: Session, occasion: Occasion, order_id: int) -> bool:
    return orders.is_recorded(session, shop_id=occasion.merchant.id, order_id=order_id)


def _stand_in_for(session: Session, occasion: Occasion, order_id: int, event: SpendingChanged) -> None:
    """Put the order into the inbox as if its webhook had come, as old as this one is.

    Read here and only written down it would be known, and no sweep would bring what was to be decided about it.
    """
    letter = occasion.letter
    inbox.receive(
        session,
        shop_id=occasion.merchant.id,
        source="shopify",
        sender=occasion.merchant.domain,
        topic="orders/updated",
        delivery_key=f"spending:{order_id}",
        body=json.dumps({"id": order_id}).encode(),
        now=letter.received_at,
        triggered_at=event.happened_at or letter.triggered_at,
    )


def _reviewed(session: Session, occasion: Occasion, event: SpendingChanged) -> list[Decision]:
    merchant = occasion.merchant
    standing = _standing(session, occasion, event.customer_id)
    measure = yardstick.read(session, shop_id=merchant.id, currency=merchant.currency)
    if standing is None or measure is None:
        return []
    decision = special_customer.decide(standing, measure, merchant.policy.special_customer, occasion.now)
    decision = holdout.weighed(decision, merchant.policy, standing, occasion.now)
    # The order's own webhooks have told why nothing changes; this one is news only when something does.
    return [decision] if decision.changes_anything else []


def _note(session: Session, occasion: Occasion, customer_id: int, *, shown: bool) -> None:
    standing, merchant, now = _standing(session, occasion, customer_id), occasion.merchant, occasion.now
    if standing is None or not standing.special or standing.marked is shown:
        return
    if marks.is_tag_under_way(session, shop_id=merchant.id, customer_id=customer_id):
        return
    marks.shown(session, shop_id=merchant.id, customer_ids=[customer_id], marked=shown, now=now)
    decision = special_customer.touched(standing, now, shown=shown)
    # Whoever touched the tag was asked by nobody, and is not asked again; a rule that only watches writes nothing.
    watches = merchant.policy.mode_of(decision.rule) is Mode.OBSERVE
    mode = Mode.OBSERVE if watches else Mode.AUTO
    carry_out(session, merchant, decision, now=now, delivery_id=occasion.letter.id, mode=mode)


def _standing(session: Session, occasion: Occasion, customer_id: int) -> Standing | None:
    merchant = occasion.merchant
    return orders.standing(session, shop_id=merchant.id, customer_id=customer_id, currency=merchant.currency)
