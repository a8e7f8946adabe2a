"""Calls whose line broke at once, and which are carried out all the same: some seconds of the town's time later.

Whoever looks in between does not see what they will have done.
"""

from datetime import datetime
from typing import Any

from flask import current_app, request

from integrations.sandbox.books import Turn

LATE = "lagniappe.late"  # stands in the environment of a call that is carried out at last: the moment it was due
_KIND = "late_calls"


def keep(turn: Turn, vendor: str, due: datetime) -> None:
    """Keep the call of this request until then."""
    call = {
        "vendor": vendor,
        "due": due.isoformat(),
        "method": request.method,
        "path": request.full_path.rstrip("?"),
        "headers": list(request.headers.items()),
        "body": request.get_data(as_text=True),
    }
    turn.append(_KIND, call)


def due(turn: Turn, vendor: str, now: datetime) -> list[dict[str, Any]]:
    """Take out and return the vendor's calls whose time has come, oldest first."""
    found = [call for call in turn.find(_KIND, "vendor", vendor) if datetime.fromisoformat(call["due"]) <= now]
    for call in found:
        turn.delete(_KIND, call["id"])
    return found


def carry_out(calls: list[dict[str, Any]]) -> None:
    """Make the calls as if they came in now; nobody reads what is answered. The books must be free."""
    for call in calls:
        current_app.test_client().open(
            call["path"],
            method=call["method"],
            headers=call["headers"],
            data=call["body"],
            environ_overrides={LATE: call["due"]},
        )


def is_late() -> bool:
    """Return whether this request is such a call."""
    return LATE in request.environ


def moment(now: datetime) -> datetime:
    """Return when this request comes through: `now`, or for such a call the moment at which it was due."""
    return datetime.fromisoformat(request.environ[LATE]) if is_late() else now
