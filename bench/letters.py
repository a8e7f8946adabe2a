"""Webhooks of a busy hour: bodies as a store writes them, about orders that a store in our own memory answers for."""

import json
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from app.domain.facts import GiftOption, Order
from app.domain.money import Money
from integrations.sandbox.serve import start
from integrations.sandbox.town import TownSettings

# What a store tells of one order within seconds.
TOPICS = ("orders/create", "orders/paid", "orders/updated")
LINES = 7  # as many make a body of the usual size


@dataclass(slots=True)
class Store:
    """A store that answers at once and for nothing: the one thing here that is not the real one."""

    orders: dict[int, Order] = field(default_factory=dict)
    asked: int = 0

    def order(self, order_id: int) -> Order | None:
        self.asked += 1
        return self.orders.get(order_id)

    def gift_option(self, variant_id: int) -> GiftOption:
        cost = Money(minor=8_00, currency="USD")
        return GiftOption(variant_id=variant_id, title="Mug", cost=cost, on_sale=True, stock=1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One webhook, before it is received."""

    topic: str
    key: str
    body: bytes


def pattern() -> dict[str, Any]:
    """Return the body of an order of several lines, as the practice town's store writes it."""
    with tempfile.TemporaryDirectory(prefix="lagniappe-bench-") as folder:
        town = TownSettings(books=Path(folder) / "town.db", clock_file=Path(folder) / "clock", customers=5)
        with start(town) as running:
            cast = requests.get(f"{running.url}/town/cast", timeout=10).json()
            wish = {"customer_id": cast["fourth_order_customer"], "announce": "lose"}
            requests.post(f"{running.url}/town/orders", json=wish, timeout=10)
            letters = requests.get(f"{running.url}/town/letters?after=0", timeout=10).json()
    body: dict[str, Any] = next(json.loads(each["body"]) for each in letters if each["subject"] == "orders/paid")
    return body | {"line_items": body["line_items"] * LINES}


def about(body: dict[str, Any], order: Order, topics: tuple[str, ...] = TOPICS) -> Iterator[Webhook]:
    """Yield what the store tells of the order."""
    told = deepcopy(body) | {"id": order.id, "name": order.name, "updated_at": order.updated_at.isoformat()}
    text = json.dumps(told).encode()
    for topic in topics:
        yield Webhook(topic=topic, key=f"{topic}-{order.id}", body=text)


def bought(number: int, customer_id: int, *, at: datetime) -> Order:
    """Return a paid order that has not left."""
    return Order(
        id=number,
        name=f"#{number}",
        customer_id=customer_id,
        customer_since=at,
        processed_at=at,
        updated_at=at,
        created_at=at,
        net=Money(minor=20_00 + number * 7919 % 8_000, currency="USD"),
        counted=True,
        settled=True,
        editable=True,
        mail_digest=f"{customer_id:064x}",
    )
