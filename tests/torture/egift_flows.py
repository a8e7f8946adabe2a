"""Flows around e-gifts: by a vendor that knows our keys, so that a lost answer is looked up and the order repeated."""

from functools import partial
from types import MappingProxyType

from tests.jobs import egifts
from tests.jobs.egifts import WORTH
from tests.torture.flows import Flow
from tests.torture.money_flows import TEAM, Complaint, complained, in_any_order, notes, purses
from tests.torture.scene import Scene


def planned(scene: Scene) -> Complaint:
    """Let somebody write, and an agent have an e-gift sent to them."""
    plot = complained(scene)
    customer = int(scene.call(f"/town/orders/{plot.order}")["customer_id"])
    egifts.plan(scene, customer_id=customer, order_id=plot.order, ticket_id=str(plot.ticket))
    return plot


def waits_for_a_yes(scene: Scene, *, deed: str) -> Complaint:
    """Let the vendor have the order, and somebody there decide about it."""
    scene.call("/town/tremendous/switch", {"approval": True})
    plot = planned(scene)
    scene.drain()
    (order,) = egifts.ordered(scene)
    scene.call(f"/town/tremendous/orders/{order['id']}", {"do": deed})
    scene.later(86_400)
    return plot


def an_hour_passes(scene: Scene, _plot: Complaint) -> None:
    """Let the e-mail arrive, and the vendor be asked about it, whatever was slow before."""
    scene.later(3_600)


def sent_once(scene: Scene, plot: Complaint) -> None:
    """Hold when there is one order, which is the ledger's, it alone was paid for, and each note was written once."""
    (row,), (order,) = scene.effects("send_gift"), egifts.ordered(scene)
    assert (row.state, row.reference, row.cost_minor) == ("done", order["id"], WORTH)
    assert (order["kept"], purses(scene)["team"]) == (WORTH, (0, WORTH))
    assert notes(scene, plot) >= 2


def came_to_nothing(scene: Scene, _plot: Complaint) -> None:
    """Hold when the order stands for nothing over there, and no money is set aside or spent for it."""
    (row,), (order,) = scene.effects("send_gift"), egifts.ordered(scene)
    assert (row.state, order["status"], purses(scene)["team"]) == ("refused", "CANCELED", (0, 0))


FLOWS = MappingProxyType(
    {
        "egift": Flow(
            prepare=planned,
            later=an_hour_passes,
            happened=sent_once,
            may_end_otherwise=in_any_order(sent_once),
            policy=TEAM,
        )
    }
)
# For the commands alone: the suite has other money that is on its way.
PENDING = MappingProxyType(
    {
        "egift-allowed": Flow(prepare=partial(waits_for_a_yes, deed="approve"), happened=sent_once, policy=TEAM),
        "egift-not-allowed": Flow(
            prepare=partial(waits_for_a_yes, deed="reject"), happened=came_to_nothing, policy=TEAM
        ),
    }
)
