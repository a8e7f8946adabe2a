"""A gift vendor's calls: the token in the URL says whose gifts, the vendor's own proof that it rings.

A call is a doorbell. Nothing in it is believed but which gifts it is about: those are looked at again, by asking the
vendor. So nothing of it is kept, and whatever comes twice, late or in another order does no harm.
"""

import structlog
from flask import Blueprint, Response, request

from app.domain.errors import Malformed
from app.store import connections, sendings
from app.store.base import reading, unit_of_work
from app.store.connections import Account
from app.web.here import world
from integrations import registry
from integrations.companies import Call
from integrations.vendors import Told
from jobs.queue import Task

log = structlog.get_logger("gift")
blueprint = Blueprint("vendor_hooks", __name__)

MOST_BYTES = 64 * 1024
MOST_GIFTS = 50  # in one call


@blueprint.post("/vendors/<kind>/<token>")
def ring(kind: str, token: str) -> Response:
    """Let the gifts that a vendor names be looked at. An unknown kind or token and a wrong proof are answered alike."""
    here, caller = world(), _caller(kind, token)
    if caller is None:
        return Response("not from your vendor", status=401)
    account, told, call = caller
    try:
        references = told.references(call.body)[:MOST_GIFTS]
    except Malformed as problem:
        # It would say the same again: what it meant is asked for before long in any case.
        log.warning("gift.odd_bell", shop=account.shop_id, vendor=kind, problem=str(problem))
        return Response(status=200)
    with unit_of_work(here.sessions) as session:
        now = here.clock.now()
        ours = sendings.news(session, shop_id=account.shop_id, vendor=kind, references=references, now=now)
    if ours:
        here.bell.ring(Task.GIFTS, account.shop_id)
    return Response(status=200)


def _caller(kind: str, token: str) -> tuple[Account, Told, Call] | None:
    """Return whose vendor calls, proven as that vendor proves its calls; None for anybody else."""
    vendor = registry.VENDORS.get(kind)
    told = None if vendor is None else vendor.told
    if told is None or (request.content_length or 0) > MOST_BYTES:
        return None
    here = world()
    with reading(here.sessions) as session:
        account = connections.account_by_token(session, kind=kind, url_token=token, seal=here.seal)
    call = Call(headers={name.lower(): value for name, value in request.headers.items()}, body=request.get_data())
    if account is None or not told.authentic(call, account.secrets, here.clock.now()):
        return None
    return account, told, call
