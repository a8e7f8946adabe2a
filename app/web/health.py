"""Alive, and who: enough for whoever watches us, and nothing about anybody's shop."""

from flask import Blueprint, Response, jsonify

from app.web.here import world

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers, and which instance it belongs to."""
    return jsonify(ok=True, instance=world().settings.app_instance)
