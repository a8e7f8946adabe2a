"""What becomes of gifts that a vendor has: asked for, booked and told, whatever comes twice, late or never."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.agents import Agent, Role
from app.domain.effects import CancelSending
from app.domain.errors import Busy, KeyRefused, Rejected, Unavailable
from app.domain.gifts import Can, Cancelled, Moneys, Placed, Seen
from app.domain.money import Money
from app.domain.people import Person
from app.domain.sendings import Status
from app.store import alarms, sendings, shops
from app.store.agent_sessions import Visitor
from app.store.base import unit_of_work
from app.store.sending_tables import Sending
from app.store.shops import Merchant
from integrations import registry
from jobs import agent_desk, audit, desk, gift_watch, privacy, ticker
from jobs.desk import Undone
from jobs.queue import Task
from tests.jobs import shelf
from tests.jobs.conftest import Practice
from tests.jobs.shelf import COST, Shelf
from tests.jobs.test_sending import plan

SOON, DAY = 130, 86_400  # seconds
SHIPPED = Seen(status=Status.SHIPPED, carrier="UPS")
DELIVERED = Seen(status=Status.DELIVERED)
BACK = Seen(status=Status.FAILED, money=Moneys.BACK)
WORKS = Seen(status=Status.PLACED, money=Moneys.CHARGED, cost=COST)


@dataclass
class Telling(Shelf):
    """A shelf that can be asked what became of a gift, and to stop it."""

    follows: bool = True
    pending: bool = False
    window: timedelta | None = None
    expires: timedelta | None = None
    stops: Cancelled = Cancelled.CANCELLED
    fails: Exception | None = None
    rings: Practice | None = None  # while it is asked
    meanwhile: Callable[[], object] | None = None  # what happens once while it is asked
    asked: list[str] = field(default_factory=list)

    @property
    def can(self) -> Can:
        return replace(super().can, follows=self.follows)

    def status(self, reference: str, *, other: str = "") -> Seen:
        self.asked.append(reference)
        if self.rings is not None:
            ring(self.rings, reference)
        if self.fails is not None:
            raise self.fails
        seen = super().status(reference, other=other)
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return seen

    def cancel(self, reference: str) -> Cancelled:
        super().cancel(reference)
        if self.stops is Cancelled.CANCELLED:
            self.became[reference] = Seen(status=Status.CANCELLED, money=Moneys.BACK)
        return self.stops

    def _placed(self, number: int) -> Placed:
        until = None if self.window is None else self.clock.now() + self.window
        ends_at = None if self.expires is None else self.clock.now() + self.expires
        return replace(super()._placed(number), pending=self.pending, cancel_until=until, expires_at=ends_at)


@pytest.fixture
def vendor(inside: Practice, monkeypatch: pytest.MonkeyPatch) -> Telling:
    there = Telling(inside.world.clock)
    monkeypatch.setitem(registry.VENDORS, shelf.KIND, shelf.row(there))  # type: ignore[arg-type]  # a dict, all the same
    shelf.connect(inside)
    return there


def look(inside: Practice, seconds: int = SOON) -> list[str]:
    """Let time pass, do what a worker does that was rung for, and then whatever follows; return what was logged."""
    inside.later(seconds)
    with capture_logs() as logs:
        gift_watch.follow(inside.world, inside.shop_id)
    inside.drain()
    return [line["event"] for line in logs if line["event"].startswith("gift.")]


def ring(inside: Practice, *references: str) -> None:
    with unit_of_work(inside.world.sessions) as session:
        about = {"shop_id": inside.shop_id, "vendor": shelf.KIND, "now": inside.world.clock.now()}
        sendings.news(session, references=references, **about)  # type: ignore[arg-type]


def told(inside: Practice) -> list[str]:
    """Return the notes that agents read, but for those that it is planned and was ordered."""
    before = {f"{gift.key}:{state}" for gift in inside.effects("send_gift") for state in ("planned", "done", "pending")}
    notes = [note.payload for note in inside.effects("post_note")]
    return [str(note["text"]) for note in notes if note["about"] not in before]


def row(inside: Practice) -> Sending:
    with unit_of_work(inside.world.sessions) as session:
        return session.query(Sending).one()


def merchant_of(inside: Practice) -> Merchant:
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    return merchant


def lead(inside: Practice) -> Visitor:
    someone = Agent(id=1, name="Lea", email="lea@x.example", role=Role.LEAD, active=True)
    return Visitor(shop_id=inside.shop_id, session_id=1, agent=someone, seen_at=inside.world.clock.now())


def test_given_a_gift_that_was_ordered_when_it_is_shipped_then_its_agent_reads_so_once(
    inside: Practice, vendor: Telling
) -> None:
    plan(inside)
    vendor.became["S-1"] = SHIPPED

    assert look(inside, 60) == []
    assert look(inside) == ["gift.seen"]
    look(inside, DAY)

    assert told(inside) == ["The e-gift left with UPS."]
    assert vendor.asked == ["S-1", "S-1"]
    assert (row(inside).status, row(inside).looks) == ("shipped", 2)


def test_given_a_gift_that_arrived_when_weeks_go_by_then_nobody_asks_any_more(
    inside: Practice, vendor: Telling
) -> None:
    plan(inside)
    vendor.became["S-1"] = DELIVERED
    for _ in range(3):
        look(inside, DAY)

    assert vendor.asked == ["S-1"]
    assert told(inside) == ["The e-gift arrived."]


def test_given_a_true_cost_when_the_vendor_tells_it_then_the_month_that_paid_says_so(
    inside: Practice, vendor: Telling
) -> None:
    plan(inside)
    charged = Seen(status=Status.SHIPPED, money=Moneys.CHARGED, cost=Money(minor=18_50, currency="USD"))
    vendor.became["S-1"] = charged
    look(inside)

    assert (inside.reserved(), inside.spent()) == (0, 18_50)


def test_given_a_gift_that_failed_when_it_was_not_charged_then_the_money_is_back_and_the_agent_reads_both(
    inside: Practice, vendor: Telling
) -> None:
    plan(inside)
    vendor.became["S-1"] = BACK
    look(inside)
    look(inside, DAY)

    assert (inside.reserved(), inside.spent()) == (0, 0)
    assert told(inside) == [
        "The e-gift did not arrive: The shelf says that it failed. Its money is back in the pool.",
    ]


@pytest.mark.parametrize(
    ("became", "money", "state"),
    [
        (Seen(status=Status.ACCEPTED, money=Moneys.CHARGED, cost=COST), (0, COST.minor), "done"),
        (Seen(status=Status.CANCELLED, money=Moneys.BACK), (0, 0), "refused"),
        (Seen(status=Status.LINK_SENT), (25_00, 0), "done"),
    ],
)
def test_given_money_on_its_way_when_the_gift_is_accepted_or_expires_then_it_is_settled(
    inside: Practice, vendor: Telling, became: Seen, money: tuple[int, int], state: str
) -> None:
    vendor.pending = True
    plan(inside)
    assert (inside.reserved(), inside.spent()) == (25_00, 0)
    vendor.became["S-1"] = became
    look(inside)

    assert (inside.reserved(), inside.spent()) == money
    assert [each.state for each in inside.effects("send_gift")] == [state]


def test_given_a_word_that_nobody_knows_when_it_is_said_then_it_is_in_the_log_and_nothing_moves(
    inside: Practice, vendor: Telling
) -> None:
    plan(inside)
    vendor.became["S-1"] = Seen(status=None, word="misty")

    assert look(inside) == ["gift.unknown_word", "gift.seen"]
    assert (row(inside).status, told(inside)) == ("placed", [])


@pytest.mark.parametrize("no", [Busy("busy", retry_after=600), KeyRefused("no")])
def test_given_a_vendor_that_is_busy_or_refuses_our_key_when_asked_about_one_gift_then_about_no_other_either(
    inside: Practice, vendor: Telling, no: Exception
) -> None:
    for number in ("1", "2", "3"):
        plan(inside, confirm=number)
    vendor.fails = no

    assert look(inside) == ["gift.waits"]
    assert look(inside, 300) == []
    assert len(vendor.asked) == 1


def test_given_a_key_that_was_refused_once_when_it_is_taken_again_then_its_gifts_are_asked_about_before_long(
    inside: Practice, vendor: Telling
) -> None:
    plan(inside)
    vendor.fails = KeyRefused("no")
    look(inside)
    vendor.fails, vendor.became["S-1"] = None, DELIVERED
    look(inside, 900)

    assert told(inside) == ["The e-gift arrived."]


@pytest.mark.parametrize("no", [Unavailable("away"), Rejected("They know of no such order.")])
def test_given_a_vendor_that_does_not_tell_when_asked_then_it_is_asked_again_before_long(
    inside: Practice, vendor: Telling, no: Exception
) -> None:
    plan(inside)
    vendor.fails = no
    assert look(inside) == ["gift.not_told", "gift.seen"]
    vendor.fails, vendor.became["S-1"] = None, DELIVERED
    look(inside, 900)

    assert told(inside) == ["The e-gift arrived."]


def test_given_a_vendor_that_never_tells_when_it_has_a_gift_then_nobody_asks(inside: Practice, vendor: Telling) -> None:
    vendor.follows = False
    plan(inside)
    look(inside)

    assert (vendor.asked, row(inside).next_look_at) == ([], None)


def test_given_a_gift_of_which_nothing_is_heard_when_sixty_days_are_over_then_the_agent_is_asked_to_ask(
    inside: Practice, vendor: Telling
) -> None:
    plan(inside)
    for seconds in (SOON, 61 * DAY, DAY):
        look(inside, seconds)

    assert len(vendor.asked) == 2
    assert told(inside) == [
        "The e-gift: in 60 days The shelf has not said that it arrived. Please ask there, or the customer."
    ]


def test_given_a_bell_that_rings_while_its_vendor_is_asked_when_the_answer_comes_then_it_is_asked_once_more(
    inside: Practice, vendor: Telling
) -> None:
    plan(inside)
    vendor.rings = inside
    assert look(inside) == ["gift.overtaken"]
    vendor.rings, vendor.became["S-1"] = None, DELIVERED

    assert look(inside, 0) == ["gift.seen"]
    assert told(inside) == ["The e-gift arrived."]


def test_given_a_shop_that_is_paused_when_a_gift_arrives_then_its_books_know(inside: Practice, vendor: Telling) -> None:
    plan(inside)
    with unit_of_work(inside.world.sessions) as session:
        shops.pause(session, shop_id=inside.shop_id, paused=True)
    vendor.became["S-1"] = BACK
    look(inside)

    assert (row(inside).status, inside.spent()) == ("failed", 0)


def test_given_a_gift_that_can_be_stopped_when_its_agent_undoes_it_then_it_is_stopped_once_and_the_money_is_back(
    inside: Practice, vendor: Telling
) -> None:
    vendor.window = timedelta(hours=1)
    plan(inside)
    (gift,) = inside.effects("send_gift")

    undone = agent_desk.undo(inside.world, merchant_of(inside), lead(inside), gift.id)
    inside.drain()
    look(inside)

    assert undone is Undone.COMING_BACK
    assert agent_desk.undo(inside.world, merchant_of(inside), lead(inside), gift.id) is None
    assert (vendor.stopped, inside.reserved(), inside.spent()) == (["S-1"], 0, 0)
    assert told(inside) == ["Stopped at the vendor: the e-gift. The money is back in the pool."]
    assert (row(inside).status, inside.effects("send_gift")[0].code) == ("cancelled", "taken_back")


def test_given_a_vendor_that_has_begun_when_somebody_stops_the_gift_then_it_stays_given_and_they_read_why(
    inside: Practice, vendor: Telling
) -> None:
    vendor.window, vendor.stops = timedelta(hours=1), Cancelled.TOO_LATE
    plan(inside)
    (gift,) = inside.effects("send_gift")

    assert desk.withdraw(inside.world, merchant_of(inside), gift.id) is Undone.COMING_BACK
    inside.drain()

    assert (inside.reserved(), inside.spent()) == (0, COST.minor)
    assert told(inside) == ["Could not be stopped any more: the e-gift. The vendor has begun with it."]
    assert [each.state for each in inside.effects("cancel_sending")] == ["refused"]


def test_given_a_window_that_is_over_when_somebody_would_stop_the_gift_then_nobody_is_asked(
    inside: Practice, vendor: Telling
) -> None:
    vendor.window = timedelta(minutes=5)
    plan(inside)
    inside.later(600)
    (gift,) = inside.effects("send_gift")

    assert desk.withdraw(inside.world, merchant_of(inside), gift.id) is None
    assert vendor.stopped == []


def test_given_a_gift_that_was_stopped_when_it_is_sent_all_the_same_then_its_money_is_booked_again_and_told(
    inside: Practice, vendor: Telling
) -> None:
    vendor.window = timedelta(hours=1)
    plan(inside)
    desk.withdraw(inside.world, merchant_of(inside), inside.effects("send_gift")[0].id)
    inside.drain()
    vendor.became["S-1"] = Seen(status=Status.SHIPPED)
    ring(inside, "S-1")
    look(inside, 0)

    assert (inside.reserved(), inside.spent()) == (0, COST.minor)
    assert told(inside)[1:] == [
        "It had been cancelled, and was sent all the same: the e-gift. Its money is booked again."
    ]


def test_given_a_gift_that_works_although_it_was_stopped_when_it_is_still_charged_then_its_money_is_booked_again(
    inside: Practice, vendor: Telling
) -> None:
    vendor.window = timedelta(hours=1)
    plan(inside)
    desk.withdraw(inside.world, merchant_of(inside), inside.effects("send_gift")[0].id)
    inside.drain()
    vendor.became["S-1"] = WORKS
    look(inside)

    assert (inside.reserved(), inside.spent()) == (0, COST.minor)
    assert told(inside)[1:] == [
        "It had been cancelled, and was sent all the same: the e-gift. Its money is booked again."
    ]


def test_given_an_answer_of_before_it_was_stopped_when_it_is_written_down_then_nobody_takes_it_for_another_mind(
    inside: Practice, vendor: Telling
) -> None:
    vendor.window, vendor.became["S-1"] = timedelta(hours=1), WORKS
    plan(inside)
    gift = inside.effects("send_gift")[0].id

    def stop() -> None:
        desk.withdraw(inside.world, merchant_of(inside), gift)
        inside.drain()

    vendor.meanwhile = stop
    assert look(inside) == ["gift.overtaken"]
    look(inside)

    (row,) = inside.effects("send_gift")
    assert (row.code, inside.spent(), len(told(inside))) == ("taken_back", 0, 1)


def test_given_somebody_who_was_forgotten_when_there_is_news_of_their_gift_then_its_money_is_followed_in_silence(
    inside: Practice, vendor: Telling
) -> None:
    plan(inside)
    customer = inside.effects("send_gift")[0].customer_id
    assert customer is not None
    privacy.forget(inside.world, merchant_of(inside), Person(ids=frozenset({customer})))
    vendor.became["S-1"] = BACK
    before = len(inside.effects("post_note"))
    look(inside)

    assert (inside.spent(), len(inside.effects("post_note"))) == (0, before)


def test_given_a_gift_to_ask_about_when_the_ticker_makes_its_round_then_it_rings_for_its_shop(
    inside: Practice, vendor: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(inside)
    rung: list[Any] = []
    monkeypatch.setattr(type(inside.world.bell), "ring", lambda _bell, task, shop_id: rung.append((task, shop_id)))
    ticker.make_round(inside.world)
    assert (Task.GIFTS, inside.shop_id) not in rung
    inside.later(SOON)
    ticker.make_round(inside.world)

    assert (Task.GIFTS, inside.shop_id) in rung


def test_given_a_deed_that_stops_a_gift_when_named_then_it_is_the_way_back_of_that_one_alone() -> None:
    def stop(key: str) -> str:
        return CancelSending(vendor="shelf", customer_id=55, title="the e-gift", undoes=key).key

    assert stop("a") == stop("a") != stop("b")


def held(inside: Practice) -> list[int]:
    audit.look_at_held(inside.world, inside.shop_id)
    with unit_of_work(inside.world.sessions) as session:
        return [each.effect_id for each in alarms.standing(session, shop_id=inside.shop_id)]


def test_given_a_gift_that_nobody_can_take_up_when_its_money_is_held_for_a_week_more_then_it_is_told_until_it_ends(
    inside: Practice, vendor: Telling
) -> None:
    vendor.pending, vendor.expires = True, timedelta(days=30)
    plan(inside)
    (gift,) = inside.effects("send_gift")
    inside.later(37 * DAY)
    assert held(inside) == []
    inside.later(DAY)
    with capture_logs() as logs:
        assert held(inside) == held(inside) == [gift.id]
    assert [line["event"] for line in logs] == ["alarm.held"]

    vendor.became["S-1"] = BACK
    look(inside)

    assert (held(inside), inside.reserved()) == ([], 0)
