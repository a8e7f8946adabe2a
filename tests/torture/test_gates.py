"""Flowers in their hour, by a world that has changed since: each gate holds them, loses no money, and opens again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.facts import Quote
from app.domain.money import Money
from app.domain.tastes import Tastes
from app.store import care, connections, shops
from app.store.base import unit_of_work
from app.store.shops import Merchant
from integrations.florist.vendor import FloristOne
from integrations.registry import FIRST_FLORIST
from jobs import desk
from tests.torture.money_flows import TEAM, Complaint, bouquets, complained, pressed
from tests.torture.scene import Scene
from tests.torture.theatre import Theatre, theatre

TWO_WEEKS = 15 * 86_400


@pytest.fixture(scope="module")
def home() -> Iterator[Theatre]:
    with theatre() as opened:
        yield opened


@pytest.fixture
def scene(home: Theatre) -> Scene:
    home.scene.lay(home.home)
    home.scene.policy(TEAM)
    return home.scene


@pytest.fixture
def plot(scene: Scene) -> Complaint:
    """Return somebody to whom flowers are promised."""
    found = complained(scene)
    pressed("flowers")(scene, found)
    scene.go_on()
    return found


def edited(**wish: Any) -> Callable[[Scene, Complaint], None]:
    return lambda scene, plot: scene.call(f"/town/orders/{plot.order}/edit", wish)


def dearer(scene: Scene, _plot: Complaint, by: str = "1.00") -> None:
    scene.call("/town/florist/surcharge", {"amount": by})


def it_is_a_hard_time(scene: Scene, plot: Complaint) -> None:
    now = scene.world.clock.now()
    about = {"shop_id": scene.shop_id, "customer_id": customer_of(scene, plot)}
    with unit_of_work(scene.world.sessions) as session:
        care.mark_sensitive(session, until=now + timedelta(days=90), now=now, **about)


CHANGES = {
    "dearer": dearer,
    "disputed": edited(dispute="NEEDS_RESPONSE"),
    "since_hard": it_is_a_hard_time,
}


@pytest.mark.parametrize("code", CHANGES)
def test_given_a_world_that_changed_when_their_hour_comes_then_a_person_is_asked_and_with_their_yes_they_leave_once(
    scene: Scene, plot: Complaint, code: str
) -> None:
    scene.later(TWO_WEEKS - 86_400)
    CHANGES[code](scene, plot)
    scene.later(86_400)
    scene.go_on()

    (row,) = scene.effects("send_flowers")
    assert (row.state, row.code, bouquets(scene), scene.reserved()) == ("awaiting", code, 0, 0)

    say_yes(scene)
    assert scene.reserved() == row.cost_minor
    scene.go_on()

    assert outcome(scene) == ("done", 1, 0, charged(scene))


def test_given_silence_that_is_asked_for_right_after_the_flowers_when_their_hour_comes_then_they_leave_unasked(
    scene: Scene, plot: Complaint
) -> None:
    scene.later(60)
    pressed("refund_keep", amount="5.00", compassion="yes")(scene, plot)
    scene.go_on()

    scene.later(TWO_WEEKS)
    scene.go_on()

    (row,) = scene.effects("send_flowers")
    assert (row.state, bouquets(scene)) == ("done", 1)


def test_given_a_price_that_rises_again_after_the_yes_when_their_turn_comes_then_that_one_is_asked_as_well(
    scene: Scene, plot: Complaint
) -> None:
    dearer(scene, plot)
    scene.later(TWO_WEEKS)
    scene.go_on()
    (first,) = scene.effects("send_flowers")
    say_yes(scene)
    dearer(scene, plot, by="2.00")
    scene.go_on()

    (second,) = scene.effects("send_flowers")
    assert (second.state, second.code) == ("awaiting", "dearer")
    assert second.cost_minor > first.cost_minor
    say_yes(scene)
    scene.go_on()

    assert outcome(scene) == ("done", 1, 0, charged(scene))


def test_given_a_price_that_rises_between_look_and_order_when_ordered_then_nothing_is_and_a_person_is_asked(
    scene: Scene, plot: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = scene.effects("send_flowers")
    quoted = FloristOne.quote
    held = Quote(total=Money(minor=row.cost_minor or 0, currency="USD"), product="F1-255")
    answers = iter([held])
    monkeypatch.setattr(FloristOne, "quote", lambda self, wish: next(answers, None) or quoted(self, wish))
    dearer(scene, plot)
    scene.later(TWO_WEEKS)
    scene.go_on()

    (row,) = scene.effects("send_flowers")
    assert (row.state, row.code, bouquets(scene), scene.reserved()) == ("awaiting", "dearer", 0, 0)
    assert row.sends == 1  # it passed the gate, and came back


@pytest.mark.parametrize("address", [{"address1": "PO Box 12"}, {"address1": None}])
def test_given_an_address_to_which_no_florist_goes_when_put_right_and_allowed_then_they_leave(
    scene: Scene, plot: Complaint, address: dict[str, str | None]
) -> None:
    good = scene.call(f"/town/orders/{plot.order}")["shipping_address"]
    edited(address=address)(scene, plot)
    scene.later(TWO_WEEKS)
    for _ in range(2):  # a yes alone makes no address
        scene.go_on()
        assert [row.code for row in scene.effects("send_flowers")] == ["address"]
        say_yes(scene)
    edited(address=good)(scene, plot)
    scene.go_on()

    assert outcome(scene) == ("done", 1, 0, charged(scene))


def test_given_what_they_never_want_when_their_hour_comes_then_none_are_sent_and_the_money_is_back(
    scene: Scene, plot: Complaint
) -> None:
    about = {"shop_id": scene.shop_id, "customer_id": customer_of(scene, plot)}
    with unit_of_work(scene.world.sessions) as session:
        care.note_tastes(session, Tastes(never=("flowers",)), **about)
    scene.later(TWO_WEEKS)
    scene.go_on()

    assert [row.code for row in scene.effects("send_flowers")] == ["never"]
    assert outcome(scene) == ("withdrawn", 0, 0, 0)


def test_given_a_black_out_since_when_their_hour_comes_then_they_come_on_the_next_day_that_will_do(
    scene: Scene, plot: Complaint
) -> None:
    scene.policy(replace(TEAM, sends=replace(TEAM.sends, blackouts=("12-05", "2026-12-07"))))
    scene.later(TWO_WEEKS - 20 * 3_600)  # on the very day
    scene.go_on()

    (order,) = scene.call("/town/florist/orders")["orders"]
    assert [item["delivery_date"] for item in order["items"]] == ["2026-12-08"]  # the sixth is a Sunday


def test_given_a_shop_that_was_stopped_for_more_than_a_week_when_it_goes_on_then_none_come_out_of_time(
    scene: Scene, plot: Complaint
) -> None:
    desk.pause(scene.world, merchant_of(scene), paused=True)
    scene.later(TWO_WEEKS + 8 * 86_400)
    scene.go_on()
    desk.pause(scene.world, merchant_of(scene), paused=False)
    scene.go_on()

    assert outcome(scene) == ("refused", 0, 0, 0)


def test_given_a_florist_who_wants_a_card_when_their_hour_comes_then_a_person_orders_them_and_says_for_how_much(
    scene: Scene, plot: Complaint
) -> None:
    uninvoiced(scene)
    scene.later(TWO_WEEKS)
    scene.go_on()

    (row,) = scene.effects("send_flowers")
    assert (row.state, row.code, row.sends, scene.reserved()) == ("uncertain", "by_hand", 0, row.cost_minor)
    assert outcome(scene)[1] == 0
    assert any("ordered by a person" in note for note in notes_of(scene, plot))

    cost = Money(minor=61_00, currency="USD")
    assert desk.happened(scene.world, merchant_of(scene), row.id, reference="FL-7", cost=cost)
    assert outcome(scene) == ("done", 0, 0, 61_00)


def test_given_flowers_in_a_persons_hands_when_they_cannot_be_had_then_the_money_is_back_and_the_ticket_tells(
    scene: Scene, plot: Complaint
) -> None:
    uninvoiced(scene)
    scene.later(TWO_WEEKS)
    scene.go_on()
    (row,) = scene.effects("send_flowers")

    assert desk.let_be(scene.world, merchant_of(scene), row.id)
    scene.go_on()

    assert outcome(scene) == ("withdrawn", 0, 0, 0)
    assert any("will not be sent" in note for note in notes_of(scene, plot))


def say_yes(scene: Scene) -> None:
    (row,) = scene.effects("send_flowers")
    assert desk.approve(scene.world, merchant_of(scene), row.id)


def uninvoiced(scene: Scene) -> None:
    """Let the florist's account be one that pays with a card."""
    with unit_of_work(scene.world.sessions) as session:
        account = connections.account(session, shop_id=scene.shop_id, kind=FIRST_FLORIST, seal=scene.world.seal)
        assert account is not None
        again = {"account": account.account, "user": account.user, "key": account.key, "seal": scene.world.seal}
        connections.connect(session, shop_id=scene.shop_id, kind=FIRST_FLORIST, **again)


def merchant_of(scene: Scene) -> Merchant:
    with unit_of_work(scene.world.sessions) as session:
        found = shops.by_id(session, scene.shop_id)
    assert found is not None
    return found


def customer_of(scene: Scene, plot: Complaint) -> int:
    return int(scene.call(f"/town/orders/{plot.order}")["customer_id"])


def notes_of(scene: Scene, plot: Complaint) -> list[str]:
    return [str(note["text"]) for note in scene.call(f"/town/tickets/{plot.ticket}")["notes"]]


def charged(scene: Scene) -> int:
    """Return what the florist asks for, in cents."""
    return sum(int(order["total"]) for order in scene.call("/town/florist/orders")["orders"])


def outcome(scene: Scene) -> tuple[str, int, int, int]:
    """Return how the flowers ended, how many were ordered, and what is set aside and spent."""
    (row,) = scene.effects("send_flowers")
    return row.state, bouquets(scene), scene.reserved(), scene.spent()
