"""Watches the shop's purses: somebody should know in time when little is left."""

from collections.abc import Iterable

import structlog

from app.store import pools
from app.store.base import Session
from app.store.ledger import Deed
from app.store.shops import Merchant

log = structlog.get_logger("pool")


def watch(session: Session, merchant: Merchant, deeds: Iterable[Deed]) -> None:
    """Say so when the deeds for which money was just set aside brought a purse near its end."""
    for pool_id in sorted({deed.pool_id for deed in deeds if deed.pool_id is not None}):
        share = pools.warn(session, shop_id=merchant.id, pool_id=pool_id)
        if share is not None:
            log.warning("pool.warned", shop=merchant.id, pool=pool_id, percent=share)
