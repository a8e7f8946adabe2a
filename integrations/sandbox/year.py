"""A year in the life of the practice shop, the same for the same seed: who bought what, and what became of it.

Some people are put there on purpose, so that stories can be told with them: the cast, GET /town/cast.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store.catalogue import stock_up
from integrations.sandbox.store.giving_back import give_back, give_everything_back
from integrations.sandbox.store.order_book import Item, Purchase, compose
from integrations.sandbox.store.people import newcomer
from integrations.sandbox.store.visits import Shopper, Visit, visit
from integrations.sandbox.store.wire import iso, money

_DAYS = 365
CUSTOMERS = 3_000
_GUESTS_PER_CUSTOMER = 0.18
REGULARS = 24  # customers whose next order is the fourth
_ALMOST, _BEREAVED = 4, 4  # how many play these parts
_BELOW_THE_AVERAGE = 30_00
_BOX, _BOOTS = 0, 2  # places in the catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What every scene of the year needs."""

    turn: Turn
    shop: Doc
    now: datetime
    rng: Random
    variants: list[Doc]

    def ago(self, days: float) -> datetime:
        """Return the moment so many days ago."""
        return self.now - timedelta(days=days)

    def person(self, days: float, *purchases: tuple[float, Item]) -> tuple[Doc, list[Visit]]:
        """Return somebody who has been known for so many days, and their purchases, each so many days ago."""
        customer = newcomer(self.turn, self.rng, self.shop, self.ago(days))
        bought = [Visit(at=self.ago(each), items=(item,), customer=customer) for each, item in purchases]
        return customer, bought

    def item(self, place: int, price: int | None = None) -> Item:
        """Return one piece from the catalogue."""
        return Item(variant=self.variants[place], price=price)


def write_year(
    turn: Turn, shop: Doc, now: datetime, seed: int, *, customers: int = CUSTOMERS, regulars: int = REGULARS
) -> None:
    """Fill the books of a shop with a year that ends now, in which so many customers came, and the cast besides."""
    rng = Random(seed)  # noqa: S311 - the same year again for the same seed, not a secret
    stage = Stage(turn=turn, shop=shop, now=now, rng=rng, variants=stock_up(turn, shop))
    visits = _crowd(stage, customers)
    cast = _play(stage, visits, regulars)
    orders = [_enter(stage, each) for each in sorted(visits, key=lambda each: each.at)]
    cast["guest_order"] = next(each["id"] for each in reversed(orders) if each["customer_id"] is None)
    cast["bereaved_order"] = next(
        each["id"] for each in reversed(orders) if each["customer_id"] == cast["bereaved_customer"]
    )
    turn.put("switches", "cast", cast)


def _crowd(stage: Stage, customers: int) -> list[Visit]:
    rng, visits = stage.rng, []
    for _ in range(customers):
        first = stage.ago(rng.uniform(0.1, _DAYS))
        customer = newcomer(stage.turn, rng, stage.shop, first)
        mine = Shopper.some(rng).visits(rng, stage.variants, first=first, now=stage.now)
        visits += [replace(each, customer=customer) for each in mine]
    guests = round(customers * _GUESTS_PER_CUSTOMER)
    visits += [visit(rng, stage.variants, at=stage.ago(rng.uniform(0.1, _DAYS))) for _ in range(guests)]
    return visits


def _play(stage: Stage, visits: list[Visit], regulars: int) -> dict[str, object]:
    """Add the visits of the cast, and return who plays which part."""
    box = stage.item(_BOX)
    fourths = [stage.person(95, (92, box), (55, box), (20 + each, box)) for each in _days(regulars)]
    bereaved = [stage.person(140, (120, box), (9, stage.item(_BOOTS))) for _ in range(_BEREAVED)]
    fresh, first_box = stage.person(6, (5.5, box))
    for _, bought in [*fourths, *bereaved]:
        visits += bought
    visits += first_box
    average = _average(visits)
    part = stage.item(_BOX, (average - _BELOW_THE_AVERAGE) // 5)
    five = [(days, part) for days in (190, 150, 100, 50, 15)]
    almost = [stage.person(200, *five) for _ in range(_ALMOST)]
    for _, bought in almost:
        visits += bought
    best, lapsed = _best(stage, visits)
    return {
        "fourth_order_customer": fourths[0][0]["id"],
        "fourth_order_customers": [customer["id"] for customer, _ in fourths],
        "almost_average_customer": almost[0][0]["id"],
        "almost_average_customers": [customer["id"] for customer, _ in almost],
        "average_spend": money(average, stage.shop["currency"]),
        "bereaved_customer": bereaved[0][0]["id"],
        "bereaved_customers": [customer["id"] for customer, _ in bereaved],
        "newcomer_customer": fresh["id"],
        "best_customer": best,
        "lapsed_customer": lapsed,
    }


def _days(people: int) -> list[float]:
    """Return when each of them came last, in days before today: none so long ago that they lapsed."""
    return [each / people * 7 for each in range(people)]


def _average(visits: list[Visit]) -> int:
    """Return what a customer who has a counted order has brought on average, in minor units."""
    brought = _brought(visits)
    return sum(brought.values()) // len(brought)


def _brought(visits: list[Visit]) -> dict[int, int]:
    brought: dict[int, int] = defaultdict(int)
    for each in visits:
        if each.customer is not None and each.counted is not None:
            brought[each.customer["id"]] += each.counted
    return dict(brought)


def _best(stage: Stage, visits: list[Visit]) -> tuple[int, int]:
    """Return the best customer of the last month, and the best of those who have not come for half a year."""
    last = {each.customer["id"]: each.at for each in sorted(visits, key=lambda v: v.at) if each.customer}
    ranked = sorted(_brought(visits).items(), key=lambda pair: -pair[1])
    active = next(key for key, _ in ranked if last[key] > stage.ago(30))
    lapsed = next(key for key, _ in ranked if last[key] < stage.ago(180))
    return active, lapsed


def _enter(stage: Stage, bought: Visit) -> Doc:
    purchase = Purchase(
        shop=stage.shop, at=bought.at, items=bought.items, customer=bought.customer, test=bought.end == "test"
    )
    order = compose(stage.turn, purchase)
    if bought.end == "cancelled":
        _cancel(stage, order, bought.at)
    else:
        _deliver(stage, order, bought)
    stage.turn.put("orders", order["id"], order)
    return order


def _cancel(stage: Stage, order: Doc, at: datetime) -> None:
    then = iso(min(at + timedelta(hours=3), stage.now))
    give_everything_back(stage.turn, order, then)
    order |= {"cancelled_at": then, "updated_at": then}
    order["fulfillment_orders"][0]["status"] = "CANCELLED"


def _deliver(stage: Stage, order: Doc, bought: Visit) -> None:
    """Let the parcel be where one of its age would be, and the money that was given back be given back."""
    age = stage.now - bought.at
    parcel = order["fulfillment_orders"][0]
    if age > timedelta(days=4):
        parcel |= {"status": "CLOSED", "request_status": "ACCEPTED"}
        order["sent_at"] = iso(bought.at + timedelta(days=2))
        order["updated_at"] = iso(bought.at + timedelta(days=3))
        order["carrier"] = {"status": "DELIVERED", "at": order["updated_at"]}
        for line in order["lines"]:
            line["fulfilled"] = line["quantity"]
    elif age > timedelta(days=2):
        parcel |= {"status": "IN_PROGRESS", "request_status": "ACCEPTED"}
    if bought.returned:
        order["updated_at"] = iso(min(bought.at + timedelta(days=6), stage.now))
        give_back(stage.turn, order, bought.returned, order["updated_at"])
