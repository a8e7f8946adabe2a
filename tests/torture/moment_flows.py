"""Flows around days that come round: a birthday that the store knows, from the night that finds it to the card."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from app.domain.policy import Birthday, Mode, Moments
from jobs.practice import POLICY
from tests.torture.flows import Flow
from tests.torture.scene import Scene

DAY = 86_400
LEAD_DAYS = 8
BORN = Birthday(mode=Mode.AUTO, special_only=False, metafield="facts.birth_date", lead_days=LEAD_DAYS)
KIND = replace(POLICY, birthday=BORN, moments=Moments(cooldown_days=0))


def comes_round(scene: Scene) -> int:
    """Return a customer whose birthday is found in the night that begins."""
    customer: int = scene.call("/town/cast")["fourth_order_customer"]
    scene.later(DAY)
    there = scene.world.clock.now().astimezone(ZoneInfo("America/New_York"))
    said = {"value": f"1990-{there + timedelta(days=LEAD_DAYS):%m-%d}", "said_at": "2026-01-01T00:00:00Z"}
    scene.call(f"/town/customers/{customer}/birthday", said)
    return customer


def kept_once(scene: Scene, customer: int) -> None:
    (row,) = [row for row in scene.effects("send_gift") if row.rule == "birthday"]
    assert row.customer_id == customer
    assert row.state in {"planned", "uncertain"}  # until the shop opens, and then in somebody's hands
    assert (scene.reserved(), scene.spent()) == (row.cost_minor, 0)


FLOWS = MappingProxyType({"birthday": Flow(prepare=comes_round, happened=kept_once, policy=KIND)})
