"""Carries connections on: to one address, or in turn to several, past those that do not answer.

The practice town answers to its own machine's names alone, so every host has one of these on the way there; and one
stands before the hosts' web servers, as a load balancer does.
"""

import socket
import sys
import threading
from contextlib import suppress
from itertools import count

_PATIENCE = 1.0  # for an address that does not answer


def main(listen: str, *onward: str) -> None:
    """Listen at one host:port and carry every connection on."""
    turns = count()
    with socket.create_server(_address(listen), backlog=512) as door:
        while True:
            guest, _ = door.accept()
            turn = next(turns)
            order = [onward[(turn + step) % len(onward)] for step in range(len(onward))]
            threading.Thread(target=_serve, args=(guest, order), daemon=True).start()


def _serve(guest: socket.socket, order: list[str]) -> None:
    with guest:
        there = _first_that_answers(order)
        if there is None:
            return
        with there:
            back = threading.Thread(target=_carry, args=(there, guest), daemon=True)
            back.start()
            _carry(guest, there)
            back.join()


def _first_that_answers(order: list[str]) -> socket.socket | None:
    for each in order:
        with suppress(OSError):
            there = socket.create_connection(_address(each), timeout=_PATIENCE)
            there.settimeout(None)
            return there
    return None


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65_536):
            other.sendall(piece)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


def _address(text: str) -> tuple[str, int]:
    host, port = text.rsplit(":", 1)
    return host, int(port)


if __name__ == "__main__":
    main(*sys.argv[1:])
