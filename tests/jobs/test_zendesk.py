"""A merchant's Zendesk, from its key to its last note: it is furnished, and its own signed calls come in."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app.domain.effects import State
from app.domain.helpdesk_setup import Ail, Stage
from app.store import orders, setups
from app.store.base import reading, unit_of_work
from app.store.setups import Setup
from app.store.shops import Merchant
from app.store.tables import Delivery
from app.web import create_app
from integrations.companies import Login
from integrations.sandbox.zendesk import people
from jobs import helpdesks, installation
from jobs.helpdesk_care import care_for
from tests.jobs.conftest import Practice

KIND = "zendesk"
SAM = "sam@practice.example"
DAY = 86_400


@dataclass
class Street:
    """The practice shop with a Zendesk beside its other helpdesk, and our own door, to which it brings its letters."""

    inside: Practice
    client: FlaskClient
    email: str
    customer: int
    ticket: int = 0
    brought: set[int] = field(default_factory=set)

    @property
    def merchant(self) -> Merchant:
        merchant = self.inside.world.known(self.inside.shop_id)
        assert merchant is not None
        return merchant

    def write_in(self, **about: object) -> int:
        """Let the customer open a ticket."""
        self.ticket = int(self.inside.call("/town/zendesk/tickets", {"email": self.email} | about)["ticket_id"])
        return self.ticket

    def type(self, text: str, **how: object) -> None:
        """Let Sam comment on the ticket: in private, on his own page, unless it is said otherwise."""
        self.inside.call(f"/town/zendesk/tickets/{self.ticket}/comments", {"email": SAM, "text": text} | how)

    def letters(self) -> list[dict[str, Any]]:
        """Return the calls that were not brought yet."""
        written = self.inside.call("/town/zendesk/letters")["letters"]
        return [each for each in written if each["id"] not in self.brought]

    def bring(self) -> list[int]:
        """Bring all calls that wait, let a worker look, and bring what comes of it; return how we answered."""
        answers: list[int] = []
        while letters := self.letters():
            answers += [self.knock(letter) for letter in letters]
            self.brought |= {letter["id"] for letter in letters}
            self.inside.drain()
        return answers

    def knock(self, letter: dict[str, Any], **headers: str) -> int:
        brought = letter["headers"] | headers
        return self.client.post(letter["path"], data=letter["body"].encode(), headers=brought).status_code

    def look(self) -> dict[str, Any]:
        looked: dict[str, Any] = self.inside.call(f"/town/zendesk/tickets/{self.ticket}")
        return looked

    def notes(self) -> list[str]:
        """Return our notes as agents read them."""
        return [text.rpartition("\n\nref ")[0] for note in self.look()["notes"] if "\n\nref " in (text := note["text"])]

    def setup(self) -> Setup | None:
        with reading(self.inside.world.sessions) as session:
            known = setups.listed(session, shop_id=self.inside.shop_id)
        return next((each for each in known if each.kind == KIND), None)

    def kept(self) -> list[bytes]:
        """Return what we keep of its calls."""
        with reading(self.inside.world.sessions) as session:
            return [row.body for row in session.query(Delivery) if row.source == KIND]


@pytest.fixture
def street(inside: Practice) -> Street:
    customer = inside.call("/town/cast")["bereaved_customer"]
    elsewhere = inside.call("/town/tickets", {"customer_id": customer})["ticket_id"]
    email = inside.call(f"/town/tickets/{elsewhere}")["customer"]["email"]
    street = Street(inside, create_app(inside.world).test_client(), email, customer)
    login = Login(user=people.API_USER, key=people.API_TOKEN)
    assert helpdesks.connect(inside.world, street.merchant, kind=KIND, account=people.ACCOUNT, login=login)
    care_for(inside.world, inside.shop_id)
    return street


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
    street.type("/lagniappe flowers")
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
