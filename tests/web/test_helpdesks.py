"""The merchant's helpdesks page: a key comes, the state is said in words, and a helpdesk is left."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from markupsafe import escape

from app.domain.errors import KeyRefused, Rejected, Unavailable
from app.domain.helpdesk_setup import Ail
from app.store import connections, setups
from app.store.base import reading, unit_of_work
from app.store.connections import Account
from app.store.setups import Held
from app.web import helpdesk_words
from integrations import registry
from integrations.companies import Login
from integrations.http import Http
from tests.builders import DAY
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

KEY = {"account": "acme", "user": "lea@acme.example", "key": "k-canary"}
KIND = registry.FIRST_HELPDESK
PARTS = {"hook:ticket-created": "1", "card": "2", "widget:ticket": "3", "field": "4", "tag": "5", "macro:flowers": "6"}


@dataclass
class Door:
    """What every helpdesk says to a key that is tried. `problem` is raised at the next knocks."""

    problem: Exception | None = None
    knocked: str = ""

    def knock(self, _http: Http, origin: str, login: Login) -> None:
        self.knocked = f"{login.user}:{login.key} at {origin}"
        if self.problem is not None:
            raise self.problem


@pytest.fixture(autouse=True)
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    """Nobody is called: a key is taken, unless a test says otherwise."""
    there = Door()
    rows = {kind: replace(company, knock=there.knock) for kind, company in registry.HELPDESKS.items()}
    monkeypatch.setattr(registry, "HELPDESKS", rows)
    return there


def connect(desk: Desk, **changes: str) -> str | None:
    return desk.press(f"/helpdesks/{KIND}/connect", **KEY | changes).location


def account(desk: Desk) -> Account | None:
    with reading(desk.world.sessions) as session:
        return connections.account(session, shop_id=desk.merchant.id, kind=KIND, seal=desk.world.seal)


def held(desk: Desk) -> Held:
    now, seal = desk.world.clock.now(), desk.world.seal
    with unit_of_work(desk.world.sessions) as session:
        taken = setups.claim(
            session, shop_id=desk.merchant.id, kind=KIND, seal=seal, now=now, lease=timedelta(minutes=1)
        )
    assert taken is not None
    return taken


def stand(desk: Desk) -> None:
    """Let all be made there."""
    taken, now = held(desk), desk.world.clock.now()
    with unit_of_work(desk.world.sessions) as session:
        setups.stands(session, taken, parts=PARTS, now=now, look_at=now)


def ail(desk: Desk, *ails: Ail) -> None:
    """Let somebody look, and find this."""
    taken, now = held(desk), desk.world.clock.now()
    with unit_of_work(desk.world.sessions) as session:
        setups.checked(session, taken, ails=frozenset(ails), parts=PARTS, trouble="", now=now, look_at=now + DAY)


def test_given_nothing_connected_when_opened_then_every_kind_can_be(desk: Desk) -> None:
    page = desk.open("/helpdesks")

    assert "None is connected yet." in page
    assert all(f'action="/helpdesks/{kind}/connect"' in page for kind in registry.HELPDESKS)


def test_given_a_key_when_brought_then_it_is_kept_sealed_and_never_shown_and_somebody_sets_it_up(desk: Desk) -> None:
    assert connect(desk) == "/helpdesks?said=helpdesk_connected"

    page, kept = desk.open("/helpdesks"), account(desk)
    assert kept is not None
    assert (kept.account, kept.user, kept.key) == ("acme", "lea@acme.example", "k-canary")
    assert "being set up" in page
    assert "k-canary" not in page
    with reading(desk.world.sessions) as session:
        assert setups.due(session, now=desk.world.clock.now(), limit=9) == [desk.merchant.id]


def test_given_a_new_key_of_the_same_account_when_brought_then_calls_come_by_the_same_address_and_secret(
    desk: Desk,
) -> None:
    connect(desk)
    before = account(desk)
    connect(desk, key="k-2")
    after = account(desk)

    assert before is not None
    assert after is not None
    assert (after.key, after.url_token, after.secrets) == ("k-2", before.url_token, before.secrets)
    assert len(before.url_token) > 40
    assert len(before.secrets[0]) > 40


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("problem", "why"),
    [
        (KeyRefused("no"), "Gorgias: They do not take this key, so nothing was changed."),
        (Unavailable("it is asleep"), "Gorgias: They cannot be asked just now, so nothing was changed: it is asleep"),
        (
            Rejected("No such page."),
            (
                "Gorgias: They said no, so nothing was changed. "
                "Is the account’s name the one in the helpdesk’s own address? No such page."
            ),
        ),
    ],
    ids=lambda each: type(each).__name__,
)
def test_given_a_key_that_does_not_open_when_brought_then_it_is_told_at_once_and_the_one_of_before_goes_on(
    desk: Desk, door: Door, problem: Exception, why: str, *, first: bool
) -> None:
    if not first:
        connect(desk)
    before, door.problem = account(desk), problem

    answer = desk.press(f"/helpdesks/{KIND}/connect", **KEY | {"key": "wrong"})

    assert (answer.status_code, why in answer.text) == (422, True)
    assert door.knocked == "lea@acme.example:wrong at https://acme.gorgias.com"
    assert account(desk) == before
    assert (before is None) is first


def test_given_another_account_when_brought_then_the_first_stays_until_it_is_left(desk: Desk) -> None:
    connect(desk)

    assert connect(desk, account="other") == "/helpdesks?said=helpdesk_other"
    kept = account(desk)
    assert kept is not None
    assert kept.account == "acme"


HOSTILE = [
    "",
    "a/b",
    "x@evil.example",
    "acme.evil.example",
    "-acme",
    "acme:80",
    "a" * 64,
    "ac me",
    "acmé",
    "../acme",
    "acme?x",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_given_what_is_no_account_when_brought_then_nothing_is_kept(desk: Desk, name: str) -> None:
    assert desk.press(f"/helpdesks/{KIND}/connect", **KEY | {"account": name}).status_code == 422
    assert account(desk) is None


@pytest.mark.parametrize("wrong", [{"user": ""}, {"key": ""}, {"key": "k" * 256}, {"user": "u" * 256}])
def test_given_a_user_or_a_key_that_cannot_be_when_brought_then_nothing_is_kept(
    desk: Desk, wrong: dict[str, str]
) -> None:
    assert desk.press(f"/helpdesks/{KIND}/connect", **KEY | wrong).status_code == 422
    assert account(desk) is None


@pytest.mark.parametrize("act", ["connect", "set-up", "disconnect", "trust-notes"])
def test_given_no_such_helpdesk_when_pressed_then_404(desk: Desk, act: str) -> None:
    assert desk.press(f"/helpdesks/florist/{act}", **KEY).status_code == 404


def test_given_all_is_made_when_opened_then_it_says_what(desk: Desk) -> None:
    connect(desk)
    stand(desk)

    page = desk.open("/helpdesks")
    assert "connected" in page
    assert all(escape(helpdesk_words.parts([name])) in page for name in PARTS)
    assert "{{ticket.id}}" in page  # how a button is made


@pytest.mark.parametrize("wrong", [each for each in Ail if each is not Ail.KEY_DEAD])
def test_given_something_wrong_when_opened_then_both_pages_say_so_and_a_clean_look_ends_it(
    desk: Desk, wrong: Ail
) -> None:
    connect(desk)
    stand(desk)
    ail(desk, wrong)

    for path in ("/", "/helpdesks"):
        assert helpdesk_words.AILS[wrong] in desk.open(path)
    desk.press(f"/helpdesks/{KIND}/trust-notes")
    desk.press(f"/helpdesks/{KIND}/set-up")
    stand(desk)
    assert helpdesk_words.AILS[wrong] not in desk.open()


def test_given_notes_that_were_stopped_when_the_merchant_says_so_then_they_are_written_again(desk: Desk) -> None:
    connect(desk)
    with unit_of_work(desk.world.sessions) as session:
        setups.notes_came_out(session, shop_id=desk.merchant.id, kind=KIND)
    assert "Write notes again" in desk.open("/helpdesks")

    assert desk.press(f"/helpdesks/{KIND}/trust-notes").location == "/helpdesks?said=helpdesk_notes"
    assert desk.press(f"/helpdesks/{KIND}/trust-notes").location == "/helpdesks?said=helpdesk_none"
    assert "Write notes again" not in desk.open("/helpdesks")


def test_given_a_connected_one_when_left_then_nothing_opens_any_more_and_what_stays_behind_is_told_until_read(
    desk: Desk,
) -> None:
    connect(desk)
    stand(desk)
    assert desk.press(f"/helpdesks/{KIND}/disconnect").location == "/helpdesks?said=helpdesk_left"
    assert account(desk) is None
    assert "being cleared out" in desk.open("/helpdesks")

    taken = held(desk)
    with unit_of_work(desk.world.sessions) as session:
        setups.left(session, taken, parts={"tag:vip": "9"}, seal=desk.world.seal)
    assert "the tag “vip”" in desk.open("/helpdesks")
    assert desk.press(f"/helpdesks/{KIND}/disconnect").location == "/helpdesks?said=helpdesk_none"
    assert "the tag “vip”" not in desk.open("/helpdesks")


def test_given_one_that_a_person_sets_up_when_connected_then_it_says_what_to_set_there(desk: Desk) -> None:
    known = {"account": "desk.acme.example", "key": "k"}
    assert desk.press("/helpdesks/signed_hook/connect", **known).location == "/helpdesks?said=helpdesk_connected"

    page = desk.open("/helpdesks")
    assert "/hooks/signed_hook/" in page
    assert "whsec_" in page
    assert desk.press("/helpdesks/signed_hook/set-up").status_code == 404


def test_given_every_ail_when_told_then_there_are_words_for_it(desk: Desk) -> None:
    assert helpdesk_words.AILS.keys() == set(Ail)
