"""The page that asks for an address, as strangers see it: what they may write, and what they never read."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.addresses import Address
from app.domain.countries import COUNTRIES
from app.store import asks, shops
from app.store.base import unit_of_work
from app.web import address_form, create_app
from jobs import address_links
from jobs.address_links import Link
from tests.builders import DAY, NOON, flowers, paid
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

FORM = {
    "name": "Ada Lovelace",
    "street": "7 New Street",
    "street2": "",
    "city": "Ithaca",
    "region": "NY",
    "postcode": "14850",
    "country": "US",
}
OVER, ASKED, THANKS = "This link is over", "Where may your card go?", "Thank you"


@pytest.fixture
def number(desk: Desk) -> int:
    """Flowers of Robin's, whose address was asked for."""
    return asked(desk)


@pytest.fixture
def stranger(desk: Desk) -> FlaskClient:
    return create_app(desk.world).test_client(use_cookies=False)


def asked(desk: Desk) -> int:
    number = desk.plan(paid(flowers(), due_at=NOON + 7 * DAY), rule="flowers")
    about = {"shop_id": desk.merchant.id, "effect_id": number}
    with unit_of_work(desk.world.sessions) as session:
        assert asks.asked(session, expires_at=NOON + 13 * DAY, until=NOON + 5 * DAY, now=NOON, **about)
    return number


def path(desk: Desk, number: int) -> str:
    """Return where the link of that desk's shop leads."""
    link = address_links.made(desk.world, Link(shop_id=desk.merchant.id, effect_id=number))
    return f"/card/{link.rpartition('/')[2]}"


def told(desk: Desk, number: int) -> Address | None:
    about = {"shop_id": desk.merchant.id, "effect_id": number}
    with unit_of_work(desk.world.sessions) as session:
        return asks.address(session, seal=desk.world.seal, **about)


def sent(stranger: FlaskClient, where: str, form: Mapping[str, str] = FORM) -> TestResponse:
    return stranger.post(where, data=dict(form))


def test_given_a_link_when_opened_however_often_then_it_asks_for_a_cards_address_and_tells_nothing_else(
    desk: Desk, number: int, stranger: FlaskClient
) -> None:
    for _ in range(3):
        page = stranger.get(path(desk, number))

    assert page.status_code == 200
    assert ASKED in page.text
    assert "<bdi>Robin</bdi>" in page.text
    for secret in (desk.merchant.domain, "1001", "Miller", "flowers", "lowers", "gift", "surprise", "<script"):
        assert secret not in page.text, secret
    assert told(desk, number) is None
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers


def test_given_an_answer_when_it_comes_twice_then_the_first_stands_and_both_are_thanked(
    desk: Desk, number: int, stranger: FlaskClient
) -> None:
    where = path(desk, number)
    first, second = sent(stranger, where), sent(stranger, where, FORM | {"street": "8 Thief Street"})

    assert [(each.status_code, THANKS in each.text) for each in (first, second)] == [(200, True), (200, True)]
    found = told(desk, number)
    assert found is not None
    assert (found.street, found.city, found.phone) == ("7 New Street", "Ithaca", "")
    assert "7 New Street" not in first.text


def test_given_links_that_open_nothing_when_opened_then_all_are_answered_alike(
    desk: Desk, number: int, stranger: FlaskClient
) -> None:
    used, never, other = path(desk, number), path(desk, number + 1), path(desk.twin(), number)
    sent(stranger, used)
    token = used.rpartition("/")[2]
    forged = [token[:-2], token + "aa", token.swapcase()[:-1] + "7", "x", "7" * 5_000, "%00", "a.b"]

    answers = [stranger.get(where) for where in (used, never, other, *(f"/card/{each}" for each in forged))]

    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert OVER in answers[0].text
    assert sent(stranger, other).status_code == 404
    assert sent(stranger, never).text == answers[0].text


def test_given_a_link_when_it_is_late_or_its_shop_has_left_then_it_is_over(
    desk: Desk, number: int, stranger: FlaskClient
) -> None:
    where = path(desk, number)
    desk.clock.moment = NOON + 13 * DAY
    assert (stranger.get(where).status_code, sent(stranger, where).status_code) == (404, 404)
    desk.clock.moment = NOON
    with unit_of_work(desk.world.sessions) as session:
        shops.uninstall(session, shop_id=desk.merchant.id, triggered_at=NOON, now=NOON)
    assert (stranger.get(where).status_code, sent(stranger, where).status_code) == (404, 404)
    assert told(desk, number) is None


def test_given_sixty_four_answers_at_once_when_sent_then_one_is_kept(desk: Desk, number: int) -> None:
    where, app = path(desk, number), create_app(desk.world)

    def send(house: int) -> int:
        return sent(app.test_client(), where, FORM | {"street": f"{house} New Street"}).status_code

    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(send, range(64)))

    assert set(answers) == {200}
    assert told(desk, number) is not None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "\u202e \u200b"}, "name on the door"),
        ({"street": ""}, "street and the number"),
        ({"street": "x" * 121}, "too long"),
        ({"street": "x" * 3_000}, "too long"),
        ({"street": "P.O. Box 12"}, "brought to a box"),
        ({"city": "\r\n\t"}, "Please write the town"),
        ({"country": ""}, "choose the country"),
        ({"country": "Atlantis"}, "choose the country"),
        ({"country": "QQ"}, "choose the country"),
        ({"region": "New York"}, "state by its letters"),
        ({"region": ""}, "state by its letters"),
    ],
)
def test_given_what_is_no_address_when_sent_then_it_says_what_is_amiss_and_the_link_stays_good(
    desk: Desk, number: int, stranger: FlaskClient, change: dict[str, str], says: str
) -> None:
    answer = sent(stranger, path(desk, number), FORM | change)

    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="Ithaca"' in answer.text or "city" in change
    assert told(desk, number) is None
    assert sent(stranger, path(desk, number)).status_code == 200
    assert told(desk, number) is not None


HOSTILE = {
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    '" onfocus="alert(1)': '" onfocus="alert(1)',
    "=HYPERLINK(1)": "=HYPERLINK(1)",
    "{{ 7 * 7 }} {name} %s": "{{ 7 * 7 }} {name} %s",
    "\u202eevil\u2066 \u200fname": "evil name",
    "two\r\nlines\x00\x1b[31m": "two lines[31m",
    "  Łukasz   Żółć ": "Łukasz Żółć",
    "e\u0301mile": "émile",
    "محمد علي": "محمد علي",
    "山田 太郎": "山田 太郎",
    "👩‍👩‍👧 & co": "👩👩👧 & co",
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_given_hostile_letters_when_written_then_they_are_kept_as_one_harmless_line_and_shown_as_text(
    desk: Desk, number: int, stranger: FlaskClient, hostile: str
) -> None:
    shown = sent(stranger, path(desk, number), FORM | {"name": hostile, "city": ""}).text
    assert "<script>alert" not in shown
    assert ' onfocus="alert' not in shown
    assert "49" not in re.findall(r'name="name" value="([^"]*)"', shown)[0]

    sent(stranger, path(desk, number), FORM | {"name": hostile})

    found = told(desk, number)
    assert found is not None
    assert found.name == HOSTILE[hostile]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"\xff\xfe=%ff", "application/x-www-form-urlencoded"),
        (b'{"name": "Ada"}', "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"name=a&name=b&country=US&country=DE", "application/x-www-form-urlencoded"),
    ],
)
def test_given_what_is_no_form_when_sent_then_nothing_is_kept(
    desk: Desk, number: int, stranger: FlaskClient, body: bytes, kind: str
) -> None:
    answer = stranger.post(path(desk, number), data=body, content_type=kind)

    assert answer.status_code in {400, 422}
    assert told(desk, number) is None


def test_given_more_than_an_address_when_sent_then_it_is_not_even_read(
    desk: Desk, number: int, stranger: FlaskClient
) -> None:
    answer = sent(stranger, path(desk, number), FORM | {"street2": "x" * 5_000})

    assert answer.status_code == 413
    assert "X-Robots-Tag" in answer.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_given_another_way_of_asking_when_asked_then_nothing_happens(
    desk: Desk, number: int, stranger: FlaskClient, method: str
) -> None:
    assert stranger.open(path(desk, number), method=method).status_code == 405


def test_given_a_card_when_it_may_go_to_a_box_then_a_box_is_an_address(database: str) -> None:
    assert database
    boxed = FORM | {"street": "P.O. Box 12"}

    assert not address_form.read(boxed, box_will_do=True).wrong
    assert address_form.read(boxed, box_will_do=False).wrong


def test_given_the_countries_when_counted_then_each_has_two_letters_and_a_name(database: str) -> None:
    assert database
    assert len(COUNTRIES) >= 240
    assert all(code.isupper() and len(code) == 2 and name.strip() == name for code, name in COUNTRIES.items())
    assert len(set(COUNTRIES.values())) == len(COUNTRIES)
