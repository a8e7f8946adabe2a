"""How each connection is, and what to do; and what went wrong lately, each with its one step."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from app.domain.gifts import Health, Mode
from app.domain.helpdesk_setup import Ail
from app.store import connections, doors, endings, vendor_accounts
from app.store.base import unit_of_work
from app.store.connection_tables import Connection
from tests.builders import DAY, HOUR, NOON, gift_line, paid, planned, refund, usd
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def connect(desk: Desk, kind: str) -> None:
    with unit_of_work(desk.world.sessions) as session:
        connections.connect(
            session, shop_id=desk.merchant.id, kind=kind, account="a", user="u", key="k", seal=desk.world.seal
        )


def told(desk: Desk, name: str) -> str:
    """Return what stands on the page of one connection."""
    for article in re.findall(r"<article.*?</article>", desk.open("/connections"), re.DOTALL):
        if f"<bdi>{name}</bdi>" in article:
            return " ".join(unescape(re.sub(r"<[^>]+>", " ", article)).split())
    raise AssertionError(name)


def test_given_nothing_connected_when_opened_then_each_part_says_how_to_begin(desk: Desk) -> None:
    page = desk.open("/connections")

    assert re.findall(r'<a class="button" href="([^"]+)"', page) == [
        *("/helpdesks", "/vendors", "/team", "/settings#listener")
    ]
    assert "All that is connected works." in page


def test_given_a_store_when_opened_then_it_says_when_it_was_heard_of_and_that_silence_is_looked_after(
    desk: Desk,
) -> None:
    assert "Nothing was heard for two days." in told(desk, desk.merchant.domain)

    desk.misunderstand("odd")

    assert "works Last heard of 07:00" in told(desk, desk.merchant.domain)


def test_given_a_shut_store_when_opened_then_it_says_that_nobody_is_let_in(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        doors.shut(session, shop_id=desk.merchant.id, until=NOON + HOUR, because="It is frozen.")

    assert "lets nobody in" in told(desk, desk.merchant.domain)


AILING: dict[str, tuple[dict[str, Any], str]] = {
    "works": ({}, "works"),
    "key": ({"broken_since": NOON}, "not let in"),
    "hook": ({"ails": [Ail.HOOK_GONE]}, "please look Somebody took away what calls us there."),
    "setting up": ({"state": "setting_up"}, "being set up"),
}


@pytest.mark.parametrize(("how", "says"), AILING.values(), ids=AILING)
def test_given_a_helpdesk_when_opened_then_its_state_and_the_next_step_are_told(
    desk: Desk, how: dict[str, Any], says: str
) -> None:
    connect(desk, "gorgias")
    with unit_of_work(desk.world.sessions) as session:
        for name, value in how.items():
            setattr(session.query(Connection).one(), name, value)

    assert f"Gorgias {says}" in told(desk, "Gorgias")
    assert ("Connect it again with a new key" in told(desk, "Gorgias")) is ("broken_since" in how)


def test_given_a_vendor_in_trouble_when_opened_then_its_own_words_and_balance_are_told(desk: Desk) -> None:
    connect(desk, "florist")
    known = {"shop_id": desk.merchant.id, "kind": "florist", "now": NOON}
    for health, says in (
        (Health(mode=Mode.LIVE, balance=usd(5_00)), "$5.00 left there."),
        (Health(mode=Mode.LIVE, balance=usd(5_00), ails=("Little is left.",)), "Little is left."),
        (Health(mode=Mode.SANDBOX), "Nothing is really sent"),
    ):
        with unit_of_work(desk.world.sessions) as session:
            vendor_accounts.looked_at(session, health, **known)
        assert says in told(desk, "Florist One")


def refuse(desk: Desk, deed: int, why: str) -> None:
    sent = desk.send(deed)
    with unit_of_work(desk.world.sessions) as session:
        assert endings.refuse(session, sent, code="refused", why=why, now=desk.clock.now())


def trouble(page: str) -> list[str]:
    section = page.partition('id="troubles"')[2].partition("</section>")[0]
    return [
        " ".join(unescape(re.sub(r"<[^>]+>", " ", each)).split())
        for each in re.findall(r"<li>.*?</li>", section, re.DOTALL)
    ]


def test_given_refusals_when_today_is_opened_then_each_kind_is_told_once_with_one_clear_step(desk: Desk) -> None:
    for number in (1, 2):
        deed = desk.plan(planned(gift_line(order_id=number), cost=usd(8_00)), rule="nth_order_gift")
        refuse(desk, deed, "It is sold out.")
    desk.clock.forward(HOUR)
    refuse(desk, desk.plan(paid(refund()), rule="refund_keep"), "Nothing is left to refund.")

    page, look = desk.open(), "Look at the gifts that are chosen"

    assert trouble(page) == [
        "Refused by the other side: 1 refund. Nothing is left to refund. 08:00 See them, each with its why",
        f"Refused by the other side: 2 gifts in parcels. It is sold out. 07:00 {look} · See them, each with its why",
    ]
    assert 'href="/rules/nth_order_gift#settings"' in page


def test_given_refusals_of_last_week_when_today_is_opened_then_they_are_told_no_more(desk: Desk) -> None:
    refuse(desk, desk.plan(paid(refund()), rule="refund_keep"), "No.")
    desk.clock.forward(8 * DAY)

    assert trouble(desk.open()) == []


def test_given_a_call_that_made_no_sense_when_today_is_opened_then_its_number_is_told(desk: Desk) -> None:
    desk.misunderstand("No id.")

    (said,) = trouble(desk.open())

    assert said.startswith("Could not be understood: shopify orders/paid. No id. 07:00 It is kept.")
    assert "it is number 1" in said


def test_given_another_shop_when_it_opens_its_connections_then_ours_are_not_there(desk: Desk) -> None:
    connect(desk, "gorgias")
    twin = desk.twin()

    assert "Gorgias" not in replace(twin).open("/connections")
