"""`stop`: nothing leaves the house any more, of any shop, until `go`. It holds from the next call on, everywhere."""

import argparse
import sys

import structlog

from app.config import settings
from app.store import switch
from app.store.base import open_database, sessions_of, unit_of_work
from jobs import logs
from jobs.runtime import clock_of

log = structlog.get_logger("switch")


def main(arguments: list[str]) -> int:
    """Throw the operator's switch."""
    parser = argparse.ArgumentParser(prog="python3 -m app stop", description=__doc__)
    parser.add_argument("--why", required=True, metavar="WORDS", help="a sentence; merchants read it on every page")
    why = " ".join(parser.parse_args(arguments).why.split())
    if not why:
        parser.error("say why: merchants read it on every page")
    logs.start("stop", to=sys.stderr)
    # The database alone: with keys or Redis out of order it is wanted the more.
    sessions = sessions_of(open_database(settings().database))
    with unit_of_work(sessions) as session:
        switch.stop(session, because=why, now=clock_of(settings(), sessions).now())
    log.warning("switch.thrown", because=why)
    sys.stdout.write("Everything is stopped. What comes in is kept and decided. `python3 -m app go` lets it go on.\n")
    return 0
