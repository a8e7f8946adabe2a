"""The macros that agents press: what each of ours sends us, and how ours are known again.

Nobody has written down how an action that calls somebody is spelled: this is how those who have seen one describe it.
"""

from collections.abc import Mapping

from app.domain.events import Act
from app.domain.helpdesk_setup import Wiring
from integrations.gorgias.client import Json
from integrations.gorgias.webhooks import SECRET_HEADER

TITLES = {Act.REFUND_KEEP: "Refund & keep", Act.FLOWERS: "Send flowers"}
_CALL = "http"
_FILLED_IN = {
    "ticket_id": "{{ticket.id}}",
    "customer_email": "{{ticket.customer.email}}",
    "customer_external_id": "{{ticket.customer.external_id}}",
    "agent_email": "{{current_user.email}}",
    "agent_name": "{{current_user.name}}",
}
_ASKED: Mapping[Act, Mapping[str, str]] = {
    Act.REFUND_KEEP: {"order": "", "amount": "", "items": "", "confirm": ""},
    Act.FLOWERS: {"when_days": "14", "amount": "", "message": "", "confirm": ""},
}


def macro(wiring: Wiring, act: Act) -> Json:
    """Return the macro by which agents ask for an act, with what they may change before they send it."""
    fixed = {"v": "1", "event": "action", "action": act.value, **_FILLED_IN}
    params = [_param(key, value, editable=False) for key, value in fixed.items()]
    params += [_param(key, value, editable=True) for key, value in _ASKED[act].items()]
    call = {
        "url": wiring.hook_url,
        "method": "POST",
        "content_type": "application/json",
        "headers": [{"key": SECRET_HEADER, "value": wiring.secret}],
        "params": params,
    }
    return {
        "name": f"Lagniappe: {TITLES[act]} ({wiring.shop})",
        "external_id": _name(wiring, act),
        "actions": [{"name": _CALL, "title": "Tell Lagniappe", "type": "user", "arguments": call}],
    }


def is_ours(row: Json, wiring: Wiring) -> bool:
    """Return whether we have made a macro for this store."""
    return row.get("external_id") in {_name(wiring, act) for act in TITLES}


def reaches_us(row: Json, wanted: Json) -> bool:
    """Return whether a macro calls where it should, whatever else the team has made of it."""
    (mine,) = wanted["actions"]
    return any(_leads_as(each.get("arguments") or {}, mine["arguments"]) for each in row.get("actions") or [])


def _name(wiring: Wiring, act: Act) -> str:
    # By the store, not by our address: that one may change, and two stores may share a helpdesk.
    return f"lagniappe:{wiring.shop}:{act.value}"


def _leads_as(there: Json, mine: Json) -> bool:
    return there.get("url") == mine["url"] and mine["headers"][0] in (there.get("headers") or [])


def _param(key: str, value: str, *, editable: bool) -> Json:
    return {"key": key, "value": value, "editable": editable, "mandatory": False}
