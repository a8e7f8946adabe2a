"""A link leads to the page that asks one customer for one address. It says for which deed, and of whom not a word.

It stands in an address that servers write down and mails are searched for: so it opens a form, shows nobody anything,
and is over with the first answer.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from app.domain.effects import PostNote
from app.domain.rules import address_words
from app.store.sealed import Unsealable
from app.store.shops import Merchant
from jobs.runtime import World

LONGEST = 400  # of a link's own part
_PLACE = "address.link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Which deed of which shop an address is for."""

    shop_id: int
    effect_id: int


def made(world: World, link: Link) -> str:
    """Return the address of the page."""
    sealed = world.seal.close(json.dumps([link.shop_id, link.effect_id]), place=_PLACE)
    # Letters and digits alone: no helpdesk makes anything else of them, nor ends a link there.
    return f"{world.home}/card/{base64.b32encode(sealed).decode().rstrip('=').lower()}"


def with_link(world: World, merchant: Merchant, note: PostNote) -> str | None:
    """Return the words of a note that brings a link, with it; None for any other."""
    effect_id = address_words.links_for(note)
    if effect_id is None:
        return None
    return f"{note.text}\n{made(world, Link(shop_id=merchant.id, effect_id=effect_id))}"


def read(world: World, text: str) -> Link | None:
    """Return what a link says; None for one that is forged or cut."""
    if len(text) > LONGEST:
        return None
    try:
        sealed = base64.b32decode(text + "=" * (-len(text) % 8), casefold=True)
        shop_id, effect_id = json.loads(world.seal.open(sealed, place=_PLACE))
    except (binascii.Error, ValueError, Unsealable):
        return None
    return Link(shop_id=shop_id, effect_id=effect_id)
