"""An e-gift on its way through the ledger, to the vendor in the town."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from app.domain.decisions import Decision
from app.domain.effects import SendGift
from app.domain.policy import Mode
from app.store.base import unit_of_work
from jobs.carry_out import carry_out
from tests.builders import paid, present
from tests.jobs.conftest import Practice

WORTH = 25_00
ORDERING = "POST orders"


def plan(inside: Practice, *, minor: int = WORTH, **whose: Any) -> SendGift:
    """Have a book token of $25 sent to somebody, at once and paid by the team; nobody has set out to do it yet.

    Or another gift, for which so much is set aside.
    """
    gift = present(
        **{"vendor": "tremendous", "sku": "OKMHM2X2OHYV:25.00:USD", "title": "Corner Bookshop, $25.00"} | whose
    )
    merchant, now = inside.world.merchant(inside.shop_id), inside.world.clock.now()
    assert merchant is not None
    with unit_of_work(inside.world.sessions) as session:
        carry_out(session, merchant, asked_for(gift, now, minor=minor), now=now, mode=Mode.AUTO)
    return gift


def asked_for(gift: SendGift, now: datetime, *, minor: int = WORTH) -> Decision:
    """Return an agent's wish to have it sent at once, paid by the team."""
    return Decision(
        rule="flowers",
        subject=f"customer:{gift.customer_id}" if gift.ticket_id is None else f"ticket:{gift.ticket_id}",
        code="sends",
        because="Robin asked for it.",
        plans=(replace(paid(gift, minor=minor), due_at=now),),
    )


def ordered(inside: Practice) -> list[dict[str, Any]]:
    """Return what the vendor has in its books."""
    found: list[dict[str, Any]] = inside.call("/town/tremendous/orders")["orders"]
    return found


def strike(inside: Practice, kind: str) -> None:
    """Let the next order there go wrong in that way."""
    inside.call("/town/tremendous/faults", {"next": [{"call": ORDERING, "kind": kind}]})
