"""The web process: waitress, which slow clients do not starve."""

import structlog
from flask import Flask
from waitress import serve

from app.config import settings
from app.web import create_app
from jobs import logs
from jobs.runtime import build

THREADS = 8
CONNECTIONS = 1000  # waitress's own limit of 100 is used up by idle clients
IDLE_SECONDS = 20


def application() -> Flask:
    """Return the application for a production server; the Procfile names it."""
    return create_app(build(settings(), patient=False))


def main() -> int:
    """Serve until told to stop."""
    logs.start("web")
    chosen = settings()
    structlog.get_logger("web").info("web.listening", host=chosen.web_host, port=chosen.web_port)
    serve(
        create_app(build(chosen, patient=False)),
        host=chosen.web_host,
        port=chosen.web_port,
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        max_request_body_size=2 * 1024 * 1024,
        ident="lagniappe",
    )
    return 0
