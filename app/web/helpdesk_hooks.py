"""A helpdesk's calls: the token in the URL says whose they are, the secret in the header that they are true."""

from flask import Blueprint, Response, request

from app.store import inbox, shops
from app.store.base import reading, unit_of_work
from app.web.here import world
from integrations.gorgias import webhooks
from jobs.queue import Task

blueprint = Blueprint("helpdesk_hooks", __name__)

# The calls bear no id, and say the same when a finger is nervous, when the helpdesk tries again, and when the same is
# meant once more. Within this long the same is the same; later it is for the rules to say what a repeat means.
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
    with unit_of_work(here.sessions) as session:
        new = inbox.receive(
            session,
            shop_id=account.shop_id,
            source="gorgias",
            sender=account.account,
            topic="http-integration",
            delivery_key=f"{webhooks.delivery_key(body)}:{int(now.timestamp()) // SAME_SECONDS}",
            body=body,
            now=now,
        )
    if new:
        here.bell.ring(Task.DRAIN, account.shop_id, at_once=True)
    return Response(status=200)
