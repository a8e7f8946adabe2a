"""A merchant lets us in with a click: in their own browser, once, within minutes; and our key goes on from there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from pydantic import SecretStr
from structlog.testing import capture_logs

from app.domain.errors import Unavailable, Uncertain
from app.domain.helpdesk_setup import Stage
from app.store import connections, setups, shops
from app.store.base import reading, unit_of_work
from app.store.connections import Account
from app.store.shops import Merchant
from integrations.gorgias.consent import SCOPES
from integrations.registry import FIRST_HELPDESK
from integrations.sandbox.helpdesk import oauth, people
from jobs import consents
from jobs.consents import Back, Departure
from jobs.helpdesk_care import care_for
from jobs.runtime import Outside, World
from tests.jobs.conftest import Practice

KIND, DAY = FIRST_HELPDESK, 86_400
APP = SecretStr(f"{KIND}={oauth.APP_ID}:{oauth.APP_SECRET}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What a browser brings back."""

    state: str
    cookie: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The practice shop's merchant, whose helpdesk knows our app."""

    inside: Practice
    world: World

    @property
    def merchant(self) -> Merchant:
        found = self.world.known(self.inside.shop_id)
        assert found is not None
        return found

    def plan(self, account: str = people.ACCOUNT) -> str | None:
        known = {"kind": KIND, "account": account, "user": people.API_USER}
        return consents.plan(self.world, self.merchant, "staff:7", **known)

    def set_out(self) -> Departure:
        departure = consents.set_out(self.world, self.plan() or "")
        assert departure is not None
        return departure

    def say(self, departure: Departure, word: str = "yes") -> Way:
        """Answer over there, and come back with what they give."""
        led = requests.post(departure.page, data={"say": word}, allow_redirects=False, timeout=30).headers["Location"]
        told = {name: values[0] for name, values in parse_qs(urlsplit(led).query).items()}
        assert led.startswith(f"{self.world.home}/consents/{KIND}/back?")
        return Way(state=told["state"], cookie=departure.cookie, code=told.get("code", ""))

    def back(self, way: Way, kind: str = KIND) -> Back:
        return consents.come_back(self.world, kind, state=way.state, cookie=way.cookie, code=way.code)

    def let_in(self) -> None:
        assert self.back(self.say(self.set_out())) is Back.CONNECTED

    def account(self) -> Account:
        with reading(self.world.sessions) as session:
            found = connections.account(session, shop_id=self.inside.shop_id, kind=KIND, seal=self.world.seal)
        assert found is not None
        return found

    def care(self) -> list[str]:
        with capture_logs() as logs:
            care_for(self.world, self.inside.shop_id)
        return [entry["event"] for entry in logs]

    def outside(self) -> Outside:
        found = self.world.outside(self.merchant)
        assert found is not None
        return found

    def ticket(self) -> str:
        customer = self.inside.call("/town/cast")["fourth_order_customer"]
        return str(self.inside.call("/town/tickets", {"customer_id": customer})["ticket_id"])

    def tag(self) -> list[str]:
        """Tag a ticket there; return what is logged."""
        with capture_logs() as logs:
            self.outside().desks[KIND].tag_ticket(self.ticket(), tag="make-it-right")
        return [entry["event"] for entry in logs]

    def lose_answer(self, kind: str = "commit_then_drop") -> None:
        self.inside.call("/town/helpdesk/faults", {"next": [{"call": "POST token", "kind": kind}]})


@pytest.fixture
def owner(inside: Practice) -> Owner:
    settings = inside.world.settings.model_copy(update={"helpdesk_apps": APP})
    return Owner(inside=inside, world=replace(inside.world, settings=settings))


def test_given_a_merchant_who_says_yes_when_back_then_their_helpdesk_is_furnished_with_a_key_that_ends(
    owner: Owner,
) -> None:
    owner.let_in()

    account = owner.account()
    assert (account.account, account.user, account.given) == (people.ACCOUNT, people.API_USER, True)
    assert account.key != people.API_KEY
    assert owner.care() == ["helpdesk.set_up"]
    assert owner.tag() == []


def test_given_a_merchant_who_says_no_when_back_then_all_is_as_it_was(owner: Owner) -> None:
    assert owner.back(owner.say(owner.set_out(), "no")) is Back.REFUSED

    assert owner.account().key == people.API_KEY


Wrong = Callable[[Owner, Way], Way]
STRANGERS: list[Wrong] = [
    lambda _owner, way: replace(way, cookie=""),
    lambda _owner, way: replace(way, cookie="another-browser"),
    lambda owner, way: replace(way, cookie=owner.set_out().cookie),
    lambda _owner, way: replace(way, state=""),
    lambda _owner, way: replace(way, state="made-up"),
]


@pytest.mark.parametrize("wrong", STRANGERS, ids=range(len(STRANGERS)))
def test_given_a_browser_that_did_not_set_out_when_it_comes_back_then_nothing_is_bound_and_the_right_one_still_may(
    owner: Owner, wrong: Wrong
) -> None:
    """A stranger may send anybody the link that leads to their own store: in that browser it ends nowhere."""
    way = owner.say(owner.set_out())

    assert owner.back(wrong(owner, way)) is Back.STRANGER
    assert owner.account().key == people.API_KEY
    assert owner.back(way) is Back.CONNECTED


def test_given_a_way_that_was_ended_when_somebody_comes_back_by_it_again_then_they_are_nobody(owner: Owner) -> None:
    way = owner.say(owner.set_out())

    assert [owner.back(way), owner.back(way)] == [Back.CONNECTED, Back.STRANGER]


def test_given_a_way_that_took_too_long_when_back_then_nothing_is_bound(owner: Owner) -> None:
    way = owner.say(owner.set_out())
    owner.inside.later(10 * 60)

    assert owner.back(way) is Back.STRANGER


def test_given_a_code_to_set_out_with_when_it_is_used_again_or_late_then_it_begins_nothing(owner: Owner) -> None:
    code, late = owner.plan() or "", owner.plan() or ""
    assert consents.set_out(owner.world, code) is not None
    assert consents.set_out(owner.world, code) is None

    owner.inside.later(10 * 60)
    assert consents.set_out(owner.world, late) is None


def test_given_a_yes_that_nobody_gave_when_back_then_nothing_is_bound(owner: Owner) -> None:
    way = owner.say(owner.set_out())

    assert owner.back(replace(way, code="made-up")) is Back.REFUSED
    assert owner.account().key == people.API_KEY


def test_given_a_yes_that_was_used_when_it_comes_by_another_way_then_it_brings_nothing(owner: Owner) -> None:
    way, other = owner.say(owner.set_out()), owner.say(owner.set_out())
    assert owner.back(way) is Back.CONNECTED

    assert owner.back(replace(other, code=way.code)) is Back.REFUSED


def test_given_a_helpdesk_that_gives_no_answer_when_back_then_it_is_said_and_nothing_is_bound(owner: Owner) -> None:
    way = owner.say(owner.set_out())
    owner.lose_answer("500_before")

    assert owner.back(way) is Back.AWAY
    assert owner.account().key == people.API_KEY


def test_given_another_account_that_is_connected_when_planned_then_that_one_must_be_left_first(owner: Owner) -> None:
    assert owner.plan("other") is None


def test_given_a_shop_that_left_meanwhile_when_back_then_nothing_is_bound(owner: Owner) -> None:
    way, now = owner.say(owner.set_out()), owner.world.clock.now()
    with unit_of_work(owner.world.sessions) as session:
        shops.uninstall(session, shop_id=owner.inside.shop_id, triggered_at=now, now=now)

    assert owner.back(way) is Back.STRANGER


def test_given_a_house_that_is_nobody_there_when_asked_then_there_is_no_app(owner: Owner) -> None:
    assert owner.world.our_app(KIND) is not None
    assert owner.inside.world.our_app(KIND) is None
    assert owner.world.our_app("signed_hook") is None


def test_given_a_key_that_is_over_when_used_then_the_next_one_is_fetched_and_an_answer_that_is_lost_costs_nothing(
    owner: Owner,
) -> None:
    owner.let_in()
    first = owner.account().key
    owner.inside.later(DAY)
    owner.lose_answer()
    assert "helpdesk.key_unavailable" in trouble(owner)

    owner.inside.later(60)
    assert "helpdesk.key_renewed" in owner.tag()
    assert owner.account().key != first
    owner.inside.later(DAY)
    assert "helpdesk.key_renewed" in owner.tag()


def trouble(owner: Owner) -> list[str]:
    """Return what is logged when tagging does not succeed."""
    with capture_logs() as logs, pytest.raises((Unavailable, Uncertain)):
        owner.outside().desks[KIND].tag_ticket("1", tag="make-it-right")
    return [entry["event"] for entry in logs]


def test_given_an_owner_who_takes_us_out_over_there_when_we_call_then_it_is_said_once_and_a_new_yes_mends_it(
    owner: Owner,
) -> None:
    owner.let_in()
    owner.care()
    owner.inside.call("/town/helpdesk/revoke", {})
    told = trouble(owner) + trouble(owner)

    assert told.count("helpdesk.broken") == 1
    assert told.count("helpdesk.key_lost") == 1  # and they are not asked again and again
    assert owner.account().broken
    owner.let_in()
    assert owner.tag() == []
    assert not owner.account().broken


def test_given_all_that_we_do_there_when_done_then_we_asked_for_no_right_that_we_do_not_use(owner: Owner) -> None:
    owner.let_in()
    owner.care()
    desk, ticket = owner.outside().desks[KIND], owner.ticket()
    email = owner.inside.call(f"/town/tickets/{ticket}")["customer"]["email"]
    desk.mark_customer((email,), special=True, reason="because", tag="make-it-right")
    desk.tag_ticket(ticket, tag="make-it-right")
    desk.post_note(ticket, text="Hello.", key="k")
    owner.inside.later(DAY)
    owner.care()  # looks whether all is well
    with unit_of_work(owner.world.sessions) as session:
        setups.leave(session, shop_id=owner.inside.shop_id, kind=KIND, now=owner.world.clock.now())
    assert owner.care() == ["helpdesk.left"]

    used: set[str] = {scope for row in grants(owner) for scope in row["used"]}
    assert used == set(SCOPES) - {"offline"}


def grants(owner: Owner) -> list[dict[str, Any]]:
    """Return what the helpdesk keeps of those it let in."""
    found: list[dict[str, Any]] = owner.inside.call("/town/helpdesk/grants")
    return found


def test_given_a_key_that_was_given_when_the_merchant_leaves_then_what_we_made_is_gone_and_so_is_the_key(
    owner: Owner,
) -> None:
    owner.let_in()
    owner.care()
    with unit_of_work(owner.world.sessions) as session:
        setups.leave(session, shop_id=owner.inside.shop_id, kind=KIND, now=owner.world.clock.now())
    owner.inside.later(DAY)  # the key is over before it is our turn

    assert owner.care() == ["helpdesk.key_renewed", "helpdesk.left"]
    with reading(owner.world.sessions) as session:
        found = [each for each in setups.listed(session, shop_id=owner.inside.shop_id) if each.kind == KIND]
    assert [each for each in found if each.stage is not Stage.LEFT] == []
