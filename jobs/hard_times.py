"""Hard times end by themselves: what was muted for them is not muted any more, as far as it came from us."""

from datetime import datetime

import structlog

from app.domain.policy import Mode
from app.domain.rules import hard_time, refund_keep
from app.store import care
from app.store.base import Session
from app.store.shops import Merchant
from jobs.carry_out import carry_out

log = structlog.get_logger("care")

A_NIGHT = 500  # that many customers; the others the night after


def end(session: Session, merchant: Merchant, now: datetime) -> int:
    """End those whose day has come; return how many. Where the rule only watches, nothing leaves, and they wait."""
    if merchant.policy.mode_of(refund_keep.RULE) is Mode.OBSERVE:
        return 0
    over = care.ended(session, shop_id=merchant.id, now=now, limit=A_NIGHT)
    for customer_id in over:
        mutes = care.mutes(session, shop_id=merchant.id, customer_id=customer_id)
        carry_out(session, merchant, hard_time.over(customer_id, mutes, now), now=now)
        care.put_behind(session, shop_id=merchant.id, customer_id=customer_id)
    if over:
        log.info("care.over", shop=merchant.id, customers=len(over))
    return len(over)
