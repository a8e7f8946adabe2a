"""A hard time, from the press to the day on which it is over: who falls silent, when, and who is told if not."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.agents import Agent, Role
from app.domain.effects import Quiet
from app.domain.policy import HardTimes, Mode, Policy
from app.domain.ports import Receipt
from app.store import care, connections, people
from app.store.agent_sessions import Visitor
from app.store.base import reading, unit_of_work
from app.store.care_tables import Care
from app.store.shops import Merchant
from app.store.tables import Effect
from app.store.watch_tables import Trail
from integrations.own_desk import presses
from integrations.own_desk.presses import Wish
from integrations.registry import LISTENER
from jobs import agent_desk, agent_preview, desk, hard_times, quiet_deeds
from jobs.practice import POLICY
from jobs.runtime import Outside, World
from tests.jobs.conftest import Practice

DAY = 86_400
SAM = Agent(id=1, name="Sam Okoye", email="sam@practice.example", role=Role.AGENT, active=True)
BRIEF = replace(POLICY, hard_times=HardTimes(days=30), team=replace(POLICY.team, undo_minutes=0))
ALL_OF_IT = {"act": "compassion", "with_refund": True, "with_flowers": True, "message": "For Ada."}
TAGS = {"no-marketing", "pause-reorders"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grief:
    """Somebody in grief, the ticket that they wrote, and an agent at the desk."""

    inside: Practice
    customer: int
    ticket: int

    def wish(self, **wish: Any) -> presses.Press:
        return presses.press(Wish(**wish), SAM, ticket_id=str(self.ticket), customer_id=self.customer)

    def press(self, name: str = "a", **wish: Any) -> None:
        visitor = Visitor(shop_id=self.inside.shop_id, session_id=1, agent=SAM, seen_at=self.inside.world.clock.now())
        agent_desk.keep(self.inside.world, visitor, self.wish(**wish), name * 32)
        self.inside.drain()

    @property
    def tags(self) -> set[str]:
        return set(self.them["tags"])

    @property
    def day(self) -> list[tuple[str, str, str]]:
        return [(each["namespace"], each["key"], each["value"]) for each in self.them["metafields"]]

    @property
    def them(self) -> dict[str, Any]:
        return dict(self.inside.call(f"/town/customers/{self.customer}"))

    @property
    def heard(self) -> list[dict[str, Any]]:
        return list(self.inside.call("/town/listener")["heard"])

    @property
    def notes(self) -> str:
        return "\n".join(note["text"] for note in self.inside.call(f"/town/tickets/{self.ticket}")["notes"])

    @property
    def refunded(self) -> str:
        return str(self.inside.call(f"/town/orders/{self.inside.call('/town/cast')['bereaved_order']}")["refunded"])

    def mutes(self) -> list[Effect]:
        return self.inside.effects("mute")

    def over(self, days: int = 31) -> None:
        """Let so many days pass, and the night come."""
        self.inside.later(days * DAY)
        with unit_of_work(self.inside.world.sessions) as session:
            hard_times.end(session, merchant_of(self.inside), self.inside.world.clock.now())
        for _ in range(3):  # a slow machine's store may not answer at once
            self.inside.drain()
            self.inside.later(10)


def merchant_of(inside: Practice) -> Merchant:
    found = inside.world.merchant(inside.shop_id)
    assert found is not None
    return found


def row_of(grief: Grief) -> Care | None:
    with reading(grief.inside.world.sessions) as session:
        return session.get(Care, (grief.inside.shop_id, grief.customer))


@pytest.fixture
def grief(inside: Practice) -> Grief:
    inside.policy(BRIEF)
    customer = int(inside.call("/town/cast")["bereaved_customer"])
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"]
    return Grief(inside=inside, customer=customer, ticket=int(ticket))


def test_given_all_of_it_when_pressed_then_every_silence_came_before_the_money_and_flowers_are_on_their_way(
    grief: Grief,
) -> None:
    with reading(grief.inside.world.sessions) as session:
        before = session.query(Trail).count()
    grief.press(**ALL_OF_IT)

    (refund,) = grief.inside.effects("refund_order")
    (flowers,) = grief.inside.effects("send_flowers")
    until = grief.mutes()[0].payload["until"][:10]
    assert [(row.payload["quiet"], row.state) for row in grief.mutes()] == [
        *((quiet, "done") for quiet in ("tag", "tag", "field", "listener"))
    ]
    assert all(row.ended_at and refund.first_sent_at and row.ended_at <= refund.first_sent_at for row in grief.mutes())
    assert (grief.refunded, grief.tags >= TAGS) == ("64.00", True)
    assert ("lagniappe", "quiet_until", until) in grief.day
    assert [(each["type"], each["data"]) for each in grief.heard] == [
        ("customer.sensitive", {"customer_id": grief.customer, "until": until})
    ]
    assert (flowers.state, flowers.payload["message"]) == ("planned", "For Ada.\nSam")
    assert "left in peace until" in grief.notes
    assert "Refunded $64.00" in grief.notes
    row = row_of(grief)
    assert row is not None
    assert row.agent == grief.inside.world.agent(merchant_of(grief.inside), SAM.email)
    with reading(grief.inside.world.sessions) as session:
        told = [line.what for line in session.query(Trail).order_by(Trail.id).offset(before)]
    assert "hard_time" in told


def test_given_a_preview_when_pressed_then_the_ledger_holds_its_steps_in_their_order_and_no_other(
    grief: Grief,
) -> None:
    world, merchant = grief.inside.world, merchant_of(grief.inside)
    action = presses.action(grief.wish(**ALL_OF_IT))
    found = agent_preview.preview(world, merchant, action)
    grief.press(**ALL_OF_IT)

    with reading(world.sessions) as session:
        rows = session.query(Effect).filter(Effect.kind != "post_note", Effect.ticket_id == str(grief.ticket))
        kept = [row.key for row in rows.order_by(Effect.id)]
    assert [step.effect.key for step in found.steps] == kept
    assert found.cost is not None
    assert found.cost.minor == sum(step.cost.minor for step in found.steps if step.cost)


@pytest.mark.parametrize(("operation", "kind"), [("TagsAdd", "500_after"), ("QuietNote", "commit_then_drop")])
def test_given_a_store_that_loses_answers_when_pressed_then_the_silence_is_still_first_and_ours(
    grief: Grief, operation: str, kind: str
) -> None:
    grief.inside.fault(operation, kind)
    grief.press(act="compassion", with_refund=True)
    for _ in range(4):
        grief.inside.later(5)
        grief.inside.drain()

    (refund,) = grief.inside.effects("refund_order")
    assert {row.state for row in grief.mutes()} == {"done"}
    assert all(row.ended_at and refund.first_sent_at and row.ended_at <= refund.first_sent_at for row in grief.mutes())
    assert grief.refunded == "64.00"
    grief.over()
    assert (grief.tags & TAGS, grief.day) == (set(), [])


def test_given_a_tool_that_says_no_when_pressed_then_the_money_goes_and_the_agent_reads_which_silence_failed(
    grief: Grief,
) -> None:
    inside = grief.inside
    with unit_of_work(inside.world.sessions) as session:
        url, known = f"{inside.town}/listener/nowhere", {"shop_id": inside.shop_id, "seal": inside.world.seal}
        connections.connect(session, kind=LISTENER, account=url, user="", key="whsec_" + "b" * 44, **known)
    grief.press(act="compassion", with_refund=True)

    assert (grief.refunded, grief.heard) == ("64.00", [])
    assert [row.state for row in grief.mutes()] == ["done", "done", "done", "refused"]
    assert grief.notes.count("Your other tools could not be told") == 1


def test_given_a_tool_that_never_answers_when_pressed_then_the_refund_waits_half_an_hour_and_no_longer(
    grief: Grief,
) -> None:
    grief.inside.call("/town/listener/faults", {"rate": 1.0, "kinds": ["429"]})
    grief.press(act="compassion", with_refund=True)
    assert grief.refunded == "0.00"
    for _ in range(quiet_deeds.MOST_TRIES):
        grief.inside.later(1_100)
        grief.inside.drain()

    assert grief.refunded == "64.00"
    assert grief.notes.count("Your other tools could not be told") == 1


def test_given_its_day_when_it_comes_then_all_that_was_ours_ends_and_what_somebody_else_put_on_stays(
    grief: Grief,
) -> None:
    inside = grief.inside
    _outside(inside).shop.tag_customer(grief.customer, tag="no-marketing", present=True)
    grief.press(act="compassion")
    grief.over(days=29)
    assert (grief.tags >= TAGS, inside.effects("unmute")) == (True, [])

    grief.over(days=2)

    assert (grief.tags & TAGS, grief.day) == ({"no-marketing"}, [])
    assert [each["type"] for each in grief.heard] == ["customer.sensitive", "customer.sensitive_over"]
    row = row_of(grief)
    assert row is not None
    assert (row.sensitive_since, row.sensitive_until, row.agent) == (None, None, None)
    grief.over(days=1)
    assert len(inside.effects("unmute")) == 4


def test_given_a_second_hard_time_before_the_first_is_over_when_its_day_comes_then_it_lasts_as_long_as_the_second(
    grief: Grief,
) -> None:
    grief.press(act="compassion")
    grief.inside.later(20 * DAY)
    grief.press("b", act="compassion", confirm="again")
    grief.over(days=15)
    assert grief.tags >= TAGS

    grief.over(days=16)

    assert (grief.tags & TAGS, grief.day) == (set(), []), [r.problem for r in grief.inside.effects("unmute")]


def test_given_a_hard_time_when_a_gift_is_due_then_none_goes_along_until_it_is_over(inside: Practice) -> None:
    order = inside.order()
    customer = int(inside.call(f"/town/orders/{order}")["customer_id"])
    until = inside.world.clock.now() + timedelta(days=1)
    with unit_of_work(inside.world.sessions) as session:
        care.mark_sensitive(
            session, shop_id=inside.shop_id, customer_id=customer, until=until, now=inside.world.clock.now()
        )
    inside.deliver(order)
    inside.drain()

    assert inside.gifts_on(order) == 0
    assert "sensitive" in inside.reasons("nth_order_gift")


def test_given_a_gift_that_waits_when_a_hard_time_begins_then_it_is_not_given(inside: Practice) -> None:
    inside.policy(replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, settle_minutes=15)))
    order = inside.order()
    inside.deliver(order)
    inside.drain()
    (planned,) = inside.effects("add_gift_line")
    now = inside.world.clock.now()
    with unit_of_work(inside.world.sessions) as session:
        known = {"shop_id": inside.shop_id, "customer_id": planned.customer_id}
        care.mark_sensitive(session, until=now + timedelta(days=1), now=now, **known)
    inside.later(1_000)
    inside.drain()

    (gift,) = inside.effects("add_gift_line")
    assert (gift.state, gift.code, inside.gifts_on(order)) == ("withdrawn", "sensitive", 0)


@pytest.mark.parametrize(("mode", "sensitive"), [(Mode.OBSERVE, False), (Mode.APPROVE, True)])
def test_given_a_rule_that_does_not_act_by_itself_when_pressed_then_nothing_leaves(
    grief: Grief, mode: Mode, sensitive: bool
) -> None:
    grief.inside.policy(_with_mode(BRIEF, mode))
    grief.press(act="compassion")

    row = row_of(grief)
    assert (grief.tags & TAGS, grief.day, grief.heard) == (set(), [], [])
    assert (row is not None and row.sensitive_until is not None) is sensitive
    assert "left in peace" not in grief.notes


def test_given_a_lead_who_says_no_when_asked_then_nobody_reads_that_all_is_quiet(grief: Grief) -> None:
    grief.inside.policy(_with_mode(BRIEF, Mode.APPROVE))
    grief.press(act="compassion")
    desk.decline(grief.inside.world, merchant_of(grief.inside), grief.mutes()[0].id)
    grief.inside.drain()

    assert {row.state for row in grief.mutes()} == {"withdrawn"}
    assert grief.notes == ""


def test_given_a_rule_that_was_made_to_watch_when_the_day_comes_then_it_waits_for_it(grief: Grief) -> None:
    grief.press(act="compassion")
    grief.inside.policy(_with_mode(BRIEF, Mode.OBSERVE))
    grief.over()
    assert grief.tags >= TAGS

    grief.inside.policy(BRIEF)
    grief.over(days=1)

    assert grief.tags & TAGS == set()


def test_given_an_app_that_sends_reorders_when_pressed_then_it_pauses_and_in_the_end_goes_on(
    grief: Grief, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Deliveries()
    way_out = World.outside
    monkeypatch.setattr(World, "outside", lambda self, merchant: replace(way_out(self, merchant), reorders=app))

    grief.press(act="compassion")
    assert (app.paused, "No subscription app" in grief.notes) == ({grief.customer}, False)
    grief.over()

    assert app.paused == set()
    assert Quiet.REORDERS in {row.payload["quiet"] for row in grief.mutes()}


def test_given_two_customers_who_are_merged_when_the_day_comes_then_it_ends_for_the_one_left(grief: Grief) -> None:
    inside, kept = grief.inside, int(grief.inside.call("/town/cast")["fourth_order_customer"])
    grief.press(act="compassion")
    with unit_of_work(inside.world.sessions) as session:
        people.rehome(session, shop_id=inside.shop_id, kept=kept, deleted=grief.customer, now=inside.world.clock.now())
    grief.over()

    assert {row.customer_id for row in inside.effects("unmute")} == {kept}
    assert row_of(replace(grief, customer=kept)) is not None


@dataclass(slots=True)
class Deliveries:
    """An app that sends reorders, of which none is there yet; satisfies app.domain.ports.Reorders."""

    paused: set[int] = field(default_factory=set)

    def pause(self, customer_id: int, *, until: datetime, key: str) -> Receipt:
        self.paused.add(customer_id)
        return Receipt(reference=f"{key}:{until}")

    def resume(self, customer_id: int, *, key: str) -> Receipt:
        self.paused.discard(customer_id)
        return Receipt(reference=key)


def _outside(inside: Practice) -> Outside:
    found = inside.world.outside(merchant_of(inside))
    assert found is not None
    return found


def _with_mode(policy: Policy, mode: Mode) -> Policy:
    return replace(policy, team=replace(policy.team, refund_mode=mode))
