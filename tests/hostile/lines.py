"""Lines that are held open and hardly used, many at a time: others are served all the same, and they are hung up on."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from app.launcher.ports import LOOPBACK
from app.web.serve import make_room_for_sockets
from tests.hostile.case import HELPDESK, HOOK, WEBHOOK, signed, wire

HALF = 40  # bytes of a body that has more


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """So many lines that each say this much, and no more."""

    number: int
    name: str
    says: bytes
    size: int = 200


LARGE = wire((), b"x" * (2 * 1024 * 1024 - 1), length=str(2 * 1024 * 1024))
CROWDS = (
    Crowd(number=35, name="half a line of headers", says=f"POST {WEBHOOK} HTTP/1.1\r\nHost: app.exa".encode()),
    Crowd(number=35, name="headers that never end", says=f"POST {WEBHOOK} HTTP/1.1\r\nHost: app.example\r\n".encode()),
    Crowd(number=36, name="half a body at the store's door", says=wire(signed())[:-1]),
    Crowd(number=36, name="half a body at the helpdesk's door", says=wire(HELPDESK, b"{" * HALF, path=HOOK, length="4000")),
    Crowd(number=36, name="half a body that nobody signed", says=wire((), b"{" * HALF, length="4000")),
    Crowd(number=36, name="two megabytes of a body each, and never the last byte", says=LARGE, size=150),
    Crowd(number=37, name="not a word", says=b"", size=1_000),
)  # fmt: skip


@contextmanager
def standing(port: int, crowd: Crowd) -> Iterator[list[socket.socket]]:
    """Let the crowd stand on the line while the block runs."""
    make_room_for_sockets()
    with ExitStack() as lines:
        held = [lines.enter_context(socket.create_connection((LOOPBACK, port), timeout=30)) for _ in range(crowd.size)]
        for line in held:
            with suppress(OSError):  # there was no room for it any more
                line.sendall(crowd.says)
        yield held


def is_hung_up(line: socket.socket) -> bool:
    """Return whether the other side has hung up on a line, whatever it said before."""
    line.settimeout(0.2)
    try:
        while line.recv(4_096):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True
