"""What an agent's button brings about: the money, the words, the lead, the purse."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.agents import Role
from app.domain.policy import Mode
from app.store import agents, inbox
from app.store.base import reading, unit_of_work
from jobs import desk, team
from jobs.practice import POLICY
from tests.jobs.conftest import Practice

TWO_WEEKS = 17 * 86_400  # and two days on which the florist may be closed


@pytest.fixture
def ticket(inside: Practice) -> int:
    customer = inside.call("/town/cast")["bereaved_customer"]
    return int(inside.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"])


def notes(inside: Practice, ticket: int) -> str:
    return "\n".join(note["text"] for note in inside.call(f"/town/tickets/{ticket}")["notes"])


def refunded(inside: Practice) -> str:
    order = inside.call("/town/cast")["bereaved_order"]
    return str(inside.call(f"/town/orders/{order}")["refunded"])


def bouquets(inside: Practice) -> list[dict[str, Any]]:
    return list(inside.call("/town/florist/orders")["orders"])


def test_given_a_press_when_handled_then_the_money_goes_back_and_the_agent_reads_it(
    inside: Practice, ticket: int
) -> None:
    inside.press(ticket, "refund_keep")
    inside.drain()

    assert refunded(inside) == "64.00"
    assert "Refunded $64.00" in notes(inside, ticket)


def test_given_a_refund_whose_answer_is_lost_when_looked_up_then_the_money_moved_once(
    inside: Practice, ticket: int
) -> None:
    inside.press(ticket, "refund_keep")
    inside.fault("RefundCreate", "commit_then_drop")
    inside.drain()
    inside.later(5)
    inside.drain()

    assert refunded(inside) == "64.00"
    assert [(row.state, row.sends) for row in inside.effects("refund_order")] == [("done", 1)]


def test_given_grief_when_the_money_goes_back_then_reorders_and_marketing_were_muted_before(
    inside: Practice, ticket: int
) -> None:
    inside.press(ticket, "refund_keep", compassion="yes")
    inside.drain()

    ended = {row.payload["tag"] or row.payload["quiet"]: row.ended_at for row in inside.effects("mute")}
    (refund,) = inside.effects("refund_order")
    assert ended["pause-reorders"] <= ended["no-marketing"] <= ended["field"] <= ended["listener"] <= refund.ended_at


def test_given_grief_and_a_store_that_takes_no_such_tag_when_pressed_then_the_money_goes_and_the_agent_reads_so(
    inside: Practice, ticket: int
) -> None:
    inside.policy(replace(POLICY, team=replace(POLICY.team, muted_tag="m" * 256)))
    inside.press(ticket, "refund_keep", compassion="yes")
    inside.drain()

    assert refunded(inside) == "64.00"
    assert [row.state for row in inside.effects("mute")] == ["done", "refused", "done", "done"]
    assert notes(inside, ticket).count("Please put the tag on by hand") == 1


def test_given_an_amount_above_the_limit_when_pressed_then_a_lead_is_asked_and_their_yes_is_enough(
    inside: Practice, ticket: int
) -> None:
    inside.policy(replace(POLICY, team=replace(POLICY.team, refund_limit_minor=50_00)))
    inside.press(ticket, "refund_keep")
    inside.drain()
    assert refunded(inside) == "0.00"
    assert "needs a lead" in notes(inside, ticket)

    (waiting,) = inside.effects("refund_order")
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    desk.approve(inside.world, merchant, waiting.id)
    inside.drain()

    assert refunded(inside) == "64.00"


def test_given_an_agent_who_was_let_go_when_their_press_comes_then_no_money_moves(
    inside: Practice, ticket: int
) -> None:
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    team.add(inside.world, merchant, name="Léa Martin", email="lea@x.example", role=Role.AGENT)
    with reading(inside.world.sessions) as session:
        (lea,) = agents.listed(session, shop_id=merchant.id, seal=inside.world.seal)
    team.set_active(inside.world, merchant, lea.id, active=False)

    inside.press(ticket, "refund_keep")
    inside.drain()

    assert refunded(inside) == "0.00"
    assert "was let go" in notes(inside, ticket)


def test_given_an_empty_purse_when_pressed_then_nothing_moves_and_the_agent_is_sent_to_a_lead(
    inside: Practice, ticket: int
) -> None:
    inside.policy(replace(POLICY, team_monthly_minor=60_00))
    inside.press(ticket, "refund_keep")
    inside.drain()

    assert refunded(inside) == "0.00"
    assert "Ask a lead" in notes(inside, ticket)


def test_given_a_rule_that_observes_when_pressed_then_not_even_a_note_is_written(inside: Practice, ticket: int) -> None:
    inside.policy(replace(POLICY, team=replace(POLICY.team, refund_mode=Mode.OBSERVE)))
    inside.press(ticket, "refund_keep")
    inside.drain()

    assert (refunded(inside), notes(inside, ticket)) == ("0.00", "")
    assert [row.state for row in inside.effects("refund_order")] == ["observed"]


def test_given_flowers_in_two_weeks_when_the_time_comes_then_they_are_ordered_once_and_signed(
    inside: Practice, ticket: int
) -> None:
    inside.press(ticket, "flowers", when_days="14", message="She was kind.")
    inside.drain()
    assert bouquets(inside) == []

    inside.later(TWO_WEEKS)
    inside.drain()

    (bouquet,) = bouquets(inside)
    assert bouquet["items"][0]["card_message"] == "She was kind.\nLéa"


def test_given_planned_flowers_when_withdrawn_before_their_day_then_none_leave_and_the_purse_is_whole(
    inside: Practice, ticket: int
) -> None:
    inside.press(ticket, "flowers")
    inside.drain()
    inside.press(ticket, "withdraw_flowers")
    inside.drain()
    inside.later(TWO_WEEKS)
    inside.drain()

    assert bouquets(inside) == []
    assert [row.state for row in inside.effects("send_flowers")] == ["withdrawn"]
    assert inside.reserved() == 0


def test_given_flowers_that_another_worker_is_about_to_plan_when_withdrawn_then_that_waits_for_them_and_none_leave(
    inside: Practice, ticket: int
) -> None:
    inside.press(ticket, "flowers")
    about = {"shop_id": inside.shop_id, "now": inside.world.clock.now(), "lease": timedelta(seconds=30)}
    with unit_of_work(inside.world.sessions) as session:
        assert len(inbox.claim(session, limit=1, **about)) == 1
    inside.press(ticket, "withdraw_flowers")
    inside.drain()
    assert inside.call(f"/town/tickets/{ticket}")["notes"] == []

    inside.later(60)
    inside.drain()

    assert [row.state for row in inside.effects("send_flowers")] == ["withdrawn"]
    assert inside.reserved() == 0


def test_given_flowers_for_another_ticket_when_these_are_withdrawn_then_nobody_waits_for_those(
    inside: Practice, ticket: int
) -> None:
    customer = inside.call("/town/cast")["bereaved_customer"]
    other = int(inside.call("/town/tickets", {"customer_id": customer, "subject": "Thanks"})["ticket_id"])
    inside.press(other, "flowers")
    about = {"shop_id": inside.shop_id, "now": inside.world.clock.now(), "lease": timedelta(seconds=30)}
    with unit_of_work(inside.world.sessions) as session:
        inbox.claim(session, limit=1, **about)
    inside.press(ticket, "withdraw_flowers")
    inside.drain()

    assert "No flowers of this ticket" in notes(inside, ticket)


def test_given_a_florist_who_goes_silent_when_flowers_were_sent_then_a_person_is_asked_and_nothing_is_repeated(
    inside: Practice, ticket: int
) -> None:
    inside.press(ticket, "flowers")
    inside.drain()
    inside.later(TWO_WEEKS)
    inside.call("/town/florist/faults", {"next": [{"call": "placeorder", "kind": "commit_then_drop"}]})
    inside.drain()
    for _ in range(3):
        inside.later(3600)
        inside.drain()

    (row,) = inside.effects("send_flowers")
    assert (row.state, row.sends, row.next_try_at) == ("uncertain", 1, None)
    assert len(bouquets(inside)) == 1
    assert inside.reserved() > 0
    assert "a person must ask the florist" in notes(inside, ticket)


@pytest.mark.parametrize("amount", ["0", "-5.00", "64.01", "1e3", "12,34", "٣"])
def test_given_an_amount_that_cannot_be_when_pressed_then_the_agent_reads_why(
    inside: Practice, ticket: int, amount: str
) -> None:
    inside.press(ticket, "refund_keep", amount=amount)
    inside.drain()

    assert refunded(inside) == "0.00"
    assert "Nothing was done." in notes(inside, ticket)


def test_given_flowers_that_were_withdrawn_when_the_agent_thinks_again_then_they_are_planned_anew(
    inside: Practice, ticket: int
) -> None:
    for number, act in enumerate(("flowers", "withdraw_flowers", "flowers")):
        inside.press(ticket, act, when_days=str(14 + number))
        inside.drain()
    inside.later(TWO_WEEKS + 3 * 86_400)
    inside.drain()

    assert [row.state for row in inside.effects("send_flowers")] == ["withdrawn", "done"]
    assert len(bouquets(inside)) == 1


def test_given_flowers_that_are_planned_when_pressed_once_more_then_the_agent_reads_so(
    inside: Practice, ticket: int
) -> None:
    for days in ("14", "15"):
        inside.press(ticket, "flowers", when_days=days)
        inside.drain()

    assert "planned or sent already" in notes(inside, ticket)
    assert len(inside.effects("send_flowers")) == 1


@pytest.mark.parametrize("days", ["0", "181", "9999999"])
def test_given_days_beyond_reason_when_flowers_are_pressed_then_the_agent_reads_why(
    inside: Practice, ticket: int, days: str
) -> None:
    inside.press(ticket, "flowers", when_days=days)
    inside.drain()

    assert "1 to 180 days" in notes(inside, ticket)
