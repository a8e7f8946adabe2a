"""The calls that it makes, signed: by triggers, in words of the account's own, and of events, in words of its own."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.helpdesk.templates import filled
from integrations.sandbox.post_office import Letter, PostOffice
from integrations.sandbox.zendesk import furniture, people

_PAUSES = (1.0, 2.0, 4.0)


def ticket_created(
    turn: Turn, post: PostOffice, ticket: Doc, now: datetime, *, by_agent: bool = False, public: bool = True
) -> None:
    """Ring whom triggers ring when a ticket is made."""
    role, shown = "agent" if by_agent else "end_user", "true" if public else "false"
    facts = {"update_type": "Create", "role": role, "comment_is_public": shown, "status": ticket["status"]}
    _fire(turn, post, ticket, facts, now)


def commented(turn: Turn, post: PostOffice, ticket: Doc, comment: Doc, now: datetime) -> None:
    """Ring whom triggers ring when a ticket changes, and whoever wants to hear of comments: our own notes are some."""
    author = people.user(turn, comment["author_id"])
    staff = author["role"] != "end-user"
    facts = {
        "update_type": "Change",
        "role": "agent" if staff else "end_user",
        "comment_is_public": "true" if comment["public"] else "false",
        "status": ticket["status"],
    }
    _fire(turn, post, ticket, facts, now)
    said = {
        "id": str(comment["id"]),
        "body": comment["body"],
        "is_public": comment["public"],
        "author": {"id": str(author["id"]), "is_staff": staff, "name": author["name"]},
    }
    news = {
        "type": furniture.COMMENT_ADDED,
        "id": str(uuid4()),
        "time": now.isoformat(),
        "zendesk_event_version": "2022-11-06",
        "account_id": 1,
        "subject": f"zen:ticket:{ticket['id']}",
        "detail": _detail(ticket),
        "event": {"comment": said, "meta": {"sequence": {"id": "1", "position": 1, "total": 1}}},
    }
    for webhook in turn.all(furniture.WEBHOOKS):
        if furniture.COMMENT_ADDED in webhook["subscriptions"]:
            _send(turn, post, webhook, json.dumps(news, ensure_ascii=False), now)


def sign(secret: str, moment: str, body: bytes) -> str:
    """Return the signature of a call."""
    return base64.b64encode(hmac.digest(secret.encode(), moment.encode() + body, "sha256")).decode()


def _fire(turn: Turn, post: PostOffice, ticket: Doc, facts: Mapping[str, str], now: datetime) -> None:
    requester = people.user(turn, ticket["requester_id"])
    context = {"ticket": ticket | {"title": ticket["subject"], "requester": requester}}
    for trigger in turn.all(furniture.TRIGGERS):
        for ring in furniture.rings(trigger) if furniture.fires(trigger, facts) else []:
            webhook = turn.get(furniture.WEBHOOKS, ring["webhook"])
            if webhook is not None:
                _send(turn, post, webhook, filled({"words": ring["words"]}, context)["words"], now)


def _send(turn: Turn, post: PostOffice, webhook: Doc, body: str, now: datetime) -> None:
    if webhook["status"] != "active":
        return
    moment = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Zendesk Webhook (practice town)",
        "X-Zendesk-Account-Id": "1",
        "X-Zendesk-Webhook-Id": webhook["id"],
        "X-Zendesk-Webhook-Invocation-Id": f"01{uuid4().hex[:24].upper()}",
        "X-Zendesk-Webhook-Signature": sign(webhook["secret"], moment, body.encode()),
        "X-Zendesk-Webhook-Signature-Timestamp": moment,
    }
    letter = Letter(
        sender="zendesk",
        subject=webhook["name"],
        path=urlsplit(webhook["endpoint"]).path,  # of the one app that this town writes to
        headers=headers,
        body=body,
        pauses=_PAUSES,
    )
    post.send(turn, letter)


def _detail(ticket: Doc) -> dict[str, Any]:
    kept = {name: ticket[name] for name in ("subject", "description", "status", "tags", "created_at", "updated_at")}
    return kept | {"id": str(ticket["id"]), "requester_id": str(ticket["requester_id"])}
