"""Sealed links: what one says is read by us alone, and whoever has it may do that one thing, and nothing else.

A link stands in an address that servers write down and mails are searched for: so it names nobody.
"""

import base64
import binascii
import json

from app.store.sealed import Seal, Unsealable

LONGEST = 400  # of a link's own part


def sealed(seal: Seal, place: str, *numbers: int) -> str:
    """Return the link's own part."""
    closed = seal.close(json.dumps(numbers), place=place)
    # Letters and digits alone: nobody who hands it on makes anything else of them, nor ends a link there.
    return base64.b32encode(closed).decode().rstrip("=").lower()


def opened(seal: Seal, place: str, text: str) -> tuple[int, ...] | None:
    """Return what such a part says; None for one that is forged, cut, or made for another place."""
    if len(text) > LONGEST:
        return None
    try:
        closed = base64.b32decode(text + "=" * (-len(text) % 8), casefold=True)
        return tuple(json.loads(seal.open(closed, place=place)))
    except (binascii.Error, ValueError, Unsealable):
        return None
