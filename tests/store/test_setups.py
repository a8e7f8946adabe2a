"""Helpdesks in care: due, in one worker's hand at a time, told of once, and gone with their keys in the end."""

from datetime import datetime

import pytest
from sqlalchemy import select

from app.domain.helpdesk_setup import Ail, Stage
from app.store import connections, setups
from app.store.base import Sessions, unit_of_work
from app.store.connection_tables import Connection
from app.store.sealed import Seal
from app.store.setups import Held, Setup
from app.store.shops import Merchant
from tests.builders import DAY, HOUR, MINUTE, NOON

PARTS = {"hook:ticket-created": "7"}


@pytest.fixture
def books(sessions: Sessions, shop: Merchant, seal: Seal) -> "Books":
    return Books(sessions, shop.id, seal)


class Books:
    """One shop's connection, and whoever looks after it."""

    def __init__(self, sessions: Sessions, shop_id: int, seal: Seal) -> None:
        self.sessions, self.shop_id, self.seal = sessions, shop_id, seal
        self.connect()
        with unit_of_work(sessions) as session:
            assert setups.begin(session, shop_id=shop_id, kind="gorgias", now=NOON)

    def connect(self, account: str = "a") -> None:
        known = {"account": account, "user": "u", "key": "k", "url_token": "t", "secrets": ("s",), "seal": self.seal}
        with unit_of_work(self.sessions) as session:
            connections.connect(session, shop_id=self.shop_id, kind="gorgias", **known)

    def take(self, now: datetime = NOON) -> Held | None:
        mine = {"shop_id": self.shop_id, "kind": "gorgias", "seal": self.seal}
        with unit_of_work(self.sessions) as session:
            return setups.claim(session, now=now, lease=MINUTE, **mine)

    def taken(self, now: datetime = NOON) -> Held:
        held = self.take(now)
        assert held is not None
        return held

    def stand(self, held: Held | None = None) -> None:
        with unit_of_work(self.sessions) as session:
            setups.stands(session, held or self.taken(), parts=PARTS, now=NOON, look_at=NOON + DAY)

    def look(self, *ails: Ail, now: datetime = NOON + DAY) -> frozenset[Ail]:
        held = self.taken(now)
        with unit_of_work(self.sessions) as session:
            found = {"ails": frozenset(ails), "parts": PARTS, "trouble": "", "now": now, "look_at": now + DAY}
            return setups.checked(session, held, **found)

    def leave(self) -> bool:
        with unit_of_work(self.sessions) as session:
            return setups.leave(session, shop_id=self.shop_id, kind="gorgias", now=NOON)

    def left(self, held: Held, **parts: str) -> None:
        with unit_of_work(self.sessions) as session:
            setups.left(session, held, parts=parts, seal=self.seal)

    def seen(self) -> Setup | None:
        with unit_of_work(self.sessions) as session:
            return next(iter(setups.listed(session, shop_id=self.shop_id)), None)

    @property
    def stage(self) -> Stage | None:
        found = self.seen()
        return None if found is None else found.stage


def test_given_a_connection_to_set_up_when_two_workers_come_then_one_has_it_until_its_time_is_over(
    books: Books,
) -> None:
    held = books.taken()

    assert (held.account, held.user, held.key, held.url_token, held.secret) == ("a", "u", "k", "t", "s")
    assert books.take(NOON + MINUTE / 2) is None
    assert books.take(NOON + MINUTE) is not None


def test_given_a_connection_in_care_when_it_is_printed_then_its_secrets_are_not(books: Books) -> None:
    assert not {"'k'", "'t'", "'s'"} & set(repr(books.taken()).replace(")", ",").replace("=", ",").split(","))


def test_given_all_is_made_when_written_down_then_it_lives_and_is_looked_at_on_the_day_that_was_said(
    books: Books,
) -> None:
    books.stand()

    seen = books.seen()
    assert seen is not None
    assert (seen.stage, seen.parts, seen.trouble, seen.checked_at) == (Stage.LIVE, PARTS, "", NOON)
    assert books.take(NOON + DAY - HOUR) is None
    assert books.take(NOON + DAY) is not None


def test_given_it_is_to_be_left_meanwhile_when_all_is_made_then_leaving_comes_next_and_knows_what_there_is(
    books: Books,
) -> None:
    held = books.taken()
    assert books.leave()
    assert books.take() is None  # it is in somebody's hand
    books.stand(held)

    assert books.stage is Stage.LEAVING
    assert books.taken().parts == PARTS


def test_given_a_worker_that_froze_when_it_comes_back_then_it_writes_nothing(books: Books) -> None:
    frozen = books.taken()
    books.taken(NOON + HOUR)
    books.stand(frozen)
    books.left(frozen)
    with unit_of_work(books.sessions) as session:
        setups.not_now(session, frozen, why="late", tries=1, look_at=None)

    seen = books.seen()
    assert seen is not None
    assert (seen.stage, seen.trouble, seen.parts) == (Stage.SETTING_UP, "", None)


def test_given_what_is_wrong_when_found_night_after_night_then_it_is_news_once_and_gone_when_it_is_gone(
    books: Books,
) -> None:
    books.stand()
    told = [books.look(*ails, now=NOON + DAY * day) for day, ails in enumerate(
        [(Ail.HOOK_OFF,), (Ail.HOOK_OFF, Ail.FIELD_GONE), (), (Ail.HOOK_OFF,)], start=1
    )]  # fmt: skip

    assert told == [{Ail.HOOK_OFF}, {Ail.FIELD_GONE}, set(), {Ail.HOOK_OFF}]


def test_given_a_note_that_came_out_public_when_all_else_is_well_then_notes_stay_stopped_until_the_merchant_says_so(
    books: Books,
) -> None:
    mine = {"shop_id": books.shop_id, "kind": "gorgias"}
    with unit_of_work(books.sessions) as session:
        assert [setups.notes_came_out(session, **mine) for _ in range(2)] == [True, False]
    books.stand()
    books.look()

    with unit_of_work(books.sessions) as session:
        assert setups.notes_are_stopped(session, **mine)
        assert [setups.trust_notes(session, **mine) for _ in range(2)] == [True, False]
        assert not setups.notes_are_stopped(session, **mine)


def test_given_trouble_when_written_down_then_it_is_tried_again_when_said_or_when_the_merchant_wishes(
    books: Books,
) -> None:
    held = books.taken()
    with unit_of_work(books.sessions) as session:
        setups.not_now(session, held, why="They said no." + "x" * 300, tries=1, look_at=None)
    assert books.take(NOON + DAY) is None

    with unit_of_work(books.sessions) as session:
        assert setups.begin(session, shop_id=books.shop_id, kind="gorgias", now=NOON)
    assert books.taken().tries == 0


def test_given_a_connection_when_left_then_nothing_of_it_opens_any_more_and_in_the_end_nothing_is_kept(
    books: Books,
) -> None:
    books.stand()
    assert [books.leave(), books.leave()] == [True, False]

    with unit_of_work(books.sessions) as session:
        assert connections.accounts(session, shop_id=books.shop_id, seal=books.seal) == {}
        assert connections.account_by_token(session, kind="gorgias", url_token="t", seal=books.seal) is None
        assert connections.public_ids(session, shop_id=books.shop_id) == {}
    books.left(books.taken())
    assert books.seen() is None


def test_given_something_that_could_not_be_taken_away_when_left_then_it_is_told_without_any_key_until_read(
    books: Books,
) -> None:
    books.leave()
    books.left(books.taken(), **{"tag:vip": "9"})

    seen = books.seen()
    assert seen is not None
    assert (seen.stage, seen.parts) == (Stage.LEFT, {"tag:vip": "9"})
    with unit_of_work(books.sessions) as session:
        row = session.scalars(select(Connection)).one()
        assert connections.opened(row, books.seal).key == ""
        assert (row.sealed_secrets, row.sealed_token, row.token_digest) == (None, None, None)
    assert not books.leave()  # it was read
    assert books.seen() is None


def test_given_one_that_was_left_when_connected_anew_then_it_begins_afresh(books: Books) -> None:
    books.leave()
    books.left(books.taken(), **{"tag:vip": "9"})
    books.connect()

    seen = books.seen()
    assert seen is not None
    assert (seen.stage, seen.parts) == (Stage.LIVE, None)


@pytest.mark.parametrize(("account", "parts"), [("a", PARTS), ("b", None)])
def test_given_what_was_set_up_when_connected_again_then_only_the_same_account_keeps_it(
    books: Books, account: str, parts: dict[str, str] | None
) -> None:
    books.stand()
    books.connect(account)

    seen = books.seen()
    assert seen is not None
    assert seen.parts == parts


def test_given_a_shop_with_furniture_and_one_without_when_they_leave_then_only_the_first_has_something_to_do(
    books: Books,
) -> None:
    with unit_of_work(books.sessions) as session:
        florist = {"kind": "florist", "account": "f", "user": "u", "key": "k", "seal": books.seal}
        connections.connect(session, shop_id=books.shop_id, **florist)
        assert setups.leave_all(session, shop_id=books.shop_id, now=NOON) == ["gorgias"]
        assert setups.due(session, now=NOON, limit=10) == [books.shop_id]
        assert setups.due_of(session, shop_id=books.shop_id, now=NOON) == ["gorgias"]
        assert "florist" in connections.accounts(session, shop_id=books.shop_id, seal=books.seal)
