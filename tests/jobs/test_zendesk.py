"""A merchant's Zendesk, from its key to its last note: it is furnished, and its own signed calls come in."""

import pytest
from structlog.testing import capture_logs

from app.domain.effects import State
from app.domain.helpdesk_setup import Ail, Stage
from app.store import orders
from app.store.base import unit_of_work
from jobs import helpdesks, installation
from jobs.helpdesk_care import care_for
from tests.jobs.conftest import Practice
from tests.jobs.zendesk import KIND, Street, connected

DAY = 86_400


@pytest.fixture
def street(inside: Practice) -> Street:
    return connected(inside)


def test_given_a_key_when_connected_then_all_is_made_and_its_first_call_is_believed(street: Street) -> None:
    found = street.setup()
    assert found is not None
    assert (found.stage, found.ails, found.trouble) == (Stage.LIVE, frozenset(), "")

    street.write_in(phone="+1 555 0100 200", external_id=str(street.customer))

    assert street.bring() == [200]
    (body,) = street.kept()
    assert b"ticket-created" in body
    assert street.inside.set_aside() == []


def test_given_a_special_customer_when_they_write_then_the_ticket_shows_it_and_tags_of_others_stay(
    street: Street,
) -> None:
    inside, now = street.inside, street.inside.world.clock.now()
    with unit_of_work(inside.world.sessions) as session:
        orders.set_special(session, shop_id=inside.shop_id, customer_ids=[street.customer], special=True, now=now)
    street.write_in()
    inside.call(f"/town/zendesk/tickets/{street.ticket}", {"tags": ["returns"]})

    street.bring()

    assert street.look()["tags"] == ["make-it-right", "returns"]
    assert len(street.look()["messages"]) == 1


@pytest.mark.parametrize("other", [{}, {"X-Zendesk-Webhook-Invocation-Id": "another"}])
def test_given_a_command_in_private_when_its_call_comes_twice_then_it_is_done_once_and_told_in_private(
    street: Street, other: dict[str, str]
) -> None:
    street.write_in()
    street.bring()
    street.type("/lagniappe refund 24.50")
    (letter,) = street.letters()

    assert street.knock(letter) == 200
    street.inside.drain()
    assert street.knock(letter, **other) == 200
    street.bring()

    (refund,) = street.inside.effects("refund_order")
    assert (refund.state, refund.ticket_id) == (State.DONE, f"zendesk:{street.ticket}")
    (note,) = street.notes()
    assert "Refunded $24.50" in note
    assert len(street.look()["messages"]) == 1


def test_given_flowers_in_private_when_their_day_comes_then_the_florist_has_them_and_nobodys_words_are_kept(
    street: Street,
) -> None:
    street.write_in(body="My dog died.")
    street.bring()
    street.type("So sorry for her.")
    street.type("/lagniappe flowers: With love, Ana")
    street.bring()
    assert [State(row.state) for row in street.inside.effects("send_flowers")] == [State.PLANNED]
    street.inside.later(15 * DAY)
    street.inside.drain()

    assert [State(row.state) for row in street.inside.effects("send_flowers")] == [State.DONE]
    assert ["planned" in note or "ordered" in note for note in street.notes()] == [True, True]
    assert not any(b"dog" in body or b"sorry" in body for body in street.kept())


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"public": True}, ["Nothing was done: the command stands in a public comment"]),
        ({"channel": "email"}, []),
        ({"channel": "api"}, []),
        ({"email": "customer", "public": True}, []),
    ],
)
def test_given_a_command_that_nobody_vouches_for_when_it_is_rung_for_then_no_money_moves(
    street: Street, how: dict[str, object], told: list[str]
) -> None:
    street.write_in()
    street.bring()
    before = street.notes()
    by = {"email": street.email} if how.get("email") == "customer" else {}
    street.type("/lagniappe refund all", **how | by)

    street.bring()

    assert street.inside.effects("refund_order") == []
    assert [note[: len(said)] for note, said in zip(street.notes()[len(before) :], told, strict=True)] == told


def test_given_a_call_when_it_is_forged_or_late_then_it_is_not_let_in(street: Street) -> None:
    street.write_in()
    (letter,) = street.letters()
    forged = {"X-Zendesk-Webhook-Signature": "AAAA"}

    assert street.knock(letter, **forged) == 401
    assert street.knock(letter | {"body": letter["body"].replace("42", "43") + " "}) == 401
    street.inside.later(301)
    assert street.knock(letter) == 401
    assert street.kept() == []


def test_given_a_secret_that_was_changed_over_there_when_looked_at_in_the_night_then_calls_are_believed_again(
    street: Street,
) -> None:
    street.inside.call("/town/zendesk/secrets", {})
    street.write_in()
    assert street.bring() == [401]

    street.inside.later(DAY)
    care_for(street.inside.world, street.inside.shop_id)

    street.write_in()
    assert street.bring() == [200]


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "found later"])
def test_given_a_note_that_came_out_public_when_another_is_due_then_none_is_written_any_more(
    street: Street, *, lost: bool
) -> None:
    street.write_in()
    street.bring()
    street.inside.call("/town/zendesk/careless", {})
    if lost:
        street.inside.call("/town/zendesk/faults", {"next": [{"call": "PUT tickets", "kind": "commit_then_drop"}]})
    street.type("/lagniappe refund 1.00")
    with capture_logs() as logs:
        street.bring()
        street.inside.later(60)
        street.inside.drain()
    assert "helpdesk.notes_public" in [entry["event"] for entry in logs]
    found = street.setup()
    assert found is not None
    assert Ail.NOTES_PUBLIC in found.ails
    notes = street.notes()

    street.type("/lagniappe refund 2.00")
    street.bring()

    assert [State(row.state) for row in street.inside.effects("refund_order")] == [State.DONE] * 2
    assert street.notes() == notes


@pytest.mark.parametrize("way", ["disconnected", "uninstalled"])
def test_given_a_connected_one_when_it_is_left_then_nothing_of_ours_is_there_and_none_of_its_calls_comes_in(
    street: Street, way: str
) -> None:
    world = street.inside.world
    street.write_in()
    (letter,) = street.letters()
    if way == "disconnected":
        assert helpdesks.disconnect(world, street.merchant, KIND)
    else:
        street.inside.call(f"/town/shops/{street.merchant.domain}/uninstall", {"announce": "lose"})
        assert installation.uninstall(world, street.inside.shop_id, world.clock.now())
    care_for(world, street.inside.shop_id)

    assert street.setup() is None
    assert street.knock(letter) == 401
    left = street.inside.call("/town/zendesk/furniture")
    assert left == {"webhooks": 0, "triggers": 0, "macros": 0, "user_fields": 0}
