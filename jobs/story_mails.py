"""The month's story by mail: on the first days of a month whoever asked for it is told of the last one, once."""

from enum import StrEnum

import structlog

from app.domain import months
from app.domain.mail import Mail
from app.domain.policy import Language
from app.domain.ports import Postman
from app.store import shops, story_mails, switch
from app.store.base import reading, unit_of_work
from app.store.sealed import Unsealable
from app.store.shops import Merchant
from app.store.story_mails import Taken
from integrations import registry
from jobs import links, story, story_words
from jobs.handing_over import Round
from jobs.languages import Tongue
from jobs.queue import Task
from jobs.runtime import OPENING_HOUR, World, local
from jobs.story import Story
from jobs.story_words import Places

log = structlog.get_logger("story")

MOST = 5  # addresses of one shop
WANTS_NO_MORE = "Its reader wants no more of them."
PUT_BACK = "The books were put back from a copy, and it may have been sent before."
_LONGEST_ADDRESS = 254
_LINK = "story.leave"


class Asked(StrEnum):
    """What came of asking for it."""

    KEPT = "kept"
    NO_ADDRESS = "no_address"
    ENOUGH = "enough"  # as many are told as may be


def ask(world: World, merchant: Merchant, *, address: str, language: str) -> Asked:
    """Tell that address from now on, in that language unless the shop has one of its own."""
    if len(address) > _LONGEST_ADDRESS or not registry.is_mail_address(address):
        return Asked.NO_ADDRESS
    digest = world.mail_digest(merchant, address)
    said = {"address": address, "digest": digest, "language": language}
    with unit_of_work(world.sessions) as session:
        number = story_mails.ask(session, shop_id=merchant.id, seal=world.seal, most=MOST, **said)
    if number is None:
        return Asked.ENOUGH
    log.info("story.asked", shop=merchant.id, reader=number)
    world.bell.ring(Task.STORY, merchant.id)
    return Asked.KEPT


def leave(world: World, *, shop_id: int, reader_id: int) -> bool:
    """Tell somebody nothing any more; return False where nothing was told them."""
    with unit_of_work(world.sessions) as session:
        left = story_mails.leave(session, shop_id=shop_id, reader_id=reader_id)
    if left:
        log.info("story.left", shop=shop_id, reader=reader_id)
    return left


def whose(world: World, text: str) -> tuple[int, int, str] | None:
    """Return whose link that is, by shop and reader, and what they read; None for one that leads to nobody."""
    said = links.opened(world.seal, _LINK, text)
    if said is None:
        return None
    shop_id, reader_id = said
    with reading(world.sessions) as session:
        language = story_mails.language_of(session, shop_id=shop_id, reader_id=reader_id)
    return None if language is None else (shop_id, reader_id, language)


def tell(world: World, shop_id: int) -> None:
    """Tell whoever is to be told of the last month, and was not; nothing leaves while the shop is stopped, or gone."""
    world.bell.heard(Task.STORY, shop_id)
    merchant = world.merchant(shop_id)
    month = None if merchant is None else months.to_mail(local(merchant, world.clock.now()), hour=OPENING_HOUR)
    if merchant is None or month is None or merchant.held_since or world.postman is None or not _may(world, shop_id):
        return
    told = _begun(world, merchant, month)
    try:
        while (taken := _taken(world, shop_id, month)) is not None:
            _hand_over(world, world.postman, merchant, told, taken)
    except Unsealable as problem:
        log.error("secrets.unsealable", shop=shop_id, problem=str(problem))  # noqa: TRY400  # no bug of ours


def _may(world: World, shop_id: int) -> bool:
    with reading(world.sessions) as session:
        return switch.is_released_for(session, shop_id=shop_id)


def _begun(world: World, merchant: Merchant, month: str) -> Story:
    with reading(world.sessions) as session:
        told = story.gathered(session, merchant, month)
    nothing, now = told.is_empty or not story.was_here(merchant, month), world.clock.now()
    with unit_of_work(world.sessions) as session:
        begun = story_mails.begin(session, shop_id=merchant.id, month=month, nothing=nothing, now=now)
    if begun:
        log.info("story.nothing" if nothing else "story.begun", shop=merchant.id, month=month, readers=begun)
    return told


def _taken(world: World, shop_id: int, month: str) -> Taken | None:
    """Take the next in hand, after a last look at the switch and at whether the shop is there."""
    with unit_of_work(world.sessions) as session:
        merchant = shops.by_id(session, shop_id)
        if merchant is None or not merchant.installed or not switch.is_released_for(session, shop_id=shop_id):
            return None
        return story_mails.take(session, shop_id=shop_id, month=month, seal=world.seal, now=world.clock.now())


def _hand_over(world: World, postman: Postman, merchant: Merchant, told: Story, taken: Taken) -> None:
    going = Round(world=world, books=story_mails, of="story")
    if taken.to is None:
        going.give_up(taken, WANTS_NO_MORE)
        return
    if merchant.restored_at is not None and merchant.restored_at >= told.ends:
        going.give_up(taken, PUT_BACK)
        return
    mail = _mail(world, merchant, told, taken, taken.to)
    going.hand_over(postman, taken, mail, until=months.fresh_until(told.month, merchant.timezone))


def _mail(world: World, merchant: Merchant, told: Story, taken: Taken, to: str) -> Mail:
    chosen, language = world.settings, merchant.policy.language
    store = merchant.domain.removesuffix(".myshopify.com")
    app = f"{chosen.shopify_admin_origin}/store/{store}/apps/{chosen.shopify_client_id}"
    leave = f"{world.home}/no-more-stories/{links.sealed(world.seal, _LINK, merchant.id, taken.reader_id)}"
    tongue = Tongue(taken.language if language is Language.THEIRS else language.value)
    said = story_words.letter(merchant, told, tongue, Places(page=f"{app}/story/{told.month}", leave=leave))
    return Mail(
        key=f"story-{taken.shop_id}-{taken.id}",
        to=to,
        subject=said.subject,
        text=said.text,
        html=said.html,
        leave=leave,
        at=world.clock.now(),
    )
