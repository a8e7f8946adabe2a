"""Forgotten people: recognised without being known, and in no payload."""

from dataclasses import fields
from typing import get_args

import pytest
from sqlalchemy import Engine, event

from app.domain import effects
from app.domain.history import Batch, PastCustomer, PastOrder
from app.domain.people import Person
from app.store import erasing, orders, veil
from app.store.base import Base, Sessions, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from app.store.tables import Customer, Order, Shop
from app.store.veil import alias_of
from tests.builders import NOON, order, usd
from tests.store.test_tenancy import moved_in, rows_of

ADA = Person(ids=frozenset({55}), words=frozenset({"ada@example.com"}))
# What may stay in the payload of a deed for somebody who was forgotten: it tells of the shop, its goods and its staff.
SAYS_NOTHING = {
    *("kind", "order_id", "order_name", "customer_id", "variant_id", "title", "rule", "product", "agent_name"),
    *("tag", "present", "special", "occasion", "amount", "pieces", "shipping", "way", "credit_until", "route"),
    *("draft", "quiet", "until"),
    *("what", "vendor", "sku", "gift_id", "day", "sympathy"),
}
# Where a column of this name stands, `erasing` knows what to do with it.
FORGOTTEN_IN = {"orders", "customers", "attentions", "care", "contacts", "merged_customers", "effects", "snoozes"}
FORGOTTEN_IN |= {"birthdays", "campaign_people", "trial_members"}


def test_given_every_deed_when_its_payload_is_looked_at_then_each_field_stays_or_is_forgotten_knowingly() -> None:
    known = SAYS_NOTHING | erasing.WORDS
    unknown = {f"{deed.__name__}.{field.name}" for deed in get_args(effects.Effect) for field in fields(deed)} - {
        f"{deed.__name__}.{name}" for deed in get_args(effects.Effect) for name in known
    }

    assert unknown == set()


def test_given_every_table_when_it_names_customers_then_forgetting_reaches_it() -> None:
    naming = {name for name, table in Base.metadata.tables.items() if "customer_id" in table.columns}

    assert naming == FORGOTTEN_IN


def test_given_one_key_when_aliases_are_made_then_they_are_below_zero_and_lead_to_nobody() -> None:
    aliases = [alias_of(b"key", number) for number in range(1, 1_000)]

    assert all(-(2**63) <= alias < 0 for alias in aliases)
    assert len(set(aliases)) == 999
    assert alias_of(b"key", 55) == alias_of(b"key", 55) != alias_of(b"other", 55)


def test_given_nobody_forgotten_when_an_order_comes_then_it_is_as_it_was(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        assert veil.drawn(session, shop_id=shop.id, seal=seal).over([order()]) == [order()]


def test_given_somebody_forgotten_when_an_order_of_theirs_comes_then_it_bears_the_same_alias_and_no_address(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    forget(sessions, shop, seal)

    with unit_of_work(sessions) as session:
        over = veil.drawn(session, shop_id=shop.id, seal=seal).over
        (hidden,) = over([order(mail_digest="d")])
        assert (hidden.customer_id or 0) < 0
        assert hidden.mail_digest is None
        assert over([order(customer_id=56)]) == [order(customer_id=56)]


def test_given_many_forgotten_people_when_one_is_asked_about_then_one_row_is_looked_up_and_no_more(
    sessions: Sessions, engine: Engine, shop: Merchant, seal: Seal
) -> None:
    forget(sessions, shop, seal)
    with unit_of_work(sessions) as session:
        veil.draw_over(session, shop_id=shop.id, aliases=range(-2_000, 0), now=NOON)
    asked: list[int] = []
    listener = lambda _c, _u, statement, given, *_: asked.append(len(given)) if "forgotten" in statement else None  # noqa: E731
    event.listen(engine, "before_cursor_execute", listener)

    with unit_of_work(sessions) as session:
        lies = veil.drawn(session, shop_id=shop.id, seal=seal)
        assert (lies.hides(55), lies.hides(56)) == (True, False)

    event.remove(engine, "before_cursor_execute", listener)
    assert asked == [2, 2]  # the shop, and the one alias


def test_given_a_batch_of_the_past_when_it_is_large_then_whoever_was_forgotten_is_found_in_all_of_it(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    forget(sessions, shop, seal)
    bought = [PastOrder(n, 55 if n % 600 == 599 else 1_000 + n, "#1", NOON, NOON, 1, True, None) for n in range(1_800)]
    batch = Batch(lines=1, orders=bought, customers=[PastCustomer(n, None, 0, 0) for n in (55, 56)])

    with unit_of_work(sessions) as session:
        shown = veil.drawn(session, shop_id=shop.id, seal=seal).over_past(batch)

    assert len([past for past in shown.orders if (past.customer_id or 0) < 0]) == 3
    assert ([customer.id for customer in shown.customers], shown.refused) == ([56], 1)


def test_given_orders_of_somebody_when_they_are_forgotten_then_sums_stay_under_an_alias(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        for number in (1, 2):
            orders.record(session, shop_id=shop.id, order=order(id=number, net=usd(20_00), mail_digest="d"))
        orders.record(session, shop_id=shop.id, order=order(id=3, customer_id=None, mail_digest="d"))

    forget(sessions, shop, seal)
    forget(sessions, shop, seal)  # as often as anybody asks

    with unit_of_work(sessions) as session:
        (person,) = session.query(Customer).all()
        rows = session.query(Order).all()
    assert person.customer_id < 0
    assert (person.orders, person.net_minor, person.special, person.mail_digest) == (3, 90_00, False, None)
    assert {row.customer_id for row in rows} == {person.customer_id}
    assert {row.mail_digest for row in rows} == {None}


def test_given_two_shops_when_the_one_that_left_is_forgotten_then_nothing_of_it_is_left_and_the_other_has_everything(
    sessions: Sessions, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        gone = moved_in(session, seal, "gone.myshopify.com", net=50_00).shop_id
        stays = moved_in(session, seal, "stays.myshopify.com", net=90_00).shop_id
    before = rows(sessions, stays)
    with unit_of_work(sessions) as session:
        assert not erasing.forget_shop(session, shop_id=gone, now=NOON)  # it is installed
        session.get_one(Shop, gone).uninstalled_at = NOON
        session.flush()
        assert erasing.forget_shop(session, shop_id=gone, now=NOON)

    left = {name for name, found in rows(sessions, gone).items() if found}
    assert left == {"privacy_requests"}
    assert rows(sessions, stays) == before


def rows(sessions: Sessions, shop_id: int) -> dict[str, list[tuple[object, ...]]]:
    with unit_of_work(sessions) as session:
        return rows_of(session, shop_id)


def test_given_two_shops_when_one_person_is_forgotten_in_both_then_their_aliases_differ(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        twin = Shop(domain="twin.myshopify.com", name="T", currency="USD", timezone="UTC", policy={}, installed_at=NOON)
        session.add(twin)
        session.flush()
        keys = {veil.key_of(session, shop_id=each, seal=seal) for each in (shop.id, twin.id)}

    assert len(keys) == 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"email": "ADA@example.com"}', True),
        ('{"id": 55}', True),
        ("gid://shopify/Customer/55", True),
        ('{"id": 155, "x": 551, "y": "a55"}', True),  # a letter does not make it another number: better one too many
        ('{"id": 155}', False),
        ("", False),
    ],
)
def test_given_a_text_when_asked_whether_it_names_somebody_then_numbers_stand_alone(text: str, named: bool) -> None:
    assert ADA.is_named_in(text) is named


def forget(sessions: Sessions, shop: Merchant, seal: Seal) -> None:
    with unit_of_work(sessions) as session:
        key = veil.key_of(session, shop_id=shop.id, seal=seal)
        assert erasing.forget_person(session, shop_id=shop.id, person=ADA, letters=(), key=key, now=NOON) == 0
