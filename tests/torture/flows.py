"""What can happen to a shop, told so that it can be interrupted anywhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from app.domain.policy import Policy
from jobs.practice import POLICY
from tests.torture.scene import Scene

EVERY_ORDER = replace(POLICY.nth_order_gift, every=1, cooldown_days=0, per_day=1000)
GENEROUS = replace(POLICY, nth_order_gift=EVERY_ORDER)


def nothing_comes_in(_scene: Scene, _plot: Any) -> None:
    """Nobody outside does anything; ticker and workers find out by themselves."""


def never(_scene: Scene, _plot: Any) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow. `act` is what somebody outside does, and does again when nobody has answered them.

    `prepare` is what happened before and is never interrupted; what it returns is handed to the others. `later` is what
    happens outside once everything has come to rest. `happened` asserts in plain figures what must be true in the end,
    and all that both ledgers say then is compared besides.
    `may_end_otherwise` tells of ends that are right though not the same: a person is asked where nobody else can know.
    `besides` are the beginnings of lines that tell how it came about, and not what came of it.
    """

    prepare: Callable[[Scene], Any]
    act: Callable[[Scene, Any], None] = nothing_comes_in
    happened: Callable[[Scene, Any], None]
    later: Callable[[Scene, Any], None] | None = None
    may_end_otherwise: Callable[[Scene, Any], bool] = never
    besides: tuple[str, ...] = ()
    policy: Policy = field(default=GENEROUS)
    unread: bool = False  # the shop's past is still to be read
    unknown: bool = False  # the app has never been in the shop
    sweeps: bool = False


def struck(flow: Flow, *, operation: str, kind: str) -> Flow:
    """Return the same flow in bad weather: the next call of that operation goes wrong in the town."""

    def prepare(scene: Scene) -> Any:
        plot = flow.prepare(scene)
        scene.fault(operation, kind)
        return plot

    return replace(flow, prepare=prepare)


def struck_at(flow: Flow, door: str, *, kind: str, call: str = "*") -> Flow:
    """Return the same flow where the next such call at a door of the town's goes wrong that is no store's."""

    def prepare(scene: Scene) -> Any:
        plot = flow.prepare(scene)
        scene.call(door, {"next": [{"call": call, "kind": kind}]})
        return plot

    return replace(flow, prepare=prepare)


def gathered(*tables: Mapping[str, Flow]) -> Mapping[str, Flow]:
    """Return all flows of several tables."""
    return MappingProxyType({name: flow for table in tables for name, flow in table.items()})
