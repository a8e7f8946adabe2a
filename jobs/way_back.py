"""The way back of what is out already: a gift in its order, or one that a vendor has and still lets us stop."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.decisions import Decision
from app.domain.effects import AddGiftLine, CancelSending, Effect, Plan, Sending, State, TakeBackGiftLine
from app.domain.policy import Mode
from app.domain.rules import team_gift
from app.domain.rules.called_off import called_off
from app.store import ledger, sendings
from app.store.base import Session
from app.store.ledger import Deed
from app.store.sendings import Sent
from app.store.shops import Merchant
from app.store.stories import LedgerRow
from app.store.undoing import TAKEN_BACK
from jobs.carry_out import carry_out

_PERHAPS_OUT = (State.SENDING, State.UNCERTAIN, State.DONE)


def begin(session: Session, merchant: Merchant, deed: Deed, *, why: str, now: datetime) -> bool:
    """Plan the way back of a deed that is out, or may be; False where there is none, or it was tried before.

    Nobody is asked: what it puts back was theirs to give. Whether it is too late by then, the other side says.
    """
    sent = sendings.of_effects(session, shop_id=merchant.id, effect_ids=[deed.id]).get(deed.id)
    out = deed.state in _PERHAPS_OUT and deed.code != TAKEN_BACK
    back = _way_back(deed.effect, deed.key, sent, now) if out else None
    if back is None or ledger.known(session, shop_id=merchant.id, keys=[back.key]):
        return False
    plan = Plan(effect=back, due_at=now, after=deed.key)
    subject = f"customer:{back.customer_id}" if back.ticket_id is None else f"ticket:{back.ticket_id}"
    decision = Decision(rule=deed.rule, subject=subject, code=TAKEN_BACK, because=why, plans=(plan,))
    carry_out(session, merchant, decision, now=now, mode=Mode.AUTO)
    return True


def still_open(session: Session, merchant: Merchant, rows: Sequence[LedgerRow], now: datetime) -> set[int]:
    """Return which of these were done and can be taken back still, as far as our books know."""
    ways = {
        back.key: row.id
        for row in rows
        if row.state is State.DONE and row.stands
        if (back := _way_back(row.effect, row.effect.key, row.sent, now)) is not None
    }
    begun = ledger.known(session, shop_id=merchant.id, keys=ways)
    return {number for key, number in ways.items() if key not in begun}


def _way_back(effect: Effect, key: str, sent: Sent | None, now: datetime) -> TakeBackGiftLine | CancelSending | None:
    if isinstance(effect, AddGiftLine):
        return team_gift.taken_back(effect)
    if isinstance(effect, Sending) and sent is not None and sent.can_be_stopped(now):
        return called_off(effect, key=key, vendor=sent.vendor)
    return None
