"""What the doctor asks the database."""

from sqlalchemy import Engine

from app.store import checkup, connections, migrate, shops, tables
from app.store.base import Sessions, reading, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from tests.builders import DAY, HOUR, MINUTE, NOON

OTHER_SEAL = Seal(keys=(bytes(32),))


def test_given_a_database_when_asked_then_its_time_has_a_zone_and_its_address_no_password(
    sessions: Sessions, engine: Engine
) -> None:
    with reading(sessions) as session:
        assert checkup.time(session).tzinfo is not None
        assert checkup.address(session) == engine.url.render_as_string(hide_password=True)


def test_given_a_migrated_database_when_asked_then_it_is_at_the_newest(database_url: str) -> None:
    current, newest = migrate.where(database_url)

    assert current == newest


def test_given_keys_when_asked_then_what_they_do_not_open_is_named_and_not_shown(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        connections.connect(session, shop_id=shop.id, kind="gorgias", account="a", user="u", key="secret", seal=seal)
    with reading(sessions) as session:
        assert checkup.unsealable(session, seal) == (2, [])
        assert checkup.unsealable(session, OTHER_SEAL) == (2, [shop.domain, f"gorgias of shop {shop.id}"])


def test_given_due_work_when_asked_then_the_oldest_is_told_unless_the_shop_is_paused(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number, age in enumerate((MINUTE, HOUR)):
            session.add(
                tables.Delivery(
                    shop_id=shop.id,
                    source="shopify",
                    sender=shop.domain,
                    topic="orders/paid",
                    delivery_key=str(number),
                    body=b"{}",
                    received_at=NOON - age,
                    next_try_at=NOON - age,
                )
            )
    with reading(sessions) as session:
        found = checkup.waiting(session, now=NOON)
    assert (found.letters, found.deeds, found.oldest) == (2, 0, NOON - HOUR)

    with unit_of_work(sessions) as session:
        shops.pause(session, shop_id=shop.id, paused=True)
    with reading(sessions) as session:
        assert checkup.waiting(session, now=NOON).oldest is None


def test_given_orders_when_asked_for_one_of_before_then_the_youngest_of_those_is_found(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number, age in enumerate((10, 70, 90), start=1):
            session.add(
                tables.Order(
                    shop_id=shop.id,
                    order_id=number,
                    customer_id=None,
                    name=f"#{number}",
                    processed_at=NOON - age * DAY,
                    updated_at=NOON,
                    net_minor=1,
                    counted=True,
                )
            )
    with reading(sessions) as session:
        assert checkup.older_order(session, shop_id=shop.id, older_than=NOON - 60 * DAY) == 2
        assert checkup.older_order(session, shop_id=shop.id, older_than=NOON - 100 * DAY) is None
