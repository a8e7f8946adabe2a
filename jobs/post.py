"""What the post knows of an address of which the store has nothing to say."""

from dataclasses import replace

from app.domain.deliveries import Delivery, Validity
from app.domain.errors import Rejected, Unavailable
from jobs.runtime import Outside


def looked_up(outside: Outside, where: Delivery | None) -> Delivery | None:
    """Return the same door, with what the post says of it; nobody is kept waiting where the post cannot be asked."""
    if where is None or where.validity is not Validity.UNKNOWN or outside.post is None:
        return where
    try:
        return replace(where, validity=outside.post.validity(where.address))
    except (Rejected, Unavailable):
        return where
