"""A merchant's tool that asks to be told whom to leave in peace: named, and not told any more."""

from typing import Any

import structlog

from app.store import connections
from app.store.base import unit_of_work
from app.store.shops import Merchant
from integrations import standard_webhooks
from integrations.listener import api
from integrations.registry import LISTENER
from jobs.runtime import World

log = structlog.get_logger("care")


def problem_with(world: World, url: str) -> str | None:
    """Return why an address cannot be a tool's, as a sentence; None for a good one."""
    return api.problem_with(world.http, url)


def connect(world: World, merchant: Merchant, url: str) -> None:
    """Keep the address, with a secret of its own; another address of a tool that is told already keeps its secret."""
    with unit_of_work(world.sessions) as session:
        known: dict[str, Any] = {"shop_id": merchant.id, "kind": LISTENER, "seal": world.seal}
        before = connections.account(session, **known)
        secret = standard_webhooks.new_secret() if before is None else before.key
        connections.connect(session, account=url, user="", key=secret, **known)
    log.info("care.listener_named", shop=merchant.id)


def forget(world: World, merchant: Merchant) -> bool:
    """Tell it nothing any more; return False where nothing was told."""
    with unit_of_work(world.sessions) as session:
        forgotten = connections.disconnect(session, shop_id=merchant.id, kind=LISTENER)
    log.info("care.listener_forgotten", shop=merchant.id, forgotten=forgotten)
    return forgotten
