"""Commands that agents type on the tickets of a real helpdesk, and whoever rings in somebody else's name."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from app.domain import commands
from app.domain.agents import Role
from app.domain.effects import State
from app.domain.people import Person
from app.store import agents, connections, inbox
from app.store.base import unit_of_work
from app.store.shops import Merchant
from app.store.tables import Delivery
from integrations.companies import Login
from integrations.django_helpdesk import hooks
from jobs import helpdesks, privacy, team
from jobs.runtime import way_out
from tests.jobs.conftest import Practice
from tests.real_helpdesk.running import ACCOUNT, KEY, USER, RealHelpdesk

ANA = 2  # her number there
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The practice shop, with a real helpdesk beside the town's, and a ticket of a customer there."""

    inside: Practice
    real: RealHelpdesk
    ticket: int
    email: str

    @property
    def merchant(self) -> Merchant:
        merchant = self.inside.world.known(self.inside.shop_id)
        assert merchant is not None
        return merchant

    def typed(self, text: str, *, public: bool = False) -> int:
        """Let Ana write on the ticket; return the number of what she wrote."""
        self.real.ana.comment(self.ticket, text, public=public)
        return self.last()

    def last(self) -> int:
        """Return the number of what was written last in the whole helpdesk."""
        return int(self.real.behind("last"))

    def ring(self, comment: int | None = None, *, text: str = "", ticket: int | None = None, author: int = ANA) -> None:
        """Put a call into the inbox, as the web process would; a `comment` of None says that the ticket is new."""
        said = [{"id": comment, "user": author, "comment": text}] if comment else []
        about = {"id": ticket or self.ticket, "submitter_email": self.email, "followup_set": said}
        self.put(hooks.kept(json.dumps({"ticket": about, "followup_id": comment}).encode()))

    def put(self, body: bytes) -> None:
        """Put it there as it is, and let a worker look."""
        with unit_of_work(self.inside.world.sessions) as session:
            inbox.receive(
                session,
                shop_id=self.inside.shop_id,
                source="django_helpdesk",
                sender=ACCOUNT,
                topic="http-integration",
                delivery_key=str(hash(body)),
                body=body,
                now=self.inside.world.clock.now(),
            )
        self.inside.drain()

    def notes(self) -> list[str]:
        """Return our private notes on the ticket, as agents read them."""
        notes = self.real.behind("look", ticket=self.ticket)["notes"]
        ours = (note["text"].rpartition("\n\nref ")[0] for note in notes if note["user"] != ANA)
        return [text.replace("\N{WORD JOINER}", "") for text in ours]

    def marks(self) -> tuple[str, str]:
        """Return the tags and the standing that the ticket shows."""
        looked = self.real.behind("look", ticket=self.ticket)
        return looked["tags"], looked["standing"]

    def refunds(self) -> list[tuple[State, int]]:
        return [(State(row.state), row.payload["amount"]["minor"]) for row in self.inside.effects("refund_order")]


@pytest.fixture
def desk(inside: Practice, real_helpdesk: RealHelpdesk) -> Iterator[Desk]:
    chosen = inside.world.settings.model_copy(update={"helpdesk_origins": f"django_helpdesk={real_helpdesk.url}"})
    there = replace(inside, world=replace(inside.world, settings=chosen, http=way_out(chosen)))
    customer = there.call("/town/cast")["bereaved_customer"]
    elsewhere = there.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"]
    email = there.call(f"/town/tickets/{elsewhere}")["customer"]["email"]
    desk = Desk(inside=there, real=real_helpdesk, ticket=real_helpdesk.behind("open", email=email), email=email)
    connected(desk, key=KEY)
    yield desk
    real_helpdesk.behind("close_all")


def test_given_a_private_command_when_its_bell_rings_then_it_is_done_as_if_a_button_had_been_pressed(
    desk: Desk,
) -> None:
    text = "/lagniappe refund 24.50"
    desk.ring(desk.typed(text), text=text)

    assert desk.refunds() == [(State.DONE, 24_50)]
    (note,) = desk.notes()
    assert "Refunded $24.50" in note
    (refund,) = desk.inside.effects("refund_order")
    assert (refund.ticket_id, refund.payload["agent_name"]) == (f"django_helpdesk:{desk.ticket}", "")


def test_given_an_author_whom_the_merchant_introduced_when_they_type_then_they_have_a_name_until_they_are_let_go(
    desk: Desk,
) -> None:
    world, merchant = desk.inside.world, desk.merchant
    team.add(world, merchant, name="Ana Reyes", email="ana@shop.example", role=Role.AGENT)
    with unit_of_work(world.sessions) as session:
        (ana,) = agents.listed(session, shop_id=merchant.id, seal=world.seal)
    team.introduce(world, merchant, ana.id, kind="django_helpdesk", ref=str(ANA))
    text = "/lagniappe flowers 80 in 14 days: We miss her too."
    desk.ring(desk.typed(text), text=text)

    (flowers,) = desk.inside.effects("send_flowers")
    assert (flowers.state, flowers.payload["message"]) == (State.PLANNED, "We miss her too.\nAna")

    with unit_of_work(world.sessions) as session:
        agents.set_active(session, shop_id=merchant.id, agent_id=ana.id, active=False)
    text = "/lagniappe withdraw flowers"
    desk.ring(desk.typed(text), text=text)
    assert "let go" in desk.notes()[-1]
    assert [row.state for row in desk.inside.effects("send_flowers")] == [State.PLANNED]


def test_given_the_same_comment_when_its_bell_rings_with_other_news_then_it_is_done_once(desk: Desk) -> None:
    text = "/lagniappe refund 24.50"
    comment = desk.typed(text)
    desk.ring(comment, text=text)
    desk.inside.later(3600)
    said = {"id": comment, "user": ANA, "comment": text, "title": "kept in another form"}
    desk.put(json.dumps({"ticket": {"id": desk.ticket, "followup_set": [said]}, "followup_id": comment}).encode())

    assert (desk.refunds(), len(desk.notes())) == ([(State.DONE, 24_50)], 1)


def test_given_an_author_without_a_name_when_flowers_are_typed_unsigned_then_they_are_asked_to_sign(desk: Desk) -> None:
    text = "/lagniappe flowers 80 in 14 days"
    desk.ring(desk.typed(text), text=text)

    assert desk.inside.effects("send_flowers") == []
    assert "please end it with your name" in desk.notes()[0]


def test_given_flowers_that_were_withdrawn_when_somebody_rings_for_their_comment_again_then_they_stay_so(
    desk: Desk,
) -> None:
    text = "/lagniappe flowers 80 in 14 days: With love, Ana"
    comment = desk.typed(text)
    desk.ring(comment, text=text)
    withdrawal = "/lagniappe withdraw flowers"
    desk.ring(desk.typed(withdrawal), text=withdrawal)
    replace(desk, email="another@address.example").ring(comment, text=text)

    assert [row.state for row in desk.inside.effects("send_flowers")] == [State.WITHDRAWN]


def test_given_a_comment_of_yesterday_when_its_bell_rings_for_the_first_time_then_it_is_typed_again_if_still_meant(
    desk: Desk,
) -> None:
    text = "/lagniappe refund 24.50"
    comment = desk.typed(text)
    desk.inside.later(25 * 3600)
    desk.ring(comment, text=text)

    assert (desk.notes(), desk.refunds()) == ([commands.TOO_LATE], [])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/lagniappe help", "So it is done:"),
        ("/lagniappe refund everything", "Nothing was done: this was not understood."),
        ("/lagniappe <script>refund</script> {{ 10 }} #1001", "Nothing was done: this was not understood."),
        ("/lagniappe \N{RIGHT-TO-LEFT OVERRIDE}01 dnufer", "Nothing was done: this was not understood."),
        ("/lagniappe flowers: " + "love " * 210_000, "Nothing was done: this was not understood."),
    ],
)
def test_given_what_nobody_understands_when_typed_then_nothing_follows_but_the_forms_in_private(
    desk: Desk, text: str, answer: str
) -> None:
    comment = desk.typed(text)
    shown = desk.real.behind("look", ticket=desk.ticket)["notes"][0]["text"]
    desk.ring(comment, text=shown)

    (note,) = desk.notes()
    assert note == "\n".join([answer, *commands.FORMS, commands.HOW])
    assert desk.inside.effects("refund_order") == desk.inside.effects("send_flowers") == []
    assert desk.real.behind("look", ticket=desk.ticket)["public"] == []


def test_given_a_command_in_a_public_comment_when_its_bell_rings_then_nothing_follows_but_word_of_it(
    desk: Desk,
) -> None:
    text = "/lagniappe refund 24.50"
    desk.ring(desk.typed(text, public=True), text=text)

    assert (desk.notes(), desk.refunds()) == ([commands.PUBLIC], [])


@pytest.mark.parametrize("author", [1, 77])
def test_given_a_bell_that_rings_in_anothers_name_when_handled_then_nothing_is_done(desk: Desk, author: int) -> None:
    text = "/lagniappe refund 24.50"
    desk.ring(desk.typed(text), text=text, author=author)

    assert (desk.notes(), desk.refunds()) == ([commands.CHANGED], [])


@pytest.mark.parametrize(
    "changes", [{"comment": "/lagniappe refund 60"}, {"user_id": 1}, {"comment": "/lagniappe refund 24.500"}]
)
def test_given_a_comment_that_was_changed_after_its_bell_rang_when_handled_then_nothing_is_done(
    desk: Desk, changes: Json
) -> None:
    text = "/lagniappe refund 24.50"
    comment = desk.typed(text)
    desk.real.behind("reword", which=comment, **changes)
    desk.ring(comment, text=text)

    assert (desk.notes()[-1:], desk.refunds()) == ([commands.CHANGED], [])


def test_given_a_forged_ring_for_a_strangers_ticket_when_handled_then_neither_ticket_hears_of_it(desk: Desk) -> None:
    foreign = desk.real.behind("open", email="somebody@else.example")
    text = "/lagniappe refund 24.50"
    comment = desk.typed(text)

    desk.ring(comment, text=text, ticket=foreign)
    desk.ring(comment + 1_000, text=text)
    desk.ring(comment, text=text, ticket=999_999_999)

    assert (desk.notes(), desk.refunds()) == ([], [])
    assert desk.real.behind("look", ticket=foreign)["notes"] == []


def test_given_a_forged_address_in_a_ring_when_a_command_is_done_then_it_is_for_whose_ticket_it_is(
    desk: Desk,
) -> None:
    stranger = replace(desk, ticket=desk.real.behind("open", email="somebody@else.example"))
    text = "/lagniappe refund 24.50"
    stranger.ring(stranger.typed(text), text=text)

    (note,) = stranger.notes()
    assert "No customer of the store has this ticket's e-mail address." in note
    assert desk.refunds() == []


def test_given_a_key_that_is_dead_when_a_bell_rings_then_the_command_waits_for_another(desk: Desk) -> None:
    text = "/lagniappe refund 24.50"
    comment = desk.typed(text)
    connected(desk, key="wrong")
    desk.ring(comment, text=text)
    assert desk.refunds() == []

    with unit_of_work(desk.inside.world.sessions) as session:
        login, about = Login(user=USER, key=KEY), {"kind": "django_helpdesk", "account": ACCOUNT}
        helpdesks.keep(desk.inside.world, session, desk.merchant, login=login, **about)
    desk.inside.drain()
    assert desk.refunds() == [(State.DONE, 24_50)]


def test_given_a_special_customers_ticket_when_the_agents_form_wipes_its_marks_then_the_next_ring_puts_them_back(
    desk: Desk,
) -> None:
    tag, customer = "make-it-right", desk.inside.call("/town/cast")["bereaved_customer"]
    desk.inside.deliver(desk.inside.order(customer_id=customer, amount="9000.00"))
    desk.inside.drain()
    new = replace(desk, ticket=desk.real.behind("open", email=desk.email))
    new.ring()
    assert [(each.marks()[0], each.marks()[1][:10]) for each in (desk, new)] == [(tag, "Special: $")] * 2

    comment = desk.typed("I am on it.")
    assert desk.marks() == ("", "")
    desk.ring(comment, text="I am on it.")
    assert (desk.marks()[0], desk.marks()[1][:10]) == (tag, "Special: $")

    desk.ring(comment + 1_000, text="Thank you!")
    assert [row.state for row in desk.inside.effects("tag_ticket")] == [State.DONE] * 2
    assert len([note for note in desk.notes() if note.startswith(tag)]) == 1


def test_given_a_customer_who_was_forgotten_when_a_command_is_not_understood_then_no_word_of_the_call_is_kept(
    desk: Desk,
) -> None:
    privacy.forget(desk.inside.world, desk.merchant, Person(words=frozenset({desk.email})))
    text = "/lagniappe hepl"
    desk.ring(desk.typed(text), text=text)

    assert len(desk.notes()) == 1
    with unit_of_work(desk.inside.world.sessions) as session:
        assert session.query(Delivery).filter(Delivery.source == "django_helpdesk").one().body == b""


def test_given_a_helpdesk_that_vouches_for_nobody_when_something_is_to_be_read_there_then_it_is_not_asked(
    desk: Desk,
) -> None:
    outside = desk.inside.world.outside(desk.merchant)
    assert outside is not None

    assert outside.talkative_desk_of("42") is None
    assert outside.talkative_desk_of("carrier-pigeon:42") is None
    assert outside.talkative_desk_of(f"django_helpdesk:{desk.ticket}") is not None


def connected(desk: Desk, *, key: str) -> None:
    """Let the merchant bring a key for their helpdesk."""
    with unit_of_work(desk.inside.world.sessions) as session:
        connections.connect(
            session,
            shop_id=desk.inside.shop_id,
            kind="django_helpdesk",
            account=ACCOUNT,
            user=USER,
            key=key,
            seal=desk.inside.world.seal,
        )
