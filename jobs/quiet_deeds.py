"""How a customer is left in peace, and no longer: what is done, and looked at again before it is."""

from datetime import datetime

from app.domain.effects import Mute, Quiet, Unmute
from app.domain.errors import Rejected
from app.domain.facts import Standing
from app.domain.ports import Listener, Receipt, Reorders
from app.domain.rules import hard_time
from app.store import care
from app.store.base import reading
from app.store.care import NOT_THERE, THERE_BEFORE
from app.store.ledger import Deed
from app.store.shops import Merchant
from jobs.runtime import Outside, World

MOST_TRIES = 10  # half an hour: a refund waits for it
NOBODY_LISTENS = "no_listener", "No tool is connected any more that asks to be told."
_NOT_OURS = "not_ours", "It was so before us, or never came about: it stays as it is."
_HARD_AGAIN = "hard_again", "It is a hard time for them again."


def do(outside: Outside, quiet: Mute | Unmute, deed: Deed, now: datetime) -> Receipt:
    """Bring a quiet about or end it, or raise one of the three errors. Each is safe to repeat."""
    customer, until = quiet.customer_id, quiet.until if isinstance(quiet, Mute) else None
    match quiet.quiet:
        case Quiet.TAG:
            return outside.shop.tag_customer(customer, tag=quiet.tag, present=until is not None)
        case Quiet.FIELD if until is None:
            return outside.shop.forget_quiet(customer, until=quiet.until.date())
        case Quiet.FIELD:
            return outside.shop.note_quiet(customer, until=quiet.until.date())
        case Quiet.LISTENER:
            return _listener(outside).tell(customer, until=until, key=deed.key, since=deed.created_at, now=now)
        case Quiet.REORDERS if until is None:
            return _reorders(outside).resume(customer, key=deed.key)
        case Quiet.REORDERS:
            return _reorders(outside).pause(customer, until=quiet.until, key=deed.key)


def look_before(outside: Outside, mute: Mute) -> str | None:
    """Return whether somebody else had put the tag on: then it is not ours to take off. None for other ways."""
    if mute.quiet is not Quiet.TAG:
        return None
    return THERE_BEFORE if outside.shop.has_tag(mute.customer_id, tag=mute.tag) else NOT_THERE


def unwanted(
    world: World, merchant: Merchant, outside: Outside, quiet: Mute | Unmute, standing: Standing | None
) -> tuple[str, str] | None:
    """Return why it should not be done after all, as (code, sentence); `standing` is its customer's."""
    if quiet.quiet is Quiet.LISTENER and outside.listener is None:
        return NOBODY_LISTENS
    if isinstance(quiet, Mute):
        return None
    if hard_time.refused(standing, world.clock.now()) is not None:
        return _HARD_AGAIN
    with reading(world.sessions) as session:
        ours = care.was_ours(session, shop_id=merchant.id, key=quiet.undoes)
    return None if ours else _NOT_OURS


def _listener(outside: Outside) -> Listener:
    if outside.listener is None:
        raise Rejected(NOBODY_LISTENS[1])
    return outside.listener


def _reorders(outside: Outside) -> Reorders:
    if outside.reorders is None:
        raise Rejected("No app that sends reorders is connected any more.")
    return outside.reorders
