"""Widgets in the sidebar: each shows what an integration answers, beside a ticket or a customer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.helpdesk import http_integrations
from integrations.sandbox.helpdesk.paging import PAGING
from integrations.sandbox.helpdesk.reading import Body, body_of, listing, number, one_of, only, text
from integrations.sandbox.helpdesk.refusals import invalid, missing

KIND = "desk_widget"
_TYPES = frozenset(
    {"bigcommerce", "custom", "customer_external_data", "http", "klaviyo", "magento2", "recharge", "shopify", "smile"}
    | {"standalone", "stripe", "woocommerce", "yotpo"}
)
_CONTEXTS = frozenset({"ticket", "customer"})
_KNOWN = frozenset({"template", "type", "context", "order", "integration_id", "app_id", "deactivated_datetime"})


def widgets(turn: Turn, arguments: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the account's widgets, or those of one integration or app; raises Refused."""
    given = only(arguments, PAGING | {"integration_id", "app_id"})
    rows = turn.all(KIND)
    if "integration_id" in given:
        rows = turn.find(KIND, "integration_id", number(given["integration_id"], "integration_id"))
    if "app_id" in given:
        rows = [row for row in rows if row["app_id"] == given["app_id"]]
    return [_shown(row) for row in rows]


def widget(turn: Turn, key: int) -> dict[str, Any]:
    """Return one widget; raises Refused."""
    return _shown(_kept(turn, key))


def create(turn: Turn, value: object, now: datetime) -> dict[str, Any]:
    """Write a new widget; raises Refused."""
    stamps = {"created_datetime": now.isoformat(), "updated_datetime": now.isoformat()}
    return widget(turn, turn.append(KIND, _read(turn, value) | stamps))


def replace(turn: Turn, key: int, value: object, now: datetime) -> dict[str, Any]:
    """Write the widget anew: what the body does not name is gone. Raises Refused."""
    row, stamps = _kept(turn, key), {"updated_datetime": now.isoformat()}
    turn.put(KIND, key, row | _read(turn, value) | stamps)
    return widget(turn, key)


def remove(turn: Turn, key: int) -> None:
    """Take a widget away; raises Refused."""
    _kept(turn, key)
    turn.delete(KIND, key)


def _read(turn: Turn, value: object) -> dict[str, Any]:
    body = body_of(value, known=_KNOWN, required=("template", "type"))
    integration = body.get("integration_id")
    if integration is not None:
        http_integrations.integration(turn, number(integration, "integration_id"))
    return {
        "type": one_of(body, "type", _TYPES),
        "context": one_of({"context": "ticket"} | body, "context", _CONTEXTS),
        "order": number(body.get("order", 0), "order"),
        "integration_id": integration,
        "app_id": text(body, "app_id", longest=255),
        "template": _template(body),
        "deactivated_datetime": text(body, "deactivated_datetime", longest=64),
    }


def _template(body: Body) -> Body:
    template = body_of(body["template"], known={"type", "widgets"}, required=("type", "widgets"))
    one_of(template, "type", {"wrapper"})
    for part in listing(template, "widgets"):
        _check(part)
    return template


def _check(value: object) -> None:
    part = body_of(value, known={"path", "type", "title", "widgets", "order"}, required=("path", "type"))
    if part["type"] not in ("card", "text"):  # others are seen in the wild; nobody vouches for them
        raise invalid("type", "Must be one of: card, text.")
    for inner in listing(part, "widgets"):
        _check(inner)


def _kept(turn: Turn, key: int) -> Doc:
    found = turn.get(KIND, key)
    if found is None:
        raise missing("Widget", key)
    return found


def _shown(row: Doc) -> dict[str, Any]:
    return row | {"uri": f"/api/widgets/{row['id']}"}
