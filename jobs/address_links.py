"""A link leads to the page that asks one customer for one address. It says for which deed, and of whom not a word.

It opens a form, shows nobody anything, and is over with the first answer.
"""

from dataclasses import dataclass

from app.domain.effects import PostNote
from app.domain.rules import address_words
from app.store.shops import Merchant
from jobs import links
from jobs.runtime import World

_PLACE = "address.link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Which deed of which shop an address is for."""

    shop_id: int
    effect_id: int


def made(world: World, link: Link) -> str:
    """Return the address of the page."""
    return f"{world.home}/card/{links.sealed(world.seal, _PLACE, link.shop_id, link.effect_id)}"


def with_link(world: World, merchant: Merchant, note: PostNote) -> str | None:
    """Return the words of a note that brings a link, with it; None for any other."""
    effect_id = address_words.links_for(note)
    if effect_id is None:
        return None
    return f"{note.text}\n{made(world, Link(shop_id=merchant.id, effect_id=effect_id))}"


def read(world: World, text: str) -> Link | None:
    """Return what a link says; None for one that is forged or cut."""
    said = links.opened(world.seal, _PLACE, text)
    return None if said is None else Link(shop_id=said[0], effect_id=said[1])
