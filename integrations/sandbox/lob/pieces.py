"""What is posted: each key once for a day, a few minutes to change one's mind, and then the way through the post."""

from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.lob.accounts import PRACTICE_KEY
from integrations.sandbox.lob.refusals import Refused, invalid

KIND = "lob_pieces"
_KEYS = "lob_keys"
USUAL = {
    "word": "",  # what the last thing that became of every piece is called instead
    "ship_cancelled": False,  # what is cancelled is posted all the same
    "key": PRACTICE_KEY,
}
_KEY_LIVES = timedelta(hours=24)
_WINDOW = timedelta(minutes=5)  # in which a piece can be cancelled
_LAG = timedelta(seconds=3)  # before a piece is seen in a list
_LONGEST_KEY = 256
_PREFIX = {"letters": "ltr", "postcards": "psc"}
EVENTS = (
    *("Mailed", "In Transit", "In Local Area", "Processed for Delivery"),
    *("Delivered", "Re-Routed", "Returned to Sender", "International Exit"),
)


def place(turn: Turn, kind: str, wanted: dict[str, Any], *, world: str, key: str, now: datetime) -> tuple[Doc, bool]:
    """Return the piece, and whether it is new: within a day the same key is the same piece, whatever else is said."""
    if len(key) > _LONGEST_KEY:
        raise invalid("Idempotency-Key is too long")
    name = f"{world}:{kind}:{key}"
    known = turn.get(_KEYS, name) if key else None
    if known is not None and now - datetime.fromisoformat(known["at"]) < _KEY_LIVES:
        return find(turn, kind, known["piece"], world=world), False
    number = turn.next_id(KIND)
    piece: Doc = {
        "id": f"{_PREFIX[kind]}_{number}",
        "kind": kind,
        "world": world,
        "wanted": wanted,
        "metadata": wanted.get("metadata") or {},
        "created_at": now.isoformat(),
        "send_at": (now + _WINDOW).isoformat(),
        "deleted": False,
        "failed": False,
        "events": [],
    }
    turn.put(KIND, piece["id"], piece)
    if key:
        turn.put(_KEYS, name, {"piece": piece["id"], "at": now.isoformat()})
    return piece, True


def find(turn: Turn, kind: str, key: str, *, world: str) -> Doc:
    """Return a piece; raises Refused for none, and for one of another world."""
    found = turn.get(KIND, key)
    if found is None or (found["kind"], found["world"]) != (kind, world):
        raise Refused(404, f"{kind[:-1]} not found", "not_found")
    return found


def listed(turn: Turn, kind: str, metadata: dict[str, str], *, world: str, now: datetime) -> list[Doc]:
    """Return the pieces that bear the metadata, newest first: what has only just come in is not seen yet."""
    found = [piece for piece in turn.find(KIND, "world", world) if piece["kind"] == kind]
    return [
        piece
        for piece in reversed(found)
        if metadata.items() <= piece["metadata"].items() and now - datetime.fromisoformat(piece["created_at"]) >= _LAG
    ]


def cancel(turn: Turn, piece: Doc, *, slip: bool, now: datetime) -> None:
    """Keep it from being posted; raises Refused once it is too late, and for what is gone already."""
    if piece["deleted"]:
        raise Refused(404, f"{piece['kind'][:-1]} not found", "not_found")
    if now >= datetime.fromisoformat(piece["send_at"]) or piece["events"]:
        raise invalid("The piece can no longer be cancelled, for it is in production.")
    if slip:
        happens(turn, piece, "Mailed", now)
        return
    piece["deleted"] = True
    turn.put(KIND, piece["id"], piece)


def happens(turn: Turn, piece: Doc, event: str, now: datetime) -> None:
    """Let something happen to a piece on its way; raises Refused for what never happens."""
    if event == "Failed":
        piece["failed"] = True
    elif event not in EVENTS:
        raise invalid(f"Say Failed or one of {', '.join(EVENTS)}.")
    else:
        piece["events"].append({"name": event, "time": now.isoformat()})
    turn.put(KIND, piece["id"], piece)
