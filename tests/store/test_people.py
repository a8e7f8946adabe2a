"""Who is who: merged customers live on in the one kept, guests are found by address, the deleted are forgotten."""

from app.domain.effects import State
from app.domain.facts import Order
from app.domain.policy import Mode
from app.store import ledger, marks, orders, people, tables
from app.store.base import Session, Sessions, unit_of_work
from app.store.shops import Merchant
from tests.builders import DAY, MUG, NOON, gift_line, gift_parcel, order, paid, purse, tag, usd
from tests.store.bookkeeping import decide, plan
from tests.store.ledger_steps import Steps, into

ANN, BEN, EVE = 55, 56, 57
MAIL = "a" * 64


def test_given_two_customers_when_merged_then_orders_sums_and_marks_are_the_kept_ones(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number, customer in ((1, ANN), (2, BEN), (3, BEN)):
            orders.record(session, shop_id=shop.id, order=bought(number, customer))
        orders.set_special(session, shop_id=shop.id, customer_ids=[BEN], special=True, now=NOON)
        marks.shown(session, shop_id=shop.id, customer_ids=[BEN], marked=True, now=NOON)
        orders.rehome(session, shop_id=shop.id, kept=ANN, deleted=BEN, now=NOON)

        ann = orders.standing(session, shop_id=shop.id, customer_id=ANN, currency="USD")
        assert ann is not None
        assert (ann.net, ann.orders, ann.special, ann.marked, ann.changes) == (usd(150_00), 3, True, True, 1)
        assert (ann.first_order_at, ann.last_order_at) == (NOON - 3 * DAY, NOON - DAY)
        assert orders.standing(session, shop_id=shop.id, customer_id=BEN, currency="USD") is None
        assert orders.ordinal(session, shop_id=shop.id, order_id=1) == 3
        assert shop_sums(session, shop) == (1, 3, 150_00)


def test_given_a_merged_customer_when_a_late_order_names_them_then_it_is_the_kept_ones(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.rehome(session, shop_id=shop.id, kept=BEN, deleted=ANN, now=NOON)
        orders.rehome(session, shop_id=shop.id, kept=EVE, deleted=BEN, now=NOON)
        orders.record(session, shop_id=shop.id, order=bought(1, ANN))

        assert session.get_one(tables.Order, (shop.id, 1)).customer_id == EVE


def test_given_a_merge_when_told_again_or_backwards_then_nothing_changes(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=bought(1, ANN))
        for kept, deleted in ((BEN, ANN), (BEN, ANN), (ANN, BEN)):
            orders.rehome(session, shop_id=shop.id, kept=kept, deleted=deleted, now=NOON)

        assert session.get_one(tables.Order, (shop.id, 1)).customer_id == BEN
        assert shop_sums(session, shop) == (1, 1, 50_00)


def test_given_a_gift_waiting_for_each_of_two_when_merged_then_one_person_gets_one(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        first = gift(session, shop, order_id=1, customer_id=ANN)
        second = gift(session, shop, order_id=2, customer_id=BEN)
        orders.rehome(session, shop_id=shop.id, kept=ANN, deleted=BEN, now=NOON)

        kept, withdrawn = session.get_one(tables.Effect, first), session.get_one(tables.Effect, second)
        assert (kept.state, withdrawn.state, withdrawn.code) == (State.PLANNED, State.WITHDRAWN, "merged")
        assert session.query(tables.Pool).one().reserved_minor == 8_00


def test_given_a_gift_that_one_of_two_has_when_merged_then_the_same_is_not_given_to_them_again(steps: Steps) -> None:
    into(steps, "done", paid(gift_line(order_id=1, customer_id=BEN)))
    waiting = steps.planned(paid(gift_parcel(order_id=2, customer_id=ANN)))
    with unit_of_work(steps.sessions) as session:
        orders.rehome(session, shop_id=steps.shop_id, kept=ANN, deleted=BEN, now=NOON)

    assert (steps.state(waiting.id), steps.row(waiting.id).code) == (State.WITHDRAWN, "merged")
    assert steps.money() == (0, 12_00)


def test_given_a_parcel_that_is_out_when_its_customer_is_merged_then_it_can_be_undone_where_it_is_now(
    steps: Steps,
) -> None:
    given = into(steps, "done", paid(gift_parcel(customer_id=BEN)))
    with unit_of_work(steps.sessions) as session:
        orders.rehome(session, shop_id=steps.shop_id, kept=ANN, deleted=BEN, now=NOON)

    assert steps.row(given.id).payload["customer_id"] == ANN


def test_given_a_tag_on_its_way_to_a_merged_customer_when_sent_then_it_goes_to_the_one_kept(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        waiting = plan(session, shop, paid(tag(customer_id=BEN), minor=0))
        orders.rehome(session, shop_id=shop.id, kept=ANN, deleted=BEN, now=NOON)

        row = session.get_one(tables.Effect, waiting)
        assert (row.customer_id, row.payload["customer_id"]) == (ANN, ANN)


def test_given_a_guest_when_the_one_customer_with_that_address_is_known_then_the_order_is_theirs(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=bought(1, ANN, mail_digest=MAIL))
        orders.record(session, shop_id=shop.id, order=bought(2, None, mail_digest=MAIL))

        assert orders.ordinal(session, shop_id=shop.id, order_id=1) == 2
        assert shop_sums(session, shop) == (1, 2, 100_00)


def test_given_a_guest_when_their_customer_appears_later_then_the_order_becomes_theirs(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=bought(1, None, mail_digest=MAIL))
        orders.record(session, shop_id=shop.id, order=bought(2, None, mail_digest="b" * 64))
        assert shop_sums(session, shop) == (0, 0, 0)
        orders.record(session, shop_id=shop.id, order=bought(3, ANN, mail_digest=MAIL))

        assert shop_sums(session, shop) == (1, 2, 100_00)


def test_given_an_address_that_two_customers_share_when_a_guest_uses_it_then_nobody_is_guessed(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number, customer in ((1, ANN), (2, BEN), (3, None)):
            orders.record(session, shop_id=shop.id, order=bought(number, customer, mail_digest=MAIL))

        assert session.get_one(tables.Order, (shop.id, 3)).customer_id is None


def test_given_an_import_when_settled_then_guests_and_merged_customers_orders_are_home(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.rehome(session, shop_id=shop.id, kept=EVE, deleted=BEN, now=NOON)
        orders.record(session, shop_id=shop.id, order=bought(1, ANN, mail_digest=MAIL))
        raw = [
            bought(2, None, mail_digest=MAIL),
            bought(3, BEN),
            bought(4, None),
            bought(5, None, mail_digest="z" * 64),
        ]
        orders.write(session, shop_id=shop.id, orders=raw)
        people.settle(session, shop_id=shop.id)
        session.expire_all()

        owners = [session.get_one(tables.Order, (shop.id, number)).customer_id for number in range(1, 6)]
        assert owners == [ANN, ANN, EVE, None, None]


def test_given_a_deleted_customer_when_forgotten_then_their_orders_stay_without_a_person(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=bought(1, ANN, mail_digest=MAIL))
        orders.orphan(session, shop_id=shop.id, customer_id=ANN)
        orders.orphan(session, shop_id=shop.id, customer_id=ANN)

        row = session.get_one(tables.Order, (shop.id, 1))
        assert (row.customer_id, row.mail_digest) == (None, None)
        assert orders.standing(session, shop_id=shop.id, customer_id=ANN, currency="USD") is None
        assert shop_sums(session, shop) == (0, 0, 0)


def bought(number: int, customer: int | None, mail_digest: str | None = None) -> Order:
    return order(id=number, customer_id=customer, mail_digest=mail_digest, processed_at=NOON - number * DAY)


def gift(session: Session, shop: Merchant, *, order_id: int, customer_id: int) -> int:
    """Plan a mug with that order; return the deed's id."""
    deed = ledger.plan(
        session,
        shop_id=shop.id,
        decision_id=decide(session, shop, subject=f"order:{order_id}"),
        rule="nth_order_gift",
        because="Kind.",
        plan=paid(gift_line(order_id=order_id, customer_id=customer_id, variant_id=MUG), minor=8_00),
        mode=Mode.AUTO,
        purse=purse(),
        now=NOON,
    )
    assert deed is not None
    return deed.id


def shop_sums(session: Session, shop: Merchant) -> tuple[int, int, int]:
    row = session.get_one(tables.Totals, shop.id, populate_existing=True)
    return row.customers, row.orders, row.net_minor
