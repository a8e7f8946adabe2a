"""Gifts whose recipients say where they should go: looked for by our name for them, and paid once they are taken up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.domain.agents import Role
from app.domain.catalogue import Entry
from app.domain.effects import PostNote
from app.domain.errors import Busy, Unavailable
from app.domain.gifts import GiftKind
from app.store import asks, catalogue
from app.store.base import reading, unit_of_work
from app.web import create_app
from integrations.http import Limits
from integrations.marker import short
from integrations.sandbox.goody.catalogue import COOKIES, TULIPS
from integrations.shopify.shop import ShopifyShop
from jobs import agent_preview, gift_links, gift_watch
from tests.builders import usd
from tests.jobs import egifts
from tests.jobs.conftest import Practice
from tests.jobs.test_address_asks import everything, notes
from tests.jobs.test_agent_desk import at_the_desk

ASIDE, TRUE = 34_65, 33_70  # cents: the most that cookies can come to, and what they do
MOST = 65_83  # of tulips
WAITS = ("done", "pending", ASIDE, 0)
A_LOOK = 61  # seconds after which what was ordered is seen there
DAY, A_DAY = 24 * 3600, timedelta(days=1)
GIFT: dict[str, Any] = {"vendor": "goody", "what": GiftKind.PARCEL, "sku": COOKIES.id, "title": "Six Cookies"}
FLOWERS = Entry(
    id=0,
    vendor="goody",
    sku=TULIPS.id,
    kind=GiftKind.FLOWERS,
    title="Twenty Tulips",
    cost=usd(60_00),
    photo="https://x.example/tulips.jpg",
    active=True,
)
Sends = Callable[[], str]


@pytest.fixture
def sends(inside: Practice) -> Sends:
    """Return how one is planned for whoever is bereaved in the town, and set out to be done: by what name it goes."""
    cast = inside.call("/town/cast")
    whose = {"customer_id": cast["bereaved_customer"], "order_id": cast["bereaved_order"]}

    def send() -> str:
        gift = egifts.plan(inside, minor=ASIDE, **GIFT, **whose)
        inside.drain()
        return short(gift.key)

    return send


def ordered(inside: Practice) -> list[dict[str, Any]]:
    """Return what the vendor has in its books."""
    found: list[dict[str, Any]] = inside.call("/town/goody/batches")["batches"]
    return found


def becomes(inside: Practice, *deeds: str) -> None:
    """Let something become of the one gift there is, and ask about it a day later."""
    for deed in deeds:
        inside.call(f"/town/goody/orders/{ordered(inside)[0]['orders'][0]['id']}", {"do": deed})
    look(inside, DAY)


def look(inside: Practice, seconds: int) -> None:
    inside.later(seconds)
    gift_watch.follow(inside.world, inside.shop_id)
    inside.drain()


def strike(inside: Practice, *kinds: str, **more: object) -> None:
    """Let the next orders there go wrong in these ways."""
    struck = [{"call": "POST order_batches", "kind": kind, **more} for kind in kinds]
    inside.call("/town/goody/faults", {"next": struck})


def stands(inside: Practice) -> tuple[str, str | None, int, int]:
    """Return how it stands with the one there is, and what is set aside and spent."""
    (row,) = inside.effects("send_gift")
    return row.state, row.code, inside.reserved(), inside.spent()


def test_given_a_gift_when_it_is_taken_up_then_what_it_truly_cost_is_paid_and_till_then_its_money_is_set_aside(
    inside: Practice, sends: Sends
) -> None:
    name = sends()
    (batch,) = ordered(inside)
    (whom,) = batch["recipients"]
    assert batch["reference"] == name
    assert "@" in whom["email"]
    assert set(whom) == {"first_name", "last_name", "email"}
    assert stands(inside) == WAITS

    becomes(inside, "open", "accept")
    assert stands(inside) == WAITS
    becomes(inside, "pay")
    assert stands(inside) == ("done", None, 0, TRUE)


def test_given_a_gift_that_nobody_takes_up_when_its_time_is_over_then_its_money_is_back(
    inside: Practice, sends: Sends
) -> None:
    sends()
    look(inside, 30 * DAY)
    assert stands(inside) == WAITS

    look(inside, DAY)

    assert stands(inside) == ("refused", "failed_late", 0, 0)


def test_given_tries_that_were_lost_before_or_after_when_it_is_looked_for_each_time_then_there_is_one(
    inside: Practice, sends: Sends
) -> None:
    strike(inside, "500_before", "commit_then_drop")
    name = sends()
    assert stands(inside) == ("uncertain", None, ASIDE, 0)
    for _ in range(3):
        inside.later(A_LOOK)
        inside.drain()

    assert [batch["reference"] for batch in ordered(inside)] == [name]
    assert stands(inside) == WAITS
    assert inside.effects("send_gift")[0].sends == 2


def test_given_a_second_try_that_is_refused_when_nothing_is_there_then_it_is_refused_after_another_look(
    inside: Practice, sends: Sends
) -> None:
    strike(inside, "500_before")
    sends()
    inside.call("/town/goody/switch", {"balance": 0})
    inside.later(A_LOOK)
    inside.drain()
    assert stands(inside) == ("uncertain", None, ASIDE, 0)

    inside.later(A_LOOK)
    inside.drain()

    assert (ordered(inside), stands(inside)) == ([], ("refused", "refused", 0, 0))


def test_given_no_e_mail_address_when_it_is_ordered_then_the_agent_reads_its_link_which_is_nowhere_in_our_books(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ShopifyShop, "emails", lambda *_: ())
    cast = inside.call("/town/cast")
    customer, order = cast["bereaved_customer"], cast["bereaved_order"]
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Thank you!"})["ticket_id"]
    egifts.plan(inside, minor=ASIDE, **GIFT, customer_id=customer, order_id=order, ticket_id=str(ticket))
    inside.drain()

    link = ordered(inside)[0]["orders"][0]["link"]
    note = notes(inside, ticket)[-1]
    assert note.splitlines()[0].endswith("Please send them its link, by which they say where it should go.")
    assert note.splitlines()[1] == link
    assert link not in everything(inside)
    asked = PostNote(
        ticket_id=str(ticket), text="It was ordered.", about=f"{inside.effects('send_gift')[0].key}:pending"
    )
    assert with_link(inside, asked) == f"It was ordered.\n{link}"
    inside.call("/town/goody/faults", {"next": [{"kind": "429"}]})
    with pytest.raises(Unavailable) as caught:
        with_link(inside, asked)
    assert not isinstance(caught.value, Busy)  # or every note would wait
    inside.call("/town/goody/switch", {"key": "another"})
    assert with_link(inside, asked) is None


def with_link(inside: Practice, note: PostNote) -> str | None:
    merchant, outside = inside.world.enter(inside.shop_id) or pytest.fail("shut")
    return gift_links.with_link(inside.world, merchant, outside, note)


def test_given_flowers_of_the_catalogue_when_pressed_for_a_day_then_nobody_is_asked_for_an_address(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_preview, "LIMITS", Limits(read=300.0, total=300.0))
    with unit_of_work(inside.world.sessions) as session:
        now = inside.world.clock.now()
        gift = catalogue.add(session, FLOWERS, shop_id=inside.shop_id, currency="USD", now=now)
    customer = inside.call("/town/cast")["bereaved_customer"]
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Thank you!"})["ticket_id"]
    sam = at_the_desk(create_app(inside.world), inside, int(ticket), "Sam", Role.AGENT)

    sam.press("a", act="send", gift=gift, words="Dear {first_name}, thank you.", day=str(now.date() + 14 * A_DAY))
    inside.drain()

    (row,) = inside.effects("send_gift")
    with reading(inside.world.sessions) as session:
        assert asks.read(session, shop_id=inside.shop_id, effect_id=row.id) is None
    assert stands(inside) == ("planned", None, MOST, 0)  # what they ask by now, and not what the list once said
    look(inside, 15 * DAY)
    (batch,) = ordered(inside)
    assert batch["message"] == f"Dear {batch['recipients'][0]['first_name']}, thank you.\nSam"
    assert stands(inside) == ("done", "pending", MOST, 0)
