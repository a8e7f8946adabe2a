"""`bench slow`: how long others wait while a crowd, or Redis, holds our web process by the sleeve."""

import argparse
import socket
import time
from contextlib import ExitStack
from dataclasses import replace

from bench.report import spread
from bench.sender import Order, Sender
from bench.servers import SHOP, Place, ours, place_of
from bench.stands import SECRET

WEBHOOKS = 100
GOAL_MS = 1_000
_HEAD = b"POST /webhooks/shopify HTTP/1.1\r\nHost: a\r\n"
CROWDS = {
    "nobody": (0, b""),
    "40 half-sent bodies": (40, _HEAD + b"Content-Length: 9000\r\n\r\n{"),
    "200 half-sent bodies": (200, _HEAD + b"Content-Length: 9000\r\n\r\n{"),
    "40 half-sent heads": (40, _HEAD + b"X-Shopify"),
    "1,000 idle connections": (1_000, b""),
}


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when anybody waited too long."""
    argparse.ArgumentParser(prog="python3 -m app bench slow", description=__doc__).parse_args(arguments)
    with place_of("sqlite") as place, socket.create_server(("127.0.0.1", 0)) as silent:
        slowest = [_slowest(place, name, many, said) for name, (many, said) in CROWDS.items()]
        deaf = replace(place, redis=f"redis://127.0.0.1:{silent.getsockname()[1]}/0")  # takes calls and says nothing
        slowest.append(_slowest(deaf, "a silent Redis", 0, b""))
    return 0 if max(slowest) < GOAL_MS else 1


def _slowest(place: Place, name: str, many: int, said: bytes) -> float:
    """Return the milliseconds that the unluckiest of the others waited, one after the other."""
    with ours(place) as web, ExitStack() as lines:
        for _ in range(many):
            lines.enter_context(socket.create_connection(("127.0.0.1", web.port))).sendall(said)
        order = Order(
            port=web.port,
            seconds=60,
            secret=SECRET.decode(),
            shop=SHOP.domain,
            prefix=f"slow-{time.monotonic_ns()}",
            connections=1,
            most=WEBHOOKS,
        )
        report = Sender(order).run()
    print(f"  {name:<24} others answered within {spread(report.milliseconds, 1)} ms, {report.refused} sent away")
    if len(report.acknowledged) < WEBHOOKS:
        raise RuntimeError(f"only {len(report.acknowledged)} of {WEBHOOKS} were acknowledged")
    return max(report.milliseconds)
