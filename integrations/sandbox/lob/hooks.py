"""The calls that Lob makes of what becomes of a piece: signed, with the moment, and with the whole piece in them."""

import hmac
import json
from datetime import datetime
from uuid import uuid4

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.lob import answers
from integrations.sandbox.lob.accounts import HOOK_SECRET, HOOK_TOKEN
from integrations.sandbox.post_office import Letter, PostOffice

HEADER, MOMENT = "Lob-Signature", "Lob-Signature-Timestamp"
_PAUSES = (1.0, 2.0, 4.0)


def tell(turn: Turn, post: PostOffice, piece: Doc, what: str, now: datetime) -> None:
    """Tell the practice account what became of a piece, as "created" or "Mailed"; where to is the town's to know."""
    event = f"{piece['kind'][:-1]}.{what.casefold().replace(' ', '_')}"
    said = {
        "id": f"evt_{uuid4().hex[:15]}",
        "object": "event",
        "reference_id": piece["id"],
        "event_type": {"id": event, "resource": piece["kind"], "enabled_for_test": True, "object": "event_type"},
        "date_created": now.isoformat(),
        "body": answers.piece(piece, now=now),
    }
    body, moment = json.dumps(said), str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        MOMENT: moment,
        HEADER: sign(HOOK_SECRET, moment, body.encode()),
    }
    path = f"/vendors/lob/{HOOK_TOKEN}"
    letter = Letter(sender="lob", subject=event, path=path, headers=headers, body=body, pauses=_PAUSES, exposed=True)
    post.send(turn, letter)


def sign(secret: str, moment: str, body: bytes) -> str:
    """Return the signature of a call."""
    return hmac.digest(secret.encode(), moment.encode() + b"." + body, "sha256").hex()
