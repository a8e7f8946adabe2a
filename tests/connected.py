"""A helpdesk's account that a merchant has connected, as far as a test cares which."""

from dataclasses import replace
from typing import Any

from app.store import connections
from app.store.base import Session
from app.store.shops import Merchant
from integrations.registry import FIRST_HELPDESK
from jobs.runtime import World


def with_a_helpdesk(merchant: Merchant) -> Merchant:
    """Return the merchant as one who has connected a helpdesk, though nobody can call there."""
    return replace(merchant, connected=frozenset({FIRST_HELPDESK}))


def connect(session: Session, world: World, shop_id: int, kind: str = FIRST_HELPDESK, **known: Any) -> None:
    """Connect an account; what is not known is as with anybody."""
    usual = {"account": "desk.shop.example", "user": "app@shop.example", "key": "key", "seal": world.seal}
    connections.connect(session, shop_id=shop_id, kind=kind, **usual | known)
