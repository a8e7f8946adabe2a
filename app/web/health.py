"""For whoever watches us: alive, ready, and figures. Nothing here says anything about anybody's shop."""

import hmac
from dataclasses import asdict
from ipaddress import ip_address

from flask import Blueprint, Response, abort, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from app.web.figures import Figures
from app.web.here import world
from jobs import readiness

blueprint = Blueprint("health", __name__)

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers, and which instance it belongs to."""
    return jsonify(ok=True, instance=world().settings.app_instance)


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Say whether to send anybody here: 503 without the database, or before it has the shape that is needed."""
    found = readiness.look(world())
    return jsonify(ready=found.ready, **asdict(found)), 200 if found.ready else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Tell the figures, to whoever brings the token; in practice without one, to whoever asks on this very machine."""
    if not _may_read():
        abort(401)
    registry = CollectorRegistry()
    registry.register(Figures(world()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read() -> bool:
    chosen = world().settings
    token = chosen.metrics_token.get_secret_value()
    if token:
        shown = request.headers.get("Authorization", "").encode("utf-8", "replace")
        return hmac.compare_digest(shown, f"Bearer {token}".encode())
    # A proxy on this machine asks in everybody's name, and need not say so.
    if chosen.public_url or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
