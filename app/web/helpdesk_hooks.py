"""A helpdesk's calls: the token in the URL says whose they are, the helpdesk's own proof that they are true."""

import hashlib
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, request

from app.store import connections, inbox
from app.store.base import reading, unit_of_work
from app.store.connections import Account
from app.web.here import world
from integrations import registry
from integrations.companies import Call, Company
from jobs.queue import Task

blueprint = Blueprint("helpdesk_hooks", __name__)

# Calls without a name say the same when a finger is nervous, when the helpdesk tries again, and when the same is meant
# once more. After this long the same is said anew, and it is for the rules to say what that means; within half as long
# it certainly is not.
SAME_SECONDS = 30


@blueprint.post("/hooks/<kind>/<token>")
def receive(kind: str, token: str) -> Response:
    """Keep the call and ring for its shop. An unknown kind or token and a wrong proof are answered alike."""
    here, now = world(), world().clock.now()
    caller = whose(kind, token, request.get_data())
    if caller is None:
        return nobodys()
    company, account, call = caller
    call = replace(call, body=company.kept(call.body))
    name, other_name = _names(company, call, account.shop_id, now)
    with unit_of_work(here.sessions) as session:
        new = inbox.receive(
            session,
            shop_id=account.shop_id,
            source=kind,
            sender=account.account,
            topic="http-integration",
            delivery_key=name,
            event_key=other_name,
            body=call.body,
            now=now,
        )
    if new:
        here.bell.ring(Task.DRAIN, account.shop_id)
    return Response(status=200)


def whose(kind: str, token: str, signed: bytes) -> tuple[Company, Account, Call] | None:
    """Return whose helpdesk calls, proven by its headers and what they may sign; None for anybody else."""
    company = registry.HELPDESKS.get(kind)
    account = None if company is None else _account(kind, token)
    call = Call(headers={name.lower(): value for name, value in request.headers.items()}, body=signed)
    if company is None or account is None or not company.authentic(call, account.secrets, world().clock.now()):
        return None
    return company, account, call


def nobodys() -> Response:
    """Answer whoever is no merchant's helpdesk; what was wrong is not said."""
    return Response("not from your helpdesk", status=401)


def _account(kind: str, token: str) -> Account | None:
    here = world()
    # Who is nobody's helpdesk must not keep those who write waiting: they are turned away without a lock.
    with reading(here.sessions) as session:
        return connections.account_by_token(session, kind=kind, url_token=token, seal=here.seal)


def _names(company: Company, call: Call, shop_id: int, now: datetime) -> tuple[str, str | None]:
    """Return what tells the call from others: its own name, or two that are good for a while; a repeat has one of them.

    The second changes in the middle of the first's time: a finger that meets the end of the one is within the other.
    Shops may share a helpdesk, and each hears of the same; none can use up the names of another's calls.
    """
    own = company.name(call)
    if own is not None:
        return f"{shop_id}:{own}", None
    said, moment = hashlib.sha256(b"%d:%s" % (shop_id, call.body)).hexdigest(), int(now.timestamp())
    other = f"{said}:{(moment + SAME_SECONDS // 2) // SAME_SECONDS}"
    return f"{said}:{moment // SAME_SECONDS}", hashlib.sha256(other.encode()).hexdigest()
