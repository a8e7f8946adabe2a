"""The operator reads the trail, proves it whole, and hears when it is not; in whose name people move things."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from app.domain.findings import Verdict
from app.store import trail as rows
from app.store.base import unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from app.store.watch_tables import Trail
from jobs import desk, trail
from jobs.runtime import World
from tests.builders import paid, refund
from tests.jobs.conftest import Practice
from tests.store.ledger_steps import Steps

Screen = pytest.CaptureFixture[str]


@pytest.fixture
def steps(world: World, shop: Merchant) -> Steps:
    return Steps(world.sessions, shop.id)


@pytest.fixture
def database() -> str:
    return "sqlite"


def slip_one_in(world: World) -> None:
    with unit_of_work(world.sessions) as session:
        session.execute(
            text(
                "INSERT INTO trail (shop_id, what, who, why, effect_id)"
                " SELECT shop_id, 'done', 'house', '', effect_id FROM trail WHERE effect_id IS NOT NULL"
            )
        )


def test_given_a_trail_when_printed_then_it_says_when_what_how_much_and_by_whom(
    world: World, shop: Merchant, steps: Steps, capsys: Screen
) -> None:
    deed = steps.planned()
    trail.seal(world)
    capsys.readouterr()
    trail.show(world, shop, last=1)

    words = capsys.readouterr().out.split("  ")
    assert words[1:] == [
        shop.domain,
        "planned",
        f"deed {deed.id}",
        "refund_keep",
        "$12.00",
        "decided",
        "by house",
        "sealed at 2\n",
    ]


def test_given_shops_when_sealed_then_every_row_has_its_seal_and_verifying_says_so(
    world: World, shop: Merchant, steps: Steps
) -> None:
    steps.planned()
    trail.seal(world)

    with unit_of_work(world.sessions) as session:
        assert session.scalars(select(Trail).where(Trail.place.is_(None))).all() == []
    assert trail.finding(world).verdict is Verdict.FINE


def test_given_a_trail_that_was_tampered_with_when_the_doctor_looks_then_it_names_shop_and_row(
    world: World, shop: Merchant, steps: Steps
) -> None:
    steps.planned()
    slip_one_in(world)
    trail.seal(world)

    found = trail.finding(world)
    assert found.verdict is Verdict.BAD
    assert shop.domain in found.words
    assert "the trail says done, the ledger planned" in found.words


def test_given_a_key_that_is_gone_when_sealed_and_verified_then_it_is_said_and_the_others_are_sealed(
    world: World, shop: Merchant, steps: Steps
) -> None:
    steps.planned()
    trail.seal(world)
    steps.planned(paid(refund(order_id=7)))
    stranger = replace(world, seal=Seal(keys=(b"n" * 32,)))

    trail.seal(stranger)

    assert "no key at hand opens" in trail.finding(stranger).words


def test_given_a_press_on_the_merchants_page_when_told_then_it_is_in_their_name(
    world: World, shop: Merchant, steps: Steps
) -> None:
    desk.pause(world.signed("staff:42"), shop, paused=True)

    with unit_of_work(world.sessions) as session:
        (last,) = rows.newest(session, shop_id=shop.id, limit=1)
    assert (last.what, last.who) == ("stopped", "staff:42")


def test_given_an_agents_press_when_told_then_a_digest_stands_for_them_and_no_row_names_anybody(
    inside: Practice,
) -> None:
    customer = inside.call("/town/cast")["bereaved_customer"]
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"]
    inside.press(ticket, "refund_keep")
    inside.drain()

    with unit_of_work(inside.world.sessions) as session:
        told = rows.newest(session, shop_id=inside.shop_id, limit=100)
    (pressed,) = [row.who for row in told if row.rule == "refund_keep" and row.what == "planned" and row.amount_minor]
    assert pressed.startswith("agent:")
    everything = " ".join(f"{row.who} {row.why} {row.reference}" for row in told).lower()
    assert "lea" not in everything
