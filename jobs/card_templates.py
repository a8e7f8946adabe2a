"""What a merchant's cards may begin with: kept once it could go out as it stands, offered on the desk, and put away."""

import structlog

from app.domain import card_templates as words_of
from app.domain.card_templates import MOST, STARTERS
from app.store import card_templates, orders
from app.store.base import unit_of_work
from app.store.shops import Merchant
from jobs.runtime import World

log = structlog.get_logger("cards")


class NoSuchWords(LookupError):
    """The shop keeps no words of that number."""


def keep(world: World, merchant: Merchant, *, name: str, words: str, sympathy: bool) -> tuple[str, ...]:
    """Keep words under their name; return why they cannot be kept, where they cannot."""
    wrong = words_of.sample(words, sympathy=sympathy, shop=merchant.name).wrong
    if wrong:
        return wrong
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)  # whoever keeps others at this moment is counted
        kept = card_templates.listed(session, shop_id=merchant.id)
        if len(kept) >= MOST and name not in {each.name for each in kept}:
            return (f"You keep {MOST} already: please change one of them instead.",)
        number = card_templates.keep(session, shop_id=merchant.id, name=name, words=words, sympathy=sympathy)
    log.info("cards.words_kept", shop=merchant.id, template=number)
    return ()


def begin(world: World, merchant: Merchant) -> None:
    """Keep words of ours, where the shop has none under the same names."""
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)
        known = {each.name for each in card_templates.listed(session, shop_id=merchant.id)}
        for each in STARTERS:
            if each.name not in known:
                card_templates.keep(
                    session, shop_id=merchant.id, name=each.name, words=each.words, sympathy=each.sympathy
                )
    log.info("cards.words_begun", shop=merchant.id)


def set_active(world: World, merchant: Merchant, template_id: int, *, active: bool) -> None:
    """Offer words on the desk, or no longer. Raises NoSuchWords."""
    with unit_of_work(world.sessions) as session:
        if not card_templates.set_active(session, shop_id=merchant.id, template_id=template_id, active=active):
            raise NoSuchWords(template_id)
    log.info("cards.words_offered", shop=merchant.id, template=template_id, active=active)
