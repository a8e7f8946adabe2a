"""A process that is told to stop begins nothing new, ends what is in hand, and is gone in time whatever that is."""

import os
from threading import Event, Timer

PATIENCE_SECONDS = 8.0  # with ten until it is killed; what is still in hand then is found by its lease, and looked up

_asked = Event()


def asked() -> bool:
    """Return whether this process was told to stop."""
    return _asked.is_set()


def wait(seconds: float) -> bool:
    """Wait for so long, or until told to stop; return whether that was it."""
    return _asked.wait(seconds)


def begin() -> None:
    """Stop: whoever works looks here before each next thing."""
    if not _asked.is_set():
        _asked.set()
        last_moment = Timer(PATIENCE_SECONDS, leave)
        last_moment.daemon = True
        last_moment.start()


def leave() -> None:
    """Be gone at once. Nothing is lost by that: it is what a power cut would do."""
    os._exit(0)
