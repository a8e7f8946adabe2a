"""What a shop gives: kept once a size, counted down by what is asked for, and known to whom it was given."""

from dataclasses import replace

from app.domain.catalogue import Entry
from app.domain.effects import State
from app.domain.gifts import Flag, GiftKind
from app.store import catalogue
from app.store.base import Sessions, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Effect
from tests.builders import DAY, HOUR, NOON, paid, present, usd
from tests.store.ledger_steps import Steps

HOODIE = Entry(
    id=0,
    vendor="by_hand",
    sku="hoodie",
    kind=GiftKind.PARCEL,
    title="Hoodie",
    cost=usd(30_00),
    photo="https://x.example/hoodie.jpg",
    flags=frozenset({Flag.BATTERY, Flag.CATS}),
    countries=frozenset({"US", "CA"}),
    size="L",
    stock=2,
    sympathy=True,
    active=True,
)


def kept(sessions: Sessions, shop: Merchant, entry: Entry = HOODIE) -> int:
    with unit_of_work(sessions) as session:
        number = catalogue.add(session, entry, shop_id=shop.id, currency="USD", now=NOON)
    assert number is not None
    return number


def shelf(sessions: Sessions, shop: Merchant) -> list[Entry]:
    with unit_of_work(sessions) as session:
        return catalogue.listed(session, shop_id=shop.id)


def test_given_a_gift_when_kept_then_it_is_there_as_it_was_said_once_a_size(sessions: Sessions, shop: Merchant) -> None:
    bare = replace(HOODIE, cost=None, photo="", flags=frozenset(), countries=None, size="M", stock=None, active=False)
    large, medium = kept(sessions, shop), kept(sessions, shop, bare)

    assert shelf(sessions, shop) == [replace(HOODIE, id=large), replace(bare, id=medium)]
    with unit_of_work(sessions) as session:
        assert catalogue.add(session, HOODIE, shop_id=shop.id, currency="USD", now=NOON) is None


def test_given_a_gift_when_changed_then_all_but_what_it_is_may_be_another(sessions: Sessions, shop: Merchant) -> None:
    number = kept(sessions, shop)
    with unit_of_work(sessions) as session:
        new = replace(HOODIE, id=number, title="Warm hoodie", sku="other", size="XS", cost=usd(31_00), active=False)
        assert catalogue.change(session, new, shop_id=shop.id, currency="USD", now=NOON)
        assert not catalogue.change(session, replace(new, id=number + 1), shop_id=shop.id, currency="USD", now=NOON)

    assert shelf(sessions, shop) == [replace(new, sku="hoodie", size="L")]


def test_given_what_was_asked_for_since_it_was_counted_when_looked_at_then_so_many_less_are_left(
    sessions: Sessions, shop: Merchant
) -> None:
    number, steps = kept(sessions, shop), Steps(sessions, shop.id)
    for confirm in ("1", "2", "3"):
        steps.plan(paid(present(gift_id=number, confirm=confirm)))
    steps.plan(paid(present(gift_id=number + 1, confirm="4")))
    with unit_of_work(sessions) as session:
        rows = session.query(Effect).order_by(Effect.id).all()
        rows[0].created_at = NOON - HOUR  # before it was counted
        rows[1].created_at, rows[1].state = NOON + HOUR, State.WITHDRAWN
        rows[2].created_at = NOON + HOUR

    assert [entry.stock for entry in shelf(sessions, shop)] == [1]

    with unit_of_work(sessions) as session:
        recounted = replace(HOODIE, id=number, stock=5)
        assert catalogue.change(session, recounted, shop_id=shop.id, currency="USD", now=NOON + DAY)
    assert [entry.stock for entry in shelf(sessions, shop)] == [5]


def test_given_what_somebody_was_given_when_asked_then_what_came_to_nothing_is_not_among_it(
    sessions: Sessions, shop: Merchant
) -> None:
    steps = Steps(sessions, shop.id)
    for gift in (7, 8, None):
        steps.plan(paid(present(gift_id=gift, confirm=f"{gift}")))
    with unit_of_work(sessions) as session:
        session.query(Effect).filter(Effect.key.contains("8")).one().state = State.REFUSED

        assert catalogue.given(session, shop_id=shop.id, customer_id=55) == {7}
        assert catalogue.given(session, shop_id=shop.id, customer_id=56) == frozenset()
        assert catalogue.given(session, shop_id=shop.id, customer_id=None) == frozenset()
