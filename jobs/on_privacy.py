"""Somebody asks about their data. It is written down and answered at once, and carried out by a task of its own."""

from app.domain.errors import Malformed
from app.domain.events import DataRequested, PersonToForget, ShopToForget
from app.domain.people import Asked, Person
from app.store import privacy
from app.store.base import unit_of_work
from jobs import installation
from jobs.occasion import Occasion, finish
from jobs.queue import Task


def copy_asked(occasion: Occasion, event: DataRequested) -> None:
    """Note that a customer wants to know what is kept on them."""
    _note(occasion, Asked.COPY, event.domain, event.person)


def erasure_asked(occasion: Occasion, event: PersonToForget) -> None:
    """Note that a customer wants to be forgotten."""
    _note(occasion, Asked.ERASURE, event.domain, event.person)


def shop_erasure_asked(occasion: Occasion, event: ShopToForget) -> None:
    """Note that everything of a shop must go, unless the merchant has come back since.

    Where nobody has told us that they had left, their store is asked: it lets us in only when they are back.
    """
    merchant, letter = occasion.merchant, occasion.letter
    _refuse_other_shops(occasion, event.domain)
    left = not merchant.installed or installation.uninstall(
        occasion.world, merchant.id, letter.triggered_at or letter.received_at
    )
    _note(occasion, Asked.SHOP_ERASURE, event.domain, Person(), handled=not left)


def _note(occasion: Occasion, kind: Asked, domain: str, person: Person, *, handled: bool = False) -> None:
    merchant, world = occasion.merchant, occasion.world
    _refuse_other_shops(occasion, domain)
    with unit_of_work(world.sessions) as session:
        privacy.note(
            session, shop_id=merchant.id, kind=kind, person=person, seal=world.seal, now=occasion.now, handled=handled
        )
        finish(session, occasion, forget_words=True)
    world.bell.ring(Task.PRIVACY, merchant.id)


def _refuse_other_shops(occasion: Occasion, domain: str) -> None:
    # Only the body is signed: one shop's request must not reach another by a header.
    if domain != occasion.merchant.domain:
        raise Malformed("shop_domain: another shop than the one it came from")
