"""The month's story by mail leaves once for each month and address, or never, however often somebody comes and goes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.store import shops, story_mails
from app.store.base import Sessions, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from app.store.story_mails import Reader, Taken
from app.store.story_tables import StoryReader
from tests.builders import DAY

MOST = 2
FIRST = datetime(2026, 12, 1, 14, tzinfo=UTC)  # nine in the morning in New York
MONTH = "2026-11"


class Readers:
    """One shop, in New York, and whoever is told of its months."""

    def __init__(self, sessions: Sessions, shop: Merchant, seal: Seal) -> None:
        self.sessions, self.shop_id, self.seal = sessions, shop.id, seal

    def ask(self, name: str = "owner", language: str = "en") -> int | None:
        said = {"address": f"{name}@x.example", "digest": name, "language": language, "most": MOST}
        with unit_of_work(self.sessions) as session:
            return story_mails.ask(session, shop_id=self.shop_id, seal=self.seal, **said)

    def leave(self, reader_id: int | None) -> bool:
        with unit_of_work(self.sessions) as session:
            return story_mails.leave(session, shop_id=self.shop_id, reader_id=reader_id or 0)

    def begin(self, month: str = MONTH, *, nothing: bool = False) -> int:
        with unit_of_work(self.sessions) as session:
            return story_mails.begin(session, shop_id=self.shop_id, month=month, nothing=nothing, now=FIRST)

    def take(self, now: datetime = FIRST) -> Taken | None:
        with unit_of_work(self.sessions) as session:
            return story_mails.take(session, shop_id=self.shop_id, month=MONTH, seal=self.seal, now=now)

    def end(self, how: str, taken: Taken | None, **values: Any) -> None:
        assert taken is not None
        with unit_of_work(self.sessions) as session:
            getattr(story_mails, how)(session, taken, **values)

    def listed(self) -> list[Reader]:
        with unit_of_work(self.sessions) as session:
            return story_mails.readers(session, shop_id=self.shop_id, seal=self.seal)

    def due(self, now: datetime = FIRST) -> list[int]:
        with unit_of_work(self.sessions) as session:
            return story_mails.shops_due(session, now=now, hour=9, limit=9)


@pytest.fixture
def readers(sessions: Sessions, shop: Merchant, seal: Seal) -> Readers:
    return Readers(sessions, shop, seal)


def test_given_a_month_when_told_then_each_is_told_once_whoever_asks_and_however_it_ends(readers: Readers) -> None:
    readers.ask("owner")
    readers.ask("partner")
    assert [readers.begin(), readers.begin()] == [2, 0]

    owner, partner = readers.take(), readers.take()
    assert (owner and owner.to, partner and partner.to) == ("owner@x.example", "partner@x.example")
    readers.end("sent", owner, now=FIRST)
    readers.end("lost", partner, why="No such mailbox.")
    assert [readers.take(FIRST + DAY), readers.begin(), readers.due(FIRST + DAY)] == [None, 0, []]
    assert [(each.sent_at, each.problem) for each in readers.listed()] == [(FIRST, None), (None, "No such mailbox.")]


def test_given_somebody_who_came_and_went_when_named_anew_then_no_month_is_told_them_twice(readers: Readers) -> None:
    number = readers.ask()
    readers.begin()
    readers.end("sent", readers.take(), now=FIRST)

    assert [readers.leave(number), readers.leave(number)] == [True, False]
    with unit_of_work(readers.sessions) as session:
        assert session.get_one(StoryReader, number).sealed_address is None
    assert (readers.ask(language="fr"), readers.begin(), readers.take()) == (number, 0, None)
    assert readers.begin("2026-12") == 1


def test_given_who_dies_over_it_when_looked_for_again_then_it_is_not_sent_once_more(readers: Readers) -> None:
    readers.ask()
    readers.begin()
    readers.take()

    assert readers.take(FIRST + DAY) is None
    assert readers.listed()[0].problem == story_mails.ON_ITS_WAY


def test_given_one_that_was_not_taken_when_its_pause_is_over_then_it_is_tried_again(readers: Readers) -> None:
    readers.ask()
    readers.begin()
    readers.end("later", readers.take(), why="No time.", at=FIRST + DAY)

    assert readers.take(FIRST + DAY - timedelta(seconds=1)) is None
    again = readers.take(FIRST + DAY)
    assert again is not None
    assert again.tries == 2


def test_given_somebody_who_left_meanwhile_when_theirs_is_taken_then_it_has_no_reader(readers: Readers) -> None:
    number = readers.ask()
    readers.begin()
    readers.leave(number)

    taken = readers.take()
    assert taken is not None
    assert taken.to is None


def test_given_as_many_as_may_be_when_another_asks_then_there_is_no_room_until_one_leaves(readers: Readers) -> None:
    owner = readers.ask("owner")
    readers.ask("partner")

    assert (readers.ask("third"), readers.ask("owner")) == (None, owner)
    readers.leave(owner)
    assert readers.ask("third") is not None


def test_given_a_month_without_anything_when_begun_then_nobody_is_told_and_nobody_asks_again(readers: Readers) -> None:
    readers.ask()
    readers.begin(nothing=True)

    assert (readers.take(), readers.due()) == (None, [])
    assert readers.listed()[0].problem == story_mails.NOTHING


def test_given_the_first_days_of_a_month_when_the_ticker_looks_then_the_shop_is_named_by_its_own_clock(
    readers: Readers,
) -> None:
    assert readers.due() == []
    number = readers.ask()
    moments = [FIRST - timedelta(seconds=1), FIRST, FIRST + 6 * DAY, FIRST + 7 * DAY]
    assert [readers.due(now) for now in moments] == [[], [readers.shop_id], [readers.shop_id], []]
    readers.leave(number)
    assert readers.due() == []


@pytest.mark.parametrize("how", ["stopped", "gone"])
def test_given_a_shop_that_is_stopped_or_gone_when_the_ticker_looks_then_nobody_is_named(
    readers: Readers, how: str
) -> None:
    readers.ask()
    with unit_of_work(readers.sessions) as session:
        if how == "stopped":
            shops.pause(session, shop_id=readers.shop_id, paused=True)
        else:
            shops.uninstall(session, shop_id=readers.shop_id, triggered_at=FIRST, now=FIRST)

    assert readers.due() == []
