"""Watches the shop's purses: somebody should know in time when little is left."""

import structlog

from app.store import pools
from app.store.base import Session
from app.store.ledger import Deed
from app.store.shops import Merchant

log = structlog.get_logger("pool")


def watch(session: Session, merchant: Merchant, deed: Deed) -> None:
    """Say so when the deed for which money was just set aside brought its purse near its end."""
    share = None if deed.pool_id is None else pools.warn(session, shop_id=merchant.id, pool_id=deed.pool_id)
    if share is not None:
        log.warning("pool.warned", shop=merchant.id, pool=deed.pool_id, percent=share)
