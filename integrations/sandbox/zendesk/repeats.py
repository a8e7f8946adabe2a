"""Its idempotency keys, which new tickets alone take: for two hours the same key is the same ticket, or an error."""

import json
from datetime import datetime, timedelta
from hashlib import sha256

from integrations.sandbox.books import Turn
from integrations.sandbox.zendesk.refusals import Refused

_KIND = "zendesk_repeat"
_FOR = timedelta(hours=2)


def ticket_of(turn: Turn, key: str, body: object, now: datetime) -> int | None:
    """Return the ticket that was made under the key; raises Refused where it was another that was asked for."""
    kept = turn.get(_KIND, key)
    if kept is None or now - datetime.fromisoformat(kept["at"]) >= _FOR:
        return None
    if kept["asked"] != _digest(body):
        raise Refused(400, "IdempotentRequestError")
    return int(kept["ticket"])


def keep(turn: Turn, key: str, body: object, ticket: int, now: datetime) -> None:
    """Remember what was made under a key."""
    turn.put(_KIND, key, {"ticket": ticket, "asked": _digest(body), "at": now.isoformat()})


def _digest(body: object) -> str:
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
