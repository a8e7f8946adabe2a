"""Which local ports are free."""

import socket
from collections.abc import Collection
from typing import Final

LOOPBACK: Final = "127.0.0.1"


def is_taken(port: int) -> bool:
    """Tell whether someone listens there. A port that was closed a moment ago counts as free."""
    # Asking first: BSD lets a second server bind beside one that listens on every address.
    with socket.socket() as caller:
        caller.settimeout(0.5)
        if caller.connect_ex((LOOPBACK, port)) == 0:
            return True
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def first_free(*preferred: int, but_not: Collection[int] = ()) -> int:
    """Return the first preferred port that nobody uses, or any free one."""
    wanted = (port for port in preferred if port not in but_not and not is_taken(port))
    return next(wanted, None) or next(port for port in iter(free_port, None) if port not in but_not)
