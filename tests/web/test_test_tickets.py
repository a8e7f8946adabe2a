"""The test ticket on the merchant's pages: asked for, told of truly, and taken away; every press works without JS."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.domain.helpdesk_setup import Ail, Stage
from app.domain.policy import Mode, NthOrderGift, SpecialCustomer
from app.domain.sample_tickets import SampleStage
from app.store import connections, decisions, inbox, samples, setups
from app.store.base import reading, unit_of_work
from app.store.connection_tables import Connection
from app.store.samples import Sample
from integrations import registry
from tests.builders import NOON, auto_policy
from tests.store.test_decisions import decision
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

KIND, ANN = registry.FIRST_HELPDESK, "ann@shop.example"
WRITE, AWAY = f"/helpdesks/{KIND}/test-ticket", f"/helpdesks/{KIND}/test-ticket/away"
AGAIN = 'data-again="2"'
MOST_STATEMENTS = 10  # of the page, with a test ticket in every helpdesk


def connect(desk: Desk, *kinds: str) -> None:
    with unit_of_work(desk.world.sessions) as session:
        for kind in kinds or (KIND,):
            account = "desk.acme.example" if kind == "django_helpdesk" else "acme"
            known = {"account": account, "user": "u", "key": "k", "url_token": f"t-{kind}", "seal": desk.world.seal}
            connections.connect(session, shop_id=desk.merchant.id, kind=kind, **known)


def kept(desk: Desk, kind: str = KIND) -> Sample | None:
    with reading(desk.world.sessions) as session:
        return samples.read(session, shop_id=desk.merchant.id, kind=kind)


def write(desk: Desk, number: str = "12", *, kind: str = KIND) -> None:
    """Do what a worker does."""
    found = kept(desk, kind)
    assert found is not None
    about = {"shop_id": desk.merchant.id, "kind": kind, "key": found.key}
    with unit_of_work(desk.world.sessions) as session:
        assert samples.written(session, **about, ticket_id=number, at=desk.world.clock.now())


def call(desk: Desk, number: str, *, after: int) -> None:
    """Let the helpdesk call about a ticket, and that be understood."""
    shop_id, at = desk.merchant.id, desk.world.clock.now() + timedelta(seconds=after)
    with unit_of_work(desk.world.sessions) as session:
        named = {"source": KIND, "sender": "acme", "topic": "t", "delivery_key": number, "body": b"{}"}
        assert inbox.receive(session, shop_id=shop_id, now=at, **named)
        (letter,) = inbox.claim(session, shop_id=shop_id, now=at, lease=timedelta(minutes=1), limit=1)
        about = {"shop_id": shop_id, "delivery_id": letter.id, "mode": Mode.AUTO, "now": at}
        decisions.keep(session, decision("not_special", subject=f"ticket:{number}"), **about)


def give_up(desk: Desk, why: str) -> None:
    found = kept(desk)
    assert found is not None
    with unit_of_work(desk.world.sessions) as session:
        samples.given_up(session, found, why=why)


@pytest.mark.parametrize("path", ["/helpdesks", "/welcome"])
def test_given_a_helpdesk_that_stands_when_opened_then_one_can_be_asked_for(desk: Desk, path: str) -> None:
    assert WRITE not in desk.open(path)
    connect(desk)
    page = desk.open(path)
    assert (f'action="{WRITE}"' in page, "nothing is sent to the address" in page) == (True, True)


def test_given_a_press_when_made_then_it_is_kept_sealed_and_somebody_is_to_write_it_and_a_second_changes_nothing(
    desk: Desk,
) -> None:
    connect(desk)
    assert desk.press(WRITE, email=f" {ANN.upper()} ").location == "/helpdesks?said=test_asked"
    found = kept(desk)
    assert found is not None
    assert (found.stage, samples.email_of(found, seal=desk.world.seal)) == (SampleStage.ASKED, ANN)
    with reading(desk.world.sessions) as session:
        assert setups.due(session, now=desk.world.clock.now(), limit=9) == [desk.merchant.id]

    assert desk.press(WRITE, email="eve@shop.example").location == "/helpdesks?said=test_stands"
    assert kept(desk) == found
    page = desk.open("/helpdesks")
    assert ("being written" in page, WRITE + '"' in page, ANN in page) == (True, False, False)
    assert 'data-from="/fragments/test-tickets"' in page


@pytest.mark.parametrize(("back", "where"), [("welcome", "/welcome#helpdesk"), ("//evil", None)])
def test_given_a_press_on_the_first_steps_when_made_then_it_leads_back_there_and_nowhere_else(
    desk: Desk, back: str, where: str | None
) -> None:
    connect(desk)
    assert desk.press(WRITE, email=ANN, back=back).location == (where or "/helpdesks?said=test_asked")
    assert "being written" in desk.open("/welcome")


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", f"{'a' * 250}@b.example"]
)
def test_given_what_is_no_address_when_pressed_then_nothing_is_asked_for(desk: Desk, email: str) -> None:
    connect(desk)
    assert desk.press(WRITE, email=email).status_code == 422
    assert kept(desk) is None


def test_given_one_that_is_there_when_opened_then_its_number_and_page_and_whether_it_called_are_told(
    desk: Desk,
) -> None:
    connect(desk)
    desk.press(WRITE, email=ANN)
    write(desk)
    page = desk.open("/helpdesks")
    assert ("number 12" in page, "/app/ticket/12" in page) == (True, True)
    assert ("has not called us about it yet" in page, "Set up again”" in page) == (True, False)
    desk.clock.forward(timedelta(seconds=61))
    assert "Press “Set up again”" in desk.open("/helpdesks")

    call(desk, "13", after=-59)
    assert "has not called us" in desk.open("/helpdesks")
    call(desk, "12", after=-59)
    assert "came after 2 seconds" in desk.open("/helpdesks")
    assert 'id="live"' not in desk.open("/helpdesks")


def test_given_why_it_was_not_written_when_opened_then_their_words_stand_there_as_words(desk: Desk) -> None:
    connect(desk)
    desk.press(WRITE, email=ANN)
    give_up(desk, "<script>alert(1)</script>")
    page = desk.open("/helpdesks")
    assert ("was not written" in page, "<script>alert(1)" in page, WRITE in page) == (True, False, True)


def test_given_one_that_is_there_when_taken_away_then_it_is_going_and_then_there_is_none(desk: Desk) -> None:
    connect(desk)
    desk.press(WRITE, email=ANN)
    write(desk)
    assert desk.press(AWAY).location == "/helpdesks?said=test_going"
    assert "being taken away" in desk.open("/helpdesks")
    give_up(desk, "A rule forbids it.")
    assert "could not be taken away" in desk.open("/helpdesks")

    found = kept(desk)
    assert found is not None
    with unit_of_work(desk.world.sessions) as session:
        samples.gone(session, found)
    assert desk.press(AWAY).location == "/helpdesks?said=test_none"


def test_given_another_stage_or_ail_when_opened_then_nothing_can_be_asked_for(desk: Desk) -> None:
    connect(desk)
    with unit_of_work(desk.world.sessions) as session:
        setups.notes_came_out(session, shop_id=desk.merchant.id, kind=KIND)
    assert WRITE not in desk.open("/helpdesks")
    with unit_of_work(desk.world.sessions) as session:
        setups.trust_notes(session, shop_id=desk.merchant.id, kind=KIND)
        setups.begin(session, shop_id=desk.merchant.id, kind=KIND, now=desk.world.clock.now())
        (setup,) = setups.listed(session, shop_id=desk.merchant.id)
    assert (setup.stage, Ail.NOTES_PUBLIC in setup.ails) == (Stage.SETTING_UP, False)
    assert WRITE not in desk.open("/helpdesks")
    assert desk.press(WRITE, email=ANN).location == "/helpdesks?said=helpdesk_none"


def test_given_a_merchant_on_their_first_steps_when_they_connect_one_then_the_way_back_is_there(desk: Desk) -> None:
    stepping = desk.allow(auto_policy(special_customer=SpecialCustomer(), nth_order_gift=NthOrderGift()))
    assert 'href="/welcome#helpdesk"' in stepping.open("/helpdesks")
    assert 'href="/welcome#helpdesk"' not in desk.allow(auto_policy()).open("/helpdesks")


def test_given_one_that_is_being_set_up_when_opened_then_pages_look_again_until_it_is_or_a_person_must_look(
    desk: Desk,
) -> None:
    connect(desk)
    pages = ("/helpdesks", "/welcome")
    assert not any(AGAIN in desk.open(page) for page in pages)
    with unit_of_work(desk.world.sessions) as session:
        setups.begin(session, shop_id=desk.merchant.id, kind=KIND, now=NOON)
    assert all(AGAIN in desk.open(page) for page in pages)
    with unit_of_work(desk.world.sessions) as session:
        session.execute(update(Connection).values(trouble="no room for a tag"))
    assert not any(AGAIN in desk.open(page) for page in pages)


def test_given_a_kind_that_cannot_open_one_when_opened_then_it_says_how_to_see_it_by_hand(desk: Desk) -> None:
    connect(desk, "signed_hook")
    page = desk.open("/helpdesks")
    assert "open a ticket there yourself" in page
    assert desk.press("/helpdesks/signed_hook/test-ticket", email=ANN).status_code == 404
    assert desk.press("/helpdesks/florist/test-ticket", email=ANN).status_code == 404


def test_given_every_helpdesk_with_one_when_opened_then_the_books_are_asked_as_little_as_for_one(desk: Desk) -> None:
    kinds = [kind for kind, company in registry.HELPDESKS.items() if company.samples is not None]
    connect(desk, *kinds)
    for kind in kinds:
        desk.press(f"/helpdesks/{kind}/test-ticket", email=ANN)
        write(desk, kind=kind)
    assert len(desk.statements("/helpdesks")) <= MOST_STATEMENTS


def test_given_a_press_on_the_first_steps_when_their_moving_part_is_asked_for_then_the_ticket_is_in_it(
    desk: Desk,
) -> None:
    connect(desk)
    desk.press(WRITE, email=ANN, back="welcome")
    write(desk)
    assert 'data-from="/fragments/welcome"' in desk.open("/welcome")
    assert "number 12" in desk.ask("/fragments/welcome").text


def test_given_nothing_new_when_the_part_that_moves_is_asked_for_again_then_it_says_so(desk: Desk) -> None:
    connect(desk)
    desk.press(WRITE, email=ANN)
    first = desk.ask("/fragments/test-tickets")
    tag: Mapping[str, str] = {"If-None-Match": first.headers["ETag"]}
    assert "being written" in first.text
    assert desk.ask("/fragments/test-tickets", **tag).status_code == 304
    write(desk)
    assert "number 12" in desk.ask("/fragments/test-tickets", **tag).text
