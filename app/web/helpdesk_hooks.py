"""A helpdesk's calls: the token in the URL says whose they are, the secret in the header that they are true."""

import hashlib
from datetime import datetime

from flask import Blueprint, Response, request

from app.store import inbox, shops
from app.store.base import reading, unit_of_work
from app.web.here import world
from integrations.gorgias import webhooks
from jobs.queue import Task

blueprint = Blueprint("helpdesk_hooks", __name__)

# The calls bear no id, and say the same when a finger is nervous, when the helpdesk tries again, and when the same is
# meant once more. After this long the same is said anew, and it is for the rules to say what that means; within half as
# long it certainly is not.
SAME_SECONDS = 30


@blueprint.post("/hooks/gorgias/<token>")
def receive(token: str) -> Response:
    """Keep the call and ring for its shop. Unknown token and wrong secret are answered alike."""
    here, body = world(), request.get_data()
    now = here.clock.now()
    # Who is nobody's helpdesk must not keep those who write waiting: they are turned away without a lock.
    with reading(here.sessions) as session:
        account = shops.account_by_token(session, kind="gorgias", url_token=token, seal=here.seal)
    if account is None or not webhooks.authentic(dict(request.headers), account.secrets):
        return Response("not from your helpdesk", status=401)
    name, other_name = _names(body, now)
    with unit_of_work(here.sessions) as session:
        new = inbox.receive(
            session,
            shop_id=account.shop_id,
            source="gorgias",
            sender=account.account,
            topic="http-integration",
            delivery_key=name,
            event_key=other_name,
            body=body,
            now=now,
        )
    if new:
        here.bell.ring(Task.DRAIN, account.shop_id, at_once=True)
    return Response(status=200)


def _names(body: bytes, now: datetime) -> tuple[str, str]:
    """Return two names for a call that bears none, each good for a while; what is kept already has one of them.

    The second changes in the middle of the first's time: a finger that meets the end of the one is within the other.
    """
    said, moment = webhooks.delivery_key(body), int(now.timestamp())
    other = f"{said}:{(moment + SAME_SECONDS // 2) // SAME_SECONDS}"
    return f"{said}:{moment // SAME_SECONDS}", hashlib.sha256(other.encode()).hexdigest()
