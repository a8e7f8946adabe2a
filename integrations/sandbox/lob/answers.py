"""What Lob answers, without what nobody here reads."""

from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.books import Doc

_FEW_DAYS = timedelta(days=6)


def piece(kept: Doc, *, now: datetime, word: str = "") -> dict[str, Any]:
    """Return a letter or a postcard; `word` is what the last thing that became of it is called instead."""
    wanted, sent_at = kept["wanted"], datetime.fromisoformat(kept["send_at"])
    events = [*kept["events"], *([{"name": word, "time": now.isoformat()}] if word else [])]
    return {
        "id": kept["id"],
        "object": kept["kind"][:-1],
        "description": wanted.get("description"),
        "metadata": kept["metadata"],
        "to": {**wanted["to"], "object": "address"},
        "from": {**(wanted.get("from") or {}), "object": "address"},
        "url": f"https://lob-assets.com/{kept['kind']}/{kept['id']}.pdf?version=v1&expires=1600000000&signature=x",
        "carrier": "USPS",
        "tracking_number": None,
        "tracking_events": [_event(number, each) for number, each in enumerate(events)],
        "status": "failed" if kept["failed"] else "processed" if now >= sent_at else "rendered",
        "send_date": kept["send_at"],
        "expected_delivery_date": (sent_at + _FEW_DAYS).date().isoformat(),
        "date_created": kept["created_at"],
        "date_modified": kept["created_at"],
        "use_type": wanted["use_type"],
        **({"deleted": True} if kept["deleted"] else {}),
    }


def _event(number: int, event: dict[str, str]) -> dict[str, Any]:
    made = {"date_created": event["time"], "date_modified": event["time"], "object": "tracking_event"}
    return {"id": f"evnt_{number}", "type": "normal", "details": None, "location": "62701", **event, **made}
