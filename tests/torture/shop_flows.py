"""Flows around the shop itself: let in, put out and back again; its tokens, its past, its people."""

from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from app.domain.helpdesk_setup import Stage
from app.store import privacy, setups, shops
from app.store.base import reading
from app.store.setups import Setup
from app.store.shops import Merchant
from app.store.tables import Delivery, Order
from app.web import shopify_webhooks
from app.web.shopify_webhooks import Ringer
from integrations.gorgias import macros
from integrations.registry import FIRST_HELPDESK
from integrations.sandbox.store.admin import id_token
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from jobs import helpdesks, installation
from jobs.helpdesk_care import LEASE
from jobs.practice import POLICY
from jobs.queue import Task
from tests.torture.flows import Flow
from tests.torture.gift_flows import given_once, paid
from tests.torture.money_flows import complained, pressed
from tests.torture.scene import Scene

QUARTER, HOUR, DAY = 900, 3_600, 86_400
TOWN = f"/town/shops/{PRACTICE_SHOP}"


def at_the_door(_scene: Scene) -> None:
    """Nobody knows of us yet."""


def open_app(scene: Scene, _plot: Any) -> None:
    """Do what the web does when the merchant opens the app."""
    proof = id_token(TownSettings(), PRACTICE_SHOP, scene.world.clock.now())
    installation.install(scene.world, proof, PRACTICE_SHOP, policy=POLICY)


def shop(scene: Scene) -> Merchant | None:
    with reading(scene.world.sessions) as session:
        return shops.by_domain(session, PRACTICE_SHOP)


def at_home(scene: Scene, _plot: Any) -> None:
    """Hold when the store lets us in with the token that we keep, and its past is known to the last order."""
    found = shop(scene)
    assert found is not None
    assert (found.installed, found.let_in) == (True, True)
    outside = scene.world.outside(found)
    assert outside is not None
    assert outside.shop.profile().domain == PRACTICE_SHOP
    with reading(scene.world.sessions) as session:
        assert shops.history_state(session, shop_id=found.id).done_at is not None
        known = len(session.scalars(select(Order.order_id).where(Order.shop_id == found.id)).all())
    assert known == scene.call("/town/state")["orders"]


def taken_out(scene: Scene) -> None:
    plot = complained(scene)
    pressed("flowers")(scene, plot)
    scene.go_on()
    assert scene.reserved() > 0
    scene.call(f"{TOWN}/uninstall", {"announce": "lose"})


def news_of_leaving(scene: Scene, _plot: Any) -> None:
    now = scene.world.clock.now()
    scene.tell("app/uninstalled", key="left", triggered_at=now, myshopify_domain=PRACTICE_SHOP)


def gone(scene: Scene, _plot: Any) -> None:
    found = shop(scene)
    assert found is not None
    assert (found.installed, found.let_in, scene.reserved(), scene.set_aside()) == (False, False, 0, [])
    assert [row.state for row in scene.effects("send_flowers")] == ["withdrawn"]


def taken_out_and_back(scene: Scene) -> None:
    taken_out(scene)
    news_of_leaving(scene, None)
    scene.go_on()
    scene.later(20 * DAY)  # before anything that was said is too old to be kept
    scene.call(f"{TOWN}/reinstall", {})


def token_is_over(scene: Scene) -> int:
    order = scene.order()
    scene.later(HOUR + 60)
    return order


def given_with_a_fresh_token(scene: Scene, order: int) -> None:
    given_once(scene, order)
    at_home(scene, None)


def webhook_was_lost(scene: Scene) -> int:
    order = scene.order()
    scene.later(QUARTER)
    return order


def somebody_to_forget(scene: Scene) -> int:
    """Let there be a customer with an order, money given back, and words in many places; return who."""
    plot = complained(scene)
    pressed("refund_keep", amount="5.00")(scene, plot)
    pressed("flowers")(scene, plot)
    scene.go_on()
    customer: int = scene.call(f"/town/orders/{plot.order}")["customer_id"]
    person = scene.call(f"/town/customers/{customer}")
    scene.tell("customers/update", key="update", id=customer, email=person["email"])
    scene.go_on()
    return customer


def asks(topic: str, **more: Any) -> Any:
    def act(scene: Scene, customer: int) -> None:
        person = scene.call(f"/town/customers/{customer}")
        said = {"id": customer, "email": person["email"], "phone": person["phone"]}
        scene.tell(topic, key=topic, shop_domain=PRACTICE_SHOP, customer=said, **more)

    return act


def forgotten(scene: Scene, customer: int) -> None:
    assert requests_left(scene) == 0
    with reading(scene.world.sessions) as session:
        said = b"".join(session.scalars(select(Delivery.body)))
    assert str(customer).encode() not in said
    assert customer not in [row.customer_id for kind in ("refund_order", "send_flowers") for row in scene.effects(kind)]


def requests_left(scene: Scene) -> int:
    with reading(scene.world.sessions) as session:
        found = privacy.listed(session, shop_id=scene.shop_id, limit=200)
    assert found
    return len([request for request in found if request.done_at is None])


def copied(scene: Scene, _customer: int) -> None:
    assert requests_left(scene) == 0


def left_for_good(scene: Scene) -> None:
    taken_out(scene)
    news_of_leaving(scene, None)
    scene.go_on()
    scene.later(2 * DAY)


def shop_is_to_be_forgotten(scene: Scene, _plot: Any) -> None:
    if shop(scene) is not None:
        scene.tell("shop/redact", key="redact", shop_domain=PRACTICE_SHOP)


def shop_forgotten(scene: Scene, _plot: Any) -> None:
    assert shop(scene) is None


def letters_on_their_way(scene: Scene) -> list[dict[str, Any]]:
    order = scene.order(announce="send")
    return [letter for letter in scene.letters() if str(order) in letter["body"]]


class PlainRinger(Ringer):
    """Rings at once, in the caller's own thread: its place among the boundaries is always the same."""

    def ring_for(self, shop_ids: set[int]) -> None:
        for shop_id in sorted(shop_ids):
            self._bell.ring(Task.DRAIN, shop_id)


def posted(scene: Scene, letters: list[dict[str, Any]]) -> None:
    """Carry the store's letters to where the web process keeps them, as the post does: again until they are kept."""
    ringer = PlainRinger(scene.world.bell)
    for letter in letters:
        headers, body = {name.lower(): value for name, value in letter["headers"].items()}, letter["body"].encode()
        assert shopify_webhooks.signed(scene.world, headers, body)
        assert all(shopify_webhooks.keep(scene.world, ringer, [shopify_webhooks.arrival(headers, body)]))


def given_for_letters(scene: Scene, letters: list[dict[str, Any]]) -> None:
    (order,) = {row.order_id for row in scene.effects("add_gift_line")}
    assert letters
    given_once(scene, int(order or 0))


def at_its_own_helpdesk(scene: Scene) -> Merchant:
    """Let the helpdesk be connected, and nothing be made there by us but what was made by hand."""
    found = shop(scene)
    assert found is not None
    return found


def furnished(scene: Scene) -> Merchant:
    found = at_its_own_helpdesk(scene)
    set_up(scene, found)
    scene.go_on()
    return found


def set_up(scene: Scene, merchant: Merchant) -> None:
    helpdesks.set_up(scene.world, merchant, FIRST_HELPDESK)


def disconnect(scene: Scene, merchant: Merchant) -> None:
    helpdesks.disconnect(scene.world, merchant, FIRST_HELPDESK)


def furniture(scene: Scene) -> list[str]:
    with scene.inner.books.turn() as turn:
        calls = [str(row["name"]) for row in turn.all("desk_integration")]
        return sorted([*calls, *(str(row["context"]) for row in turn.all("desk_widget"))])


def made_once(scene: Scene, merchant: Merchant) -> None:
    """Hold when each call and each widget is there once, and our books know it."""
    there = furniture(scene)
    assert (len(there), len(set(there))) == (5, 5)
    (known,) = [each for each in connections_of(scene, merchant) if each.kind == FIRST_HELPDESK]
    assert (known.stage, len(known.parts or ())) == (Stage.LIVE, 7 + len(macros.TITLES))


def cleared_out(scene: Scene, merchant: Merchant) -> None:
    assert furniture(scene) == []
    assert FIRST_HELPDESK not in {each.kind for each in connections_of(scene, merchant)}


def connections_of(scene: Scene, merchant: Merchant) -> list[Setup]:
    with reading(scene.world.sessions) as session:
        return setups.listed(session, shop_id=merchant.id)


def nobody_holds_it(scene: Scene, _merchant: Merchant) -> None:
    """Let so much time pass that whoever died in the middle has lost hold of it."""
    scene.later(int(LEASE.total_seconds()))


FLOWS = MappingProxyType(
    {
        "intake": Flow(prepare=letters_on_their_way, act=posted, happened=given_for_letters),
        "sweep": Flow(
            prepare=webhook_was_lost,
            happened=given_once,
            sweeps=True,
            besides=("deliveries ", "decisions "),  # whoever looks again sees what our own deed has changed
        ),
        "token": Flow(prepare=token_is_over, act=paid, happened=given_with_a_fresh_token),
        "install": Flow(
            prepare=at_the_door, act=open_app, happened=at_home, policy=POLICY, unknown=True, besides=("chores ",)
        ),
        "import": Flow(prepare=at_the_door, happened=at_home, policy=POLICY, unread=True, besides=("chores ",)),
        "uninstall": Flow(prepare=taken_out, act=news_of_leaving, happened=gone, policy=POLICY),
        "reinstall": Flow(
            prepare=taken_out_and_back, act=open_app, happened=at_home, policy=POLICY, besides=("chores ",)
        ),
        "data-request": Flow(
            prepare=somebody_to_forget, act=asks("customers/data_request", orders_requested=[]), happened=copied
        ),
        "redact": Flow(
            prepare=somebody_to_forget, act=asks("customers/redact", orders_to_redact=[]), happened=forgotten
        ),
        "helpdesk-installed": Flow(
            prepare=at_its_own_helpdesk, act=set_up, later=nobody_holds_it, happened=made_once, policy=POLICY
        ),
        "helpdesk-left": Flow(
            prepare=furnished, act=disconnect, later=nobody_holds_it, happened=cleared_out, policy=POLICY
        ),
        "shop-redact": Flow(prepare=left_for_good, act=shop_is_to_be_forgotten, happened=shop_forgotten),
    }
)
