"""The card that a helpdesk pulls: whose it is, what it shows, and what a stranger's query makes of it."""

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, update
from werkzeug.test import TestResponse

from app.domain.mail import digest
from app.domain.people import Person
from app.store import contacts, orders, yardstick
from app.store.base import unit_of_work
from app.store.contacts import Kind
from app.store.shops import Merchant
from app.store.tables import Shop
from app.web import create_app
from app.web.seats import ALL, EACH, Seats
from integrations import standard_webhooks as signature
from integrations.http import Http
from jobs import passes, privacy
from jobs.passes import Pass
from jobs.runtime import World
from tests.builders import NOON, auto_policy, order, usd
from tests.connected import connect

MOST_STATEMENTS = 17  # of a card, whoever it is about
TOKEN, SECRET = "url-token-of-forty-odd-random-characters", "current-secret"
KEY = b"0123456789abcdef01234567"
ADA, MAIL, OTHER, PHONE = 55, "ada@customer.example", "ada@work.example", "+15550001234"


@pytest.fixture
def client(world: World, shop: Merchant) -> FlaskClient:
    """Return a browser of the helpdesk's, before books that know Ada."""
    key = world.mail_key(shop)
    with unit_of_work(world.sessions) as session:
        for kind, secret in (("gorgias", SECRET), ("signed_hook", base64.b64encode(KEY).decode())):
            connect(session, world, shop.id, kind, url_token=TOKEN, secrets=(secret,))
        for number in (1001, 1002):
            bought = order(id=number, customer_id=ADA, net=usd(60_00), mail_digest=digest(MAIL, key))
            orders.record(session, shop_id=shop.id, order=bought)
        ways = {digest(OTHER, key): Kind.MAIL, digest(PHONE, key): Kind.PHONE}
        contacts.learn(session, shop_id=shop.id, customer_id=ADA, ways=ways)
        yardstick.measure(session, shop_id=shop.id, policy=auto_policy().special_customer, now=NOON)
    return create_app(world).test_client()


def ask(client: FlaskClient, *, token: str = TOKEN, secret: str = SECRET, **query: Any) -> TestResponse:
    path = f"/hooks/gorgias/{token}/card?{urlencode(query, doseq=True)}"
    return client.get(path, headers={"X-Lagniappe-Secret": secret})


def shown(answer: TestResponse) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.get_json()["lagniappe"]
    return found


@pytest.mark.parametrize(
    "query",
    [
        {"email": MAIL},
        {"email": f" {MAIL.upper()} "},
        {"email": ["nobody@x.example", OTHER]},
        {"email": f"nobody@x.example, {OTHER}"},
        {"phone": "+1 (555) 000-1234", "ticket": "42"},
        {"id": "55"},
        {"id": "99", "email": MAIL},
    ],
    ids=str,
)
def test_given_any_way_to_somebody_when_asked_then_their_card_is_shown(client: FlaskClient, query: Any) -> None:
    card = shown(ask(client, **query))

    assert card["net_spend"].startswith("$120.00")
    assert (card["orders"][0], card["notice"], card["pending"]) == ("2", "", "nothing")
    assert card["as_of"] == "07:00"  # in the shop's New York


def test_given_a_ticket_when_its_card_is_asked_for_then_it_leads_to_the_desk_about_that_customer(
    client: FlaskClient, world: World, shop: Merchant
) -> None:
    address = shown(ask(client, email=MAIL, ticket="42"))["desk"]
    desk, _, about = address.partition("#pass=")

    found = passes.read(world, desk.rpartition("/")[2], about)
    assert found == Pass(shop_id=shop.id, ticket_id="42", customer_id=ADA)
    assert client.get(desk.removeprefix("http://127.0.0.1:8765")).status_code == 200


@pytest.mark.parametrize("ticket", ["", "4 2", "<b>", "x" * 49, "\u0664"])
def test_given_what_is_no_tickets_number_when_a_card_is_asked_for_then_it_leads_nowhere(
    client: FlaskClient, ticket: str
) -> None:
    assert shown(ask(client, email=MAIL, ticket=ticket))["desk"] == ""


def test_given_a_card_when_it_is_shown_then_nobody_keeps_it_and_it_names_nobody(client: FlaskClient) -> None:
    answer = ask(client, email=MAIL, phone=PHONE)

    assert answer.headers["Cache-Control"] == "no-store"
    assert not any(word in answer.text for word in (MAIL, OTHER, PHONE, digest(MAIL, b"")))


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"email": "eve@x.example"}, "No customer of the store has this ticket's e-mail address."),
        ({"email": "eve@x.example", "id": "55"}, "No customer of the store has this ticket's e-mail address."),
        ({"phone": "+15559999999"}, "No customer of the store has this ticket's phone number."),
        ({}, "This ticket names no e-mail address and no phone number of the customer's."),
    ],
    ids=str,
)
def test_given_nobody_whom_our_books_know_when_asked_then_the_card_says_so(
    client: FlaskClient, query: dict[str, str], notice: str
) -> None:
    card = shown(ask(client, **query))

    assert (card["notice"], card["net_spend"]) == (notice, "")
    assert card["team_pool"].endswith("left this month")


def test_given_somebody_who_asked_to_be_forgotten_when_asked_about_then_they_are_as_unknown_as_anybody(
    client: FlaskClient, world: World, shop: Merchant
) -> None:
    stranger = ask(client, email="eve@x.example").text
    privacy.forget(world, shop, Person(ids=frozenset({ADA})))

    assert ask(client, email=MAIL).text == stranger


@pytest.mark.parametrize(("token", "secret"), [("another", SECRET), (TOKEN, "wrong"), (TOKEN, "")])
def test_given_no_proof_when_asked_then_it_is_401_and_nothing_is_said(
    client: FlaskClient, token: str, secret: str
) -> None:
    answer = ask(client, token=token, secret=secret, email=MAIL)

    assert (answer.status_code, answer.text) == (401, "not from your helpdesk")


def test_given_a_kind_that_is_none_or_a_shop_that_left_when_asked_then_it_is_the_same_401(
    client: FlaskClient, world: World, shop: Merchant
) -> None:
    assert client.get(f"/hooks/no_such_desk/{TOKEN}/card?email={MAIL}").status_code == 401
    with unit_of_work(world.sessions) as session:
        session.execute(update(Shop).where(Shop.id == shop.id).values(uninstalled_at=NOON))

    assert ask(client, email=MAIL).status_code == 401


def signed(client: FlaskClient, query: str, signed_query: str) -> TestResponse:
    moment = str(int(NOON.timestamp()))
    proof = signature.sign(KEY, "m1", moment, signed_query.encode())
    headers = {"webhook-id": "m1", "webhook-timestamp": moment, "webhook-signature": proof}
    return client.get(f"/hooks/signed_hook/{TOKEN}/card?{query}", headers=headers)


def test_given_a_helpdesk_that_signs_when_it_asks_then_its_query_is_what_it_signed_and_the_card_is_plain(
    client: FlaskClient,
) -> None:
    card = signed(client, f"email={MAIL}", f"email={MAIL}").get_json()

    assert [row["name"] for row in card["rows"]] == [
        *("Status", "Net spend", "Orders", "Since", "Last kindness", "Pending", "Likes / never", "Team pool")
    ]
    assert (card["special"], card["notice"], card["as_of"]) == (False, "", "2026-11-21T07:00:00-05:00")
    assert signed(client, f"email={OTHER}", f"email={MAIL}").status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "email=" + "a" * 7_000 + "@x.example",
        "email=%E2%80%AE%D7%A9%D7%9C%D7%95%D7%9D@x.example",
        "email=<script>alert(1)</script>@x.example&id=<b>",
        "email[]=a&email[0]=b&email[x][y]=c",
        "email=%00&phone=%00&id=%00&ticket=%00",
        "email=%FF%FE%C0%AF&phone=%ED%A0%80&id=%F4%90%80%80",
        "id=" + "9" * 4_000,
        "id=-55&id=0&id=1e9",
        "id=%D9%A5%D9%A5",
        "phone=" + "%2B" * 500,
        "&".join(f"email=a{n}@x.example" for n in range(300)),
        "email=x' OR 1=1 --@x.example",
        "&&&===&%",
        "email",
    ],
    ids=range(14),
)
def test_given_a_query_that_means_nothing_good_when_asked_then_it_is_a_card_of_nobody(
    client: FlaskClient, query: str
) -> None:
    answer = client.get(f"/hooks/gorgias/{TOKEN}/card?{query}", headers={"X-Lagniappe-Secret": SECRET})

    assert shown(answer)["net_spend"] == ""
    assert "<" not in answer.text


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    said: list[str] = []
    listener = lambda _connection, _cursor, statement, *_: said.append(statement)  # noqa: E731
    event.listen(engine, "before_cursor_execute", listener)
    yield said
    event.remove(engine, "before_cursor_execute", listener)


def test_given_a_card_when_it_is_made_then_nobody_outside_is_asked_and_the_database_a_bounded_number_of_times(
    client: FlaskClient, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Http, "call", lambda *_: pytest.fail("somebody outside was asked"))
    everything = {"email": [f"a{n}@x.example" for n in range(9)], "phone": PHONE, "id": "99"}
    for query in ({"email": MAIL}, everything):
        statements.clear()
        assert shown(ask(client, **query))["net_spend"] != ""
        assert len(statements) <= MOST_STATEMENTS
        assert not any(statement.startswith(("INSERT", "UPDATE", "DELETE")) for statement in statements)


def test_given_all_seats_taken_when_asked_then_it_is_to_ask_again_and_others_are_served(
    client: FlaskClient, shop: Merchant
) -> None:
    seats: Seats = client.application.extensions["seats"]
    with ExitStack() as taken:
        for _ in range(EACH):
            assert taken.enter_context(seats.taken(f"{shop.id}:gorgias"))

        refused = ask(client, email=MAIL)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        assert signed(client, f"email={MAIL}", f"email={MAIL}").status_code == 200

    assert ask(client, email=MAIL).status_code == 200


def test_given_many_callers_when_all_want_a_seat_then_some_threads_are_left_for_pages() -> None:
    seats = Seats()
    with ExitStack() as taken:
        assert [taken.enter_context(seats.taken(f"{n}")) for n in range(ALL + 1)] == [True] * ALL + [False]
    with seats.taken("0") as seated:
        assert seated


def test_given_a_helpdesk_whose_calls_nobody_signs_when_it_asks_for_a_card_then_its_address_alone_is_not_enough(
    client: FlaskClient, world: World, shop: Merchant
) -> None:
    with unit_of_work(world.sessions) as session:
        connect(session, world, shop.id, "django_helpdesk", url_token=TOKEN)

    answer = client.get(f"/hooks/django_helpdesk/{TOKEN}/card?email={MAIL}")

    assert (answer.status_code, answer.text) == (401, "not from your helpdesk")
