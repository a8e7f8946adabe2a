"""Flows around what an agent does on the desk beside money and flowers: a gift in and out again, a card by hand."""

from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from app.domain.money import Money
from app.store.agent_sessions import Visitor
from integrations.own_desk import presses
from integrations.own_desk.presses import Wish
from jobs import agent_desk, desk
from tests.torture.flows import Flow
from tests.torture.money_flows import SAM, TEAM, purses
from tests.torture.scene import Scene

# Only people give here, and nothing waits for second thoughts.
BY_HAND = replace(
    TEAM, nth_order_gift=replace(TEAM.nth_order_gift, every=None, ordinals=()), team=replace(TEAM.team, undo_minutes=0)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanks:
    """Somebody's order that has not left, and the ticket on which they wrote something nice."""

    customer: int
    order: int
    ticket: int


def thanked(scene: Scene) -> Thanks:
    customer = int(scene.call("/town/cast")["fourth_order_customer"])
    order = scene.order(customer_id=customer)
    scene.deliver(order, key=f"paid-{order}")
    scene.drain()
    ticket = scene.call("/town/tickets", {"customer_id": customer, "subject": "So lovely"})["ticket_id"]
    return Thanks(customer=customer, order=order, ticket=int(ticket))


def visitor(scene: Scene) -> Visitor:
    return Visitor(shop_id=scene.shop_id, session_id=1, agent=SAM, seen_at=scene.world.clock.now())


def pressed(wish: Wish, scene: Scene, plot: Thanks) -> None:
    """Let an agent press with a nervous finger."""
    press = presses.press(wish, SAM, ticket_id=str(plot.ticket), customer_id=plot.customer)
    for _ in range(2):
        agent_desk.keep(scene.world, visitor(scene), press, "a" * 32)


gift_pressed, card_pressed = partial(pressed, Wish(act="gift")), partial(pressed, Wish(act="card", words="Thanks!"))


def slipped_in_once(scene: Scene, plot: Thanks) -> None:
    (row,) = scene.effects("add_gift_line")
    assert (row.state, row.pool_name, scene.gifts_on(plot.order)) == ("done", "team", 1)
    assert purses(scene)["team"] == (0, row.cost_minor)
    assert told(scene, plot) == 1


def slipped_in(scene: Scene) -> Thanks:
    plot = thanked(scene)
    gift_pressed(scene, plot)
    scene.go_on()
    slipped_in_once(scene, plot)
    return plot


def undone(scene: Scene, _plot: Thanks) -> None:
    merchant = scene.world.merchant(scene.shop_id)
    (row,) = scene.effects("add_gift_line")
    if merchant is not None:
        agent_desk.undo(scene.world, merchant, visitor(scene), row.id)


def out_again(scene: Scene, plot: Thanks) -> None:
    (row,), (back,) = scene.effects("add_gift_line"), scene.effects("take_back_gift_line")
    assert (row.code, back.state, scene.gifts_on(plot.order)) == ("taken_back", "done", 0)
    assert purses(scene)["team"] == (0, 0)
    assert told(scene, plot) == 2


def left_to_a_person(scene: Scene, plot: Thanks) -> None:
    (row,) = scene.effects("write_card")
    assert (row.state, row.next_try_at, row.sends) == ("uncertain", None, 0)
    assert (purses(scene)["team"], told(scene, plot)) == ((row.cost_minor, 0), 1)


def in_hand(scene: Scene) -> Thanks:
    plot = thanked(scene)
    card_pressed(scene, plot)
    scene.go_on()
    left_to_a_person(scene, plot)
    return plot


def posted(scene: Scene, _plot: Thanks) -> None:
    merchant = scene.world.merchant(scene.shop_id)
    (row,) = scene.effects("write_card")
    if merchant is not None:
        desk.happened(scene.world, merchant, row.id, reference="by hand", cost=Money(minor=4_20, currency="USD"))


def paid_for(scene: Scene, plot: Thanks) -> None:
    (row,) = scene.effects("write_card")
    assert (row.state, purses(scene)["team"], told(scene, plot)) == ("done", (0, 4_20), 2)


def told(scene: Scene, plot: Thanks) -> int:
    return len(scene.call(f"/town/tickets/{plot.ticket}")["notes"])


FLOWS = MappingProxyType(
    {
        "desk-gift": Flow(prepare=thanked, act=gift_pressed, happened=slipped_in_once, policy=BY_HAND),
        "desk-card": Flow(prepare=thanked, act=card_pressed, happened=left_to_a_person, policy=BY_HAND),
        "desk-card-posted": Flow(prepare=in_hand, act=posted, happened=paid_for, policy=BY_HAND),
        "desk-gift-undone": Flow(prepare=slipped_in, act=undone, happened=out_again, policy=BY_HAND),
    }
)
