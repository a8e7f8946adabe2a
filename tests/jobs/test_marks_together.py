"""Marks that are due together: what their customers' standing is by now is read once for all of them."""

from dataclasses import dataclass, field, replace
from typing import cast

from sqlalchemy import Engine, select

from app.domain.effects import State
from app.domain.ports import Receipt, Shop
from app.store.base import unit_of_work
from app.store.shops import Merchant
from app.store.tables import Customer, Effect
from jobs.hands import Hands
from jobs.perform import Shift
from jobs.runtime import Outside, World
from tests.builders import planned, tag
from tests.jobs.test_together import counted
from tests.store.bookkeeping import plan

SEVERAL = range(1, 9)
LAPSED = 3


@dataclass(slots=True)
class Tagged:
    """A store that only takes tags."""

    customers: set[int] = field(default_factory=set)

    def tag_customer(self, customer_id: int, **_tag: object) -> Receipt:
        self.customers.add(customer_id)
        return Receipt(reference=f"tag-{customer_id}")


def test_given_several_marks_when_performed_then_their_customers_are_looked_at_once_and_who_lapsed_is_left_alone(
    world: World, shop: Merchant, engine: Engine
) -> None:
    with unit_of_work(world.sessions) as session:
        for number in SEVERAL:
            session.add(Customer(shop_id=shop.id, customer_id=number, net_minor=1, orders=1, special=number != LAPSED))
            plan(session, shop, planned(tag(customer_id=number)))
    store = Tagged()
    shown = cast("Shop", store)
    outside = Outside(shop=shown, shop_at_once=shown)

    with counted(engine) as statements, Shift(world=replace(world, hands=Hands(len(SEVERAL)))) as shift:
        shift.go_on(shop, outside)

    assert len([each for each in statements if each.startswith("SELECT customers.")]) == 1
    assert store.customers == set(SEVERAL) - {LAPSED}
    with unit_of_work(world.sessions) as session:
        states = dict(session.execute(select(Effect.customer_id, Effect.state)).all())
    assert states == {number: State.WITHDRAWN if number == LAPSED else State.DONE for number in SEVERAL}
