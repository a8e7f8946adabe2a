"""What buyers, staff, agents and merchants do on the day of the storm.

They act in an order that the seed picks, each in their own turn: nobody cancels before they have ordered.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from app.domain.policy import Policy, WhenLeft
from integrations.sandbox.store.catalogue import PRODUCTS
from integrations.sandbox.town import PRACTICE_SHOP
from jobs.practice import POLICY
from tests.torture.chaos.day import GIFTS, OTHER_SHOP, Day

REGULARS = 8  # customers of the other shop with three orders each, for its past
NO_LIMIT = 1_000_000_00

Step = Callable[[], None]


def prepare(day: Day, *, team_minor: int = NO_LIMIT) -> list[int]:
    """Let the merchants decide as this day needs it, and give the other shop a past; return its regulars."""
    mine = replace(policy(POLICY.nth_order_gift.variants), team_monthly_minor=team_minor)
    day.ledger.set_policy(PRACTICE_SHOP, mine, day.now())
    day.stack.post(f"/town/shops/{OTHER_SHOP}", {"token": ""})
    regulars = [int(day.stack.post("/town/customers", {"shop": OTHER_SHOP})["id"]) for _ in range(REGULARS)]
    placed = [day.buy(each, shop=OTHER_SHOP, announce="lose") for each in regulars for _ in range(3)]
    first = day.stack.get(f"/town/orders/{placed[0]}")["lines"][0]["variant_id"]
    gifts = [first + at for at, product in enumerate(PRODUCTS) if product.sku.startswith("GIFT-")]
    day.ledger.set_policy(OTHER_SHOP, policy(gifts), day.now())
    # The past is over before anybody reads it: what is younger is swept up, and may be known too late.
    day.advance(60 + abs(day.skew))
    return regulars


def morning(day: Day, visitors: list[int], regulars: list[int]) -> list[list[Step]]:
    """Return what people do before everything is killed at once: visitors are of the other shop."""
    cast = day.stack.get("/town/cast")
    boots, almost = cast["bereaved_customers"], cast["almost_average_customers"]
    visit = (partial(order, day, each, shop=OTHER_SHOP, due=False) for each in visitors[:3])
    return [
        *fourths(day, regulars[:11]),
        refunds(day, boots[0], {"amount": "10.00"}, {"amount": "10.00"}, {"amount": "7.50", "store_credit": "yes"}),
        refunds(day, boots[1], {"items": "BOOTS-WINTER x 1"}),
        slow_bank(day, almost[0]),
        [partial(guest, day), partial(guest_refunded_by_staff, day)],
        [day.open_other, *visit, day.leave_other],
        [partial(day.expire, PRACTICE_SHOP)],
        [partial(retag, day, almost[1])],
        [partial(day.send, almost[3], vendor) for vendor in GIFTS],
    ]


def afternoon(day: Day, visitors: list[int], regulars: list[int]) -> list[list[Step]]:
    """Return what people do after everything was started again, with another secret."""
    cast = day.stack.get("/town/cast")
    boots, almost = cast["bereaved_customers"], cast["almost_average_customers"]
    return [
        *fourths(day, regulars[11:22]),
        refunds(day, boots[2], {"amount": "64.00", "compassion": "yes"}),
        refunds(day, boots[3], {"amount": "5.00"}, {"amount": "6.00"}, {"amount": "7.00", "store_credit": "yes"}),
        slow_bank(day, almost[1]),
        slow_bank(day, almost[2]),
        [partial(guest, day), partial(guest_refunded_by_staff, day)],
        [day.reopen_other, *(partial(order, day, each, shop=OTHER_SHOP) for each in visitors[3:])],
        [partial(day.expire, PRACTICE_SHOP), partial(day.expire, OTHER_SHOP)],
        [lambda: day.stack.post("/town/envelope", {"signed_with": "newest"})],
        [partial(retag, day, almost[0])],
        [partial(day.send, cast["newcomer_customer"], vendor) for vendor in GIFTS],
    ]


def play(day: Day, people: list[list[Step]]) -> None:
    """Let everybody act, now this one, now that one; half-way through, an hour passes."""
    total = sum(map(len, people))
    for done in range(total):
        if done == total // 2:
            day.an_hour_passes()
        day.rng.choice([steps for steps in people if steps]).pop(0)()
        time.sleep(day.rng.uniform(0.0, 0.3))


def fourths(day: Day, customers: list[int]) -> list[list[Step]]:
    """Return what eleven customers do whose next order is the fourth."""
    people: list[list[Step]] = [[partial(order, day, customer)] for customer in customers[:4]]
    people += [[partial(order_packed_at_once, day, customer)] for customer in customers[4:6]]
    people += [thought_better(day, customer) for customer in customers[6:8]]
    return [*people, merged(day, customers[8], customers[9]), refunded_whole(day, customers[10])]


def order(day: Day, customer: int, *, shop: str = PRACTICE_SHOP, due: bool = True) -> None:
    """Order, and expect a gift where one is due."""
    placed = day.buy(customer, shop=shop)
    if due:
        day.gifted.add(placed)


def order_packed_at_once(day: Day, customer: int) -> None:
    """Order, and have the warehouse take the parcel at once: the gift is on board, or travels by itself."""
    placed = day.buy(customer, announce="lose")
    day.stack.post(f"/town/orders/{placed}/fulfil", {"step": "take"})
    day.gifted.add(placed)


def thought_better(day: Day, customer: int) -> list[Step]:
    """Order, and cancel a while later: nothing may be left of the gift."""
    placed: list[int] = []
    return [
        lambda: placed.append(day.buy(customer)),
        lambda: time.sleep(day.rng.uniform(0.0, 1.0)),
        lambda: day.stack.post(f"/town/orders/{placed[0]}/cancel"),
    ]


def merged(day: Day, gone: int, kept: int) -> list[Step]:
    """Order under two names, which staff then merge, and once more."""
    return [
        partial(order, day, gone, due=False),
        partial(order, day, kept, due=False),
        lambda: day.stack.post(f"/town/customers/{gone}/merge", {"into": kept}),
        partial(order, day, kept, due=False),
    ]


def refunded_whole(day: Day, customer: int) -> list[Step]:
    """Order, and get all the money back from an agent: the gift comes off again."""
    placed: list[int] = []
    return [
        lambda: placed.append(day.buy(customer)),
        lambda: day.know(placed[0]),
        lambda: day.press(day.ticket(customer), placed[0], amount="45.00"),
    ]


def refunds(day: Day, customer: int, *forms: dict[str, str]) -> list[Step]:
    """Have an agent give something of the latest order back, a form at a time, from one ticket."""
    latest = int(day.stack.get(f"/town/customers/{customer}")["orders"][-1]["id"])
    ticket: list[int] = []
    presses = [
        partial(_press_on, day, ticket, latest, repeated=form in forms[:at], form=form) for at, form in enumerate(forms)
    ]
    return [lambda: ticket.append(day.ticket(customer)), *presses]


def slow_bank(day: Day, customer: int) -> list[Step]:
    """Order something whose refund takes the bank a while, and have an agent give a part of it back."""
    placed: list[int] = []
    return [
        lambda: placed.append(day.buy(customer, amount="80.00", shipping="5.00", refunds_pend=True)),
        lambda: day.know(placed[0]),
        lambda: day.press(day.ticket(customer), placed[0], amount="12.00"),
        lambda: day.slow.append(placed[0]),
    ]


def guest(day: Day) -> None:
    """Order without an account."""
    day.buy(None)


def guest_refunded_by_staff(day: Day) -> None:
    """Order without an account, and get the money back without us."""
    day.stack.post(f"/town/orders/{day.buy(None)}/refund")


def retag(day: Day, customer: int) -> None:
    """Put tags on a customer that are none of ours, and take one off."""
    day.stack.post(f"/town/customers/{customer}/tags", {"add": ["vip", "newsletter"]})
    day.stack.post(f"/town/customers/{customer}/tags", {"remove": ["vip"]})


def policy(gifts: Iterable[int]) -> Policy:
    """Return what the merchants of the day have decided: everything may happen, as often as people ask."""
    team = replace(
        POLICY.team,
        refund_limit_minor=NO_LIMIT,
        refund_order_minor=NO_LIMIT,
        refund_customer_minor=NO_LIMIT,
        refunds_per_day_minor=NO_LIMIT,
        refunds_per_day=NO_LIMIT,
        keep_refunds_per_year=NO_LIMIT,
    )
    gift = replace(POLICY.nth_order_gift, variants=tuple(gifts), per_day=NO_LIMIT, when_left=WhenLeft.OWN_PARCEL)
    return replace(
        POLICY,
        nth_order_gift=gift,
        team=team,
        team_monthly_minor=NO_LIMIT,
        gifts_monthly_minor=NO_LIMIT,
        gifts_share=None,
    )


def _press_on(day: Day, ticket: list[int], order_id: int, *, repeated: bool, form: dict[str, str]) -> None:
    day.press(ticket[0], order_id, repeated=repeated, **form)
