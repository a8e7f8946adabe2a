"""A real helpdesk, and a real agent at her browser there: what she types in private is done, once, and told in private.

Our own web process hears the helpdesk's own calls; the store and the florist are the practice town's.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.effects import State
from app.store import connections, migrate
from app.store import samples as kept
from app.store.base import open_database, sessions_of, unit_of_work
from app.store.tables import Decision, Delivery
from integrations import registry
from integrations.sandbox.store.catalogue import stock_up
from integrations.sandbox.store.people import newcomer
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from jobs import samples
from jobs.helpdesk_care import care_for
from jobs.practice import POLICY
from jobs.runtime import way_out
from tests.jobs.conftest import Practice, moved_in, read_past, settings_for
from tests.real_helpdesk.running import ACCOUNT, KEY, USER, RealHelpdesk
from tests.still import still_town
from tests.web.test_server import serving

TOKEN = "url-token-of-forty-odd-random-characters"
DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """A shop, its helpdesk, a customer who bought for $64.00, and the ticket that they opened."""

    inside: Practice
    real: RealHelpdesk
    door: str
    order: int
    ticket: int
    email: str
    mails: int  # that the helpdesk had sent once the ticket was open

    def type(self, text: str, *, public: bool = False) -> int:
        """Let Ana fill in her form, and our worker look; return the number of what she wrote."""
        self.real.ana.comment(self.ticket, text, public=public)
        number = int(self.real.behind("last"))
        self.inside.drain()
        return number

    def later(self, seconds: int) -> None:
        self.inside.later(seconds)
        self.inside.drain()

    def look(self) -> dict[str, Any]:
        looked: dict[str, Any] = self.real.behind("look", ticket=self.ticket)
        return looked

    def notes(self) -> list[str]:
        """Return our notes as Ana reads them."""
        ours = (note["text"] for note in self.look()["notes"] if "\n\nref " in note["text"])
        return [text.rpartition("\n\nref ")[0].replace("\N{WORD JOINER}", "") for text in ours]

    def deeds(self, kind: str) -> list[State]:
        return [State(row.state) for row in self.inside.effects(kind)]

    def calls(self) -> int:
        """Return how many of the helpdesk's calls we keep."""
        with unit_of_work(self.inside.world.sessions) as session:
            return len(session.scalars(select(Delivery.id).where(Delivery.source == "django_helpdesk")).all())

    def nobody_else_was_told(self) -> bool:
        """Return whether the customer can see no more, and was mailed no more, than when the ticket was opened."""
        return len(self.look()["public"]) == 1 and self.real.behind("mails") == self.mails


@pytest.fixture
def street(real_helpdesk: RealHelpdesk, in_memory: Path) -> Iterator[Street]:
    with ExitStack() as opened:
        folder, moment = Path(opened.enter_context(TemporaryDirectory(dir=in_memory))), datetime.now(UTC)
        wish = TownSettings(books=folder / "town.db", clock_file=folder / "clock", year=False)
        town = opened.enter_context(still_town(wish, moment))
        with town.town.books.turn() as turn:
            shop = turn.get("shops", PRACTICE_SHOP) or {}
            stock_up(turn, shop)
            customer = newcomer(turn, Random(1), shop, moment)  # who lives where no tax is on flowers
        url = f"sqlite:///{folder / 'app.db'}"
        migrate.to_head(url)
        engine = open_database(url)
        opened.callback(engine.dispose)
        chosen = settings_for(town, folder, url).model_copy(
            update={"helpdesk_origins": f"django_helpdesk={real_helpdesk.url}"}
        )
        there = moved_in(chosen, sessions_of(engine), folder, moment)
        read_past(there)
        inside = replace(there, world=replace(there.world, http=way_out(chosen)))
        inside.policy(replace(POLICY, team=replace(POLICY.team, flowers_product="F1-255", flowers_days=14)))
        bought = {"customer_id": customer["id"], "amount": "64.00", "announce": "lose"}
        order = int(inside.call("/town/orders", bought)["order_id"])
        inside.deliver(order)
        connect(inside)
        server = opened.enter_context(serving(inside.world))
        door = f"http://127.0.0.1:{server.port}/hooks/django_helpdesk/{TOKEN}"
        real_helpdesk.behind("hooks", url=door)
        opened.callback(real_helpdesk.behind, "hooks", url="")
        ticket = real_helpdesk.opened(customer["email"])
        inside.drain()
        mails = real_helpdesk.behind("mails")
        written = {"order": order, "ticket": ticket, "email": str(customer["email"]), "mails": mails}
        yield Street(inside=inside, real=real_helpdesk, door=door, **written)


def connect(inside: Practice) -> None:
    with unit_of_work(inside.world.sessions) as session:
        connections.connect(
            session,
            shop_id=inside.shop_id,
            kind="django_helpdesk",
            account=ACCOUNT,
            user=USER,
            key=KEY,
            seal=inside.world.seal,
            url_token=TOKEN,
        )


def test_given_flowers_typed_in_private_when_their_day_comes_then_the_florist_has_them_and_the_agent_reads_so(
    street: Street,
) -> None:
    assert (street.calls(), street.notes()) == (1, [])

    street.type("/lagniappe flowers 60: With love, Ana")
    assert street.deeds("send_flowers") == [State.PLANNED]
    assert ["planned" in note for note in street.notes()] == [True]

    street.later(15 * DAY)
    assert street.deeds("send_flowers") == [State.DONE]
    assert len(street.inside.call("/town/florist/orders")["orders"]) == 1
    assert ["ordered" in note for note in street.notes()] == [False, True]
    assert street.nobody_else_was_told()


def test_given_a_refund_typed_in_private_when_the_helpdesk_calls_twice_then_the_money_goes_back_once(
    street: Street,
) -> None:
    number = street.type("/lagniappe refund 24.50 of #1001")
    street.real.ring(street.door, street.ticket, number)
    street.inside.drain()

    assert street.deeds("refund_order") == [State.DONE]
    assert street.inside.call(f"/town/orders/{street.order}")["refunded"] == "24.50"
    assert ["Refunded $24.50" in note for note in street.notes()] == [True]
    assert street.calls() == 3  # the ticket, the command, our own note
    assert street.nobody_else_was_told()


def test_given_the_helpdesks_answer_is_lost_when_we_leave_a_note_then_it_stands_there_once(street: Street) -> None:
    street.real.ana.comment(street.ticket, "/lagniappe refund 24.50")
    street.real.behind("fault", method="POST", kind="drop")
    street.inside.drain()
    assert street.deeds("post_note") == [State.UNCERTAIN]

    street.later(60)
    assert street.deeds("post_note") == [State.DONE]
    assert ["Refunded $24.50" in note for note in street.notes()] == [True]
    assert street.nobody_else_was_told()


def test_given_a_command_typed_where_the_customer_reads_when_it_is_heard_then_no_money_follows_from_it(
    street: Street,
) -> None:
    street.type("/lagniappe refund 24.50", public=True)

    assert street.deeds("refund_order") == []
    assert ["public comment" in note for note in street.notes()] == [True]
    assert len(street.look()["public"]) == 2  # what Ana herself wrote


def test_given_the_merchant_wants_to_see_it_work_when_a_test_ticket_is_written_then_its_call_comes_and_knows_who_it_is(
    street: Street,
) -> None:
    world, shop_id, kind = street.inside.world, street.inside.shop_id, "django_helpdesk"
    merchant, email = world.known(shop_id), street.email
    assert merchant is not None
    assert samples.ask(world, merchant, kind, email)
    care_for(world, shop_id)
    street.inside.drain()

    with unit_of_work(world.sessions) as session:
        written = kept.listed(session, shop_id=shop_id)[kind]
        ticket = registry.named(kind, written.number)
        about = select(Decision.code).where(Decision.subject == f"ticket:{ticket}")
        said = session.scalars(about.order_by(Decision.id)).all()
        assert kept.called_at(session, shop_id=shop_id, tickets=[ticket])
    assert said
    assert said[-1] != "no_match"  # the last call came once the address was there
    assert street.nobody_else_was_told()
    assert street.real.behind("look", ticket=int(written.number))["public"] == []

    assert samples.take_back(world, merchant, kind)
    care_for(world, shop_id)
    assert int(written.number) not in street.real.behind("tickets_of", email=email)
