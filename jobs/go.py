"""`go`: lets everything go on that `stop` has stopped. What a merchant has stopped stays so."""

import sys

import structlog

from app.config import settings
from app.store import switch
from app.store.base import open_database, sessions_of, unit_of_work
from jobs import logs
from jobs.runtime import clock_of

log = structlog.get_logger("switch")


def main() -> int:
    """Release the operator's switch."""
    logs.start("go", to=sys.stderr)
    sessions = sessions_of(open_database(settings().database))
    with unit_of_work(sessions) as session:
        released = switch.release(session, now=clock_of(settings(), sessions).now())
    if released:
        log.warning("switch.released", throws=released)
    sys.stdout.write("Everything goes on.\n" if released else "Nothing was stopped.\n")
    return 0
