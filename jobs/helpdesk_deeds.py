"""How it is done what is done in helpdesks: a shop may have several, a ticket is in one, a customer may be in all."""

from app.domain import card as domain_card
from app.domain import tickets
from app.domain.effects import MarkInHelpdesk, PostNote, PushCard, TagTicket
from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.ports import Helpdesk, PushableHelpdesk, Receipt
from app.domain.rules import afterwards
from app.store import follow, ledger
from app.store.base import reading
from app.store.ledger import Deed
from app.store.shops import Merchant
from integrations import registry
from integrations.registry import FIRST_HELPDESK
from jobs import address_links, card, gift_links, passes
from jobs.runtime import Outside, World

NOT_CONNECTED = "no_helpdesk", "No helpdesk is connected."


def mark(merchant: Merchant, outside: Outside, mark: MarkInHelpdesk) -> Receipt:
    """Show a customer's standing in every helpdesk. Where one cannot, the others have done it; again does no harm."""
    emails, tag = outside.shop.emails(mark.customer_id), merchant.policy.special_customer.tag
    shown: list[Receipt] = []
    troubles: list[Rejected | Unavailable | Uncertain] = []
    for desk in outside.desks.values():
        try:
            shown.append(desk.mark_customer(emails, special=mark.special, reason=mark.reason, tag=tag))
        except (Rejected, Unavailable, Uncertain) as trouble:
            troubles.append(trouble)
    if troubles or not shown:
        # A no is for good, so it is heard only when nobody needs another try.
        raise min(troubles, key=lambda trouble: isinstance(trouble, Rejected), default=Rejected(NOT_CONNECTED[1]))
    remarks = dict.fromkeys(receipt.remark for receipt in shown if receipt.remark)
    return Receipt(
        reference=",".join(receipt.reference for receipt in shown if receipt.reference), remark=" ".join(remarks)
    )


def do(
    world: World, merchant: Merchant, outside: Outside, errand: TagTicket | PostNote | PushCard, deed: Deed
) -> Receipt:
    """Tag a ticket, leave a note on it, or show a card anew."""
    if isinstance(errand, PushCard):
        return _push(world, merchant, outside, errand.customer_id, deed)
    desk, number = _desk(outside, errand.ticket_id)
    if isinstance(errand, TagTicket):
        return desk.tag_ticket(number, tag=errand.tag, reason=errand.reason)
    text = deed.request or gift_links.with_link(world, merchant, outside, errand) or errand.text
    return desk.post_note(number, text=text, key=deed.key)


def unwanted(outside: Outside, errand: TagTicket | PostNote | PushCard) -> tuple[str, str] | None:
    """Return why an errand cannot be run, as (code, sentence)."""
    there = _pushable(outside) if isinstance(errand, PushCard) else outside.desk_of(errand.ticket_id)
    return None if there else NOT_CONNECTED


def with_a_way_in(world: World, merchant: Merchant, note: PostNote) -> str | None:
    """Return the words of a note that wants a lead's yes, with the way to where it is said; None for any other.

    Or of one that wants a customer's address, with the way to where they say it.
    """
    key = afterwards.asked_for(note)
    if key is None:
        return address_links.with_link(world, merchant, note)
    kind = tickets.apart(note.ticket_id)[0] or FIRST_HELPDESK
    with reading(world.sessions) as session:
        customer_id = ledger.customer_of(session, shop_id=merchant.id, key=key)
    address = passes.made(world, merchant, kind, ticket_id=note.ticket_id, customer_id=customer_id)
    return None if address is None else f"{note.text}\nThe desk: {address}"


def find(outside: Outside, note: PostNote, deed: Deed) -> Receipt | None:
    """Look for the note that was left under the deed's key."""
    desk, number = _desk(outside, note.ticket_id)
    return desk.find_note(number, key=deed.key)


def _pushable(outside: Outside) -> list[PushableHelpdesk]:
    """Return the helpdesks that are told of a card which has changed; all others ask for it when an agent looks."""
    told = [desk for kind, desk in outside.desks.items() if registry.HELPDESKS[kind].pushes]
    return [desk for desk in told if isinstance(desk, PushableHelpdesk)]


def _push(world: World, merchant: Merchant, outside: Outside, customer_id: int, deed: Deed) -> Receipt:
    """Show the customer's card in every helpdesk that can be told, as our books know it at this very moment."""
    now = world.clock.now()
    about = {"shop_id": merchant.id, "customer_id": customer_id}
    with reading(world.sessions) as session:
        if follow.is_overtaken(session, effect_id=deed.id, **about):
            return Receipt(reference="", remark="A later one shows all that this one would have.")
        known = card.facts(session, merchant, customer_id, now)
        left = card.team_pool(session, merchant, now)
    if known is None:
        raise Rejected("Our books do not know this customer any more.")
    line, emails = domain_card.line(domain_card.of(known, left)), outside.shop.emails(customer_id)
    shown = [desk.push_card(emails, line=line) for desk in _pushable(outside)]
    return Receipt(reference="", remark=" ".join(dict.fromkeys(each.remark for each in shown if each.remark)))


def _desk(outside: Outside, ticket_id: str) -> tuple[Helpdesk, str]:
    found = outside.desk_of(ticket_id)
    if found is None:
        raise Rejected(NOT_CONNECTED[1])
    return found
