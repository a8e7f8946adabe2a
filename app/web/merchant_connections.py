"""The page that says how every connection is."""

from flask import Blueprint

from app.web import connections_view
from app.web.screen import look, show

blueprint = Blueprint("connections", __name__)


@blueprint.get("/connections")
def listed() -> str:
    """Show the store, helpdesks, vendors, mail and whoever is told of hard times: how each is, and what to do."""
    with look() as seen:
        groups = connections_view.shown(seen)
    return show("connections.html", seen, {"groups": groups, "ailing": list(connections_view.ailing(groups))})
