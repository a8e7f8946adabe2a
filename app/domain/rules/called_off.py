"""The way back of a gift that was ordered from a vendor, as long as the vendor lets us."""

from app.domain.effects import CancelSending, Sending
from app.domain.rules import arrivals


def called_off(gift: Sending, *, key: str, vendor: str) -> CancelSending:
    """Return how a gift is stopped; `key` is its own in the ledger, `vendor` who has it."""
    return CancelSending(
        vendor=vendor,
        customer_id=gift.customer_id,
        title=arrivals.named(gift),
        undoes=key,
        ticket_id=gift.ticket_id,
    )
