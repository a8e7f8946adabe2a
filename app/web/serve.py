"""The web process: uvicorn, one event loop before Flask's threads, so that slow clients starve nobody."""

import resource
import signal
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import structlog
import uvicorn

from app.config import settings
from app.web import create_app
from app.web.door import Door
from app.web.front import Front
from jobs import logs
from jobs.runtime import build

SOCKETS = 16_384
# A thread that comes back from the database waits so long for the busy event loop to let it go on. At Python's own 5 ms
# the writer waits longer for that than for the disk, and takes in less than half.
SWITCH_SECONDS = 0.000_2
HOW: Mapping[str, Any] = MappingProxyType(
    {
        "http": Door,
        "ws": "none",
        "lifespan": "off",
        "proxy_headers": False,  # nobody may say where they come from
        "server_header": False,
        "access_log": False,  # addresses hold ID tokens, and the helpdesk's
        "log_config": None,
        "log_level": "error",
        "timeout_keep_alive": 20,
        "timeout_graceful_shutdown": 4,  # the launcher, and whoever runs us, waits a little longer
    }
)


def application() -> Front:
    """Return what each web process serves."""
    logs.start("web")
    sys.setswitchinterval(SWITCH_SECONDS)
    chosen = settings()
    structlog.get_logger("web").info("web.listening", host=chosen.web_host, port=chosen.web_port)
    world = build(chosen, patient=False)
    return Front(world, create_app(world))


def main() -> int:
    """Serve until told to stop."""
    chosen = settings()
    # uvicorn hands the signal on once it has stopped: that it did as it was told is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    make_room_for_sockets()
    uvicorn.run(
        "app.web.serve:application",
        factory=True,
        host=chosen.web_host,
        port=chosen.web_port,
        workers=chosen.web_concurrency,
        **HOW,
    )
    return 0


def make_room_for_sockets() -> None:
    """Let this process hold more connections than systems usually allow at first."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = SOCKETS if most == resource.RLIM_INFINITY else min(SOCKETS, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
